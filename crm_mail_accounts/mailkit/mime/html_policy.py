"""Which elements and attributes of a mail may be shown: one list for both engines.

An allow-list: what is not named is gone.  The decision about an attribute's value
is made in one function, so the two engines cannot differ in it.
"""

from __future__ import annotations

import re

from .css import clean_style
from .urls import ID_PREFIX, Resources, link_url

LINK_RELATION = "noopener noreferrer nofollow"
_MAX_ATTRIBUTE = 2000

TAGS = frozenset(
    """
        a abbr acronym address area article aside b bdi bdo big blockquote br caption
        center cite code col colgroup dd del details dfn dir div dl dt em figcaption
        figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map mark
        menu nav ol p pre q rp rt ruby s samp section small span strike strong sub
        summary sup table tbody td tfoot th thead time tr tt u ul var wbr
    """.split()
)
VOID = frozenset({"area", "br", "col", "hr", "img", "wbr"})

GONE_WITH_CONTENT = frozenset(
    """
        applet audio canvas embed frame frameset iframe math noembed noframes noscript
        object optgroup option plaintext script select style svg template textarea title
        video xml xmp
    """.split()
)
"""Elements whose content is no text of the mail either."""

_EVERYWHERE = frozenset(["align", "class", "dir", "id", "lang", "style", "title"])
_CELL = frozenset(
    """
        abbr background bgcolor bordercolor char colspan height nowrap rowspan scope
        valign width
    """.split()
)
_OF_TAG = {
    "a": ["href", "name"],
    "area": ["alt", "coords", "href", "shape"],
    "blockquote": ["type"],
    "br": ["clear"],
    "col": ["span", "valign", "width"],
    "colgroup": ["span", "valign", "width"],
    "del": ["datetime"],
    "details": ["open"],
    "div": ["background", "bgcolor"],  # also what <body> becomes
    "font": ["color", "face", "size"],
    "hr": ["color", "noshade", "size", "width"],
    "img": ["alt", "border", "height", "hspace", "src", "srcset", "usemap", "vspace",
            "width"],
    "ins": ["datetime"],
    "li": ["type", "value"],
    "map": ["name"],
    "ol": ["reversed", "start", "type"],
    "table": ["background", "bgcolor", "border", "bordercolor", "cellpadding",
              "cellspacing", "frame", "height", "rules", "summary", "width"],
    "tbody": ["valign"],
    "td": _CELL,
    "tfoot": ["valign"],
    "th": _CELL,
    "thead": ["valign"],
    "time": ["datetime"],
    "tr": ["background", "bgcolor", "height", "valign"],
    "ul": ["type"],
}  # fmt: skip
ATTRIBUTES = {tag: _EVERYWHERE | set(_OF_TAG.get(tag, ())) for tag in TAGS}
LINK_ATTRIBUTES = {"target": "_blank", "rel": LINK_RELATION}

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_IDENTIFIER = re.compile(r"[^\w.:-]")


def attribute(tag: str, name: str, value: str, resources: Resources) -> str | None:
    """The value that an allowed attribute gets, or ``None`` to drop it."""
    if name == "style":
        return clean_style(value, resources) or None
    if name == "href":
        return link_url(value)
    if name in ("src", "background"):
        return resources.image(value)
    if name == "srcset":
        # Its pictures are those of src in other sizes: counted, never kept.
        resources.remote += "//" in value
        return None
    value = _CONTROLS.sub("", value)[:_MAX_ATTRIBUTE]
    if name in ("id", "name"):
        return ID_PREFIX + _IDENTIFIER.sub("", value) if value else None
    if name == "usemap":
        return f"#{ID_PREFIX}{_IDENTIFIER.sub('', value)}"
    return value
