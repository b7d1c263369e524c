"""Hand over the mails whose time has come: the first thing that a worker does.

No transaction is open while a server is talked to (law 8).  What an error means is
decided in ``mailkit/sync/sending.py``; how a state follows from another in
``models/crm_mail_outgoing_send.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from odoo import fields

from ..mailkit.errors import AuthError, MailError
from ..mailkit.sync.backoff import FIRST_PAUSE
from ..mailkit.sync.sending import Action, Verdict, after_error, by_patience
from . import oauth
from .error_messages import describe
from .outgoing_host import open_host_session
from .transaction import in_transaction

_logger = logging.getLogger(__name__)


class Superseded(Exception):
    """The attempt is not ours any more: close the connection, send nothing."""


class OutgoingSend:
    """Sends what waits in one account, or (``account_id`` false) what the host sends.

    ``commit`` runs a function in a transaction of its own; a worker's also proves the
    lease.
    """

    def __init__(
        self,
        registry,
        door,
        account_id: int | bool,
        commit: Callable,
        time_is_up: Callable[[], bool],
        trace=None,
    ):
        self.registry = registry
        self.door = door
        self.account_id = account_id
        self.commit = commit
        self.time_is_up = time_is_up
        self.endpoint = None
        self.session = None
        self.used = False

    def run(self, found: Sequence[int] = ()) -> bool:
        """Send until nothing waits or the time is up; true when something is left.

        :param found: ids of mails that were found to wait a moment ago
        """
        seen: set[int] = set()
        try:
            ids = found or self.commit(self._load)
            while ids := [one for one in ids if one not in seen]:
                seen.update(ids)
                for outgoing_id in ids:
                    if self.time_is_up():
                        return True
                    if not self._one(outgoing_id):
                        return False
                ids = self.commit(self._load)
            return False
        finally:
            self._close()

    def _load(self, env) -> list[int]:
        return env["crm.mail.outgoing"]._to_send(self._account(env))

    def _account(self, env):
        return env["crm.mail.account"].browse(self.account_id or [])

    def _one(self, outgoing_id: int) -> bool:
        """One mail; false when the others need not be tried now."""
        if self.session is None:
            try:
                self._connect()
            except MailError as error:
                self._cannot_connect(error)
                return False
        attempt = self.commit(
            lambda env: env["crm.mail.outgoing"].browse(outgoing_id)._begin()
        )
        if attempt is None:
            return True

        def before_dot():
            if not self.commit(
                lambda env: env["crm.mail.outgoing"]._announce_dot(attempt)
            ):
                raise Superseded(attempt.outgoing_id)

        try:
            delivery = self.session.send(
                attempt.envelope_from,
                attempt.recipients,
                attempt.raw,
                before_dot=before_dot,
            )
        except Superseded:
            _logger.info("outgoing %s: taken over before it left", outgoing_id)
            self._close()
            return True
        except MailError as error:
            return self._refused(attempt, error)
        refused = by_patience(delivery.refused)
        verdict_pause = FIRST_PAUSE * 2 ** min(attempt.tries, 5)
        self._store(
            attempt,
            lambda mail: mail._handed_over(delivery, refused, verdict_pause),
        )
        self.used = True
        return True

    def _refused(self, attempt, error: MailError) -> bool:
        verdict = after_error(error, tries=attempt.tries, age=attempt.age)
        if self.used and error.step == "mail" and verdict.connection:
            # Servers hang up on a connection after so many mails, or so long: the
            # next turn, which follows at once, has a new one.
            verdict = Verdict(Action.AGAIN)
        _logger.info(
            "outgoing %s: %s at %s, %s",
            attempt.outgoing_id,
            error.code,
            error.step,
            verdict.action.value,
        )
        endpoint = self.endpoint
        self._store(attempt, lambda mail: mail._not_taken(error, verdict, endpoint))
        if self.session is not None and self.session.closed:
            self._close()
        if verdict.connection and verdict.action is Action.AGAIN:
            self._cannot_connect(error)
            return False
        return True

    def _store(self, attempt, work: Callable) -> None:
        """Store how an attempt ended.

        Not under the lease, which may have gone to another worker while the server
        made us wait: the attempt's own number says whether we still decide.
        """

        def store(env):
            mail = env["crm.mail.outgoing"]._of_attempt(attempt)
            if mail:
                work(mail)

        in_transaction(self.registry, store)

    # -- the connection --------------------------------------------------------------

    def _connect(self) -> None:
        refused = ""
        while True:
            due = self.commit(lambda env, r=refused: self._token_is_due(env, r))
            if due:
                oauth.renew(self.door, self.account_id, refused)
            self.endpoint, credentials, by_host = self.commit(self._way_out)
            try:
                if by_host:
                    self.session = open_host_session(self.registry)
                else:
                    self.session = self.door._open_smtp__(self.endpoint, credentials)
                break
            except AuthError as error:
                token = credentials.access_token if credentials else ""
                if error.code != "token_refused" or not token or refused:
                    raise
                refused = token
        if self.account_id:
            self.commit(self._connected)

    def _token_is_due(self, env, refused: str) -> bool:
        account = self._account(env)
        return bool(account) and account._token_is_due(refused)

    def _way_out(self, env):
        """Endpoint, credentials, and whether it is the host that sends."""
        account = self._account(env)
        if not account or account.smtp_system:
            return None, None, True
        return account._smtp_endpoint(), account._smtp_credentials(), False

    def _connected(self, env) -> None:
        lease = self._account(env).lease_ids
        size = self.session.max_size
        if lease.smtp_error_code or lease.smtp_failures or lease.smtp_size != size:
            lease.write(
                {
                    "smtp_failures": 0,
                    "smtp_error_code": False,
                    "smtp_error_message": False,
                    "smtp_error_at": False,
                    "smtp_size": size,
                }
            )

    def _cannot_connect(self, error: MailError) -> None:
        """Every mail waits; the owner is told once, and each author beside the mail."""
        _logger.info("account %s: mail does not leave: %s", self.account_id, error.code)
        endpoint = self.endpoint

        def store(env):
            account = self._account(env)
            lease = account.lease_ids
            failures = lease.smtp_failures + 1
            verdict = after_error(error, tries=failures, age=0)
            owner = env(context={"lang": account.user_id.lang})
            text = describe(owner, error, endpoint).text
            known = lease.smtp_error_code == error.code
            if lease:
                lease.write(
                    {
                        "smtp_failures": failures,
                        "smtp_error_code": error.code,
                        "smtp_error_message": text,
                        "smtp_error_at": lease.smtp_error_at
                        if known
                        else fields.Datetime.now(),
                    }
                )
                env["crm.mail.log"].create(
                    {
                        "account_id": account.id,
                        "user_id": account.user_id.id,
                        "source": "smtp_auth",
                        "level": "error",
                        "message": f"{text} [{error.detail[:500]}]",
                    }
                )
            mails = env["crm.mail.outgoing"].browse(
                env["crm.mail.outgoing"]._to_send(account)
            )
            for mail in mails:
                age = (fields.Datetime.now() - mail.queued_at).total_seconds()
                own = after_error(error, tries=failures, age=age)
                mail._not_taken(error, own, endpoint)
                if mail.state == "queued":
                    mail.next_at = fields.Datetime.now() + timedelta(
                        seconds=verdict.pause
                    )

        self.commit(store)

    def _close(self) -> None:
        session, self.session, self.used = self.session, None, False
        if session is not None:
            session.end()
