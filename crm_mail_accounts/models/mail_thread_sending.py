# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import uuid

from odoo import models
from odoo.exceptions import UserError

from ..mailkit.mime.compose import make_message_id
from ..tools.chatter_mail import is_outside

OUTSIDE = "crm_mail_outside"
"""Context key: recipients who got the mail itself, for the header of the others."""


class MailThread(models.AbstractModel):
    """A message may leave from a mailbox: one real mail for all who are outside.

    ``message_post(crm_mail_account_id=...)`` says from which one; nothing else ever
    chooses it, so mailings and what the system sends go as usual.  Colleagues are
    notified as usual too.
    """

    _inherit = "mail.thread"

    def message_post(self, **kwargs):
        """With ``crm_mail_account_id``: the mailbox that whoever is outside gets this
        message from.

        :raises UserError: the user may not write from it, or the record has no chatter
        """
        account_id = int(kwargs.pop("crm_mail_account_id", False) or 0)
        if account_id:
            if not self.env["crm.mail.link"]._has_chatter(self._name):
                raise UserError(
                    self.env._(
                        "Mail can only be sent from a record that has a chatter."
                    )
                )
            sender = self.env["crm.mail.account"]._check_sender(account_id)
            kwargs.update(
                crm_mail_account_id=account_id,
                # the mail has the same one, which says nothing about this machine
                message_id=make_message_id(
                    sender.email.rpartition("@")[2] or "localhost", uuid.uuid4().hex
                ),
            )
        return super().message_post(**kwargs)

    def _get_message_create_ignore_field_names(self):
        return {
            *super()._get_message_create_ignore_field_names(),
            "crm_mail_account_id",
        }

    def _message_post_after_hook(self, message, msg_values):
        account_id = msg_values.get("crm_mail_account_id")
        if account_id:
            # sudo: nobody writes the field; the constraint asks for the right
            message.sudo().crm_mail_account_id = account_id
        return super()._message_post_after_hook(message, msg_values)

    def _notify_thread_by_email(
        self, message, recipients_data, *, msg_vals=False, **kwargs
    ):
        thread = self
        # sudo: nobody reads the field
        posted = message.sudo()
        internal = posted.is_internal or posted.subtype_id.internal
        if posted.crm_mail_account_id and not internal:
            outside = [one for one in recipients_data if is_outside(one)]
            if outside:
                self.env["crm.mail.outgoing"]._send_from_chatter(message, outside)
                recipients_data = [
                    one for one in recipients_data if not is_outside(one)
                ]
                thread = self.with_context(**{OUTSIDE: outside})
        return super(MailThread, thread)._notify_thread_by_email(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        """Who answers all from a notification reaches those outside as well."""
        return super()._notify_by_email_get_base_mail_values(
            message,
            [*recipients_data, *self.env.context.get(OUTSIDE, ())],
            additional_values=additional_values,
        )
