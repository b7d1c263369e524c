"""Untagged responses to Python values (RFC 9051 section 9, without its verbs).

A response is a list of segments: text, literal, text, literal, ... text, as
:mod:`.wire` reads it.  The values are

* :class:`Atom` for atoms, numbers, flags and FETCH item names.  An item name is
  one atom with everything that belongs to it: ``BODY[HEADER.FIELDS (DATE)]<0>``;
* ``bytes`` for quoted strings (unescaped) and literals;
* ``None`` for NIL;
* ``list`` for parentheses, at most ``MAX_NESTING`` deep.

Anything else is a :class:`errors.ProtocolError`; the caller decides that it costs
one response and no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import LimitExceeded, ProtocolError
from ..limits import MAX_NESTING

_QUOTED = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_SECTION = rb'\[[^\]"]*(?:' + _QUOTED + rb'[^\]"]*)*\]'
_PLAIN = rb'[^ \t()"{\[]+'
# no alternative begins like another one, and nothing follows a repetition that
# could make it try again: the time is linear whatever a server sends
_TOKEN = re.compile(
    rb"[ \t]*(?:(\()|(\))|(" + _QUOTED + rb")"
    rb"|((?:" + _PLAIN + rb"|" + _SECTION + rb")+))",
    re.DOTALL,
)
_OPEN, _CLOSE, _STRING, _ATOM = range(1, 5)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_ORIGIN = re.compile(rb"<\d+>")


class Atom(bytes):
    """An unquoted word; compares as bytes, is told from a string by its class."""

    __slots__ = ()


Token = Atom | bytes | list | None


def parse(segments: Sequence[bytes], start: int = 0) -> list:
    """The top-level tokens; ``start`` skips the first segment's beginning."""
    top: list = []
    stack: list[list] = []
    current = top
    position = start
    last = len(segments) - 1
    index = 0
    while index <= last:
        text = segments[index]
        end = _before_mark(text) if index < last else len(text)
        while position < end:
            match = _TOKEN.match(text, position, end)
            if match is None:
                if not text[position:end].strip(b" \t"):
                    position = end
                    continue
                raise ProtocolError("a response that cannot be read")
            position = match.end()
            kind = match.lastindex
            if kind == _ATOM:
                word = match.group(_ATOM)
                if position < end and text[position] == 0x5B:
                    # a section that a literal interrupts (a header's name)
                    token, index, position = _split_section(
                        segments, index, match.start(_ATOM)
                    )
                    current.append(token)
                    break
                current.append(
                    None if len(word) == 3 and word.upper() == b"NIL" else Atom(word)
                )
            elif kind == _STRING:
                current.append(_unquoted(match.group(_STRING)))
            elif kind == _OPEN:
                if len(stack) >= MAX_NESTING:
                    raise LimitExceeded(f"more than {MAX_NESTING} parentheses deep")
                stack.append(current)
                current = []
                stack[-1].append(current)
            elif kind == _CLOSE:
                if not stack:
                    raise ProtocolError("a closing parenthesis too many")
                current = stack.pop()
        else:
            if index < last:
                current.append(segments[index + 1])
                index += 2
            else:
                index += 1
            position = 0
    if stack:
        raise ProtocolError("a closing parenthesis is missing")
    return top


def _before_mark(text: bytes) -> int:
    """Where the ``{n}`` or ``~{n}`` begins that ends a text before its literal."""
    start = text.rfind(b"{")
    return start - 1 if text[start - 1 : start] == b"~" else start


def _unquoted(text: bytes) -> bytes:
    inner = text[1:-1]
    return _ESCAPED.sub(rb"\1", inner) if b"\\" in inner else inner


def _split_section(
    segments: Sequence[bytes], index: int, position: int
) -> tuple[Atom, int, int]:
    """An item name whose section holds a literal: ``BODY[HEADER.FIELDS ({4}``...

    Returns the whole name and where to go on.
    """
    name = b""
    while index + 2 < len(segments):
        text = segments[index]
        name += text[position : _before_mark(text)] + segments[index + 1]
        index, position = index + 2, 0
        closing = segments[index].find(b"]")
        if closing >= 0:
            end = closing + 1
            tail = _ORIGIN.match(segments[index], end)
            end = tail.end() if tail else end
            return Atom(name + segments[index][:end]), index, end
    raise ProtocolError("a section name without its end")
