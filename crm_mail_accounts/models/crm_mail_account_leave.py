# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

OWNED = ("crm_mail_message", "crm_mail_thread")
"""Tables that carry the owner beside the account."""


class CrmMailAccount(models.Model):
    """What an administrator does with a mailbox that is not theirs."""

    _inherit = "crm.mail.account"

    def _give_emergency_access(self, user, until, reason: str):
        """Let ``user`` read the mailbox until then; its owner is told and finds it.

        As superuser; who may do this is asked by ``crm.mail.emergency``.

        :raises UserError: they read it anyway
        """
        self.ensure_one()
        known = self.delegate_ids.filtered(lambda one: one.user_id == user)
        if self.user_id == user or (known and not known.expires_at):
            raise UserError(self.env._("You can read this mailbox already."))
        values = {"expires_at": until, "reason": reason}
        if known:
            known.write(values)
        else:
            known.create({"account_id": self.id, "user_id": user.id, **values})
        env = self.env(context={"lang": self.user_id.lang})
        when = format_datetime(
            env, until, tz=self.user_id.tz or "UTC", dt_format="short"
        )
        text = env._(
            "%(name)s has emergency access to your mailbox %(mailbox)s until %(time)s. "
            "Reason: %(reason)s",
            name=user.name,
            mailbox=self.name,
            time=when,
            reason=reason,
        )
        self._tell_owner(text)

    def _hand_over(self, user):
        """Make ``user`` the owner of the mailbox, with all its mails and links.

        Conversations with colleagues and shares stay; what the new owner had by them
        is theirs now.  Secrets stay where they are, and nobody is shown them.

        :raises UserError: the new owner cannot use mailboxes
        """
        self.ensure_one()
        if user == self.user_id:
            raise UserError(self.env._("The mailbox is theirs already."))
        if not user.active or not user.has_group("crm_mail_accounts.group_user"):
            raise UserError(
                self.env._(
                    "%(name)s cannot use mailboxes: give them the right to Mailboxes "
                    "first.",
                    name=user.name,
                )
            )
        before = self.user_id
        self.env["crm.mail.share"].search(
            [("message_id.account_id", "=", self.id), ("user_id", "=", user.id)]
        ).unlink()
        self.env["crm.mail.outgoing"].search(
            [
                ("account_id", "=", self.id),
                ("user_id", "=", before.id),
                ("state", "!=", "sent"),
            ]
        ).write({"user_id": user.id})
        self.write({"user_id": user.id, "main": False})
        self._change_owner_of_rows(user)
        # Now that it is theirs: what they had been given to do stays with them.
        self.delegate_ids.filtered(lambda one: one.user_id == user).unlink()
        self._withdraw_assignments()
        self._of_users(before | user)._keep_one_main()
        self._tell_owner(
            self.with_context(lang=user.lang).env._(
                "The mailbox %(mailbox)s of %(name)s is yours now.",
                mailbox=self.name,
                name=before.name,
            )
        )
        self.env["crm.mail.delegate"]._tell(before | user)

    def _change_owner_of_rows(self, user):
        """As one statement for each table: a mailbox has many mails."""
        self.env.flush_all()
        for table in OWNED:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET user_id = %s WHERE account_id = %s",
                    SQL.identifier(table),
                    user.id,
                    self.id,
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_mail_link link SET user_id = %s FROM crm_mail_message mail"
                " WHERE mail.id = link.message_id AND mail.account_id = %s",
                user.id,
                self.id,
            )
        )
        self.env.invalidate_all()

    def _tell_owner(self, text: str):
        """Now, if they are there; and in the log of the mailbox."""
        self.env["crm.mail.log"].create(
            {
                "account_id": self.id,
                "user_id": self.user_id.id,
                "source": "logger",
                "level": "warning",
                "message": text,
            }
        )
        note = {"type": "warning", "message": text, "sticky": True}
        self.user_id._bus_send("simple_notification", note)
