"""Bring what users changed to the server: the write-back queue's worker.

What to send, in which order and what an error means is decided in
``mailkit/sync/operations.py``; here are the rows.  Every command is followed by one
transaction under the fence that stores what it did.  Before a move or a copy the
target's UIDNEXT is committed with the operation, so that after a crash the worker looks
whether it was done instead of doing it twice (law 6, law 7).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.imap.append import Before
from ..mailkit.imap.transfer import Transferred
from ..mailkit.imap.verify import Expected
from ..mailkit.sync import operations
from ..mailkit.sync.operations import Action, Group, Kind, Operation
from . import change_writer, mail_places, unread_counts
from . import flags as bits
from .error_messages import describe
from .index_writer import LONG_AGO

_logger = logging.getLogger(__name__)

MOST = 5000
"""Operations that one turn takes; the rest follows in the next one."""


@dataclass(frozen=True)
class Place:
    """A folder as values: no record lives over network waits."""

    raw: str
    uidvalidity: int


@dataclass(frozen=True)
class Work:
    """What there is to push: the plan, and what its ids mean."""

    claim: operations.Claim
    mails: Mapping[int, Expected]
    places: Mapping[int, Place]
    tries: Mapping[int, int]
    created: Mapping[int, float]
    befores: Mapping[int, Before]
    created_target: frozenset[int]


class OperationPush:
    """Pushes the waiting operations of one account over one session."""

    def __init__(self, worker, endpoint):
        self.commit = worker.commit
        self.account = worker.account
        self.tell = worker.tell
        self.endpoint = endpoint
        self.failed: set[int] = set()
        self.touched: set[int] = set()
        """Ids of folders that got mail by a move: to be looked at in this turn."""

    def run(self, session) -> bool:
        """Push what can be pushed now; true when something was sent."""
        work = self.commit(self.load)
        return work is not None and self.push(session, work)

    def push(self, session, work: Work) -> bool:
        """:meth:`run` with what :meth:`load` found a moment ago."""
        if work.claim.settled:
            self.commit(lambda env: self._settle(env, work.claim.settled))
        for group in work.claim.groups:
            steps = tuple(
                step for step in group.steps if step.message not in self.failed
            )
            if steps:
                self._push(session, Group(steps), work)
        return bool(work.claim.groups)

    # -- what waits ----------------------------------------------------------------

    def load(self, env) -> Work | None:
        """What can be pushed now; ``None`` for nothing."""
        account = self.account(env)
        now = fields.Datetime.now()
        rows = env["crm.mail.operation"].search(
            [("account_id", "=", account.id)], limit=MOST, order="id"
        )
        if not rows:
            return None
        later = {
            row.message_id.id for row in rows if row.not_before and row.not_before > now
        }
        found = []
        flags = {}
        where: dict[int, int] = {}
        for row in rows:
            mail = row.message_id
            if mail.id in later or not mail.folder_id or not mail.uid:
                continue  # its pause is not over, or nobody knows where it is
            place = where.get(mail.id, mail.folder_id.id)
            found.append(
                Operation(
                    id=row.id,
                    kind=Kind(row.kind),
                    message=mail.id,
                    folder=place,
                    uid=mail.uid if place == mail.folder_id.id else None,
                    created=row.created,
                    add=frozenset(bits.unpack(row.add_flags, row.add_words)),
                    remove=frozenset(bits.unpack(row.remove_flags)),
                    target=row.target_id.id or None,
                    tries=row.tries,
                )
            )
            if row.kind == Kind.MOVE.value:
                where[mail.id] = row.target_id.id
            flags[mail.id] = frozenset(bits.unpack(mail.server_flags, mail.keywords))
        if not found:
            return None
        mails = rows.message_id
        folders = mails.folder_id | rows.target_id
        return Work(
            claim=operations.claim(found, flags=flags),
            mails={mail.id: _expected(mail) for mail in mails},
            places={
                folder.id: Place(folder.raw, folder.uidvalidity or 1)
                for folder in folders
            },
            tries={row.id: row.tries for row in rows},
            created={row.id: (now - row.created).total_seconds() for row in rows},
            befores={
                row.id: Before(row.before_uidvalidity, row.before_uidnext)
                for row in rows
                if row.before_uidnext
            },
            created_target=frozenset(rows.filtered("created_target").ids),
        )

    # -- one command ---------------------------------------------------------------

    def _push(self, session, group: Group, work: Work) -> None:
        send = {
            Kind.FLAGS: self._flags,
            Kind.MOVE: self._transfer,
            Kind.COPY: self._transfer,
            Kind.EXPUNGE: self._expunge,
        }[group.kind]
        try:
            send(session, group, work)
        except MailError as error:
            self._after_error(session, group, work, error)
            if not error.connection_usable:
                raise

    def _open(self, session, group: Group, work: Work) -> Place:
        place = work.places[group.steps[0].folder]
        session.open_known(place.raw, uidvalidity=place.uidvalidity)
        return place

    def _flags(self, session, group: Group, work: Work) -> None:
        place = self._open(session, group, work)
        step = group.steps[0]
        stored = session.store_flags(
            [step.uid for step in group.steps],
            uidvalidity=place.uidvalidity,
            add=step.add,
            remove=step.remove,
        )
        there = session.still_there(step.uid for step in group.steps)
        done = Group(tuple(step for step in group.steps if step.uid in there))
        gone = [one for s in group.steps if s.uid not in there for one in s.ids]
        messages = [step.message for step in done.steps]
        add = bits.pack(step.add - stored.refused)[0]
        remove = bits.pack(step.remove - stored.refused)[0]
        local = bits.pack(step.add & stored.refused)[0]
        local_off = bits.pack(step.remove)[0]

        def acknowledge(env):
            env.cr.execute(
                "UPDATE crm_mail_message"
                "   SET server_flags = (server_flags | %s) & ~%s,"
                "       local_flags = (local_flags | %s) & ~%s"
                " WHERE id = ANY(%s)",
                [add, remove, local, local_off, messages],
            )
            self._settle(env, done.ids)
            # somebody moved these, so they are marked where they turn up
            self._resolve(env, gone, work)

        self.commit(acknowledge)

    def _transfer(self, session, group: Group, work: Work) -> None:
        first = group.steps[0]
        source, target = work.places[first.folder], work.places[first.target]
        expected = {step.uid: work.mails[step.message] for step in group.steps}
        if first.look and first.ids[0] in work.befores:
            resume = (
                session.resume_move if group.kind is Kind.MOVE else session.resume_copy
            )
            result = resume(
                expected,
                source.raw,
                target.raw,
                uidvalidity=source.uidvalidity,
                before=work.befores[first.ids[0]],
            )
        else:
            before = session.before(target.raw)
            if not self.commit(lambda env: self._sending(env, group, before)):
                return
            session.open_known(source.raw, uidvalidity=source.uidvalidity)
            send = session.move if group.kind is Kind.MOVE else session.copy
            result = send(expected, target.raw, uidvalidity=source.uidvalidity)
        self.touched |= {first.folder, first.target}
        self.commit(lambda env: self._transferred(env, group, result, work))

    def _sending(self, env, group: Group, before: Before) -> bool:
        """False where a part was taken back meanwhile: the next turn sees the rest."""
        rows = self._left(env, group.ids)
        if len(rows) < len(group.ids):
            return False
        superseded = rows.browse(one for step in group.steps for one in step.superseded)
        superseded.unlink()
        (rows - superseded).write(
            {
                "tries": 1,
                "before_uidvalidity": before.uidvalidity,
                "before_uidnext": before.uidnext,
            }
        )
        return True

    def _transferred(self, env, group: Group, result: Transferred, work: Work):
        """Store what a move or copy did; mails that were not there wait a while."""
        target = group.steps[0].target
        settled: list[int] = []
        places = []
        lost = []
        absent: list[int] = []
        for step in group.steps:
            if step.uid not in result.done:
                absent += step.ids
                continue
            settled += step.ids
            if group.kind is Kind.COPY:
                continue
            uid = result.uids.get(step.uid)
            if uid and result.uidvalidity:
                places.append((step.message, target, result.uidvalidity, uid))
            else:
                lost.append(step.message)
        lease = self.account(env).lease_ids
        mail_places.place(env, places)
        mail_places.unplace_mails(env, lost, lease.pass_number)
        self._count_again(env, {group.steps[0].folder, target})
        self._settle(env, settled)
        self._resolve(env, absent, work)

    def _expunge(self, session, group: Group, work: Work) -> None:
        place = self._open(session, group, work)
        expected = {step.uid: work.mails[step.message] for step in group.steps}
        result = session.expunge(expected, uidvalidity=place.uidvalidity)
        gone = result.expunged | result.gone
        marked = [
            step.message for step in group.steps if step.uid in result.left_behind
        ]
        ranges = [(uid, uid) for uid in sorted(gone)]
        settled = [
            operation
            for step in group.steps
            if step.uid in gone | result.left_behind
            for operation in step.ids
        ]
        other = [
            operation
            for step in group.steps
            if step.uid in result.not_the_same
            for operation in step.ids
        ]

        def acknowledge(env):
            folder = env["crm.mail.folder"].browse(group.steps[0].folder)
            lease = self.account(env).lease_ids
            if marked:
                env.cr.execute(
                    "UPDATE crm_mail_message SET server_flags = server_flags | %s"
                    " WHERE id = ANY(%s)",
                    [bits.DELETED, marked],
                )
            mail_places.unplace(
                env, folder, place.uidvalidity, ranges, lease.pass_number
            )
            self._count_again(env, {folder.id})
            self._settle(env, settled)
            self._resolve(env, other, work)

        self.commit(acknowledge)
        self.touched.add(group.steps[0].folder)

    # -- when the server does not do it ----------------------------------------------

    def _after_error(self, session, group: Group, work: Work, error: MailError):
        steps = group.steps
        done = error.facts if isinstance(error.facts, Transferred) else None
        if done is not None and done.done:
            self.commit(
                lambda env: self._transferred(
                    env,
                    Group(tuple(s for s in steps if s.uid in done.done)),
                    done,
                    work,
                )
            )
            steps = tuple(step for step in steps if step.uid not in done.done)
            if not steps:
                return
        ids = [one for step in steps for one in step.ids]
        verdict = operations.after_error(
            error,
            kind=group.kind,
            tries=max(work.tries[one] for one in ids),
            size=len(steps),
            age=max(work.created[one] for one in ids),
            created_target=bool(work.created_target & set(ids)),
            jitter=random.random(),  # noqa: S311 no secret
        )
        _logger.info("operations %s: %s, %s", ids[:5], error.code, verdict.action.value)
        self.failed |= {step.message for step in steps}
        if verdict.action is Action.CREATE:
            self._make_target(session, work.places[group.steps[0].target].raw, ids)
        elif verdict.action is Action.SPLIT:
            self.failed -= {step.message for step in steps}
            for step in steps:
                self._push(session, Group((step,)), work)
        elif verdict.action is Action.PARK:
            self.commit(lambda env: self._refuse(env, ids, error))
        elif verdict.action is Action.RESOLVE:
            self.commit(lambda env: self._resolve(env, ids, work))
        else:
            self.commit(
                lambda env: self._later(env, ids, verdict.pause, counts=verdict.counts)
            )

    def _make_target(self, session, raw: str, ids):
        """The folder is gone; make it once, or say that it cannot be."""
        try:
            session.make_folder(raw)
        except MailError as error:
            if not error.connection_usable:
                raise
            refused = error
            self.commit(lambda env: self._refuse(env, ids, refused))
        else:
            self.commit(lambda env: self._try_again_at_once(env, ids))

    def _try_again_at_once(self, env, ids):
        self._left(env, ids).write(
            {"created_target": True, "tries": 0, "before_uidnext": False}
        )

    def _resolve(self, env, ids, work: Work):
        """Somebody moved or removed the mails: the folder's sync finds out which."""
        gave_up = [one for one in ids if work.tries[one] + 1 >= operations.MAX_TRIES]
        rest = [one for one in ids if one not in gave_up]
        self._later(env, rest, operations.LOOK_PAUSE)
        if gave_up:
            self._refuse(env, gave_up, MailError(code="message_gone"))

    def _later(self, env, ids, pause: float, counts: bool = True):
        due = fields.Datetime.now() + timedelta(seconds=pause)
        for operation in self._left(env, ids):
            operation.write(
                {"not_before": due, "tries": operation.tries + (1 if counts else 0)}
            )

    def _refuse(self, env, ids, error: MailError):
        """Undo on screen what the server would not do, and say why."""
        rows = self._left(env, ids)
        account = self.account(env)
        asked = rows.user_id
        count = len(rows.message_id)
        self._settle(env, ids)
        for user in asked:
            env_user = env(context={"lang": user.lang})
            reason = describe(env_user, error, self.endpoint).text
            user._bus_send(
                "crm_mail_accounts/refused",
                {
                    "account_id": account.id,
                    "message": env_user._(
                        "%(count)s changes were not made on the mail server: "
                        "%(reason)s",
                        count=count,
                        reason=reason,
                    ),
                },
            )
        owner = env(context={"lang": account.user_id.lang})
        env["crm.mail.log"].create(
            {
                "account_id": account.id,
                "user_id": account.user_id.id,
                "source": "outgoing",
                "level": "warning",
                "message": f"{describe(owner, error, self.endpoint).text}"
                f" [{error.detail[:500]}]",
            }
        )

    @staticmethod
    def _left(env, ids):
        """Those that are there yet: a row that stood in for a mail that came back, or a
        folder that went, takes its operations with it."""
        return env["crm.mail.operation"].browse(ids).exists()

    # -- rows --------------------------------------------------------------------------

    def _settle(self, env, ids):
        """These operations are over: show the mails as the rest of them wants."""
        rows = self._left(env, ids)
        # Mails of their own: those of the rows would be read one by one, once the rows
        # that they came with are gone.
        mails = env["crm.mail.message"].browse(rows.message_id.ids)
        folders = mails.shown_folder_id | mails.folder_id | rows.target_id
        rows.unlink()
        env.flush_all()
        change_writer.show_pending(env, mails.ids)
        folders |= mails.shown_folder_id
        unread_counts.recount_unread(env, folders)
        self.tell(env, folders)

    def _count_again(self, env, folder_ids):
        """The number of rows with a place in these folders."""
        for folder in env["crm.mail.folder"].browse(folder_ids):
            total = env["crm.mail.message"].search_count(
                [("folder_id", "=", folder.id), ("uid", "!=", False)]
            )
            if folder.indexed_total != total:
                folder.indexed_total = total


def _expected(mail) -> Expected:
    """What the mail must still be; a date that nobody told is not compared."""
    arrived = mail.internal_date
    told = arrived and fields.Datetime.to_string(arrived) != LONG_AGO
    return Expected(
        size=mail.size or None,
        internaldate=arrived.replace(tzinfo=timezone.utc) if told else None,
        message_id=mail.message_id or None,
    )
