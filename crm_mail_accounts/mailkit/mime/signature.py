"""A signature with placeholders, filled in for one person, without gaps.

A placeholder is ``$Users||first_name$``; read as well are spaces between the bars and
around the names, and a backslash in front (``\\$Users| |first_name$``), as vtenext's
manual prints them.  Names are compared without regard to capitals.

Where a value is missing, what belongs to it goes, too:

* the piece of its line up to the next separator (``| • · / , ;`` or a dash between
  spaces) with its label: ``Tel $phone$ | Fax $fax$`` becomes ``Tel 123``;
* a line, a list item or a table row of label and value that has nothing left;
* a link or a picture whose address it is.

Values are text: they are escaped where they are written, and an address made of one
is checked as any address of a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from lxml import etree

from .html_tree import Tangled, read_tree
from .urls import link_url, web_url

_PLACEHOLDER = re.compile(r"\\?\$\s*(\w+)\s*\|\s*\|\s*(\w+)\s*\$")
_MARKS = range(0xE000, 0xF8FF)
"""Private characters that stand for values while lines are looked at."""
_MARK = re.compile("[\ue000-\uf8fe]")
_SEPARATOR = re.compile(r"\s*[|•·/,;]\s*|\s+[-–—]\s+")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")
_SPACES = re.compile(r"[ \t\r\n\u00a0]{2,}")
_ADDRESSES = ("href", "src", "background")
_INLINE = frozenset(
    """
        a abbr b bdi bdo big cite code dfn em font i img ins kbd label mark q s samp
        small span strike strong sub sup time tt u var wbr
    """.split()
)
_REMOVED_WHEN_EMPTY = _INLINE | {"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4",
                                 "h5", "h6", "tr"}  # fmt: skip
_CONTENT = frozenset({"img", "hr", "table", "br"})


def placeholders(html: str) -> tuple[str, ...]:
    """The names that a signature asks for (``users.first_name``), each once."""
    found = _PLACEHOLDER.findall(unquote(html.replace("&nbsp;", " ")))
    return tuple(dict.fromkeys(f"{a}.{b}".lower() for a, b in found))


def substitute(html: str, values: Mapping[str, str]) -> str:
    """The fragment with its values; a name that is unknown has none.

    Never raises; markup that no parser should be given comes back empty.
    """
    try:
        root = read_tree(f"<div>{html}</div>")
    except Tangled:
        return ""
    if root is None:
        return ""
    top = root.find(".//div")
    _Filling(values).fill(top)
    return (_escaped(top.text) if top.text else "") + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in top
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass
class _Line:
    """What is read as one line: its texts (element, ``text``/``tail``), and the
    ``<br>`` that ends it."""

    pieces: list[tuple[object, str]] = field(default_factory=list)
    end: object = None

    def is_blank(self) -> bool:
        return not any((getattr(e, which) or "").strip() for e, which in self.pieces)


class _Filling:
    def __init__(self, values: Mapping[str, str]):
        given = {name.lower(): value for name, value in values.items()}
        self.given = {name: " ".join(v.split()) for name, v in given.items() if v}
        self.marks: list[str] = []

    def fill(self, top) -> None:
        for element in list(top.iter(etree.Element)):
            self.addresses(element)
        for element in top.iter():
            for attribute in ("text", "tail"):
                if text := getattr(element, attribute):
                    text = _MARK.sub("", text)
                    setattr(element, attribute, _PLACEHOLDER.sub(self.mark, text))
        for element in list(top.iter("tr", "li")):
            if self.is_label_without_value(element):
                parent = element.getparent()
                _remove(element)
                _remove_if_empty(parent)
        # Removing changes where texts stand: first all lines are written.
        written = [line for line in list(_lines(top)) if self.line(line)]
        for line, blank in [(line, line.is_blank()) for line in written]:
            if blank:
                self.remove(line)
        for line in written:
            for element, which in line.pieces:
                if which == "text":
                    _remove_if_empty(element)

    def mark(self, match: re.Match) -> str:
        if len(self.marks) >= len(_MARKS):
            return ""
        self.marks.append(self.given.get(f"{match[1]}.{match[2]}".lower(), ""))
        return chr(_MARKS[len(self.marks) - 1])

    def value(self, mark: str) -> str:
        index = ord(mark) - _MARKS[0]
        return self.marks[index] if index < len(self.marks) else ""

    # -- addresses ---------------------------------------------------------------

    def addresses(self, element) -> None:
        for name in _ADDRESSES:
            written = element.get(name)
            if not written or "$" not in unquote(written):
                continue
            missing = False

            def value(match: re.Match) -> str:
                nonlocal missing
                found = self.given.get(f"{match[1]}.{match[2]}".lower(), "")
                missing = missing or not found
                return quote(found, safe="/:@+.,?=&#%-_~")

            address = _PLACEHOLDER.sub(value, unquote(written))
            if address == unquote(written):
                continue
            scheme = address.partition(":")[0].lower()
            if scheme not in ("http", "https", "mailto", "tel") and "." in address:
                address = f"https://{address}"  # a website as people write it
            safe = link_url(address) if name == "href" else web_url(address)
            if safe and not missing:
                element.set(name, safe)
            elif element.getparent() is not None:
                _remove(element)

    # -- lines ---------------------------------------------------------------------

    def is_label_without_value(self, element) -> bool:
        """A row of two cells, or an item, of one line without any of its values."""
        if element.tag == "tr" and len(element) != 2:
            return False
        inner = [child for child in element.iterdescendants() if child.tag != "td"]
        if any(child.tag not in _INLINE or child.tag == "img" for child in inner):
            return False
        marks = _MARK.findall("".join(element.itertext()))
        return bool(marks) and not any(map(self.value, marks))

    def line(self, line: _Line) -> bool:
        """Write the values of a line; whether it had any placeholder."""
        text = "".join(getattr(element, which) for element, which in line.pieces)
        if not _MARK.search(text):
            return False
        dropped = self.dropped(text)
        position = 0
        for element, which in line.pieces:
            piece = getattr(element, which)
            kept = "".join(
                self.value(char) if _MARK.match(char) else char
                for index, char in enumerate(piece, position)
                if not dropped[index]
            )
            position += len(piece)
            if kept != piece:
                kept = _SPACES.sub(" ", _EMPTY_BRACKETS.sub("", kept))
            setattr(element, which, kept)
        return True

    def dropped(self, text: str) -> list[bool]:
        """For each character of a line whether it goes with a missing value."""
        dropped = [False] * len(text)
        edges = [0]
        for match in _SEPARATOR.finditer(text):
            edges += match.span()
        edges.append(len(text))
        spans = list(zip(edges[::2], edges[1::2], strict=True))
        kept = []
        for start, end in spans:
            marks = _MARK.findall(text[start:end])
            kept.append(not marks or any(map(self.value, marks)))
        if all(kept):
            # Nothing goes but the space beside a value that is missing in a pair.
            return self.without_spaces(text, dropped)
        before = False
        for number, (start, end) in enumerate(spans):
            previous = spans[number - 1][1] if number else start
            if not kept[number]:
                dropped[previous:end] = [True] * (end - previous)
            else:
                if not before:
                    dropped[previous:start] = [True] * (start - previous)
                before = True
        return self.without_spaces(text, dropped)

    def without_spaces(self, text: str, dropped: list[bool]) -> list[bool]:
        for match in _MARK.finditer(text):
            if self.value(match[0]) or dropped[match.start()]:
                continue
            follows = match.end()
            if follows < len(text) and text[follows].isspace():
                if not text[: match.start()].strip() or text[match.start() - 1] == " ":
                    dropped[follows] = True
        return dropped

    @staticmethod
    def remove(line: _Line) -> None:
        """The line's end; of the last line of a block the end before it."""
        if any(_has_content(element) for element, which in line.pieces
               if which == "text" and element.tag in _INLINE):  # fmt: skip
            return
        if line.end is not None:
            _remove(line.end)
            return
        element, which = line.pieces[0]
        before = element.getprevious() if which == "text" else element
        if which == "text" and element.tag not in _INLINE:
            return  # the whole block is empty, and goes by itself
        if before is not None and before.tag == "br":
            _remove(before)


