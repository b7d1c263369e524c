from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from ..mailkit.mime.addresses import format_address
from ..mailkit.mime.parse import parse_mail
from ..mailkit.values import Address


class CrmMailLink(models.Model):
    """This mail belongs to this record, and who or what said so.

    Making a link posts the mail in the record's chatter, at its own date and quietly:
    nobody is notified, nobody becomes a follower, nothing is answered (law 14).  The
    posted copy gets a Message-ID of its own, because the host's gateway drops a mail
    whose Message-ID it has already seen.
    """

    _name = "crm.mail.link"
    _description = "Link of a mail to a record"
    _order = "id"
    _rec_name = "res_name"

    message_id = fields.Many2one(
        "crm.mail.message", "Mail", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        related="message_id.user_id", store=True, index=True, string="Owner"
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record", required=True, model_field="res_model")
    res_name = fields.Char("Record name", compute="_compute_res_name")
    reason = fields.Char(required=True, help="Who or which rule linked it, in words.")
    mail_message_id = fields.Many2one(
        "mail.message", "Posted as", ondelete="set null", copy=False
    )

    _record_unique = models.Constraint(
        "UNIQUE (message_id, res_model, res_id)",
        "This mail is already linked to that record.",
    )
    _record_index = models.Index("(res_model, res_id)")

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        self.res_name = False
        for model, links in self.grouped("res_model").items():
            if model not in self.env:
                continue
            records = self.env[model].browse(links.mapped("res_id")).exists()
            names = {
                record.id: record.display_name
                for record in records._filtered_access("read")
            }
            for link in links:
                link.res_name = names.get(link.res_id, False)

    @api.constrains("res_model")
    def _check_res_model(self):
        for link in self:
            if not link._has_chatter(link.res_model):
                raise ValidationError(
                    self.env._(
                        "A mail can only be linked to a record that has a chatter."
                    )
                )

    @api.model
    def _has_chatter(self, model: str) -> bool:
        return model in self.env and hasattr(self.env[model], "_message_create")

    def _record(self):
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id)

    @api.model
    def _link(self, message, model: str, res_id: int, reason: str):
        """Link one mail to one record as the current user, and post it there.

        Linking twice is the same link. The body is fetched first, so that a server
        that is away leaves nothing behind.

        :raises AccessError: the user may not read the mail or not post on the record
        :raises UserError: the record cannot hold mails, or the mail cannot be read
        """
        message.ensure_one()
        message.check_access("read")
        if not self._has_chatter(model):
            raise UserError(
                self.env._("A mail can only be linked to a record that has a chatter.")
            )
        record = self.env[model].browse(res_id).exists()
        if not record:
            raise UserError(self.env._("That record does not exist any more."))
        record.check_access("read")
        operation = record._mail_get_operation_for_mail_message_operation("create")
        record.check_access(operation[record])
        known = self.search(
            [
                ("message_id", "=", message.id),
                ("res_model", "=", model),
                ("res_id", "=", res_id),
            ]
        )
        if known:
            return known
        raw = message._read_raw()
        # sudo: users have no right to create links, so that none exists that was not
        # checked here and posted below
        link = self.sudo().create(
            {
                "message_id": message.id,
                "res_model": model,
                "res_id": res_id,
                "reason": reason,
            }
        )
        link.mail_message_id = link.sudo(False)._post(record, raw)
        return link.sudo(False)

    def _post(self, record, raw: bytes):
        """Show the mail in the record's chatter, and only show it."""
        mail = parse_mail(raw)
        message = self.message_id
        header = mail.header
        sender = header.from_ or header.sender
        email = email_normalize(sender.email) if sender else False
        author = (
            self.env["res.partner"].search([("email_normalized", "=", email)], limit=1)
            if email
            else self.env["res.partner"]
        )
        recipients = message.recipients or {}
        written_by = sender and self._formatted([(sender.name, sender.email)])
        sent_at = header.sent_at and header.sent_at.replace(tzinfo=None)
        values = {
            "model": record._name,
            "res_id": record.id,
            "message_type": "email",
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "subject": header.subject or message.subject,
            "body": Markup(message._clean_body(mail).html),  # noqa: S704 cleaned
            "email_from": written_by,
            "author_id": author.id,
            "date": sent_at or message.internal_date,
            "incoming_email_to": self._formatted(recipients.get("to", [])),
            "incoming_email_cc": self._formatted(recipients.get("cc", [])),
            "reply_to": written_by,
            "email_add_signature": False,
            "record_alias_domain_id": False,
            "record_company_id": self.env.company.id,
        }
        # The gateway's own context: received markup is stored as text, pictures as
        # they are. sudo: the right to post on the record was checked by the caller.
        quiet = record.sudo().with_context(
            attachments_mime_plainxml=True,
            image_no_postprocess=True,
            mail_post_autofollow_author_skip=True,
        )
        attachments = [(part.filename, part.content) for part in mail.attachments]
        values.update(quiet._process_attachments_for_post(attachments, [], values))
        return quiet._message_create([values])

    @api.model
    def _formatted(self, pairs) -> str:
        return ", ".join(
            format_address(Address(name, email)) for name, email in pairs if email
        )

    def unlink(self):
        """Take the posted copies back together with the links."""
        # sudo: the copy was posted by this link; the user's right to the link counts
        posted = self.sudo().mail_message_id
        result = super().unlink()
        posted.unlink()
        return result
