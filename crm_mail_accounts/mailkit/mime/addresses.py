"""Address lists of RFC 5322 3.4, and what is sent instead of them.

Understood beyond the RFC: encoded words anywhere in a name (also in quotes, also
with commas inside), names without brackets, doubled or unclosed brackets,
semicolons as separators (Outlook), addresses in apostrophes, unquoted commas in
names.  Groups give their members; an empty group (``undisclosed-recipients:;``)
gives nobody.  Domains stay as written, in Unicode or in ``xn--``.

``Address.email`` is empty when the writer gave a name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..errors import InvalidArgument
from ..limits import MAX_ADDRESSES, MAX_DISPLAY_NAME, MAX_EMAIL
from ..values import Address
from . import charsets
from .encoded_words import decode_words, one_line
from .wire_address import wire_address

_MAX_FIELD = 512 * 1024
"""Characters of an address field that are read: far above any MAX_ADDRESSES."""
_MEMORABLE = 320
"""Length up to which a field is remembered; longer ones are lists of their own."""

# The two forms of nearly all fields that hold one address.
_USUAL = re.compile(
    r'(?:"([^"\\]*)"\s*|([^"\\<>(),;:@\[\]]*))'
    r"<([^\s\"'\\<>(),;:@\[\]]+@[^\s\"'\\<>(),;:@\[\]]+)>"
)
_BARE = re.compile(r"[^\s\"'\\<>(),;:@\[\]=]+@[^\s\"'\\<>(),;:@\[\]=]+")
_PLAIN = re.compile(r"[^\s\"<>(),;:\[\\]+")
_ENCODED = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LITERAL = re.compile(r"\[[^\[\]<>,;]*\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PARENTHESIS = re.compile(r"[()\\]")
_SPACES = re.compile(r"\s+")
_AT_END = re.compile(
    r"[<(\[]?\s?([^\s<>()\[\]\"',;:@]{1,64}@[^\s<>()\[\]\"',;:@]+)[\s>\])\"']*$"
)
_TYPED_BREAKS = re.compile(r"[\t\r\n\v\f\u2028\u2029]+")
_NAME_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')

_WORD, _TEXT, _COMMENT, _ANGLE, _SEPARATOR = range(5)


def _comment_end(text: str, start: int) -> int:
    """The index behind the comment that opens at ``start``, or -1 (nested, 3.2.2)."""
    depth = 0
    position = start
    while match := _PARENTHESIS.search(text, position):
        position = match.end()
        sign = match[0]
        if sign == "\\":
            position += 1
        elif sign == "(":
            depth += 1
        else:
            depth -= 1
            if not depth:
                return position
    return -1


def _angle(text: str, start: int) -> tuple[str, int]:
    """What stands between ``<`` and ``>``, and where it ends; brackets may lack."""
    length = len(text)
    while start < length and text[start] in "< \t":
        start += 1
    if start < length and text[start] == '"' and (match := _QUOTED.match(text, start)):
        search = match.end()  # a quoted local part may hold > and ,
    else:
        search = start
    close = text.find(">", search, search + MAX_EMAIL * 4)
    opening = text.find("<", search, close if close >= 0 else search + MAX_EMAIL * 4)
    if close >= 0 and opening < 0:
        end = close
        while close < length and text[close] == ">":
            close += 1
        return text[start:end], close
    end = search
    while end < length and text[end] not in "<,;>":
        end += 1
    return text[start:end], end


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """The words, quoted texts, comments, bracketed addresses and separators.

    A quote or parenthesis that is never closed is a character like others, and is
    looked for once: the time stays linear.
    """
    position, length = 0, len(text)
    quotes = comments = True
    while position < length:
        char = text[position]
        if char.isspace():
            position += 1
        elif char == "=" and (match := _ENCODED.match(text, position)):
            position = match.end()
            yield _TEXT, match[0]
        elif char == '"':
            match = _QUOTED.match(text, position) if quotes else None
            if match:
                position = match.end()
                # A quoted local part is glued to its address: "a b"@host.
                if text[position : position + 1] == "@":
                    tail = _PLAIN.match(text, position)
                    position = tail.end()
                    yield _WORD, match[0] + tail[0]
                else:
                    yield _TEXT, _ESCAPED.sub(r"\1", match[1])
            else:
                quotes = False
                position += 1
        elif char == "(":
            end = _comment_end(text, position) if comments else -1
            if end > 0:
                yield _COMMENT, _ESCAPED.sub(r"\1", text[position + 1 : end - 1])
                position = end
            else:
                comments = False
                position += 1
        elif char == "<":
            content, position = _angle(text, position)
            yield _ANGLE, content
        elif char in ",;:":
            position += 1
            yield _SEPARATOR, char
        elif char in ">)\\":
            position += 1
        else:
            match = _PLAIN.match(text, position) or _LITERAL.match(text, position)
            if match is None:
                position += 1
                continue
            position = match.end()
            word = match[0]
            if word.endswith("@") and (match := _LITERAL.match(text, position)):
                word += match[0]  # user@[192.0.2.1]
                position = match.end()
            yield _WORD, word


def _name(text: str) -> str:
    text = _SPACES.sub(" ", decode_words(text)).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return text[:MAX_DISPLAY_NAME].rstrip()


def _email(text: str) -> str:
    text = one_line(charsets.clean_text(text))
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # a source route, RFC 5322 4.4
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if '"' not in text:
        text = _SPACES.sub("", text).strip("'.,;")
    return text if len(text) <= MAX_EMAIL else ""


def _mailbox(segment: list[tuple[int, str]]) -> Address | None:
    """One address from the tokens between two separators."""
    words: list[str] = []
    comments: list[str] = []
    email: str | None = None
    for kind, content in segment:
        if kind == _ANGLE:
            # Of "Name <a@b> <c@d>" the last one is meant; "<>" says nothing.
            email = content if content.strip() or email is None else email
        elif kind == _COMMENT:
            comments.append(content)
        else:
            words.append(content)
    if email is None:
        email, words = _email_among(words)
    name = _name(" ".join(words))
    if not email and name and (match := _AT_END.search(name[-2 * MAX_EMAIL :])):
        # The whole mailbox was put into one encoded word or into quotes.
        email, name = match[1], _name(name[: -len(match[0])])
    email = _email(email)
    if not name and comments:
        name = _name(" ".join(comments))
    if email and "@" not in email and not name and len(words) > 1:
        email = ""
    if name and name.strip("'<>").lower() == email.lower():
        name = ""
    return Address(name, email) if name or email else None


def _email_among(words: list[str]) -> tuple[str, list[str]]:
    """The address among words without brackets, and the words that are left."""
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if "@" not in word or word.startswith("=?"):
            continue
        if " " in word and not word.startswith('"'):
            continue  # quoted text that mentions an address
        left, right = index, index + 1
        if word.startswith("@") and left:
            left -= 1
        if word.endswith("@") and right < len(words):
            right += 1
        joined = "".join(words[left:right])
        if not joined.startswith("@") and not joined.endswith("@"):
            return joined, words[:left] + words[right:]
    if len(words) == 1 and _PLAIN.fullmatch(words[0]) and words[0].isascii():
        if not words[0].startswith("=?"):
            return words[0], []  # a local mailbox: root, MAILER-DAEMON
    return "", words


def _split(text: str) -> Iterator[list[tuple[int, str]]]:
    """The token runs of single mailboxes; group names are dropped."""
    segment: list[tuple[int, str]] = []
    for kind, content in _tokens(text):
        if kind != _SEPARATOR:
            segment.append((kind, content))
            continue
        if content == ":":
            plain = "".join(c for k, c in segment if k == _WORD)
            if plain.lower().endswith("mailto"):
                segment.pop()
            elif "@" not in plain and not any(k == _ANGLE for k, _ in segment):
                segment = []  # the name of a group
            continue
        if segment:
            yield segment
        segment = []
    if segment:
        yield segment


def _parse(text: str) -> tuple[Address, ...]:
    found: list[Address] = []
    pending: list[tuple[int, str]] = []  # words before an unquoted comma
    for segment in _split(text):
        kinds = {kind for kind, _ in segment}
        if (
            not pending
            and _ANGLE not in kinds
            and _TEXT not in kinds
            and not any("@" in content for _, content in segment)
        ):
            pending = segment
            continue
        if pending:
            if _ANGLE in kinds and _WORD in kinds:
                # "Doe, John <j@host>": one person whose name was not quoted.
                segment = [*pending, (_WORD, ","), *segment]
            elif (address := _mailbox(pending)) is not None:
                found.append(address)
            pending = []
        if kinds == {_WORD} and all(_BARE.fullmatch(word) for _, word in segment):
            # Addresses with nothing but space between them.
            found.extend(Address("", _email(word)) for _, word in segment)
        elif (address := _mailbox(segment)) is not None:
            found.append(address)
        if len(found) >= MAX_ADDRESSES:
            return tuple(found[:MAX_ADDRESSES])
    if pending and (address := _mailbox(pending)) is not None:
        found.append(address)
    return tuple(
        Address(a.name.replace(" ,", ","), a.email) if " ," in a.name else a
        for a in found
    )


def _usual(text: str) -> tuple[Address, ...] | None:
    text = text.strip()
    if match := _USUAL.fullmatch(text):
        quoted, plain, email = match.groups()
        name = _name(quoted or plain or "")
        if name.lower() == email.lower():
            name = ""
        return (Address(name, email),)
    if _BARE.fullmatch(text):
        return (Address("", text),)
    return None


def parse_addresses(value: bytes | str) -> tuple[Address, ...]:
    """The mailboxes of an address field in their order; never raises.

    At most ``MAX_ADDRESSES`` are returned.  Short fields are remembered: in a
    mailbox the same few hundred people return again and again.
    """
    if len(value) <= _MEMORABLE:
        return _remembered(value)
    return _read(value[:_MAX_FIELD])


def _read(value: bytes | str) -> tuple[Address, ...]:
    if isinstance(value, bytes):
        value = charsets.decode(value, None)[0]
    if len(value) <= _MEMORABLE and (usual := _usual(value)) is not None:
        if len(usual[0].email) <= MAX_EMAIL and usual[0].email.isprintable():
            return usual
    return _parse(value)


_remembered = lru_cache(maxsize=5_000)(_read)


def parse_typed(text: str) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    """What a person typed or pasted as recipients: the addresses, each once, and the
    pieces that are none, as they can be shown to be mended.

    Commas, semicolons, line breaks and tabs (a column of a table) separate.
    """
    text = _TYPED_BREAKS.sub(", ", text[:_MAX_FIELD])
    found: dict[str, Address] = {}
    wrong: dict[str, None] = {}
    for address in _read(text):
        try:
            wire_address(address.email)
        except InvalidArgument:
            wrong[format_address(address)] = None
        else:
            found.setdefault(address.key, address)
    if not found and not wrong and (rest := one_line(text).strip(" ,;")):
        wrong[rest] = None
    return tuple(found.values()), tuple(wrong)


def format_address(address: Address) -> str:
    """``Name <user@host>`` as a person reads and writes it, quoted where needed.

    Not yet a header: a name that is not ASCII stays Unicode.  Line breaks cannot
    pass, whatever the address holds.
    """
    email = _SPACES.sub("", one_line(charsets.clean_text(address.email)))
    name = _SPACES.sub(" ", one_line(charsets.clean_text(address.name))).strip()
    if not name:
        return email
    if _NAME_SPECIALS.search(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{email}>" if email else name
