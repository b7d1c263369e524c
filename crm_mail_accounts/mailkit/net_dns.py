"""A part of the network's door: SRV and MX records, for ``discovery``.

The operating system answers only for addresses, so this needs ``dnspython``.  It is
optional: where :func:`available` is false nobody asks, and discovery goes on without.

Questions go to the resolvers that this machine is configured for, and to nobody else.
The name is taken as it is: no search list of the machine's own domain.
"""

from __future__ import annotations

from .errors import InvalidArgument, NetworkError
from .limits import CONNECT_TIMEOUT
from .lookup import MxRecord, SrvRecord

try:
    import dns.exception
    import dns.resolver
except ImportError:
    dns = None


def available() -> bool:
    return dns is not None


def ask(
    name: str, kind: str, timeout: float = CONNECT_TIMEOUT, *, resolver=None
) -> list[SrvRecord] | list[MxRecord]:
    """The records of ``name``, in no particular order; a :data:`lookup.Dns`.

    No such name and no such record are an empty answer.  ``resolver`` is one of
    ``dnspython``, in place of the machine's.

    :raises NetworkError: ``timeout``, or ``host_unknown`` when the resolvers fail
    """
    if dns is None:
        raise NetworkError("no DNS library is installed", code="host_unknown")
    if kind not in ("SRV", "MX"):
        raise InvalidArgument("not a kind of record that is asked for")
    try:
        resolver = resolver or dns.resolver.Resolver()
        answer = resolver.resolve(
            f"{name.rstrip('.')}.",
            kind,
            lifetime=timeout,
            search=False,
            raise_on_no_answer=False,
        )
        return [_record(kind, record) for record in answer.rrset or ()]
    except dns.resolver.NXDOMAIN:
        return []
    except dns.exception.Timeout as err:
        raise NetworkError("asking the DNS: no answer in time", code="timeout") from err
    except (dns.exception.DNSException, OSError) as err:
        failure = f"asking the DNS: {type(err).__name__}"
        raise NetworkError(failure, code="host_unknown") from err


def _record(kind: str, record) -> SrvRecord | MxRecord:
    if kind == "MX":
        return MxRecord(record.preference, record.exchange.to_text())
    return SrvRecord(
        record.priority, record.weight, record.port, record.target.to_text()
    )
