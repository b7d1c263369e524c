from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestAccount(MailCase):
    """The main account, archiving and deleting."""

    def mine(self):
        return self.env["crm.mail.account"].with_user(self.owner).search([])

    # -- the main account ------------------------------------------------------------

    def test_the_first_account_is_the_main_one(self):
        """[A8]"""
        first, second = self.new_account(), self.new_account()
        self.assertEqual((first.main, second.main), (True, False))

    def test_making_one_the_main_account_clears_the_other(self):
        """[A8]"""
        first, second = self.new_account(), self.new_account()
        second.with_user(self.owner).main = True
        self.assertEqual((first.main, second.main), (False, True))
        third = self.new_account(main=True)
        self.assertEqual(self.mine().filtered("main"), third)

    def test_the_main_account_changes_whichever_row_the_database_meets_first(self):
        """[A8] The index is looked at row by row; a row that is written moves."""
        accounts = [self.new_account() for _n in range(3)]
        for chosen in (*reversed(accounts), *accounts):
            with self.subTest(chosen=accounts.index(chosen)):
                chosen.with_user(self.owner).main = True
                self.env.flush_all()
                self.assertEqual(self.mine().filtered("main"), chosen)

    def test_deleting_or_archiving_the_main_account_promotes_another(self):
        """[A8]"""
        first, second, third = (self.new_account() for _n in range(3))
        first.unlink()
        self.assertEqual(self.mine().filtered("main"), second)
        second.active = False
        self.assertEqual(self.mine().filtered("main"), third)
        self.assertFalse(second.main)
        second.active = True
        self.assertEqual(self.mine().filtered("main"), third)

    def test_the_main_account_cannot_be_unticked_into_none(self):
        """[A8]"""
        account = self.new_account()
        account.main = False
        self.assertTrue(account.main)

    def test_every_user_has_a_main_account_of_their_own(self):
        """[A8]"""
        mine = self.new_account()
        theirs = self.new_account(user_id=self.colleague.id, main=True)
        self.assertTrue(mine.main and theirs.main)

    # -- deleting --------------------------------------------------------------------

    def linked_mail(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Kept"), simple_mail("Other"))
        account = self.new_account()
        self.work(account)
        mails = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        kept = mails.filtered(lambda mail: mail.subject == "Kept")
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "user_id": self.owner.id}
        )
        for mail in mails:
            self.client().open_message(mail.id)
        self.client().link_message(kept.id, "crm.lead", lead.id)
        return account, kept, mails - kept, lead

    def delete(self, account, **values):
        wizard = (
            self.env["crm.mail.account.delete"]
            .with_user(self.owner)
            .create({"account_id": account.id, **values})
        )
        self.assertEqual((wizard.mail_count, wizard.link_count), (2, 1))
        wizard.action_delete()

    def test_a_deleted_account_leaves_its_linked_mails(self):
        """[F9]"""
        account, kept, other, lead = self.linked_mail()
        posted = lead.message_ids[0]
        other_raw = other._raw_attachment()
        self.delete(account)
        self.assertFalse(account.exists() or other.exists() or other_raw.exists())
        self.assertTrue(posted.exists())
        self.assertEqual(kept.link_ids.mail_message_id, posted)
        self.assertEqual((kept.state, kept.uid), ("unplaced", 0))
        self.env.invalidate_all()
        self.assertTrue(kept.with_user(self.owner)._cached_raw())
        self.assertFalse(kept.with_user(self.colleague).has_access("read"))

    def test_linked_mails_go_too_when_their_owner_says_so(self):
        account, kept, _other, lead = self.linked_mail()
        posted = lead.message_ids[0]
        self.delete(account, links="remove")
        self.assertFalse(kept.exists() or posted.exists())

    def test_deleting_an_account_deletes_nothing_on_the_server(self):
        """[F1]"""
        account, *_rest = self.linked_mail()
        before = self.mailbox.flags()
        self.delete(account)
        self.assertEqual(self.mailbox.flags(), before)

    def test_an_archived_account_rests_and_comes_back_with_its_mails(self):
        """[A20]"""
        account, kept, other, _lead = self.linked_mail()
        wizard = (
            self.env["crm.mail.account.delete"]
            .with_user(self.owner)
            .create({"account_id": account.id})
        )
        wizard.action_archive()
        self.assertFalse(self.client().bootstrap()["accounts"])
        self.assertTrue(kept.link_ids and other.exists())
        self.assertFalse(self.client().bootstrap()["specials"]["flagged"])
        self.mailbox.append(simple_mail("Meanwhile"))
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda users, kind, payload, **_kw: told.extend(users),
        )
        account.with_user(self.owner).action_unarchive()
        self.assertIn(self.owner, told, "an open screen hears of it")
        self.assertEqual(len(self.client().bootstrap()["accounts"]), 1)
        self.work(account)
        subjects = self.client().list_messages(self.folder(account, "inbox").id)["rows"]
        self.assertEqual(
            {row["subject"] for row in subjects}, {"Kept", "Other", "Meanwhile"}
        )

    def test_an_archived_account_is_found_and_taken_up_where_accounts_are_listed(self):
        """[A20]"""
        account = self.new_account()
        account.active = False
        accounts = self.env["crm.mail.account"].with_user(self.owner)
        self.assertNotIn(account, accounts.search([]))
        arch = etree.fromstring(accounts.get_view(view_type="search")["arch"])
        (archived,) = arch.xpath("//filter[@name='archived']")
        self.assertIn(
            account,
            accounts.search(safe_eval(archived.get("domain"))),
        )

    def test_who_reads_a_mailbox_is_told_where_it_is_set_up(self):
        """[F6] Nobody is told that they read a mailbox alone when they do not."""
        account = self.new_account()
        setups = self.env["crm.mail.account.setup"].with_user(self.owner)
        setup = setups.create({"account_id": account.id})
        self.assertFalse(setup.readers)
        account.with_user(self.owner).delegate_ids = [
            Command.create({"user_id": self.colleague.id})
        ]
        self.env.invalidate_all()
        self.assertEqual(setup.readers, self.colleague.name)
        account.delegate_ids.sudo().expires_at = "2000-01-01 00:00:00"
        self.env.invalidate_all()
        self.assertFalse(setup.readers)

    def test_nobody_else_deletes_an_account(self):
        account = self.new_account()
        for user in (self.colleague, self.administrator):
            wizard = (
                self.env["crm.mail.account.delete"]
                .with_user(user)
                .create({"account_id": account.id})
            )
            with self.subTest(user=user.login):
                for action in (wizard.action_delete, wizard.action_archive):
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        action()
        self.assertTrue(account.exists())
