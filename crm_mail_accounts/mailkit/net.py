"""The network's door: the only module of this package that opens sockets.

A connection is made in steps, so that a test can time and name each of them:
:func:`resolve`, :func:`connect`, :func:`handshake`; :func:`open_socket` is their
sum, :func:`start_tls` is the handshake on a connection that began in plain text.

Every step has a *total* bound, however slowly the other side drips: the name
look-up runs in a thread that is left behind when it does not come back (the C
library offers no bound), the addresses share one bound, and the TLS handshake's
socket timeout counts over the whole handshake.

Errors of the operating system and of TLS become :class:`errors.NetworkError` and
:class:`errors.TlsError` here and nowhere else.  When a certificate was refused, a
second connection that verifies nothing and sends nothing but the handshake reads
what the certificate says, because a person can only decide on facts.

A pinned certificate takes the place of every other check: its fingerprint is
compared right behind the handshake, before anybody has the socket to write to.

Host policy (which addresses may be reached) is decided in the ``resolver``: by
``Endpoint.public_only``, or by one that the caller hands in.  Only addresses that
the resolver returned are connected to, so a name cannot be checked as one address
and reached as another.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timezone
from functools import lru_cache

from cryptography import x509

from .errors import NetworkError, TlsError
from .host_policy import is_public
from .limits import CONNECT_TIMEOUT, MAX_HOST_ADDRESSES, READ_TIMEOUT
from .values import CertificateFacts, Endpoint, Security, TlsFacts

Address = tuple[int, tuple]
"""Address family and socket address, as ``socket`` takes them."""

Resolver = Callable[[str, int], Sequence[Address]]
"""Host and port to addresses; may raise :class:`errors.MailError` to refuse."""

_VERIFY_CODES = {
    9: "certificate_not_yet_valid",
    10: "certificate_expired",
    18: "certificate_self_signed",
    62: "certificate_wrong_name",
    64: "certificate_wrong_name",  # the IP address is not in the certificate
}
"""OpenSSL's X509_V_ERR numbers; every other one means an untrusted chain."""

_PLAIN_TEXT_REASONS = frozenset(
    {
        "WRONG_VERSION_NUMBER",
        "UNKNOWN_PROTOCOL",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",  # OpenSSL 3.2 and later
        "HTTP_REQUEST",
    }
)
_UNREACHABLE = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.EHOSTDOWN,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EACCES,
        errno.EPERM,
    }
)
_TELLING_FIRST = ("connection_refused", "timeout", "unreachable", "connection_lost")
"""Of several addresses' failures the first kind is reported: an IPv6 route that
does not exist says nothing when the IPv4 address refused."""


# -- errors -------------------------------------------------------------------


