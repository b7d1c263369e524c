"""BODYSTRUCTURE: the tree of a mail's parts, as the server understood it.

Of all items this is the one that servers get wrong in most ways: NIL where a string is
due, fields that are missing or in excess, a multipart without parts, the disposition
written as a bare word.  What can be read is read; a structure of which not even the
media type of its root can be read is ``None``, and the caller does without.

RFC 9051 7.5.2 (BODYSTRUCTURE) and 6.4.5.1 (part numbers).  Positions of the fields::

    (type subtype parameters id description encoding size ...)
    text/*           ... lines  [md5 disposition language location]
    message/rfc822   ... envelope structure lines  [md5 disposition ...]
    other            ...        [md5 disposition ...]
    multipart        (part part ... subtype [parameters disposition ...])
"""

from __future__ import annotations

from ..errors import LimitExceeded, ProtocolError
from ..limits import MAX_PARTS
from ..values import BodyPart
from . import tokens
from .wire import Untagged

_MAX_TEXT = 4096
"""Bytes of one field; a file name of a part has 255 at most."""
_MULTIPARTS = frozenset(
    "mixed alternative related digest report signed encrypted parallel".split()
)
_WORDS = frozenset({"inline", "attachment", "form-data"})


def read_structure(response: Untagged) -> BodyPart | None:
    """The structure in a FETCH response; ``None`` when it cannot be read or there is
    none.  Never raises."""
    try:
        top = tokens.parse(response.segments, response.start)
        items = top[0] if top and isinstance(top[0], list) else []
        for name, value in zip(items, items[1:], strict=False):
            if isinstance(name, tokens.Atom) and name.upper() == b"BODYSTRUCTURE":
                return build(value)
    except (ProtocolError, LimitExceeded):
        return None
    return None


def build(value: tokens.Token) -> BodyPart | None:
    """The tree of the parsed value of BODYSTRUCTURE; ``None`` when it is none."""
    if not isinstance(value, list):
        return None
    builder = _Builder()
    if builder.is_multipart(value):
        return builder.multipart(value, "", "TEXT")
    return builder.single(value, "1")


class _Builder:
    def __init__(self):
        self.count = 0

    @staticmethod
    def is_multipart(value: list) -> bool:
        """A multipart begins with a list; some servers write NIL for one without
        parts: ``(NIL "mixed" ...)``, where a single part has its type."""
        while len(value) == 1 and isinstance(value[0], list):
            value = value[0]
        if len(value) > 1 and value[0] is None:
            return _text(value[1]).lower() in _MULTIPARTS
        return bool(value) and isinstance(value[0], list)

    def part(self, value: list, number: str) -> BodyPart | None:
        self.count += 1
        if self.count > MAX_PARTS:
            return None
        if self.is_multipart(value):
            return self.multipart(value, number, number)
        return self.single(value, number)

    def multipart(self, value: list, prefix: str, number: str) -> BodyPart | None:
        """``prefix`` is what the numbers of its parts begin with."""
        while len(value) == 1 and isinstance(value[0], list):
            value = value[0]  # parentheses too many
        parts = []
        at = 0
        while at < len(value) and (isinstance(value[at], list) or value[at] is None):
            if isinstance(value[at], list):
                parts.append(value[at])
            at += 1
        subtype = _text(value[at]).lower() if at < len(value) else ""
        children = []
        for index, item in enumerate(parts, start=1):
            child = self.part(item, f"{prefix}.{index}" if prefix else str(index))
            if child is not None:
                children.append(child)
        if not children and not subtype:
            return None
        rest = value[at + 1 :]
        disposition, disposition_parameters = _disposition(rest[1:])
        return BodyPart(
            number,
            f"multipart/{subtype or 'mixed'}",
            _parameters(rest[0] if rest else None),
            disposition=disposition,
            disposition_parameters=disposition_parameters,
            children=tuple(children),
        )

    def single(self, value: list, number: str) -> BodyPart | None:
        while len(value) == 1 and isinstance(value[0], list):
            value = value[0]
        fields = [*value, *[None] * 7]
        kind, subtype = _text(fields[0]).lower(), _text(fields[1]).lower()
        if not kind and not subtype:
            return None
        usual = "plain" if kind == "text" else "octet-stream"
        content_type = f"{kind or 'application'}/{subtype or usual}"
        extension = value[7:]
        children: tuple[BodyPart, ...] = ()
        if kind == "message" and len(value) > 8:
            children = self.enclosed(value[7:9], number)
            if children or isinstance(value[7], list):
                extension = value[9:]
        disposition, disposition_parameters = _disposition(extension)
        return BodyPart(
            number,
            content_type,
            _parameters(fields[2]),
            _text(fields[3]).strip(" \t<>"),
            _text(fields[5]).strip().lower(),
            _number(fields[6]),
            disposition,
            disposition_parameters,
            children,
        )

    def enclosed(self, fields: list, number: str) -> tuple[BodyPart, ...]:
        """The mail within a mail: behind its envelope, or in its place where the
        server leaves the envelope out."""
        for value in reversed(fields):
            if not isinstance(value, list) or not value:
                continue
            if self.is_multipart(value):
                if not _looks_like_part(value):
                    continue
                child = self.multipart(value, number, f"{number}.TEXT")
            elif _looks_like_part(value):
                child = self.single(value, f"{number}.1")
            else:
                continue
            if child is not None:
                return (child,)
        return ()


def _looks_like_part(value: list) -> bool:
    """Whether a list is a part and no envelope: an envelope's address lists are
    lists of lists, and its date is not followed by a word."""
    while value and isinstance(value[0], list):
        value = value[0]
    if len(value) < 2:
        return False
    kind, subtype = _text(value[0]), _text(value[1])
    return bool(kind) and bool(subtype) and not set(kind + subtype) & set(" :@<>,")


def _disposition(extension: list) -> tuple[str, dict[str, str]]:
    """Among the fields behind those that are always there: a list that begins with a
    word (``("attachment" ("filename" "x"))``), or the bare word."""
    for index, field in enumerate(extension):
        if isinstance(field, list) and field and isinstance(field[0], bytes):
            word = _text(field[0]).lower()
            has_parameters = len(field) > 1 and (
                field[1] is None or isinstance(field[1], list)
            )
            if word in _WORDS or has_parameters:
                return word, _parameters(field[1] if len(field) > 1 else None)
        elif isinstance(field, bytes) and _text(field).lower() in _WORDS:
            following = extension[index + 1 : index + 2]
            return _text(field).lower(), _parameters(following[0] if following else 0)
    return "", {}


def _parameters(value) -> dict[str, str]:
    """Names in lower case, the first of each name counts; an odd one out is left."""
    if not isinstance(value, list):
        return {}
    if value and all(isinstance(item, list) for item in value):
        value = [item for pair in value for item in pair]
    found: dict[str, str] = {}
    for name, content in zip(value[::2], value[1::2], strict=False):
        if isinstance(name, bytes) and isinstance(content, bytes):
            found.setdefault(_text(name).lower(), _text(content))
    return found


def _number(value) -> int | None:
    if isinstance(value, bytes) and value.isdigit() and len(value) <= 19:
        return int(value)
    return None


def _text(value) -> str:
    if not isinstance(value, bytes):
        return ""
    value = value[:_MAX_TEXT]
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
