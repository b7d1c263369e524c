"""A mailbox as one ZIP, made while it is sent: its mails folder by folder, what was
said about them here, and its settings without secrets.

Nothing is held but the current piece: rows are read in batches, each in a transaction
of its own, and none is open while the mail server is asked (law 8).  Mails that are
kept here are taken from here, the others from their server; what neither gives is
listed in ``missing.txt``.  Everything is read as the owner, through the record rules.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import partial

from odoo import api, fields

from ..mailkit.errors import MailError
from ..mailkit.mime.filenames import safe_filename
from ..mailkit.mime.mbox import mbox_entry
from . import export_settings
from .zip_stream import stream_zip, unique_names

_logger = logging.getLogger(__name__)
BATCH = 200
"""Rows of one transaction."""
SMALL = 256 * 1024
"""Octets of a mail that is fetched with others in one command."""
OCTETS = 4 * 1024 * 1024
"""Octets of such mails that are held in memory at once."""
TOGETHER = 50
STATUS = {"seen": "R", "flagged": "F", "answered": "A", "draft": "T"}


def stream_export(registry, uid: int, account_id: int) -> Iterator[bytes]:
    """The ZIP of a mailbox that is the user's own; asked by the caller."""
    return stream_zip(_Export(registry, uid, account_id).files())


