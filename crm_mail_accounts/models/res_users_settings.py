from odoo import fields, models


class ResUsersSettings(models.Model):
    """How a user wants the mail screen to look; see ``crm.mail.client.save_layout``."""

    _inherit = "res.users.settings"

    crm_mail_preview = fields.Boolean("Mail: preview line in the list", default=True)
    crm_mail_threads = fields.Boolean("Mail: thread view", default=True)
    crm_mail_merge = fields.Boolean("Mail: merge account folders", default=True)
    crm_mail_density = fields.Selection(
        [("comfortable", "Comfortable"), ("compact", "Compact")],
        "Mail: density of the list",
        default="comfortable",
        required=True,
    )
    crm_mail_pane = fields.Selection(
        [("right", "Right"), ("below", "Below"), ("off", "Off")],
        "Mail: reading pane",
        default="right",
        required=True,
    )
    crm_mail_notify = fields.Boolean("Mail: notify of new mail on the desktop")
    crm_mail_sound = fields.Boolean("Mail: play a sound for new mail")
    crm_mail_notify_folders = fields.Json(
        "Mail: folders to notify of",
        help="Folder id to yes or no; where nothing is said, inboxes are notified of.",
    )
