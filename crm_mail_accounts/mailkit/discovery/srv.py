"""SRV records of the mail domain (RFC 6186; ``_submissions``: RFC 8314 5.1).

Implicit TLS goes before STARTTLS, whatever the priorities say (RFC 8314 section 3).
Among equal priorities the highest weight comes first, not a random one: what is
proposed must not change with each try.

Without DNSSEC nobody vouches for a target outside of the mail domain, so that a
person has to look at it (RFC 6186 section 6): such a proposal is ``UNSURE``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidArgument
from ..server_names import domain_name
from ..values import Endpoint, Security
from .address import MailAddress
from .asking import Asking
from .proposal import Confidence, Proposal, Server, Source, paired, within

_IMAP = (("_imaps._tcp", Security.TLS), ("_imap._tcp", Security.STARTTLS))
_SMTP = (
    ("_submissions._tcp", Security.TLS),
    ("_submission._tcp", Security.STARTTLS),
)


@dataclass(frozen=True)
class Answer:
    """``no_imap``: the domain says that it offers none, so that guessing is idle."""

    proposals: list[Proposal]
    no_imap: bool = False


def ask(mail: MailAddress, asking: Asking) -> Answer:
    imap, no_imap = _servers(_IMAP, mail, asking)
    smtp, _no_smtp = _servers(_SMTP, mail, asking)
    proposals = []
    for proposal in paired(imap, smtp, source=Source.SRV, confidence=Confidence.UNSURE):
        hosts = [
            server.endpoint.host for server in (proposal.imap, proposal.smtp) if server
        ]
        if all(within(host, mail.domain) for host in hosts):
            proposal = Proposal(
                Source.SRV, Confidence.LIKELY, imap=proposal.imap, smtp=proposal.smtp
            )
        proposals.append(proposal)
    return Answer(proposals, no_imap)


def _servers(
    services: tuple[tuple[str, Security], ...], mail: MailAddress, asking: Asking
) -> tuple[list[Server], bool]:
    """The servers, and whether the domain refuses every one of the services."""
    servers: list[Server] = []
    refused = 0
    for service, security in services:
        name = f"{service}.{mail.domain}"
        records = sorted(
            asking.srv(name), key=lambda record: (record.priority, -record.weight)
        )
        if records and all(record.target == "." for record in records):
            refused += 1
            asking.note(Source.SRV, "not_offered", name)
            continue
        for record in records:
            try:
                host = domain_name(record.target)
            except InvalidArgument:
                asking.note(Source.SRV, "server_unusable", name)
                continue
            if not 0 < record.port < 65536:
                asking.note(Source.SRV, "server_unusable", name)
                continue
            servers.append(Server(Endpoint(host, record.port, security), mail.text))
    return list(dict.fromkeys(servers)), refused == len(services)
