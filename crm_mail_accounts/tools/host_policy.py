"""Who may make this server connect into the company's own network.

Nobody by default: a user who enters ``localhost`` or the address of a printer as a
mail server would otherwise learn which ports are open there.  The administrator lists
what is allowed (Settings, CRM mail): names, names that begin with a dot (everything
below), addresses and networks, separated by spaces or commas.  Administrators
themselves are free.  The decision is enforced where the name is resolved
(``mailkit/net.py``), so a name cannot be checked as one address and reached as another.
"""

from __future__ import annotations

import ipaddress
import re

from ..mailkit.values import Endpoint, Security

PARAMETER = "crm_mail_accounts.allowed_hosts"
FORBID_OWN_TRUST = "crm_mail_accounts.forbid_own_trust"


def may_be_private(env, host: str, user) -> bool:
    """Whether ``user`` may reach ``host`` even when its addresses are not public."""
    if user.has_group("base.group_system"):
        return True
    # sudo: the list is the administrator's; users are told the outcome only
    listed = env["ir.config_parameter"].sudo().get_param(PARAMETER) or ""
    return any(_matches(host.lower(), entry) for entry in entries(listed))


def own_trust_allowed(env) -> bool:
    """Whether users may trust a certificate that the system does not."""
    # sudo: as in may_be_private
    forbidden = env["ir.config_parameter"].sudo().get_param(FORBID_OWN_TRUST)
    return forbidden not in ("True", "1")


def endpoint(
    env, user, host: str, port: int, security: str, *, pin: str, any_certificate: bool
) -> Endpoint:
    """A server as a user entered it, with what the policy lets them do there.

    :param pin: the certificate that the user trusts, ``""`` for none
    :param any_certificate: no certificate is checked
    """
    own_trust = own_trust_allowed(env)
    return Endpoint(
        host=host,
        port=port,
        security=Security(security),
        public_only=not may_be_private(env, host, user),
        pinned_sha256=own_trust and pin or "",
        verify_certificate=not (own_trust and any_certificate),
    )


def entries(listed: str) -> list[str]:
    return [entry for entry in re.split(r"[\s,;]+", listed.lower()) if entry]


def _matches(host: str, entry: str) -> bool:
    if host == entry or (entry.startswith(".") and host.endswith(entry)):
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
