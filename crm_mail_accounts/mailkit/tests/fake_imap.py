"""A small well-behaved IMAP server for tests: mailboxes in memory, switchable.

Not a copy of any real server: it has just what RFC 3501 and the extensions in
``capabilities`` demand of the commands that the session sends, and answers BAD to
everything else, so that a command that needs an extension fails where the extension
was not offered.  Several connections share the mailboxes.  It parses commands with
its own few lines, on purpose not with the code under test.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from .scripted_server import Peer, ScriptedServer

BARE = frozenset({"IMAP4REV1"})
"""What the plainest servers offer: no extension at all."""
FULL = frozenset(
    "IMAP4REV1 SASL-IR AUTH=PLAIN ID ENABLE LITERAL+ LIST-EXTENDED LIST-STATUS "
    "SPECIAL-USE CONDSTORE QRESYNC ESEARCH UIDPLUS UNSELECT BINARY QUOTA".split()
)
_ITEM = re.compile(
    rb'"((?:[^"\\]|\\.)*)"|(\()|(\))|((?:[^\s()"\[]|\[[^\]]*\])+)', re.DOTALL
)
_LITERAL = re.compile(rb"~?\{(\d+)(\+?)\}\Z")


class No(Exception):
    """The command's tagged NO; ``before`` may raise it too."""


@dataclass
class Mail:
    uid: int
    content: bytes
    flags: set[bytes]
    date: str
    modseq: int


@dataclass
class Mailbox:
    uidvalidity: int
    attributes: tuple[str, ...] = ()
    subscribed: bool = True
    mails: list[Mail] = field(default_factory=list)
    uidnext: int = 1

    @property
    def selectable(self) -> bool:
        return "\\Noselect" not in self.attributes


class FakeImap(ScriptedServer):
    """``certificate`` with ``starttls=True`` means STARTTLS, else implicit TLS."""

    def __init__(
        self,
        *,
        capabilities: frozenset[str] = FULL,
        delimiter: str = "/",
        prefix: str = "",
        password: str = "demo",
        starttls: bool = False,
        certificate: str | None = None,
        ca_file: str | None = None,
    ):
        super().__init__(
            self._session,
            certificate=None if starttls else certificate,
            ca_file=ca_file,
        )
        self.capabilities = capabilities
        self.delimiter = delimiter
        self.prefix = prefix
        self.password = password
        self.starttls_certificate = certificate if starttls else None
        self.commands: list[bytes] = []
        self.before: Callable[[bytes], None] = lambda _command: None
        """Called before each command, by its name: to interfere or to refuse."""
        self.quota: tuple[int, int] | None = (300, 1024)
        """Used and allowed, in units of 1024 bytes; ``None``: no quota root."""
        self.tells_appenduid = True
        self.lock = threading.Lock()
        self.modseq = 1
        self.mailboxes = {b"INBOX": Mailbox(1000)}
        for name in ("Drafts", "Sent", "Junk", "Trash"):
            special = ("\\" + name,) if "SPECIAL-USE" in capabilities else ()
            self.make(prefix + name, special)

    def make(self, raw: str, attributes: tuple[str, ...] = ()) -> Mailbox:
        """A mailbox under its raw name."""
        mailbox = Mailbox(1000 + len(self.mailboxes), attributes)
        self.mailboxes[raw.encode("latin-1")] = mailbox
        return mailbox

    def deliver(self, content: bytes, raw: str = "INBOX", flags=(), date="") -> int:
        """Put a mail into a mailbox behind the clients' backs."""
        now = datetime.now(timezone.utc)
        with self.lock:
            mailbox = self.mailboxes[raw.encode("latin-1")]
            self.modseq += 1
            mail = Mail(
                mailbox.uidnext,
                content,
                {flag.encode() for flag in flags},
                date or f"{now:%d-%b-%Y %H:%M:%S} +0000",
                self.modseq,
            )
            mailbox.mails.append(mail)
            mailbox.uidnext += 1
            return mail.uid

    def flags(self, uid: int, raw: str = "INBOX") -> set[bytes]:
        mailbox = self.mailboxes[raw.encode("latin-1")]
        return next(mail.flags for mail in mailbox.mails if mail.uid == uid)

    def _session(self, peer: Peer) -> None:
        Connection(self, peer).run()


