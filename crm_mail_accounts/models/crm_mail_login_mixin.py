from odoo import api, fields, models

from ..tools import secret_store


class CrmMailLoginMixin(models.AbstractModel):
    """A password that goes in and never comes out (law 13).

    It is written to ``password``, stored encrypted in ``password_token``, and read by
    :meth:`_secret` alone, which is for logging in.
    """

    _name = "crm.mail.login.mixin"
    _description = "Login to a mail server"

    password = fields.Char(
        compute="_compute_password",
        inverse="_inverse_password",
        copy=False,
        help="Kept encrypted and never shown again. Leave empty to keep the one saved.",
    )
    password_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_password = fields.Boolean(compute="_compute_has_password", compute_sudo=True)
    any_certificate = fields.Boolean(
        "Disable certificate validation",
        copy=False,
        help="Connect without checking who the server is. Anybody in between can then "
        "read your password and your mail: rather trust exactly one certificate.",
    )

    def _compute_password(self):
        """Not even its owner reads it."""
        self.password = False

    def _inverse_password(self):
        self._store_secret("password")

    @api.depends("password_token")
    def _compute_has_password(self):
        for record in self:
            record.has_password = bool(record.password_token)

    def _store_secret(self, name: str):
        """Encrypt what was written, and forget it at once.

        Without the second half the same request would read the password back from the
        cache: the web client saves and reads in one call.
        """
        for record in self.filtered(name):
            # sudo: the token is closed to everybody, that is its purpose
            record.sudo()[f"{name}_token"] = secret_store.encrypt(record[name])
        self.invalidate_recordset([name], flush=False)

    def _secret(self, name: str = "password") -> str:
        """The password, to log in with.

        :raises AccessError: the caller may not read this record
        :raises MailError: ``secret_unreadable`` when the server's key changed
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the token is closed to everybody; the record itself was just checked
        return secret_store.decrypt(self.sudo()[f"{name}_token"])
