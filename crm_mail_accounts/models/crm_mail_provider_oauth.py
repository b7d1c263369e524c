# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models

AUTH_METHODS = [("password", "Password"), ("oauth2", "OAuth2")]
MICROSOFT_HOSTS = (".office365.com", ".outlook.com", ".office.com")
"""Ends of the names of Microsoft's mail servers, old names included."""


class CrmMailProvider(models.Model):
    """Which providers know OAuth2, so that their users need no password here [A5]."""

    _inherit = "crm.mail.provider"

    oauth = fields.Selection(
        [("google", "Google"), ("microsoft", "Microsoft")],
        "OAuth2 by",
        help="Whose page users sign in on; empty where only a password can be used.",
    )
    auth_method = fields.Selection(
        AUTH_METHODS,
        "Proposed authentication",
        default="password",
        required=True,
        help="What is chosen at first; users may change it.",
    )

    _oauth_preset = models.Constraint(
        "CHECK (oauth IS NULL OR custom IS NOT TRUE)",
        "OAuth2 is for presets: with Custom only a password can be used.",
    )
    _oauth_offered = models.Constraint(
        "CHECK (auth_method = 'password' OR oauth IS NOT NULL)",
        "Say whose OAuth2 it is before proposing it.",
    )

    @api.model
    def _of_microsoft(self, hosts: list[str], address: str):
        """The preset to use for these servers; empty when they are not Microsoft's."""
        if not any(f".{host}".endswith(MICROSOFT_HOSTS) for host in hosts if host):
            return self.browse()
        known = self._of_address(address)
        if known.oauth == "microsoft":
            return known
        return self.search([("oauth", "=", "microsoft")], limit=1)
