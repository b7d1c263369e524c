"""An address as a server takes it: checked, its domain in A-labels (RFC 5890).

A domain in Unicode is written in ASCII for every server, so only a local part that is
not ASCII asks for SMTPUTF8 (``mailkit/smtp/smtputf8.py``).
"""

from __future__ import annotations

import re
import unicodedata

from ..errors import InvalidArgument
from ..limits import MAX_EMAIL
from ..server_names import domain_name, ip_address

# Not only dot-atom: "a..b" and "a." are addresses that a Japanese provider gave away.
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]\x00-\x20\x7f-\xa0]{1,64}")
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[ -~]){0,62}"')
_LITERAL = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\]", re.IGNORECASE)
_DEVIATIONS = re.compile("[ßς]")
"""IDNA 2003, which the library speaks, turns these into "ss" and "σ": the domain of
somebody else (RFC 5894 7.2)."""


def wire_address(email: str) -> str:
    """``local@domain`` as it is written into a header and an envelope.

    A name without a dot is no domain (RFC 5321 2.3.5); ``[192.0.2.1]`` is one.

    :raises InvalidArgument: ``address_invalid``
    """
    local, _at, domain = email.strip().rpartition("@")
    if len(email) > MAX_EMAIL or not (
        _LOCAL.fullmatch(local) or _QUOTED.fullmatch(local)
    ):
        raise InvalidArgument("not a mail address", code="address_invalid")
    if not local.isprintable():
        raise InvalidArgument("not a mail address", code="address_invalid")
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """The domain in A-labels, letters as they are typed where they are ASCII.

    :raises InvalidArgument: ``address_invalid``
    """
    literal = _LITERAL.fullmatch(domain)
    if literal and ip_address(literal[1]) is not None:
        return domain
    try:
        labels = (_label(label) for label in domain.split("."))
        written = ".".join(labels) if _DEVIATIONS.search(domain) else domain
        name = domain_name(written)
    except (InvalidArgument, UnicodeError):
        # "from None": the error would hold the text
        raise InvalidArgument("not a mail domain", code="address_invalid") from None
    return written.removesuffix(".") if written.isascii() else name


def _label(label: str) -> str:
    if label.isascii():
        return label
    label = unicodedata.normalize("NFC", label.lower())
    return "xn--" + label.encode("punycode").decode("ascii")
