"""Recognise a folder under its new name, so that its mails stay where they are.

Another client renamed it: the list lacks one name and has another one.  The folder is
the same when UIDVALIDITY is, no UID went back, and the newest mails that we know are
there under their UIDs.  Two folders that could be each other are none: servers that
take the time for UIDVALIDITY give one number to all folders of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.imap.verify import Expected
from ..mailkit.values import FolderState, ServerFolder
from .index_writer import LONG_AGO

MOST_ASKED = 100
"""New folders whose numbers are asked one by one, where LIST does not tell them."""
SAMPLE = 3


@dataclass(frozen=True)
class Lost:
    """A folder that is not listed under the name that we know, as values."""

    raw: str
    uidvalidity: int
    uidnext: int
    sample: dict[int, Expected]


def find_renamed(
    worker,
    session,
    listing: list[ServerFolder],
    states: dict[str, FolderState] | None,
) -> dict[str, str]:
    """Old raw names to new ones; empty, and nothing is asked, in nearly every turn."""
    names = {folder.raw for folder in listing}
    known, lost = worker.commit(lambda env: _known(env, worker, names))
    new = [
        folder.raw
        for folder in listing
        if folder.selectable and folder.raw not in known
    ]
    if not (lost and new):
        return {}
    found = {raw: _state(session, raw, states) for raw in new[:MOST_ASKED]}
    renamed = {}
    for folder in lost:
        fits = [raw for raw, state in found.items() if _fits(folder, state)]
        if len(fits) != 1:
            continue
        rivals = [one for one in lost if _fits(one, found[fits[0]])]
        if len(rivals) == 1 and _sample_is_there(session, folder, fits[0]):
            renamed[folder.raw] = fits[0]
    return renamed


def _known(env, worker, names: set[str]) -> tuple[set[str], list[Lost]]:
    folders = worker.account(env).folder_ids.filtered(lambda folder: not folder.local)
    lost = [
        Lost(folder.raw, folder.uidvalidity, folder.uidnext or 1, _sample(env, folder))
        for folder in folders
        if folder.raw not in names and folder.uidvalidity
    ]
    return set(folders.mapped("raw")), lost


def _sample(env, folder) -> dict[int, Expected]:
    newest = env["crm.mail.message"].search(
        [
            ("folder_id", "=", folder.id),
            ("uidvalidity", "=", folder.uidvalidity),
            ("uid", "!=", False),
            ("size", "!=", False),
        ],
        limit=SAMPLE,
    )
    return {
        mail.uid: Expected(mail.size, mail.internal_date.replace(tzinfo=timezone.utc))
        for mail in newest
        if fields.Datetime.to_string(mail.internal_date) != LONG_AGO
    }


def _state(session, raw: str, states) -> FolderState | None:
    if states is not None and raw in states:
        return states[raw]
    try:
        return session.status(raw)
    except MailError as error:
        if not error.connection_usable:
            raise
        return None


def _fits(folder: Lost, state: FolderState | None) -> bool:
    return (
        state is not None
        and state.uidvalidity == folder.uidvalidity
        and (state.uidnext or 1) >= folder.uidnext
    )


def _sample_is_there(session, folder: Lost, raw: str) -> bool:
    """One of them may have been removed meanwhile; another mail in its place not."""
    if not folder.sample:
        return True
    try:
        session.open_known(raw, uidvalidity=folder.uidvalidity, writable=False)
        seen = session.verify(folder.sample, uidvalidity=folder.uidvalidity)
    except MailError as error:
        if not error.connection_usable:
            raise
        return False
    return not seen.not_the_same and bool(seen.same)
