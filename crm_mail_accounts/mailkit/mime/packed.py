"""Files within a part, each an attachment of its own.

* a ``winmail.dat`` (see ``tnef``) gives way to what it holds;
* the text of a file uuencoded in a text is cut out of it (see ``uuencoded``);
* what a signature encloses (see ``cms``) stands beside the signed file: an invoice
  ``x.xml.p7m`` and its ``x.xml``; a mail that is signed as a whole is read.

Their numbers go on where IMAP's end: ``2.w1`` is the first file in the winmail.dat that
is part 2, ``1.u1`` the first uuencoded one in the text that is part 1, ``3.s1`` the
first one signed in part 3.  No server knows these numbers; they are read out of the
part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from mimetypes import MimeTypes

from ..values import MailPart, ParsedMail
from .cms import ENCRYPTED, read_cms
from .filenames import invented_filename, safe_filename
from .tnef import PackedFile, read_tnef

OUTLOOK = "w"
SIGNED = "s"
UUENCODED = "u"

_TNEF_TYPES = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_CMS_TYPES = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_HEADER = re.compile(rb"\s*(?:Content-[\w-]+|MIME-Version)[ \t]*:", re.IGNORECASE)
_TYPES = MimeTypes()  # of the standard library alone, the same on every machine
_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", re.ASCII)
_NUMBER = re.compile(rf"[\d.]+\.[{OUTLOOK}{SIGNED}{UUENCODED}]\d+")


@dataclass
class Opened:
    """What a part holds.  ``text`` and ``html`` are the mail's where it has no other;
    ``stays`` says that the part itself is an attachment, too."""

    parts: list[MailPart] = field(default_factory=list)
    text: str = ""
    html: str = ""
    stays: bool = True
    encrypted: bool = False


def is_packed(number: str) -> bool:
    """Whether a part of that number is a file within a part."""
    return bool(_NUMBER.fullmatch(number))


def may_be_opened(content_type: str, filename: str) -> bool:
    filename = filename.lower()
    return (
        content_type in _TNEF_TYPES
        or content_type in _CMS_TYPES
        or filename in ("winmail.dat", "win.dat")
        or filename.endswith(".p7m")
    )


def open_part(part: MailPart, read_mail: Callable[[bytes], ParsedMail]) -> Opened:
    """What is in a part; nothing, when it is not what it is called.

    ``read_mail`` reads a mail that is signed as a whole.
    """
    package = read_tnef(part.content)
    if package:
        parts = as_parts(package.files, part.number, OUTLOOK)
        return Opened(parts, package.text, package.html, stays=not parts)
    enclosed = read_cms(part.content)
    if not enclosed:
        return Opened()
    if enclosed.kind == ENCRYPTED or not enclosed.content:
        return Opened(encrypted=enclosed.kind == ENCRYPTED)
    if part.content_type in _CMS_TYPES and _HEADER.match(enclosed.content):
        mail = read_mail(enclosed.content)
        parts = [
            replace(inner, number=f"{part.number}.{SIGNED}{index}")
            for index, inner in enumerate(mail.parts, 1)
        ]
        return Opened(parts, mail.text, mail.html)
    name = re.sub(r"\.p7m$", "", part.filename, flags=re.IGNORECASE)
    name = name if name != part.filename else ""
    file = PackedFile(filename=name, content=enclosed.content)
    return Opened(as_parts([file], part.number, SIGNED))


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
