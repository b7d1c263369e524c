"""Bytes of a mail to text, whatever the label says.

The label is tried first, then UTF-8, then a guess, then Windows-1252, which reads
any byte.  Labels are read as browsers read them (WHATWG Encoding): ``iso-8859-1``
means Windows-1252, ``gb2312`` means GB 18030, because that is what is sent under
those names.  Only codecs of a list are used: Python knows others that are no
charsets of a mail (``unicode_escape``, ``idna``).  UTF-7, which browsers refuse because
it hides markup in ASCII, is read where it is declared: Exchange sends it, and HTML is
cleaned as decoded text and shown as UTF-8, never under the label of the mail.

The text that comes back can be stored in PostgreSQL: no NUL, no lone surrogate.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

UNKNOWN = "charset_unknown"
"""The label names no charset that we read."""
WRONG = "charset_wrong"
"""The bytes are not what the label says; another charset was used."""
DAMAGED = "charset_damaged"
"""Some bytes cannot be read; they became U+FFFD."""

DETECTION_BYTES = 16 * 1024
"""Bytes shown to the detector: it is slow, and a page tells the language."""
DETECTION_MINIMUM = 48
"""Shorter texts give wild guesses (a French name read as Hungarian)."""

_C1 = {
    0x80 + index: char
    for index, char in enumerate(bytes(range(0x80, 0xA0)).decode("cp1252", "replace"))
    if char != "\ufffd"
}

_ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "usascii": "cp1252",
    "ansi": "cp1252",
    "iso646-us": "cp1252",
    "646": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "tis620": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "latin2": "iso8859-2",
    "latin-2": "iso8859-2",
    "latin5": "cp1254",
    "latin9": "iso8859-15",
    "latin-9": "iso8859-15",
    "western": "cp1252",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "unicode-1-1-utf-8": "utf-8",
    "cp65001": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf7": "utf-7",
    "gb2312": "gb18030",
    "gb-2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb18030-2000": "gb18030",
    "chinese": "gb18030",
    "euc-cn": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp950": "big5hkscs",
    "shift-jis": "cp932",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms-kanji": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "iso-2022-jp-1": "iso2022_jp_ext",
    "iso-2022-jp-2": "iso2022_jp_2",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext",
    "iso-2022-kr": "iso2022_kr",
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "eucjp": "euc_jp",
    "euc-kr": "cp949",
    "x-euc-kr": "cp949",
    "euckr": "cp949",
    "korean": "cp949",
    "uhc": "cp949",
    "windows-949": "cp949",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc-5601": "cp949",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8-ru": "koi8-u",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ce": "mac-latin2",
    "x-mac-centraleurroman": "mac-latin2",
    "x-mac-greek": "mac-greek",
    "x-mac-turkish": "mac-turkish",
}

_NO_LABEL = frozenset(
    {"", "unknown", "x-unknown", "unknown-8bit", "x-user-defined", "default", "none",
     "8bit", "7bit", "binary", "utf", "charset", "iso", "mixed", "auto",
     "default-charset", "unspecified"}
)  # fmt: skip

_KNOWN = frozenset(
    [f"cp{page}" for page in (
        437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865,
        866, 869, 874, 932, 949, 1125, 1250, 1251, 1252, 1253, 1254, 1255, 1256,
        1257, 1258,
    )]
    + [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
    + ["utf-8", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
       "utf-32-be", "gb18030", "hz", "big5hkscs", "iso2022_jp_ext", "iso2022_jp_2",
       "iso2022_kr", "euc_jp", "johab", "koi8-r", "koi8-u", "koi8-t", "kz1048",
       "ptcp154", "mac-roman", "mac-cyrillic", "mac-latin2", "mac-greek",
       "mac-turkish", "mac-iceland"]
)  # fmt: skip

_NOT_ASCII = frozenset(
    ["utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
     "hz", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr"]
)  # fmt: skip
"""Codecs under which a byte below 0x80 may be something else than ASCII."""

_DETECTABLE = [
    "utf_16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256",
    "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949",
]  # fmt: skip

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SURROGATES = re.compile("[\ud800-\udfff]")
_NUMBERED_PAGE = re.compile(r"(?:x-)?(?:windows|cp|ibm|dos|ms|microsoft)-?(?:cp)?(\d+)")
_NUMBERED_ISO = re.compile(r"iso-?8859-?(\d{1,2})(?:[-:]?(?:19|20)\d\d)?")


@lru_cache(maxsize=512)
def codec_of(declared: str | None) -> str | None:
    """The codec that a label means, ``""`` for no label, ``None`` for one unknown."""
    label = (declared or "").strip(" \t\r\n\"'").lower()[:60]
    label = re.sub(r"[\s_.]+", "-", label).strip("-:;,")
    if label in _NO_LABEL:
        return ""
    codec = _ALIASES.get(label, label)
    if label.startswith("ansi-x3"):
        codec = "cp1252"
    elif match := _NUMBERED_PAGE.fullmatch(label):
        codec = f"cp{int(match[1][:6])}"
        codec = _ALIASES.get(codec, codec)
    elif match := _NUMBERED_ISO.fullmatch(label):
        codec = _ALIASES.get(f"iso-8859-{match[1]}", f"iso8859-{match[1]}")
    return codec if codec in _KNOWN else None


def clean_text(text: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii() and _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    return text


def _windows_1252(raw: bytes) -> str:
    # Not the codec "cp1252": that one refuses five bytes, which browsers let pass.
    return raw.decode("latin-1").translate(_C1)


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _mostly(raw: bytes, codec: str) -> str | None:
    """The text if only few characters are damaged, as in a text cut at a byte."""
    try:
        text = raw.decode(codec, "replace")
    except (UnicodeError, LookupError):
        return None
    bad = text.count("\ufffd")
    good = len(text) - bad
    if codec not in _NOT_ASCII:
        # ASCII proves nothing: it reads the same in every other charset.
        good -= len(text.encode("ascii", "ignore"))
    return text if good >= bad * 4 else None


def _detect(raw: bytes) -> str | None:
    """The charset that an unlabelled text seems to have."""
    if len(raw) < DETECTION_MINIMUM:
        return None
    try:
        from charset_normalizer import from_bytes
    except ImportError:  # the guess is a courtesy: Windows-1252 follows
        return None
    best = from_bytes(raw[:DETECTION_BYTES], cp_isolation=_DETECTABLE).best()
    return best.encoding if best is not None else None


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text of ``raw`` and what was odd about it, or ``None``; never raises."""
    codec = codec_of(declared)
    if b"\x1b" not in raw and raw.isascii() and codec not in _NOT_ASCII:
        return clean_text(raw.decode("ascii")), None
    text, defect = _decode(raw, codec)
    text = text.removeprefix("\ufeff")
    return clean_text(text), defect


