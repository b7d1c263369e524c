"""Header fields as bytes: folded, encoded, and impossible to break out of.

Lines have at most 78 characters where a word allows it, never more than 998
(RFC 5322 2.1.1).  What is not ASCII becomes encoded words of UTF-8 (RFC 2047), each of
whole characters.  Only a local part that is not ASCII stands as UTF-8 (RFC 6532).

Every text goes through :func:`one_line`, and names and ids are matched whole, so no
value can begin a line of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from ..errors import InvalidArgument
from ..limits import MAX_DISPLAY_NAME, MAX_MESSAGE_ID, MAX_SUBJECT
from ..values import Address
from .charsets import clean_text
from .encoded_words import one_line
from .wire_address import wire_address

_LINE = 78
_WORD = 75
"""Characters of one encoded word (RFC 2047 2)."""
_LONGEST_PLAIN = 60
"""A longer word without a space would not fold; as encoded words it does."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_PLAIN = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_BARE = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
)
"""What stands for itself in a Q word everywhere, names included (RFC 2047 5.3)."""
_ID = re.compile(r"<[!-;=?A-~]+(?:@[!-;=?A-~]+)?>")
_SPACES = re.compile(r"\s+")
_ATTRIBUTE_CHARS = "!#$&+-.^_`{|}~"
"""What RFC 2231 leaves as it is, besides letters and digits."""


def line_of(text: str) -> str:
    """Text on one line, without control characters, single spaces."""
    return _SPACES.sub(" ", one_line(clean_text(text))).strip()


def write_field(name: str, words: Iterable[str]) -> bytes:
    """One field of words, broken between them; names as of RFC 5322 2.2.

    :raises InvalidArgument: the name is none
    """
    if not _NAME.fullmatch(name):
        raise InvalidArgument("not the name of a header field")
    lines, current = [], f"{name}:"
    fresh = True  # an empty line may not be left behind
    for word in words:
        if len(current) + 1 + len(word) > _LINE and not fresh:
            lines.append(current)
            current = ""
        current += f" {word}"
        fresh = False
    lines.append(current)
    return "\r\n".join(lines).encode("utf-8") + b"\r\n"


# -- text ---------------------------------------------------------------------


def text_words(text: str, first: int = 0) -> list[str]:
    """The words of unstructured text; ``first``: characters already on the line."""
    text = line_of(text)
    if _is_plain(text):
        return text.split(" ") if text else []
    return encoded_words(text, first)


def _is_plain(text: str) -> bool:
    return bool(
        _PLAIN.fullmatch(text)
        and "=?" not in text
        and all(len(word) <= _LONGEST_PLAIN for word in text.split(" "))
    )


def encoded_words(text: str, first: int = 0) -> list[str]:
    """UTF-8 in the shorter one of B and Q, cut between characters."""
    data = text.encode("utf-8")
    quoted_size = sum(1 if byte in _BARE or byte == 32 else 3 for byte in data)
    encode = _q_word if quoted_size <= -(-len(data) // 3) * 4 else _b_word
    words, start = [], 0
    room = min(_WORD, max(_LINE - 1 - first, 30))
    while start < len(text):
        end = start + 1
        while end < len(text) and len(encode(text[start : end + 1])) <= room:
            end += 1
        # A mark that joins the character before it stays with it: some readers
        # show each word for itself.
        words.append(encode(text[start:end]))
        start, room = end, _WORD
    return words


def _b_word(text: str) -> str:
    return f"=?utf-8?B?{b64encode(text.encode('utf-8')).decode('ascii')}?="


def _q_word(text: str) -> str:
    written = "".join(
        chr(byte) if byte in _BARE else "_" if byte == 32 else f"={byte:02X}"
        for byte in text.encode("utf-8")
    )
    return f"=?utf-8?Q?{written}?="


def text_field(name: str, text: str) -> bytes:
    return write_field(name, text_words(text[: MAX_SUBJECT * 2], len(name) + 1))


# -- addresses ----------------------------------------------------------------


def address_field(name: str, addresses: Sequence[Address]) -> bytes:
    """:raises InvalidArgument: ``address_invalid``"""
    words: list[str] = []
    for index, address in enumerate(addresses):
        written = _mailbox_words(address, len(name) + 1 if not index else 1)
        if index + 1 < len(addresses):
            written[-1] += ","
        words += written
    return write_field(name, words)


def _mailbox_words(address: Address, first: int) -> list[str]:
    email = wire_address(address.email)
    name = line_of(address.name)[:MAX_DISPLAY_NAME].strip()
    if not name:
        # Without brackets a reader takes spaces and quotes for a name.
        return [email] if '"' not in email else [f"<{email}>"]
    if not _is_plain(name):
        return [*encoded_words(name, first), f"<{email}>"]
    if _ATOMS.fullmatch(name):
        return [*name.split(" "), f"<{email}>"]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return [*f'"{quoted}"'.split(" "), f"<{email}>"]


# -- ids ----------------------------------------------------------------------


def is_id(text: str) -> bool:
    return len(text) <= MAX_MESSAGE_ID - 20 and bool(_ID.fullmatch(text))


def id_field(name: str, ids: Iterable[str]) -> bytes:
    """Message ids, one to a line where they are long; never encoded (RFC 2047 5)."""
    return write_field(name, ids)


# -- parameters ---------------------------------------------------------------


def parameter(name: str, value: str) -> str:
    """``name="value"`` of ASCII that is safe in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'


def filename_parameters(value: str) -> list[str]:
    """``filename`` by RFC 2231, in pieces that fit into a line.

    One piece needs no number, which more readers understand (``filename*=``).
    """
    if _PLAIN.fullmatch(value) and "=?" not in value:
        return [parameter("filename", value)]
    pieces: list[str] = []
    current = "utf-8''"
    for char in value:
        written = quote(char, safe=_ATTRIBUTE_CHARS)
        if len(current) + len(written) > _LONGEST_PLAIN:
            pieces.append(current)
            current = ""
        current += written
    pieces.append(current)
    if len(pieces) == 1:
        return [f"filename*={pieces[0]}"]
    return [f"filename*{number}*={piece}" for number, piece in enumerate(pieces)]


def name_words(value: str) -> list[str]:
    """``name`` of a Content-Type: encoded words in quotes, which RFC 2047 5 forbids

    and Outlook, Gmail and Apple write and read.
    """
    if _PLAIN.fullmatch(value) and "=?" not in value:
        return [parameter("name", value)]
    words = encoded_words(value, 8)
    words[0] = f'name="{words[0]}'
    words[-1] += '"'
    return words
