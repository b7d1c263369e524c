"""The order of the sources, and when enough is known.

1. The provider table by the domain of the address: sure, and nobody is asked.
2. The DNS: the provider table by MX, and the domain's SRV records.
3. The configuration file of the domain, unless the DNS told both servers of a
   mailbox without doubt: it costs seconds and tells the domain the address.
4. Usual names, unless one of the above told both servers.

All of it ends by one deadline.  Whatever fails is left out and noted; the one
who asks sees a list, or an empty one and the form to fill in by hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from ..errors import InvalidArgument
from ..limits import DISCOVERY_TIMEOUT
from ..lookup import Dns, Fetch
from . import autoconfig, providers, srv
from .address import MailAddress, read_address
from .asking import Asking
from .candidates import candidates
from .proposal import Confidence, Discovery, Note, Proposal, ProviderTable, Source


def discover(
    address: str,
    *,
    table: ProviderTable | None = None,
    dns: Dns | None = None,
    fetch: Fetch | None = None,
    timeout: float = DISCOVERY_TIMEOUT,
    clock: Callable[[], float] = time.monotonic,
) -> Discovery:
    """What ``address`` may be set up with, best first.  Never raises a MailError.

    Without ``dns`` (``net_dns.ask``) or ``fetch`` (``net_http.fetch``) that source is
    not asked.
    """
    try:
        mail = read_address(address)
    except InvalidArgument as err:
        return Discovery(notes=(Note(Source.ADDRESS, err.code, err.detail),))
    table = table or ProviderTable()
    known = providers.by_domain(mail, table)
    if known:
        return Discovery((known,))
    asking = Asking(dns, fetch, timeout=timeout, clock=clock)
    proposals = _asked(mail, table, asking)
    return Discovery(tuple(_best_first(proposals)), tuple(asking.notes))


def _asked(mail: MailAddress, table: ProviderTable, asking: Asking) -> list[Proposal]:
    proposals, mx_names = providers.by_mx(mail, table, asking)
    by_srv = srv.ask(mail, asking)
    proposals += providers.recognised(by_srv.proposals, table)
    if not _enough(proposals, Confidence.LIKELY):
        proposals += providers.recognised(autoconfig.ask(mail, asking), table)
    if not by_srv.no_imap and not _enough(proposals, Confidence.UNSURE):
        proposals += candidates(mail, mx_names)
    return proposals


def _enough(proposals: Iterable[Proposal], least: Confidence) -> bool:
    return any(
        proposal.complete and proposal.confidence >= least for proposal in proposals
    )


def _best_first(proposals: list[Proposal]) -> list[Proposal]:
    """By confidence, then in the order of the sources; without doubles.

    Two proposals for one provider are one, and so are the same servers with the same
    user name.
    """
    found: dict[object, Proposal] = {}
    for proposal in sorted(proposals, key=lambda item: -item.confidence):
        servers = [
            (server.endpoint, server.username.lower()) if server else None
            for server in (proposal.imap, proposal.smtp)
        ]
        found.setdefault(proposal.provider or tuple(servers), proposal)
    return list(found.values())
