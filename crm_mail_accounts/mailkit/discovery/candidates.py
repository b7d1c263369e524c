"""Usual names, when nobody says anything.  Only the connection test knows which of
them exist; here nothing is asked.

All are within the mail domain: the name of a stranger's server is never guessed,
because a password will be sent there.
"""

from __future__ import annotations

from ..errors import InvalidArgument
from ..limits import MAX_CANDIDATES
from ..server_names import domain_name
from ..values import Endpoint, Security
from .address import MailAddress
from .proposal import Confidence, Proposal, Server, Source, within

# (IMAP, SMTP) below the domain; the first ones are the most common.
_PREFIXES = (("imap", "smtp"), ("mail", "mail"), ("mail", "smtp"), ("imaps", "smtps"))
_SUBMISSION = ((465, Security.TLS), (587, Security.STARTTLS))


def candidates(mail: MailAddress, mx_names: list[str]) -> list[Proposal]:
    """Pairs to try, by implicit TLS first; an MX within the domain often is the
    mail server of a small company."""
    hosts = [
        (f"{imap}.{mail.domain}", f"{smtp}.{mail.domain}") for imap, smtp in _PREFIXES
    ]
    own_mx = [name for name in mx_names if within(name, mail.domain)]
    hosts[1:1] = [(name, name) for name in own_mx[:1]]
    hosts = list(dict.fromkeys(hosts))
    found = [
        _proposal(imap, smtp, port, security, mail)
        for port, security in _SUBMISSION
        for imap, smtp in hosts
    ]
    return [proposal for proposal in found if proposal][:MAX_CANDIDATES]


def _proposal(
    imap: str, smtp: str, port: int, security: Security, mail: MailAddress
) -> Proposal | None:
    try:
        imap, smtp = domain_name(imap), domain_name(smtp)
    except InvalidArgument:
        return None  # together they are longer than a name may be
    return Proposal(
        Source.GUESS,
        Confidence.GUESS,
        imap=Server(Endpoint(imap, 993, Security.TLS), mail.text),
        smtp=Server(Endpoint(smtp, port, security), mail.text),
    )
