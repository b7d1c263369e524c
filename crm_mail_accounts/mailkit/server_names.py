"""Server names as people type and paste them.

Understood: ``imap.example.com``, ``ssl://smtps.example.com``, ``imaps://...``,
``IMAP: imap.example.com``, ``host:993``, ``host 993``, ``host, port 993``,
``[2001:db8::1]:993``, capitals,
spaces around the dots, a final dot, slash or path, quotes and brackets around it,
characters that nobody sees (zero width, byte order mark, soft and non-breaking
hyphens), full-width forms, international names (IDNA, RFC 3490), and the address of
a web page, whose port says nothing about mail.

What a scheme means:

``ssl`` ``imaps`` ``smtps`` ``submissions`` ``pop3s``
    TLS from the first byte.
``tls``
    the same, but STARTTLS where the port is one of plain text: both are in use.
``starttls``
    STARTTLS.
``imap`` ``smtp`` ``submission`` ``pop3``
    nothing about security.

A scheme wins over a port that contradicts it (``ssl://host:587``): the port stays as
typed and ``contradiction`` is set, because only the server knows which one is wrong.

Errors never repeat the text: people paste passwords into the wrong field.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass

from .errors import InvalidArgument
from .values import Security

_MAX_TYPED = 1000
"""Characters that are read; IDNA's cost grows with the square of a name's length."""
_MAX_NAME = 253
"""Characters of a host name (RFC 1035 2.3.4, without length bytes and root)."""

_SCHEMES: dict[str, Security | None] = {
    "ssl": Security.TLS,
    "tls": Security.TLS,
    "imaps": Security.TLS,
    "smtps": Security.TLS,
    "submissions": Security.TLS,
    "pop3s": Security.TLS,
    "starttls": Security.STARTTLS,
    "imap": None,
    "smtp": None,
    "submission": None,
    "pop3": None,
}
_WEB = frozenset({"http", "https"})
_IMPLICIT_PORTS = frozenset({465, 993, 995})
_PLAIN_PORTS = frozenset({25, 110, 143, 587})
"""Ports where a connection begins in plain text (RFC 8314 section 7)."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)\s*:\s*([/\\]*)\s*", re.IGNORECASE)
_PATH = re.compile(r"[/\\?#]")
_PORT = re.compile(
    r"""(?ix) (?P<host> .*? [^\s:,;] )
    (?: \s* [:,;] \s* | \s+ ) (?: port[ae]? \s* [:=]? \s* )? (?P<port> [0-9]+ )"""
)
_BRACKETS = re.compile(r"\[([^\[\]]*)\]\s*(.*)")
_DOTS = re.compile(r"\s*\.\s*")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_AROUND = " \t\"'`<>()«»“”‘’,;"
"""What stands around a name that was copied out of a text."""


@dataclass(frozen=True)
class ServerName:
    """What somebody typed, taken apart; ``None`` for what was not said.

    ``host`` is lower case, without brackets, international names as A-labels.
    ``contradiction``: security and port do not go together.  ``webmail``: the address
    of a web page was given, so the name may not be that of the mail server.
    """

    host: str
    port: int | None = None
    security: Security | None = None
    contradiction: bool = False
    webmail: bool = False


def read_server(text: str, *, default_port: int | None = None) -> ServerName:
    """The server that ``text`` names; ``default_port`` where no port was typed.

    :raises InvalidArgument: ``host_invalid``, ``port_invalid``, or
        ``host_is_address`` for an e-mail address
    """
    if len(text) > _MAX_TYPED:
        raise _invalid("too long for a name")
    rest = visible(unicodedata.normalize("NFKC", text))
    scheme, rest = _without_scheme(rest.translate(_HYPHENS).strip(_AROUND))
    rest = _PATH.split(rest.lstrip("/\\"), maxsplit=1)[0].strip(_AROUND)
    if "@" in rest:
        raise InvalidArgument("an e-mail address", code="host_is_address")
    typed_host, port = _without_port(rest)
    host = host_name(_DOTS.sub(".", typed_host.strip()))
    if scheme in _WEB:
        return ServerName(host, default_port, webmail=True)
    security = _SCHEMES[scheme] if scheme else None
    if scheme == "tls" and port in _PLAIN_PORTS:
        security = Security.STARTTLS
    return ServerName(
        host,
        default_port if port is None else port,
        security,
        contradiction=port is not None and contradicts(security, port),
    )


