"""What the tests of a mailbox of several people share."""

from __future__ import annotations

from odoo.tests import new_test_user

from .common import GROUPS, Mailbox, simple_mail
from .outgoing_common import OutgoingCase


class TeamCase(OutgoingCase):
    """A mailbox of three: its owner, Marco who acts in it, Ida who reads it.

    ``first`` and ``second`` are one conversation, ``other`` is one of its own.
    """

    def setUp(self):
        self.mailbox = Mailbox()
        super().setUp()
        first = simple_mail("Offer 12")
        second = simple_mail("Re: Offer 12", In_Reply_To=first["Message-ID"])
        self.mailbox.append(first, second, simple_mail("Invoice"))
        self.work(self.account)
        self.first, self.second, self.other = (
            self.mail(subject) for subject in ("Offer 12", "Re: Offer 12", "Invoice")
        )
        self.inbox = self.folder(self.account, "inbox")
        self.marco = self.colleague
        self.marco.name = "Marco Neri"
        self.ida = new_test_user(
            self.env, login="mail_ida", name="Ida Bruni", groups=GROUPS
        )
        self.delegates = (
            self.env["crm.mail.delegate"]
            .with_user(self.owner)
            .create(
                [
                    {
                        "account_id": self.account.id,
                        "user_id": self.marco.id,
                        "may_act": True,
                        "may_send_as": True,
                    },
                    {"account_id": self.account.id, "user_id": self.ida.id},
                ]
            )
        )
        self.told = []
        told = self.told

        def send(users, kind, payload, **_kw):
            name = kind.removeprefix("crm_mail_accounts/")
            told.extend((user, name, payload) for user in users)

        self.startPatch(type(self.env["res.users"]), "_bus_send", send)

    def mail(self, subject):
        return self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id), ("subject", "=", subject)]
        )

    def heard(self, kind) -> dict:
        """Who was told of something, and what; what was heard is forgotten."""
        found = {user: payload for user, each, payload in self.told if each == kind}
        self.told.clear()
        return found
