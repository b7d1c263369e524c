"""The line of the mail list that tells what a mail says.

Left out: the invisible padding that newsletters put behind their first sentence,
quoted text and the line that introduces it, signatures, rulers, and addresses of
the web longer than anybody reads.  If nothing is left, the text as it is.
"""

from __future__ import annotations

import re
import unicodedata

from ..limits import PREVIEW_LENGTH
from .charsets import clean_text
from .html_text import html_to_text

__all__ = ["html_to_text", "preview"]

_LOOKED_AT = 20_000  # characters of text; the line shows 160
_LOOKED_AT_HTML = 200_000  # newsletters open with 50,000 of style
_BORDER = 40
"""How far back from the cut a border between words is looked for."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+"
)
# Joiners belong to emoji and to Persian words; next to a space they are padding.
_JOINER_RUN = re.compile("[\u200c\u200d]{3,}")
_SPACES = re.compile(
    "[\u200c\u200d]{0,2}[\\s\u2007\u2800\u3164](?:[\u200c\u200d\\s\u2007\u2800\u3164])*"
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
_BRACKETED_URL = re.compile(
    r"[<(\[]\s?(?:https?://|mailto:)[^\s<>()\[\]]*\s?[>)\]]", re.IGNORECASE
)
_URL = re.compile(
    r"https?://(?:www\.)?([^\s/<>()\[\]?#]{1,100})[^\s<>()\[\]]*", re.IGNORECASE
)
_RULER = re.compile(r"[\s\-_=*~#+.\u2014\u2500-\u257f\u2022\u00b7|]{3,}")
_ATTRIBUTION = re.compile(
    r"(?:on|am|il(?: giorno)?|le|el|em|op|den|w dniu|dne)\b.{5,200}"
    r"(?:wrote|schrieb|ha scritto|scrisse|a écrit|escribió|escreveu|schreef|skrev|"
    r"napisał\(?a?\)?|napsal\(?a?\)?)\b.{0,100}:\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"-{3,}\s*(?:original message|forwarded message|ursprüngliche nachricht|"
    r"messaggio originale|messaggio inoltrato|message d'origine|mensaje original)",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(r"(?:from|von|da|de|van)\s*:\s*\S", re.IGNORECASE)
_HEADER_NEXT = re.compile(
    r"(?:sent|date|to|gesendet|datum|an|inviato|data|a|envoyé|à|enviado|para|"
    r"verzonden|aan)\s*:\s*\S",
    re.IGNORECASE,
)


def _own_words(text: str) -> str:
    """The lines that this mail adds: no quotes, nothing below the signature mark."""
    kept: list[str] = []
    lines = [line.strip() for line in text.split("\n")]
    for index, line in enumerate(lines):
        if line == "--" or _ORIGINAL.match(line):
            break
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if kept and _HEADER_LINE.match(line) and _HEADER_NEXT.match(following):
            break  # Outlook's quote has no mark but its header
        if line.startswith((">", "|")) or _RULER.fullmatch(line):
            continue
        if _ATTRIBUTION.match(line) or _ATTRIBUTION.match(f"{line} {following}"):
            continue
        if kept and _ATTRIBUTION.match(f"{lines[index - 1]} {line}"):
            continue  # the second half of an introduction that was wrapped
        kept.append(line)
    return " ".join(kept)


def _squeezed(text: str) -> str:
    text = _INVISIBLE.sub("", _CONTROLS.sub(" ", text))
    text = _JOINER_RUN.sub(" ", text)
    text = _URL.sub(r"\1", _BRACKETED_URL.sub(" ", text))
    return _SPACES.sub(" ", text).strip(" \u200c\u200d")


def cut(text: str, length: int) -> str:
    """``text`` within ``length`` characters, cut between words where there is one

    near, never between a letter and its accent or inside an emoji.
    """
    if len(text) <= length:
        return text
    end = length - 1  # room for the ellipsis
    border = text.rfind(" ", end - _BORDER, end + 1)
    if border > 0:
        end = border
    else:
        while end > 1 and _continues(text[end - 1], text[end]):
            end -= 1
        letters = 0
        while letters < end and _is_flag_letter(text[end - 1 - letters]):
            letters += 1
        end -= letters % 2  # a flag is two letters
    return text[:end].rstrip(" ,;:-\u200c\u200d") + "\u2026"


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _continues(before: str, char: str) -> bool:
    return (
        char in "\u200d\ufe0f\ufe0e"
        or before == "\u200d"
        or bool(unicodedata.combining(char))
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def preview(text: str, html: str = "") -> str:
    """One line of at most ``PREVIEW_LENGTH`` characters; never raises.

    The plain text is read first; HTML when that says nothing.  Both may be the
    beginning of a body that was not fetched whole.
    """
    for source in (text, html):
        if not source:
            continue
        if source is html:
            source = html_to_text(source[:_LOOKED_AT_HTML], links=False)
        source = clean_text(source[:_LOOKED_AT])
        source = source.replace("\r\n", "\n").replace("\r", "\n")
        line = _squeezed(_own_words(source)) or _squeezed(source.replace(">", " "))
        if line:
            return cut(line, PREVIEW_LENGTH)
    return ""
