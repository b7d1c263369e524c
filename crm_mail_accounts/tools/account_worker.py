"""One worker's turn with one account: look, fetch, store, give back.

The worker owns no transaction while it talks to the server (law 8).  It takes what it
needs in a short transaction, fetches, and stores each window in another one that starts
by proving the claim (:meth:`crm.mail.account.lease._renew`), so that a worker that was
taken over writes nothing.  Killed at any point and run again, the result is the same:
progress is committed together with the rows it speaks of (law 2).

Order within a turn: mails leave (``outgoing_send``); what users changed is pushed
(``operation_push``), copies and drafts are stored (``outgoing_mailbox``); the folder
list, now and then (``folder_listing``); POP3 mailboxes that are due (``pop3_collect``);
folder by folder, the inbox first (``folder_pass``); rules move to the server or back
(``sieve_rules``); preview lines; the account is given back (``turn_end``).  A mailbox
that is kept here has a shorter turn (``kept_turn``).

Mostly there is nothing to do, so what could be is asked together (:class:`Opening`,
:class:`Waiting`, :class:`Rest`): such a turn has four transactions.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from odoo import api, fields

from ..mailkit.errors import MailError
from ..mailkit.trace import Trace
from ..mailkit.values import Credentials, Endpoint
from . import (
    arrivals,
    folder_trouble,
    mail_places,
    oauth,
    quarantine,
    thread_writer,
    vacation_sending,
)
from .folder_choice import count_unseen_folders, folders_to_look_at
from .folder_listing import Listing
from .folder_look import FolderTask
from .folder_pass import FolderPass
from .kept_turn import KeptTurn
from .lease import Claim, LeaseLost
from .link_posting import LinkPosting
from .operation_push import OperationPush
from .operation_push import Work as OperationWork
from .outgoing_mailbox import OutgoingMailbox
from .outgoing_mailbox import Work as OutgoingWork
from .outgoing_send import OutgoingSend
from .pop3_collect import Pop3Collect
from .read_ahead import ReadAhead
from .sieve_rules import RulesTask, SieveRules
from .transaction import in_transaction
from .turn_end import TurnEnd
from .vacation_sending import VacationSending

_logger = logging.getLogger(__name__)

T = TypeVar("T")


class FolderBroke(Exception):
    """The server hung up while one folder was looked at."""

    def __init__(self, folder_id: int, error: MailError):
        super().__init__(error.code)
        self.folder_id = folder_id
        self.error = error


SLICE_SECONDS = 8.0
"""Longest turn: the host gives a job ten seconds before others want the worker."""
TELL_EVERY = 1.0
"""Seconds between two notices of an index that fills up: each costs a connection to
the database, and nobody reads faster."""
MOST_BREAKS = 3
"""Connections that one folder may break in a turn; the other folders wait for it."""


@dataclass(frozen=True)
class Login:
    """Where to connect and with what."""

    endpoint: Endpoint
    credentials: Credentials
    trace: Trace | None


@dataclass(frozen=True)
class Opening:
    """What a turn begins with: ids of mails whose time to leave has come; ``login``
    unless something must be done first."""

    kind: str
    to_send: tuple[int, ...]
    login: Login | None = None


@dataclass(frozen=True)
class Waiting:
    """What is done before folders are looked at."""

    operations: OperationWork | None
    outgoing: OutgoingWork | None
    listing_is_old: bool
    bridges: tuple[int, ...]


@dataclass(frozen=True)
class Rest:
    """What is done when all folders were looked at."""

    rules: RulesTask | None
    threads: bool
    links: bool

    def __bool__(self) -> bool:
        return self.rules is not None or self.threads or self.links


class AccountWorker:
    """Does one turn for one claimed account.

    ``door`` is any ``crm.mail.account`` recordset: its network methods touch no
    database.  ``transaction`` opens a context manager with an environment of its own.
    """

    def __init__(self, registry, door, claim: Claim, clock=time.monotonic):
        self.registry = registry
        self.door = door
        self.claim = claim
        self.clock = clock
        self.deadline = clock() + SLICE_SECONDS
        self.started = fields.Datetime.now()
        self.new_mails = 0
        self.arrived_in: set[int] = set()
        """Ids of folders with new mail that nothing was done with yet."""
        self.unreadable_in: set[int] = set()
        """Ids of folders with mails that could not be read, to be tried again."""
        self.replies_wait = False
        """Whether automatic answers may wait to be sent."""
        self.told_at: float | None = None
        self.untold: set[int] = set()
        """Ids of changed folders whose turn to be told of has not come."""
        self.trace: Trace | None = None
        self.end = TurnEnd(self)

    # -- transactions ------------------------------------------------------------

    def commit(self, work: Callable[[api.Environment], T]) -> T:
        """Run ``work(env)`` in a transaction of its own, under the fence.

        :raises LeaseLost: another worker has the account; nothing was written
        """

        def fenced(env):
            env["crm.mail.account.lease"]._renew(self.claim)
            return work(env)

        return in_transaction(self.registry, fenced)

    def account(self, env):
        return env["crm.mail.account"].browse(self.claim.account_id)

    # -- the turn ------------------------------------------------------------------

    def run(self) -> bool:
        """Work until done or the slice is over; true when work is left.

        Every outcome is stored on the lease, so the account is never stuck.
        """
        endpoint = None
        try:
            opening = self.commit(self._open)
            mails_wait = bool(opening.to_send) and self._send(opening.to_send)
            if opening.kind != "imap":
                # Its folders are kept here, or sending is all that it is for.
                kept_left = opening.kind == "pop3" and KeptTurn(self).run()
                more = mails_wait or kept_left
                self.commit(lambda env: self.end.give_back(env, more))
                return more
            login = opening.login or self._log_in()
            endpoint = login.endpoint
            try:
                more = self._work(login)
            except MailError as error:
                token = login.credentials.access_token
                if error.code != "token_refused" or not token:
                    raise
                # It should have been good, and may have ended early: once more.
                more = self._work(self._log_in(refused=token))
            return self.commit(lambda env: self._end(env, more or mails_wait))
        except LeaseLost:
            _logger.info("account %s: taken over", self.claim.account_id)
        except MailError as error:
            self.end.fail(error, endpoint)
        return False

    def _open(self, env) -> Opening:
        account = self.account(env)
        to_send = tuple(env["crm.mail.outgoing"]._to_send(account))
        # Mails leave before anything else, whatever is wrong with the mailbox.
        if to_send or account.kind != "imap" or account._token_is_due():
            return Opening(account.kind, to_send)
        return Opening(account.kind, (), self._login(env))

    def _send(self, to_send: tuple[int, ...]) -> bool:
        return OutgoingSend(
            self.registry,
            self.door,
            self.claim.account_id,
            self.commit,
            lambda: self.time_is_up,
        ).run(to_send)

    def _log_in(self, refused: str = "") -> Login:
        """An access token is renewed when it is due."""
        due = self.commit(lambda env: self.account(env)._token_is_due(refused))
        if due:
            oauth.renew(self.door, self.claim.account_id, refused)
        return self.commit(self._login)

    def _login(self, env) -> Login:
        account = self.account(env)
        trace = Trace() if account.debug else None
        return Login(account._imap_endpoint(), account._imap_credentials(), trace)

    def _end(self, env, more: bool) -> bool:
        """Give the account back; true when there is more to do at once."""
        more = more or self.operations_wait(env)
        self.end.give_back(env, more)
        return more

    def _work(self, login: Login) -> bool:
        """A turn on one connection, or on a few: a folder that breaks it is looked at
        again behind all others, so that it keeps none of them waiting (law 10)."""
        self.trace = login.trace
        broke: list[int] = []
        while True:
            try:
                return self._connected(login, broke)
            except FolderBroke as broken:
                broke.append(broken.folder_id)
                # Two folders: it is the network, or the server, for all of them.
                if len(set(broke)) > 1 or self.time_is_up:
                    raise broken.error from broken

    def _connected(self, login: Login, broke: list[int]) -> bool:
        """``broke``: the folder that broke a connection of this turn, each time."""
        with self.door._open_imap__(
            login.endpoint, login.credentials, trace=self.trace
        ) as session:
            push = OperationPush(self, login.endpoint)
            outgoing = OutgoingMailbox(self, login.endpoint)
            pop3 = Pop3Collect(self)
            listing = Listing(self)
            waiting = self.commit(
                lambda env: Waiting(
                    push.load(env),
                    outgoing.load(env),
                    listing.is_old(env),
                    tuple(pop3.due(env)),
                )
            )
            if waiting.operations:
                push.push(session, waiting.operations)
            if waiting.outgoing:
                outgoing.work_on(session, waiting.outgoing)
            touched = push.touched | outgoing.touched
            states = session.list_states()
            if waiting.listing_is_old:
                listing.fetch(session, states)
            pop3_left = pop3.collect(session, waiting.bridges)
            self.deadline += pop3.seconds
            touched |= pop3.touched
            tasks, rest = self.commit(lambda env: self._tasks(env, states, touched))
            tasks.sort(key=lambda task: task.folder_id in broke)
            if len(broke) >= MOST_BREAKS:
                tasks = [task for task in tasks if task.folder_id not in broke]
            for task in tasks:
                more = self._look(session, task)
                self._answer()
                if more:
                    return True
            self._answer()
            if rest is None:
                rest = self.commit(self._rest)
            if rest.rules:
                SieveRules(self).move(rest.rules)
            if rest.threads and self.thread():
                return True
            if rest.links and LinkPosting(self, session).post():
                return True
            return ReadAhead(self, session).run(tasks) or pop3_left

    def _answer(self):
        """Automatic answers leave as soon as the folder that asked for them is done."""
        if self.replies_wait:
            self.replies_wait = False
            VacationSending(self).run()

    def thread(self) -> bool:
        """Conversations; true when the time was up before all mails had theirs."""
        while self.commit(
            lambda env: thread_writer.assign_threads(env, self.account(env))
        ):
            if self.time_is_up:
                return True
        return False

    def _look(self, session, task: FolderTask) -> bool:
        """One folder; true when the time was up before it was done.

        One folder that cannot be read does not stop the others, as long as the
        connection can still be used.
        """
        looking = FolderPass(self, session, task)
        try:
            more = looking.run()
            if task.folder_id in self.unreadable_in:
                self._retry_unreadable(session, task)
            return more
        except MailError as error:
            if not error.connection_usable:
                if looking.broke is None:
                    raise
                self.commit(
                    lambda env: folder_trouble.remember_break(
                        self, env, task, looking.broke
                    )
                )
                raise FolderBroke(task.folder_id, error) from error
            refused = error
        self.commit(lambda env: folder_trouble.refuse(self, env, task, refused))
        return False

    def _retry_unreadable(self, session, task: FolderTask):
        wanted = self.commit(lambda env: quarantine.due(env, task.folder_id))
        for uid, message_id in wanted.items():
            if self.time_is_up:
                return
            if not self.open_again(session, task):
                return
            try:
                message = session.fetch_index_one(uid)
            except MailError as error:
                if not error.connection_usable:
                    raise FolderBroke(task.folder_id, error) from error
                message = None
            self.commit(
                lambda env, message_id=message_id, message=message: quarantine.store(
                    env, message_id, message
                )
            )

    def operations_wait(self, env) -> bool:
        """Somebody did something meanwhile that can be pushed at once."""
        operations = env["crm.mail.operation"]
        return bool(
            operations.search_count(
                [
                    ("account_id", "=", self.claim.account_id),
                    ("not_before", "=", False),
                    ("message_id.uid", "!=", False),
                ],
                limit=1,
            )
        )

    @property
    def time_is_up(self) -> bool:
        return self.clock() >= self.deadline

    # -- folders -------------------------------------------------------------------

    def _tasks(
        self, env, states, touched: set[int]
    ) -> tuple[list[FolderTask], Rest | None]:
        """The folders to look at; where there is none, also what comes behind them."""
        account = self.account(env)
        count_unseen_folders(account, states)
        self.arrived_in = arrivals.waiting_in(env, account)
        self.replies_wait = vacation_sending.waits(env, account)
        self.unreadable_in = quarantine.waiting_in(env, account)
        waiting = touched | self.arrived_in | self.unreadable_in
        tasks = folders_to_look_at(account, states, waiting)
        return tasks, None if tasks else self._rest(env)

    def _rest(self, env) -> Rest:
        self.end_of_pass(env)
        return Rest(
            SieveRules(self).task(env),
            thread_writer.wait(env, self.account(env)),
            LinkPosting(self, None).begin(env),
        )

    def end_of_pass(self, env):
        """Every folder was looked at: what is nowhere since two passes goes."""
        account = self.account(env)
        lease = account.lease_ids
        lease.pass_number += 1
        mail_places.collect_garbage(env, account, lease.pass_number)
        env["crm.mail.outgoing"]._learn_who_files(account)
        env["crm.mail.outgoing"]._link_sent(account)

    def put_in_local_folder(self, env, message_ids):
        """Incoming mail also shows in the CRM's own folder, if one is named [A13]."""
        account = self.account(env)
        if not (account.put_in_folder and message_ids):
            return
        local = env["crm.mail.folder"]._local(account, account.put_in_folder)
        env["crm.mail.message"].browse(message_ids).write({"local_folder_id": local.id})
        local._count_local()

    def kept_new_mail(self, env, message):
        """New mail of a mailbox that is kept here."""
        folder = message.folder_id
        if folder.role == "inbox":
            self.put_in_local_folder(env, message.ids)
        self.arrived_in.add(folder.id)
        self.tell_now_and_then(env, folder)

    def open_again(self, session, task: FolderTask) -> bool:
        """Open a folder for what comes after its pass; false when its UIDs are other
        ones by now, which the next pass sees to."""
        if session.selected == task.raw:
            return True
        uidvalidity = session.examine(task.raw).uidvalidity or 1
        return uidvalidity == self.commit(
            lambda env: env["crm.mail.folder"].browse(task.folder_id).uidvalidity
        )

    # -- telling -----------------------------------------------------------------------

    def log(self, env, level: str, message: str, source: str = "incoming"):
        account = self.account(env)
        env["crm.mail.log"].create(
            {
                "account_id": account.id,
                "user_id": account.user_id.id,
                "source": source,
                "level": level,
                "message": message,
            }
        )

    def log_trace(self, env, trace: Trace | None):
        """What was said to a server, while the account's debug switch is on [A21]."""
        if trace and trace.entries:
            self.log(env, "debug", "\n".join(trace.entries), "logger")

    def tell_owner(self, env, title: str, text: str):
        """What a person alone can mend, on the owner's screens until it is read."""
        note = {"type": "danger", "title": title, "message": text, "sticky": True}
        self.account(env).user_id._bus_send("simple_notification", note)

    def tell(self, env, folders=None):
        """Tell the open screens of the owner and the delegates."""
        self.account(env)._tell_screens(folders)
        told = set(folders.ids if folders else self.untold)
        env.cr.postcommit.add(lambda: self.untold.difference_update(told))

    def tell_now_and_then(self, env, folder):
        """Of what goes on changing; the last of it is told when the turn ends."""
        self.untold.add(folder.id)
        now = self.clock()
        if self.told_at is None or now - self.told_at >= TELL_EVERY:
            self.told_at = now
            self.tell_rest(env)

    def tell_rest(self, env):
        """Tell of what was not told yet."""
        if self.untold:
            self.tell(env, env["crm.mail.folder"].browse(sorted(self.untold)))