def contradicts(security: Security | None, port: int) -> bool:
    """The port is known, and for another security than this one."""
    if security is Security.TLS:
        return port in _PLAIN_PORTS
    return security is not None and port in _IMPLICIT_PORTS


def visible(text: str) -> str:
    """``text`` without the characters that nobody sees, all space as one blank.

    :raises InvalidArgument: control characters
    """
    kept = []
    for char in text.strip():
        category = unicodedata.category(char)
        if char.isspace():
            kept.append(" ")
        elif category == "Cf":
            continue
        elif category in ("Cc", "Cs", "Cn"):
            raise _invalid("characters that no name has")
        else:
            kept.append(char)
    return " ".join("".join(kept).split())


def host_name(text: str) -> str:
    """``text`` as it is connected to: lower case, A-labels, no final dot.

    :raises InvalidArgument: ``host_invalid``
    """
    if len(text) > _MAX_TYPED:
        raise _invalid("too long for a name")
    text = text.removesuffix(".")
    if not text:
        raise _invalid("no name")
    address = ip_address(text)
    if address is not None:
        return str(address)
    try:
        # IDNA 2003 also reads U+3002 and its likes as dots
        name = text.lower().encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        # "from None": the library's error holds the text
        raise _invalid("cannot be the name of a server") from None
    labels = name.split(".")
    if len(name) > _MAX_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise _invalid("cannot be the name of a server")
    if _NUMBER.fullmatch(labels[-1]):
        # "10.1" and "0x7f000001" are addresses to some C libraries
        raise _invalid("not an IP address")
    return name


def domain_name(text: str) -> str:
    """A name with at least one dot, no IP address.

    :raises InvalidArgument: ``host_invalid``
    """
    name = host_name(text)
    if "." not in name or ip_address(name) is not None:
        raise _invalid("not a domain")
    return name


def ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that ``text`` is, without zone (a zone means this machine's)."""
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def _without_scheme(text: str) -> tuple[str, str]:
    found = _SCHEME.match(text)
    if not found:
        return "", text
    scheme, slashes = found[1].lower(), found[2]
    rest = text[found.end() :]
    known = scheme in _SCHEMES or scheme in _WEB
    if not slashes and (not known or not rest or rest.isdigit()):
        return "", text  # "imap:993": a name and its port
    if not known:
        raise _invalid("not the scheme of a mail server")
    return scheme, rest


def _without_port(text: str) -> tuple[str, int | None]:
    """Host and port; a bare IPv6 address has colons but no port."""
    if bracketed := _BRACKETS.fullmatch(text):
        host, rest = bracketed.groups()
        if not isinstance(ip_address(host.strip()), ipaddress.IPv6Address):
            raise _invalid("not an IP address in brackets")
        found = _PORT.fullmatch(f"host {rest}")
        if rest and not found:
            raise InvalidArgument("not a port", code="port_invalid")
        return host, _port(found["port"]) if found else None
    if ip_address(text) is not None:
        return text, None
    if found := _PORT.fullmatch(text):
        return found["host"], _port(found["port"])
    host, _colon, rest = text.partition(":")
    if ":" in rest:
        raise _invalid("not an IP address")
    if rest.strip():
        raise InvalidArgument("not a port", code="port_invalid")
    return host, None


def _port(digits: str) -> int:
    # the length first: int() of a thousand digits is work for nothing
    if len(digits) > 5 or not 0 < int(digits) < 65536:
        raise InvalidArgument("not a port", code="port_invalid")
    return int(digits)


def _invalid(detail: str) -> InvalidArgument:
    return InvalidArgument(detail, code="host_invalid")
