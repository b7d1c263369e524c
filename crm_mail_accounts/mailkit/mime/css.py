"""Style of a mail: only properties and values that draw inside the mail.

Everything is written anew from what was read, and what is read has its comments
removed and its escapes decoded first, so a browser sees nothing that was not
judged: no backslash, no comment and no ``<`` ever comes out.  What loads, moves
over other parts of the page, or runs (``@import``, ``position``, ``expression``,
``behavior``...) is in no list and therefore gone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..limits import MAX_CSS
from .urls import ID_PREFIX, Resources

SCOPE = ".o_crm_mail_body"
"""Every selector is bound to the element that wraps the mail."""

_MAX_SELECTOR = 500
_MAX_RULES = 5000
_MAX_VALUE = 1000  # characters without embedded images

_SIDES = ("top", "right", "bottom", "left")
_BORDER_PARTS = ("color", "style", "width")
PROPERTIES = frozenset(
    """
        background background-color background-image background-position
        background-position-x background-position-y background-repeat background-size
        background-clip background-origin border border-collapse border-color
        border-radius border-spacing border-style border-width border-top-left-radius
        border-top-right-radius border-bottom-left-radius border-bottom-right-radius
        box-shadow box-sizing caption-side clear color color-scheme columns column-count
        column-gap cursor direction display empty-cells flex flex-basis flex-direction
        flex-flow flex-grow flex-shrink flex-wrap float font font-family font-size
        font-stretch font-style font-variant font-weight gap grid-template-columns
        height justify-content align-content align-items align-self hyphens
        letter-spacing line-break line-height list-style list-style-position
        list-style-type margin max-height max-width min-height min-width object-fit
        opacity order orphans outline overflow overflow-wrap overflow-x overflow-y
        padding page-break-after page-break-before page-break-inside quotes row-gap
        tab-size table-layout text-align text-align-last text-decoration
        text-decoration-color text-decoration-line text-decoration-style text-indent
        text-overflow text-shadow text-transform text-underline-offset unicode-bidi
        vertical-align visibility white-space widows width word-break word-spacing
        word-wrap writing-mode
    """.split()
    + [f"border-{side}" for side in _SIDES]
    + [f"border-{side}-{what}" for side in _SIDES for what in _BORDER_PARTS]
    + [f"{what}-{side}" for side in _SIDES for what in ("margin", "padding")]
)
_FUNCTIONS = frozenset(
    """
        rgb rgba hsl hsla hwb calc min max clamp linear-gradient radial-gradient
        repeating-linear-gradient repeating-radial-gradient repeat minmax
    """.split()
)
_CURSORS = frozenset(["auto", "default", "pointer", "text", "help", "not-allowed"])

_COMMENT_OPEN, _COMMENT_CLOSE = "/*", "*/"
_ESCAPE = re.compile(
    r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|(\r\n|[\r\n\f])|(.)|$)", re.DOTALL
)
_PIECES = re.compile(r"\"[^\"\r\n]*\"|'[^'\r\n]*'|[(){};]|[^\"'(){};]+|.", re.DOTALL)
_SELECTOR_PIECES = re.compile(
    r"\"[^\"\r\n]*\"|'[^'\r\n]*'|[()\[\],]|[^\"'()\[\],]+|.", re.DOTALL
)
_URL = re.compile(
    r"\burl\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'()\s]*))\s*\)", re.IGNORECASE
)
_FUNCTION = re.compile(r"([\w-]*)\s*\(")
_FORBIDDEN = re.compile(
    r"[<>{}@\\\x00-\x08\x0b\x0e-\x1f\x7f]|/\*|expression|javascript|vbscript|"
    r"-moz-binding|behavio",
    re.IGNORECASE,
)
_SELECTOR = re.compile(r"[\w\s.#*:>+~()\[\]=\"'^$|,%-]+")
_MEDIA = re.compile(r"(?:[\w\s),.>=/:-]|(?<![\w-])\()+")
"""Media queries compare; they call no function."""
_ROOT = re.compile(r"(?:(?:html|:root)(?![\w-])\s*>?\s*)+", re.IGNORECASE)
_BODY = re.compile(r"body(?![\w-])", re.IGNORECASE)
_ID = re.compile(r"#([\w-])")
_SPACES = re.compile(r"\s+")


def _without_comments(text: str) -> str:
    if _COMMENT_OPEN not in text:
        return text
    kept = []
    position = 0
    while (start := text.find(_COMMENT_OPEN, position)) >= 0:
        kept.append(text[position:start])
        end = text.find(_COMMENT_CLOSE, start + 2)
        if end < 0:
            return " ".join(kept)
        position = end + 2
    kept.append(text[position:])
    return " ".join(kept)


def _unescape(match: re.Match) -> str:
    code, newline, char = match.groups()
    if code:
        number = int(code, 16)
        if not number or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            return "\ufffd"
        return chr(number)
    return "" if newline or char is None else char


def readable(text: str) -> str:
    """CSS as it acts: without comments, escapes decoded (CSS Syntax 3, 4.3.7)."""
    text = _without_comments(text[:MAX_CSS].replace("\x00", ""))
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _split(text: str, separator: str) -> list[str]:
    """The pieces between separators that stand outside quotes and parentheses."""
    if "(" not in text and '"' not in text and "'" not in text:
        return text.split(separator)
    pieces, current, depth = [], [], 0
    tokens = _PIECES if separator == ";" else _SELECTOR_PIECES
    for match in tokens.finditer(text):
        token = match[0]
        if token == separator and not depth:
            pieces.append("".join(current))
            current = []
            continue
        if token in "([":
            depth += 1
        elif token in ")]":
            depth = max(0, depth - 1)
        current.append(token)
    pieces.append("".join(current))
    return pieces


def _value(name: str, value: str, resources: Resources) -> str | None:
    """The value as it may be written, or ``None``."""
    bare = _URL.sub("url()", value) if "(" in value else value
    if _FORBIDDEN.search(bare) or len(bare) > _MAX_VALUE:
        return None
    if bare.count('"') % 2 or bare.count("'") % 2 or bare.count("(") != bare.count(")"):
        return None
    if "(" in bare:
        for function in _FUNCTION.findall(bare):
            function = function.lower()
            if function == "url":
                continue
            if function not in _FUNCTIONS and not (not function and "calc(" in bare):
                if "//" in bare or "http" in bare.lower():
                    resources.remote += 1  # image-set() and its like
                return None
        if bare.lower().count("url(") != len(_URL.findall(value)):
            return None
    if name == "cursor" and value.lower() not in _CURSORS:
        return None

    def reference(match: re.Match) -> str:
        url = resources.image(match[1] or match[2] or match[3] or "")
        return f'url("{url}")' if url else "none"

    if "url(" in bare.lower():
        if not name.startswith("background"):
            if "//" in value:
                resources.remote += 1
            return None
        value = _URL.sub(reference, value)
    return _SPACES.sub(" ", value).strip()


def _declarations(text: str, resources: Resources) -> str:
    kept = []
    for declaration in _split(text, ";"):
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        if not colon:
            continue
        if name not in PROPERTIES:
            if "url(" in value.lower() and "//" in value:
                resources.remote += 1
            continue
        value = _value(name, value.strip(), resources)
        if value:
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def clean_style(text: str, resources: Resources) -> str:
    """The content of a ``style`` attribute; may come out empty."""
    if len(text) <= 500 and "(" not in text and "\\" not in text:
        return _plain_style(text)
    return _declarations(readable(text), resources)


@lru_cache(maxsize=1000)
def _plain_style(text: str) -> str:
    """A style that can load nothing: newsletters repeat each hundreds of times."""
    return _declarations(readable(text), Resources({}, False))


def _selector(selector: str) -> str | None:
    selector = _SPACES.sub(" ", selector).strip()
    if not selector or len(selector) > _MAX_SELECTOR or selector[0] in ">+~":
        return None
    if not _SELECTOR.fullmatch(selector):
        return None
    for opening, closing in ("()", "[]"):
        if selector.count(opening) != selector.count(closing):
            return None
    if selector.count('"') % 2 or selector.count("'") % 2:
        return None
    selector = _ID.sub(rf"#{ID_PREFIX}\1", selector)
    rest = selector[match.end() :] if (match := _ROOT.match(selector)) else selector
    if match := _BODY.match(rest):
        rest = rest[match.end() :]
        return None if rest.lstrip()[:1] in ("+", "~") else SCOPE + rest
    if rest[:1] in (">", "+", "~"):
        return None
    if not rest:
        return SCOPE
    return f"{SCOPE} {rest}"


def _rule(prelude: str, block: str, resources: Resources) -> str:
    selectors = [s for part in _split(prelude, ",") if (s := _selector(part))]
    if not selectors:
        return ""
    declarations = _declarations(block, resources)
    return f"{', '.join(selectors)} {{{declarations}}}" if declarations else ""


def _media(prelude: str) -> str | None:
    """The start of a media rule that may stay; every other at-rule goes."""
    query = prelude[6:].strip()
    if prelude[:6].lower() != "@media" or len(query) > _MAX_SELECTOR:
        return None
    if not _MEDIA.fullmatch(query) or "//" in query:
        return None
    return f"@media {_SPACES.sub(' ', query)} {{"


def clean_sheet(text: str, resources: Resources) -> str:
    """The content of a ``<style>`` element, every selector bound to the mail."""
    result: list[str] = []
    current: list[str] = []
    prelude = ""
    depth = 0  # braces open around the current token, media rules not counted
    in_media = skipping = False
    rules = 0
    text = readable(text).replace("<!--", " ").replace("-->", " ")
    for match in _PIECES.finditer(text):
        token = match[0]
        if token == "{":
            depth += 1
            if depth == 1:
                prelude = "".join(current).strip()
                current = []
                if prelude.startswith("@") and not in_media:
                    if opening := _media(prelude):
                        result.append(opening)
                        in_media, depth = True, 0
                        continue
                skipping = prelude.startswith("@")
            else:
                skipping = True  # nested rules: nothing that mail needs
                current.append(token)
        elif token == "}":
            if depth:
                depth -= 1
                if depth:
                    current.append(token)
                    continue
                block = "".join(current)
                if skipping:
                    if "//" in block:
                        resources.remote += block.lower().count("url(")
                elif rules < _MAX_RULES and (rule := _rule(prelude, block, resources)):
                    result.append(rule)
                    rules += 1
                current, skipping = [], False
            elif in_media:
                result.append("}")
                current, in_media = [], False
            else:
                current = []
        elif token == ";" and not depth:
            if "".join(current).strip().lower().startswith("@import"):
                resources.remote += 1
            current = []
        else:
            current.append(token)
    if in_media:
        result.append("}")
    sheet = "\n".join(result)
    # Nothing above lets one through; what ends a style element must never come out.
    return "" if "<" in sheet else sheet
