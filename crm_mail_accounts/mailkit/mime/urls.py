"""Addresses inside a mail's HTML: which may be followed, which may be loaded.

A URL is not merely judged but written anew, so that a browser reads exactly what
was judged: no white space or control character inside the scheme, no backslash, no
quote, always two slashes and a host.  Relative addresses are refused: they would
resolve against our own server, with the reader's session.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Mapping
from urllib.parse import unquote

from ..limits import MAX_INLINE_IMAGE, MAX_INLINE_TOTAL

MAX_URL = 16 * 1024
"""Characters; tracking links of newsletters reach 4,000."""

ID_PREFIX = "mail-"
"""Put before every id of a mail, so that none can pose as one of the page."""

# What browsers drop before they read a scheme (WHATWG URL 4.4) and what they could.
_EDGES = re.compile(r"^[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\ufeff]+|"
                    r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+$")  # fmt: skip
_INSIDE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_UNSAFE = re.compile(r"[\s\"'<>`{}|\\^\x00-\x20\x7f-\xa0\ud800-\udfff\ufffe\uffff]")
_SLASHES = re.compile(r"[\\/]*")
_AUTHORITY_END = re.compile(r"[\\/?#]")
_HOST_PORT = re.compile(
    r"(?:[^@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s:@\[\]<>\"'`]+)(?::\d*)?"
)
_FRAGMENT = re.compile(r"#([\w.:-]{1,200})")
_DATA = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


def _escaped(match: re.Match) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))


def _trimmed(value: str) -> str:
    return _INSIDE.sub("", _EDGES.sub("", value[: MAX_URL * 2]))


def scheme_of(value: str) -> str:
    """The scheme in lower case, ``//`` for a reference to another host without

    one, ``#`` for a place in the same document, ``""`` for anything else.
    """
    value = _trimmed(value)
    if match := _SCHEME.match(value):
        return match[1].lower()
    if value[:1] == "#":
        return "#"
    return "//" if _SLASHES.match(value).end() >= 2 else ""


def web_url(value: str) -> str | None:
    """An absolute http or https URL, written safely, or ``None``."""
    value = _trimmed(value)
    match = _SCHEME.match(value)
    if match:
        scheme = match[1].lower()
        rest = value[match.end() :]
    elif scheme_of(value) == "//":
        scheme, rest = "https", value
    else:
        return None
    if scheme not in ("http", "https"):
        return None
    rest = rest[_SLASHES.match(rest).end() :]
    end = _AUTHORITY_END.search(rest)
    authority = rest[: end.start()] if end else rest
    tail = rest[end.start() :] if end else ""
    if tail[:1] == "\\":
        tail = "/" + tail[1:]
    if not _HOST_PORT.fullmatch(authority):
        return None
    url = f"{scheme}://{_UNSAFE.sub(_escaped, authority)}{_UNSAFE.sub(_escaped, tail)}"
    return url if len(url) <= MAX_URL else None


def link_url(value: str) -> str | None:
    """What a link may lead to: the web, a mail, a telephone, a place in the mail."""
    value = _trimmed(value)
    if match := _FRAGMENT.fullmatch(value):
        return f"#{ID_PREFIX}{match[1]}"
    match = _SCHEME.match(value)
    if not match:
        # "www.example.test/x" was meant as an address of the web.
        return web_url(f"https://{value}") if value[:4].lower() == "www." else None
    scheme = match[1].lower()
    if scheme in ("http", "https"):
        return web_url(value)
    if scheme in ("mailto", "tel"):
        rest = _UNSAFE.sub(_escaped, value[match.end() :])
        return f"{scheme}:{rest}" if rest and len(rest) <= MAX_URL else None
    return None


def image_type(content: bytes) -> str | None:
    """The type of an image that may be embedded, by its first bytes alone.

    What a sender declares is not asked: an SVG under the name of a PNG stays out.
    """
    for magic, name in _MAGIC:
        if content.startswith(magic):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def embeddable(content: bytes) -> bool:
    return len(content) <= MAX_INLINE_IMAGE and image_type(content) is not None


def clean_cid(value: str) -> str:
    """A Content-ID or the target of a ``cid:`` URL in one form (RFC 2392)."""
    return unquote(value.strip()).strip("<> \t").lower()


class Resources:
    """What a body loads: gives the safe reference, counts what was refused."""

    def __init__(self, inline: Mapping[str, tuple[str, bytes]], allow_remote: bool):
        self._inline = {clean_cid(cid): content for cid, (_, content) in inline.items()}
        self._written: dict[str, str | None] = {}
        self._budget = MAX_INLINE_TOTAL
        self.allow_remote = allow_remote
        self.remote = 0
        self.missing: dict[str, None] = {}

    def image(self, value: str) -> str | None:
        """The URL under which an image may be shown, or ``None``."""
        scheme = scheme_of(value)
        if scheme == "cid":
            return self._embedded(value)
        if scheme == "data":
            return self._given(value)
        if scheme in ("http", "https", "//"):
            self.remote += 1
            return web_url(value) if self.allow_remote else None
        return None

    def _embedded(self, value: str) -> str | None:
        cid = clean_cid(_trimmed(value)[4:])
        if cid not in self._written:
            content = self._inline.get(cid)
            if content is None or not embeddable(content):
                self._written[cid] = None
                self.missing[cid] = None
            else:
                data = b64encode(content).decode("ascii")
                self._written[cid] = f"data:{image_type(content)};base64,{data}"
        return self._within_budget(self._written[cid])

    def _given(self, value: str) -> str | None:
        value = value.strip()
        match = _DATA.match(value)
        if not match or len(value) > MAX_INLINE_IMAGE * 3 // 2:
            return None
        data = _NOT_BASE64.sub("", unquote(value[match.end() :]))
        data = data[: len(data) - (len(data) % 4 == 1)]
        data += "=" * (-len(data) % 4)
        try:
            kind = image_type(a2b_base64(data[:32]))
        except Base64Error:
            return None
        return self._within_budget(f"data:{kind};base64,{data}") if kind else None

    def _within_budget(self, url: str | None) -> str | None:
        if url is not None:
            self._budget -= len(url) * 3 // 4
        return url if self._budget >= 0 else None
