from odoo import fields, models

from ..tools.host_policy import PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_mail_allowed_hosts = fields.Char(
        "Mail servers in the own network",
        config_parameter=PARAMETER,
        help="Names, names that begin with a dot (everything below), addresses and "
        "networks, separated by spaces. Users may set up mailboxes on these even "
        "though they are not on the internet.",
    )
