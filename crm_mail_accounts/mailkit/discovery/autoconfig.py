"""The configuration file that a mail domain publishes (Thunderbird's autoconfig).

Asked for at the mail domain itself and nowhere else: at ``autoconfig.`` below it,
which is told the address, and at the domain's well-known place, which is not.  HTTPS
only: what comes decides where a password is sent.

A redirection is followed only to the mail domain or below it, by HTTPS, on the usual
port.  That is narrower than "the same registrable domain", which nobody can tell
without the list of public suffixes.  Private addresses are kept away by the ``Fetch``
(``net_http.public_resolver``); those that are written as a URL end here.
"""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

from ..errors import InvalidArgument, MailError
from ..limits import MAX_REDIRECTS
from ..server_names import domain_name
from .address import MailAddress
from .asking import Asking
from .autoconfig_xml import read_config
from .proposal import Proposal, Source, within

_MAX_URL = 2000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def urls(mail: MailAddress) -> tuple[str, ...]:
    address = quote(mail.text, safe="")
    return (
        f"https://autoconfig.{mail.domain}/mail/config-v1.1.xml?emailaddress={address}",
        f"https://{mail.domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def ask(mail: MailAddress, asking: Asking) -> list[Proposal]:
    for url in urls(mail):
        body = _page(url, mail, asking)
        if body is None:
            continue
        try:
            config = read_config(body, mail)
        except MailError as err:
            asking.note(Source.AUTOCONFIG, err.code, f"{_shown(url)}: {err.detail}")
            continue
        for reason in config.unusable:
            asking.note(Source.AUTOCONFIG, "server_unusable", reason)
        if config.proposals:
            return config.proposals
    return []


def _page(url: str, mail: MailAddress, asking: Asking) -> bytes | None:
    """The file, after redirections; ``None`` when there is none."""
    first = url
    for _hop in range(MAX_REDIRECTS + 1):
        answer = asking.page(Source.AUTOCONFIG, url)
        if answer is None:
            return None
        if answer.status == 200:
            return answer.body
        if answer.status not in _REDIRECTS:
            asking.note(
                Source.AUTOCONFIG, "http_status", f"{_shown(url)}: {answer.status}"
            )
            return None
        target = redirected(url, answer.location, mail.domain)
        if target is None:
            asking.note(Source.AUTOCONFIG, "redirect_refused", _shown(url))
            return None
        url = target
    asking.note(Source.AUTOCONFIG, "too_many_redirects", _shown(first))
    return None


def redirected(url: str, location: str, domain: str) -> str | None:
    """Where the redirection leads, ``None`` if nobody should follow."""
    if not location or not location.isprintable() or "\\" in location:
        return None
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        host, port = domain_name(parts.hostname or ""), parts.port
    except (InvalidArgument, ValueError):
        return None
    usual = parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc
    if not usual or not within(host, domain) or len(target) > _MAX_URL:
        return None
    return parts._replace(netloc=host, fragment="").geturl()


def _shown(url: str) -> str:
    """Without the query, which holds the address."""
    return url.partition("?")[0]
