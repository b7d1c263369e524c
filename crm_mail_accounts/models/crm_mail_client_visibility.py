# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.exceptions import UserError

from .crm_mail_link_visibility import VISIBILITY


class CrmMailClient(models.AbstractModel):
    """What colleagues on a record see of a conversation."""

    _inherit = "crm.mail.client"

    @api.model
    def visibility(self, message_id) -> dict:
        """What is shown at most of the conversation of a mail, on the records that its
        mails are linked to.

        :return: ``{visibility, account, links}``: of the conversation (false: as the
            mailbox says), of the mailbox, and how many links there are; a visibility is
            ``nothing``, ``metadata``, ``subject`` or ``all``
        :raises AccessError: a mailbox that the user may not change
        :raises UserError: a mail without a conversation
        """
        message = self._of_conversation(message_id)
        links = self.env["crm.mail.link"].search_count(
            [("message_id.thread_id", "=", message.thread_id.id)]
        )
        return {
            "visibility": message.thread_id.visibility,
            "account": message.account_id.visibility,
            "links": links,
        }

    @api.model
    def set_visibility(self, message_id, visibility) -> dict:
        """Say what is shown at most of the conversation of a mail, now and later.

        What links have posted is made anew.

        :param visibility: see :meth:`visibility`; false: as the mailbox says
        :return: ``{kept}``: how many messages stay as they are, because their records
            have them by themselves
        :raises AccessError: a mailbox that the user may not change
        """
        message = self._of_conversation(message_id)
        if visibility and visibility not in dict(VISIBILITY):
            raise UserError(self.env._("Choose what colleagues see."))
        # sudo: users write neither conversations nor links; asked just before
        thread = message.thread_id.sudo()
        thread.visibility = visibility or False
        links = thread.message_ids.link_ids
        return {"kept": links._show_again()}

    def _of_conversation(self, message_id):
        """A mail with a conversation in a mailbox that the user may change."""
        message = self._readable("crm.mail.message", message_id)
        message.account_id._check_may_act()
        if not message.thread_id:
            raise UserError(
                self.env._("This mail has only just come in. Try again in a moment.")
            )
        return message
