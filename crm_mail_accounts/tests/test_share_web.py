from odoo.tests import new_test_user, tagged

from .common import GROUPS, Mailbox, simple_mail
from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestShareTour(TourCase):
    """Two people talk about a mail on their screens."""

    def setUp(self):
        super().setUp()
        self.anna = new_test_user(
            self.env, login="anna_rossi", name="Anna Rossi", groups=GROUPS
        )
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Offer 12"), simple_mail("Private"))
        self.account = self.new_account()
        self.work(self.account)

    def test_a_mail_is_shared_answered_and_withdrawn(self):
        """[D3]"""
        self.tour("crm_mail_accounts_share")
        (share,) = self.env["crm.mail.share"].search([])
        mail = share.message_id
        self.assertEqual(share.user_id, self.anna)
        self.tour("crm_mail_accounts_shared_with_me", user=self.anna)
        self.assertTrue(share.opened_at)
        self.tour("crm_mail_accounts_withdraw")
        self.assertFalse(share.exists())
        self.assertFalse(mail.with_user(self.anna).has_access("read"))
