"""``winmail.dat`` opened: what Outlook packs with Exchange's own format (MS-OXTNEF).

A stream is a signature, a key and attributes; those of the attachments come in order,
each attachment begun by ``attAttachRendData``.  The attributes ``attMsgProps`` and
``attAttachment`` hold MAPI properties (MS-OXCDATA) with what the older attributes cut:
long file names, the HTML body, a mail within the mail.  Only what a reader needs is
read.  Nothing raises: what cannot be understood ends the reading, and what was read
until there counts.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import charsets

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 200
MAX_DEPTH = 3
"""Mails within mails that are opened; their files are listed flat."""
_MAX_PROPERTIES = 2000

_MESSAGE_PROPERTIES = 0x9003
_CODE_PAGE = 0x9007
_BODY = 0x800C
_NEW_ATTACHMENT = 0x9002
_ATTACHMENT_PROPERTIES = 0x9005
_TITLE = 0x8010
_DATA = 0x800F

_PLAIN_BODY = 0x1000
_HTML_BODY = 0x1013
_DISPLAY_NAME = 0x3001
_ATTACHED_DATA = 0x3701
_SHORT_NAME = 0x3704
_LONG_NAME = 0x3707
_MIME_TAG = 0x370E
_CONTENT_ID = 0x3712

_OBJECT = 0x000D
_UNICODE = 0x001F
_FIXED = {
    0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4,
    0x000B: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16,
}  # fmt: skip
"""Bytes of a value by its type; 2-byte numbers are padded to four."""
_VARIABLE = frozenset((0x001E, _UNICODE, _OBJECT, 0x0102))


@dataclass
class PackedFile:
    """A file out of a package; ``content_type`` may be empty."""

    filename: str = ""
    content_type: str = ""
    content: bytes = field(default=b"", repr=False)
    content_id: str = ""


@dataclass
class Package:
    text: str = ""
    html: str = ""
    files: list[PackedFile] = field(default_factory=list)


class _Cut(Exception):
    """The stream ends within a value."""


class _Stream:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise _Cut
        self.at += size
        return piece

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little")

    @property
    def ended(self) -> bool:
        return self.at >= len(self.data)


def read_tnef(data: bytes, depth: int = 0) -> Package | None:
    """What a ``winmail.dat`` holds, or None for something else."""
    if not data.startswith(SIGNATURE) or depth > MAX_DEPTH:
        return None
    return _Reader(depth).read(data)


class _Reader:
    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.package = Package()
        self.codepage = "cp1252"

    def read(self, data: bytes) -> Package:
        for attribute, value in _attributes(data):
            if attribute == _CODE_PAGE and len(value) >= 4:
                page = f"cp{int.from_bytes(value[:4], 'little')}"
                self.codepage = charsets.codec_of(page) or self.codepage
            elif attribute == _BODY:
                self.package.text = self.words(value)
            elif attribute == _MESSAGE_PROPERTIES:
                self.message(value)
            elif attribute == _NEW_ATTACHMENT:
                if len(self.package.files) >= MAX_FILES:
                    break
                self.package.files.append(PackedFile())
            elif self.package.files:
                self.attachment(self.package.files[-1], attribute, value)
        self.package.files = [
            one for one in self.package.files if one.content or one.filename
        ]
        return self.package

    def words(self, value: bytes, kind: int = 0) -> str:
        label = "utf-16-le" if kind == _UNICODE else self.codepage
        return charsets.decode(value, label)[0].rstrip("\x00")

    def message(self, value: bytes) -> None:
        for name, kind, content in _properties(value):
            if name == _HTML_BODY:
                self.package.html = self.words(content, kind)
            elif name == _PLAIN_BODY:
                self.package.text = self.words(content, kind)

    def attachment(self, file: PackedFile, attribute: int, value: bytes) -> None:
        if attribute == _TITLE:
            file.filename = file.filename or self.words(value)
        elif attribute == _DATA:
            file.content = value
        elif attribute == _ATTACHMENT_PROPERTIES:
            self.attachment_properties(file, value)

    def attachment_properties(self, file: PackedFile, value: bytes) -> None:
        names: dict[int, str] = {}
        for name, kind, content in _properties(value):
            if name in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME):
                names[name] = self.words(content, kind)
            elif name == _MIME_TAG:
                file.content_type = self.words(content, kind).strip().lower()
            elif name == _CONTENT_ID:
                file.content_id = self.words(content, kind).strip("<> \t")
            elif name == _ATTACHED_DATA and kind == _OBJECT:
                # An object begins with the 16 bytes of its interface.
                inner = read_tnef(content[16:], self.depth + 1)
                if inner:
                    self.embedded(file, inner)
                elif not file.content:
                    file.content = content[16:]
            elif name == _ATTACHED_DATA and not file.content:
                file.content = content
        for name in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME):
            if names.get(name):
                file.filename = names[name]
                break

    def embedded(self, file: PackedFile, inner: Package) -> None:
        """A mail within the mail: its text as a file, its files beside ours."""
        if inner.html:
            file.content, file.content_type = inner.html.encode(), "text/html"
        else:
            file.content, file.content_type = inner.text.encode(), "text/plain"
        room = MAX_FILES - len(self.package.files)
        self.package.files[-1:-1] = inner.files[: max(room, 0)]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    stream = _Stream(data)
    try:
        stream.take(len(SIGNATURE) + 2)
        while not stream.ended:
            stream.take(1)  # of the message or of an attachment; the number tells too
            attribute = stream.number() & 0xFFFF
            value = stream.take(stream.number())
            stream.take(2)  # a checksum that several writers get wrong
            yield attribute, value
    except _Cut:
        return


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, type and first value of each property."""
    stream = _Stream(data)
    try:
        for _count in range(min(stream.number(), _MAX_PROPERTIES)):
            kind, name = struct.unpack("<HH", stream.take(4))
            if name >= 0x8000:
                _skip_name(stream)
                name = 0  # named properties say nothing to us
            several = bool(kind & 0x1000)
            kind &= 0x0FFF
            if kind in _VARIABLE:
                values = [_padded(stream) for _each in range(_count_of(stream, 8))]
            elif kind in _FIXED:
                size = _FIXED[kind]
                count = _count_of(stream, 2) if several else 1
                values = [stream.take(size) for _each in range(count)]
            else:
                return  # its length is unknown, and so is all that follows
            if values:
                yield name, kind, values[0]
    except _Cut:
        return


def _count_of(stream: _Stream, least: int) -> int:
    """How many values follow, none of which is smaller than ``least`` bytes."""
    count = stream.number()
    if count * least > len(stream.data):
        raise _Cut
    return count


def _padded(stream: _Stream) -> bytes:
    size = stream.number()
    value = stream.take(size)
    stream.take(-size % 4)
    return value


def _skip_name(stream: _Stream) -> None:
    stream.take(16)
    if stream.number() == 0:
        stream.take(4)
    else:
        _padded(stream)
