"""Which addresses an ordinary user may make this server connect to.

Whoever enters the name of a mail server makes Odoo connect to it, from inside the
company's network.  Without a policy the connection test would be a port scanner
(and, through names that resolve to private addresses, a way around the firewall).
"""

from __future__ import annotations

import ipaddress

_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out to the internet; the rest is special."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Not this machine, not a private, shared, reserved or multicast address, nor
    one of these wrapped into IPv6 (mapped, NAT64, 6to4, Teredo)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # with a zone, which is a link of this machine
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(str(inner))
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return address.teredo[1] if address.teredo else None
