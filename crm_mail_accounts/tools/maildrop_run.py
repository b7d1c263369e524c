"""One session with one POP3 maildrop: fetch, put into a folder, delete.

Each step is committed before the next one begins::

    RETR            the bytes, and the folder's UIDNEXT as it was before
    APPEND          the mail is in the folder: told by APPENDUID, or looked for
    about to DELE   of mails alone that were proved to be in their folder
    QUIT            the server deleted them

A worker that died anywhere leaves a row that says where: bytes that wait are looked for
in their folder first, and put into it only when they are not there.  What QUIT did not
confirm is told by the next session's listing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from odoo import fields

from ..mailkit.errors import LimitExceeded, MailError
from ..mailkit.imap.append import Before, NewMail
from ..mailkit.imap.verify import Expected
from ..mailkit.limits import MAX_LITERAL, POP3_TRIES
from ..mailkit.mime.arrival import arrival, with_crlf
from ..mailkit.mime.header_fields import index_header
from ..mailkit.sync.pop3 import (
    KnownMail,
    ListedMail,
    MailState,
    Policy,
    SessionPlan,
    deletable,
    digest_of,
    failed,
    plan_session,
    settle,
)
from ..mailkit.trace import Trace
from ..mailkit.values import Credentials, Endpoint

RUN_SECONDS = 20.0
"""Longest run of one mailbox; what is left comes in the next one."""
HOLD_SECONDS = 30.0
"""The lease is renewed this often while one large mail comes in."""
UIDL_LOST_RUNS = 3
"""Runs after which a server without UIDLs is believed to have none any more."""
ALL_MAILS = frozenset(
    "folder_missing mailbox_full not_permitted server_busy target_missing".split()
)
"""Refusals of the folder that the next mail would meet as well."""


class FolderFailed(Exception):
    """The folder's server did not take mail: not the POP3 server's fault."""

    def __init__(self, error: MailError):
        super().__init__(error.code)
        self.error = error


@dataclass(frozen=True)
class Task:
    """One run of one mailbox, as values: no record lives over network waits."""

    bridge_id: int
    folder_id: int
    raw: str
    endpoint: Endpoint
    credentials: Credentials
    policy: Policy
    after: int
    uidl_lost: int
    trace: Trace | None


@dataclass
class Outcome:
    """What a run did, for its sentence; ``refused``: mails that the folder's server
    would not take, with the last reason."""

    counts: Counter = field(default_factory=Counter)
    refused: MailError | None = None
    after: int = 0
    uidl_lost: int = 0


class MaildropRun:
    """One session with one maildrop."""

    def __init__(self, worker, task: Task, session):
        self.worker = worker
        self.commit = worker.commit
        self.clock = worker.clock
        self.task = task
        self.session = session
        self.deadline = worker.clock() + RUN_SECONDS
        self.outcome = Outcome(after=task.after)
        self.marked: list[ListedMail] = []
        """Mails to delete in this session, safe in their folder."""

    def run(self) -> Outcome:
        """:raises MailError: the POP3 server; :raises FolderFailed: the account's"""
        self._finish_stored()
        task = self.task
        with self.worker.door._open_pop3__(
            task.endpoint, task.credentials, trace=task.trace
        ) as pop3:
            sizes, uidls = pop3.sizes(), pop3.uidls()
            plan = self.commit(lambda env: self._plan(env, sizes, uidls))
            self.outcome.counts.update(
                left=plan.left,
                too_large=len(plan.too_large),
                given_up=len(plan.given_up),
            )
            if plan.uidl_lost:
                self.outcome.uidl_lost = task.uidl_lost + 1
                return self.outcome
            self.marked += plan.delete
            alone = Counter((uidls or {}).values())
            self._fetch(pop3, plan, uidls or {}, alone)
            self._delete(pop3)
        return self.outcome

    def _bridge(self, env):
        return env["crm.mail.pop3.bridge"].browse(self.task.bridge_id)

    # -- the plan ------------------------------------------------------------------

    def _plan(self, env, sizes, uidls) -> SessionPlan:
        bridge, seen = self._bridge(env), env["crm.mail.pop3.seen"]
        plan = plan_session(
            sizes,
            uidls,
            seen._known(bridge),
            self.task.policy,
            fields.Datetime.now(),
            after=self.task.after,
            uidl_lost_for_good=self.task.uidl_lost + 1 >= UIDL_LOST_RUNS,
        )
        seen._remember(bridge, plan.new)
        seen._of(bridge, plan.vanished).write({"vanished": fields.Datetime.now()})
        seen._of(bridge, plan.returned).write({"vanished": False})
        seen._of(bridge, plan.forget).unlink()
        return replace(plan, delete=self._proved(env, plan.delete, uidls or {}))

    def _proved(self, env, mails, uidls) -> tuple[ListedMail, ...]:
        """Those that were found in their folder. Mails that share a UIDL go together:
        the others' ordinals shift when one goes."""
        rows = env["crm.mail.pop3.seen"]._of(
            self._bridge(env), [mail.key for mail in mails]
        )
        proved = set(rows.filtered("proved").mapped("key"))
        kept = {uidls.get(mail.number) for mail in mails if mail.key not in proved}
        return tuple(mail for mail in mails if uidls.get(mail.number) not in kept)

    # -- RETR ----------------------------------------------------------------------

    def _fetch(self, pop3, plan: SessionPlan, uidls, alone: Counter) -> None:
        for place, mail in enumerate(plan.fetch):
            if place and self.clock() >= self.deadline:
                self.outcome.counts["left"] += len(plan.fetch) - place
                if not plan.fetch[place - 1].key:
                    self.outcome.after = plan.fetch[place - 1].number
                return
            try:
                raw = self._retrieve(pop3, mail)
            except MailError as error:
                self._fetch_failed(mail, error)
                continue
            settled, proved = self._settle(mail, raw)
            one_of_its_name = alone[uidls.get(mail.number, "")] <= 1
            if proved and one_of_its_name and self._may_go(settled, mail):
                self.marked.append(replace(mail, key=settled.key, known=settled))
        self.outcome.after = plan.after

    def _retrieve(self, pop3, mail: ListedMail) -> bytes:
        blocks, held = [], self.clock()
        for block in pop3.retrieve_blocks(mail.number, limit=MAX_LITERAL):
            blocks.append(block)
            if self.clock() - held > HOLD_SECONDS:
                self.commit(lambda env: None)
                held = self.clock()
        return b"".join(blocks)

    def _fetch_failed(self, mail: ListedMail, error: MailError) -> None:
        """One mail that does not come keeps no other one waiting, and is tried a few
        times only; a server that broke off is not to blame on the mail."""
        record = failed(mail)
        mails_own = error.connection_usable or isinstance(error, LimitExceeded)
        if record is not None and mails_own and not error.retry:
            self.commit(
                lambda env: env["crm.mail.pop3.seen"]._put(self._bridge(env), record)
            )
        if not error.connection_usable:
            raise error

    def _settle(self, mail: ListedMail, raw: bytes) -> tuple[KnownMail, bool]:
        """Remember a mail that was fetched, and put it into its folder if it is new."""
        now = fields.Datetime.now()
        content = with_crlf(raw)
        arrived = arrival(content, now.replace(tzinfo=timezone.utc))
        digest = digest_of(raw)
        before = self._in_folder(lambda: self.session.before(self.task.raw))

        def remember(env):
            bridge, seen = self._bridge(env), env["crm.mail.pop3.seen"]
            twin, proved = seen._twin(bridge, digest)
            settled = settle(mail, digest, twin, now)
            fresh = settled.state is MailState.FETCHED
            row = seen._put(bridge, settled, proved=proved and not fresh)
            if not fresh or (twin is not None and twin.key == settled.key):
                return settled, row.proved, None  # done, or waiting since before
            row._store_raw(content, arrived, before)
            return settled, False, row.id

        settled, proved, row_id = self.commit(remember)
        if row_id is None:
            return settled, proved
        return settled, self._append(row_id, content, arrived, before)

    # -- APPEND --------------------------------------------------------------------

    def _in_folder(self, work):
        try:
            return work()
        except MailError as error:
            raise FolderFailed(error) from error

    def _finish_stored(self) -> None:
        """Mails whose bytes wait: an earlier worker did not come to their end."""
        for row_id in self.commit(self._waiting):
            found = self.commit(lambda env, row_id=row_id: self._stored(env, row_id))
            if found is None:
                continue
            content, arrived, before = found
            if self._look(before, _identities(content, arrived)):
                self.commit(lambda env, row_id=row_id: self._appended(env, row_id))
                continue
            before = self._in_folder(lambda: self.session.before(self.task.raw))
            self.commit(
                lambda env, row_id=row_id, before=before: self._send_again(
                    env, row_id, before
                )
            )
            self._append(row_id, content, arrived, before)

    def _waiting(self, env) -> list[int]:
        return (
            env["crm.mail.pop3.seen"]
            .search(
                [
                    ("bridge_id", "=", self.task.bridge_id),
                    ("state", "=", MailState.FETCHED.value),
                    "|",
                    ("busy_until", "=", False),
                    ("busy_until", "<=", fields.Datetime.now()),
                ],
                order="id",
            )
            .ids
        )

    def _stored(self, env, row_id: int):
        row = env["crm.mail.pop3.seen"].browse(row_id).exists()
        content = row and row._read_raw()
        if not content:
            # Nothing to go on with: as if it had never been fetched.
            row.write({"state": MailState.SEEN.value, "digest": False})
            return None
        before = Before(row.before_uidvalidity, row.before_uidnext)
        return content, row.arrived.replace(tzinfo=timezone.utc), before

    def _send_again(self, env, row_id: int, before: Before) -> None:
        row = env["crm.mail.pop3.seen"].browse(row_id)
        row._note_before(before)

    def _append(self, row_id: int, content: bytes, arrived: datetime, before) -> bool:
        """Put a mail into the folder; whether it was proved to be there.

        :raises FolderFailed: not for a reason of this mail alone
        """
        try:
            place = self.session.append(self.task.raw, content, (), arrived)
        except MailError as error:
            if not error.connection_usable or error.retry or error.code in ALL_MAILS:
                if error.connection_usable:
                    self.commit(lambda env: self._not_sent(env, row_id))
                raise FolderFailed(error) from error
            self.outcome.refused = error
            self.outcome.counts["refused"] += 1
            self.commit(lambda env: self._not_sent(env, row_id, counts=True))
            return False
        proved = bool(place) or self._look(before, _identities(content, arrived, True))
        self.commit(lambda env: self._appended(env, row_id, proved))
        return proved

    def _look(self, before: Before, identities) -> bool:
        """Whether one of these is among the folder's mails since ``before``."""
        for known in identities:
            try:
                if self.session.find_appended(self.task.raw, before, {0: known}):
                    return True
            except MailError as error:
                if error.code == "uidvalidity_changed" and error.connection_usable:
                    return False  # the folder was made anew, so it is not there
                raise FolderFailed(error) from error
        return False

    def _appended(self, env, row_id: int, proved: bool = True) -> None:
        row = env["crm.mail.pop3.seen"].browse(row_id).exists()
        row.write({"state": MailState.APPENDED.value, "proved": proved})
        row._drop_raw()
        self.outcome.counts["appended"] += 1

    def _not_sent(self, env, row_id: int, counts: bool = False) -> None:
        """The folder's server said no, so the mail is not there."""
        row = env["crm.mail.pop3.seen"].browse(row_id).exists()
        row.busy_until = False
        row.failures += counts
        if row.failures >= POP3_TRIES:
            # It stays in the POP3 mailbox, where its owner finds it.
            row.write({"state": MailState.SEEN.value, "digest": False})
            row._drop_raw()

    # -- DELE and QUIT ---------------------------------------------------------------

    def _may_go(self, settled: KnownMail, mail: ListedMail) -> bool:
        done = replace(settled, state=MailState.APPENDED)
        return deletable(done, mail.size, self.task.policy, fields.Datetime.now())

    def _delete(self, pop3) -> None:
        """Mark what is to go, and let QUIT delete it."""
        if not self.marked:
            return
        keys = {mail.key for mail in self.marked}
        self.commit(lambda env: self._set_state(env, keys, MailState.DELETE_OK))
        gone = set()
        for mail in self.marked:
            try:
                pop3.delete(mail.number)
            except MailError as error:
                if not error.connection_usable:
                    raise
                continue
            gone.add(mail.key)
        pop3.quit()
        self.commit(lambda env: self._set_state(env, gone, MailState.DELETED))
        self.outcome.counts["deleted"] += len(gone)

    def _set_state(self, env, keys, state: MailState) -> None:
        rows = env["crm.mail.pop3.seen"]._of(self._bridge(env), keys)
        rows.write({"state": state.value})


class KeptMaildropRun(MaildropRun):
    """Into a mailbox that is kept here: the transaction that stores a mail says so,
    hence nothing is ever looked for."""

    def _look(self, before: Before, identities) -> bool:
        return False

    def _append(self, row_id: int, content: bytes, arrived: datetime, before) -> bool:
        def store(env):
            mail = self.session.store(
                env, self.task.raw, NewMail(content, date=arrived), arriving=True
            )
            self.worker.kept_new_mail(env, mail)
            self._appended(env, row_id)

        self._in_folder(lambda: self.commit(store))
        self.worker.new_mails += 1
        return True


def _identities(content: bytes, arrived: datetime, told: bool = False):
    """What a mail must look like to be this one, the strictest first: servers change
    the size (line ends) or the arrival date of what they store.

    ``told``: the server said that it stored the mail, so its Message-ID is enough.
    """
    message_id = index_header(content).message_id or None
    size = len(content)
    yield Expected(size=size, internaldate=arrived, message_id=message_id)
    if message_id:
        yield Expected(size=size, message_id=message_id)
        yield Expected(internaldate=arrived, message_id=message_id)
        if told:
            yield Expected(message_id=message_id)
