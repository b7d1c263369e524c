"""The values that cross a room's border: frozen, typed, without secrets in repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Security(str, Enum):
    """How a connection is protected; the values are stored."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Role(str, Enum):
    """What a folder is for (RFC 6154 special use); the values are stored."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    JUNK = "junk"
    TRASH = "trash"
    ARCHIVE = "archive"
    ALL = "all"
    FLAGGED = "flagged"
    IMPORTANT = "important"
    NONE = "none"


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens. ``ca_file`` adds authorities to the system's (PEM).

    ``public_only``: connect to addresses of the internet alone (``host_policy``).

    ``pinned_sha256``: the one certificate that is accepted, whoever issued it, for
    whatever name and time (:attr:`CertificateFacts.sha256`; colons, spaces and
    capitals do not matter). It holds with ``verify_certificate`` off too. Text that
    is no fingerprint accepts no certificate.
    """

    host: str
    port: int
    security: Security
    verify_certificate: bool = True
    ca_file: str | None = None
    public_only: bool = False
    pinned_sha256: str = ""


@dataclass(frozen=True)
class Credentials:
    """``access_token`` (OAuth 2) is used instead of the password when it is set."""

    username: str
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class CertificateFacts:
    """What a person compares; names are RFC 4514 strings, dates are UTC."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class TlsFacts:
    version: str
    cipher: str
    certificate: CertificateFacts | None = None


@dataclass(frozen=True)
class Step:
    """One step of a connection test, in the order in which it was done.

    ``name`` is a stable word: ``resolve``, ``connect``, ``tls``, ``greeting``,
    ``capability``, ``login``, ``folders``, ``quota``, ``append``.

    ``detail`` is data for a person (a count, names, sizes) or English for the log;
    ``note`` is a stable word where there is a sentence to tell beside it:
    ``append_skipped`` (no mail was stored, since it could not have been removed
    safely), ``mail_left`` (the test's mail may still be in the folder).
    """

    name: str
    ok: bool
    seconds: float
    detail: str = ""
    error: Exception | None = None
    note: str = ""


@dataclass(frozen=True)
class ServerFolder:
    """A line of LIST. ``raw`` is the name as the server wrote it (bytes as latin-1);

    ``name`` is readable (modified UTF-7 decoded, RFC 3501 5.1.3; a name that cannot
    be decoded is kept as it is); ``delimiter`` is ``None`` in a flat namespace;
    ``attributes`` are lower case without backslash.
    """

    raw: str
    name: str
    delimiter: str | None
    attributes: frozenset[str] = frozenset()
    role: Role = Role.NONE
    subscribed: bool = True

    @property
    def selectable(self) -> bool:
        return not self.attributes & {"noselect", "nonexistent"}

    @property
    def path(self) -> tuple[str, ...]:
        """The names from the root to this folder."""
        if not self.delimiter:
            return (self.name,)
        return tuple(self.name.split(self.delimiter))


@dataclass(frozen=True)
class FolderState:
    """What SELECT/EXAMINE or STATUS told. Unknown numbers are ``None``."""

    exists: int
    uidvalidity: int | None
    uidnext: int | None
    highestmodseq: int | None = None
    unseen: int | None = None
    permanent_flags: frozenset[str] = frozenset()
    read_only: bool = False


@dataclass(frozen=True)
class Quota:
    """Storage of a mailbox in bytes (RFC 9208); ``limit`` is never 0."""

    root: str
    used: int
    limit: int


@dataclass(frozen=True)
class Delivery:
    """What SMTP said when it took a mail over.

    ``refused`` maps each recipient that was not taken to the server's words; the
    mail went to ``accepted``, which is never empty.
    """

    reply: str
    accepted: tuple[str, ...]
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FetchedMessage:
    """One mail of a FETCH answer; items that were not asked are ``None``.

    ``flags`` are as the server wrote them (``\\\\Seen``, ``$Forwarded``).
    ``sections`` maps the section's text in capitals (``HEADER.FIELDS``, ``""`` for
    the whole mail, ``1.2``) to its bytes, or ``None`` for NIL.
    """

    uid: int
    flags: tuple[str, ...] | None = None
    internaldate: datetime | None = None
    size: int | None = None
    modseq: int | None = None
    sections: dict[str, bytes | None] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """A mailbox of RFC 5322 3.4: display name (decoded, may be empty) and address.

    ``email`` is as written; compare by :attr:`key`.
    """

    name: str
    email: str

    @property
    def key(self) -> str:
        return self.email.strip().lower()


@dataclass(frozen=True)
class IndexHeader:
    """The header fields of one mail as the index stores them, decoded and cut."""

    subject: str = ""
    from_: Address | None = None
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    content_type: str = ""
    list_id: str = ""
    auto_submitted: str = ""
    precedence: str = ""
    importance: str = ""

    @property
    def may_have_attachments(self) -> bool:
        """A guess until the body was read: multipart/mixed usually means a clip."""
        return self.content_type in ("multipart/mixed", "application/pdf") or (
            self.content_type.startswith(("application/", "image/", "audio/"))
        )


@dataclass(frozen=True)
class MailPart:
    """A leaf of a mail that is not its text: an attachment or an inline image.

    ``number`` is the IMAP part number (RFC 9051 6.4.5.1, ``"1.2"``); ``content`` is
    decoded.  ``inline`` means that the HTML body shows it by ``content_id``.
    """

    number: str
    content_type: str
    filename: str
    content: bytes = field(repr=False)
    content_id: str = ""
    inline: bool = False

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class ParsedMail:
    """A whole mail, read. ``html`` is as received: never show it uncleaned.

    ``text`` is the plain text alternative, or made from the HTML when there is none;
    ``defects`` names in stable words what was odd and how it was read.
    """

    header: IndexHeader
    text: str
    html: str
    parts: tuple[MailPart, ...] = ()
    defects: tuple[str, ...] = ()

    @property
    def attachments(self) -> tuple[MailPart, ...]:
        return tuple(part for part in self.parts if not part.inline)


@dataclass(frozen=True)
class CleanHtml:
    """HTML that may be shown in the sandboxed frame.

    ``remote`` counts the references to other hosts that were found: blocked in
    ``html`` unless remote content was allowed.
    """

    html: str
    remote: int = 0
    missing_cids: tuple[str, ...] = ()