def translated(err: OSError, doing: str) -> NetworkError | TlsError:
    """The error of this package for one of ``socket`` or ``ssl``."""
    if isinstance(err, ssl.SSLCertVerificationError):
        code = _VERIFY_CODES.get(err.verify_code, "certificate_untrusted")
        return TlsError(f"{doing}: {err.verify_message}", code=code)
    if isinstance(err, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return NetworkError(f"{doing}: the server closed the connection")
    if isinstance(err, ssl.SSLError):
        reason = err.reason or str(err)
        plain = err.reason in _PLAIN_TEXT_REASONS
        return TlsError(
            f"{doing}: {reason.replace('_', ' ').lower()}",
            code="tls_plain_server" if plain else "tls_failed",
        )
    if isinstance(err, TimeoutError):
        return NetworkError(f"{doing}: no answer in time", code="timeout")
    if isinstance(err, socket.gaierror):
        return NetworkError(f"{doing}: {err.strerror}", code="host_unknown")
    if isinstance(err, ConnectionRefusedError):
        return NetworkError(f"{doing}: refused", code="connection_refused")
    if err.errno in _UNREACHABLE:
        return NetworkError(f"{doing}: {err.strerror}", code="unreachable")
    return NetworkError(f"{doing}: {err.strerror or err}", code="connection_lost")


# -- name ---------------------------------------------------------------------


def system_resolver(host: str, port: int) -> list[Address]:
    """The operating system's answer, in its order (RFC 6724)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _type, _proto, _name, address in found]


def public_resolver(
    host: str, port: int, *, resolver: Resolver = system_resolver
) -> list[Address]:
    """Those addresses of ``host`` that anybody can reach.

    :raises NetworkError: ``host_unknown`` when there is none; the text does not
        tell a name of the private network from one that does not exist
    """
    found = [
        (family, address)
        for family, address in resolver(host, port)
        if is_public(str(address[0]))
    ]
    if not found:
        raise NetworkError(
            "looking up the server's name: no address", code="host_unknown"
        )
    return found


def resolver_of(endpoint: Endpoint, given: Resolver | None = None) -> Resolver:
    """The resolver to use for an endpoint: the given one, else by its host policy."""
    if given is not None:
        return given
    return public_resolver if endpoint.public_only else system_resolver


def resolve(
    host: str,
    port: int,
    *,
    timeout: float = CONNECT_TIMEOUT,
    resolver: Resolver | None = None,
) -> list[Address]:
    """The addresses of ``host``, at most ``MAX_HOST_ADDRESSES``, never empty."""
    doing = "looking up the server's name"
    if not host or not 0 < port < 65536:
        # an empty name would be read as this very machine
        raise NetworkError(f"{doing}: no such name or port", code="host_unknown")
    look_up = resolver or system_resolver
    outcome: list = []

    def work() -> None:
        try:
            outcome.append(list(look_up(host, port)))
        except Exception as err:  # handed to the caller's thread below
            outcome.append(err)

    thread = threading.Thread(target=work, name="mailkit-resolve", daemon=True)
    thread.start()
    thread.join(timeout)
    if not outcome:
        raise NetworkError(f"{doing}: no answer in time", code="timeout")
    (result,) = outcome
    if isinstance(result, socket.gaierror):
        raise translated(result, doing) from result
    if isinstance(result, UnicodeError | ValueError | OSError):
        # labels that are empty or too long for IDNA, a NUL in the name
        raise NetworkError(f"{doing}: not a name", code="host_unknown") from result
    if isinstance(result, Exception):
        raise result
    if not result:
        raise NetworkError(f"{doing}: no address", code="host_unknown")
    return list(dict.fromkeys(result))[:MAX_HOST_ADDRESSES]


# -- TCP ----------------------------------------------------------------------


def connect(
    addresses: Sequence[Address],
    *,
    timeout: float = CONNECT_TIMEOUT,
    clock: Callable[[], float] = time.monotonic,
) -> socket.socket:
    """A TCP connection to the first address that answers.

    Each address gets an equal share of what is left, so that one that swallows
    packets does not keep us from the next one.
    """
    deadline = clock() + timeout
    failures: list[NetworkError | TlsError] = []
    cause: OSError | None = None
    for index, (family, address) in enumerate(addresses):
        share = (deadline - clock()) / (len(addresses) - index)
        if share <= 0:
            break
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(share)
            sock.connect(address)
            _tune(sock)
            return sock
        except OSError as err:
            sock.close()
            cause = err
            failures.append(translated(err, "connecting"))
        except BaseException:
            sock.close()
            raise
    if not failures:
        failures.append(NetworkError("connecting: no answer in time", code="timeout"))
    failures.sort(
        key=lambda failure: (
            _TELLING_FIRST.index(failure.code)
            if failure.code in _TELLING_FIRST
            else len(_TELLING_FIRST)
        )
    )
    raise failures[0] from cause


def _tune(sock: socket.socket) -> None:
    """No Nagle (a literal behind its command would wait for an ACK); keepalive
    finds connections that a router forgot."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30)):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, seconds)


_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


def can_acknowledge_quickly(sock: socket.socket) -> bool:
    """Only Linux, and only TCP."""
    return _QUICKACK is not None and sock.family in (socket.AF_INET, socket.AF_INET6)


def acknowledge_quickly(sock: socket.socket) -> None:
    """Acknowledge what comes next at once.  Some servers wait for the ACK of a
    small packet before they send the following one, 40 ms each time; the kernel
    forgets the wish, so it is renewed before each read."""
    sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


# -- TLS ----------------------------------------------------------------------


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """Verified against the system's authorities (SSL_CERT_FILE is honoured) and
    the endpoint's; unverified only when the endpoint says so or pins a certificate,
    which :func:`handshake` then checks."""
    if endpoint.pinned_sha256 or not endpoint.verify_certificate:
        return _context(False, None, ())
    paths = ssl.get_default_verify_paths()
    files = (endpoint.ca_file, paths.cafile, paths.capath)
    return _context(True, endpoint.ca_file, tuple(map(_version, files)))


@lru_cache(maxsize=16)
def _context(verified: bool, ca_file: str | None, _versions: tuple) -> ssl.SSLContext:
    """Made once for each state of the authorities' files: reading hundreds of them is
    most of the work of a connection.  Nobody changes a context after this."""
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError) as err:  # ssl.SSLError is an OSError
            raise TlsError("the file of authorities cannot be read") from err
    return context


def _version(path: str | None) -> tuple:
    """What changes when a file or folder is changed; its name with it."""
    try:
        found = os.stat(path) if path else None
    except OSError:
        found = None
    return path, found and (found.st_mtime_ns, found.st_size, found.st_ino)


def handshake(
    sock: socket.socket,
    endpoint: Endpoint,
    *,
    timeout: float = CONNECT_TIMEOUT,
    again: Callable[[], socket.socket] | None = None,
) -> ssl.SSLSocket:
    """TLS on a connected socket, which is consumed whether this succeeds or not.

    ``again`` makes another connection that is ready for a handshake: it is used
    to read the certificate's facts after its verification failed.
    """
    try:
        tls = _wrapped(sock, endpoint, tls_context(endpoint), timeout)
    except TlsError as error:
        if again is not None and error.code.startswith("certificate_"):
            error.facts = _unverified_facts(endpoint, again, timeout)
        raise
    if endpoint.pinned_sha256:
        _check_pin(tls, endpoint.pinned_sha256)
    return tls


