"""Whether a mail chose its looks for white paper, or leaves them to its reader.

A mail with colours or pictures of its own (a newsletter, a logo in dark letters on
nothing) is only readable on the white that its sender saw.  One without, plain text or
what people write to each other, can be shown in any theme.
"""

from __future__ import annotations

import re

_LOOKS = re.compile(
    r"<img\b|\b(?:bg)?color\s*[:=]|\bbackground(?:-color|-image)?\s*[:=]",
    re.IGNORECASE,
)


def needs_paper(html: str) -> bool:
    """Whether cleaned HTML is to be shown on white.

    Words of the text that look like a declaration count as well: white paper is never
    wrong, only bright.
    """
    return bool(_LOOKS.search(html))
