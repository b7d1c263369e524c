"""Quoted text folded away, so that the answer is what the reader sees.

Works on HTML that was cleaned, where every ``<`` begins a tag and elements are closed
in order, and only puts ``<details>`` around what is there: nothing is taken away, and
no tree is written anew.  A browser opens ``<details>`` without any script.

What is a quote: the elements by which clients mark one (Gmail, Thunderbird, Apple
Mail, Outlook, Yahoo, Proton, Zimbra), a ``blockquote``, and what follows a line like
``-----Original Message-----`` or the quoted mail's header (see ``quoted_header``).  A
quote stays open when there would be nothing left to read, when it is what is forwarded,
and when somebody answered between its lines, unless it is long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from .css import SCOPE
from .quoted_header import find_quoted_header

CLASS = "o_crm_mail_quoted"
LONG = 1500
"""Characters beyond which a quote is folded although there is text behind it."""
MAX_FOLDS = 200
_LOOK_BACK = 1000
"""Characters before a quote in which the line that introduces it may stand."""

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_VOID = frozenset({"area", "br", "col", "hr", "img", "wbr"})
_BLOCKS = frozenset(
    """
        address article blockquote center dd div dl dt figure footer h1 h2 h3 h4 h5 h6
        header li main ol p pre section table tbody td th tr ul
    """.split()
)
_QUOTE_CLASSES = frozenset(
    """
        gmail_quote gmail_quote_container gmail_extra yahoo_quoted protonmail_quote
        moz-signature-quote tutanota_quote zmail_extra o_crm_mail_quote
    """.split()
)
_REST_IDS = frozenset(
    {"mail-divRplyFwdMsg", "mail-appendonsend", "mail-OLK_SRC_BODY_SECTION",
     "mail-reply-intro", "mail-mailcontainer_quote"}
)  # fmt: skip
"""Ids, as the cleaning writes them, of elements behind which all is quoted."""
_REST_CLASSES = frozenset({"OutlookMessageHeader", "WordSection-quote"})
_OUTLOOK_RULE = re.compile(
    r"border-top:\s*(?:1(?:\.0)?pt\s+)?solid\s+#?(?:e1e1e1|b5c4df)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"(?:^|\n)[ \t]*(?:-{2,}|_{5,})[ \t]*(?:original message|messaggio originale|"
    r"message d'origine|ursprüngliche nachricht|mensaje original|"
    r"oorspronkelijk bericht|mensagem original)[ \t]*-{2,}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"forwarded message|messaggio inoltrato|message transféré|"
    r"weitergeleitete nachricht|mensaje reenviado|doorgestuurd bericht",
    re.IGNORECASE,
)
_WROTE = (
    r"(?:wrote|ha scritto|scrisse|a écrit|schrieb|escribió|schreef|escreveu)"
    r"(?:\s+[^<>\n:]{0,100})?\s*:"
)
_INTRODUCTION = re.compile(
    r"(?:^|\n|>)\s*((?:On|Il giorno|Il|In data|Le|Am|El|Op|Em)\s"
    r"(?:(?!\n\s*\n)[^<>]|</?(?:a|b|i|span|u|font|strong|wbr)\b[^<>]*>|<br>){4,600}?"
    + _WROTE
    + r")(?:\s|<br>|</?(?:span|font|b|i|a)\b[^<>]*>|</(?:div|p)>)*$"
)


@dataclass
class _Element:
    tag: str
    start: int
    is_quote: bool = False


@dataclass
class _Range:
    """What is quoted, from ``start`` to ``end`` of the HTML."""

    start: int
    end: int
    is_rest: bool = False  # all that follows a line or a header


def _words(html: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", " ", html)).replace("\u200b", "").strip()


def _has_content(html: str) -> bool:
    return bool(_words(html)) or "<img" in html


def _attributes(text: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(text)) if "=" in text else {}


def _marks_quote(tag: str, attributes: dict[str, str]) -> bool:
    if tag == "blockquote":
        return True
    classes = attributes.get("class", "").split()
    return not _QUOTE_CLASSES.isdisjoint(classes)


def _opens_rest(tag: str, attributes: dict[str, str]) -> bool:
    """Whether all that follows in the same element is quoted as well."""
    if attributes.get("id") in _REST_IDS:
        return True
    if not _REST_CLASSES.isdisjoint(attributes.get("class", "").split()):
        return True
    return tag == "div" and bool(_OUTLOOK_RULE.search(attributes.get("style", "")))


class _Scanner:
    """One pass over the tags; quotes within a quote are part of it."""

    def __init__(self, html: str, start: int):
        self.html = html
        self.header = find_quoted_header(html, start)
        self.stack: list[_Element] = []
        self.found: list[_Range] = []
        self.rest: tuple[int, int] | None = None  # start, depth of what it ends with
        self.inside = 0  # quote elements that are open
        self.position = start

    def scan(self) -> list[_Range]:
        for match in _TAG.finditer(self.html, self.position):
            if not self.inside and self.rest is None:
                self.text(self.position, match.start())
            self.position = match.end()
            closing, tag, attributes = match.groups()
            if closing:
                self.close(tag, match)
            elif tag not in _VOID:
                self.open(tag, _attributes(attributes), match.start())
        return self.found

    def open(self, tag: str, attributes: dict[str, str], start: int) -> None:
        element = _Element(tag, start)
        if self.rest is None:
            if _marks_quote(tag, attributes):
                element.is_quote = True
                self.inside += 1
            elif not self.inside and _opens_rest(tag, attributes):
                start, depth = self.outermost(start, len(self.stack))
                self.rest = (self.with_rule(start), depth)
        self.stack.append(element)

    def close(self, tag: str, match: re.Match) -> None:
        if not any(element.tag == tag for element in self.stack):
            return
        while self.stack:
            element = self.stack.pop()
            if self.rest is not None and len(self.stack) < self.rest[1]:
                self.found.append(_Range(self.rest[0], match.start(), True))
                self.rest = None
            if element.is_quote:
                self.inside -= 1
                if not self.inside:
                    start = self.introduced(element.start)
                    self.found.append(_Range(start, match.end()))
            if element.tag == tag:
                return

    def text(self, start: int, end: int) -> None:
        """A line such as ``-----Original Message-----`` in the text of an element, or
        the header of the quoted mail."""
        match = end - start > 10 and _ORIGINAL.search(self.html[start:end])
        if match:
            line = start + match.start() + (match[0][0] == "\n")
        elif self.header is not None and start <= self.header < end:
            line = self.header
        else:
            return
        depth = len(self.stack)
        while depth and self.stack[depth - 1].tag not in _BLOCKS:
            depth -= 1  # a fold begins beside inline elements, never within one
        if depth < len(self.stack):
            line = self.stack[depth].start
        line, depth = self.outermost(line, depth)
        self.rest = self.with_rule(line), depth

    def outermost(self, start: int, depth: int) -> tuple[int, int]:
        """The same place seen from the outermost element that begins with it.

        What marks a quote is often wrapped by itself; quoted is what follows the wrap.
        """
        while depth > 1 and not _has_content(
            self.html[self.stack[depth - 1].start : start]
        ):
            depth -= 1
            start = self.stack[depth].start
        return start, depth

    def with_rule(self, start: int) -> int:
        """Outlook draws a line above what it quotes."""
        before = re.search(r"<hr\b[^<>]*>\s*$", self.html[max(0, start - 300) : start])
        return start - len(before[0]) if before else start

    def introduced(self, start: int) -> int:
        """Where the words "On ... wrote:" before a quote begin, else ``start``."""
        window = self.html[max(0, start - _LOOK_BACK) : start]
        match = _INTRODUCTION.search(window)
        if not match:
            return start
        begin = match.start(1)
        # With the element that holds nothing else
        own = re.search(r"<(?:div|p)\b[^<>]*>\s*$", window[:begin])
        piece = window[begin:]
        if own and piece.count("</div>") + piece.count("</p>") > 0:
            begin = own.start()
            piece = window[begin:]
        opened = sum(
            -1 if tag[1] else 1
            for tag in _TAG.finditer(piece)
            if tag[2] not in _VOID
        )  # fmt: skip
        return start - len(piece) if not opened else start


def _content(html: str, first: int, last: int) -> tuple[int, int]:
    """Where what is seen of ``html[first:last]`` begins, and where its text ends.

    A picture alone may be the answer, but behind a quote it is a logo or a counter.
    """
    begin = end = -1
    position = first
    for match in _TAG.finditer(html, first, last):
        has_words = bool(_words(html[position : match.start()]))
        if begin < 0 and (has_words or match[2] == "img"):
            begin = position
        if has_words:
            end = match.start()
        position = match.end()
    if _words(html[position:last]):
        begin, end = (position if begin < 0 else begin), last
    return begin, end


def _is_folded(html: str, quote: _Range, shown: tuple[int, int]) -> bool:
    words = _words(html[quote.start : quote.end])
    if not words or _FORWARDED.search(words[:500]):
        return False
    has_before, has_after = shown[0] < quote.start, shown[1] > quote.end
    if has_before and not has_after:
        return True
    return (has_before or has_after) and len(words) > LONG


def fold_quotes(html: str, label: str, *, forwarded: bool = False) -> str:
    """``html`` as ``clean_html`` gives it, its quotes in closed ``<details>``.

    ``label``: the words of the line that opens a quote, in the reader's language.
    ``forwarded``: what follows a header is what the mail is about, and stays open.
    """
    opening = f'<div class="{SCOPE[1:]}">'
    wrapper = html.find(opening)
    first = wrapper + len(opening) if wrapper >= 0 else 0
    last = html.rfind("</div>") if wrapper >= 0 else len(html)
    ranges = _Scanner(html, max(wrapper, 0)).scan()
    if forwarded:
        ranges = [quote for quote in ranges if not quote.is_rest]
    shown = _content(html, first, last) if ranges else (0, 0)
    summary = f'<details class="{CLASS}"><summary>{escape(label)}</summary>'
    pieces, position = [], 0
    for quote in sorted(ranges, key=lambda found: found.start)[:MAX_FOLDS]:
        if quote.start >= position and _is_folded(html, quote, shown):
            pieces += [
                html[position : quote.start],
                summary,
                html[quote.start : quote.end],
                "</details>",
            ]
            position = quote.end
    pieces.append(html[position:])
    return "".join(pieces)
