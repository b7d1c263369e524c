import re

from odoo import fields
from odoo.tests import tagged

from .common import simple_mail
from .sync_common import SyncCase

FETCH = re.compile(rb"UID FETCH ([\d:,]+) (.*)\Z")
BAD = 7


def covers(uids: bytes, uid: int) -> bool:
    spans = (part.split(b":") for part in uids.split(b","))
    return any(int(span[0]) <= uid <= int(span[-1]) for span in spans)


@tagged("post_install", "-at_install")
class TestHangingUp(SyncCase):
    """A mail at which the server hangs up is found, and stops nothing else (law 3)."""

    def setUp(self):
        super().setUp()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(1, 21)))
        self.mailbox.append(simple_mail("Behind"), folder="Zeta", create=True)

    def account_behind(self, refuses):
        """An account whose server hangs up when ``refuses`` is asked of the mail."""
        entered = self.account_in_mode("qresync")
        account = entered.__enter__()
        self.addCleanup(entered.__exit__, None, None, None)
        self.proxy.hangs_up = lambda command: bool(
            (match := FETCH.match(command))
            and covers(match[1], BAD)
            and refuses(match[2])
        )
        return account

    def start_again(self, account):
        """As if the account had just been made, with the server as it is by now."""
        account.folder_ids.unlink()
        self.env["crm.mail.message"].search([("account_id", "=", account.id)]).unlink()
        account.lease_ids.listed_at = False

    def test_a_mail_whose_header_cannot_be_told(self):
        """[F2] Its row is there without a header, the others are whole."""
        account = self.account_behind(lambda items: b"HEADER" in items)
        self.start_again(account)
        self.work(account)
        behind = self.named(account, "Zeta")
        self.assertEqual(behind.indexed_total, 1, "the other folders did not wait")
        self.assertFalse(account.error_code)
        for _turn in range(6):
            self.work(account)
        inbox = self.folder(account, "inbox")
        self.assertEqual((inbox.indexed_total, inbox.low_uid), (20, 1))
        self.assertFalse(inbox.broken)
        mails = self.messages(account, folder_id=inbox.id)
        bad = mails.filtered(lambda mail: mail.uid == BAD)
        self.assertEqual(bad.state, "unreadable")
        self.assertTrue(bad.size, "what the server does tell is known")
        self.assertEqual(
            sorted(int(mail.subject.split()[1]) for mail in mails - bad),
            [n for n in range(1, 21) if n != BAD],
        )
        self.assertInStep(account)

    def test_a_mail_of_which_nothing_can_be_told(self):
        account = self.account_behind(lambda items: b"SIZE" in items)
        self.start_again(account)
        for _turn in range(8):
            self.work(account)
        inbox = self.folder(account, "inbox")
        self.assertEqual((inbox.indexed_total, inbox.low_uid), (20, 1))
        bad = self.messages(account, uid=BAD, folder_id=inbox.id)
        self.assertEqual(bad.state, "unreadable")
        self.assertFalse(account.error_code)

        asked = self.proxy.connections
        self.work(account)
        self.assertEqual(self.proxy.connections, asked + 1, "it is left in peace now")

        # its pause is over: one try, and the folder goes on
        bad.retry_at = fields.Datetime.now()
        self.mailbox.append(simple_mail("Mail 21"))
        self.sync(account)
        self.sync(account)
        self.assertEqual(inbox.indexed_total, 21)
        self.assertFalse(account.error_code)

    def test_once_may_be_the_network(self):
        """A single cut sets nothing apart and halves nothing."""
        account = self.account_behind(lambda items: False)
        self.start_again(account)
        cut = iter([True])
        self.proxy.hangs_up = lambda command: (
            b"HEADER.FIELDS" in command and next(cut, False)
        )
        self.work(account)
        inbox = self.folder(account, "inbox")
        self.assertEqual(inbox.indexed_total, 20)
        self.assertFalse(inbox.broken)
        self.assertFalse(account.error_code)
        self.assertFalse(self.messages(account, state="unreadable"))
        self.assertEqual(self.proxy.connections, 3)

    def test_a_body_at_which_it_hangs_up_is_not_read_ahead_again(self):
        account = self.account_behind(lambda items: b"BODY.PEEK[]" in items)
        self.start_again(account)
        for _turn in range(4):
            self.work(account)
        mails = self.messages(account)
        bad = mails.filtered(lambda mail: mail.uid == BAD and mail.size)
        self.assertEqual(bad.ahead, "never")
        others = mails - bad
        self.assertNotIn("never", others.mapped("ahead"))
        inbox = others.filtered(lambda mail: mail.folder_id.role == "inbox")
        self.assertEqual(len(inbox), 19)
        self.assertTrue(all(inbox.mapped("preview")))
        self.assertFalse(account.error_code)
