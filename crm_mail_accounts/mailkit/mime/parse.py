"""A whole mail read: its text, its HTML, its attachments.

What becomes what:

* the texts of ``multipart/mixed`` follow each other; of ``multipart/alternative``
  the last HTML and the first plain text count (RFC 2046 5.1.4);
* a text with a file name, or sent as attachment, is an attachment;
* an image is inline only if the HTML shows it by ``cid:``; any other part is an
  attachment, so that nothing is lost;
* a mail within the mail is an attachment ``<subject>.eml``, byte for byte; a
  certified mail's ``postacert.eml`` keeps its name;
* calendar parts are attachments, also where they stand for the text;
* the files in a ``winmail.dat``, in a ``.p7m`` or uuencoded in a text are attachments
  of their own, and a mail that is signed as a whole is read (see ``packed``).

Nothing here raises: what is odd is read as well as can be and named in
``ParsedMail.defects``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..limits import MAX_FILENAME, MAX_HEADER_LITERAL, MAX_HTML, MAX_TEXT
from ..values import PGP, SMIME, IndexHeader, MailPart, ParsedMail
from . import charsets
from .filenames import invented_filename, safe_filename
from .flowed import unflow
from .header_fields import index_header
from .html_text import html_to_text, without_comments
from .packed import UUENCODED, Opened, as_parts, may_be_opened, open_part
from .parameters import parameters
from .plain_html import text_to_html
from .structure import Node, read_structure
from .transfer import decode_transfer
from .urls import clean_cid, embeddable
from .uuencoded import split_uuencoded

TEXT_CUT = "text_cut"
HTML_CUT = "html_cut"

_SHOWN = frozenset(("text/plain", "text/html", "text/enriched", "text/markdown"))
_MAIL_TYPES = frozenset(("message/rfc822", "message/global"))
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_MAX_SIGNED = 3
"""Mails within signatures within signatures that are read."""
_CID = re.compile(r"[\s\"'(=]cid:([^\"'\s<>)]{1,500})", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta[^<>]{0,200}?charset|\?xml[^<>]{0,100}?encoding)\s?=\s?[\"']?"
    rb"([\w.:-]{2,40})",
    re.IGNORECASE,
)


@dataclass
class _Text:
    """A stretch of the body; one of the two is there, or both as alternatives."""

    plain: str | None = None
    html: str | None = None


def _disposition(node: Node) -> tuple[str, dict[str, str]]:
    value = node.header.get(b"content-disposition", b"")
    kind = value.split(b";", 1)[0].strip().lower().decode("latin-1")
    return kind, parameters(b"; " + value if b"=" in value[:20] else value)


def _given_filename(node: Node) -> str:
    """The name that the sender gave, safe, or ``""``."""
    name = _disposition(node)[1].get("filename") or node.type_parameters.get("name")
    return safe_filename(name or "")


class _Reader:
    def __init__(self, raw: bytes, depth: int = 0):
        self.raw = raw
        self.depth = depth
        self.root, odd = read_structure(raw)
        self.defects: dict[str, None] = dict.fromkeys(odd)
        self.attached: list[Node] = []
        self.in_text: list[MailPart] = []
        """Files that stood uuencoded in the texts."""

    # -- leaves ---------------------------------------------------------------

    def content(self, node: Node) -> bytes:
        encoding = node.header.get(b"content-transfer-encoding", b"")
        content, defect = decode_transfer(self.raw[node.start : node.end], encoding)
        if defect:
            self.defects[defect] = None
        return content

    def text(self, node: Node) -> str:
        content = self.content(node)
        charset = node.type_parameters.get("charset")
        is_html = node.content_type == "text/html"
        if is_html and not charset:
            match = _META_CHARSET.search(content[:2048])
            charset = match[1].decode("ascii") if match else None
        if not is_html:
            content, files = split_uuencoded(content)
            self.in_text += as_parts(files, node.number, UUENCODED)
        limit = MAX_HTML if is_html else MAX_TEXT
        text, defect = charsets.decode(content[: limit * 4], charset)
        if defect:
            self.defects[defect] = None
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > limit or len(content) > limit * 4:
            text = text[:limit]
            self.defects[HTML_CUT if is_html else TEXT_CUT] = None
        if not is_html and node.type_parameters.get("format", "").lower() == "flowed":
            delsp = node.type_parameters.get("delsp", "").lower() == "yes"
            text = unflow(text, delsp=delsp)
        return text

    def is_text(self, node: Node, parent: str) -> bool:
        """Whether a leaf is read as text of the mail rather than attached to it."""
        if node.content_type not in _SHOWN:
            return False
        if _disposition(node)[0] == "attachment":
            return False
        # Some clients give the body itself a name: it is the body all the same
        # where it is the only part or one of the alternatives.
        return parent in ("", "multipart/alternative") or not _given_filename(node)

    # -- the body -------------------------------------------------------------

    def body(self, node: Node, parent: str = "") -> list[_Text]:
        """The texts of a part in order; what is no text is noted as attached."""
        if not node.children:
            return self.leaf(node, parent)
        if node.content_type == "multipart/alternative":
            return self.alternative(node)
        if node.content_type == "multipart/related":
            return self.related(node)
        kind = node.content_type
        return [text for child in node.children for text in self.body(child, kind)]

    def leaf(self, node: Node, parent: str) -> list[_Text]:
        if not self.is_text(node, parent):
            self.attached.append(node)
            return []
        text = self.text(node)
        if node.content_type == "text/html":
            return [_Text(html=text)]
        return [_Text(plain=text)]

    def alternative(self, node: Node) -> list[_Text]:
        plain = html = None
        for child in node.children:
            if not child.children and self.is_other_rendering(child):
                continue
            texts = self.body(child, node.content_type)
            joined = _joined(texts)
            if joined.html is not None and (joined.html.strip() or html is None):
                html = joined.html
            if joined.plain is not None and not (plain or "").strip():
                plain = joined.plain
        return [_Text(plain, html)] if plain is not None or html is not None else []

    def is_other_rendering(self, node: Node) -> bool:
        """A form of the same text for other programs (AMP, watches): not shown."""
        return (
            node.content_type.startswith("text/")
            and node.content_type not in _SHOWN
            and node.content_type != "text/calendar"
            and not _given_filename(node)
            and _disposition(node)[0] != "attachment"
        )

    def related(self, node: Node) -> list[_Text]:
        """The root is shown, the others belong to it (RFC 2387)."""
        start = clean_cid(node.type_parameters.get("start", ""))
        root = node.children[0]
        for child in node.children:
            cid = _content_id(child)
            if start and cid and clean_cid(cid) == start:
                root = child
                break
        else:
            if not root.children and root.content_type not in _SHOWN:
                texts = (
                    c for c in node.children if c.children or c.content_type in _SHOWN
                )
                root = next(texts, root)
        result: list[_Text] = []
        for child in node.children:
            if child is root:
                # The root is the body even under a name, as an alternative is.
                result += self.body(child, "multipart/alternative")
            elif child.children:
                result += self.body(child, node.content_type)
            else:
                self.attached.append(child)
        return result

    # -- attachments ----------------------------------------------------------

    def part(self, node: Node, cids: frozenset[str]) -> MailPart:
        content = self.content(node)
        cid = _content_id(node)
        name = _given_filename(node)
        if not name and node.content_type in _MAIL_TYPES:
            name = _eml_name(content)
        return MailPart(
            number=node.number,
            content_type=node.content_type,
            filename=name or invented_filename(node.content_type, node.number),
            content=content,
            content_id=cid,
            inline=bool(cid) and clean_cid(cid) in cids and embeddable(content),
        )

    def opened(self) -> dict[str, Opened]:
        """What parts hold, by their numbers."""
        return {
            node.number: open_part(self.part(node, frozenset()), self.enclosed)
            for node in self.attached
            if may_be_opened(node.content_type, _given_filename(node))
        }

    def enclosed(self, raw: bytes) -> ParsedMail:
        if self.depth >= _MAX_SIGNED:
            return ParsedMail(IndexHeader(), "", "")
        return _Reader(raw, self.depth + 1).mail()

    def parts(self, opened: dict[str, Opened], html: str) -> tuple[MailPart, ...]:
        cids = _shown_cids(html)
        result: list[MailPart] = []
        for node in self.attached:
            holder = opened.get(node.number)
            if not holder or holder.stays:
                result.append(self.part(node, cids))
            for part in holder.parts if holder else ():
                shown = part.content_id and clean_cid(part.content_id) in cids
                inline = bool(shown) and embeddable(part.content)
                result.append(replace(part, inline=inline))
        return (*result, *self.in_text)

    def encryption(self, opened: dict[str, Opened], text: str) -> str:
        if self.root.content_type == "multipart/encrypted":
            return PGP
        if any(holder.encrypted for holder in opened.values()):
            return SMIME
        return PGP if text.lstrip().startswith(_PGP_MESSAGE) else ""

    def mail(self) -> ParsedMail:
        joined = _joined(self.body(self.root))
        text, html = joined.plain or "", joined.html or ""
        opened = self.opened()
        if not text.strip() and not html.strip():
            for holder in opened.values():
                text, html = holder.text, holder.html
        if len(html) > MAX_HTML:
            html = html[:MAX_HTML]
            self.defects[HTML_CUT] = None
        if len(text) > MAX_TEXT:
            text = text[:MAX_TEXT]
            self.defects[TEXT_CUT] = None
        if html and not text.strip():
            text = html_to_text(html)
        parts = self.parts(opened, html)
        encrypted = self.encryption(opened, text)
        header = index_header(self.raw[: min(self.root.start, MAX_HEADER_LITERAL)])
        defects = tuple(self.defects)
        return ParsedMail(header, text, html, parts, defects, encrypted)


def _content_id(node: Node) -> str:
    value = node.header.get(b"content-id", b"")[:998]
    return charsets.decode(value, None)[0].strip("<> \t")


def _eml_name(content: bytes) -> str:
    """A mail within the mail is named after its subject."""
    subject = index_header(content[:MAX_HEADER_LITERAL]).subject
    name = safe_filename(subject)[: MAX_FILENAME - 4].strip(" .")
    return safe_filename(f"{name}.eml") if name else ""


def _shown_cids(html: str) -> frozenset[str]:
    if "cid:" not in html.lower():
        return frozenset()
    return frozenset(clean_cid(cid) for cid in _CID.findall(without_comments(html)))


def _joined(texts: list[_Text]) -> _Text:
    """Several texts as one; where any is HTML, the plain ones are put into it."""
    if len(texts) == 1:
        return texts[0]
    result = _Text()
    if any(t.html is not None for t in texts):
        result.html = "\n".join(
            t.html if t.html is not None else text_to_html(t.plain or "") for t in texts
        )
    if any(t.plain is not None for t in texts):
        pieces = (
            html_to_text(t.html or "") if t.plain is None else t.plain for t in texts
        )
        result.plain = "\n\n".join(p.strip("\n") for p in pieces if p.strip())
    return result


def parse_mail(raw: bytes) -> ParsedMail:
    """Read a whole mail; never raises, whatever the bytes are."""
    return _Reader(raw).mail()
