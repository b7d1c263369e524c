"""What the tests of sending share: a writer, and what the world got."""

from __future__ import annotations

import email
import imaplib
from datetime import timedelta

from odoo import fields

from .common import Mailbox
from .sync_common import SyncCase


class WritingMixin:
    """Writing from the account ``account_id`` to ``friend``, and looking what came."""

    # -- writing -----------------------------------------------------------------

    def values(self, **changes) -> dict:
        return {
            "sender_key": f"account:{self.account_id}",
            "to": [{"name": "Friend", "email": self.friend.username}],
            "cc": [],
            "bcc": [],
            "subject": "Offer 7",
            "body_html": "<p>Good morning</p>",
            "plain": False,
            "importance": "normal",
            "read_receipt": False,
            "parent": False,
            "record": False,
            "attachment_ids": [],
            **changes,
        }

    def written(self, user=None, **changes):
        """A draft, as the composer saves it."""
        saved = self.client(user).compose_save(False, False, self.values(**changes))
        return self.env["crm.mail.outgoing"].browse(saved["id"])

    def queued(self, user=None, send_at=False, **changes):
        """A mail that was sent by its author and waits for the worker."""
        mail = self.written(user, **changes)
        self.client(user).compose_send(
            mail.id, mail.version, self.values(**changes), send_at
        )
        return mail

    def time_comes(self, *mails):
        """As when their pause is over."""
        for mail in mails or self.env["crm.mail.outgoing"].search([]):
            if mail.next_at:
                mail.next_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()

    def pauses_are_over(self):
        """:meth:`time_comes`, also to the attempts of workers that died."""
        for mail in self.env["crm.mail.outgoing"].search([]):
            if mail.phase_at:
                mail.phase_at = fields.Datetime.now() - timedelta(hours=1)
        self.time_comes()

    # -- what the world got ------------------------------------------------------

    def received(self, mailbox=None, folder="INBOX") -> list:
        """The mails of a folder as somebody else's client reads them."""
        return [email.message_from_bytes(raw) for raw in self.raws(mailbox, folder)]

    def raws(self, mailbox=None, folder="INBOX") -> list[bytes]:
        with (mailbox or self.friend).client() as client:
            try:
                client.select(folder, readonly=True)
            except imaplib.IMAP4.error:
                return []
            answer = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
        return [item[1] for item in answer if isinstance(item, tuple)]

    def in_sent(self) -> list[bytes]:
        return self.raws(self.mailbox, "Sent")

    def in_drafts(self) -> list:
        return self.received(self.mailbox, "Drafts")


class OutgoingCase(WritingMixin, SyncCase):
    """The owner has a mailbox; somebody else gets their mail."""

    def setUp(self):
        super().setUp()
        self.account = self.new_account()
        self.account_id = self.account.id
        self.work(self.account)
        self.friend = Mailbox()

    def send(self, *mails, account=None):
        self.time_comes(*mails)
        self.work(account or self.account)
