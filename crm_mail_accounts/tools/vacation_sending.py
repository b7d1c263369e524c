"""Send the answers of an out of office: each at most once.

An answer is made in the transaction that handles the mail (``arrivals``).  Here it is
marked as being sent, that is committed, and then the mail server is asked. Who dies
in between has lost a courtesy; nobody gets two.
"""

from __future__ import annotations

import logging
from base64 import b64decode

from ..mailkit.errors import MailError, ServerRefused

_logger = logging.getLogger(__name__)


def waits(env, account) -> bool:
    replies = env["crm.mail.vacation.reply"]
    return bool(replies.search_count(_waiting(account), limit=1))


def _waiting(account) -> list:
    return [("account_id", "=", account.id), ("state", "=", "waiting")]


class VacationSending:
    """Sends what waits, for a worker."""

    def __init__(self, worker):
        self.worker = worker

    def run(self) -> None:
        where = self.worker.commit(self._where)
        if where is None:
            return
        address, endpoint, credentials = where
        try:
            with self.worker.door._open_smtp__(endpoint, credentials) as session:
                while taken := self.worker.commit(self._take):
                    self._send(session, address, *taken)
        except MailError as error:
            # An answer that waits is tried in the next turn; mail goes on coming in.
            _logger.info("out of office: %s", error.code)

    def _where(self, env):
        account = self.worker.account(env)
        if not waits(env, account):
            return None
        return account.email, account._smtp_endpoint(), account._smtp_credentials()

    def _take(self, env):
        """The next answer, marked before it is sent."""
        reply = env["crm.mail.vacation.reply"].search(
            _waiting(self.worker.account(env)), order="id", limit=1
        )
        if not reply:
            return None
        taken = reply.id, reply.correspondent, b64decode(reply.raw)
        reply.write({"state": "sending", "raw": False})
        return taken

    def _send(self, session, address: str, reply_id: int, to: str, raw: bytes):
        state = "sent"
        try:
            try:
                # RFC 3834 section 3.3: an empty sender, so that nothing comes back
                session.send("", [to], raw)
            except ServerRefused as error:
                if error.step != "mail" or not error.connection_usable:
                    raise
                session.send(address, [to], raw)  # a server that wants an address
        except MailError as error:
            _logger.info("out of office, answer %s: %s", reply_id, error.code)
            state = "failed"
            if not error.connection_usable:
                self._store(reply_id, state)
                raise
        self._store(reply_id, state)

    def _store(self, reply_id: int, state: str):
        self.worker.commit(
            lambda env: env["crm.mail.vacation.reply"]
            .browse(reply_id)
            .exists()
            .write({"state": state})
        )
