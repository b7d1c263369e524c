from odoo import fields, models

from ..tools.host_policy import FORBID_OWN_TRUST, PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_mail_allowed_hosts = fields.Char(
        "Mail servers in the own network",
        config_parameter=PARAMETER,
        help="Names, names that begin with a dot (everything below), addresses and "
        "networks, separated by spaces. Users may set up mailboxes on these even "
        "though they are not on the internet.",
    )
    crm_mail_forbid_own_trust = fields.Boolean(
        "Only certificates that the system trusts",
        config_parameter=FORBID_OWN_TRUST,
        help="Users cannot trust a single certificate or switch validation off; where "
        "they have done so it no longer counts.",
    )