class Connection:
    """One client.  Each command is a method ``do_...`` that gets its arguments and
    returns the text behind the tagged OK."""

    def __init__(self, server: FakeImap, peer: Peer):
        self.server = server
        self.peer = peer
        self.logged_in = False
        self.secure = server._certificate is not None
        self.selected: Mailbox | None = None
        self.read_only = False
        self.enabled: set[str] = set()

    def run(self) -> None:
        self.send(b"* OK ready")
        while True:
            tag, name, arguments = self.read_command()
            self.server.commands.append(name)
            method = getattr(self, "do_" + name.decode().replace(" ", "_"), None)
            open_to_all = name in (b"CAPABILITY", b"LOGOUT", b"NOOP", b"STARTTLS")
            if method is None or not (
                self.logged_in or open_to_all or name in (b"LOGIN", b"AUTHENTICATE")
            ):
                self.send(tag + b" BAD unknown command")
                continue
            try:
                self.server.before(name)
                with self.server.lock:
                    text = method(arguments)
            except No as no:
                self.send(tag + b" NO " + str(no).encode())
                continue
            except (ValueError, IndexError, TypeError):
                self.send(tag + b" BAD arguments")
                continue
            self.send(tag + b" OK " + (text or b"done"))
            if name == b"LOGOUT":
                return
            if name == b"STARTTLS":
                self.peer.start_tls(self.server.starttls_certificate)
                self.secure = True

    # -- reading --------------------------------------------------------------

    def send(self, line: bytes) -> None:
        self.peer.send(line + b"\r\n")

    def has(self, word: str) -> bool:
        return word in self.server.capabilities

    def read_command(self) -> tuple[bytes, bytes, list]:
        parts: list[bytes | tuple] = []
        line = self.peer.line()
        while True:
            mark = _LITERAL.search(line)
            if not mark:
                parts.append(line)
                break
            parts.append(line[: mark.start()])
            if not mark.group(2):
                self.send(b"+ go on")
            elif not self.has("LITERAL+"):
                raise AssertionError("a literal without leave")
            parts.append((self.peer.block(int(mark.group(1))),))
            line = self.peer.line()
        first = parts[0]
        tag, name, rest = (first.split(b" ", 2) + [b"", b""])[:3]
        name = name.upper()
        if name == b"UID":
            second, _space, rest = rest.partition(b" ")
            name = b"UID " + second.upper()
        return tag, name, self.items([rest, *parts[1:]])

    @staticmethod
    def items(parts) -> list:
        """Nested lists of bytes."""
        top: list = []
        stack = [top]
        for part in parts:
            if isinstance(part, tuple):
                stack[-1].append(part[0])
                continue
            for quoted, opened, closed, atom in _ITEM.findall(part):
                if opened:
                    stack[-1].append([])
                    stack.append(stack[-1][-1])
                elif closed:
                    stack.pop()
                else:
                    stack[-1].append(atom or re.sub(rb"\\(.)", rb"\1", quoted))
        return top

    @staticmethod
    def quoted(name: bytes) -> bytes:
        return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    def mailbox(self, name: bytes) -> Mailbox:
        key = b"INBOX" if name.upper() == b"INBOX" else name
        if key not in self.server.mailboxes:
            raise No("[NONEXISTENT] no such mailbox")
        return self.server.mailboxes[key]

    # -- login ----------------------------------------------------------------

    def do_CAPABILITY(self, _arguments):
        words = set(self.server.capabilities)
        if self.server.starttls_certificate and not self.secure:
            words |= {"STARTTLS", "LOGINDISABLED"}
            words.discard("AUTH=PLAIN")
        self.send(b"* CAPABILITY " + " ".join(sorted(words)).encode())

    def do_NOOP(self, _arguments):
        return None

    def do_LOGOUT(self, _arguments):
        self.send(b"* BYE see you")

    def do_STARTTLS(self, _arguments):
        if not self.server.starttls_certificate or self.secure:
            raise No("not now")

    def do_LOGIN(self, arguments):
        user, password = arguments
        self.check(user, password)

    def do_AUTHENTICATE(self, arguments):
        if arguments[0].upper() != b"PLAIN" or not self.has("AUTH=PLAIN"):
            raise No("no such mechanism")
        if len(arguments) == 1:
            self.send(b"+ ")
            arguments.append(self.peer.line())
        elif not self.has("SASL-IR"):
            raise ValueError("no initial response here")
        _authzid, user, password = base64.b64decode(arguments[1]).split(b"\0")
        self.check(user, password)

    def check(self, user: bytes, password: bytes) -> None:
        if self.server.starttls_certificate and not self.secure:
            raise No("[PRIVACYREQUIRED] TLS first")
        if password != self.server.password.encode() or b"@" not in user:
            raise No("[AUTHENTICATIONFAILED] wrong user or password")
        self.logged_in = True

    def do_ID(self, _arguments):
        self.need("ID")
        self.send(b'* ID ("name" "fake")')

    def do_ENABLE(self, arguments):
        self.need("ENABLE")
        words = [word for word in arguments if self.has(word.decode().upper())]
        self.enabled |= {word.decode().upper() for word in words}
        self.send(b"* ENABLED " + b" ".join(words))

    def need(self, word: str) -> None:
        if not self.has(word):
            raise ValueError(f"{word} is not offered")

    # -- folders --------------------------------------------------------------

    def do_LIST(self, arguments):
        options = []
        if len(arguments) > 2:
            self.need("LIST-EXTENDED")
            if arguments[2].upper() != b"RETURN":
                raise ValueError
            options = arguments[3]
        if arguments[:2] != [b"", b"*"]:
            raise ValueError
        words = {option.upper() for option in options if isinstance(option, bytes)}
        status = next((item for item in options if isinstance(item, list)), None)
        for name, mailbox in self.server.mailboxes.items():
            flags = list(mailbox.attributes)
            if b"SUBSCRIBED" in words and mailbox.subscribed:
                flags.append("\\Subscribed")
            self.list_line(b"LIST", name, flags)
            if status and mailbox.selectable:
                self.status_line(name, mailbox, status)

    def do_LSUB(self, _arguments):
        for name, mailbox in self.server.mailboxes.items():
            if mailbox.subscribed:
                self.list_line(b"LSUB", name, mailbox.attributes)

    def list_line(self, verb: bytes, name: bytes, flags) -> None:
        words = " ".join(flags).encode()
        delimiter = self.quoted(self.server.delimiter.encode())
        self.send(b"* %s (%s) %s %s" % (verb, words, delimiter, self.quoted(name)))

    def do_STATUS(self, arguments):
        name, items = arguments
        self.status_line(name, self.mailbox(name), items)

    def status_line(self, name: bytes, mailbox: Mailbox, items) -> None:
        values = {
            b"MESSAGES": len(mailbox.mails),
            b"UIDNEXT": mailbox.uidnext,
            b"UIDVALIDITY": mailbox.uidvalidity,
            b"UNSEEN": sum(b"\\Seen" not in mail.flags for mail in mailbox.mails),
        }
        if self.has("CONDSTORE"):
            values[b"HIGHESTMODSEQ"] = self.server.modseq
        found = b" ".join(b"%s %d" % (item, values[item.upper()]) for item in items)
        self.send(b"* STATUS %s (%s)" % (self.quoted(name), found))

    def do_EXAMINE(self, arguments):
        self.read_only = True
        return self.open(arguments, b"[READ-ONLY] open")

    def do_SELECT(self, arguments):
        self.read_only = False
        return self.open(arguments, b"[READ-WRITE] open")

    def open(self, arguments, text: bytes) -> bytes:
        if len(arguments) > 1:
            self.need("CONDSTORE")
        self.selected = None
        mailbox = self.mailbox(arguments[0])
        if not mailbox.selectable:
            raise No("[CANNOT] not selectable")
        self.selected = mailbox
        self.send(b"* %d EXISTS" % len(mailbox.mails))
        self.send(b"* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)")
        self.send(b"* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\*)] yours")
        self.send(b"* OK [UIDVALIDITY %d] valid" % mailbox.uidvalidity)
        self.send(b"* OK [UIDNEXT %d] next" % mailbox.uidnext)
        if self.has("CONDSTORE"):
            self.send(b"* OK [HIGHESTMODSEQ %d] highest" % self.server.modseq)
        return text

    def do_CREATE(self, arguments):
        (name,) = arguments
        if name in self.server.mailboxes:
            raise No("[ALREADYEXISTS] there is one")
        self.server.make(name.decode("latin-1"))

    def do_UNSELECT(self, _arguments):
        self.need("UNSELECT")
        self.selected = None

    def do_DELETE(self, arguments):
        if self.mailbox(arguments[0]) is self.selected:
            # as Dovecot does it
            self.send(b"* BYE Selected mailbox was deleted, have to disconnect.")
            self.peer.cut()
        del self.server.mailboxes[arguments[0]]

    def do_RENAME(self, arguments):
        mailbox = self.mailbox(arguments[0])
        del self.server.mailboxes[arguments[0]]
        self.server.mailboxes[arguments[1]] = mailbox

    def do_SUBSCRIBE(self, arguments):
        self.mailbox(arguments[0]).subscribed = True

    def do_UNSUBSCRIBE(self, arguments):
        self.mailbox(arguments[0]).subscribed = False

    def do_GETQUOTAROOT(self, arguments):
        self.need("QUOTA")
        if self.server.quota is None:
            self.send(b"* QUOTAROOT %s" % self.quoted(arguments[0]))
            return
        self.send(b'* QUOTAROOT %s ""' % self.quoted(arguments[0]))
        self.send(b'* QUOTA "" (STORAGE %d %d)' % self.server.quota)

    # -- mail -----------------------------------------------------------------

    def chosen(self, uid_set: bytes) -> list[tuple[int, Mail]]:
        if self.selected is None:
            raise ValueError("no mailbox")
        found = []
        highest = max((mail.uid for mail in self.selected.mails), default=0)
        for item in uid_set.split(b","):
            ends = [highest if end == b"*" else int(end) for end in item.split(b":")]
            for number, mail in enumerate(self.selected.mails, start=1):
                if min(ends) <= mail.uid <= max(ends):
                    found.append((number, mail))
        return found

    def do_UID_FETCH(self, arguments):
        uid_set, items = arguments
        for number, mail in self.chosen(uid_set):
            answers = [self.fetched(mail, item) for item in items]
            self.peer.send(b"* %d FETCH (%s)\r\n" % (number, b" ".join(answers)))

    def fetched(self, mail: Mail, item: bytes) -> bytes:
        word = item.upper()
        if word == b"UID":
            return b"UID %d" % mail.uid
        if word == b"FLAGS":
            return b"FLAGS (%s)" % b" ".join(sorted(mail.flags))
        if word == b"INTERNALDATE":
            return b'INTERNALDATE "%s"' % mail.date.encode()
        if word == b"RFC822.SIZE":
            return b"RFC822.SIZE %d" % len(mail.content)
        if word == b"MODSEQ":
            self.need("CONDSTORE")
            return b"MODSEQ (%d)" % mail.modseq
        if not word.startswith(b"BODY.PEEK["):
            # BODY[] without PEEK sets \Seen, as on every real server
            mail.flags.add(b"\\Seen")
        if word.endswith(b"[]"):
            content = mail.content
        else:
            names = re.search(rb"\(([^)]*)\)", word).group(1).split()
            content = header_fields(mail.content, names)
        name = item.upper().replace(b"BODY.PEEK", b"BODY")
        return b"%s {%d}\r\n%s" % (name, len(content), content)

    def do_UID_SEARCH(self, arguments):
        uids = [b"%d" % mail.uid for _number, mail in self.chosen(arguments[-1])]
        if arguments[0].upper() == b"RETURN":
            self.need("ESEARCH")
            found = b" ALL " + b",".join(uids) if uids else b""
            self.send(b'* ESEARCH (TAG "x") UID' + found)
        else:
            self.send(b" ".join([b"* SEARCH", *uids]))

    def do_APPEND(self, arguments):
        name, flags, *date, content = arguments
        mailbox = self.mailbox(name)
        self.server.modseq += 1
        uid = mailbox.uidnext
        mailbox.uidnext += 1
        moment = date[0].decode() if date else " 1-Jan-2026 00:00:00 +0000"
        mailbox.mails.append(Mail(uid, content, set(flags), moment, self.server.modseq))
        if self.has("UIDPLUS") and self.server.tells_appenduid:
            return b"[APPENDUID %d %d] stored" % (mailbox.uidvalidity, uid)
        return b"stored"

    def do_UID_STORE(self, arguments):
        uid_set, how, flags = arguments
        if self.read_only or how.upper() != b"+FLAGS.SILENT":
            raise ValueError
        for _number, mail in self.chosen(uid_set):
            mail.flags |= set(flags)
            self.server.modseq += 1
            mail.modseq = self.server.modseq

    def do_UID_EXPUNGE(self, arguments):
        self.need("UIDPLUS")
        if self.read_only:
            raise ValueError
        for number, mail in reversed(self.chosen(arguments[0])):
            if b"\\Deleted" in mail.flags:
                self.selected.mails.remove(mail)
                if "QRESYNC" in self.enabled:
                    self.send(b"* VANISHED %d" % mail.uid)
                else:
                    self.send(b"* %d EXPUNGE" % number)


def header_fields(content: bytes, names) -> bytes:
    """The fields of those names with their folded lines, and the empty line."""
    header = content.partition(b"\r\n\r\n")[0] + b"\r\n"
    wanted = {name.lower() for name in names}
    fields = re.findall(rb"[^\r\n:]+:[^\n]*\n(?:[ \t][^\n]*\n)*", header)
    kept = [f for f in fields if f.partition(b":")[0].strip().lower() in wanted]
    return b"".join(kept) + b"\r\n"


def raise_(error):
    raise error


def interfere(fake, command, action, *, nth=1):
    """Do something right before the server runs a command for the nth time."""
    seen = []

    def before(name):
        if name == command:
            seen.append(name)
            if len(seen) == nth:
                action()

    fake.before = before
