"""Hand mails over to the host's own outgoing server, phase by phase.

``ir.mail_server.send_email`` builds the mail anew and does not tell how far it came,
so the connection is the host's and the dialogue is ours: the same steps and the same
errors as ``mailkit.smtp.session.SmtpSession.send``.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Sequence

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError

from ..mailkit.errors import MailError, NetworkError, ServerRefused
from ..mailkit.smtp.smtputf8 import SMTPUTF8, missing_smtputf8, needs_smtputf8
from ..mailkit.values import Delivery

_LINE_END = re.compile(rb"\r\n|\r|\n")


def open_host_session(registry) -> HostSession:
    """Which server it is depends on the sender, so it is connected to with the first
    mail of each."""
    return HostSession(registry)


class HostSession:
    """The part of an SMTP session that sending needs."""

    max_size = 0
    """The host asks its administrator for a limit instead (``base``)."""

    def __init__(self, registry):
        self._registry = registry
        self._smtp: smtplib.SMTP | None = None
        self._sender = ""
        self.closed = False

    def send(
        self,
        envelope_from: str,
        recipients: Sequence[str],
        raw: bytes,
        *,
        before_dot: Callable[[], None] | None = None,
    ) -> Delivery:
        """See ``SmtpSession.send``."""
        step = ""
        try:
            smtp = self._connected(envelope_from)
            step = "mail"
            options = [] if raw.isascii() else ["BODY=8BITMIME"]
            if needs_smtputf8((envelope_from, *recipients), raw):
                if not smtp.has_extn(SMTPUTF8):
                    raise missing_smtputf8()
                options.append(SMTPUTF8)
                smtp.command_encoding = "utf-8"
            _expect(smtp.mail(envelope_from, options), 250)
            step = "rcpt"
            accepted, refused = self._recipients(smtp, recipients)
            step = "data"
            _expect(smtp.docmd("DATA"), 354)
            step = "content"
            smtp.send(_content(raw))
            if before_dot is not None:
                before_dot()
            step = "dot"
            smtp.send(b".\r\n")
            answer = smtp.getreply()
            _expect(answer, 250)
        except MailError as error:
            error.step = step
            if not isinstance(error, ServerRefused):
                self.close()
            elif step:
                self._forget_mail()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raised = _refused_or_lost(error)
            raised.step = step
            raise raised from error
        except BaseException:
            self.close()
            raise
        return Delivery(_words(answer), tuple(accepted), refused)

    def _recipients(self, smtp, recipients) -> tuple[list[str], dict[str, str]]:
        accepted: list[str] = []
        refused: dict[str, str] = {}
        last: ServerRefused | None = None
        for address in recipients:
            try:
                _expect(smtp.rcpt(address), 250, 251, 252)
                accepted.append(address)
            except ServerRefused as error:
                refused[address], last = error.detail, error
        if not accepted and last is not None:
            last.facts = refused
            raise last
        return accepted, refused

    def _connected(self, envelope_from: str) -> smtplib.SMTP:
        """The host's connection for this sender.

        The host reads its servers and connects in one call, so for as long as that
        takes a transaction is open; it holds no lock.
        """
        if self._smtp is not None and self._sender != envelope_from:
            self._quit()
        if self._smtp is None:
            with self._registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                try:
                    self._smtp = env["ir.mail_server"]._connect__(
                        smtp_from=envelope_from
                    )
                except UserError as error:
                    raise MailError(str(error), code="host_refused") from error
            if self._smtp is None:
                raise MailError("sending is switched off", code="host_refused")
            self._sender = envelope_from
        return self._smtp

    def _forget_mail(self) -> None:
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _quit(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def end(self) -> None:
        self._quit()
        self.closed = True

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp, self.closed = None, True


def _content(raw: bytes) -> bytes:
    content = _LINE_END.sub(b"\r\n", raw)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..")


def _words(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {answer[1].decode('utf-8', 'replace')}"


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise ServerRefused(
            _words(answer), response_code=str(answer[0]), retry=answer[0] < 500
        )


def _refused_or_lost(error: Exception) -> MailError:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return NetworkError(str(error))
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        return ServerRefused(
            f"{error.smtp_code} {text}",
            response_code=str(error.smtp_code),
            retry=error.smtp_code < 500,
        )
    if isinstance(error, smtplib.SMTPException):
        return MailError(str(error), code="host_refused")
    late = isinstance(error, TimeoutError)
    return NetworkError(str(error), code="timeout" if late else None)
