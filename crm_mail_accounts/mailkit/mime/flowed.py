"""Text of ``format=flowed`` (RFC 3676): written, and as paragraphs again."""

from __future__ import annotations

import re

_QUOTE = re.compile(r">*")
_QUOTE_AS_TYPED = re.compile(r"(?:> ?)*")
_SIGNATURE = "-- "
_WIDTH = 72
"""Characters of a written line: room for a few marks of those who answer."""
_STUFFED = (" ", ">", "From ")
_PIECES = re.compile(r"\S+\s*|\s+")


def unflow(text: str, *, delsp: bool = False) -> str:
    """Joins lines that end in a space to the next one of the same quote depth.

    ``delsp``: that space was added for flowing only and goes (4.2).  Quote marks
    stay in the text; the signature line never flows (4.3).
    """
    lines: list[list[str]] = []
    depth_before = -1
    flowing = False
    for line in text.split("\n"):
        depth = _QUOTE.match(line).end()
        content = line[depth:]
        content = content.removeprefix(" ")  # stuffed (4.4)
        is_signature = content == _SIGNATURE
        if flowing and depth == depth_before and not is_signature:
            lines[-1].append(content)
        else:
            mark = ">" * depth + " " if depth else ""
            lines.append([mark, content])
        flowing = content.endswith(" ") and not is_signature
        if flowing and delsp:
            lines[-1][-1] = content[:-1]
        depth_before = depth
    return "\n".join("".join(pieces) for pieces in lines)


def flow(text: str) -> str:
    """Paragraphs as short lines that flow together again; the opposite of ``unflow``.

    Quote marks (``> > ``) become those of the RFC (``>> ``).  A word that is too long
    for a line stays whole.  Space at the end of a line would flow: it goes.
    """
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        marks = _QUOTE_AS_TYPED.match(line)[0]
        content = line[len(marks) :]
        depth = marks.count(">")
        if content != _SIGNATURE:
            content = content.rstrip()
        width = max(_WIDTH - depth - 1, 20)
        lines += (_stuffed(depth, piece) for piece in _wrapped(content, width))
    return "\n".join(lines)


def _wrapped(content: str, width: int) -> list[str]:
    if len(content) <= width:
        return [content]
    lines, current = [], ""
    for piece in _PIECES.findall(content):
        fits = len(current) + len(piece.rstrip()) <= width
        # Only a space at its end lets a line flow, and not behind the mark alone that
        # a signature begins with.
        if not fits and current.endswith(" ") and current != _SIGNATURE:
            lines.append(current)
            current = ""
        current += piece
    return [*lines, current]


def _stuffed(depth: int, content: str) -> str:
    if depth:
        return f"{'>' * depth} {content}" if content else ">" * depth
    return f" {content}" if content.startswith(_STUFFED) else content
