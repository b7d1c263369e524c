"""What discovery proposes, and what it noted on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from ..limits import MAX_SERVERS
from ..values import Endpoint
from .address import MailAddress


class Source(str, Enum):
    """Who said so; the values are shown to the administrator, as words of a log."""

    ADDRESS = "address"
    DOMAIN = "domain"
    MX = "mx"
    SRV = "srv"
    AUTOCONFIG = "autoconfig"
    GUESS = "guess"


class Confidence(IntEnum):
    """How sure it is that these are the servers; more is better."""

    GUESS = 1
    """Nobody said so, these names are usual."""
    UNSURE = 2
    """Somebody said so, but a person should look at it: the servers are elsewhere
    and nobody vouches for the answer, or they take passwords in plain text."""
    LIKELY = 3
    SURE = 4


class UsernameForm(str, Enum):
    ADDRESS = "address"
    LOCALPART = "localpart"
    OTHER = "other"


class Authentication(str, Enum):
    PASSWORD = "password"
    OAUTH2 = "oauth2"
    NONE = "none"


@dataclass(frozen=True)
class Server:
    """A server, and the name by which it knows the mailbox; the ways to log in are
    in the order of its preference."""

    endpoint: Endpoint
    username: str
    username_form: UsernameForm = UsernameForm.ADDRESS
    authentication: tuple[Authentication, ...] = (Authentication.PASSWORD,)


@dataclass(frozen=True)
class Proposal:
    """A mailbox's servers.  With a ``provider`` the servers are in its record, and
    those here, if any, are what the source said itself."""

    source: Source
    confidence: Confidence
    provider: str | None = None
    imap: Server | None = None
    smtp: Server | None = None

    @property
    def complete(self) -> bool:
        return bool(self.provider or (self.imap and self.smtp))

    @property
    def username_form(self) -> UsernameForm:
        server = self.imap or self.smtp
        return server.username_form if server else UsernameForm.ADDRESS


@dataclass(frozen=True)
class Note:
    """Something that led to no proposal, for the log: never shown as a failure.

    ``code`` is that of a :class:`errors.MailError`, or one of: ``timeout`` (of the
    whole search), ``takes_no_mail``, ``not_offered``, ``server_unusable``,
    ``http_status``, ``redirect_refused``, ``too_many_redirects``,
    ``autoconfig_invalid``.
    """

    source: Source
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Discovery:
    """The proposals, best first, without doubles."""

    proposals: tuple[Proposal, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class ProviderTable:
    """What is known about providers, each a name and the provider's key.

    ``domains`` are mail domains; ``mx_suffixes`` and ``host_suffixes`` are names of
    servers, or of the domain that these are in (the longest one wins).
    """

    domains: tuple[tuple[str, str], ...] = ()
    mx_suffixes: tuple[tuple[str, str], ...] = ()
    host_suffixes: tuple[tuple[str, str], ...] = ()


def within(name: str, domain: str) -> bool:
    """``name`` is ``domain`` or below it."""
    return name == domain or name.endswith(f".{domain}")


def paired(imap: list[Server], smtp: list[Server], **values) -> list[Proposal]:
    """The first with the first, the second with the second; the last one of the
    shorter list goes with the rest of the longer one."""
    imap, smtp = imap[:MAX_SERVERS], smtp[:MAX_SERVERS]
    return [
        Proposal(
            imap=imap[min(index, len(imap) - 1)] if imap else None,
            smtp=smtp[min(index, len(smtp) - 1)] if smtp else None,
            **values,
        )
        for index in range(max(len(imap), len(smtp)))
    ]


def username_form(username: str, mail: MailAddress) -> UsernameForm:
    if username.lower() in (mail.text.lower(), f"{mail.local}@{mail.domain}".lower()):
        return UsernameForm.ADDRESS
    if username.lower() == mail.local.lower():
        return UsernameForm.LOCALPART
    return UsernameForm.OTHER
