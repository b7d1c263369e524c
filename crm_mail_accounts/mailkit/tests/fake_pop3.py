"""A small POP3 server with the oddities that real ones have, on ``ScriptedServer``."""

from __future__ import annotations

from .scripted_server import Peer, ScriptedServer


class FakePop3:
    """A maildrop: ``mails`` are pairs of UIDL and bytes.

    ``uidl``: whether the server knows UIDL; ``hang_up``: a command at which it breaks
    the connection off, once.  Marks are carried out by QUIT alone.
    """

    def __init__(self, *mails: tuple[str, bytes], uidl: bool = True):
        self.mails = list(mails)
        self.uidl = uidl
        self.hang_up = b""
        self.commands: list[bytes] = []

    def served(self) -> ScriptedServer:
        return ScriptedServer(self._script)

    def _script(self, peer: Peer) -> None:
        peer.send(b"+OK ready\r\n")
        mails, marked = list(self.mails), set()
        while True:
            line = peer.line()
            name, _space, rest = line.partition(b" ")
            name = name.upper()
            self.commands.append(name)
            if self.hang_up and name == self.hang_up:
                self.hang_up = b""
                peer.cut()
            if name == b"QUIT":
                gone = {id(mails[number - 1]) for number in marked}
                self.mails = [mail for mail in self.mails if id(mail) not in gone]
                peer.send(b"+OK bye\r\n")
                return
            peer.send(self._answer(name, rest, mails, marked))

    def _answer(self, name, rest, mails, marked) -> bytes:
        there = [
            (number, uidl, raw)
            for number, (uidl, raw) in enumerate(mails, 1)
            if number not in marked
        ]
        if name == b"CAPA":
            return _lines(b"UIDL" if self.uidl else b"TOP", b"USER")
        if name == b"STAT":
            size = sum(len(raw) for _number, _uidl, raw in there)
            return b"+OK %d %d\r\n" % (len(there), size)
        if name == b"LIST":
            return _lines(*(b"%d %d" % (number, len(raw)) for number, _u, raw in there))
        if name == b"UIDL" and self.uidl:
            return _lines(
                *(b"%d %s" % (number, uidl.encode()) for number, uidl, _raw in there)
            )
        if name in (b"RETR", b"DELE"):
            found = {number: raw for number, _uidl, raw in there}.get(int(rest))
            if found is None:
                return b"-ERR no such message\r\n"
            if name == b"RETR":
                return b"+OK\r\n" + found.replace(b"\r\n.", b"\r\n..") + b".\r\n"
            marked.add(int(rest))
        elif name not in (b"USER", b"PASS", b"NOOP"):
            return b"-ERR unknown command\r\n"
        return b"+OK\r\n"


def _lines(*lines: bytes) -> bytes:
    return b"".join(line + b"\r\n" for line in (b"+OK", *lines, b"."))
