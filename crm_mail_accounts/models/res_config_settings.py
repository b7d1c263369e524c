from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.host_policy import FORBID_OWN_TRUST, PARAMETER
from .crm_mail_account import ACCOUNT_CAP
from .crm_mail_account_access import DEFAULT_SENDER, LIMIT_FROM
from .crm_mail_delegate import EMERGENCY
from .crm_mail_log import LOG_DAYS, RETENTION
from .crm_mail_message_raw import CACHE_DAYS, CACHED
from .crm_mail_server_mixin import SYSTEM_SMTP


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
    crm_mail_account_cap = fields.Integer(
        "Mailboxes per user",
        config_parameter=ACCOUNT_CAP,
        help="0: as many as they like.",
    )
    crm_mail_limit_from = fields.Boolean(
        "Users write only from addresses that are listed",
        config_parameter=LIMIT_FROM,
        help="A user then writes only from their own e-mail address and from those "
        "listed on their user form.",
    )
    crm_mail_emergency_access = fields.Boolean(
        "Emergency access to mailboxes",
        config_parameter=EMERGENCY,
        help="Administrators may read a mailbox for a while, for a reason in writing "
        "that its owner reads. Otherwise nobody reads a mailbox but its owner and whom "
        "they name.",
    )
    crm_mail_system_smtp = fields.Boolean(
        "Users may send through Odoo's outgoing server",
        config_parameter=SYSTEM_SMTP,
        help="It is then offered as outgoing mail of a mailbox, and to users without "
        "one as the sender with their own address.",
    )
    crm_mail_default_sender_id = fields.Many2one(
        "crm.mail.health",
        "Default sender",
        domain=[("share_sender", "=", True)],
        config_parameter=DEFAULT_SENDER,
        help="The shared sender that users without a mailbox write from, so that no "
        "mail is left unsent because nobody chose one.",
    )
    crm_mail_log_days = fields.Integer(
        "Days to keep the connection log",
        config_parameter=LOG_DAYS,
        default=RETENTION.days,
    )
    crm_mail_cache_days = fields.Integer(
        "Days to keep opened mails",
        config_parameter=CACHE_DAYS,
        default=CACHED.days,
        help="A mail that was opened is kept here so that it opens at once the next "
        "time; after this many days it is fetched from its server again. Linked mails "
        "are kept for ever.",
    )
    crm_mail_lanes = fields.Integer(
        "Mailboxes fetched at the same time",
        compute="_compute_crm_mail_lanes",
        inverse="_inverse_crm_mail_lanes",
        help="Each takes one of the server's scheduler workers while it works.",
    )

    @api.depends("company_id")
    def _compute_crm_mail_lanes(self):
        lanes = len(self.env["crm.mail.account"]._sync_lanes())
        for settings in self:
            settings.crm_mail_lanes = lanes

    def _inverse_crm_mail_lanes(self):
        for settings in self:
            self.env["crm.mail.account"]._set_lanes(settings.crm_mail_lanes)

    @api.constrains(
        "crm_mail_account_cap",
        "crm_mail_log_days",
        "crm_mail_cache_days",
    )
    def _check_crm_mail_numbers(self):
        for settings in self:
            if settings.crm_mail_account_cap < 0:
                raise ValidationError(
                    self.env._("The number of mailboxes per user cannot be negative.")
                )
            if settings.crm_mail_log_days < 1 or settings.crm_mail_cache_days < 1:
                raise ValidationError(
                    self.env._("The log and opened mails are kept for 1 day at least.")
                )
