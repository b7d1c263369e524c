"""Text of ``format=flowed`` (RFC 3676) as paragraphs again."""

from __future__ import annotations

import re

_QUOTE = re.compile(r">*")
_SIGNATURE = "-- "


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
