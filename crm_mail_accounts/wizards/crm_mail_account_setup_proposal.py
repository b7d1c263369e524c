from odoo import api, fields, models

from ..mailkit.discovery.proposal import Confidence, Proposal, Source
from ..models.crm_mail_server_mixin import SECURITIES


class CrmMailAccountSetupProposal(models.TransientModel):
    """Servers that were found for an address; a person chooses."""

    _name = "crm.mail.account.setup.proposal"
    _description = "Found mail servers"
    _order = "id"

    setup_id = fields.Many2one(
        "crm.mail.account.setup", required=True, index=True, ondelete="cascade"
    )
    provider_id = fields.Many2one("crm.mail.provider", "Account")
    username = fields.Char("User name")
    imap_host = fields.Char("IMAP server")
    imap_port = fields.Integer("IMAP port")
    imap_security = fields.Selection(SECURITIES, "IMAP security")
    smtp_host = fields.Char("SMTP server")
    smtp_port = fields.Integer("SMTP port")
    smtp_security = fields.Selection(SECURITIES, "SMTP security")
    source = fields.Char("Found by")
    doubtful = fields.Boolean()

    @api.model
    def _from_discovery(self, proposals: tuple[Proposal, ...]) -> list[dict]:
        """Values of a row for each proposal that has both servers."""
        sources = {
            Source.DOMAIN: self.env._("the domain of the address"),
            Source.MX: self.env._("the domain's mail exchanger"),
            Source.SRV: self.env._("the domain's DNS"),
            Source.AUTOCONFIG: self.env._("the domain's configuration file"),
            Source.GUESS: self.env._("a guess: the usual names"),
        }
        rows = []
        for proposal in proposals:
            if not proposal.complete:
                continue
            row = {
                "source": sources.get(proposal.source, proposal.source.value),
                "doubtful": proposal.confidence <= Confidence.UNSURE,
            }
            if proposal.provider:
                provider = self.env["crm.mail.provider"].browse(int(proposal.provider))
                row["provider_id"] = provider.id
                row |= {name: provider[name] for name in provider._server_names()}
            else:
                row["username"] = proposal.imap.username
                for protocol in ("imap", "smtp"):
                    endpoint = getattr(proposal, protocol).endpoint
                    row[f"{protocol}_host"] = endpoint.host
                    row[f"{protocol}_port"] = endpoint.port
                    row[f"{protocol}_security"] = endpoint.security.value
            rows.append(row)
        return rows

    def action_use(self):
        """Enter these servers into the assistant."""
        self.ensure_one()
        setup = self.setup_id
        values = {name: self[name] for name in self.provider_id._server_names()}
        values["provider_id"] = (self.provider_id or setup._default_provider()).id
        values["auth_method"] = self.provider_id.auth_method or "password"
        if self.username:
            values["username"] = self.username
        setup.write(values)
        return setup._reopen()
