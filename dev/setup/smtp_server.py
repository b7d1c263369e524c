"""The SMTP server of the demo and the tests: accepts mail, delivers it by LMTP.

Run by the environment's Python (it needs aiosmtpd)::

    python -m setup.smtp_server SETTINGS.json

Three ports: STARTTLS with AUTH, implicit TLS with AUTH, and plain without AUTH as one
mail server speaks to another. Nothing ever leaves the machine: recipients outside
`.test` and `.example` are refused, as are those called nobody@, so that a refused
recipient can be tried. What Dovecot answers by LMTP is handed back to the client.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import smtplib
import ssl
import sys
import warnings
from email.utils import formatdate
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOCAL = (".test", ".example")
REFUSED = "nobody"
HOST = "127.0.0.1"
SIZE_LIMIT = 30 * 1024 * 1024  # bytes; what many providers take
LMTP_TIMEOUT = 60  # seconds

_logger = logging.getLogger("smtp_server")


class Handler:
    """Decides on recipients and passes the mail on."""

    def __init__(self, lmtp_port: int) -> None:
        self.lmtp_port = lmtp_port

    async def handle_RCPT(  # the name that aiosmtpd calls
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        name, _, domain = address.rpartition("@")
        if not name or not domain.lower().endswith(LOCAL):
            return "550 5.7.1 Relaying denied: this server knows .test and .example"
        if name.lower() == REFUSED:
            return f"550 5.1.1 <{address}> User unknown"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(None, self.deliver, session, envelope)
        except (OSError, smtplib.SMTPException) as error:
            _logger.exception("delivery failed")
            return f"451 4.3.0 Delivery failed: {type(error).__name__}"

    def deliver(self, session: Session, envelope: Envelope) -> str:
        """Deliver by LMTP; the answer is the first refusal when all were refused."""
        secure = "ESMTPSA" if session.ssl else "ESMTP"
        received = (
            f"Received: from {session.host_name or 'unknown'} by localhost "
            f"with {secure}; {formatdate(localtime=True)}\r\n"
        )
        data = received.encode("ascii", "replace") + (envelope.original_content or b"")
        refused: dict[str, tuple[int, bytes]] = {}
        recipients = list(dict.fromkeys(envelope.rcpt_tos))
        with smtplib.LMTP(HOST, self.lmtp_port, timeout=LMTP_TIMEOUT) as lmtp:
            # One at a time: LMTP answers the final dot once for each recipient
            # (RFC 2033 4.2), and smtplib reads the first of these answers only.
            for address in recipients:
                try:
                    lmtp.sendmail(envelope.mail_from or "", [address], data)
                except smtplib.SMTPRecipientsRefused as error:
                    refused.update(error.recipients)
                except smtplib.SMTPResponseException as error:
                    refused[address] = (error.smtp_code, error.smtp_error)
        for address, (code, text) in refused.items():
            _logger.warning("LMTP refused %s: %s %r", address, code, text)
        if len(refused) == len(recipients):
            return _answer(*next(iter(refused.values())))
        return "250 2.0.0 OK: delivered"


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"


def authenticator(password: str) -> Any:
    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == password.encode()
        # handled=False lets aiosmtpd answer 535 by itself
        return AuthResult(success=good, handled=good is True)

    return check


async def serve(settings: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings["cert_file"], settings["key_file"])
    handler = Handler(settings["ports"]["lmtp"])
    common: dict[str, Any] = {
        "data_size_limit": SIZE_LIMIT,
        "ident": "CRM Mail Accounts demo",
        "hostname": "localhost",
        "loop": loop,
    }
    with_auth = {
        **common,
        "authenticator": authenticator(settings["password"]),
        "auth_required": True,
    }

    def starttls() -> SMTP:
        return SMTP(
            handler,
            tls_context=context,
            require_starttls=True,
            auth_require_tls=True,
            **with_auth,
        )

    def implicit() -> SMTP:
        # The socket is TLS already, which aiosmtpd cannot know when it looks at AUTH.
        return SMTP(handler, auth_require_tls=False, **with_auth)

    def plain() -> SMTP:
        return SMTP(handler, **common)

    ports = settings["ports"]
    await loop.create_server(starttls, HOST, ports["smtp"])
    await loop.create_server(implicit, HOST, ports["smtps"], ssl=context)
    await loop.create_server(plain, HOST, ports["smtp_plain"])
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    await done.wait()


def main(path: str) -> None:
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # It warns at every start about the implicit TLS port; see above.
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(serve(json.loads(Path(path).read_text())))


if __name__ == "__main__":
    main(sys.argv[1])
