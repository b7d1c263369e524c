from odoo.tests import HttpCase, new_test_user, tagged

from .common import GROUPS, PATIENCE, Mailbox, MailCase, simple_mail

PATH = "/odoo/crm-messages"


@tagged("post_install", "-at_install")
class TestShareTour(MailCase, HttpCase):
    """Two people talk about a mail on their screens."""

    def setUp(self):
        super().setUp()
        self.owner.password = self.owner.login
        self.anna = new_test_user(
            self.env, login="anna_rossi", name="Anna Rossi", groups=GROUPS
        )
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Offer 12"), simple_mail("Private"))
        self.account = self.new_account()
        self.work(self.account)
        self.startPatch(
            self.env.registry["crm.mail.account"], "_trigger_lanes", lambda model: None
        )

    def tour(self, name, user):
        self.start_tour(PATH, name, login=user.login, timeout=PATIENCE)

    def test_a_mail_is_shared_answered_and_withdrawn(self):
        """[D3]"""
        self.tour("crm_mail_accounts_share", self.owner)
        (share,) = self.env["crm.mail.share"].search([])
        mail = share.message_id
        self.assertEqual(share.user_id, self.anna)
        self.tour("crm_mail_accounts_shared_with_me", self.anna)
        self.env.invalidate_all()
        self.assertTrue(share.opened_at)
        self.tour("crm_mail_accounts_withdraw", self.owner)
        self.env.invalidate_all()
        self.assertFalse(share.exists())
        self.assertFalse(mail.with_user(self.anna).has_access("read"))
