"""Just enough IMAP to fill mailboxes fast: LOGIN, LIST, CREATE, STATUS, APPEND.

Own socket code, because the standard library waits for the server before every
literal and appends one mail per command. Here a whole batch is one command
(MULTIAPPEND, RFC 3502) and literals go out without waiting (LITERAL+, RFC 7888)
whenever the server offers it. Against other servers the slow forms are used.
"""

import base64
import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from .mail import Mail

# One command carries at most this many mails and about that many octets, so that the
# server never holds much and a failure costs little.
BATCH_MAILS = 500
BATCH_OCTETS = 4_000_000
# LITERAL- allows non-synchronising literals up to this size only.
_LITERAL_MINUS = 4096
_TIMEOUT = 120
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_LITERAL_AT_END = re.compile(rb"\{(\d+)\}\r\n$")


class Refused(Exception):
    """The server answered NO or BAD, or said goodbye."""


def modified_utf7(name: str) -> str:
    """A folder name as IMAP4rev1 writes it (RFC 3501, 5.1.3)."""
    out, buffer = [], ""
    for char in [*name, ""]:
        if char and not 0x20 <= ord(char) <= 0x7E:
            buffer += char
            continue
        if buffer:
            packed = base64.b64encode(buffer.encode("utf-16-be")).decode()
            out.append("&" + packed.rstrip("=").replace("/", ",") + "-")
            buffer = ""
        out.append("&-" if char == "&" else char)
    return "".join(out)


