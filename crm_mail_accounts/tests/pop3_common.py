"""A POP3 mailbox beside the account that collects it."""

from __future__ import annotations

import re

from ..mailkit.tests.other_client import text_mail
from .common import Mailbox

_NUMBER = re.compile(rb"^Subject: number (\d+)", re.MULTILINE)


class Pop3Mixin:
    """``self.maildrop`` is the POP3 mailbox; ``self.mailbox`` the account's own."""

    def setUp(self):
        super().setUp()
        self.maildrop = Mailbox()

    def fill(self, *numbers, size=0):
        self.maildrop.append(*(text_mail(number, size=size) for number in numbers))

    def bridge_values(self, account, **values) -> dict:
        return {
            "name": "Old mailbox",
            "account_id": account.id,
            "host": self.maildrop.host,
            "port": self.maildrop.ports["pop3s"],
            "security": "tls",
            "username": self.maildrop.username,
            "password": self.maildrop.password,
            **values,
        }

    def new_bridge(self, account, **values):
        """Made by the owner; what deletes is set as by the confirmation."""
        deletes = {
            name: values.pop(name)
            for name in ("keep_copy", "leave_days")
            if name in values
        }
        bridge = (
            self.env["crm.mail.pop3.bridge"]
            .with_user(account.user_id)
            .create(self.bridge_values(account, **values))
        )
        if deletes:
            bridge.sudo().write(deletes)
        return bridge

    def collect(self, *bridges):
        """A turn in which these are due."""
        for bridge in bridges:
            bridge.sudo()._make_due()
        self.work(bridges[0].account_id)

    def numbers_in(self, mailbox, folder="INBOX") -> list[int]:
        """Numbers of :meth:`fill`'s mails, as another client finds them, ascending."""
        with mailbox.client() as client:
            if client.select(folder, readonly=True)[1] == [b"0"]:
                return []
            answer = client.fetch("1:*", "(BODY.PEEK[])")[1]
        return sorted(
            int(_NUMBER.search(item[1])[1])
            for item in answer
            if isinstance(item, tuple)
        )

    def maildrop_count(self) -> int:
        return len(self.numbers_in(self.maildrop))
