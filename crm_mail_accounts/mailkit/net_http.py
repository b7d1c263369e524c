"""A part of the network's door: one HTTPS GET, for ``discovery``.

Hand-made on :class:`stream.Stream`, because the whole exchange has one deadline
however slowly the other side drips, and every part of it has a limit; the clients
of the standard library bound the single read only.

One request, one connection: no redirection is followed (the caller judges where it
leads), no proxy, no cookie, no compression, no authentication.  The certificate is
always verified.  Only addresses that the resolver returned are connected to; the
one used by default, :func:`net.public_resolver`, returns none of this machine and none
of
a private network, whatever the DNS says.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from . import net
from .errors import InvalidArgument, LimitExceeded, NetworkError, ProtocolError
from .limits import MAX_BODY
from .lookup import HttpAnswer
from .server_names import host_name
from .stream import Stream
from .trace import printable
from .values import Endpoint, Security

_MAX_LINE = 8 * 1024
"""Bytes of one header line; some servers send long policies."""
_MAX_HEADERS = 100
_MAX_INTERIM = 5
"""Answers 1xx before the real one (RFC 9110 15.2)."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: .*)?")
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})\s*(?:;.*)?")
_SAFE = "/?&=%+-._~!$'()*,;:@"
"""What stays as it is in the target of a request (RFC 3986 3.3 and 3.4)."""


# -- request ------------------------------------------------------------------


def fetch(
    url: str,
    timeout: float,
    *,
    resolver: net.Resolver = net.public_resolver,
    clock: Callable[[], float] = time.monotonic,
) -> HttpAnswer:
    """GET ``url`` within ``timeout`` seconds in all; a :data:`lookup.Fetch`.

    The body is read for status 200 only.

    :raises MailError: also ``limit_exceeded`` for a body beyond ``MAX_BODY``, and
        ``invalid_argument`` for anything but an ``https`` URL
    """
    endpoint, target = _destination(url)
    end = clock() + timeout

    def left() -> float:
        seconds = end - clock()
        if seconds <= 0:
            raise NetworkError("the server took too long in all", code="timeout")
        return seconds

    addresses = net.resolve(
        endpoint.host, endpoint.port, timeout=left(), resolver=resolver
    )
    sock = net.connect(addresses, timeout=left())
    try:
        tls = net.handshake(sock, endpoint, timeout=left())
    except BaseException:
        sock.close()
        raise
    stream = Stream(tls, read_timeout=timeout, clock=clock)
    try:
        stream.bound(left())
        _ask(stream, endpoint, target)
        return _answer(stream)
    finally:
        stream.close()


def _destination(url: str) -> tuple[Endpoint, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise InvalidArgument("not a URL") from None
    if parts.scheme != "https" or "@" in parts.netloc:
        raise InvalidArgument("not an https URL")
    target = quote(parts.path or "/", _SAFE)
    if parts.query:
        target += "?" + quote(parts.query, _SAFE)
    return Endpoint(host_name(parts.hostname or ""), port, Security.TLS), target


def _ask(stream: Stream, endpoint: Endpoint, target: str) -> None:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    if endpoint.port != 443:
        host = f"{host}:{endpoint.port}"
    for line in (
        f"GET {target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: crm_mail_accounts",
        "Accept: application/xml, text/xml;q=0.9, */*;q=0.1",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
    ):
        stream.send_line(line.encode("ascii"))


# -- answer -------------------------------------------------------------------


def _answer(stream: Stream) -> HttpAnswer:
    for _interim in range(_MAX_INTERIM):
        status = _status(stream)
        headers = _headers(stream)
        if status >= 200:
            break
    else:
        raise ProtocolError("HTTP: no final answer")
    body = _body(stream, headers) if status == 200 else b""
    return HttpAnswer(status, headers.get("location", ""), body)


def _status(stream: Stream) -> int:
    line = stream.read_line(_MAX_LINE)
    found = _STATUS.fullmatch(line)
    if not found:
        raise ProtocolError(f"not HTTP: {printable(line, 60)}")
    return int(found[1])


def _headers(stream: Stream) -> dict[str, str]:
    """The header fields by their names in lower case, the first one of each."""
    headers: dict[str, str] = {}
    for _index in range(_MAX_HEADERS):
        line = stream.read_line(_MAX_LINE)
        if not line:
            return headers
        name, _colon, value = line.decode("latin-1").partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    raise LimitExceeded(f"more than {_MAX_HEADERS} header fields")


def _body(stream: Stream, headers: dict[str, str]) -> bytes:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ProtocolError("HTTP: compressed although that was not asked for")
    coding = headers.get("transfer-encoding", "").lower()
    if coding == "chunked":
        return _chunks(stream)
    if coding and coding != "identity":
        raise ProtocolError("HTTP: an unknown transfer coding")
    length = headers.get("content-length")
    if length is None:
        return _until_close(stream)
    if not (length.isascii() and length.isdigit()):
        raise ProtocolError("HTTP: a length that is no number")
    # compared as text first: int() of a thousand digits is work for nothing
    if len(length) > 9 or int(length) > MAX_BODY:
        raise _too_large()
    return stream.read_block(int(length))


def _chunks(stream: Stream) -> bytes:
    """RFC 9112 7.1; the trailer is left unread, the connection ends here."""
    chunks: list[bytes] = []
    total = 0
    while True:
        found = _CHUNK_SIZE.fullmatch(stream.read_line(_MAX_LINE))
        if not found:
            raise ProtocolError("HTTP: a chunk without size")
        size = int(found[1], 16)
        if not size:
            return b"".join(chunks)
        total += size
        if total > MAX_BODY:
            raise _too_large()
        chunks.append(stream.read_block(size))
        if stream.read_line(_MAX_LINE):
            raise ProtocolError("HTTP: a chunk longer than its size")


def _until_close(stream: Stream) -> bytes:
    try:
        body = stream.peek(MAX_BODY + 1)
    except NetworkError as err:
        if err.code == "connection_lost":
            return b""
        raise
    if len(body) > MAX_BODY:
        raise _too_large()
    return body


def _too_large() -> LimitExceeded:
    return LimitExceeded(f"a page of more than {MAX_BODY} bytes")
