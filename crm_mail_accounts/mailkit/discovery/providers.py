"""The provider table: which provider a domain, an MX or a server belongs to."""

from __future__ import annotations

from dataclasses import replace

from ..errors import InvalidArgument
from ..server_names import host_name
from .address import MailAddress
from .asking import Asking
from .proposal import Confidence, Proposal, ProviderTable, Source, within


def by_domain(mail: MailAddress, table: ProviderTable) -> Proposal | None:
    for domain, key in table.domains:
        if _plain(domain) == mail.domain:
            return Proposal(Source.DOMAIN, Confidence.SURE, key)
    return None


def by_mx(
    mail: MailAddress, table: ProviderTable, asking: Asking
) -> tuple[list[Proposal], list[str]]:
    """A proposal for each provider that takes the domain's mail, and the names of
    its MX, best first."""
    records = sorted(asking.mx(mail.domain), key=lambda record: record.preference)
    if any(record.target.strip(".") == "" for record in records):
        asking.note(Source.MX, "takes_no_mail", mail.domain)
    names = [name for name in (_plain(record.target) for record in records) if name]
    keys = [_longest(name, table.mx_suffixes) for name in names]
    return [
        Proposal(Source.MX, Confidence.LIKELY, key)
        for key in dict.fromkeys(filter(None, keys))
    ], list(dict.fromkeys(names))


def recognised(proposals: list[Proposal], table: ProviderTable) -> list[Proposal]:
    """The same; those whose servers are all of one provider get its key.

    They become ``LIKELY``: what is used then is our own record of the provider, so
    a forged answer leads nowhere.
    """
    return [_recognised(proposal, table) for proposal in proposals]


def _recognised(proposal: Proposal, table: ProviderTable) -> Proposal:
    keys = {
        _longest(server.endpoint.host, table.host_suffixes)
        for server in (proposal.imap, proposal.smtp)
        if server
    }
    key = keys.pop() if len(keys) == 1 else None
    if key is None:
        return proposal
    likely = max(proposal.confidence, Confidence.LIKELY)
    return replace(proposal, provider=key, confidence=likely)


def _longest(name: str, suffixes: tuple[tuple[str, str], ...]) -> str | None:
    found = [
        (len(suffix), key)
        for suffix, key in ((_plain(text), key) for text, key in suffixes)
        if suffix and within(name, suffix)
    ]
    return max(found)[1] if found else None


def _plain(name: str) -> str:
    """As names are compared; ``""`` for what cannot be one."""
    try:
        return host_name(name.strip().lstrip("."))
    except InvalidArgument:
        return ""
