# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_mail_client_compose import LEAVING

MOST_PLACES = 20
"""Mails that one tab shows or answers at a time."""
LONGEST_TAB = 64


class CrmMailClient(models.AbstractModel):
    """Several people in one mailbox: who is where, and who does what.

    A *person* is ``{id, name, avatar_url}``.
    """

    _inherit = "crm.mail.client"

    # -- who is there ------------------------------------------------------------

    @api.model
    def presence(self, tab, reading=False, answering=()) -> list[dict]:
        """Say what a tab shows, and hear who else is in the same mailboxes.

        Asked when that changes, and every 20 seconds while it does not; who was not
        heard of for a minute is gone.  The others hear of a change by the bus
        (``crm_mail_accounts/presence``: ``{account_id, people}``).  Of mailboxes that
        nobody else reads nothing is noted.

        :param tab: a name that the browser made up for the tab
        :param reading: the open mail, or false
        :param answering: mails that are being answered
        :return: ``[{person, account_id, message_id, thread_id, kind}]``, without the
            user themselves; ``kind``: ``reading`` or ``answering``
        """
        wanted = {int(reading): "reading"} if reading else {}
        wanted.update(dict.fromkeys(map(int, list(answering)), "answering"))
        messages = self.env["crm.mail.message"].search(
            [("id", "in", list(wanted)[:MOST_PLACES])]
        )
        accounts = self._shared_accounts()
        messages = messages.filtered(lambda mail: mail.account_id in accounts)
        places = {message: wanted[message.id] for message in messages}
        # sudo: the table is closed; the mails were read by the rules just before
        rows = self.env["crm.mail.presence"].sudo()
        for account in rows._note(str(tab)[:LONGEST_TAB], places):
            people = [self._presence_payload(row) for row in rows._in_accounts(account)]
            account._tell_team("presence", {"account_id": account.id, "people": people})
        return [
            self._presence_payload(row)
            for row in rows._in_accounts(accounts)
            if row.user_id != self.env.user
        ]

    @api.model
    def answer_check(self, message_id, since, outgoing_id=False) -> dict:
        """Whether a colleague answers the same conversation, or has done so.

        :param since: UTC: when the user began to write; false: just now
        :param outgoing_id: the user's own answer
        :return: ``{answering: [person], answered: [{name, date, message_id}]}``;
            ``message_id`` is false while the answer is not in Sent
        """
        message = self._readable("crm.mail.message", message_id)
        account = message.account_id
        if message.shared_with_me or not account or not account._is_shared():
            return {"answering": [], "answered": []}
        # sudo: that a colleague answers is told to those who read the mailbox
        rows = self.env["crm.mail.presence"].sudo()._in_accounts(account)
        writers = rows.filtered(
            lambda row: (
                row.kind == "answering"
                and row.user_id != self.env.user
                and self._is_same_conversation(row.message_id, message)
            )
        ).user_id
        return {
            "answering": [self._person(user) for user in writers],
            "answered": self._answered(
                message,
                fields.Datetime.to_datetime(since or fields.Datetime.now()),
                int(outgoing_id or 0),
            ),
        }

    # -- who does it -------------------------------------------------------------

    @api.model
    def assign_candidates(self, message_ids) -> list[dict]:
        """Whom the conversations of these mails may be given to: who may act in all
        their mailboxes; the user first.

        :return: ``[person]``
        :raises AccessError: a mailbox that the user may not change
        """
        messages = self._assignable(message_ids)
        accounts = messages.account_id
        people = accounts[:1]._who_act()
        for account in accounts[1:]:
            people &= account._who_act()
        people = people.sorted(lambda user: (user != self.env.user, user.name))
        return [self._person(user) for user in people]

    @api.model
    def assign(self, message_ids, user_id) -> list[int]:
        """Give the conversations of these mails to a colleague, or to nobody (false).

        Everybody who reads the mailbox hears of it by the bus
        (``crm_mail_accounts/assigned``: ``{account_id, thread_ids, assigned, by,
        message_id, subject}``).

        :return: ids of the conversations
        :raises AccessError: a mailbox that the user may not change
        :raises UserError: the colleague may not act there; a mail that has no
            conversation yet
        """
        messages = self._assignable(message_ids)
        if messages.filtered(lambda mail: not mail.thread_id):
            raise UserError(
                self.env._("This mail has only just come in. Try again in a moment.")
            )
        # sudo: of a colleague nothing but name and picture is told
        user = self.env["res.users"].sudo().browse(int(user_id or 0)).exists()
        for account in messages.account_id if user_id else ():
            if user not in account._who_act():
                raise UserError(
                    self.env._(
                        "Only somebody who may act in the mailbox %(mailbox)s can be "
                        "given its conversations. Its owner can give that right.",
                        mailbox=account.name,
                    )
                )
        # sudo: users write no conversations; asked by _assignable
        messages.thread_id.sudo().write(
            {
                "assigned_id": user.id,
                "assigned_by_id": bool(user) and self.env.uid,
                "assigned_at": bool(user) and fields.Datetime.now(),
            }
        )
        for account, mails in messages.grouped("account_id").items():
            account._tell_team(
                "assigned",
                {
                    "account_id": account.id,
                    "thread_ids": mails.thread_id.ids,
                    "assigned": bool(user) and self._person(user),
                    "by": self.env.user.name,
                    "message_id": mails[0].id,
                    "subject": mails[0].subject or "",
                },
            )
        return messages.thread_id.ids

    # -- helpers -----------------------------------------------------------------

    def _shared_accounts(self):
        accounts = self.env["crm.mail.account"].search([("active", "=", True)])
        return accounts.filtered(lambda account: account._is_shared())

    def _assignable(self, message_ids):
        ids = [int(message_id) for message_id in message_ids]
        messages = self.env["crm.mail.message"].search([("id", "in", ids)])
        if not messages or len(messages) != len(set(ids)):
            self._readable("crm.mail.message", False)  # refuses
        accounts = messages.account_id
        accounts._check_may_act()
        if not accounts or messages.filtered(lambda mail: not mail.account_id):
            raise UserError(
                self.env._("A mail that lies in no mailbox cannot be assigned.")
            )
        return messages

    @staticmethod
    def _is_same_conversation(one, other) -> bool:
        return one == other or bool(one.thread_id and one.thread_id == other.thread_id)

    def _answered(self, message, since, outgoing_id: int) -> list[dict]:
        """Answers that others gave in the mail's conversation since then."""
        mates = self.env["crm.mail.message"].search(
            [("thread_id", "=", message.thread_id.id), ("thread_id", "!=", False)]
        )
        mates |= message
        # sudo: what was sent is its author's; that it was is told to the mailbox's
        # readers, who find the copy in Sent
        sent = (
            self.env["crm.mail.outgoing"]
            .sudo()
            .search(
                [
                    ("id", "!=", outgoing_id),
                    ("parent_id", "in", mates.ids),
                    ("parent_kind", "in", ("reply", "reply_all")),
                    ("account_id", "=", message.account_id.id),
                    ("state", "in", LEAVING),
                    ("queued_at", ">=", since),
                ]
            )
        )
        known = {mail.message_id: mail for mail in sent if mail.message_id}
        copies = mates.filtered(
            lambda mail: (
                mail.shown_folder_id.role == "sent"
                and (mail.internal_date and mail.internal_date >= since)
            )
        )
        places = {mail.message_id: mail.id for mail in copies}
        answers = [
            {
                "name": mail.user_id.name,
                "date": fields.Datetime.to_string(mail.sent_at or mail.queued_at),
                "message_id": places.get(mail.message_id, False),
            }
            for mail in sent
            if mail.user_id != self.env.user
        ]
        # written in another program, so nobody knows by whom
        answers += [
            {
                "name": mail.from_name or mail.from_email or "",
                "date": fields.Datetime.to_string(mail.internal_date),
                "message_id": mail.id,
            }
            for mail in copies
            if mail.message_id not in known and not self._is_own_answer(mail)
        ]
        return answers

    def _is_own_answer(self, mail) -> bool:
        return bool(
            self.env["crm.mail.outgoing"].search_count(
                Domain("message_id", "=", mail.message_id)
                & Domain("user_id", "=", self.env.uid),
                limit=1,
            )
        )

    def _presence_payload(self, row) -> dict:
        return {
            "person": self._person(row.user_id),
            "account_id": row.account_id.id,
            "message_id": row.message_id.id,
            "thread_id": row.message_id.thread_id.id,
            "kind": row.kind,
        }
