"""The tree of a mail's parts, as positions in its bytes.

Our own walker, because three things must hold that the standard library does not
promise: bounded depth and count whatever the mail says, the exact bytes of a mail
within a mail (a certified mail is a signature over them), and the part numbers of
IMAP (RFC 9051 6.4.5.1).  Nothing is decoded here.

A mail within a mail stays a leaf: it is an attachment, not more of this mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..limits import MAX_MIME_DEPTH, MAX_PARTS
from .header_fields import fields, media_type
from .parameters import parameters

BOUNDARY_MISSING = "boundary_missing"
BOUNDARY_UNCLOSED = "boundary_unclosed"
PARTS_CUT = "parts_cut"
DEPTH_CUT = "depth_cut"
SEPARATOR_MISSING = "header_separator_missing"

_MAX_PART_HEADER = 64 * 1024  # bytes of a part's header that are read

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]+|From |>From ")
_SURE_FIELD = re.compile(
    rb"(?:Content-[A-Za-z-]+|MIME-Version|Received|From|To|Cc|Subject|Date|Message-ID|"
    rb"X-[!-9;-~]+|DKIM-Signature|Return-Path|Reply-To|References|In-Reply-To)[ \t]*:",
    re.IGNORECASE,
)
_GUESSED_BOUNDARY = re.compile(rb"(?:\A|[\r\n])--([^\s-][^\r\n]{3,69}?)[ \t]*[\r\n]")
_GUESS_WITHIN = 64 * 1024

_READ = frozenset(
    (b"content-type", b"content-disposition", b"content-transfer-encoding",
     b"content-id")
)  # fmt: skip


@dataclass
class Node:
    """A part: ``start`` and ``end`` frame its body in the mail's bytes."""

    number: str
    header: dict[bytes, bytes]
    start: int
    end: int
    content_type: str = "text/plain"
    type_parameters: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    def leaves(self) -> list[Node]:
        """All parts without children, in the order of the mail."""
        found, todo = [], [self]
        while todo:
            node = todo.pop()
            if node.children:
                todo.extend(reversed(node.children))
            else:
                found.append(node)
        return found


def body_start(raw: bytes, start: int, end: int, defects: dict[str, None]) -> int:
    """Where the header ends and the body begins.

    A line that is no field ends the header too (its blank line was forgotten),
    unless sure header fields follow: then it is garbage within the header.
    """
    position = start
    while position < end:
        match = _LINE.match(raw, position, end)
        line = match[0]
        following = match.end()
        if following == position or not line.rstrip(b"\r\n"):
            return following
        if not _FIELD.match(line) and not _more_header(raw, following, end):
            defects[SEPARATOR_MISSING] = None
            return position
        position = following
    return end


def _more_header(raw: bytes, position: int, end: int) -> bool:
    for _ in range(20):
        match = _LINE.match(raw, position, min(end, position + 2000))
        line = match[0]
        if not line.rstrip(b"\r\n"):
            return False
        if _SURE_FIELD.match(line):
            return True
        position = match.end()
    return False


class _Walker:
    def __init__(self, raw: bytes):
        self.raw = raw
        self.count = 0
        self.defects: dict[str, None] = {}

    def part(self, start: int, end: int, number: str, depth: int, default: str) -> Node:
        self.count += 1
        body = body_start(self.raw, start, end, self.defects)
        header: dict[bytes, bytes] = {}
        limit = min(body, start + _MAX_PART_HEADER) if number else body
        for name, value in fields(self.raw[start:limit]):
            if name in _READ and value:
                header.setdefault(name, value)
        node = Node(number, header, body, end, default)
        if declared := header.get(b"content-type"):
            node.content_type = media_type(declared) or "text/plain"
            node.type_parameters = parameters(declared)
        if node.content_type.startswith("multipart/"):
            self.split(node, depth)
        if not node.children and not number:
            node.number = "1"
        return node

    def split(self, node: Node, depth: int) -> None:
        """Give a multipart its children; one that cannot be split is a text."""
        if depth >= MAX_MIME_DEPTH:
            self.defects[DEPTH_CUT] = None
            node.content_type = "application/octet-stream"
            return
        spans = self.spans(node)
        if not spans:
            self.defects[BOUNDARY_MISSING] = None
            node.content_type, node.header = "text/plain", {}
            return
        is_digest = node.content_type == "multipart/digest"
        default = "message/rfc822" if is_digest else "text/plain"
        prefix = f"{node.number}." if node.number else ""
        for index, (start, end) in enumerate(spans, start=1):
            if self.count >= MAX_PARTS:
                self.defects[PARTS_CUT] = None
                break
            child = self.part(start, end, f"{prefix}{index}", depth + 1, default)
            node.children.append(child)

    def spans(self, node: Node) -> list[tuple[int, int]]:
        boundary = node.type_parameters.get("boundary", "").rstrip()
        found = None
        if boundary and boundary.isascii():
            found = self.between(node, boundary.encode("ascii"))
        if not found:
            limit = min(node.end, node.start + _GUESS_WITHIN)
            match = _GUESSED_BOUNDARY.search(self.raw, max(node.start - 1, 0), limit)
            if match:
                self.defects[BOUNDARY_MISSING] = None
                found = self.between(node, match[1])
        return found or []

    def between(self, node: Node, boundary: bytes) -> list[tuple[int, int]]:
        """The stretches between delimiter lines (RFC 2046 5.1.1)."""
        raw = self.raw
        delimiter = b"--" + boundary
        spans: list[tuple[int, int]] = []
        start = -1  # of the part that is open
        position = node.start
        while (at := raw.find(delimiter, position, node.end)) >= 0:
            position = at + len(delimiter)
            if at > node.start and raw[at - 1] not in b"\r\n":
                continue
            rest = _LINE.match(raw, position, min(node.end, position + 1000))
            after = rest[0].rstrip()
            closing = after.startswith(b"--")
            if after and not closing:
                continue  # a longer boundary that begins like this one
            if start >= 0:
                spans.append((start, self.line_end(at, start)))
                if len(spans) > MAX_PARTS:
                    self.defects[PARTS_CUT] = None
                    return spans
            start = rest.end()
            if closing:
                return spans
        if start >= 0:
            self.defects[BOUNDARY_UNCLOSED] = None
            spans.append((start, node.end))
        return spans

    def line_end(self, at: int, start: int) -> int:
        """The line break in front of a delimiter belongs to the delimiter."""
        if at > start and self.raw[at - 1] == 0x0A:
            at -= 1
        if at > start and self.raw[at - 1] == 0x0D:
            at -= 1
        return at


def read_structure(raw: bytes) -> tuple[Node, list[str]]:
    """The root of the tree, and what was odd, in stable words; never raises."""
    walker = _Walker(raw)
    root = walker.part(0, len(raw), "", 0, "text/plain")
    return root, list(walker.defects)
