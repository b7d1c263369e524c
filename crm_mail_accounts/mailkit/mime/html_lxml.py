"""The cleaning engine for when nh3 is missing or a document is too tangled for it.

The tree of libxml2 is only read: the HTML that comes out is written here, element
by element from the allow-list, with ``& < > "`` escaped everywhere.  So whatever a
browser would have made of the original markup, it meets only what is written here.
No element with unparsed content (``style``, ``textarea``...) is ever written.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from . import html_policy
from .html_tree import read_tree
from .urls import Resources

MAX_DEPTH = 500
"""Elements within elements that are written; browsers stop at 512 as well."""

_CLOSE = object()


def clean(html: str, resources: Resources) -> str:
    """The fragment that may be shown; raises :class:`html_tree.Tangled`."""
    root = read_tree(html)
    if root is None:
        return ""
    return write(root, lambda tag, element: _opening(tag, element, resources))


def write(root, opening: Callable[[str, object], str]) -> str:
    """The allowed elements below ``root`` as HTML; ``opening`` writes their start tags,

    or nothing for a void element that goes.
    """
    out: list[str] = []
    depth = 0
    # A stack instead of recursion: the depth of a mail is the sender's choice.
    todo: list[tuple[object, str]] = [(root, "")]
    while todo:
        element, text = todo.pop()
        if element is _CLOSE:
            depth -= 1
            out.append(text)
            continue
        if element is None:
            out.append(escape(text, quote=False))
            continue
        if element is not root and element.tail:
            todo.append((None, element.tail))
        tag = element.tag
        if not isinstance(tag, str) or tag in html_policy.GONE_WITH_CONTENT:
            continue
        if tag in html_policy.TAGS and depth < MAX_DEPTH:
            out.append(opening(tag, element))
            if tag in html_policy.VOID:
                continue
            depth += 1
            todo.append((_CLOSE, f"</{tag}>"))
        todo.extend((child, "") for child in reversed(element))
        if element.text:
            todo.append((None, element.text))
    return "".join(out)


def _opening(tag: str, element, resources: Resources) -> str:
    kept = {}
    for name, value in element.attrib.items():
        if name in html_policy.ATTRIBUTES[tag]:
            value = html_policy.attribute(tag, name, value, resources)
            if value is not None:
                kept[name] = value
    if tag in ("a", "area"):
        kept.update(html_policy.LINK_ATTRIBUTES)
    return start_tag(tag, kept)


def start_tag(tag: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {n}="{escape(v, quote=True)}"' for n, v in attributes.items())
    return f"<{tag}{written}>"
