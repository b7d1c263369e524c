"""A mailbox that is kept here, collected from a live POP3 server."""

from __future__ import annotations

from .common import Mailbox
from .outgoing_common import WritingMixin
from .pop3_common import Pop3Mixin
from .sync_common import SyncCase


class KeptMixin(Pop3Mixin):
    """``self.maildrop`` is the POP3 mailbox that the account is."""

    def kept_now(self, account) -> list[tuple[str, bool]]:
        """Subjects of the mails that are in a folder, and whether each one's bytes are
        here."""
        self.env.invalidate_all()
        mails = self.env["crm.mail.message"].search(
            [("account_id", "=", account.id), ("state", "=", "ok")]
        )
        return sorted((mail.subject, bool(mail._cached_raw())) for mail in mails)

    def kept_values(self, **values) -> dict:
        box = self.maildrop
        return {
            "kind": "pop3",
            "username": box.username,
            "password": box.password,
            "pop3_host": box.host,
            "pop3_port": box.ports["pop3s"],
            "pop3_security": "tls",
            "smtp_host": box.host,
            "smtp_port": box.ports["smtps"],
            "smtp_security": "tls",
            **values,
        }

    def kept_account(self, **values):
        return self.new_account(
            imap_host=False, imap_port=993, **self.kept_values(**values)
        )

    def own(self, account):
        return account.pop3_bridge_ids

    def gather(self, account):
        """A turn in which the POP3 server is looked at."""
        self.collect(self.own(account))

    def subjects(self, account, role) -> list[str]:
        """What the screen lists in a folder."""
        folder = self.folder(account, role)
        return sorted(
            row["subject"]
            for row in self.client(account.user_id).list_messages(folder.id)["rows"]
        )


class KeptCase(KeptMixin, WritingMixin, SyncCase):
    def setUp(self):
        super().setUp()
        self.friend = Mailbox()
        self.account = self.kept_account()
        self.account_id = self.account.id

    def mail(self, subject):
        (found,) = self.messages(self.account).filtered(
            lambda mail: mail.subject == subject and mail.shown_folder_id
        )
        return found

    def send(self, *mails):
        self.time_comes(*mails)
        self.work(self.account)
