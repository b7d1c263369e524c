"""Files that hang on records, to be put into a mail.

``ir.attachment`` decides what a user reads; beyond that a file is found here only where
it is one that people put on a record with a chatter: no content of a field, no page of
the web, and nothing that belongs to a mail of somebody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .client_payload import model_label
from .link_search import named
from .record_names import Place, record_names

MOST = 60
"""Files in one answer."""
AT_ONCE = 5
"""Models for which the host finds in one statement which of their files may be read;
of more it would ask file by file."""
ON_RECORDS = Domain(
    [("type", "=", "binary"), ("res_field", "=", False), ("res_id", ">", 0)]
)


def of_records(env, places: Iterable[Place]) -> dict:
    """The files of these records; shape as :func:`by_name`."""
    ids = _by_model(env, places)
    return _grouped(env, _search(env, list(ids), Domain.FALSE, ids))


def by_name(env, term: str) -> dict:
    """Files that are called so, and those of records that are.

    :return: ``{groups, more}``, newest first, by record: ``[{model, model_label,
        res_id, name, files: [{id, filename, content_type, size, date}]}]``; ``more``:
        whether there are others
    """
    ids = _by_model(
        env, [(name, one) for name, found in named(env, term).items() for one in found]
    )
    called = Domain("name", "ilike", term)
    # sudo: in which models there may be something; the files are searched by the user
    attachments = env["ir.attachment"].sudo()
    holding = attachments._read_group(ON_RECORDS & called, ["res_model"])
    names = {name for (name,) in holding if _may_hold(env, name)} | set(ids)
    return _grouped(env, _search(env, sorted(names), called, ids))


def check(env, attachment_ids: list[int]):
    """These files, for the user who puts them into a mail.

    :raises AccessError: one of them is gone, not the user's to read, or no file of a
        record
    """
    files = env["ir.attachment"].browse(attachment_ids).exists()
    # sudo: only what kind of file it is; whether it may be read is asked as the user
    fit = files.sudo().filtered_domain(ON_RECORDS)
    if (
        len(fit) != len(set(attachment_ids))
        or not files.has_access("read")
        or not all(_may_hold(env, model) for model in set(fit.mapped("res_model")))
    ):
        raise AccessError(
            env._(
                "One of the files is not there any more, or is not yours to read. "
                "Choose again."
            )
        )
    return files


def _may_hold(env, model) -> bool:
    return bool(
        model
        and env["crm.mail.link"]._has_chatter(model)
        and env[model].has_access("read")
    )


def _by_model(env, places: Iterable[Place]) -> dict[str, list[int]]:
    ids = defaultdict(list)
    for model, res_id in places:
        ids[model].append(res_id)
    return {name: found for name, found in ids.items() if _may_hold(env, name)}


def _search(env, names: list[str], called: Domain, ids: dict[str, list[int]]):
    """Files of these models that are called so, or that lie on these records."""
    attachments = env["ir.attachment"]
    found = attachments
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        wanted = Domain.OR(
            [called]
            + [
                Domain("res_model", "=", name) & Domain("res_id", "in", ids[name])
                for name in some
                if name in ids
            ]
        )
        found |= attachments.search(
            ON_RECORDS & Domain("res_model", "in", some) & wanted,
            limit=MOST + 1,
            order="id desc",
        )
    return found.sorted("id", reverse=True)


def _grouped(env, files) -> dict:
    # sudo: the user has found them just now
    shown = files[:MOST].sudo()
    # who reads a public file need not read what it hangs on
    names = record_names(env, {(one.res_model, one.res_id) for one in shown})
    groups: dict[Place, dict] = {}
    for file in shown:
        place = (file.res_model, file.res_id)
        if place not in names:
            continue
        group = groups.setdefault(
            place,
            {
                "model": file.res_model,
                "model_label": model_label(env, file.res_model),
                "res_id": file.res_id,
                "name": names[place] or "",
                "files": [],
            },
        )
        group["files"].append(
            {
                "id": file.id,
                "filename": file.name or "",
                "content_type": file.mimetype or "",
                "size": file.file_size or 0,
                "date": fields.Datetime.to_string(file.create_date) or False,
            }
        )
    return {"groups": list(groups.values()), "more": len(files) > MOST}
