from odoo import api, fields, models


class CrmMailTrustedSender(models.Model):
    """Pictures of this sender are shown to this user without asking.

    By the whole address, never by the domain: everybody may write from a domain that
    many share.  A mail whose sender the mail server doubts is asked about all the same
    (:meth:`crm.mail.client.open_message`).
    """

    _name = "crm.mail.trusted.sender"
    _description = "Sender whose pictures are shown"
    _order = "email"
    _rec_name = "email"

    user_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    email = fields.Char("Address", required=True)

    _sender_unique = models.Constraint(
        "UNIQUE (user_id, email)", "This sender is trusted already."
    )

    @api.model
    def _is_trusted(self, email: str) -> bool:
        """Whether the current user trusts the address."""
        return bool(email and self._of_user(email))

    @api.model
    def _of_user(self, email: str):
        return self.search(
            [("user_id", "=", self.env.uid), ("email", "=", email.lower())], limit=1
        )

    @api.model
    def _set(self, email: str, is_trusted: bool):
        known = self._of_user(email)
        if is_trusted and not known:
            self.create({"email": email.lower()})
        elif not is_trusted:
            known.unlink()
