from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.record_names import record_names

CONTENTS = [
    ("fact", "Only who, when and the subject"),
    ("text", "The text, without attachments"),
    ("whole", "The whole mail with its attachments"),
]
"""What a record shows of a mail, the least first."""
PRIVATE_CHATTERS = ("discuss.channel", "mail.thread", "mail.thread.main.attachment")
"""They have a chatter and hold no business: talks between people, and mere bases."""


class CrmMailLink(models.Model):
    """This mail belongs to this record, and who or what said so.

    Making a link posts the mail in the record's chatter, at its own date and quietly:
    nobody is notified, nobody becomes a follower, nothing is answered (law 14); see
    ``crm_mail_link_post.py``.  A rule only makes the link; the worker, which may wait
    for the mail server, posts it a moment later (``waiting``).

    The link goes with what it posted: it follows when records are merged, and goes
    when the record or the posted message is deleted (``mail_message.py``).
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
    header_id = fields.Char(
        related="message_id.message_id",
        store=True,
        string="Message-ID",
        help="By which the same mail is known in another mailbox and at the gateway.",
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record", required=True, model_field="res_model")
    res_name = fields.Char("Record name", compute="_compute_res_name")
    reason = fields.Char(required=True, help="Who or which rule linked it, in words.")
    by_rule = fields.Boolean("Linked by a rule")
    content = fields.Selection(CONTENTS, "Posted", required=True, default="whole")
    mail_message_id = fields.Many2one(
        "mail.message",
        "Posted as",
        ondelete="set null",
        copy=False,
        index="btree_not_null",
    )
    own_copy = fields.Boolean(
        default=True,
        help="The message was posted by links and goes with the last of them. Unset: "
        "the gateway or a user had posted it.",
    )
    waiting = fields.Boolean(help="To be posted when the mail was fetched.")
    tries = fields.Integer(help="How often it could not be fetched.")
    posted_at = fields.Datetime()
    error = fields.Char("Problem", help="Why it could not be posted, in words.")

    _record_unique = models.Constraint(
        "UNIQUE (message_id, res_model, res_id)",
        "This mail is already linked to that record.",
    )
    _record_index = models.Index("(res_model, res_id)")
    _same_mail_index = models.Index("(header_id, res_model, res_id)")
    _waiting_index = models.Index("(message_id) WHERE waiting")
    _posted_index = models.Index("(user_id, posted_at) WHERE own_copy")

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        names = record_names(self.env, ((link.res_model, link.res_id) for link in self))
        for link in self:
            link.res_name = names.get((link.res_model, link.res_id), False)

    @api.constrains("res_model")
    def _check_res_model(self):
        for model in set(self.mapped("res_model")):
            if not self._has_chatter(model):
                raise ValidationError(
                    self.env._(
                        "A mail can only be linked to a record that has a chatter."
                    )
                )

    @api.model
    def _has_chatter(self, model: str) -> bool:
        """Whether mails can be linked to records of this model."""
        if model not in self.env or model in PRIVATE_CHATTERS:
            return False
        records = self.env[model]
        return (
            hasattr(records, "_message_create")
            and not records._abstract
            and not records._transient
            and not model.startswith("crm.mail.")
        )

    def _record(self):
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id)

    # -- linking -------------------------------------------------------------------

    @api.model
    def _link(self, message, model: str, res_id: int, reason: str, content="whole"):
        """Link one mail to one record as the current user, and post it there.

        Linking twice is the same link. The body is fetched first, so that a server
        that is away leaves nothing behind.

        :param content: ``whole``, ``text`` or ``fact``
        :raises AccessError: the user may not read the mail or not post on the record
        :raises UserError: the record cannot hold mails, or the mail cannot be read
        """
        message.ensure_one()
        self._check_may_link(message, model, res_id, content)
        known = self._known(message, model, res_id)
        if known:
            return known
        if content != "fact":
            message._read_raw()
        link = self._make([(message, model, res_id, reason, content)])
        link._post()
        return link.sudo(False)

    @api.model
    def _link_written(self, message, model: str, res_id: int, reason: str):
        """Link a mail that the current user wrote for this record, and post it there.

        Its copy may lie in a mailbox that its author cannot read: a sender may be
        shared. So only the record is asked for.

        :param message: the copy, whose body is here
        :raises AccessError: the user may not post on the record
        """
        self._check_may_post(model, res_id)
        # sudo: what is linked is the user's own writing
        links = self.sudo()
        if not links._known(message, model, res_id):
            links._make([(message, model, res_id, reason, "whole")])._post()

    @api.model
    def _link_later(self, messages, model: str, res_id: int, reason: str, content):
        """As :meth:`_link` for many mails; the worker posts those that it must fetch.

        :return: the links of these mails to that record, old and new
        """
        self._check_may_link(messages, model, res_id, content)
        known = self._known(messages, model, res_id)
        made = self._make(
            (message, model, res_id, reason, content)
            for message in messages - known.message_id
        )
        made._ready()._post()
        return known | made.sudo(False)

    @api.model
    def _check_may_link(self, messages, model: str, res_id: int, content: str):
        messages.check_access("read")
        if content not in dict(CONTENTS):
            raise UserError(
                self.env._("Choose what is posted: the whole mail, its text or less.")
            )
        self._check_may_post(model, res_id)

    @api.model
    def _check_may_post(self, model: str, res_id: int):
        if not self._has_chatter(model):
            raise UserError(
                self.env._("A mail can only be linked to a record that has a chatter.")
            )
        record = self.env[model].browse(int(res_id)).exists()
        if not record:
            raise UserError(self.env._("That record does not exist any more."))
        record.check_access("read")
        operation = record._mail_get_operation_for_mail_message_operation("create")
        record.check_access(operation[record])

    @api.model
    def _known(self, messages, model: str, res_id: int):
        return self.search(
            [
                ("message_id", "in", messages.ids),
                ("res_model", "=", model),
                ("res_id", "=", res_id),
            ]
        )

    @api.model
    def _make(self, wanted, by_rule: bool = False):
        """Links that wait to be posted: ``(message, model, id, reason, content)``.

        As superuser: users have no right to create links, so that none exists whose
        record was not checked by the caller.
        """
        links = self.sudo().create(
            [
                {
                    "message_id": message.id,
                    "res_model": model,
                    "res_id": res_id,
                    "reason": reason,
                    "content": content,
                    "by_rule": by_rule,
                    "waiting": True,
                }
                for message, model, res_id, reason, content in wanted
            ]
        )
        if not by_rule:
            # Who links by hand what was refused has changed their mind.
            links._refusals().unlink()
        return links

    # -- unlinking -----------------------------------------------------------------

    def unlink(self):
        """Take the posted copies back together with the links.

        A copy that another mailbox's link shows as well is made anew with what that
        one may show. What a rule had linked is remembered, so that no rule does it
        again.
        """
        # sudo: the copy was posted by these links; the user's right to them counts
        if not self:
            return True
        links = self.sudo()
        copies = links.filtered("own_copy").mail_message_id
        messages = links.message_id
        links.filtered("by_rule")._refuse()
        result = super().unlink()
        rest = links.search([("mail_message_id", "in", copies.ids)])
        rest.write({"mail_message_id": False, "waiting": True})
        links._remove_copies(copies)
        rest._ready()._post()
        messages._forget_unlinked()
        return result

    def _refuse(self):
        """Remember that these mails do not belong to these records."""
        self.env["crm.mail.link.refusal"].sudo()._remember(
            {(link.message_id.id, link.res_model, link.res_id) for link in self}
        )

    def _refusals(self):
        refusals = self.env["crm.mail.link.refusal"].sudo()
        found = refusals.search([("message_id", "in", self.message_id.ids)])
        pairs = {(link.message_id, link.res_model, link.res_id) for link in self}
        return found.filtered(
            lambda refusal: (refusal.message_id, refusal.res_model, refusal.res_id)
            in pairs
        )

    # -- what happens to the records -------------------------------------------------

    @api.model
    def _follow(self, posted):
        """Messages were moved to other records: their links go with them.

        That is how the host merges records and hands a chatter over, whatever the
        model. Of two links of one mail that meet on a record one stays.
        """
        links = self.search([("mail_message_id", "in", posted.ids)])
        for link in links:
            target = link.mail_message_id
            place = (target.model, target.res_id)
            if place == (link.res_model, link.res_id):
                continue
            if not target.res_id or not self._has_chatter(target.model):
                link._release()
            elif self._known(link.message_id, *place):
                link.by_rule = False
                link.unlink()
            else:
                link.write({"res_model": target.model, "res_id": target.res_id})
        links.exists()._settle()

    @api.model
    def _released_by(self, posted):
        """Messages are about to be deleted, with their record or by hand."""
        self.search([("mail_message_id", "in", posted.ids)])._release()

    def _release(self):
        """End links and leave the messages to themselves."""
        self.write({"mail_message_id": False})
        self.unlink()

    @api.model
    def _names_of_reasons(self) -> dict[str, str]:
        """Rule -> the words that a link made by it carries."""
        return {
            "conversation": self.env._("Rule: belongs to a conversation linked to it"),
            "reference": self.env._("Rule: answers a message of this record"),
            "contact": self.env._("Rule: from or to this contact"),
            "opportunity": self.env._("Rule: the contact's only open opportunity"),
        }
