"""What outgoing mails need of the mailbox: copies in Sent, drafts, and a second look.

An APPEND whose answer was lost may have been done.  So before each one the folder's
UIDNEXT is committed, and after a crash the worker looks among the mails that are new
since, instead of storing a second one (``mailkit/imap/append.py``).  What is removed
are versions of drafts that were stored here, by their UID and their ``X-CRM-Op``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from odoo import fields

from ..mailkit.errors import MailError, UidValidityChanged
from ..mailkit.imap.append import Before, NewMail
from ..mailkit.imap.verify import Expected
from ..mailkit.sync.backoff import pause_after
from ..mailkit.sync.operations import LOOK_PAUSE
from .error_messages import describe

_logger = logging.getLogger(__name__)

BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
LOOKS = (5, 15, 30, 120, 420)
"""Seconds between looks for a copy that the provider may put into Sent itself."""
NO_FOLDER_PAUSE = 600


@dataclass(frozen=True)
class Copy:
    """A mail whose copy belongs into Sent."""

    id: int
    message_id: str
    sent_at: datetime
    looks: int
    before: Before | None
    raw_name: str | None
    uncertain: bool
    storing: bool
    provider_files: bool


@dataclass(frozen=True)
class Version:
    """A version of a draft; ``content`` is empty where it was on its way already."""

    id: int
    version: int
    token: str
    before: Before | None
    content: bytes = field(default=b"", repr=False)


@dataclass
class Work:
    sent: str | None = None
    drafts: str | None = None
    copies: list[Copy] = field(default_factory=list)
    draft_ids: list[int] = field(default_factory=list)
    remove: list[tuple] = field(default_factory=list)
    """(outgoing id, folder's name, UIDVALIDITY, UID, X-CRM-Op, Message-ID)"""


class OutgoingMailbox:
    """Does what is due in one account, over one IMAP session."""

    def __init__(self, worker, endpoint):
        self.commit = worker.commit
        self.account = worker.account
        self.endpoint = endpoint
        self.touched: set[int] = set()
        """Ids of folders that changed: to be looked at in this turn."""

    def run(self, session) -> None:
        work = self.commit(self.load)
        if work is not None:
            self.work_on(session, work)

    def work_on(self, session, work: Work) -> None:
        """:meth:`run` with what :meth:`load` found a moment ago."""
        self._look(session, work)
        self._store(session, work)
        for outgoing_id in work.draft_ids:
            self._push_draft(session, work, outgoing_id)
        self._remove(session, work)

    def load(self, env) -> Work | None:
        """What is due; ``None`` for nothing."""
        account = self.account(env)
        due = env["crm.mail.outgoing"].search(
            [
                ("account_id", "=", account.id),
                ("next_at", "<=", fields.Datetime.now()),
                ("state", "in", ("draft", "sent", "uncertain", "discarded")),
            ],
            order="next_at, id",
            limit=500,
        )
        if not due:
            return None
        sent, drafts = (
            account.folder_ids.filtered(
                lambda folder, role=role: folder.role == role and folder.selectable
            )[:1]
            for role in ("sent", "drafts")
        )
        work = Work(sent.raw or None, drafts.raw or None)
        for mail in due:
            if mail.state == "uncertain" or mail.filing in ("waiting", "storing"):
                work.copies.append(_copy(mail))
            elif mail.state == "draft" and mail._belongs_on_server(drafts):
                work.draft_ids.append(mail.id)
            for folder_id, *rest in mail.draft_old or []:
                folder = env["crm.mail.folder"].browse(folder_id).exists()
                if folder:
                    work.remove.append((mail.id, folder.raw, *rest))
            mail._settle_next(drafts)
        return work

    # -- copies in Sent --------------------------------------------------------------

    def _look(self, session, work: Work) -> None:
        """Is it there already? Asked for what was lost on its way, for mails of which
        nobody knows whether they left, and where providers file by themselves."""
        wanted = defaultdict(dict)
        lowest: dict[tuple, int] = {}
        for copy in work.copies:
            if copy.before is None or not copy.raw_name:
                continue
            if copy.uncertain or copy.storing or copy.provider_files:
                key = (copy.raw_name, copy.before.uidvalidity)
                wanted[key][copy.id] = Expected(message_id=copy.message_id)
                lowest[key] = min(
                    copy.before.uidnext, lowest.get(key, copy.before.uidnext)
                )
        found: dict[int, tuple[int, int]] = {}
        for (raw, uidvalidity), identities in wanted.items():
            before = Before(uidvalidity, lowest[raw, uidvalidity])
            validity, uids = self._find(session, raw, before, identities)
            found |= {one: (validity, uid) for one, uid in uids.items()}
        if found:
            self.commit(lambda env: self._filed(env, found))
        rest = []
        for copy in work.copies:
            if copy.id in found:
                continue
            if copy.uncertain:
                self.commit(lambda env, c=copy: self._look_again(env, c))
            elif (
                copy.provider_files
                and not copy.storing
                and copy.before
                and copy.looks < len(LOOKS)
            ):
                self.commit(lambda env, c=copy: self._look_again(env, c))
            else:
                rest.append(copy)
        work.copies = rest

    def _find(self, session, raw, before: Before, identities):
        """UIDVALIDITY and UIDs; in a folder that was renumbered, among all mails."""
        try:
            found = session.find_appended(raw, before, identities)
            return before.uidvalidity, found
        except UidValidityChanged:
            told = session.state.uidvalidity or 1
            return told, session.find_appended(raw, Before(told, 1), identities)
        except MailError as error:
            if error.code != "folder_missing":
                raise
            return before.uidvalidity, {}

    def _look_again(self, env, copy: Copy) -> None:
        mail = env["crm.mail.outgoing"].browse(copy.id)
        more = copy.looks < len(LOOKS) and mail.filing_uidnext
        mail.write(
            {
                "filing_tries": copy.looks + 1,
                "next_at": fields.Datetime.now() + timedelta(seconds=LOOKS[copy.looks])
                if more
                else False,
            }
        )

    def _filed(self, env, places: dict[int, tuple[int, int]]) -> None:
        for mail in env["crm.mail.outgoing"].browse(list(places)):
            uidvalidity, uid = places[mail.id]
            mail._filed(uidvalidity, uid)
            self.touched |= set(mail.filing_folder_id.ids)

    def _store(self, session, work: Work) -> None:
        if not work.copies:
            return
        if work.sent is None:
            ids = [copy.id for copy in work.copies]
            self.commit(lambda env: self._no_folder(env, ids))
            return
        try:
            before = session.before(work.sent)
            while work.copies:
                batch, work.copies = work.copies[:BATCH], work.copies[BATCH:]
                self._store_batch(session, work.sent, before, batch)
        except MailError as error:
            refused = error
            ids = [copy.id for copy in work.copies]
            self.commit(lambda env: self._not_stored(env, ids, refused))
            if not error.connection_usable:
                raise

    def _store_batch(self, session, raw, before: Before, batch: list[Copy]) -> None:
        mails = self.commit(lambda env: self._announce(env, batch, before))
        while mails:
            now, size = {}, 0
            while mails and (not now or size < BATCH_BYTES):
                outgoing_id = next(iter(mails))
                now[outgoing_id] = mails.pop(outgoing_id)
                size += len(now[outgoing_id].content)
            ids = list(now)
            try:
                results = session.append_many(raw, list(now.values()))
                lost = None
            except MailError as error:
                results, lost = error.facts or [], error
            self.commit(
                lambda env, i=ids, r=results, e=lost: self._stored(env, i, r, e)
            )
            if lost is not None:
                if mails:
                    rest = list(mails)
                    self.commit(lambda env, i=rest, e=lost: self._not_stored(env, i, e))
                raise lost

    def _announce(self, env, batch: list[Copy], before: Before) -> dict[int, NewMail]:
        """From now on the copies may be there."""
        mails = env["crm.mail.outgoing"].browse([copy.id for copy in batch])
        mails.write(
            {
                "filing": "storing",
                "filing_folder_id": mails.account_id.folder_ids.filtered(
                    lambda folder: folder.role == "sent"
                )[:1].id,
                "filing_uidvalidity": before.uidvalidity,
                "filing_uidnext": before.uidnext,
                "next_at": fields.Datetime.now() + timedelta(seconds=LOOK_PAUSE),
            }
        )
        contents = mails._stored_raws()
        return {
            mail.id: NewMail(
                contents.get(mail.id, b""),
                ("\\Seen",),
                mail.sent_at.replace(tzinfo=timezone.utc),
            )
            for mail in mails
        }

    def _stored(self, env, ids: list[int], results, lost: MailError | None) -> None:
        """``results`` may be shorter than ``ids``: what follows is not known."""
        mails = env["crm.mail.outgoing"].browse(ids)
        for mail, result in zip(mails, results, strict=False):
            if result.error is not None:
                self._not_stored(env, [mail.id], result.error)
            else:
                mail._filed(*(result.place or (False, False)))
                self.touched |= set(mail.filing_folder_id.ids)
        if lost is not None and lost.connection_usable:
            # refused, hence certainly not there
            self._not_stored(env, ids[len(results) :], lost)

    def _not_stored(self, env, ids: list[int], error: MailError) -> None:
        """Tried for ever, and shown: the mail has left, only its copy is missing.

        A copy whose fate is open stays ``storing``, to be looked for.
        """
        for mail in env["crm.mail.outgoing"].browse(ids):
            language = env(context={"lang": mail.user_id.lang})
            mail.write(
                {
                    "filing": "waiting" if error.connection_usable else mail.filing,
                    "filing_tries": mail.filing_tries + 1,
                    "filing_error": describe(language, error, self.endpoint).text,
                    "next_at": fields.Datetime.now()
                    + timedelta(seconds=pause_after(error, mail.filing_tries + 1)),
                }
            )

    def _no_folder(self, env, ids: list[int]) -> None:
        for mail in env["crm.mail.outgoing"].browse(ids):
            language = env(context={"lang": mail.user_id.lang})
            mail.write(
                {
                    "filing_tries": mail.filing_tries + 1,
                    "filing_error": language._(
                        "The mail was sent, but this mailbox has no folder for sent "
                        "mail: map one under Folders."
                    ),
                    "next_at": fields.Datetime.now()
                    + timedelta(seconds=NO_FOLDER_PAUSE),
                }
            )

    # -- drafts ----------------------------------------------------------------------

    def _push_draft(self, session, work: Work, outgoing_id: int) -> None:
        """APPEND the newest version, then forget the one before it."""
        try:
            before = session.before(work.drafts)
            version = self.commit(
                lambda env: env["crm.mail.outgoing"]
                .browse(outgoing_id)
                ._next_version(before)
            )
            if version is None:
                return
            if version.before is not None:
                self._find_lost(session, work, version)
                return
            place = session.append(work.drafts, version.content, ("\\Seen", "\\Draft"))
            if place is None:
                known = {0: Expected(operation=version.token)}
                found = session.find_appended(work.drafts, before, known)
                place = (before.uidvalidity, found.get(0, 0))
        except MailError as error:
            refused = error
            self.commit(
                lambda env: env["crm.mail.outgoing"]
                .browse(outgoing_id)
                ._draft_refused(refused)
            )
            if not error.connection_usable:
                raise
            return
        self._bound(work, version, place)

    def _find_lost(self, session, work: Work, version: Version) -> None:
        """The version whose answer was lost; the next turn stores the newest one."""
        identity = {0: Expected(operation=version.token)}
        validity, found = self._find(session, work.drafts, version.before, identity)
        if found:
            self._bound(work, version, (validity, found[0]))
        else:
            self.commit(
                lambda env: env["crm.mail.outgoing"].browse(version.id)._forget_lost()
            )

    def _bound(self, work: Work, version: Version, place: tuple[int, int]) -> None:
        def bind(env):
            mail = env["crm.mail.outgoing"].browse(version.id)
            old = mail._draft_stored(version, *place)
            self.touched |= set(mail.draft_folder_id.ids)
            return [(mail.id, work.drafts, *rest) for _folder, *rest in old]

        work.remove += self.commit(bind)

    def _remove(self, session, work: Work) -> None:
        for outgoing_id, raw, uidvalidity, uid, token, message_id in work.remove:
            known = Expected(message_id=message_id or None, operation=token or None)
            try:
                if not uid:
                    uids = self._find(session, raw, Before(uidvalidity, 1), {0: known})[
                        1
                    ]
                    uid_now = uids.get(0)
                else:
                    uid_now = uid
                if uid_now:
                    session.open_known(raw, uidvalidity=uidvalidity)
                    session.expunge({uid_now: known}, uidvalidity=uidvalidity)
            except UidValidityChanged:
                # numbered anew: the next look finds it by what it says of itself
                told = session.state.uidvalidity or 1
                self.commit(
                    lambda env, o=outgoing_id, u=uid, t=told: env["crm.mail.outgoing"]
                    .browse(o)
                    ._old_moved(u, t)
                )
                continue
            except MailError as error:
                if not error.connection_usable:
                    raise
                if error.code != "folder_missing":
                    _logger.info("draft %s stays: %s", outgoing_id, error.code)
                    self.commit(
                        lambda env, o=outgoing_id: env["crm.mail.outgoing"]
                        .browse(o)
                        ._old_stays(NO_FOLDER_PAUSE)
                    )
                    continue
            self.commit(
                lambda env, o=outgoing_id, u=uid, r=raw: self._removed(env, o, u, r)
            )

    def _removed(self, env, outgoing_id: int, uid: int, raw: str) -> None:
        self.touched |= set(
            self.account(env).folder_ids.filtered(lambda f: f.raw == raw).ids
        )
        env["crm.mail.outgoing"].browse(outgoing_id)._old_removed(uid)


def _copy(mail) -> Copy:
    folder = mail.filing_folder_id
    return Copy(
        id=mail.id,
        message_id=mail.message_id,
        sent_at=mail.sent_at,
        looks=mail.filing_tries,
        before=Before(mail.filing_uidvalidity, mail.filing_uidnext)
        if mail.filing_uidnext
        else None,
        raw_name=folder.raw or None,
        uncertain=mail.state == "uncertain",
        storing=mail.filing == "storing",
        provider_files=mail._provider_files(),
    )
