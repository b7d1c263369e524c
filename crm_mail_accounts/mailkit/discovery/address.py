"""The address whose servers are looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import InvalidArgument
from ..limits import MAX_EMAIL
from ..server_names import domain_name, visible

_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]*)>")


@dataclass(frozen=True)
class MailAddress:
    """``domain`` is for the DNS (lower case, A-labels), ``text`` is as written."""

    text: str
    local: str
    domain: str

    @property
    def written_domain(self) -> str:
        return self.text.rpartition("@")[2]


def read_address(text: str) -> MailAddress:
    """The address in ``text``, also from ``Name <name@example.com>``.

    :raises InvalidArgument: ``address_invalid``
    """
    try:
        if len(text) > 2 * MAX_EMAIL:
            raise InvalidArgument("too long")
        text = visible(text)
        if bracketed := _IN_BRACKETS.fullmatch(text):
            text = bracketed[1].strip()
        local, _at, domain = text.rpartition("@")
        if not local or " " in text or "@" in local or len(text) > MAX_EMAIL:
            raise InvalidArgument("not an address")
        return MailAddress(text, local, domain_name(domain))
    except InvalidArgument as err:
        raise InvalidArgument(err.detail, code="address_invalid") from None
