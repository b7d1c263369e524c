# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models

LEAVING = ("scheduled", "queued", "sending")
NOWHERE = {
    "next_at": False,
    "draft_message_id": False,
    "draft_uid": False,
    "draft_uidnext": False,
    "draft_old": False,
}
"""Values of a mail of which no mailbox has, or is to get, a version."""


class CrmMailOutgoing(models.Model):
    """What becomes of mails whose mailbox or author goes: none vanishes unseen."""

    _inherit = "crm.mail.outgoing"

    @api.model
    def _waiting_for(self, domain: list):
        """Mails that were to leave, of these accounts or users."""
        return self.search([("state", "in", LEAVING), *domain])

    @api.model
    def _lose_mailbox(self, accounts):
        """These accounts are about to be deleted.

        What was to leave from them waits in Outgoing for its author; drafts are
        drafts that only Odoo has; what has left stays.
        """
        mails = self.search([("account_id", "in", accounts.ids)])
        for mail in mails.filtered(lambda mail: mail.state in LEAVING):
            if mail.state == "sending" and mail.phase == "dot":
                mail._become_uncertain()
            else:
                env = mail.env(context={"lang": mail.user_id.lang})
                mail._fail_for_good(
                    "mailbox_removed",
                    env._(
                        "The mailbox %(mailbox)s was removed before this mail left. "
                        "Edit the mail, choose another sender and send it again.",
                        mailbox=mail.account_id.name,
                    ),
                )
        mails.filtered(lambda mail: mail.state == "discarded").unlink()
        mails.exists().write({"filing": False, "link_pending": False, **NOWHERE})

    @api.model
    def _hand_back_drafts(self, accounts):
        """Some may not write from these mailboxes any more.

        What they had begun to write there is a draft of theirs that only Odoo has, so
        that they choose another sender; an empty one goes. A version that reached the
        Drafts folder stays there: it is in the owner's mailbox.
        """
        drafts = self.search(
            [
                ("account_id", "in", accounts.ids),
                ("sender_kind", "=", "delegated"),
                ("state", "=", "draft"),
            ]
        ).filtered(lambda draft: not draft._author_may_send())
        authors = drafts.user_id
        kept = drafts.filtered(lambda draft: draft._has_content())
        (drafts - kept).unlink()
        kept.write({"account_id": False, "parent_id": False, **NOWHERE})
        for author in authors:
            author._bus_send(
                "crm_mail_accounts/changed", {"account_id": False, "folder_ids": []}
            )

    def _author_may_send(self) -> bool:
        """Whether its author still writes from its mailbox on the owner's behalf."""
        self.ensure_one()
        delegates = self.account_id.delegate_ids._in_force()
        return self.user_id in delegates.filtered("may_send_as").user_id

    def _off_reason(self) -> str:
        """Why a mail that is to leave does not: its mailbox is switched off."""
        self.ensure_one()
        # sudo: of a shared sender nothing but this is told
        account = self.sudo().account_id
        if self.state not in LEAVING or not account or account.active:
            return ""
        return self.env._(
            "The mailbox %(mailbox)s is switched off: this mail leaves when it is "
            "switched on again. Or edit the mail and choose another sender.",
            mailbox=account.name,
        )

    @api.model
    def _tell_of_leaving(self, users):
        """Tell who archives these users that mails of theirs will not leave."""
        mails = self._waiting_for([("user_id", "in", users.ids)])
        if mails:
            text = self.env._(
                "Mails that %(names)s wrote and that have not left yet will not leave "
                "any more: %(count)s. Hand their mailbox over to a colleague, who then "
                "finds these mails in Outgoing.",
                names=", ".join(mails.user_id.mapped("name")),
                count=len(mails),
            )
            note = {"type": "warning", "message": text, "sticky": True}
            self.env.user._bus_send("simple_notification", note)
        return mails
