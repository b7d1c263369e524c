# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize_all
from odoo.tools.misc import clean_context

from ..mailkit.mime.reply import reply_subject
from ..tools import chatter_mail

_SHOWN = re.compile(r"/web/(?:image|content)/(\d+)")
"""An attachment that the text shows or links to itself."""


class CrmMailOutgoing(models.Model):
    """A mail that was written in the chatter of a record.

    It has the Message-ID of the message there, so the host's gateway knows its answers,
    and its copy in Sent is linked to the record by that very message.  The message
    shows for every recipient what became of it, as it does for the host's own mails.

    The customer gets what a person wrote, without the host's frame: its button leads to
    a page that customers seldom can open, and its logo and footer say that a program
    notifies them, which people and junk filters pass over.  Colleagues get their
    notifications in the frame that was asked for.
    """

    _inherit = "crm.mail.outgoing"

    mail_message_id = fields.Many2one(
        "mail.message",
        "Message in the chatter",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )

    # -- from the chatter ----------------------------------------------------------

    @api.model
    def _send_from_chatter(self, message, outside: list[dict]):
        """Queue one mail for all recipients outside, as whoever posted the message.

        :param message: a message with an account, whose sender was checked when it was
            posted and is checked again when the mail leaves
        :param outside: recipients, see ``tools/chatter_mail.py``
        :raises UserError: larger than the server takes, or too many recipients
        """
        # sudo: nobody creates these rows but methods that asked for the sender
        message = message.sudo()
        user, account = message.create_uid, message.crm_mail_account_id
        emails = {one["email_normalized"] for one in outside}
        answered = chatter_mail.answered_by(message, emails)
        sender = account._sender_for(user)
        values = {
            "user_id": user.id,
            "account_id": account.id,
            "sender_kind": sender.kind,
            "subject": self._chatter_subject(message, answered),
            "recipients": chatter_mail.recipients(message, outside, answered),
            "body_html": self._chatter_body(message, account.with_user(user)),
            "res_model": message.model,
            "res_id": message.res_id,
            "mail_message_id": message.id,
        }
        if answered:
            values["in_reply_to"] = answered.message_id
            values["reference_header"] = " ".join(answered.references)
            if answered.mail.account_id == account:
                values.update(parent_id=answered.mail.id, parent_kind="reply")
        # The composer's defaults are not meant for this row.
        # pylint: disable-next=context-overridden
        mail = self.sudo().with_context(clean_context(self.env.context)).create(values)
        for file in mail._chatter_files(message):
            mail._attach(file.name, file.raw or b"", file.mimetype)
        self._notify_outside(message, outside)
        mail._queue(sender)
        return mail

    @api.model
    def _chatter_subject(self, message, answered) -> str:
        subject = message.subject
        if not subject and answered and answered.subject:
            subject = reply_subject(answered.subject)
        if not subject:
            record = self.env[message.model].browse(message.res_id).sudo()
            subject = record._message_compute_subject() or message.record_name
        return " ".join((subject or "").split())

    @api.model
    def _chatter_body(self, message, account) -> Markup:
        # Addresses of the host would lead nowhere from a mail.
        body = self.env["mail.render.mixin"]._replace_local_links(message.body or "")
        links = self._file_links(message)
        body = Markup("{}{}").format(Markup(body), links)  # noqa: S704 stored clean
        signature = message.email_add_signature and account._signature_html()
        if not signature:
            return body
        return body + Markup('<div class="o_crm_mail_signature">{}</div>').format(
            signature
        )

    @api.model
    def _file_links(self, message) -> Markup:
        """Files that are stored elsewhere go as links, as in the host's own mails."""
        linked = message.attachment_ids.filtered(lambda file: file.type == "url")
        if not linked:
            return Markup()
        linked.generate_access_token()
        return self.env["ir.qweb"]._render(
            "mail.mail_attachment_links", {"attachments": linked}
        )

    def _chatter_files(self, message):
        """What goes as a file: not what the text shows or links to."""
        shown = {int(number) for number in _SHOWN.findall(message.body or "")}
        return message.attachment_ids.filtered(
            lambda file: file.type == "binary" and file.id not in shown
        ).sorted("id")

    @api.model
    def _notify_outside(self, message, outside):
        """The host's own marks of who gets the message by mail."""
        base = self.env["mail.thread"]._notify_by_email_get_base_notification_values(
            message
        )
        self.env["mail.notification"].sudo().create(
            [
                {**base, "res_partner_id": one["id"]}
                if one["id"]
                else {**base, "mail_email_address": one["email_normalized"]}
                for one in outside
            ]
        )

    # -- as it waits and leaves ------------------------------------------------------

    def _new_message_id(self, sender) -> str:
        return self.mail_message_id.message_id or super()._new_message_id(sender)

    def _undo_seconds(self) -> int:
        """What stands in a chatter is not taken back from there."""
        return 0 if self.mail_message_id else super()._undo_seconds()

    def _take_back(self) -> bool:
        """A mail that became a draft again is no longer what the chatter shows: it
        leaves under a Message-ID of its own, if it does."""
        taken = super()._take_back()
        if taken and self.mail_message_id:
            self._show_in_chatter()
            self.mail_message_id = False
        return taken

    def _tell(self, message: str = ""):
        self._show_in_chatter()
        return super()._tell(message)

    def _show_in_chatter(self):
        """Note at the message what became of the mail, for each recipient."""
        for mail in self.filtered("mail_message_id"):
            posted = mail.mail_message_id
            changed = False
            for notification in posted.notification_ids:
                if notification.notification_type != "email" or (
                    notification.mail_mail_id
                ):
                    continue
                values = mail._notification_values(notification)
                if any(notification[name] != value for name, value in values.items()):
                    notification.write(values)
                    changed = True
            if changed:
                posted._notify_message_notification_update()

    def _notification_values(self, notification) -> dict:
        text = (
            notification.res_partner_id.email or notification.mail_email_address or ""
        )
        results = [
            result
            for email, result in (self.results or {}).items()
            if email.lower() in email_normalize_all(text)
        ]
        states = {result["state"]: result["text"] for result in results}
        status, failure, reason = "ready", False, False
        if "bounced" in states:
            status, failure, reason = "bounce", "mail_bounce", states["bounced"]
        elif "accepted" in states:
            status = "sent"
        elif "refused" in states:
            status, failure, reason = "exception", "unknown", states["refused"]
        elif self.state in ("failed", "uncertain"):
            status, failure, reason = "exception", "unknown", self.error
        elif self.state in ("draft", "discarded"):
            status = "canceled"
        return {
            "notification_status": status,
            "failure_type": failure,
            "failure_reason": reason or False,
        }

    # -- in the mailbox ----------------------------------------------------------------

    def _link_copy(self, message):
        """The message is on its record already: the link only says so.

        As superuser: whoever may see the record sees that message, and a sender that
        is shared leaves its copy in a mailbox that its author may not read.
        """
        posted = self.mail_message_id
        if not posted:
            return super()._link_copy(message)
        self.link_pending = False
        links = self.env["crm.mail.link"].sudo()
        if not (posted.res_id and links._has_chatter(posted.model)):
            return None
        if links._known(message, posted.model, posted.res_id):
            return None
        reason = self.with_context(lang=self.user_id.lang).env._(
            "Written on it by %(user)s", user=self.user_id.name
        )
        made = links._make([(message, posted.model, posted.res_id, reason, "whole")])
        made._shown_by(posted, own=False)
        return made

    @api.model
    def _chatter_forgets(self, posted):
        """Messages are about to be deleted: what was sent stays sent, and is not
        posted again by its link."""
        self.search([("mail_message_id", "in", posted.ids)]).write(
            {"link_pending": False, "mail_message_id": False}
        )