class _Export:
    def __init__(self, registry, uid: int, account_id: int):
        self.registry = registry
        self.uid = uid
        self.account_id = account_id
        self.session = None
        self.is_away = False
        self.opened: str | None = None
        self.missing: list[str] = []
        self.ahead: dict[int, bytes] = {}

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        try:
            yield "settings.json", self._settings()
            for name, rows in export_settings.TABLES.items():
                yield f"{name}.jsonl", self._table(rows)
            folders = self._run(self._folders)
            paths = unique_names(_path(folder["path"]) for folder in folders)
            for folder, path in zip(folders, paths, strict=True):
                yield f"mails/{path}.mbox", self._mails(folder)
            yield "mails/not in a folder.mbox", self._mails(None)
            if self.missing:
                yield "missing.txt", iter(["\n".join(self.missing).encode() + b"\n"])
        finally:
            if self.session is not None:
                self.session.close()

    # -- what is stored here -------------------------------------------------------

    def _run(self, work):
        """``work(env, account)`` in a transaction of its own."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.uid, {})
            account = env["crm.mail.account"].browse(self.account_id)
            account.check_access("write")
            return work(env, account)

    def _settings(self) -> Iterator[bytes]:
        yield _json(self._run(export_settings.settings), indent=2)

    def _table(self, rows) -> Iterator[bytes]:
        """A line of JSON for each row."""
        after, found = 0, None
        while found is None or len(found) == BATCH:
            found = self._run(partial(_batch, rows, after))
            for _row_id, values in found:
                yield _json(values) + b"\n"
            after = found[-1][0] if found else 0

    @staticmethod
    def _folders(_env, account) -> list[dict]:
        return [
            {
                "id": folder.id,
                "raw": folder.raw,
                "path": folder.path or folder.name,
                "uidvalidity": folder.uidvalidity,
                "gone": False,
            }
            for folder in account.folder_ids
            if not folder.local and folder.selectable
        ]

    # -- mails ---------------------------------------------------------------------

    def _mails(self, folder: dict | None) -> Iterator[bytes]:
        after, rows = 0, None
        while rows is None or len(rows) == BATCH:
            rows = self._run(partial(self._rows, folder and folder["id"], after))
            for place, row in enumerate(rows):
                if folder and self._is_wanted(row) and row["id"] not in self.ahead:
                    self._fetch_ahead(rows[place:], folder)
                yield from self._mail(row, folder)
            after = rows[-1]["id"] if rows else 0

    def _rows(self, folder_id: int | None, after: int, env, _account) -> list[dict]:
        messages = env["crm.mail.message"].search(
            [
                ("account_id", "=", self.account_id),
                ("folder_id", "=", folder_id or False),
                ("id", ">", after),
            ],
            order="id",
            limit=BATCH,
        )
        cached = messages._with_cached_raw()
        return [
            {
                "id": message.id,
                "uid": message.uid,
                "uidvalidity": message.uidvalidity,
                "size": message.size or 0,
                "cached": message in cached,
                "sender": message.from_email or "",
                "arrived": message.internal_date or message.sent_at or None,
                "status": "".join(STATUS[name] for name in STATUS if message[name]),
                "cut": False,
                "name": f"{message.subject or ''} ({message.message_id or ''})",
            }
            for message in messages
        ]

    def _mail(self, row: dict, folder: dict | None) -> Iterator[bytes]:
        pieces = self._pieces(row, folder)
        # Where the first piece cannot be had nothing was written of the mail.
        first = next(pieces, None)
        if first is None:
            place = folder["path"] if folder else "-"
            self.missing.append(f"{place}: {row['name']}")
            return
        yield from mbox_entry(
            _chained(first, pieces), row["sender"], row["arrived"], row["status"]
        )
        if row["cut"]:
            self.missing.append(f"{folder['path']}: {row['name']}, its end")

    def _pieces(self, row: dict, folder: dict | None) -> Iterator[bytes]:
        """The mail; nothing when it cannot be had, and less when the server goes."""
        raw = self.ahead.pop(row["id"], b"")
        if not raw and row["cached"]:
            raw = self._run(partial(_cached, row["id"]))
        if raw:
            yield raw
            return
        if folder is None or folder["gone"] or not row["uid"] or self.is_away:
            return
        if row["uidvalidity"] != folder["uidvalidity"]:
            return
        try:
            session = self._session(folder)
            if session is not None:
                yield from session.stream_body(row["uid"])
        except MailError as error:
            _logger.info("export of account %s: %s", self.account_id, error.code)
            row["cut"] = True
            if not error.connection_usable:
                self.is_away = True

    @staticmethod
    def _is_wanted(row: dict) -> bool:
        """A small mail that only its server has: such are fetched together."""
        return bool(row["uid"]) and not row["cached"] and 0 < row["size"] < SMALL

    def _fetch_ahead(self, rows: list[dict], folder: dict) -> None:
        """The first of these mails, as many as are held at once, in one command.

        What does not come by it is asked for by itself later.
        """
        wanted, octets = {}, 0
        for row in filter(self._is_wanted, rows):
            octets += row["size"]
            if wanted and (octets > OCTETS or len(wanted) == TOGETHER):
                break
            if row["uidvalidity"] == folder["uidvalidity"]:
                wanted[row["uid"]] = row["id"]
        self.ahead = {}
        if folder["gone"] or self.is_away:
            return
        try:
            session = self._session(folder)
            heads = session.fetch_heads(list(wanted), SMALL) if session else {}
        except MailError as error:
            _logger.info("export of account %s: %s", self.account_id, error.code)
            self.is_away = not error.connection_usable
            return
        self.ahead = {
            wanted[uid]: raw
            for uid, raw in heads.items()
            # one that is larger than it was said to be is not whole
            if uid in wanted and len(raw) < SMALL
        }

    def _session(self, folder: dict):
        """The connection, at this folder; ``None`` where the folder is another one."""
        if self.session is None:
            self.session = self._run(self._open)
            if self.session is None:
                self.is_away = True
                return None
        if self.opened != folder["raw"]:
            # one that cannot be opened is not tried again with each mail
            folder["gone"] = True
            server = self.session.examine(folder["raw"])
            self.opened = folder["raw"]
            # else its numbers are of another time, and name other mails
            other = server.uidvalidity and server.uidvalidity != folder["uidvalidity"]
            folder["gone"] = bool(other)
        return None if folder["gone"] else self.session

    @staticmethod
    def _open(_env, account):
        if account.kind != "imap":
            return None
        endpoint = account._imap_endpoint()
        return account._with_login(
            lambda credentials: account._open_imap__(endpoint, credentials)
        )


def _batch(rows, after: int, env, account) -> list[tuple[int, dict]]:
    return rows(env, account, after, BATCH)


def _cached(message_id: int, env, _account) -> bytes:
    return env["crm.mail.message"].browse(message_id)._cached_raw()


def _chained(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _path(path: str) -> str:
    return safe_filename(path.replace("/", " - ")) or "folder"


def _json(values, indent: int | None = None) -> bytes:
    text = json.dumps(values, ensure_ascii=False, indent=indent, default=_plain)
    return text.encode()


def _plain(value) -> str:
    return fields.Datetime.to_string(value) if value else ""
