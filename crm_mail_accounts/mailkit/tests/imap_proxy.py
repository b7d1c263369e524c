"""A proxy in front of a real IMAP server: hides extensions, breaks connections.

    with ImapProxy(live.host, live.ports["imap"], hide=("MOVE", "UIDPLUS")) as proxy:
        session = WritingSession.open(proxy.endpoint(), user)
        proxy.arm(cut_answer(b"UID COPY", 0))
        ...                      # the COPY is done, and its answer is lost
        proxy.commands           # every command that was sent, with its answer's size

It speaks the plain protocol on both sides (``Security.NONE``), on a thread of its own
for each connection.  Both sides are read in whole commands and whole responses, so a
fault strikes at exact places, the same ones in every run:

* an extension in ``hide`` is taken out of every capability list and of the answers
  that belong to it, and a command that needs it gets BAD: a client that cheats fails;
* a :class:`Fault` strikes once, at the n-th command from when it was armed, or at a
  command by its name: nothing of the command reaches the server (``..._before``), a
  part of it does (``..._command``), or the server does the command and the client gets
  none or a part of the answer (``..._answer``).  Then the connection is cut, or says
  nothing more, or one byte is another one.

The server has finished the command before a cut in its answer strikes, so what a test
finds afterwards does not depend on time.  ``every_fault`` makes the faults of all the
places of a run from what the proxy recorded of a good one.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..values import Endpoint, Security

QRESYNC = ()
"""Hide nothing: the three modes of a sync engine, best first."""
CONDSTORE_ONLY = ("QRESYNC",)
BARE = tuple(
    "QRESYNC CONDSTORE ENABLE ESEARCH MOVE UIDPLUS MULTIAPPEND SPECIAL-USE LIST-STATUS "
    "LIST-EXTENDED NAMESPACE IDLE UNSELECT LITERAL+ LITERAL- SASL-IR ID BINARY PREVIEW "
    "PREVIEW=FUZZY SNIPPET=FUZZY OBJECTID STATUS=SIZE SAVEDATE CATENATE SEARCHRES "
    "CHILDREN NOTIFY".split()
)
_ALWAYS = frozenset({"STARTTLS", "COMPRESS=DEFLATE"})
"""The proxy could not read on behind these."""
_NEEDS = {
    "MOVE": rb"(?:UID )?MOVE ",
    "MULTIAPPEND": rb"APPEND [^{]*(?:\{\d+\+?\})? [^{]*\{\d+\+?\}[^{]*\{",
    "UIDPLUS": rb"UID EXPUNGE ",
    "ENABLE": rb"ENABLE ",
    "QRESYNC": rb"ENABLE .*\bQRESYNC|(?:SELECT|EXAMINE) .*\(QRESYNC"
    rb"|UID FETCH .*\bVANISHED\b",
    "CONDSTORE": rb"ENABLE .*\bCONDSTORE|(?:SELECT|EXAMINE) .*\(CONDSTORE"
    rb"|.*\b(?:UN)?CHANGEDSINCE\b|UID FETCH .*\bMODSEQ\b|.*\bHIGHESTMODSEQ\b"
    rb"|(?:UID )?SEARCH .*\bMODSEQ\b",
    "ESEARCH": rb"(?:UID )?SEARCH RETURN",
    "SPECIAL-USE": rb"LIST .*SPECIAL-USE|CREATE .*\(USE",
    "LIST-STATUS": rb"LIST .*RETURN .*\bSTATUS\b",
    "LIST-EXTENDED": rb"LIST (?:\(|.* RETURN)",
    "NAMESPACE": rb"NAMESPACE",
    "IDLE": rb"IDLE",
    "UNSELECT": rb"UNSELECT",
    "ID": rb"ID ",
    "QUOTA": rb"GETQUOTA",
    "PREVIEW": rb".*\bPREVIEW\b",
    "OBJECTID": rb".*\b(?:EMAILID|THREADID|MAILBOXID)\b",
    "SAVEDATE": rb".*\bSAVEDATE\b",
    "SASL-IR": rb"AUTHENTICATE \S+ \S",
    "NOTIFY": rb"NOTIFY",
    "SORT": rb"(?:UID )?SORT",
    "THREAD=REFERENCES": rb"(?:UID )?THREAD REFERENCES",
}
_NEEDS = {word: re.compile(needs, re.IGNORECASE) for word, needs in _NEEDS.items()}
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_LITERAL = re.compile(rb"~?\{(\d+)(\+?)\}\Z")
_CODE = re.compile(rb"(\[)CAPABILITY ([^\]]*)(\])", re.IGNORECASE)
_STATUS = re.compile(rb"(?:\*|\S+) (?:OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)
_UID_CODES = re.compile(rb"\[(?:COPYUID|APPENDUID)[^\]]*\] ?", re.IGNORECASE)
_MODSEQ_CODES = re.compile(
    rb"\[(?:HIGHESTMODSEQ [^\]]*|NOMODSEQ|MODIFIED [^\]]*)\] ?", re.IGNORECASE
)
_SPECIAL = re.compile(
    rb" ?\\(?:All|Archive|Drafts|Flagged|Important|Junk|Sent|Trash)\b", re.IGNORECASE
)
_CHILDREN = re.compile(rb" ?\\Has(?:No)?Children\b", re.IGNORECASE)
_PATIENCE = 120
"""Seconds after which a thread that nobody stopped ends."""


@dataclass(frozen=True)
class Fault:
    """One mishap.  ``at``: the number of the command (the next one is 1) or its name
    (``b"UID MOVE"``); with a name, ``skip`` lets so many of them pass.

    ``action``: ``cut``, ``stall`` or ``corrupt``; ``where``: ``before``, ``command``
    or ``answer``; ``byte``: how many bytes of it come through, of an answer also from
    its end (-1: all but the last one; servers write times of varying length there).
    """

    at: int | bytes
    action: str = "cut"
    where: str = "answer"
    byte: int = 0
    skip: int = 0

    def __str__(self) -> str:
        at = self.at if isinstance(self.at, int) else self.at.decode()
        return f"{self.action}-{self.where}-{at}-{self.byte}"


def cut_before(at: int | bytes, **options) -> Fault:
    """The server never sees the command."""
    return Fault(at, "cut", "before", **options)


def cut_command(at: int | bytes, byte: int, **options) -> Fault:
    """The server gets the first bytes of the command and then the end."""
    return Fault(at, "cut", "command", byte, **options)


def cut_answer(at: int | bytes, byte: int = 0, **options) -> Fault:
    """The server does the command; the client gets so many bytes of the answer."""
    return Fault(at, "cut", "answer", byte, **options)


def stall_before(at: int | bytes, **options) -> Fault:
    return Fault(at, "stall", "before", **options)


def stall_answer(at: int | bytes, byte: int = 0, **options) -> Fault:
    return Fault(at, "stall", "answer", byte, **options)


def corrupt_answer(at: int | bytes, byte: int, **options) -> Fault:
    """This byte of the answer (from 0) is another one; the rest comes as it is."""
    return Fault(at, "corrupt", "answer", byte, **options)


@dataclass
class Command:
    """What the proxy saw of one command: ``size`` and ``answer`` are bytes."""

    name: bytes
    line: bytes
    size: int
    answer: int = 0
    verdict: bytes = b""
    """OK, NO or BAD; empty while it runs and when it was cut."""
    connection: int = 0


def every_fault(
    commands: Iterable[Command],
    *,
    actions: Iterable[str] = ("cut",),
    answer_bytes: int = 3,
    command_bytes: int = 1,
) -> Iterator[Fault]:
    """Faults at all the places of the commands of a good run, in its order.

    Per command: before it, after that many parts of it, and after that many parts of
    its answer, besides nothing and all but one byte of it.
    """
    for number, command in enumerate(commands, start=1):
        for action in actions:
            if action != "corrupt":
                yield Fault(number, action, "before")
            if action == "cut":
                for byte in _places(command.size, command_bytes):
                    yield Fault(number, action, "command", byte)
            ends = {0} if action == "corrupt" else {0, -1}
            for byte in sorted(ends | set(_places(command.answer, answer_bytes))):
                yield Fault(number, action, "answer", byte)


def _places(size: int, count: int) -> list[int]:
    return [size * (n + 1) // (count + 1) for n in range(count)] if size > 1 else []


class ImapProxy:
    """Listens on a free port of 127.0.0.1 in front of ``host:port``."""

    def __init__(self, host: str, port: int, *, hide: Iterable[str] = (), faults=()):
        self._target = host, port
        self.hide = {word.upper() for word in hide} | _ALWAYS
        if "CONDSTORE" in self.hide:
            self.hide.add("QRESYNC")
        self.faults: list[Fault] = list(faults)
        self.struck: list[Fault] = []
        """Faults that have happened, in order."""
        self.commands: list[Command] = []
        """Every command since :meth:`forget`, on whatever connection."""
        self.connections = 0
        self.hangs_up: Callable[[bytes], bool] | None = None
        """Commands (without their tag) at which the server hangs up, each time."""
        self.errors: list[BaseException] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self._armed_from = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[_Connection] = []
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def endpoint(self) -> Endpoint:
        return Endpoint("localhost", self.port, Security.NONE)

    def arm(self, *faults: Fault) -> None:
        """From now on these faults, and no other ones; commands count from here."""
        with self.lock:
            self.faults = list(faults)
            self._armed_from = len(self.commands)

    def forget(self) -> None:
        """Begin the record of commands anew, without faults."""
        with self.lock:
            self.commands.clear()
            self.struck.clear()
            self.faults.clear()
            self._armed_from = 0

    def names(self) -> list[bytes]:
        with self.lock:
            return [command.name for command in self.commands]

    # -- running --------------------------------------------------------------

    def __enter__(self) -> ImapProxy:
        return self.start()

    def __exit__(self, exc_type, exc, traceback) -> None:
        self.stop()
        if exc_type is None and self.errors:
            raise self.errors[0]

    def start(self) -> ImapProxy:
        self._acceptor.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(_PATIENCE)
        for connection in list(self._open):
            connection.close()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target, timeout=_PATIENCE)
            except OSError:
                client.close()
                continue
            for sock in (client, server):
                # else each answer in two pieces would wait 40 ms for an ACK
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            connection = _Connection(self, client, server, self.connections)
            self._open.append(connection)
            thread = threading.Thread(target=connection.run, daemon=True)
            self._threads.append(thread)
            thread.start()

    # -- asked by the connections ---------------------------------------------

    def record(self, command: Command) -> Fault | None:
        """Note a command; the fault that strikes at it, taken from the list."""
        with self.lock:
            self.commands.append(command)
            number = len(self.commands) - self._armed_from
            for index, fault in enumerate(self.faults):
                if fault.at == command.name and fault.skip:
                    self.faults[index] = replace(fault, skip=fault.skip - 1)
                elif fault.at in (number, command.name):
                    self.struck.append(self.faults.pop(index))
                    return fault
        return None

    def refuses(self, command: bytes) -> str | None:
        """The hidden extension that a command (without tag and literals) needs."""
        plain = _QUOTED.sub(b'""', command)
        for word in self.hide:
            needs = _NEEDS.get(word)
            if needs is not None and needs.match(plain):
                return word
        return None

    def passed(self, whole: bytes) -> bytes:
        """A command as the server gets it; for proxies that stand for another one."""
        return whole

    def shown(self, response: bytes) -> bytes:
        """A response without what is hidden; empty when nothing is left of it."""
        line, _end, rest = response.partition(b"\r\n")
        if line[:13].upper() == b"* CAPABILITY ":
            return b"* CAPABILITY " + self._words(line[13:]) + b"\r\n"
        if _STATUS.match(line):
            line = _CODE.sub(
                lambda m: m[1] + b"CAPABILITY " + self._words(m[2]) + m[3], line
            )
            if "UIDPLUS" in self.hide:
                line = _UID_CODES.sub(b"", line)
            if "CONDSTORE" in self.hide:
                told = line
                line = _MODSEQ_CODES.sub(b"", line)
                if line != told and line.startswith(b"* "):
                    return b""
        elif line[:7].upper() in (b"* LIST ", b"* LSUB "):
            if "SPECIAL-USE" in self.hide:
                line = _in_attributes(_SPECIAL, line)
            if "CHILDREN" in self.hide:
                line = _in_attributes(_CHILDREN, line)
        return line + b"\r\n" + rest

    def _words(self, text: bytes) -> bytes:
        return b" ".join(
            word
            for word in text.split()
            if word.decode("latin-1").upper() not in self.hide
        )


def _in_attributes(pattern: re.Pattern, line: bytes) -> bytes:
    opened, closed = line.find(b"("), line.find(b")")
    inside = pattern.sub(b"", line[opened + 1 : closed]).strip()
    return line[: opened + 1] + inside + line[closed:]


class _Over(Exception):
    """The connection has ended."""


@dataclass
class _Running:
    """The command that the server is working on."""

    tag: bytes
    command: Command
    fault: Fault | None = None
    held: bytearray = field(default_factory=bytearray)
    """What the client must not get before the server is done."""


class _Connection:
    def __init__(
        self,
        proxy: ImapProxy,
        client: socket.socket,
        server: socket.socket,
        number: int,
    ):
        self.proxy = proxy
        self.client = client
        self.server = server
        self.number = number
        self.from_client = b""
        self.from_server = b""
        self.collected = b""
        self.invited = False
        """Whether the client was told to go on with its literal."""
        self.running: _Running | None = None
        self.stalled = False

    def close(self) -> None:
        for sock in (self.client, self.server):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        try:
            with contextlib.suppress(OSError, _Over):
                while not self.proxy.stopping.is_set():
                    self._turn()
        except BaseException as err:
            self.proxy.errors.append(err)
        finally:
            self.client.close()
            self.server.close()

    def _turn(self) -> None:
        ready, _w, _x = select.select([self.client, self.server], [], [], _PATIENCE)
        for sock in ready:
            data = sock.recv(262144)
            if not data:
                raise _Over
            if self.stalled:
                continue
            if sock is self.client:
                self.from_client += data
                while not self.stalled and self._read_command():
                    pass
            else:
                self.from_server += data
                while not self.stalled and self._read_response():
                    pass

    # -- the client's side ----------------------------------------------------

    def _read_command(self) -> bool:
        """Take one line, with the literal behind it, off the client's bytes."""
        line, end, rest = self.from_client.partition(b"\r\n")
        if not end:
            return False
        name = self.running.command.name if self.running else b""
        if name in (b"IDLE", b"AUTHENTICATE") and not self.collected:
            self.from_client = rest
            self.server.sendall(line + end)
            return True
        mark = _LITERAL.search(line)
        if mark:
            size, plus = int(mark.group(1)), mark.group(2)
            if plus and not self._takes_at_once(size):
                # answered, and cut off: the bytes that follow are no command
                self.client.sendall(line.split(b" ")[0] + b" BAD literal\r\n")
                raise _Over
            if not plus and not self.invited:
                self.client.sendall(b"+ go on\r\n")
                self.invited = True
            if len(rest) < size:
                return False
            self.invited = False
            # the server takes all at once
            start = mark.group().replace(b"+", b"").replace(b"}", b"+}")
            self.collected += line[: mark.start()] + start + end + rest[:size]
            self.from_client = rest[size:]
            return True
        self.from_client = rest
        whole, self.collected = self.collected + line + end, b""
        self._command(whole)
        return True

    def _takes_at_once(self, size: int) -> bool:
        hidden = self.proxy.hide
        return "LITERAL+" not in hidden or ("LITERAL-" not in hidden and size <= 4096)

    def _command(self, whole: bytes) -> None:
        line = _without_literals(whole)
        tag, _space, rest = line.partition(b" ")
        words = rest.upper().split(b" ")
        name = b" ".join(words[:2]) if words[0] == b"UID" else words[0]
        command = Command(name, rest, len(whole), connection=self.number)
        fault = self.proxy.record(command)
        if fault is not None and fault.where == "before":
            self._strike(fault)
            return
        if self.proxy.hangs_up is not None and self.proxy.hangs_up(rest):
            raise _Over
        missing = self.proxy.refuses(rest)
        if missing is not None:
            command.verdict = b"BAD"
            self.client.sendall(tag + b" BAD " + missing.encode() + b" is hidden\r\n")
            return
        self.running = _Running(tag, command, fault)
        if fault is not None and fault.where == "command":
            self.server.sendall(whole[: fault.byte])
            self._strike(fault)
            return
        self.server.sendall(self.proxy.passed(whole))

    def _strike(self, fault: Fault) -> None:
        if fault.action == "cut":
            raise _Over
        self.stalled = True

    # -- the server's side ----------------------------------------------------

    def _read_response(self) -> bool:
        """Take one whole response off the server's bytes."""
        position = 0
        while True:
            end = self.from_server.find(b"\r\n", position)
            if end < 0:
                return False
            line = self.from_server[position:end]
            position = end + 2
            mark = None if _STATUS.match(line) else _LITERAL.search(line)
            if mark is None:
                break
            position += int(mark.group(1))
            if len(self.from_server) < position:
                return False
        response = self.from_server[:position]
        self.from_server = self.from_server[position:]
        self._response(response)
        return True

    def _response(self, response: bytes) -> None:
        shown = self.proxy.shown(response)
        running = self.running
        if running is None:
            self.client.sendall(shown)
            return
        tag, _space, rest = response.partition(b" ")
        done = tag == running.tag
        fault = running.fault
        if done:
            running.command.verdict = rest.split(b" ", 1)[0].upper()
            self.running = None
        sent = running.command.answer
        running.command.answer += len(shown)
        if fault is None:
            self.client.sendall(shown)
        elif fault.action == "corrupt":
            at = fault.byte - sent
            if 0 <= at < len(shown):
                shown = shown[:at] + _other(shown[at : at + 1]) + shown[at + 1 :]
            self.client.sendall(shown)
        else:
            self._until(fault, running, shown, done)

    def _until(self, fault: Fault, running: _Running, shown: bytes, done: bool) -> None:
        """Hold the answer back until the server is done (never, in an IDLE)."""
        running.held += shown
        if not done and running.command.name != b"IDLE":
            return
        if done or len(running.held) >= fault.byte:
            self.client.sendall(running.held[: fault.byte])
            self._strike(fault)


def _other(byte: bytes) -> bytes:
    """A printable byte becomes another printable one, CR and LF become letters."""
    return b"~" if byte != b"~" else b"!"


def _without_literals(whole: bytes) -> bytes:
    """The lines of a command, joined; each literal is its mark only."""
    lines = []
    while True:
        line, _end, rest = whole.partition(b"\r\n")
        lines.append(line)
        mark = _LITERAL.search(line)
        if mark is None:
            return b"".join(lines)
        whole = rest[int(mark.group(1)) :]
