from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmMailRulesPlace(models.AbstractModel):
    """What filters and out of office tell of where they run, and the two switches."""

    _name = "crm.mail.rules.place"
    _description = "Where the rules of a mailbox run"

    rules_engine = fields.Selection(related="account_id.rules_engine")
    rules_moving = fields.Boolean(related="account_id.rules_moving")
    rules_place = fields.Char(related="account_id.rules_place")
    rules_problem = fields.Char(related="account_id.rules_problem")
    account_id = fields.Many2one("crm.mail.account")

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made.account_id._rules_changed()
        return made

    def write(self, vals):
        result = super().write(vals)
        if set(vals) - {"matched", "matched_at"}:
            self.account_id._rules_changed()
        return result

    def unlink(self):
        accounts = self.account_id
        result = super().unlink()
        accounts.exists()._rules_changed()
        return result

    def action_rules_to_server(self):
        self._own_rules()._rules_to_server()

    def action_rules_to_odoo(self):
        self._own_rules()._rules_to_odoo()

    def _own_rules(self):
        self.ensure_one()
        self.check_access("write")
        if self.account_id.user_id != self.env.user:
            raise AccessError(
                self.env._("Filters and out of office belong to the mailbox's owner.")
            )
        return self.account_id
