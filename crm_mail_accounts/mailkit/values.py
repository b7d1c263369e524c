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
    ``capability``, ``login``, ``folders``, ``quota``, ``append``; ``mailbox`` (POP3).

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

    ``extra`` holds what only some servers know: ``emailid``, ``threadid`` (RFC 8474),
    ``gm_msgid``, ``gm_thrid``, ``preview`` (RFC 8970) as text or ``None``, and
    ``gm_labels`` as a tuple of text; ``origin``, where a partial section begins, as a
    number; other items by their names in capitals.
    """

    uid: int
    flags: tuple[str, ...] | None = None
    internaldate: datetime | None = None
    size: int | None = None
    modseq: int | None = None
    sections: dict[str, bytes | None] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlagChange:
    """The flags of one mail, as the server wrote them; all of them, not a difference.

    ``modseq`` is ``None`` where the server keeps none (RFC 7162).
    """

    uid: int
    flags: tuple[str, ...]
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class Vanished:
    """UIDs that the server says are gone, both ends included.

    A range may be enormous and name UIDs that never were (RFC 7162 3.2.10): compare
    it with rows (``BETWEEN``), never count it out.
    """

    first: int
    last: int


@dataclass(frozen=True)
class Noticed:
    """What the server told of a folder without being asked.

    ``flags`` has each mail once, the newest word, and none that is in ``vanished``.
    ``exists`` is the last number of mails told, ``None`` if none was.  ``gone``: mails
    went, and it is not known which.  ``changed``: flags changed, and it is not known of
    which mail.
    """

    folder: str
    uidvalidity: int | None
    vanished: tuple[Vanished, ...] = ()
    flags: tuple[FlagChange, ...] = ()
    exists: int | None = None
    gone: bool = False
    changed: bool = False

    def __bool__(self) -> bool:
        return bool(self.vanished or self.flags or self.look) or (
            self.exists is not None
        )

    @property
    def look(self) -> bool:
        """Whether the folder has to be looked at, since this does not tell enough."""
        return self.gone or self.changed


@dataclass(frozen=True)
class BodyPart:
    """A node of BODYSTRUCTURE (RFC 9051 7.5.2), without any of the mail's content.

    ``number`` is what BODY[...] takes: ``"1.2"``; ``"TEXT"`` or ``"3.TEXT"`` for a
    multipart that is the whole text of the mail, or of a mail within the mail, since
    it has no number of its own (RFC 9051 6.4.5.1).  ``content_type`` and the names of
    the parameters are lower case; values are as the server sent them.  ``size`` is of
    the part as encoded, ``None`` where it was not told.
    """

    number: str
    content_type: str
    parameters: dict[str, str] = field(default_factory=dict)
    content_id: str = ""
    encoding: str = ""
    size: int | None = None
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    children: tuple[BodyPart, ...] = ()

    def leaves(self) -> list[BodyPart]:
        """All parts without children, in the order of the mail; a mail within the
        mail is one of them."""
        found, todo = [], [self]
        while todo:
            part = todo.pop()
            if part.children and not part.content_type.startswith("message/"):
                todo.extend(reversed(part.children))
            else:
                found.append(part)
        return found


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
    """The header fields of one mail as the index stores them, decoded and cut.

    ``return_path`` is the address of the envelope's sender, ``"<>"`` for the empty one
    (RFC 5321 4.5.5: a report, never to be answered), ``""`` where no field tells.
    ``authentication_results`` is the topmost field alone: the last server's word, and
    only that of the account's own server is worth anything (RFC 8601 5).

    ``bcc``, which only drafts have, and ``followup_to`` (Mail-Followup-To,
    draft-ietf-drums-mail-followup-to) are told by a whole header, not by the index.
    """

    subject: str = ""
    from_: Address | None = None
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    followup_to: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    content_type: str = ""
    list_id: str = ""
    auto_submitted: str = ""
    precedence: str = ""
    importance: str = ""
    return_path: str = ""
    auto_response_suppress: str = ""
    list_unsubscribe: str = ""
    list_unsubscribe_post: str = ""
    authentication_results: str = ""

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


SMIME = "smime"
PGP = "pgp"


@dataclass(frozen=True)
class ParsedMail:
    """A whole mail, read. ``html`` is as received: never show it uncleaned.

    ``text`` is the plain text alternative, or made from the HTML when there is none;
    ``defects`` names in stable words what was odd and how it was read.  ``encrypted``
    is ``SMIME`` or ``PGP`` when the text is closed to us, or empty.
    """

    header: IndexHeader
    text: str
    html: str
    parts: tuple[MailPart, ...] = ()
    defects: tuple[str, ...] = ()
    encrypted: str = ""

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
