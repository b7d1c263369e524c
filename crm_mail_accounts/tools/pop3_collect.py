"""Collect POP3 mailboxes into folders of the account that a worker holds.

Which mails are fetched and which deleted is decided in ``mailkit/sync/pop3.py``; one
session is ``maildrop_run``; here is which mailboxes are due, and how it went.

A mailbox that cannot be collected has its own problem and its own pause; the account
goes on.  Only when the account's own connection breaks, the account's turn ends.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.sync.backoff import pause_after
from ..mailkit.trace import Trace
from ..mailkit.values import Endpoint
from .error_messages import describe
from .kept_mailbox import KeptMailbox
from .lease import LeaseLost
from .maildrop_run import FolderFailed, KeptMaildropRun, MaildropRun, Outcome, Task

_logger = logging.getLogger(__name__)


class Pop3Collect:
    """Collects what is due of one account, over its open IMAP session."""

    def __init__(self, worker):
        self.worker = worker
        self.commit = worker.commit
        self.account = worker.account
        self.touched: set[int] = set()
        """Ids of folders that got mail: to be looked at in this turn."""
        self.seconds = 0.0
        """How long it took: time that the folders must not lose."""

    def run(self, session) -> bool:
        """Collect what is due; true when something was left for the next turn.

        :raises MailError: the account's own connection broke
        """
        return self.collect(session, self.commit(self.due))

    def collect(self, session, bridge_ids: Iterable[int]) -> bool:
        """:meth:`run` with what :meth:`due` found a moment ago."""
        more = False
        begin = self.worker.clock()
        for bridge_id in bridge_ids:
            more |= self._collect(session, bridge_id)
        self.seconds = self.worker.clock() - begin
        return more

    def due(self, env) -> list[int]:
        """Ids of the POP3 mailboxes whose time has come."""
        return (
            env["crm.mail.pop3.bridge"]
            .search(
                [
                    ("account_id", "=", self.account(env).id),
                    ("next_run", "<=", fields.Datetime.now()),
                ],
                order="next_run, id",
            )
            .ids
        )

    def _collect(self, session, bridge_id: int) -> bool:
        task = endpoint = None
        try:
            task = self.commit(lambda env: self._task(env, bridge_id))
            if task is None:
                return False
            self.touched.add(task.folder_id)
            endpoint = task.endpoint
            kept = isinstance(session, KeptMailbox)
            run = KeptMaildropRun if kept else MaildropRun
            outcome = run(self.worker, task, session).run()
            return self.commit(lambda env: self._store_outcome(env, task, outcome))
        except FolderFailed as failure:
            error, endpoint = failure.error, None
            if not error.connection_usable:
                raise error from failure
        except MailError as failure:
            error = failure
        except LeaseLost:
            raise
        except Exception:
            # One mailbox must not stop the others, nor the account (law 10).
            _logger.exception("POP3 mailbox %s: defect in its run", bridge_id)
            error = MailError(code="defect", retry=True)
        self.commit(
            lambda env: self._store_failure(env, bridge_id, error, endpoint, task)
        )
        return False

    def _task(self, env, bridge_id: int) -> Task | None:
        """:raises MailError: ``secret_unreadable``, ``inbox_missing``"""
        bridge = env["crm.mail.pop3.bridge"].browse(bridge_id).exists()
        if not bridge:
            return None
        account = self.account(env)
        folder = bridge.folder_id or account.folder_ids.filtered(
            lambda folder: folder.role == "inbox"
        )
        if not folder:
            raise MailError("no inbox to collect into", code="inbox_missing")
        return Task(
            bridge_id=bridge.id,
            folder_id=folder[0].id,
            raw=folder[0].raw,
            endpoint=bridge._endpoint(),
            credentials=bridge._credentials(),
            policy=bridge._policy(),
            after=bridge.after,
            uidl_lost=bridge.uidl_lost,
            trace=Trace() if account.debug else None,
        )

    # -- how it went ---------------------------------------------------------------

    def _store_outcome(self, env, task: Task, outcome: Outcome) -> bool:
        bridge = env["crm.mail.pop3.bridge"].browse(task.bridge_id).exists()
        if not bridge:
            return False
        env = env(context={"lang": bridge.user_id.lang})
        left = bool(outcome.counts["left"])
        now = fields.Datetime.now()
        text = outcome_text(env, outcome)
        recovered = bool(bridge.error_code)
        if not bridge.keep_copy:
            text = f"{text} {bridge.with_env(env)._deletion_obstacle()}".strip()
        bridge.write(
            {
                "last_run": now,
                "result": text,
                "next_run": now if left else now + timedelta(minutes=bridge.interval),
                "after": outcome.after,
                "uidl_lost": outcome.uidl_lost,
                "failures": 0,
                "error_code": False,
                "error_message": False,
                "error_at": False,
            }
        )
        self.worker.log_trace(env, task and task.trace)
        if recovered and bridge.own:
            self.worker.tell(env)
        if outcome.counts["appended"] or outcome.counts["deleted"]:
            self.worker.log(env, "info", f"{bridge.name}: {text}")
        return left

    def _store_failure(
        self,
        env,
        bridge_id: int,
        error: MailError,
        endpoint: Endpoint | None,
        task: Task | None,
    ):
        bridge = env["crm.mail.pop3.bridge"].browse(bridge_id).exists()
        if not bridge:
            return
        _logger.info("POP3 mailbox %s: %s", bridge.id, error.code)
        env = env(context={"lang": bridge.user_id.lang})
        text = describe(env, error, endpoint).text
        known = bridge.error_code == error.code
        failures = bridge.failures + 1
        now = fields.Datetime.now()
        bridge.write(
            {
                "last_run": now,
                "next_run": now + timedelta(seconds=pause_after(error, failures)),
                "failures": failures,
                "error_code": error.code,
                "error_message": text,
                "error_at": bridge.error_at if known else now,
            }
        )
        self.worker.log_trace(env, task and task.trace)
        self.worker.log(
            env, "error", f"{bridge.name}: {text} [{error.detail[:500]}]", "pop3_auth"
        )
        if bridge.own:
            # It is the account that has the problem, for whoever looks at it.
            self.worker.tell(env)
        if not known and not error.retry:
            # What only a person can mend is told once, as for accounts.
            title = env._("POP3 mailbox %(name)s", name=bridge.name)
            self.worker.tell_owner(env, title, text)


def outcome_text(env, outcome: Outcome) -> str:
    """The run in words."""
    counts = outcome.counts
    if outcome.uidl_lost:
        return env._(
            "The server does not tell its mails apart at the moment, so nothing was "
            "collected. It is tried again."
        )
    parts = [env._("%(count)s new mails.", count=counts["appended"])]
    if counts["deleted"]:
        parts.append(
            env._("%(count)s deleted on the POP3 server.", count=counts["deleted"])
        )
    if counts["left"]:
        parts.append(
            env._("%(count)s more come with the next run.", count=counts["left"])
        )
    if counts["too_large"]:
        parts.append(
            env._(
                "%(count)s are too large and stay on the POP3 server.",
                count=counts["too_large"],
            )
        )
    if counts["given_up"]:
        parts.append(
            env._(
                "%(count)s could not be collected and stay on the POP3 server.",
                count=counts["given_up"],
            )
        )
    if outcome.refused is not None:
        parts.append(
            env._(
                "%(count)s were refused by the mail server of the account: %(reason)s",
                count=counts["refused"],
                reason=outcome.refused.detail[:200],
            )
        )
    return " ".join(parts)
