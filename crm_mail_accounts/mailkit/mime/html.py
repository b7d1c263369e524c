"""HTML of a mail, made safe to be shown.

Two engines clean by the same lists (``html_policy``): nh3, which reads HTML as
browsers do, and one on lxml.  This is one of three walls: the result is shown in a
frame without scripts and without our origin, under a policy that blocks remote
loads.  The cleaning removes frames and remote references itself, because a browser
opens connections for some of them in spite of the other two walls.

The input is bounded by ``MAX_HTML``; markup built to make an HTML5 parser work in
squares (thousands of unclosed elements) goes to the lxml engine, and what is too
tangled for that one as well is shown as text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from ..limits import MAX_HTML
from ..values import CleanHtml
from . import html_lxml, html_policy
from .charsets import clean_text
from .css import SCOPE, clean_sheet
from .html_text import without_comments, without_tags
from .html_tree import Tangled
from .plain_html import text_to_html
from .urls import ID_PREFIX, Resources

try:
    import nh3
except ImportError:  # the lxml engine cleans by the same lists
    nh3 = None

__all__ = ["clean_html", "text_to_html"]

_logger = logging.getLogger(__name__)

_TAGS_FOR_HTML5 = 10_000
"""Up to here the square that nesting costs an HTML5 parser stays below a second."""
_COPIES_FOR_HTML5 = 1_000_000
"""Formatting elements times blocks: unclosed ones are copied into each block."""
_COPIED_FOR_HTML5 = 30_000_000_000
"""Characters: writing ``&`` or a hard space copies the rest of its text (0.5 s)."""

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BODY = re.compile(r"<(/?)body(?=[\s/>])", re.IGNORECASE)
_FORMATTING = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]", re.IGNORECASE
)
_STYLE_OR_COMMENT = re.compile(r"<!--|<style(?=[\s/>])[^<>]*>", re.IGNORECASE)
_PLACE = f'href="#{ID_PREFIX}'
_TO_PLACE = re.compile(rf"<a [^<>]*{_PLACE}[^<>]*>")
"""A link within the mail; both engines escape brackets and quotes in values."""
_STYLE_END = re.compile(r"</style", re.IGNORECASE)
_LOADERS = re.compile(
    r"<(?:audio|embed|frame|iframe|image|input|link|object|script|source|track|use|"
    r"video)\b([^<>]*)",
    re.IGNORECASE,
)
_LOADS = re.compile(
    r"\b(?:src|srcset|poster|data|(?:xlink:)?href)\s*=\s*[\"']?\s*"
    r"(?:https?:)?[\\/]{2}",
    re.IGNORECASE,
)


def _style_sheets(html: str, resources: Resources) -> str:
    """The style blocks, cleaned, in one sheet.

    Comments inside a style element hide CSS from browsers of 1996: they are no
    comments.  Outside they are, and hold what is meant for Outlook.
    """
    sheets = []
    position = 0
    while match := _STYLE_OR_COMMENT.search(html, position):
        if match[0] == "<!--":
            end = html.find("-->", match.end())
            if end < 0:
                break
            position = end + 3
        else:
            closing = _STYLE_END.search(html, match.end())
            end = closing.start() if closing else len(html)
            sheets.append(html[match.end() : end])
            position = end
    return clean_sheet("\n".join(sheets), resources) if sheets else ""


def _is_tangled(html: str) -> bool:
    """Whether an HTML5 parser might need more than linear time or space."""
    tags = html.count("<")
    references = html.count("&") + html.count("\u00a0")
    if tags > _TAGS_FOR_HTML5 or references * len(html) > _COPIED_FOR_HTML5:
        return True
    if tags < 1000:
        return False
    return len(_FORMATTING.findall(html)) * tags > _COPIES_FOR_HTML5


def _clean_nh3(html: str, resources: Resources) -> str:
    def decide(tag: str, name: str, value: str) -> str | None:
        if tag not in html_policy.TAGS:
            return None  # asked also for elements that will be gone
        if name in html_policy.LINK_ATTRIBUTES and tag in ("a", "area"):
            return html_policy.LINK_ATTRIBUTES[name]
        try:
            return html_policy.attribute(tag, name, value, resources)
        except Exception:
            # nh3 keeps the value when its callback raises: it must not get that far.
            _logger.error("An attribute could not be judged; dropped", exc_info=True)
            return None

    return nh3.clean(
        html,
        tags=set(html_policy.TAGS),
        clean_content_tags=set(html_policy.GONE_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in html_policy.ATTRIBUTES.items()},
        attribute_filter=decide,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel=None,
        set_tag_attribute_values={
            "a": dict(html_policy.LINK_ATTRIBUTES),
            "area": dict(html_policy.LINK_ATTRIBUTES),
        },
    )


def clean_html(
    html: str,
    *,
    inline: Mapping[str, tuple[str, bytes]],
    allow_remote: bool = False,
) -> CleanHtml:
    """The body of a mail as a fragment that may be shown in the sandboxed frame.

    ``inline`` maps Content-IDs to type and bytes: those images are embedded.  The
    result is ``<style>`` (if any) and one element that wraps the mail.  Never
    raises; what is beyond ``MAX_HTML`` is cut.
    """
    resources = Resources(inline, allow_remote)
    html = _CONTROLS.sub("", clean_text(html[:MAX_HTML]))
    sheet = _style_sheets(html, resources)
    for match in _LOADERS.finditer(without_comments(html)):
        resources.remote += len(_LOADS.findall(match[1]))
    body = _clean_body(html, resources)
    if body is None:
        sheet, body = "", text_to_html(without_tags(html))
    return CleanHtml(
        html=_wrapped(sheet, body),
        remote=resources.remote,
        missing_cids=tuple(resources.missing),
    )


def _clean_body(html: str, resources: Resources) -> str | None:
    """The cleaned elements, or ``None`` for what is too tangled."""
    # The body's own colours and background matter; the engines know no <body>.
    source = _BODY.sub(r"<\1div", html)
    if nh3 is None or _is_tangled(source):
        try:
            body = html_lxml.clean(source, resources)
        except Tangled:
            return None
    else:
        body = _clean_nh3(source, resources)
    if _PLACE in body:
        body = _TO_PLACE.sub(lambda m: m[0].replace(' target="_blank"', ""), body)
    return body


def clean_fragment(html: str, resources: Resources) -> str:
    """The elements of a body for an editor: without style sheet and wrapper.

    ``resources`` decides where pictures come from; never raises.
    """
    html = _CONTROLS.sub("", clean_text(html[:MAX_HTML]))
    body = _clean_body(html, resources)
    return text_to_html(without_tags(html)) if body is None else body


def _wrapped(sheet: str, body: str) -> str:
    style = f"<style>{sheet}</style>" if sheet else ""
    return f'{style}<div class="{SCOPE[1:]}">{body}</div>'