def _decode(raw: bytes, codec: str | None) -> tuple[str, str | None]:
    label_defect = UNKNOWN if codec is None else None
    for mark, marked in _BOMS:
        if raw.startswith(mark) and (text := _strict(raw, marked)) is not None:
            return text, label_defect
    if codec and codec != "cp1252":
        wide = codec.startswith(("utf-16", "utf-32")) and b"\x00" not in raw
        text = None if wide and _strict(raw, "utf-8") else _strict(raw, codec)
        if text is not None:
            return text, None
        label_defect = WRONG
    elif b"\x1b$" in raw or b"\x1b(" in raw:
        # ISO-2022-JP announces itself; it was sent unlabelled for years.
        if (text := _strict(raw, "iso2022_jp_ext")) is not None:
            return text, WRONG if codec else label_defect
    # UTF-8 under a Latin-1 or ASCII label: real Latin-1 text is next to never
    # valid UTF-8, so what reads as UTF-8 is UTF-8.
    if (text := _strict(raw, "utf-8")) is not None:
        if codec == "cp1252" and not text.isascii():
            label_defect = WRONG
        return text, label_defect
    if codec == "cp1252":
        return _windows_1252(raw), None
    if codec and (text := _mostly(raw, codec)) is not None:
        return text, DAMAGED
    if codec != "utf-8" and (text := _mostly(raw, "utf-8")) is not None:
        return text, DAMAGED
    guess = _detect(raw)
    if guess and (text := _strict(raw, guess)) is not None:
        return text, label_defect
    return _windows_1252(raw), label_defect
