"""Files within a part: ``winmail.dat`` and uuencode opened, each file an attachment.

Their numbers go on where IMAP's end: ``2.w1`` is the first file in the winmail.dat that
is part 2, ``1.u1`` the first uuencoded file in the text that is part 1.  No server
knows these numbers; they are read out of the part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from mimetypes import MimeTypes

from ..values import MailPart
from .filenames import invented_filename, safe_filename
from .tnef import PackedFile

OUTLOOK = "w"
UUENCODED = "u"

_TYPES = MimeTypes()  # of the standard library alone, the same on every machine
_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", re.ASCII)
_NUMBER = re.compile(rf"[\d.]+\.[{OUTLOOK}{UUENCODED}]\d+")


def is_packed(number: str) -> bool:
    """Whether a part of that number is a file within a part."""
    return bool(_NUMBER.fullmatch(number))


def as_parts(files: Iterable[PackedFile], number: str, kind: str) -> list[MailPart]:
    """The files as parts, in their order."""
    return [
        as_part(file, f"{number}.{kind}{index}") for index, file in enumerate(files, 1)
    ]


def as_part(file: PackedFile, number: str) -> MailPart:
    name = safe_filename(file.filename)
    content_type = file.content_type
    if not _TYPE.fullmatch(content_type):
        guess = _TYPES.guess_type(name, strict=False)
        content_type = guess[0] if guess[0] and not guess[1] else ""
        content_type = content_type or "application/octet-stream"
    return MailPart(
        number=number,
        content_type=content_type,
        filename=name or invented_filename(content_type, number),
        content=file.content,
        content_id=file.content_id,
    )
