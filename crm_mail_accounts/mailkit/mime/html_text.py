"""HTML of a mail as readable plain text.

For mails without a plain text alternative, for replies in plain text, for search
and for the preview line.  Paragraphs, lists, table cells and quotes stay visible;
what a reader would not see (``display: none``) is left out.
"""

from __future__ import annotations

import re
from html import unescape

from ..limits import MAX_HTML, MAX_TEXT
from .charsets import clean_text
from .html_tree import Tangled, read_tree

_MAX_QUOTE_DEPTH = 20

_SKIPPED = frozenset(
    """
        applet audio canvas datalist embed head iframe math noembed noframes noscript
        object script select style svg template textarea title video xml
    """.split()
)
_LINES = frozenset(
    """
        address article aside body center dd details div dt fieldset figcaption figure
        footer form header hr html li main map nav section summary table tbody tfoot
        thead tr
    """.split()
)
_PARAGRAPHS = frozenset(
    ["blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "ul"]
)

_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_BLOCK_TAG = re.compile(r"</?(?:br|div|h[1-6]|li|p|table|tr)\b", re.IGNORECASE)
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|"
    r"max-height\s*:\s*0(?:px)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_END = object()


def without_comments(html: str) -> str:
    """HTML without its comments; one that never ends takes the rest with it."""
    if "<!--" not in html:
        return html
    kept = []
    position = 0
    while (start := html.find("<!--", position)) >= 0:
        kept.append(html[position:start])
        end = html.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        position = end + 3
    kept.append(html[position:])
    return "".join(kept)


def without_tags(html: str) -> str:
    """The crude way, in linear time, for markup that no parser should be given."""
    html = without_comments(html)
    html = _BLOCK_TAG.sub(lambda match: "\n" + match[0], html)
    text = unescape(_TAG.sub(" ", html))
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    return clean_text("\n".join(line for line in lines if line)[:MAX_TEXT])


class _Writer:
    """Lines of text with the white space of HTML: collapsed, blocks on own lines."""

    def __init__(self):
        self.lines: list[str] = []
        self.current: list[str] = []
        self.space = False
        self.quote = 0
        self.indent = ""
        self.size = 0

    def words(self, text: str) -> None:
        collapsed = _SPACE.sub(" ", text)
        if collapsed[:1] == " ":
            self.space = True
        stripped = collapsed.strip(" ")
        if not stripped:
            return
        if self.space and self.current:
            self.current.append(" ")
        self.current.append(stripped)
        self.space = collapsed[-1] == " "

    def cell(self) -> None:
        if self.current:
            self.current.append("  ")
            self.space = False

    def line(self, *, keep_empty: bool = False) -> None:
        """End the line; an empty one is kept only if asked."""
        text = "".join(self.current).rstrip()
        if text or keep_empty:
            if keep_empty and not text and self.lines[-2:] == ["", ""]:
                return  # dozens of <br> say no more than two
            if text or self.lines:
                mark = "> " * min(self.quote, _MAX_QUOTE_DEPTH)
                self.lines.append((mark + self.indent + text).rstrip())
                self.size += len(self.lines[-1])
        self.current = []
        self.space = False

    def paragraph(self) -> None:
        self.line()
        if not self.lines:
            return
        mark = ("> " * min(self.quote, _MAX_QUOTE_DEPTH)).rstrip()
        if self.lines[-1].strip("> "):
            self.lines.append(mark)
        elif len(mark) < len(self.lines[-1]):
            self.lines[-1] = mark  # a quote has ended since

    def verbatim(self, text: str) -> None:
        first, *others = text.replace("\r\n", "\n").split("\n")
        self.current.append(first)
        for other in others:
            self.line(keep_empty=True)
            self.current.append(other)

    def result(self) -> str:
        self.line()
        return "\n".join(self.lines).strip("\n")[:MAX_TEXT]


class _Reader:
    def __init__(self, links: bool):
        self.out = _Writer()
        self.links = links
        self.lists: list[int | None] = []  # next number, or None for bullets
        self.anchors: list[tuple[int, int]] = []  # where the text of links began
        self.pre = 0

    def read(self, root) -> str:
        todo: list[tuple[object, object]] = [(root, None)]
        while todo:
            node, mark = todo.pop()
            if mark is _END:
                self.close(node)
            elif isinstance(node, str):
                if self.pre:
                    self.out.verbatim(node)
                else:
                    self.out.words(node)
            else:
                if node.tail and node is not root:
                    todo.append((node.tail, None))
                if not isinstance(node.tag, str) or self.unseen(node):
                    continue
                self.open(node)
                todo.append((node, _END))
                todo.extend((child, None) for child in reversed(node))
                if node.text:
                    todo.append((node.text, None))
            if self.out.size > MAX_TEXT:
                break
        return self.out.result()

    @staticmethod
    def unseen(node) -> bool:
        if node.tag in _SKIPPED or node.get("hidden") is not None:
            return True
        style = node.get("style")
        return bool(style and _UNSEEN.search(style))

    def open(self, node) -> None:
        tag, out = node.tag, self.out
        if tag == "br":
            out.line(keep_empty=True)
        elif tag in ("td", "th"):
            out.cell()
        elif tag == "li":
            out.line()
            number = self.lists[-1] if self.lists else None
            if number is None:
                bullet = "- "
            else:
                bullet = f"{number}. "
                self.lists[-1] = number + 1
            out.current.append("  " * (min(len(self.lists), 10) - 1) + bullet)
        elif tag in _PARAGRAPHS:
            nested = tag in ("ol", "ul") and self.lists
            out.line() if nested else out.paragraph()
            if tag in ("ol", "ul"):
                self.lists.append(1 if tag == "ol" else None)
            elif tag == "blockquote":
                out.quote += 1
            elif tag == "pre":
                self.pre += 1
        elif tag in _LINES:
            out.line()
        elif tag == "a":
            self.anchors.append((len(out.lines), len(out.current)))

    def close(self, node) -> None:
        tag, out = node.tag, self.out
        if tag == "a" and self.anchors:
            self.link(node, *self.anchors.pop())
        elif tag in _PARAGRAPHS:
            if tag == "pre":
                self.pre -= 1
            if tag == "blockquote":
                out.line()
                out.quote -= 1
            if tag in ("ol", "ul"):
                self.lists.pop()
            out.line() if self.lists else out.paragraph()
        elif tag in _LINES:
            out.line()

    def link(self, node, lines: int, start: int) -> None:
        """Write where a link leads, unless its text says so already."""
        if not self.links:
            return
        target = (node.get("href") or "").strip()
        if not target.lower().startswith(("http://", "https://", "mailto:")):
            return
        if lines != len(self.out.lines):
            start = 0  # the link's text began on a line above
        shown = "".join(self.out.current[start:]).strip()
        bare = re.sub(
            r"^(?:https?://(?:www\.)?|mailto:)", "", target, flags=re.IGNORECASE
        )
        if shown and bare.rstrip("/").lower() not in shown.lower():
            self.out.current.append(f" <{target[:2000]}>")


def html_to_text(html: str, *, links: bool = True) -> str:
    """Plain text of an HTML body; ``links`` writes ``text <address>``.

    Never raises.  A body of nothing but pictures gives their ``alt`` texts.
    """
    html = _CONTROLS.sub("", clean_text(html[:MAX_HTML]))
    try:
        root = read_tree(html)
    except Tangled:
        return without_tags(html)
    if root is None:
        return ""
    text = _Reader(links).read(root)
    if not text:
        shown = (_SPACE.sub(" ", alt).strip() for alt in root.xpath("//img/@alt"))
        text = clean_text(" ".join(alt for alt in shown if alt)[:MAX_TEXT])
    return text
