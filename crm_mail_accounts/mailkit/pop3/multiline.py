"""The end of an answer of several lines, and the dots in front of its lines.

Such an answer ends with a line that is a dot; a line that begins with one has got a
second one in front (RFC 1939 section 3).  Only that second one is taken away again: a
single dot in front of other text comes from a server that has forgotten to double it.

What a line is decides about safety.  A mail may hold LF without CR, hence a dot
between two of them; if that counted as the end, the rest of the mail would be read as
the server's replies, and its sender could write ``+OK`` there.  So only CRLF ends a
line where the server ends its replies in CRLF, as it must.  A server that ends them in
LF alone has no other line end.
"""

from __future__ import annotations

import re

from ..errors import LimitExceeded

_END = re.compile(rb"\r\n\.\r\n")
_END_BARE = re.compile(rb"\n\.\r?\n")


class DotContent:
    """Takes the bytes as they arrive; :meth:`feed` fits ``Stream.read_content``."""

    def __init__(self, *, limit: int, crlf: bool = True):
        """``limit``: bytes of content; ``crlf``: how the server ends its lines."""
        line_end = b"\r\n" if crlf else b"\n"
        self._end = _END if crlf else _END_BARE
        self._stuffed = line_end + b".."
        self._unstuffed = line_end + b"."
        # what may turn out to be the beginning of an end or of two dots
        self._open = tuple(
            start
            for start in (b"\r\n.\r", b"\n.\r", b"\r\n.", b"\n.", b"\r\n", b"\n", b"\r")
            if start.startswith(line_end[:1])
        )
        # the status line's end makes the first line one like the others
        self._held = line_end
        self._skip = len(line_end)
        self._line_end = len(line_end)
        self._left = limit
        self._limit = limit

    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        """Content, and what lies behind the end, or ``None`` while it goes on.

        :raises LimitExceeded: more content than allowed
        """
        data = self._held + data
        rest = None
        found = self._end.search(data)
        if found:
            rest = data[found.end() :]
            content = data[: found.start() + self._line_end]
        else:
            self._held = next((end for end in self._open if data.endswith(end)), b"")
            content = data[: len(data) - len(self._held)]
        content = content.replace(self._stuffed, self._unstuffed)
        if self._skip and content:
            content, self._skip = content[self._skip :], 0
        self._left -= len(content)
        if self._left < 0:
            raise LimitExceeded(f"an answer of more than {self._limit} bytes")
        return content, rest
