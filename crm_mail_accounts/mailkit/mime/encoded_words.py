"""Encoded words of RFC 2047 in header values, as real clients write them.

Read here although the RFC forbids it: words inside quotes, spaces and question
marks inside a word, a character split over two words, 8-bit bytes next to words,
unknown charsets.  A header is one line of text: control characters that were
hidden in a word become spaces, and the marks that reverse the direction of text
(used to disguise names and file extensions) are dropped.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp

from . import charsets

# Every repetition ends at a question mark, so the time is linear in the length.
_WORD = re.compile(
    rb"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*(?:(?<!=)\?(?!=)[^?]*){0,8})\?=",
)
_CONTROLS = re.compile("[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def one_line(text: str) -> str:
    """Text that stays on one line and in its own direction."""
    if text.isprintable():
        return text
    text = _CONTROLS.sub(" ", text)
    return text if text.isascii() else _DIRECTION.sub("", text)


def _base64(data: bytes) -> bytes:
    data = _NOT_BASE64.sub(b"", data)
    if len(data) % 4 == 1:
        data = data[:-1]
    try:
        return a2b_base64(data + b"=" * (-len(data) % 4))
    except Base64Error:
        return b""


def _decode_run(words: list[tuple[bytes, bytes]], charset: str) -> str:
    """Adjacent words of one charset, together: a character may be split over two."""
    content = b""
    pending = b""  # base64 of words that were cut between groups of four
    for encoding, data in words:
        if encoding in b"bB":
            pending += data
            if len(pending) % 4 == 0 or pending.endswith(b"="):
                content += _base64(pending)
                pending = b""
        else:
            content += _base64(pending) + a2b_qp(data, header=True)
            pending = b""
    content += _base64(pending)
    return charsets.decode(content, charset)[0]


def decode_words(raw: bytes | str) -> str:
    """The readable text of an unstructured header value or of a phrase.

    Never raises.  Space between two encoded words goes (RFC 2047 6.2); other
    space is kept as written.
    """
    if isinstance(raw, str):
        if "=?" not in raw:
            return one_line(charsets.clean_text(raw))
        raw = raw.encode("utf-8", "surrogatepass")
    if b"=?" not in raw:
        return one_line(charsets.decode(raw, None)[0])

    result: list[str] = []
    run: list[tuple[bytes, bytes]] = []
    run_charset = ""
    position = 0
    for match in _WORD.finditer(raw):
        between = raw[position : match.start()]
        charset = match[1].split(b"*", 1)[0].decode("latin-1").lower()
        if run and (between.strip() or charset != run_charset):
            result.append(_decode_run(run, run_charset))
            run = []
        if between.strip() or not position:
            result.append(charsets.decode(between, None)[0])
        run.append((match[2], match[3]))
        run_charset = charset
        position = match.end()
    if run:
        result.append(_decode_run(run, run_charset))
    result.append(charsets.decode(raw[position:], None)[0])
    return one_line("".join(result))
