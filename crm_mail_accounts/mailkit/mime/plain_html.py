"""Plain text shown as HTML: everything escaped, addresses made links."""

from __future__ import annotations

import re
from html import escape

from ..limits import MAX_TEXT
from .charsets import clean_text
from .html_policy import LINK_RELATION
from .urls import link_url

_MAX_QUOTE_DEPTH = 20
"""Levels shown; deeper quotes stay at the last one."""

_LINK = re.compile(
    r"(?P<url>\b(?:https?://|www\.(?=\w))[^\s<>\"\x00-\x20]{2,2000})"
    r"|(?P<mail>(?<![\w.+@-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}(?![\w@]))",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"(?:> ?)+")
_TRAILING = ".,;:!?'*_…»”’"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def _link(match: re.Match) -> str:
    found = match[0]
    if match["mail"]:
        target, rest = link_url(f"mailto:{found}"), ""
    else:
        shown = found.rstrip(_TRAILING)
        while shown.endswith((")", "]", "}")):
            closing = shown[-1]
            if shown.count(closing) <= shown.count("([{"[")]}".index(closing)]):
                break
            shown = shown[:-1].rstrip(_TRAILING)
        rest, found = found[len(shown) :], shown
        target = link_url(found)
    if not target:
        return escape(match[0])
    return (
        f'<a href="{escape(target)}" target="_blank" rel="{LINK_RELATION}">'
        f"{escape(found)}</a>{escape(rest)}"
    )


def _line(text: str) -> str:
    written, position = [], 0
    for match in _LINK.finditer(text):
        written.append(escape(text[position : match.start()]))
        written.append(_link(match))
        position = match.end()
    written.append(escape(text[position:]))
    return "".join(written)


def text_to_html(text: str) -> str:
    """A fragment that shows ``text``: lines and spaces kept, links safe.

    Lines that begin with ``>`` become nested ``blockquote`` elements, so the reader
    can fold them.
    """
    text = _CONTROLS.sub("", clean_text(text[:MAX_TEXT]))
    out = ['<div style="white-space: pre-wrap; overflow-wrap: anywhere">']
    depth = 0
    fresh = True  # right behind a tag, where no line break is needed
    for line in text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n"):
        match = _QUOTE.match(line)
        wanted = min(match[0].count(">"), _MAX_QUOTE_DEPTH) if match else 0
        if wanted != depth:
            step = "<blockquote>" if wanted > depth else "</blockquote>"
            out.append(step * abs(wanted - depth))
            depth, fresh = wanted, True
        if not fresh:
            out.append("\n")
        out.append(_line(line[match.end() :] if match else line))
        fresh = False
    out.append("</blockquote>" * depth + "</div>")
    return "".join(out)
