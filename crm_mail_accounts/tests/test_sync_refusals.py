from contextlib import contextmanager

from odoo.tests import tagged

from ..mailkit.tests.imap_proxy import ImapProxy
from .common import simple_mail
from .sync_common import SyncCase

BYE = b"* BYE Maintenance begins now\r\n"


class MoodyProxy(ImapProxy):
    """The live server, which says goodbye among headers and lets nobody write."""

    goodbyes = 0
    """Connections that end in the middle of a window."""
    headers = 0
    read_only = False

    def shown(self, response):
        response = super().shown(response)
        if self.goodbyes and b"BODY[HEADER.FIELDS" in response:
            self.headers += 1
            if self.headers == 3:
                self.headers = 0
                self.goodbyes -= 1
                return BYE
        if self.read_only:
            response = response.replace(b"[READ-WRITE]", b"[READ-ONLY]")
        return response


@tagged("post_install", "-at_install")
class TestSyncRefusals(SyncCase):
    """A server that ends the connection within an answer, or allows reading alone."""

    def setUp(self):
        super().setUp()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(8)))

    @contextmanager
    def account_behind(self, **moods):
        with MoodyProxy(self.mailbox.host, self.mailbox.ports["imap"]) as proxy:
            for name, value in moods.items():
                setattr(proxy, name, value)
            self.proxy = proxy
            account = self.new_account(
                imap_port=proxy.endpoint().port, imap_security="none"
            )
            self.work(account)
            yield account

    def test_one_goodbye_among_headers_is_nobodys_news(self):
        """[F2] The window is fetched again, and each mail is there once."""
        with self.account_behind(goodbyes=1) as account:
            self.assertFalse(self.proxy.goodbyes, "it was said")
            self.assertFalse(account.error_code)
            self.work(account)
            self.assertInStep(account)
            self.assertEqual(len(self.messages(account)), 8)

    def test_goodbyes_again_and_again_cost_no_mail(self):
        """[F2] Smaller windows, other connections."""
        with self.account_behind(goodbyes=6) as account:
            for _turn in range(12):
                self.sync(account)
                self.assertFalse(account.error_code, account.error_message)
            self.assertFalse(self.proxy.goodbyes, "they were said")
            self.assertEqual(
                self.messages(account).mapped("state"), ["ok"] * 8, "none is set apart"
            )
            self.assertFalse(any(account.folder_ids.mapped("problem")))
            self.assertInStep(account)

    def test_a_folder_that_can_only_be_read_takes_a_change_back_and_says_why(self):
        """[D12]"""
        with self.account_behind(read_only=True) as account:
            mail = self.messages(account)[0]
            told = []
            self.startPatch(
                type(self.env["res.users"]),
                "_bus_send",
                lambda users, kind, payload, **_kw: told.append((kind, payload)),
            )
            self.client().mark(mail.ids, add=["flagged"])
            self.assertTrue(mail.flagged, "at once, on screen")
            self.proxy.forget()
            self.work(account)
            self.assertFalse(mail.flagged)
            self.assertNotIn(b"UID STORE", self.proxy.names())
            self.assertFalse(self.env["crm.mail.operation"].search([]))
            (payload,) = [p for kind, p in told if kind == "crm_mail_accounts/refused"]
            self.assertIn("This folder can only be read", payload["message"])
            self.assertFalse(account.error_code)
            self.assertInStep(account)
