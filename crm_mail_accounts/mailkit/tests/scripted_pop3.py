"""A scripted POP3 server up to the login, and a session with it."""

from mailkit.pop3.session import Pop3Session
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials

BOUND = 0.3
ANNA = Credentials("anna@example.com", "s3cret-pass")
TOKEN = Credentials("anna", access_token="t0ken-of-many-characters")
CAPA = (b"TOP", b"UIDL", b"USER")


def opened(server, credentials=None, security=None, **options):
    options.setdefault("connect_timeout", 20)
    options.setdefault("read_timeout", 20)
    return Pop3Session.open(server.endpoint(security), credentials, **options)


def capa(peer, *capabilities):
    peer.expect(b"CAPA")
    lines = b"".join(line + b"\r\n" for line in capabilities)
    peer.send(b"+OK list follows\r\n" + lines + b".\r\n")


def answer(peer, *pairs):
    """``(start of the line, reply)`` in turn."""
    for start, reply in pairs:
        peer.expect(start)
        peer.send(reply + b"\r\n")


def served(*pairs, offered=CAPA, then=lambda peer: None, **options):
    """Greets, tells ``offered`` (``None``: no CAPA) and answers ``pairs``."""

    def script(peer):
        peer.send(b"+OK ready <1.2@mail>\r\n")
        if offered is None:
            answer(peer, (b"CAPA", b"-ERR unknown command"))
        else:
            capa(peer, *offered)
        answer(peer, *pairs)
        then(peer)
        peer.wait_for_end()

    return ScriptedServer(script, **options)


LOGIN = ((b"USER anna@example.com", b"+OK"), (b"PASS s3cret-pass", b"+OK in"))
