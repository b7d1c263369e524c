"""Whether two logins lead to one mailbox, as far as their names tell.

Asked before anything is deleted from a POP3 maildrop: most providers show one mailbox
by POP3 and by IMAP, so emptying the one empties the other for everybody who reads it.
In doubt the answer is yes: a wrong yes keeps mail, a wrong no loses it.

Two hosts count as one provider's when they are equal, or when the last two labels of
their names are (``pop3s.aruba.it`` and ``imaps.aruba.it``).  Nobody can tell a
registrable domain from names alone; but user names are nearly always addresses, and
equal ones at two hosts under ``co.uk`` are one mailbox all the same.
"""

from __future__ import annotations

import ipaddress

_SYNONYMS = {
    "googlemail.com": "gmail.com",
    "google.com": "gmail.com",
    "hotmail.com": "outlook.com",
    "live.com": "outlook.com",
    "office365.com": "outlook.com",
}
"""Domains under which one provider runs its servers."""


def same_provider(one: str, other: str) -> bool:
    """Whether two server names are of one provider."""
    one, other = one.strip().rstrip(".").lower(), other.strip().rstrip(".").lower()
    return bool(one) and (one == other or _domain(one) == _domain(other) != "")


def same_user(one: str, other: str) -> bool:
    """Whether two user names at one provider are one user.

    A name without domain is the part before the ``@`` (some servers want it so, and
    take the whole address as well).
    """
    one, other = one.strip().lower(), other.strip().lower()
    if not one or not other:
        return False
    if ("@" in one) == ("@" in other):
        return one == other
    return one.partition("@")[0] == other.partition("@")[0]


def same_mailbox(
    host: str, usernames: tuple[str, ...], other_host: str, other_username: str
) -> bool:
    """``usernames``: all names by which the first mailbox may be known."""
    return same_provider(host, other_host) and any(
        same_user(name, other_username) for name in usernames
    )


def _domain(host: str) -> str:
    """The last two labels; ``""`` for an address or a name of one label."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        if len(labels) < 2:
            return ""
        domain = ".".join(labels[-2:])
        return _SYNONYMS.get(domain, domain)
    return ""
