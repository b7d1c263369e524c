"""The editor's HTML made ready to be sent.

* What is not in the list of elements and attributes goes: scripts, forms, the
  editor's own attributes (``contenteditable``, ``data-*``).  Classes stay, so that our
  signature and quote are recognized in an answer.
* Pictures pasted as ``data:`` become inline parts; pictures of the host (relative
  addresses, or absolute ones under ``base_url``) are asked for, or left out: nobody
  else could open them, and they would tell of the host.
* Pictures that :mod:`reply` put aside get their address back.
* Links to the host by relative address lose it, their text stays.

What comes out is a small complete document and its plain text.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from urllib.parse import unquote

from ..limits import MAX_HTML, MAX_INLINE_IMAGE
from . import html_policy
from .charsets import clean_text
from .draft import DraftAttachment
from .html_lxml import start_tag, write
from .html_text import html_to_text, without_tags
from .html_tree import Tangled, read_tree
from .plain_html import text_to_html
from .reply import ASIDE, FORWARD_CLASS, QUOTE_CLASS, SIGNATURE_CLASS
from .urls import Resources, clean_cid, image_type, link_url, scheme_of, web_url

MAX_IMAGES = 200
"""Inline parts of one mail."""
_DATA = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_IDENTIFIER = re.compile(r"[^\w.:-]")
_PREFIXES = re.compile(r"^(?:mail-)+")
"""What reading put in front of every id, once for each answer."""
_MARK = "\ue000"
_DOCUMENT = (
    '<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" '
    'content="text/html; charset=utf-8"></head>\n<body>{}</body></html>\n'
)
_EXTENSIONS = {"image/jpeg": "jpg"}


@dataclass(frozen=True)
class OutgoingHtml:
    """``images``: the parts that the document shows, pasted ones and those of
    ``inline``.  ``cids``: all that it shows by ``cid:``, in one form.  ``wanted``:
    addresses of the host's pictures that nobody gave; they are left out of ``html``.
    """

    html: str
    text: str
    images: tuple[DraftAttachment, ...] = ()
    cids: frozenset[str] = frozenset()
    wanted: tuple[str, ...] = ()


class _Outgoing(Resources):
    def __init__(self, inline: Mapping[str, DraftAttachment], base_url: str):
        super().__init__({}, allow_remote=True)
        self.inline = inline
        self.base_url = base_url.rstrip("/").lower()
        self.images: dict[str, DraftAttachment] = {}
        self.cids: dict[str, None] = {}
        self.wanted: dict[str, None] = {}

    def image(self, value: str) -> str | None:
        value = value.strip()
        if (given := self.inline.get(value)) is not None:
            return self._shown(given)
        scheme = scheme_of(value)
        if scheme == "cid":
            self.cids[clean_cid(value[4:])] = None
            return f"cid:{value[4:]}"
        if scheme == "data":
            return self._pasted(value)
        if scheme in ("http", "https", "//"):
            if self._is_own(value):
                self.wanted[value] = None
                return None
            return web_url(value)
        if not scheme and value:
            self.wanted[value] = None
        return None

    def _is_own(self, value: str) -> bool:
        return bool(self.base_url) and value.lower().startswith(f"{self.base_url}/")

    def _shown(self, image: DraftAttachment) -> str:
        self.images.setdefault(clean_cid(image.cid), image)
        self.cids[clean_cid(image.cid)] = None
        return f"cid:{image.cid}"

    def _pasted(self, value: str) -> str | None:
        match = _DATA.match(value)
        if not match or len(value) > MAX_INLINE_IMAGE * 3 // 2:
            return None
        try:
            content = b64decode(unquote(value[match.end() :]))
        except (Base64Error, ValueError):
            return None
        kind = image_type(content)
        if kind is None or len(self.images) >= MAX_IMAGES:
            return None
        return self._shown(inline_image(content, kind))


def inline_image(
    content: bytes, content_type: str, filename: str = ""
) -> DraftAttachment:
    """A picture with a Content-ID of its own, which follows from the content."""
    digest = sha256(content).hexdigest()[:32]
    extension = _EXTENSIONS.get(content_type, content_type.rpartition("/")[2])
    return DraftAttachment(
        filename=filename or f"image-{digest[:6]}.{extension}",
        content_type=content_type,
        content=content,
        cid=f"{digest}@inline",
    )


def prepare_html(
    html: str,
    *,
    inline: Mapping[str, DraftAttachment] | None = None,
    base_url: str = "",
) -> OutgoingHtml:
    """What is sent of the editor's HTML; never raises.

    ``inline`` maps addresses, as they stand in ``src``, to pictures with a ``cid``;
    call it first without, load what is ``wanted``, and call it again.
    """
    resources = _Outgoing(inline or {}, base_url)
    html = _CONTROLS.sub("", clean_text(html[:MAX_HTML]))
    try:
        root = read_tree(html)
    except Tangled:
        text = without_tags(html)
        return OutgoingHtml(_DOCUMENT.format(text_to_html(text)), text)
    if root is None:
        return OutgoingHtml(_DOCUMENT.format(""), "")
    body = write(root, lambda tag, element: _opening(tag, element, resources))
    return OutgoingHtml(
        html=_DOCUMENT.format(body),
        text=_plain(root, body),
        images=tuple(resources.images.values()),
        cids=frozenset(resources.cids),
        wanted=tuple(resources.wanted),
    )


def _opening(tag: str, element, resources: _Outgoing) -> str:
    kept: dict[str, str] = {}
    aside = element.get(ASIDE) if tag == "img" else None
    for name, value in element.attrib.items():
        if name == "src" and aside:
            value = aside
        if name not in html_policy.ATTRIBUTES[tag] or name == "srcset":
            continue
        value = _attribute(tag, name, value, resources)
        if value is not None:
            kept[name] = value
    if tag == "img" and not kept.get("src"):
        return escape(kept.get("alt", ""))
    return start_tag(tag, kept)


def _attribute(tag: str, name: str, value: str, resources: _Outgoing) -> str | None:
    if name in ("id", "name"):
        return _PREFIXES.sub("", _IDENTIFIER.sub("", value)) or None
    if name == "href" and scheme_of(value) == "#":
        place = _PREFIXES.sub("", _IDENTIFIER.sub("", value.strip()[1:]))
        return f"#{place}" if place else None
    if name == "href":
        return link_url(value)
    return html_policy.attribute(tag, name, value, resources)


def _plain(root, body: str) -> str:
    """The text of what is sent.

    A signature gets its ``-- `` (RFC 3676 4.3) where nothing follows it: readers take
    all that comes behind for signature, and would fold a quote away.
    """
    marked = body
    for element in root.iter("div"):
        classes = (element.get("class") or "").split()
        if SIGNATURE_CLASS in classes and not _is_followed(element):
            opening = re.search(rf'<div [^<>]*class="[^"]*{SIGNATURE_CLASS}', body)
            if opening:
                start = opening.start()
                marked = f"{body[:start]}<div>{_MARK}</div>{body[start:]}"
            break
    lines = html_to_text(marked).split("\n")
    return "\n".join("-- " if line == _MARK else line for line in lines)


def _is_followed(element) -> bool:
    """Whether a quote stands behind the signature, or it stands in one."""
    quotes = {QUOTE_CLASS, FORWARD_CLASS}
    for other in (*element.iterancestors(), *element.xpath("following::*")):
        if quotes & set((other.get("class") or "").split()):
            return True
        if other.tag == "blockquote":
            return True
    return False