def _check_pin(tls: ssl.SSLSocket, pinned: str) -> None:
    """Closes and raises on every other certificate, and on none."""
    der = tls.getpeercert(binary_form=True) or b""
    try:
        wanted = bytes.fromhex(re.sub(r"[\s:]", "", pinned))
    except ValueError:
        wanted = b""  # no digest is empty
    if not hmac.compare_digest(hashlib.sha256(der).digest(), wanted):
        tls.close()
        raise TlsError(
            "TLS handshake: not the pinned certificate",
            code="certificate_changed",
            facts=read_certificate(der),
        )


def _wrapped(sock, endpoint, context, timeout) -> ssl.SSLSocket:
    try:
        tls = context.wrap_socket(
            sock,
            server_hostname=endpoint.host.rstrip("."),
            do_handshake_on_connect=False,
        )
    except (OSError, ValueError) as err:  # also UnicodeError: not a name for SNI
        sock.close()
        raise TlsError("TLS: the server's name cannot be used") from err
    try:
        tls.settimeout(timeout)
        tls.do_handshake()
    except OSError as err:
        tls.close()
        raise translated(err, "TLS handshake") from err
    except BaseException:
        tls.close()
        raise
    return tls


def _unverified_facts(endpoint, again, timeout) -> CertificateFacts | None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        tls = _wrapped(again(), endpoint, context, timeout)
    except (NetworkError, TlsError):
        return None  # the first error is the one to tell
    try:
        return read_certificate(tls.getpeercert(binary_form=True))
    finally:
        tls.close()


def tls_facts(sock: socket.socket) -> TlsFacts | None:
    """Version, cipher and certificate of a connection; ``None`` in plain text."""
    if not isinstance(sock, ssl.SSLSocket):
        return None
    cipher = sock.cipher()
    return TlsFacts(
        version=sock.version() or "",
        cipher=cipher[0] if cipher else "",
        certificate=read_certificate(sock.getpeercert(binary_form=True)),
    )


def read_certificate(der: bytes | None) -> CertificateFacts | None:
    """What the certificate says; ``None`` for none or an unreadable one."""
    if not der:
        return None
    try:
        certificate = x509.load_der_x509_certificate(der)
        return CertificateFacts(
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            not_before=_date(certificate, "not_valid_before"),
            not_after=_date(certificate, "not_valid_after"),
            sha256=hashlib.sha256(der).hexdigest(),
            names=_names(certificate),
        )
    except (ValueError, TypeError, x509.InvalidVersion):
        return None


def _date(certificate, name):
    # cryptography 42 renamed the attributes; older ones give naive UTC
    aware = getattr(certificate, f"{name}_utc", None)
    return aware or getattr(certificate, name).replace(tzinfo=timezone.utc)


def _names(certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    names = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return tuple(names) + tuple(str(address) for address in addresses)


# -- all of it ----------------------------------------------------------------


def open_socket(
    endpoint: Endpoint,
    *,
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
    resolver: Resolver | None = None,
) -> socket.socket:
    """A connected socket, with TLS when the endpoint's security is implicit TLS."""
    addresses = resolve(
        endpoint.host,
        endpoint.port,
        timeout=connect_timeout,
        resolver=resolver_of(endpoint, resolver),
    )
    sock = connect(addresses, timeout=connect_timeout)
    if endpoint.security is Security.TLS:
        sock = secured(sock, endpoint, timeout=connect_timeout)
    sock.settimeout(read_timeout)
    return sock


def secured(
    sock: socket.socket, endpoint: Endpoint, *, timeout: float = CONNECT_TIMEOUT
) -> ssl.SSLSocket:
    """Implicit TLS on a fresh connection; the facts come from the same address."""
    address = peer(sock)
    return handshake(
        sock,
        endpoint,
        timeout=timeout,
        again=lambda: connect([address], timeout=timeout),
    )


def start_tls(
    sock: socket.socket,
    endpoint: Endpoint,
    *,
    timeout: float = CONNECT_TIMEOUT,
    again: Callable[[], socket.socket] | None = None,
) -> ssl.SSLSocket:
    """TLS behind a protocol's STARTTLS, whose answer must have been the last byte
    read (RFC 3207 section 6, RFC 9051 6.2.1)."""
    return handshake(sock, endpoint, timeout=timeout, again=again)


def peer(sock: socket.socket) -> Address:
    """The address that a socket is connected to."""
    try:
        return sock.family, sock.getpeername()
    except OSError as err:
        raise translated(err, "connecting") from err


def shown(address: Address) -> str:
    """An address for a person: the IP, without port and scope."""
    host = str(address[1][0]).partition("%")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host