def _lines(top) -> Iterator[_Line]:
    """The lines below ``top`` in their order."""
    line = _Line()
    todo: list[tuple[object, bool]] = [(top, False)]
    while todo:
        element, closing = todo.pop()
        block = element.tag not in _INLINE and element.tag != "br"
        if not closing:
            if element.tag == "br":
                line.end = element
            if block or element.tag == "br":
                yield line
                line = _Line()
            if element.text:
                line.pieces.append((element, "text"))
            todo.append((element, True))
            todo.extend((child, False) for child in reversed(element))
            continue
        if block:
            yield line
            line = _Line()
        if element.tail and element is not top:
            line.pieces.append((element, "tail"))
    yield line


def _has_content(element) -> bool:
    return any(child.tag in _CONTENT - {"br"} for child in element.iter())


def _is_empty(element) -> bool:
    return (
        element.tag in _REMOVED_WHEN_EMPTY
        and element.tag != "img"
        and not "".join(element.itertext()).strip()
        and not _has_content(element)
    )


def _remove_if_empty(element) -> None:
    """The element, and what held nothing else."""
    parent = element.getparent()
    # The outermost one is ours; one that is out of the tree is gone already.
    while parent is not None and parent.tag != "body" and _is_empty(element):
        _remove(element)
        element, parent = parent, parent.getparent()


def _remove(element) -> None:
    """The element without the text behind it, which stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    element.tail = None
    parent.remove(element)
