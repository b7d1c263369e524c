# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import client_payload, compose_payload


class CrmMailClient(models.AbstractModel):
    """Drafts that are written from a mailbox of several people.

    Whoever may act in the mailbox, or write from it, reads what the others have begun
    to write; its author alone goes on with it, until somebody takes it over.
    """

    _inherit = "crm.mail.client"

    @api.model
    def open_thread(self, thread_id) -> dict:
        """With ``drafts``: what colleagues have begun to answer there, and what the
        Drafts folder does not show yet: ``[Draft]``, see :meth:`_draft_payload`."""
        answer = super().open_thread(thread_id)
        shown = {row["draft_by"]["id"] for row in answer["rows"] if row["draft_by"]}
        drafts = self.env["crm.mail.outgoing"].search(
            Domain("parent_id.thread_id", "=", int(thread_id))
            & Domain("state", "=", "draft")
            & Domain("user_id", "!=", self.env.uid)
            & Domain("id", "not in", list(shown))
        )
        return {**answer, "drafts": [self._draft_payload(draft) for draft in drafts]}

    @api.model
    def compose_start(self, kind, message_id=False, values=None) -> dict:
        if kind == "draft":
            message = self._readable("crm.mail.message", message_id)
            for draft in self.env["crm.mail.outgoing"]._drafts_of(message):
                draft._check_author()
        return super().compose_start(kind, message_id, values)

    @api.model
    def compose_open(self, outgoing_id) -> dict:
        mail = self._outgoing(outgoing_id)
        mail._check_author()
        return super().compose_open(outgoing_id)

    @api.model
    def compose_take_over(self, outgoing_id) -> dict:
        """Go on with a colleague's draft, who is told and can keep a copy.

        :return: its Composition
        :raises AccessError: not a draft of a mailbox that the user acts in
        :raises UserError: no draft any more; the user may not write from the mailbox
        """
        mail = self._outgoing(outgoing_id)
        self._check_draft(mail)
        sender = mail._sender_of_key(mail.sender_key)
        # sudo: users write no rows; who may read it was asked by _outgoing, and who
        # may write from its address just before
        mail.sudo()._take_over(sender)
        mail._tell_draft()
        return compose_payload.composition(mail, self._sender_payloads())

    @api.model
    def compose_save(self, outgoing_id, version, values) -> dict:
        answer = super().compose_save(outgoing_id, version, values)
        if not outgoing_id and not answer["conflict"]:
            self._outgoing(answer["id"])._tell_draft()
        return answer

    @api.model
    def compose_send(self, outgoing_id, version, values, send_at=False) -> dict:
        answer = super().compose_send(outgoing_id, version, values, send_at)
        self._outgoing(answer["id"])._tell_draft()
        return answer

    @api.model
    def compose_discard(self, outgoing_id) -> bool:
        self._outgoing(outgoing_id)._tell_draft()
        return super().compose_discard(outgoing_id)

    # -- helpers -----------------------------------------------------------------

    def _draft_payload(self, draft) -> dict:
        """``{id, person, date, subject, preview, may_take}``"""
        return {
            **client_payload.draft_by(draft),
            "date": fields.Datetime.to_string(draft.write_date),
            "subject": draft.subject or "",
            "preview": draft.preview or "",
        }
