"""Names of attachments that are safe to show, to download and to write on a disk."""

from __future__ import annotations

import re
import unicodedata

from ..limits import MAX_FILENAME
from .encoded_words import one_line

_MAX_EXTENSION = 16
_MAX_BYTES = 240
"""File systems allow 255 bytes; room for a number is left."""

_PATH = re.compile(r"(?:^|[\\/])\.\.[\\/]|^[\\/]|^[A-Za-z]:|\\")
_FORBIDDEN = re.compile('[/\\\\<>:"|?*]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")

_EXTENSIONS = {
    "application/gzip": "gz",
    "application/json": "json",
    "application/ms-tnef": "dat",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/pgp-signature": "asc",
    "application/pgp-keys": "asc",
    "application/pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-pkcs7-mime": "p7m",
    "application/x-pkcs7-signature": "p7s",
    "application/xml": "xml",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "message/global": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/rfc822-headers": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "video/mp4": "mp4",
}
_WELL_KNOWN = {
    "text/calendar": "invite.ics",
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pgp-signature": "signature.asc",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "disposition-notification.txt",
    "text/rfc822-headers": "headers.txt",
}


def safe_filename(name: str) -> str:
    """A bare name: no path, no control or invisible character, not too long.

    What reverses the direction of text is dropped, since it hides the real
    extension.  May come out empty.
    """
    if _PATH.search(name):
        name = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    name = _SPACES.sub(" ", one_line(name))
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cf", "Cs", "Co"))
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name) <= MAX_FILENAME and len(name.encode("utf-8", "replace")) <= _MAX_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) > _MAX_EXTENSION:
        stem, dot, extension = name, "", ""
    stem = stem[: MAX_FILENAME - len(dot) - len(extension)]
    room = _MAX_BYTES - len((dot + extension).encode("utf-8", "replace"))
    stem = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    return stem.rstrip(" .") + dot + extension


def invented_filename(content_type: str, number: str) -> str:
    """A name for a part that brings none, from what it is and where it stands."""
    if name := _WELL_KNOWN.get(content_type):
        return name
    kind = content_type.partition("/")[0]
    if kind not in ("image", "audio", "video", "text", "message"):
        kind = "attachment"
    extension = _EXTENSIONS.get(content_type, "txt" if kind == "text" else "bin")
    return f"{kind}-{number.replace('.', '-')}.{extension}"
