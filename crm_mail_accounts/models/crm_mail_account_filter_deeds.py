# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import logging
from datetime import timedelta
from hashlib import sha256

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from ..mailkit.rules import autoforward
from ..mailkit.rules.autoreply import all_lower
from ..tools import compose_start

_logger = logging.getLogger(__name__)


class CrmMailAccount(models.Model):
    """What filters do beside the mailbox: links, opportunities, forwards, notices.

    As the owner, who must be allowed to; and like the rest of a filter as rows of the
    running transaction.  A forward is a row of ``crm.mail.outgoing``, which leaves at
    most once (law 7).
    """

    _inherit = "crm.mail.account"

    def _do_filter(self, deed: str, mail, name: str, *arguments):
        """As the owner, who must be allowed to; a refusal leaves the rest alone."""
        try:
            with self.env.cr.savepoint():
                env = self.env(user=self.user_id.id, su=False)
                getattr(self.with_env(env), deed)(mail.with_env(env), name, *arguments)
        except (UserError, AccessError) as error:
            _logger.info("account %s: a filter's deed was refused", self.id)
            self._log_filter(
                self.env._(
                    "The filter “%(name)s” could not do what it should: %(reason)s",
                    name=name,
                    reason=str(error),
                )
            )

    def _filter_link(self, message, name: str):
        """Link a mail to the record of its sender, if there is one."""
        partner = self.env["res.partner"].search(
            [("email_normalized", "=", email_normalize(message.from_email or "-"))],
            limit=1,
        )
        if partner:
            self._link_by_filter(message, partner, name)

    def _link_by_filter(self, message, record, name: str):
        """The link is made now; the worker fetches the mail and posts it."""
        links = self.env["crm.mail.link"]
        content = self.link_content
        links._check_may_link(message, record._name, record.id, content)
        if not links._known(message, record._name, record.id):
            reason = self.env._("Linked by the filter “%(name)s”", name=name)
            links._make(
                [(message, record._name, record.id, reason, content)], by_rule=True
            )

    def _filter_opportunity(self, message, name: str):
        """Create an opportunity from a mail, and link the mail to it."""
        email = message.from_email or ""
        partner = self.env["res.partner"].search(
            [("email_normalized", "=", email_normalize(email) or "-")], limit=1
        )
        lead = self.env["crm.lead"].create(
            {
                "name": message.subject or self.env._("(no subject)"),
                "type": "opportunity",
                "user_id": self.user_id.id,
                "partner_id": partner.id,
                "contact_name": False if partner else message.from_name,
                "email_from": partner.email or email,
            }
        )
        self._link_by_filter(message, lead, name)

    def _filter_notify(self, message, name: str):
        """Tell the owner's open screens of a mail."""
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "info",
                "title": message.from_name or message.from_email or name,
                "message": message.subject or self.env._("(no subject)"),
            },
        )

    # -- forwarding ------------------------------------------------------------------

    def _forward_plans(self, plans, names: dict[int, str]):
        """Queue what the filters forward; why one is not forwarded is logged."""
        for mail, plan in plans.items():
            for address, number in plan.forward_to.items():
                self._do_filter("_filter_forward", mail, names[number], address)

    def _filter_forward(self, message, name: str, to: str):
        raw = message._cached_raw()
        if not raw:
            raise UserError(
                self.env._("The mail could not be fetched, so it was not forwarded.")
            )
        header = raw.partition(b"\r\n\r\n")[0]
        refusal = autoforward.refusal(
            header,
            to,
            mine=all_lower([self.email]),
            token=self._loop_mark(),
            sent_today=self._forwarded_today(),
        )
        if refusal is not None:
            _logger.info("mail %s: not forwarded, %s", message.id, refusal.value)
            if refusal is autoforward.Refusal.BRAKE:
                raise UserError(
                    self.env._(
                        "So many mails were forwarded today that no more are until "
                        "tomorrow."
                    )
                )
            return
        self._queue_forward(message, name, to, header)

    def _queue_forward(self, message, name: str, to: str, header: bytes):
        """The mail as a forward that a person writes: its text, and its files."""
        client = self.env["crm.mail.client"]
        outgoing = self.env["crm.mail.outgoing"]
        sender = self._check_sender(self.id)
        key = f"account:{self.id}"
        found = compose_start.start(
            self.env, "forward", message, [compose_start.nobody(key)]
        )
        # sudo: users create none by RPC; the sender was asked just before
        mail = outgoing.sudo().create(
            {
                "user_id": self.user_id.id,
                "account_id": self.id,
                "sender_kind": sender.kind,
                "subject": found["subject"],
                "recipients": {"to": [["", to]], "cc": [], "bcc": []},
                "body_html": found["body_html"],
                "by_filter": name,
                **compose_start.thread_values(message, "forward"),
            }
        )
        client._attach_parts(mail, client._parts_of(message, None))
        mail._freeze(
            sender,
            fields.Datetime.now(),
            headers=autoforward.forward_headers(header, self._loop_mark()),
        )

    def _loop_mark(self) -> str:
        """By which this mailbox knows what it forwarded itself."""
        # sudo: one value of the database, of which only a digest is shown
        secret = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return sha256(f"{secret} {self.id}".encode()).hexdigest()[:32]

    def _forwarded_today(self) -> int:
        # sudo: a number
        return (
            self.env["crm.mail.outgoing"]
            .sudo()
            .search_count(
                [
                    ("account_id", "=", self.id),
                    ("by_filter", "!=", False),
                    ("create_date", ">", fields.Datetime.now() - timedelta(days=1)),
                ],
                limit=autoforward.PER_DAY,
            )
        )
