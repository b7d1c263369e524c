"""HTML through libxml2, within bounds.

libxml2 before 2.14 takes time in the square of the depth once its own limit of 256
is lifted, and mails decide their depth.  So the limit is lifted only for documents
short enough for the square not to matter (long reply chains nest deeper than 256);
in others, a deeper document is refused and its caller shows plain text.
"""

from __future__ import annotations

from lxml import etree

MAX_TAGS = 200_000
"""More than any mail that somebody reads; beyond, only text is taken."""
_TAGS_OF_ANY_DEPTH = 10_000


class Tangled(ValueError):
    """The markup is deeper or longer than a parser should be given."""


def read_tree(html: str):
    """The root element, or ``None`` for HTML that holds nothing.

    Comments and processing instructions are not in the tree.
    """
    tags = html.count("<")
    if tags > MAX_TAGS:
        raise Tangled
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=tags <= _TAGS_OF_ANY_DEPTH,
    )
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.LxmlError:  # nothing but white space or comments
        return None
    if any("depth" in error.message for error in parser.error_log.filter_from_fatals()):
        raise Tangled  # the parser stopped there: what follows would be lost
    return root
