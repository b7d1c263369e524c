"""A scripted SMTP server up to the greeting, and a session with it."""

from mailkit.smtp.session import SmtpSession
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials

BOUND = 0.3
ANNA = Credentials("anna@example.com", "s3cret")
MAIL = b"Subject: hello\r\n\r\n.dot\r\n..two\r\nend"


def opened(server, credentials=None, security=None, **options):
    options.setdefault("connect_timeout", 20)
    options.setdefault("read_timeout", 20)
    return SmtpSession.open(server.endpoint(security), credentials, **options)


def greet(peer, *extensions):
    peer.send(b"220-mail.example.com\r\n220 ESMTP\r\n")
    hello(peer, *extensions)


def hello(peer, *extensions):
    peer.expect(b"EHLO [127.0.0.1]")
    lines = [b"mail.example.com", *extensions]
    for line in lines[:-1]:
        peer.send(b"250-" + line + b"\r\n")
    peer.send(b"250 " + lines[-1] + b"\r\n")


def served(then, *extensions, **options):
    def script(peer):
        greet(peer, *extensions)
        then(peer)
        peer.wait_for_end()

    return ScriptedServer(script, **options)


def answer(peer, *pairs):
    """``(start of the line, reply)`` in turn."""
    for start, reply in pairs:
        peer.expect(start)
        peer.send(reply + b"\r\n")


def starttls_server(certificates, *, kind="good", after=b""):
    def script(peer):
        greet(peer, b"STARTTLS", b"EVIL")
        answer(peer, (b"STARTTLS", b"220 go\r\n" + after if after else b"220 go"))
        peer.start_tls(certificates[kind])
        hello(peer, b"AUTH PLAIN")
        answer(peer, (b"AUTH PLAIN", b"235 ok"), (b"QUIT", b"221 bye"))
        peer.wait_for_end()

    return ScriptedServer(script, ca_file=certificates["ca"])


TAKEN = (
    (b"MAIL FROM:<anna@example.com>", b"250 ok"),
    (b"RCPT TO:<bob@example.com>", b"250 ok"),
    (b"DATA", b"354 go"),
)


def content(peer):
    lines = []
    while (line := peer.line()) != b".":
        lines.append(line)
    return b"\r\n".join(lines)
