"""Whether a rule may link a mail to records at all, and whom the mail is about.

Whatever a person does by hand, a rule never links internal mail, what its owner has
excluded, junk, mailing lists and automatic mail (RFC 3834, RFC 2919).  Who is internal
is handed in, because only the host knows its people.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

CLOSED_ROLES = frozenset({"junk", "trash", "drafts"})
"""Folders in which nothing lies that belongs on a record."""
_BULK = frozenset({"bulk", "junk", "list"})
_ROBOT = re.compile(
    r"(no|do[-_.]?not|not?)[-_.]?(reply|answer|respond)\b|mailer-daemon$|postmaster$"
    r"|bounces?\b|non[-_.]?rispondere\b",
    re.IGNORECASE,
)
"""Names of senders behind which nobody is; most never say so in a header."""
_WORD = re.compile(r"[^\s,;]+")
MOST_CORRESPONDENTS = 10
"""A mail to more people than these is about none of them."""


@dataclass(frozen=True)
class MailFacts:
    """What is decided from; addresses in lower case, ``role`` of the mail's folder."""

    sender: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    list_id: str = ""
    auto_submitted: str = ""
    precedence: str = ""
    role: str = "none"
    draft: bool = False


@dataclass(frozen=True)
class NeverList:
    """Addresses and domains that no rule links; a domain means those below it too."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> NeverList:
        """From what a person typed: ``a@b.example``, ``b.example`` or ``@b.example``,
        apart by spaces, commas, semicolons or lines."""
        addresses, domains = set(), set()
        for word in _WORD.findall(text.lower()):
            local, at, domain = word.rpartition("@")
            if local:
                addresses.add(word)
            elif domain.strip(".*"):
                domains.add(domain.strip(".*"))
        return cls(frozenset(addresses), frozenset(domains))

    def __contains__(self, address: str) -> bool:
        if address in self.addresses:
            return True
        labels = address.rpartition("@")[2].split(".")
        return any(
            ".".join(labels[start:]) in self.domains for start in range(len(labels))
        )


def why_not(facts: MailFacts, internal: Collection[str], never: NeverList) -> str:
    """Why no rule may link this mail, in a stable word, or ``""``.

    ``internal``: those of its addresses that belong to the house.  One excluded
    address excludes the mail, whoever else is on it.
    """
    people = {facts.sender, *facts.to, *facts.cc} - {""}
    if facts.draft or facts.role in CLOSED_ROLES:
        return "closed_folder"
    if not facts.sender or all(person in internal for person in people):
        return "internal"
    if any(person in never for person in people):
        return "excluded"
    if facts.list_id or facts.precedence.strip().lower() in _BULK:
        return "list"
    if facts.auto_submitted.partition(";")[0].strip().lower() not in ("", "no"):
        return "automatic"
    if _ROBOT.match(facts.sender.rpartition("@")[0]):
        return "automatic"
    return ""


def correspondents(facts: MailFacts, internal: Collection[str]) -> tuple[str, ...]:
    """Whom the mail is about: an outside sender, else the outside people it is to."""
    if facts.sender and facts.sender not in internal:
        return (facts.sender,)
    outside = tuple(
        dict.fromkeys(person for person in facts.to if person not in internal)
    )
    return outside if len(outside) <= MOST_CORRESPONDENTS else ()
