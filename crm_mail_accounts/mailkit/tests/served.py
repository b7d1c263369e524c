"""A session that is logged in on a scripted server, for answers that no real server
gives."""

from __future__ import annotations

from ..imap.changes import ChangesSession
from ..imap.parts import PartsSession
from .scripted_server import ScriptedServer


class ReadingSession(ChangesSession, PartsSession):
    """All that reads."""


class Served:
    """``with Served(then, capabilities) as session``; ``then`` is the rest of the
    script, ``enabled`` what the server confirms of ENABLE."""

    def __init__(
        self,
        then,
        capabilities=b"IMAP4rev1",
        *,
        enabled=b"* ENABLED CONDSTORE QRESYNC\r\n",
        **options,
    ):
        def script(peer):
            peer.send(b"* PREAUTH [CAPABILITY " + capabilities + b"] hello\r\n")
            if b"ENABLE" in capabilities:
                peer.command(b"ENABLE", enabled)
            then(peer)
            peer.wait_for_end()

        self.server = ScriptedServer(script)
        self.options = {"read_timeout": 20, **options}

    def __enter__(self) -> ReadingSession:
        self.server.start()
        self.session = ReadingSession.open(self.server.endpoint(), **self.options)
        return self.session

    def __exit__(self, exc_type, exc, traceback):
        self.session.close()
        self.server.__exit__(exc_type, exc, traceback)


def open_inbox(peer, *codes, exists=3):
    lines = b"".join(b"* OK [" + code + b"] x\r\n" for code in codes)
    peer.command(b"EXAMINE", b"* %d EXISTS\r\n" % exists + lines)


def refuse(peer, kind=b"NO", words=b"cannot"):
    peer.send(b"%s %s %s\r\n" % (peer.line().split(b" ")[0], kind, words))
