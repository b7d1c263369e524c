"""File names out of BODYSTRUCTURE, where servers leave them as the mail had them:
in encoded words, or in the pieces of RFC 2231."""

from __future__ import annotations

from ..values import BodyPart
from .filenames import invented_filename, safe_filename
from .parameters import parameters


def part_filename(part: BodyPart) -> str:
    """A safe name of a part, the one that the mail gives or an invented one."""
    name = _given(part.disposition_parameters, "filename")
    name = safe_filename(name or _given(part.parameters, "name"))
    return name or invented_filename(part.content_type, part.number)


def has_filename(part: BodyPart) -> bool:
    """Whether the mail itself names the part: then it is to be kept, mostly."""
    given = _given(part.disposition_parameters, "filename")
    return bool(given or _given(part.parameters, "name"))


def _given(found: dict[str, str], name: str) -> str:
    """One parameter, read as the field of a mail would be."""
    plain = found.get(name, "")
    if plain and "=?" not in plain:
        return plain
    pieces = [
        (key, value) for key, value in found.items() if key.partition("*")[0] == name
    ]
    field = b"".join(
        b"; %s=%s" % (key.encode("utf-8"), _quoted(value)) for key, value in pieces
    )
    return parameters(field).get(name, "")


def _quoted(value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    return b'"' + data.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
