import uuid
from datetime import timedelta, timezone
from hashlib import sha256

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, is_html_empty

from ..mailkit.mime.compose import compose, make_message_id
from ..mailkit.mime.draft import DraftMail
from ..mailkit.mime.outgoing_html import prepare_html
from ..mailkit.rules import autoreply
from ..mailkit.values import Address


class CrmMailVacation(models.Model):
    """Out of office of a mailbox: when, what it says, and to whom.

    Whether a mail is answered is decided in ``mailkit/rules/autoreply.py``.
    """

    _name = "crm.mail.vacation"
    _inherit = ["crm.mail.rules.place"]
    _description = "Out of office"
    _rec_name = "account_id"

    account_id = fields.Many2one(
        "crm.mail.account", "Mailbox", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(related="account_id.user_id", store=True, string="Owner")
    active = fields.Boolean("On", default=True)
    follow_host = fields.Boolean(
        "Follow my absence in Odoo",
        help="Answers while you are out of office in your Odoo preferences, with the "
        "text that you wrote there. Who got that text already gets it once.",
    )
    date_from = fields.Datetime("From", default=lambda self: fields.Datetime.now())
    date_to = fields.Datetime("Until", help="Empty: until you switch it off.")
    subject = fields.Char(
        required=True,
        default=lambda self: self.env._("Auto: {subject}"),
        help="{subject} stands for the subject of the mail that is answered.",
    )
    body = fields.Html(
        "Text",
        help="{name}, {subject} and {until} stand for the sender, the subject and the "
        "day on which you are back.",
    )
    colleague_body = fields.Html(
        "Text for colleagues", help="Empty: colleagues get no answer."
    )
    only_known = fields.Boolean("Answer contacts only")
    only_direct = fields.Boolean(
        "Only mails addressed to me",
        default=True,
        help="Not those that reach me as a blind copy.",
    )
    days = fields.Integer(
        "Days between two answers",
        default=7,
        help="The same sender is not answered again before.",
    )
    enabled_at = fields.Datetime(
        default=lambda self: fields.Datetime.now(), readonly=True, copy=False
    )
    token = fields.Char(default=lambda self: uuid.uuid4().hex, readonly=True)
    is_on = fields.Boolean("Answering now", compute="_compute_is_on")
    preview = fields.Html(
        "What somebody gets", compute="_compute_previews", sanitize=True
    )
    colleague_preview = fields.Html(
        "What a colleague gets", compute="_compute_previews", sanitize=True
    )

    _account_unique = models.Constraint(
        "UNIQUE (account_id)", "A mailbox has one out of office; change that one."
    )

    @api.depends("active", "follow_host", "date_from", "date_to")
    def _compute_is_on(self):
        for each in self:
            # What is entered and not saved yet answers nobody.
            saved = each._origin
            each.is_on = bool(saved) and saved._is_on()

    @api.depends(
        *("follow_host", "date_from", "date_to", "subject", "body", "colleague_body")
    )
    def _compute_previews(self):
        """As an answer to a mail that somebody might write."""
        for each in self:
            words = (
                each.env._("Rosa Conti"),
                each.env._("Our appointment"),
            )
            each.preview = each._preview(False, *words)
            each.colleague_preview = each._preview(True, *words)

    def _preview(self, colleague: bool, name: str, subject: str):
        text = self._filled(colleague, name, subject)
        if is_html_empty(text):
            return Markup("<p><em>%s</em></p>") % self.env._("No answer.")
        title = autoreply.answer_subject(self.subject or "", subject)
        # the field that takes this cleans it
        return Markup("<p><strong>%s</strong></p>%s") % (title, Markup(text))  # noqa: S704

    @api.constrains("date_from", "date_to", "days")
    def _check_times(self):
        for each in self:
            if each.date_to and each.date_from and each.date_to <= each.date_from:
                raise ValidationError(self.env._("The end must be after the start."))
            if not 1 <= each.days <= 365:
                raise ValidationError(
                    self.env._("Choose 1 to 365 days between two answers.")
                )

    @api.constrains("active", "follow_host", "body")
    def _check_text(self):
        for each in self:
            if each.active and not each.follow_host and is_html_empty(each.body):
                raise ValidationError(self.env._("Write what the answer says."))

    def write(self, vals):
        if vals.get("active"):
            # what came in while it was off is not answered
            vals = {**vals, "enabled_at": fields.Datetime.now()}
        return super().write(vals)

    # -- when --------------------------------------------------------------------

    def _is_on(self) -> bool:
        self.ensure_one()
        now = fields.Datetime.now()
        start, end = self._period()
        return bool(self.active and start and start <= now and not (end and end < now))

    def _period(self):
        if not self.follow_host:
            return self.date_from, self.date_to
        # sudo: the owner's own absence, of which the host lets others see less
        user = self.user_id.sudo()
        return user.out_of_office_from, user.out_of_office_to

    def _since(self):
        return max(self._period()[0], self.enabled_at)

    # -- what it says --------------------------------------------------------------

    def _text(self, colleague: bool) -> str:
        if colleague:
            return self.colleague_body or ""
        if self.follow_host:
            return self.user_id.sudo().out_of_office_message or ""
        return self.body or ""

    def _handle(self, colleague: bool) -> str:
        """Of the text: one that was changed is new to those who got the old one."""
        text = f"{self.subject}\0{self._text(colleague)}"
        return sha256(text.encode()).hexdigest()[:32]

    def _filled(self, colleague: bool, name: str, subject: str) -> str:
        """The text with its placeholders filled in."""
        until = self._period()[1]
        words = {
            "{name}": name,
            "{subject}": subject,
            "{until}": format_date(self.env, until) if until else "",
        }
        html = str(self._text(colleague) or "")
        for word, value in words.items():
            html = html.replace(word, str(escape(value)))
        return html

    def _answer(self, message, to: str, colleague: bool) -> bytes:
        """The whole answer."""
        sent = prepare_html(
            self._filled(colleague, message.from_name or to, message.subject or "")
        )
        account = self.account_id
        references = (message.reference_header or "").split()
        return compose(
            DraftMail(
                from_=Address(
                    account.sender_name or account.user_id.name, account.email
                ),
                message_id=make_message_id(
                    account.email.rpartition("@")[2] or "localhost", uuid.uuid4().hex
                ),
                date=fields.Datetime.now().replace(tzinfo=timezone.utc),
                to=(Address("", to),),
                subject=autoreply.answer_subject(self.subject, message.subject or ""),
                html=sent.html,
                text=sent.text,
                in_reply_to=message.message_id or "",
                references=(*references, message.message_id or ""),
                headers=autoreply.answer_headers(self.token),
            ),
            eight_bit=False,
        )

    # -- to whom -----------------------------------------------------------------

    def _sent_to(self, to: str, colleague: bool) -> autoreply.Sent:
        now = fields.Datetime.now()
        replies = self.env["crm.mail.vacation.reply"].sudo()
        mine = [("vacation_id", "=", self.id)]
        day = [*mine, ("answered_at", ">", now - timedelta(days=1))]
        domain = [*day, ("correspondent", "=ilike", f"%@{to.rpartition('@')[2]}")]
        same = replies.search_count(
            [
                *mine,
                ("correspondent", "=", to),
                ("handle", "=", self._handle(colleague)),
                ("answered_at", ">", now - timedelta(days=self.days)),
            ],
            limit=1,
        )
        return autoreply.Sent(
            same=bool(same) or self._answered_by_host(to),
            account_day=replies.search_count(day, limit=autoreply.PER_DAY),
            domain_day=replies.search_count(domain),
            domain_hour=replies.search_count(
                [*domain, ("answered_at", ">", now - timedelta(hours=1))]
            ),
        )

    def _answered_by_host(self, to: str) -> bool:
        """Whether the host told the same text to the same person."""
        if not self.follow_host:
            return False
        # sudo: only whether there is one
        return bool(
            self.env["mail.message"]
            .sudo()
            .search_count(
                [
                    ("message_type", "=", "out_of_office"),
                    ("author_id", "=", self.user_id.partner_id.id),
                    ("date", ">", fields.Datetime.now() - timedelta(days=self.days)),
                    "|",
                    ("outgoing_email_to", "ilike", to),
                    ("partner_ids.email_normalized", "=", to),
                ],
                limit=1,
            )
        )
