# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import compose_payload

PAGE = 50
DRAFT_SHOWN_AFTER = timedelta(minutes=2)
"""How old a draft is that should have reached its Drafts folder."""
FILING_SHOWN_AFTER = 2
"""Tries after which a missing copy in Sent is shown: the first may just be early."""


class CrmMailClient(models.AbstractModel):
    """Mails that wait, and those of which something must be decided."""

    _inherit = "crm.mail.client"

    @api.model
    def outgoing_list(self, kind, before=False) -> dict:
        """A page of a list, newest first.

        :param kind: ``scheduled``; ``outgoing`` (waits, leaves, failed, uncertain, or
            sent without its copy in Sent); ``drafts`` (those that only Odoo has);
            ``undelivered`` (somebody did not get it)
        :param before: the ``before`` of the page above, or false
        :return: ``{rows, before}``
        """
        self._check_writer()
        domain = self._outgoing_domain(kind)
        if before:
            domain &= Domain("id", "<", int(before))
        mails = self.env["crm.mail.outgoing"].search(domain, limit=PAGE)
        return {
            "rows": [
                compose_payload.outgoing_row(mail, self._name_of_sender(mail))
                for mail in mails
            ],
            "before": len(mails) == PAGE and mails[-1].id,
        }

    @api.model
    def outgoing_reschedule(self, outgoing_id, send_at) -> bool:
        """Another time for a mail that waits for one (UTC).

        :raises UserError: it has begun to leave
        """
        mail = self._outgoing(outgoing_id)
        at = fields.Datetime.to_datetime(send_at)
        if mail.state != "scheduled" or not at:
            raise UserError(self.env._("This mail is no longer scheduled."))
        # The bytes carry the date of sending, so they are made anew.
        sender = mail._sender_of_key(mail.sender_key)
        sudoed = mail._changeable()
        self._take_back(sudoed)
        sudoed._queue(sender, at if at > fields.Datetime.now() else False)
        sudoed._tell()
        return True

    @api.model
    def outgoing_send_now(self, outgoing_id) -> bool:
        """Let a mail leave that waits for its time, or for another try."""
        mail = self._outgoing(outgoing_id)
        if mail.state not in ("scheduled", "queued"):
            raise UserError(self.env._("This mail is not waiting to be sent."))
        sender = mail._sender_of_key(mail.sender_key)
        sudoed = mail._changeable()
        if mail.state == "scheduled":
            self._take_back(sudoed)
            sudoed._queue(sender)
        sudoed.write({"next_at": fields.Datetime.now(), "undo_until": False})
        sudoed._wake()
        sudoed._tell()
        return True

    @api.model
    def outgoing_retry(self, outgoing_id) -> bool:
        """Try a mail again that failed; the same mail, not a new one."""
        mail = self._outgoing(outgoing_id)
        if mail.state != "failed":
            raise UserError(self.env._("Only a mail that failed can be tried again."))
        mail._sender_of_key(mail.sender_key)
        self._again(mail)
        return True

    @api.model
    def outgoing_decide(self, outgoing_id, decision) -> bool:
        """Say what became of a mail that may have been sent.

        :param decision: ``sent``, or ``again``: it is sent once more, with the same
            Message-ID, so that most programs show it once even if it arrives twice
        """
        mail = self._outgoing(outgoing_id)
        if mail.state != "uncertain" or decision not in ("sent", "again"):
            raise UserError(self.env._("There is nothing to decide about this mail."))
        if decision == "again":
            mail._sender_of_key(mail.sender_key)
            self._again(mail)
            return True
        sudoed = mail._changeable()
        sudoed.filing = sudoed._first_filing()
        sudoed._was_sent()
        sudoed.next_at = fields.Datetime.now()
        sudoed._wake()
        return True

    # -- helpers -----------------------------------------------------------------

    def _delivery_of(self, message) -> dict:
        """What only the author of a sent mail knows: ``bcc``, and in ``delivery``
        ``[{email, state, text}]`` who did not get it (``refused``, ``bounced``)."""
        sent = self.env["crm.mail.outgoing"]
        if message.message_id:
            sent = sent.search(
                [
                    ("message_id", "=", message.message_id),
                    ("account_id", "=", message.account_id.id),
                    ("state", "=", "sent"),
                    ("user_id", "=", self.env.uid),
                ],
                limit=1,
            )
        return {
            "bcc": compose_payload.addresses(sent, "bcc") if sent else [],
            "delivery": [
                {"email": email, **result}
                for email, result in (sent.results or {}).items()
                if result["state"] != "accepted"
            ],
        }

    def _again(self, mail):
        sudoed = mail._changeable()
        sudoed.write(
            {
                "state": "queued",
                "next_at": fields.Datetime.now(),
                "queued_at": fields.Datetime.now(),
                "error": False,
                "error_code": False,
                "tries": 0,
            }
        )
        sudoed._wake()
        sudoed._tell()

    def _outgoing_domain(self, kind) -> Domain:
        mine = Domain("state", "!=", "discarded")
        if kind == "scheduled":
            return mine & Domain("state", "=", "scheduled")
        if kind == "undelivered":
            return mine & Domain(self.env["crm.mail.outgoing"]._undelivered_domain())
        if kind == "drafts":
            return mine & self._kept_drafts_domain()
        if kind != "outgoing":
            raise UserError(self.env._("There is no such list."))
        unfiled = (
            Domain("state", "=", "sent")
            & Domain("filing", "in", ("waiting", "storing"))
            & Domain("filing_tries", ">=", FILING_SHOWN_AFTER)
        )
        waiting = Domain("state", "in", ("queued", "sending", "failed", "uncertain"))
        return mine & (waiting | unfiled)

    def _kept_drafts_domain(self) -> Domain:
        """The user's drafts that no Drafts folder has: none belongs there, there is
        none, or the mailbox has not taken them for a while."""
        never_stored = Domain("draft_message_id", "=", False)
        on_its_way = Domain("draft_uid", "=", False) & Domain(
            "draft_uidnext", "!=", False
        )
        nowhere = (
            Domain("sender_kind", "in", ("shared", "system"))
            | Domain("account_id", "=", False)
            | Domain("account_id.kind", "=", "smtp")
            | Domain("next_at", "=", False)
        )
        late = Domain("create_date", "<", fields.Datetime.now() - DRAFT_SHOWN_AFTER)
        return (
            Domain("state", "=", "draft")
            & Domain("user_id", "=", self.env.uid)
            & (never_stored | on_its_way)
            & (nowhere | late)
        )

    def _name_of_sender(self, mail) -> str:
        # sudo: of a shared sender nothing but its name is told
        account = mail.sudo().account_id
        return (account and account.sender_name) or mail.user_id.name

    def _state(self, accounts, folders) -> dict:
        """With the numbers of mails that wait: for their time, to leave, and to be
        gone on with where no mailbox has them."""
        outgoing = self.env["crm.mail.outgoing"]
        return {
            **super()._state(accounts, folders),
            **{
                kind: outgoing.search_count(self._outgoing_domain(kind))
                for kind in ("scheduled", "outgoing", "drafts")
            },
        }
