"""A mail written: header, alternatives, images, files, as the best clients do it.

::

    multipart/mixed              only with files
        multipart/alternative    only with HTML
            text/plain           format=flowed (RFC 3676)
            multipart/related    only with images that the HTML shows
                text/html
                image/png        Content-ID
        application/pdf

The same draft gives the same bytes: boundaries come from the Message-ID, the date and
the id are handed in, and no field tells what wrote the mail or on which machine.  Bcc
is never written; :func:`with_bcc` adds it for the writer's own copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import format_datetime
from hashlib import sha256

from ..errors import InvalidArgument
from ..values import Address
from .body_writer import write_file, write_mail, write_text
from .draft import DraftAttachment, DraftMail
from .filenames import invented_filename, safe_filename
from .flowed import flow
from .header_writer import (
    address_field,
    filename_parameters,
    id_field,
    is_id,
    line_of,
    name_words,
    text_field,
    write_field,
)
from .html_text import html_to_text, without_comments
from .urls import clean_cid
from .wire_address import ascii_domain

__all__ = ["DraftAttachment", "DraftMail", "compose", "make_message_id", "with_bcc"]

_LAST_REFERENCES = 10
"""Besides the first one, as RFC 5322 3.6.4 lets long chains be cut (son-of-1036)."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_TOKEN = re.compile(r"[A-Za-z0-9._=+-]{8,128}")
_CID = re.compile(r"[!-;=?-~]{1,200}")
_SHOWN_CID = re.compile(r"[\s\"'(=]cid:([^\"'\s<>)]{1,500})", re.IGNORECASE)
_MAILS = frozenset({"message/rfc822", "message/global"})
_OWN_FIELDS = frozenset(
    """
        bcc cc date disposition-notification-to from importance in-reply-to message-id
        mime-version references reply-to resent-bcc return-path subject to x-priority
    """.split()
)
_PRIORITY = {"high": ("high", "1"), "low": ("low", "5")}


@dataclass
class _Part:
    """A part as it is written: the words of its header fields, and its content."""

    content_type: list[str]
    encoding: str = "7bit"
    content: bytes = b""
    children: list[_Part] = field(default_factory=list)
    header: bytes = b""


def make_message_id(domain: str, token: str) -> str:
    """``<token@domain>``: ``token`` is random, ``domain`` the sender's, never the

    machine's.

    :raises InvalidArgument: either cannot stand in an id
    """
    if not _TOKEN.fullmatch(token):
        raise InvalidArgument("not a token")
    return f"<{token}@{ascii_domain(domain).lower()}>"


def compose(draft: DraftMail, *, eight_bit: bool = True) -> bytes:
    """The whole mail in CRLF lines, without Bcc.

    ``eight_bit=False`` is for a server without 8BITMIME: a mail within the mail that
    is not ASCII goes as a file then.

    :raises InvalidArgument: ``address_invalid``, or an id, a date or a field's name
        that is none; texts are cleaned instead
    """
    parts = _Parts(draft, eight_bit)
    header = _header(draft) + b"MIME-Version: 1.0\r\n"
    return header + parts.written(parts.root())


def with_bcc(raw: bytes, bcc: tuple[Address, ...]) -> bytes:
    """The writer's own copy, as kept in Drafts and Sent: ``raw`` with its Bcc."""
    return address_field("Bcc", bcc) + raw if bcc else raw


# -- header -------------------------------------------------------------------


def _header(draft: DraftMail) -> bytes:
    if draft.date.tzinfo is None:
        raise InvalidArgument("a date without time zone")
    if not is_id(draft.message_id):
        raise InvalidArgument("not a Message-ID")
    fields = [address_field("From", [draft.from_])]
    for name, addresses in (
        ("Reply-To", draft.reply_to),
        ("To", draft.to),
        ("Cc", draft.cc),
    ):
        if addresses:
            fields.append(address_field(name, addresses))
    if not draft.to and not draft.cc:
        # Filters take a mail to nobody for spam; an empty group is somebody.
        fields.append(b"To: undisclosed-recipients:;\r\n")
    fields.append(text_field("Subject", draft.subject))
    fields.append(write_field("Date", [format_datetime(draft.date)]))
    fields.append(id_field("Message-ID", [draft.message_id]))
    if is_id(draft.in_reply_to):
        fields.append(id_field("In-Reply-To", [draft.in_reply_to]))
    if references := [i for i in draft.references if is_id(i)]:
        if len(references) > _LAST_REFERENCES + 1:
            references = references[:1] + references[-_LAST_REFERENCES:]
        fields.append(id_field("References", references))
    if draft.importance in _PRIORITY:
        level, number = _PRIORITY[draft.importance]
        fields.append(write_field("Importance", [level]))
        fields.append(write_field("X-Priority", [number]))
    if draft.read_receipt_to:
        fields.append(
            address_field("Disposition-Notification-To", [draft.read_receipt_to])
        )
    for name, value in draft.headers:
        if name.lower() in _OWN_FIELDS or name.lower().startswith("content-"):
            raise InvalidArgument("a field that the mail has by itself")
        fields.append(text_field(name, value))
    return b"".join(fields)