def quoted(value: str) -> bytes:
    """A quoted string of ASCII characters."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return b'"' + escaped.encode("ascii") + b'"'


def internal_date(moment: datetime) -> bytes:
    """A date-time of RFC 3501; the day is padded with a blank."""
    month = _MONTHS[moment.month - 1]
    stamp = f"{moment.day:2d}-{month}-{moment.year} {moment:%H:%M:%S %z}"
    return b'"' + stamp.encode() + b'"'


def batches(mails: Iterable[Mail]) -> Iterator[list[Mail]]:
    """Runs of mails for the same folder, small enough for one command."""
    batch: list[Mail] = []
    octets = 0
    for mail in mails:
        full = len(batch) >= BATCH_MAILS or octets + len(mail.raw) > BATCH_OCTETS
        if batch and (full or mail.folder != batch[0].folder):
            yield batch
            batch, octets = [], 0
        batch.append(mail)
        octets += len(mail.raw)
    if batch:
        yield batch


class Connection:
    """A logged-in IMAP connection that appends."""

    def __init__(self, host: str, port: int, cafile: str | None) -> None:
        """TLS from the start if a certificate authority is named, else plain."""
        self._socket = socket.create_connection((host, port), _TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if cafile:
            context = ssl.create_default_context(cafile=cafile)
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        self._file = self._socket.makefile("rb")
        self._count = 0
        self.capabilities: frozenset[str] = frozenset()
        self.separator = "/"
        greeting = self._line()
        if not greeting.startswith((b"* OK", b"* PREAUTH")):
            raise Refused(greeting.decode("ascii", "replace").strip())

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_unused: object) -> None:
        self._file.close()
        self._socket.close()

    def login(self, username: str, password: str) -> None:
        """Log in, then learn capabilities and the separator of folder names."""
        self.command(b"LOGIN " + quoted(username) + b" " + quoted(password))
        for line in self.command(b"CAPABILITY"):
            if line.upper().startswith(b"* CAPABILITY"):
                self.capabilities = frozenset(line.decode().upper().split()[2:])
        for line in self.command(b'LIST "" ""'):
            if found := re.match(rb'\* LIST \([^)]*\) "(\\?.)"', line):
                self.separator = found[1][-1:].decode()

    def logout(self) -> None:
        self.command(b"LOGOUT")

    def command(self, line: bytes) -> list[bytes]:
        """Send one command without literals; its untagged answers."""
        tag = self._tag()
        self._socket.sendall(tag + b" " + line + b"\r\n")
        return self._answers(tag)

    def mailbox(self, folder: Sequence[str]) -> bytes:
        """The folder's name as an argument."""
        return quoted(self.separator.join(modified_utf7(name) for name in folder))

    def folders(self) -> set[bytes]:
        """Names of all folders, as ``mailbox`` writes them (without literals)."""
        found = set()
        for line in self.command(b'LIST "" "*"'):
            if match := re.match(rb'\* LIST \([^)]*\) (?:"\\?."|NIL) (.*)\r\n', line):
                name = match[1]
                found.add(name if name.startswith(b'"') else b'"' + name + b'"')
        return found

    def make(self, folder: Sequence[str], known: set[bytes]) -> None:
        """Create and subscribe the folder, its parents first."""
        for depth in range(1, len(folder) + 1):
            name = self.mailbox(folder[:depth])
            if name not in known and name.upper() != b'"INBOX"':
                self.command(b"CREATE " + name)
                known.add(name)
            self.command(b"SUBSCRIBE " + name)

    def status(self, folder: Sequence[str]) -> dict[str, int]:
        """MESSAGES, UIDNEXT and UIDVALIDITY of a folder."""
        name = self.mailbox(folder)
        items = b" (MESSAGES UIDNEXT UIDVALIDITY)"
        for line in self.command(b"STATUS " + name + items):
            if match := re.search(rb"\(([^()]*)\)\r\n$", line):
                words = match[1].decode().split()
                return dict(zip(words[::2], map(int, words[1::2]), strict=True))
        raise Refused(f"no STATUS for {name.decode()}")

    def holds(self, folder: Sequence[str], message_id: str) -> bool:
        """Whether the folder has a mail with this Message-ID."""
        self.command(b"SELECT " + self.mailbox(folder))
        wanted = b"UID SEARCH HEADER Message-ID " + quoted(message_id)
        return any(line.split()[2:] for line in self.command(wanted))

    def empty(self, folder: Sequence[str]) -> None:
        """Remove every mail of the folder."""
        name = self.mailbox(folder)
        selected = self.command(b"SELECT " + name)
        if any(re.match(rb"\* 0 EXISTS", line) for line in selected):
            return
        self.command(b"STORE 1:* +FLAGS.SILENT (\\Deleted)")
        self.command(b"EXPUNGE")

    def append(self, batch: Sequence[Mail]) -> None:
        """Append mails of one folder: in one command, if the server can."""
        if "MULTIAPPEND" not in self.capabilities and len(batch) > 1:
            for mail in batch:
                self.append([mail])
            return
        tag = self._tag()
        pending = tag + b" APPEND " + self.mailbox(batch[0].folder)
        for mail in batch:
            size = len(mail.raw)
            waits = not self._may_stream(size)
            pending += b" (%s) %s {%d%s}\r\n" % (
                " ".join(mail.flags).encode("ascii"),
                internal_date(mail.date),
                size,
                b"" if waits else b"+",
            )
            if waits:
                self._socket.sendall(pending)
                self._go_ahead()
                pending = b""
            # A large batch goes out piece by piece, not as one growing string.
            if len(pending) + size > 65536:
                self._socket.sendall(pending)
                self._socket.sendall(mail.raw)
                pending = b""
            else:
                pending += mail.raw
        self._socket.sendall(pending + b"\r\n")
        self._answers(tag)

    def _may_stream(self, size: int) -> bool:
        if "LITERAL+" in self.capabilities:
            return True
        return "LITERAL-" in self.capabilities and size <= _LITERAL_MINUS

    def _tag(self) -> bytes:
        self._count += 1
        return b"L%d" % self._count

    def _line(self) -> bytes:
        """One line of the server, with the literals inside it."""
        line = self._file.readline()
        if not line:
            raise Refused("the server closed the connection")
        while match := _LITERAL_AT_END.search(line):
            line += self._file.read(int(match[1])) + self._file.readline()
        return line

    def _go_ahead(self) -> None:
        while not (line := self._line()).startswith(b"+"):
            if not line.startswith(b"* "):
                raise Refused(line.decode("utf-8", "replace").strip())

    def _answers(self, tag: bytes) -> list[bytes]:
        lines = []
        while not (line := self._line()).startswith(tag + b" "):
            lines.append(line)
        if not line[len(tag) + 1 :].upper().startswith(b"OK"):
            raise Refused(line.decode("utf-8", "replace").strip())
        return lines
