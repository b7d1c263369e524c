from odoo.tests import tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.pop3.session import Pop3Session
from .pop3_common import Pop3Mixin
from .pop3_kills_common import Pop3KillCase


@tagged("post_install", "-at_install")
class TestPop3Kills(Pop3Mixin, Pop3KillCase):
    """A worker may be killed at every step of collecting a POP3 mailbox: at rest each
    mail is in the folder once, and none is lost [E5]."""

    def setUp(self):
        super().setUp()
        self.number = 0
        self.account_id = self.committed_account()

    def test_a_worker_that_keeps_copies_may_be_killed_at_every_commit(self):
        """[E5]"""
        self.at_every_commit(keep_copy=True, shift=1, least=8)

    def test_a_worker_that_deletes_may_be_killed_at_every_commit(self):
        """[E5] [F5]"""
        for shift in (0, 2):
            self.at_every_commit(keep_copy=False, shift=shift, least=8)

    def test_a_worker_that_deletes_may_be_killed_within_each_command(self):
        """[E5] [F5]: before the server was asked, and behind its answer."""
        self.within_commands(
            (Pop3Session, "retrieve_blocks"),
            (MailboxSession, "append"),
            (Pop3Session, "delete"),
            (Pop3Session, "quit"),
        )

    def new_mailbox(self, keep_copy):
        """Two new mails in a POP3 mailbox of their own, due together with the account.

        The first run of the bridge is the one that dies.
        """
        self.two_new_mails()
        with self.committed() as env:
            env["crm.mail.pop3.bridge"].search([]).unlink()
            account = self.account(self.account_id)
            self.bridge_id = self.new_bridge(account, keep_copy=keep_copy).id
        self.make_due(self.account_id)

    def assertAllOnce(self, keep_copy):
        self.rest(self.account_id)
        with self.committed() as env:
            self.assertFalse(
                env["crm.mail.pop3.bridge"].browse(self.bridge_id).error_message
            )
            rows = env["crm.mail.pop3.seen"].search([])
            if keep_copy:
                self.assertEqual(set(rows.mapped("state")), {"appended"})
            for row in rows if not keep_copy else ():
                # killed behind QUIT, the next listing told that it is gone
                self.assertTrue(row.state == "deleted" or row.vanished)
            self.assertInStep(self.account(self.account_id))
        self.assertEqual(self.numbers_in(self.mailbox), list(range(1, self.number + 1)))
        self.assertNothingLeftOver(keep_copy)