# -- parts --------------------------------------------------------------------


class _Parts:
    def __init__(self, draft: DraftMail, eight_bit: bool):
        self.draft = draft
        self.eight_bit = eight_bit
        self.multiparts = 0

    def root(self) -> _Part:
        draft = self.draft
        files = [self.file(a) for a in draft.attachments if not a.cid]
        body = self.body()
        return _multipart("mixed", [body, *files]) if files else body

    def body(self) -> _Part:
        draft = self.draft
        text = draft.text
        if text is None:
            text = html_to_text(draft.html or "")
        plain = _text_part(
            ["text/plain;", "charset=utf-8;", "format=flowed"], flow(text)
        )
        if draft.html is None:
            return plain
        html = _text_part(["text/html;", "charset=utf-8"], draft.html)
        shown = _shown_cids(draft.html)
        images = {}
        for attachment in draft.attachments:
            if attachment.cid and clean_cid(attachment.cid) in shown:
                images.setdefault(clean_cid(attachment.cid), self.image(attachment))
        if images:
            html = _multipart("related", [html, *images.values()])
            html.content_type.append('type="text/html";')
        return _multipart("alternative", [plain, html])

    def image(self, attachment: DraftAttachment) -> _Part:
        cid = attachment.cid.strip("<> ")
        if not _CID.fullmatch(cid):
            raise InvalidArgument("not a Content-ID")
        part = self.file(attachment, "inline")
        part.header += write_field("Content-ID", [f"<{cid}>"])
        return part

    def file(self, attachment: DraftAttachment, how: str = "attachment") -> _Part:
        kind = line_of(attachment.content_type[:200]).partition(";")[0].strip().lower()
        if not _MEDIA_TYPE.fullmatch(kind) or kind.startswith("multipart/"):
            kind = "application/octet-stream"
        name = safe_filename(attachment.filename) or invented_filename(kind, "1")
        written = None
        if kind in _MAILS:
            written = write_mail(attachment.content)
            if written is None or (written[0] == "8bit" and not self.eight_bit):
                # As a file it arrives whole, and opens by its name.
                kind, written = "application/octet-stream", None
                name = name if name.lower().endswith(".eml") else f"{name}.eml"
            elif written[0] == "7bit":
                kind = "message/rfc822"
        elif kind.startswith("message/"):
            kind = "application/octet-stream"  # no other one may be encoded, either
        encoding, content = written or write_file(attachment.content)
        disposition = [how, *filename_parameters(name)]
        return _Part(
            content_type=[f"{kind};", *name_words(name)],
            encoding=encoding,
            content=content,
            header=write_field("Content-Disposition", _separated(disposition)),
        )

    # -- writing ---------------------------------------------------------------

    def written(self, part: _Part) -> bytes:
        """The part with its header, the children in their boundaries."""
        words = part.content_type
        content = part.content
        if part.children:
            children = [self.written(child) for child in part.children]
            boundary = self.boundary(children)
            line = b"--" + boundary.encode("ascii")
            words = [*words, f'boundary="{boundary}"']
            content = b"".join(line + b"\r\n" + child for child in children)
            content += line + b"--\r\n"
            if any(child.encoding == "8bit" for child in part.children):
                part.encoding = "8bit"  # RFC 2045 6.4
        header = write_field("Content-Type", words) + part.header
        if not part.children or part.encoding != "7bit":
            header += write_field("Content-Transfer-Encoding", [part.encoding])
        return header + b"\r\n" + content

    def boundary(self, children: list[bytes]) -> str:
        """Never a line of the content: ``=_`` stands in no base64 and no

        quoted-printable, and what is not encoded is looked through.
        """
        while True:
            self.multiparts += 1
            seed = f"{self.draft.message_id} {self.multiparts}".encode()
            boundary = f"=_{sha256(seed).hexdigest()[:32]}"
            if not any(boundary.encode("ascii") in child for child in children):
                return boundary


def _multipart(kind: str, children: list[_Part]) -> _Part:
    return _Part(content_type=[f"multipart/{kind};"], children=children)


def _text_part(content_type: list[str], text: str) -> _Part:
    encoding, content = write_text(text)
    return _Part(content_type, encoding, content)


def _separated(words: list[str]) -> list[str]:
    return [f"{word};" for word in words[:-1]] + words[-1:]


def _shown_cids(html: str) -> frozenset[str]:
    return frozenset(
        clean_cid(cid) for cid in _SHOWN_CID.findall(without_comments(html))
    )
