"""Mails that are too large to fetch for a look: read by their parts.

The reader wants the text; a film that is attached is fetched when somebody downloads
it, and then piece by piece.  What is put together here is the mail with its large parts
left empty: the same tree, so part numbers and everything that reads mails stay the
same.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from ..mailkit.values import BodyPart

LARGE = 10 * 1024 * 1024
"""Octets from which on a mail is read by parts."""
TEXT_MOST = 2 * 1024 * 1024
INLINE_MOST = 512 * 1024
"""Octets, as encoded, of a text part or an inline picture that is fetched."""
LEAVES_MOST = 200
"""A mail of more parts is fetched as a whole."""
CHUNK = 1024 * 1024
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def read_parts(session, uid: int) -> tuple[bytes, dict[str, int]] | None:
    """The mail without its large parts, and the decoded sizes of those, by number.

    ``None``: its structure cannot be used, fetch it as a whole.
    """
    structure = session.fetch_structure(uid)
    if structure is None or not structure.children:
        return None
    leaves = structure.leaves()
    if len(leaves) > LEAVES_MOST or any(
        part.children and not part.parameters.get("boundary")
        for part in _multiparts(structure)
    ):
        return None
    sizes: dict[str, int] = {}
    header = session.fetch_part(uid, "HEADER", 0, TEXT_MOST)
    body = b"".join(_body(session, uid, structure, sizes))
    return header + body, sizes


def _multiparts(part: BodyPart) -> Iterator[BodyPart]:
    if part.children and not part.content_type.startswith("message/"):
        yield part
        for child in part.children:
            yield from _multiparts(child)


def _body(session, uid: int, part: BodyPart, sizes: dict[str, int]) -> Iterator[bytes]:
    boundary = part.parameters["boundary"].encode("utf-8", "replace")
    for child in part.children:
        yield b"--" + boundary + b"\r\n"
        yield session.fetch_part(uid, f"{child.number}.MIME", 0, TEXT_MOST)
        if child.children and not child.content_type.startswith("message/"):
            yield from _body(session, uid, child, sizes)
        elif _is_wanted(child):
            yield session.fetch_part(uid, child.number, 0, TEXT_MOST)
        else:
            sizes[child.number] = decoded_size(child)
        yield b"\r\n"
    yield b"--" + boundary + b"--\r\n"


def _is_wanted(part: BodyPart) -> bool:
    size = part.size or 0
    if part.content_type.startswith("text/") and part.disposition != "attachment":
        return size <= TEXT_MOST
    return bool(part.content_id) and size <= INLINE_MOST


def decoded_size(part: BodyPart) -> int:
    """About how large the part is when it is decoded."""
    size = part.size or 0
    return size * 57 // 78 if part.encoding == "base64" else size


def stream_part(session, uid: int, number: str) -> Iterator[bytes]:
    """The decoded content of a part, piece by piece.

    :raises KeyError: the mail has no such part
    """
    structure = session.fetch_structure(uid)
    parts = {part.number: part for part in structure.leaves()} if structure else {}
    part = parts[number]
    pieces = _pieces(session, uid, number)
    if part.encoding == "base64":
        return _base64(pieces)
    if part.encoding == "quoted-printable":
        return iter([binascii.a2b_qp(b"".join(pieces))])
    return pieces


def _pieces(session, uid: int, number: str) -> Iterator[bytes]:
    offset = 0
    while piece := session.fetch_part(uid, number, offset, CHUNK):
        yield piece
        offset += len(piece)


def _base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        left += _NOT_BASE64.sub(b"", piece)
        whole = len(left) // 4 * 4
        yield binascii.a2b_base64(left[:whole])
        left = left[whole:]
    if len(left) > 1:
        yield binascii.a2b_base64(left + b"=" * (-len(left) % 4))
