# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.exceptions import UserError

PREFIX = "crm_mail_"
SWITCHES = ("preview", "threads", "merge", "notify", "sound")
CHOICES = ("density", "pane")


class CrmMailClient(models.AbstractModel):
    """How the mail screen looks, for each user [E1] [E2] [E3]."""

    _inherit = "crm.mail.client"

    @api.model
    def save_layout(self, values) -> dict:
        """Change some of the layout; the user's other screens follow.

        :param values: some of ``preview``, ``threads``, ``merge``, ``notify``,
            ``sound`` (booleans), ``density`` (comfortable, compact), ``pane`` (right,
            below, off), ``notify_folders`` (folder id to boolean, merged into the rest)
        :return: the whole layout
        :raises UserError: there is no such setting
        """
        # As every method here: who may not see mails gets nothing
        self.env["crm.mail.account"].check_access("read")
        settings = self.env["res.users.settings"]._find_or_create_for_user(
            self.env.user
        )
        written = {}
        for name, value in dict(values).items():
            if name in SWITCHES:
                written[PREFIX + name] = bool(value)
            elif name in CHOICES and value in self._choices(name):
                written[PREFIX + name] = value
            elif name == "notify_folders":
                written[PREFIX + name] = {
                    **(settings.crm_mail_notify_folders or {}),
                    **self._notified(value),
                }
            else:
                raise UserError(self.env._("There is no such setting."))
        # sudo: one's own settings, of which the host lets users write some only
        settings.sudo().write(written)
        layout = self._layout()
        self.env.user._bus_send("crm_mail_accounts/layout", layout)
        return layout

    @api.model
    def _layout(self) -> dict:
        settings = self.env.user.sudo().res_users_settings_ids
        if not settings:
            settings = settings.new({})
        names = (*SWITCHES, *CHOICES)
        return {
            **{name: settings[PREFIX + name] for name in names},
            "notify_folders": settings.crm_mail_notify_folders or {},
        }

    @api.model
    def _choices(self, name: str) -> list[str]:
        settings = self.env["res.users.settings"]
        return settings._fields[PREFIX + name].get_values(self.env)

    @api.model
    def _notified(self, folders) -> dict[str, bool]:
        return {
            str(self._readable("crm.mail.folder", folder_id).id): bool(wanted)
            for folder_id, wanted in dict(folders).items()
        }
