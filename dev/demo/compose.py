"""Writes MIME by hand, byte for byte, so that every habit of senders can be shown.

The standard library's generator would tidy up what real programs send; here the
caller decides on transfer encoding, header encoding and the style of file names.
Lines end in CRLF everywhere.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

Header = tuple[str, str]
# RFC 5322 advises 78 characters for a header line, RFC 2047 allows 75 per word.
_FOLD = 76
_WORD = 60


@dataclass(frozen=True)
class Part:
    """A MIME entity: its own headers in order, and the encoded body."""

    headers: tuple[Header, ...]
    body: bytes

    def __bytes__(self) -> bytes:
        return head(self.headers) + b"\r\n" + self.body


def head(headers: Iterable[Header]) -> bytes:
    """Header lines; undeclared bytes travel as surrogates."""
    text = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return text.encode("utf-8", "surrogateescape")


def message(headers: Sequence[Header], part: Part) -> bytes:
    """A whole mail: the given headers, then those of the body."""
    return (
        head((*headers, ("MIME-Version", "1.0"), *part.headers)) + b"\r\n" + part.body
    )


def crlf(text: str) -> str:
    """The text with network line ends."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def encode_body(data: bytes, encoding: str) -> bytes:
    """Apply a transfer encoding to bytes that already have network line ends."""
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        encoded = binascii.b2a_qp(data.replace(b"\r\n", b"\n"), istext=True)
        return encoded.replace(b"\n", b"\r\n")
    return data


def text(
    content: str,
    subtype: str = "plain",
    charset: str = "utf-8",
    encoding: str = "",
    params: str = "",
    extra: tuple[Header, ...] = (),
) -> Part:
    """A text part; without a given encoding the mildest sufficient one is taken."""
    data = crlf(content).encode(charset)
    if not encoding:
        short = max((len(line) for line in data.split(b"\r\n")), default=0) < 900
        encoding = "7bit" if data.isascii() and short else "quoted-printable"
    headers = (
        ("Content-Type", f"text/{subtype}; charset={charset}{params}"),
        ("Content-Transfer-Encoding", encoding),
        *extra,
    )
    body = encode_body(data, encoding)
    return Part(headers, body if body.endswith(b"\n") else body + b"\r\n")


def binary(
    kind: str,
    name: str,
    data: bytes,
    *,
    style: str = "rfc2231",
    disposition: str = "attachment",
    content_id: str = "",
) -> Part:
    """A base64 part. ``style`` is how the file name is written: see ``file_name``."""
    headers: list[Header] = [("Content-Type", kind + file_name("name", name, style))]
    headers.append(("Content-Transfer-Encoding", "base64"))
    headers.append(
        ("Content-Disposition", disposition + file_name("filename", name, style))
    )
    if content_id:
        headers.append(("Content-ID", f"<{content_id}>"))
    return Part(tuple(headers), encode_body(data, "base64"))


def file_name(parameter: str, name: str, style: str) -> str:
    """A file name parameter in one of the styles found in the wild.

    ``rfc2231`` is the correct one (continued over lines when long), ``rfc2047`` puts
    encoded words between quotes, ``raw`` writes undeclared UTF-8, ``none`` omits it.
    """
    if style == "none" or not name:
        return ""
    if style == "raw" or (name.isascii() and len(name) < 60):
        return f';\r\n {parameter}="{name}"'
    if style == "rfc2047":
        words = "\r\n ".join(encoded_words(name))
        return f';\r\n {parameter}="{words}"'
    escaped = quote(name, safe="")
    if len(escaped) < 60:
        return f";\r\n {parameter}*=utf-8''{escaped}"
    lines, rest, index = [], f"utf-8''{escaped}", 0
    while rest:
        cut = 58
        while "%" in rest[cut - 2 : cut]:
            cut -= 1
        lines.append(f";\r\n {parameter}*{index}*={rest[:cut]}")
        rest, index = rest[cut:], index + 1
    return "".join(lines)


def multipart(kind: str, mark: str, parts: Sequence[Part], params: str = "") -> Part:
    """Parts between boundaries."""
    line = b"--" + mark.encode()
    body = b"".join(line + b"\r\n" + _closed(bytes(part)) for part in parts)
    value = f'multipart/{kind};{params}\r\n boundary="{mark}"'
    return Part((("Content-Type", value),), body + line + b"--\r\n")


def _closed(data: bytes) -> bytes:
    return data if data.endswith(b"\r\n") else data + b"\r\n"


def enclosed(raw: bytes, name: str = "", style: str = "rfc2231") -> Part:
    """A whole mail inside a mail."""
    headers = (
        ("Content-Type", "message/rfc822" + file_name("name", name, style)),
        (
            "Content-Disposition",
            "attachment" + file_name("filename", name, style),
        ),
    )
    return Part(headers if name else headers[:1], raw)


def boundary(rng: Random, client: str) -> str:
    """A boundary in the manner of a mail program."""
    digits = f"{rng.getrandbits(96):024x}"
    return {
        "gmail": f"000000000000{digits[:16]}",
        "outlook": f"----=_NextPart_000_{digits[:4].upper()}_01D{digits[4:18].upper()}",
        "apple": f"Apple-Mail=_{digits[:8]}-{digits[8:12]}-{digits[12:]}".upper(),
    }.get(client, f"------------{digits}")


def encoded_words(value: str, charset: str = "utf-8", method: str = "Q") -> list[str]:
    """RFC 2047 words, each short enough and never cutting a character."""
    words, piece = [], ""
    for char in value:
        candidate = _word(piece + char, charset, method)
        if piece and len(candidate) > _WORD:
            words.append(_word(piece, charset, method))
            piece = char
        else:
            piece += char
    return [*words, _word(piece, charset, method)]


def _word(piece: str, charset: str, method: str) -> str:
    data = piece.encode(charset)
    if method == "B":
        return f"=?{charset}?B?{base64.b64encode(data).decode()}?="
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"
    quoted = "".join(
        "_" if byte == 32 else chr(byte) if byte in plain else f"={byte:02X}"
        for byte in data
    )
    return f"=?{charset}?Q?{quoted}?="


def header(value: str, charset: str = "utf-8", method: str = "Q") -> str:
    """An unstructured header value, encoded if needed and folded."""
    if not value.isascii():
        return "\r\n ".join(encoded_words(value, charset, method))
    lines, line = [], ""
    for word in value.split(" "):
        if line and len(line) + len(word) > _FOLD - 12:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def address(name: str, email: str, charset: str = "utf-8", method: str = "Q") -> str:
    """A mailbox with its display name."""
    if not name:
        return email
    if not name.isascii():
        shown = "\r\n ".join(encoded_words(name, charset, method))
    elif any(char in name for char in '.,;:"()<>@[]\\&'):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    else:
        shown = name
    return f"{shown} <{email}>"


def addresses(people: Iterable[tuple[str, str]]) -> str:
    """A list of mailboxes, one to a line."""
    return ",\r\n ".join(address(name, email) for name, email in people)


def references(ids: Sequence[str]) -> str:
    """Message-IDs of a thread, one to a line as programs fold them."""
    return "\r\n ".join(ids)
