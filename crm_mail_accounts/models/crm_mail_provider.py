from odoo import api, fields, models

from ..mailkit.discovery.proposal import ProviderTable
from .crm_mail_server_mixin import SECURITIES


class CrmMailProvider(models.Model):
    """A preset: the servers of a mail provider, or those of the own company.

    Data, not code: what differs between providers stands here, and what the
    administrator adds appears in the same list.
    """

    _name = "crm.mail.provider"
    _description = "Mail provider"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=False)
    sequence = fields.Integer(default=50)
    active = fields.Boolean(default=True)
    custom = fields.Boolean(
        help="The user enters every parameter; this preset brings none.",
    )
    system = fields.Boolean(
        help="Odoo's own outgoing server: for sending only, and only where the "
        "administrator lets users send through it.",
    )
    domains = fields.Char(
        help="Domains of its addresses, separated by spaces: an address of one of "
        "them proposes this provider."
    )
    mx_suffixes = fields.Char(
        "Mail exchangers",
        help="Ends of the names of its mail exchangers, separated by spaces: they tell "
        "the provider of a company's own domain.",
    )
    imap_host = fields.Char("IMAP server")
    imap_port = fields.Integer("IMAP port", default=993)
    imap_security = fields.Selection(SECURITIES, "IMAP security", default="tls")
    smtp_host = fields.Char("SMTP server")
    smtp_port = fields.Integer("SMTP port", default=465)
    smtp_security = fields.Selection(SECURITIES, "SMTP security", default="tls")
    files_sent = fields.Boolean(
        "Puts sent mail into Sent",
        help="Its SMTP server stores a copy of each mail by itself, so that none is "
        "stored a second time.",
    )
    hint = fields.Html(
        translate=True,
        help="What a user must know or do before this mailbox can be set up.",
    )
    hint_url = fields.Char("Help page", help="Where the provider explains it.")

    _name_unique = models.Constraint(
        "UNIQUE (name)", "There is already a provider of this name."
    )
    _servers_complete = models.Constraint(
        "CHECK (custom OR system OR (imap_host IS NOT NULL AND smtp_host IS NOT NULL))",
        "A provider needs its IMAP and SMTP servers.",
    )

    @api.model
    def _server_names(self) -> list[str]:
        """The fields that a preset gives to an account."""
        return [
            f"{protocol}_{name}"
            for protocol in ("imap", "smtp")
            for name in ("host", "port", "security")
        ]

    @api.model
    def _provider_table(self) -> ProviderTable:
        """What is known about providers, for finding settings; keys are record ids."""
        providers = self.search([("custom", "=", False), ("system", "=", False)])

        def pairs(name):
            return tuple(
                (word, str(provider.id))
                for provider in providers
                for word in (provider[name] or "").split()
            )

        hosts = tuple(
            (host, str(provider.id))
            for provider in providers
            for host in {provider.imap_host, provider.smtp_host}
        )
        return ProviderTable(pairs("domains"), pairs("mx_suffixes"), hosts)

    @api.model
    def _of_address(self, address: str):
        """The provider whose domain the address is of; empty when none is known."""
        domain = (address or "").strip().lower().rpartition("@")[2]
        if not domain:
            return self.browse()
        return self.search([("domains", "ilike", domain)]).filtered(
            lambda provider: domain in (provider.domains or "").lower().split()
        )[:1]
