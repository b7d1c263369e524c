"""A mailbox that is kept here, spoken to like a session with a mail server.

Whoever reads mail by POP3 alone has no server with folders: Inbox, Sent and the others
are rows of ours, and the whole mails are cached bodies that nothing ever forgets.  What
changes such a mailbox is the same as for others (``operation_push``,
``outgoing_mailbox``, ``maildrop_run``, ``arrivals``); it meets this in the place of
:class:`~..mailkit.imap.mailbox.MailboxSession` and asks it the same.

Two things are simpler than at a server.  A command is one transaction: it was done or
it was not, and where the caller has a transaction of its own (:meth:`store`), both are
one.  And a UID is given once and never again, so a place *is* a mail: nothing has to be
compared before it is moved or removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone

from odoo.tools import SQL

from ..mailkit.errors import InvalidArgument, ServerRefused
from ..mailkit.imap import utf7
from ..mailkit.imap.append import AppendResult, Before, NewMail
from ..mailkit.imap.expunge import Expunged
from ..mailkit.imap.folder_changes import Renamed
from ..mailkit.imap.namespace import Namespace
from ..mailkit.imap.store import Stored
from ..mailkit.imap.transfer import Transferred
from ..mailkit.imap.verify import Expected, matches
from ..mailkit.limits import MAX_HEADER_LITERAL
from ..mailkit.values import FetchedMessage, FlagChange, FolderState, ServerFolder
from . import change_writer, index_writer, mail_places

UIDVALIDITY = 1
"""Of every folder that is kept here: its UIDs never become others."""
DELIMITER = "/"
INBOX = "INBOX"


class KeptMailbox:
    """The folders and mails of one account.

    ``commit(work)`` runs ``work(env)`` as the system: in a transaction of its own for
    a worker, in the running one for a request.  :raises ServerRefused: as a server
    would, so that callers need no second kind of error.
    """

    mode = "bare"
    enabled: frozenset[str] = frozenset()

    def __init__(self, account_id: int, commit: Callable):
        self.account_id = account_id
        self.commit = commit
        self.selected: str | None = None
        self._folders: list[ServerFolder] | None = None

    def __enter__(self) -> KeptMailbox:
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def close(self) -> None:
        self.selected = None

    # -- folders -------------------------------------------------------------------
    # Changed in this list alone: the caller stores it, as it stores a server's.

    def namespace(self) -> Namespace:
        return Namespace(delimiter=DELIMITER)

    def list_folders(self) -> list[ServerFolder]:
        if self._folders is None:
            self._folders = self.commit(self._known_folders)
        return list(self._folders)

    def make_folder(self, raw: str) -> bool:
        if self._has(raw):
            return False
        self._folders.append(_listed(raw))
        return True

    def move_folder(self, raw: str, new_raw: str) -> Renamed:
        if INBOX in (raw.upper(), new_raw.upper()):
            raise InvalidArgument("INBOX cannot be renamed", code="folder_is_inbox")
        if self._has(new_raw):
            raise ServerRefused("the new name is taken", code="folder_exists")
        names = {
            name: new_raw + name[len(raw) :] for name in self._tree(raw, "renamed")
        }
        self._folders = [
            _listed(names.get(folder.raw, folder.raw)) for folder in self._folders
        ]
        return Renamed(names)

    def remove_folder(self, raw: str, *, with_children: bool = False) -> list[str]:
        if raw.upper() == INBOX:
            raise InvalidArgument("INBOX cannot be deleted", code="folder_is_inbox")
        gone = self._tree(raw, "deleted")
        if len(gone) > 1 and not with_children:
            raise ServerRefused("folders in it", code="folder_has_children")
        self._folders = [one for one in self._folders if one.raw not in gone]
        return gone

    def subscribe(self, raw: str, subscribed: bool) -> None:
        """There is no other program to subscribe for."""

    def _has(self, raw: str) -> bool:
        return any(folder.raw == raw for folder in self.list_folders())

    def _tree(self, raw: str, what: str) -> list[str]:
        names = [folder.raw for folder in self.list_folders()]
        if raw not in names:
            raise ServerRefused(f"a folder to be {what}", code="folder_missing")
        below = f"{raw}{DELIMITER}"
        return [name for name in names if name == raw or name.startswith(below)]

    def _known_folders(self, env) -> list[ServerFolder]:
        folders = env["crm.mail.folder"].search(
            [("account_id", "=", self.account_id), ("local", "=", False)]
        )
        return [_listed(folder.raw) for folder in folders]

    def _folder(self, env, raw: str, code: str = "folder_missing"):
        folder = env["crm.mail.folder"].search(
            [
                ("account_id", "=", self.account_id),
                ("raw", "=", raw),
                ("local", "=", False),
            ]
        )
        if not folder:
            raise ServerRefused(raw, code=code)
        return folder

    # -- what a folder has -----------------------------------------------------------

    def examine(self, raw: str) -> FolderState:
        def look(env):
            folder = self._folder(env, raw)
            return FolderState(folder.indexed_total, UIDVALIDITY, folder.uidnext or 1)

        state = self.commit(look)
        self.selected = raw
        return state

    def open_known(self, raw: str, *, uidvalidity: int, writable: bool = True):
        return self.examine(raw)

    def before(self, raw: str) -> Before:
        return Before(
            UIDVALIDITY,
            self.commit(lambda env: self._folder(env, raw, "target_missing").uidnext)
            or 1,
        )

    def fetch_heads(self, uids: Iterable[int], octets: int) -> dict[int, bytes]:
        """UID -> the first octets, of those that are in the open folder."""
        wanted = list(uids)

        def read(env):
            mails = self._mails(env, wanted)
            heads = _heads(mails, octets)
            return {mail.uid: heads[mail.id] for mail in mails if mail.id in heads}

        return self.commit(read)

    def fetch_body(self, uid: int) -> bytes:
        def read(env):
            return self._mails(env, [uid])[:1]._cached_raws()

        for raw in self.commit(read).values():
            return raw
        raise ServerRefused("no such mail", code="message_gone")

    def find_appended(
        self, raw: str, before: Before, identities: Mapping[int, Expected]
    ) -> dict[int, int]:
        """As ``imap.append.AppendingSession.find_appended``."""

        def look(env):
            folder = self._folder(env, raw)
            mails = env["crm.mail.message"].search(
                [("folder_id", "=", folder.id), ("uid", ">=", before.uidnext)],
                order="uid",
            )
            heads = _heads(mails, MAX_HEADER_LITERAL)
            found, left = {}, dict(identities)
            for mail in mails:
                head = heads.get(mail.id, b"")
                seen = _fetched(mail.uid, head, mail.internal_date, size=mail.size)
                for key, known in left.items():
                    if matches(known, seen):
                        found[key] = mail.uid
                        del left[key]
                        break
            return found

        return self.commit(look)

    def find_stored(
        self, raw: str, before: Before, identities: Mapping[int, Expected]
    ) -> tuple[int, dict[int, int]]:
        """Nothing is ever renumbered here."""
        return UIDVALIDITY, self.find_appended(raw, before, identities)

    def still_there(self, uids: Iterable[int]) -> frozenset[int]:
        wanted = list(uids)
        return self.commit(
            lambda env: frozenset(self._mails(env, wanted).mapped("uid"))
        )

    def _mails(self, env, uids: Iterable[int], raw: str | None = None):
        folder = self._folder(env, raw or self.selected)
        return env["crm.mail.message"].search(
            [("folder_id", "=", folder.id), ("uid", "in", list(uids))], order="uid"
        )

    # -- storing ---------------------------------------------------------------------

    def append(
        self,
        raw: str,
        content: bytes,
        flags: Sequence[str] = (),
        date: datetime | None = None,
    ) -> tuple[int, int]:
        """UIDVALIDITY and UID of the mail, which is stored now."""
        mail = NewMail(content, tuple(flags), date)
        return UIDVALIDITY, self.commit(lambda env: self.store(env, raw, mail).uid)

    def append_many(self, raw: str, mails: Sequence[NewMail]) -> list[AppendResult]:
        return [
            AppendResult(self.append(raw, mail.content, mail.flags, mail.date))
            for mail in mails
        ]

    def store(self, env, raw: str, mail: NewMail, *, arriving: bool = False):
        """Put a mail into a folder within the caller's transaction; its row.

        ``arriving``: it is new mail, with which something is to be done
        (``arrivals``).
        """
        folder = self._folder(env, raw, "target_missing")
        uid = self._next_uid(env, folder)
        date = mail.date or datetime.now(timezone.utc)
        written = index_writer.write_window(
            env,
            folder,
            UIDVALIDITY,
            [_fetched(uid, mail.content, date, mail.flags)],
            arriving=arriving,
        )
        # What a window of an index may lose, because the server has it still, a mail
        # that is nowhere else may not: the commit waits for the disk.
        env.cr.execute("SET LOCAL synchronous_commit TO DEFAULT")
        message = self._mails(env, [uid], raw)
        message._store_raws_surely({message.id: mail.content})
        folder.write(
            {
                "indexed_total": folder.indexed_total + 1,
                "server_total": folder.server_total + 1,
                "unread": folder.unread + written.unread,
            }
        )
        return message

    @staticmethod
    def _next_uid(env, folder, count: int = 1) -> int:
        """The first of as many new UIDs."""
        env.flush_all()
        ((uid,),) = env.execute_query(
            SQL(
                "UPDATE crm_mail_folder SET uidnext = COALESCE(uidnext, 1) + %(count)s"
                " WHERE id = %(folder)s RETURNING uidnext - %(count)s",
                count=count,
                folder=folder.id,
            )
        )
        folder.invalidate_recordset(["uidnext"])
        return uid

    # -- changing ----------------------------------------------------------------------

    def store_flags(
        self,
        uids: Iterable[int],
        *,
        uidvalidity: int,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> Stored:
        wanted, add, remove = list(uids), set(add), set(remove)

        def change(env):
            folder = self._folder(env, self.selected)
            span = (min(wanted), max(wanted))
            known = change_writer.known_flags(env, folder, UIDVALIDITY, span)
            change_writer.apply_flags(
                env,
                folder,
                UIDVALIDITY,
                [
                    FlagChange(uid, tuple((set(known[uid]) | add) - remove))
                    for uid in wanted
                    if uid in known
                ],
            )

        self.commit(change)
        return Stored()

    def move(
        self, expected: Mapping[int, Expected], target_raw: str, *, uidvalidity: int
    ) -> Transferred:
        def change(env):
            mails = self._mails(env, expected)
            target = self._folder(env, target_raw, "target_missing")
            first = self._next_uid(env, target, len(mails))
            uids = {mail.uid: first + place for place, mail in enumerate(mails)}
            mail_places.place(
                env,
                [(mail.id, target.id, UIDVALIDITY, uids[mail.uid]) for mail in mails],
            )
            return uids

        return self._transferred(expected, self.commit(change))

    def resume_move(
        self, expected, source_raw, target_raw, *, uidvalidity, before
    ) -> Transferred:
        """A move is done when the mail lies in the target: our own row says so."""
        self.selected = source_raw
        if source_raw == target_raw:
            return self._transferred(expected, {uid: uid for uid in expected})
        return self.move(expected, target_raw, uidvalidity=uidvalidity)

    # pylint: disable-next=method-required-super  # a session's COPY, no record's copy
    def copy(
        self, expected: Mapping[int, Expected], target_raw: str, *, uidvalidity: int
    ) -> Transferred:
        def change(env):
            return {
                mail.uid: self._copy(env, mail, target_raw).uid
                for mail in self._mails(env, expected)
            }

        return self._transferred(expected, self.commit(change))

    def resume_copy(
        self, expected, source_raw, target_raw, *, uidvalidity, before
    ) -> Transferred:
        self.selected = source_raw

        def change(env):
            target = self._folder(env, target_raw, "target_missing")
            newer = env["crm.mail.message"].search(
                [("folder_id", "=", target.id), ("uid", ">=", before.uidnext)]
            )
            there = {mail.fingerprint: mail.uid for mail in newer}
            return {
                mail.uid: there.get(mail.fingerprint)
                or self._copy(env, mail, target_raw).uid
                for mail in self._mails(env, expected)
            }

        return self._transferred(expected, self.commit(change))

    def _copy(self, env, mail, target_raw: str):
        flags = change_writer.known_flags(
            env, mail.folder_id, UIDVALIDITY, (mail.uid, mail.uid)
        )
        arrived = mail.internal_date.replace(tzinfo=timezone.utc)
        content = NewMail(mail._cached_raw(), tuple(flags[mail.uid]), arrived)
        return self.store(env, target_raw, content)

    @staticmethod
    def _transferred(expected, uids: dict[int, int]) -> Transferred:
        return Transferred(
            done=frozenset(uids),
            uidvalidity=UIDVALIDITY,
            uids=uids,
            gone=frozenset(expected.keys() - uids.keys()),
        )

    def expunge(
        self, expected: Mapping[int, Expected], *, uidvalidity: int
    ) -> Expunged:
        def change(env):
            folder = self._folder(env, self.selected)
            lease = folder.account_id.lease_ids
            mail_places.unplace(
                env,
                folder,
                UIDVALIDITY,
                [(uid, uid) for uid in sorted(expected)],
                lease.pass_number,
            )

        self.commit(change)
        return Expunged(expunged=frozenset(expected))


def _listed(raw: str) -> ServerFolder:
    return ServerFolder(raw, _readable_name(raw), DELIMITER)


def _readable_name(raw: str) -> str:
    return DELIMITER.join(utf7.decode(part) for part in raw.split(DELIMITER))


def _heads(mails, octets: int) -> dict[int, bytes]:
    """Id -> the first octets; one mail at a time in memory, for they may be large."""
    heads = {}
    for file in mails._raw_attachments():
        heads[file.res_id] = file.raw[:octets]
        file.invalidate_recordset(["raw"])
    return heads


def _fetched(
    uid: int,
    content: bytes,
    date: datetime,
    flags: Sequence[str] = (),
    size: int | None = None,
) -> FetchedMessage:
    return FetchedMessage(
        uid,
        flags=tuple(flags),
        internaldate=date,
        size=len(content) if size is None else size,
        sections={"HEADER.FIELDS": _header(content)},
    )


def _header(content: bytes) -> bytes:
    head = content[:MAX_HEADER_LITERAL]
    return head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
