from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models.crm_mail_account_access import DEFAULT_SENDER, LIMIT_FROM
from ..models.crm_mail_server_mixin import SYSTEM_SMTP
from .common import Mailbox, MailCase


@tagged("post_install", "-at_install")
class TestSender(MailCase):
    """Which addresses a person may write from."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.own_mailbox = Mailbox()
        self.office = self.new_account(
            user_id=self.administrator.id, name="Office", sender_name="The office"
        )

    def senders(self, user):
        return self.env["crm.mail.account"].with_user(user)._senders()

    def share(self):
        self.office.with_user(self.administrator).share_sender = True

    def test_a_shared_sender_is_everybodys_for_sending_only(self):
        """[A9]"""
        self.assertFalse(self.senders(self.colleague))
        self.share()
        (sender,) = self.senders(self.colleague)
        self.assertEqual(
            (sender.kind, sender.email, sender.name),
            ("shared", self.office.email, "The office"),
        )
        office = self.office.with_user(self.colleague)
        self.assertFalse(office.has_access("read"))
        self.assertFalse(self.client(self.colleague).bootstrap()["accounts"])

    def test_a_mail_really_leaves_by_the_shared_sender(self):
        """[A9] [A19]"""
        self.share()
        self.colleague.email = self.own_mailbox.username
        lines = self.env["crm.mail.sender"].with_user(self.colleague)
        action = self.colleague.with_user(self.colleague).action_crm_mail_senders()
        line = lines.search(action["domain"])
        self.assertEqual(line.email, self.office.email)
        answer = line.action_test()
        self.assertEqual(answer["params"]["type"], "success")
        with self.own_mailbox.client() as client:
            client.select("INBOX")
            header = client.fetch("1", "(BODY.PEEK[HEADER.FIELDS (FROM)])")[1][0][1]
        self.assertIn(f"The office <{self.office.email}>".encode(), header)

    def test_a_sender_that_is_no_longer_shared_cannot_be_used_from_an_old_list(self):
        """[A9]"""
        self.share()
        self.colleague.email = self.own_mailbox.username
        action = self.colleague.with_user(self.colleague).action_crm_mail_senders()
        line = (
            self.env["crm.mail.sender"]
            .with_user(self.colleague)
            .search(action["domain"])
        )
        self.office.share_sender = False
        with self.assertRaisesRegex(UserError, "may not write from that address"):
            line.action_test()

    def test_a_line_of_somebody_else_or_a_forged_one_sends_nothing(self):
        self.share()
        action = self.owner.with_user(self.owner).action_crm_mail_senders()
        lines = self.env["crm.mail.sender"].search(action["domain"])
        self.assertFalse(lines.with_user(self.colleague).has_access("read"))
        with self.assertRaises(AccessError):
            lines.with_user(self.owner).write({"account_ref": 1})
        with self.assertRaises(AccessError):
            self.env["crm.mail.sender"].with_user(self.owner).create({"kind": "own"})

    def test_only_an_administrator_shares_a_sender(self):
        """[A9]"""
        mine = self.new_account()
        with self.assertRaises(AccessError):
            mine.with_user(self.owner).share_sender = True
        with self.assertRaises(AccessError):
            self.env["crm.mail.health"].with_user(self.owner).browse(
                mine.id
            ).action_share_sender()
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda users, kind, payload, **_kw: told.append((users, kind)),
        )
        self.env.flush_all()
        row = self.env["crm.mail.health"].with_user(self.administrator).browse(mine.id)
        row.action_share_sender()
        self.assertTrue(mine.share_sender)
        self.assertIn((self.owner, "simple_notification"), told)
        self.assertFalse(mine.with_user(self.administrator).has_access("read"))
        row.action_share_sender()
        self.assertFalse(mine.share_sender)

    def test_a_shared_sender_can_be_for_some_companies_only(self):
        company = self.env["res.company"].create({"name": "Sister"})
        self.share()
        self.office.share_company_ids = company
        self.assertFalse(self.senders(self.colleague))
        self.colleague.company_ids += company
        self.assertTrue(self.senders(self.colleague))

    def test_the_main_account_comes_first(self):
        """[A8]"""
        self.share()
        first = self.new_account()
        second = self.new_account(username=Mailbox().username)
        second.with_user(self.owner).main = True
        addresses = [sender.account_id for sender in self.senders(self.owner)]
        self.assertEqual(addresses, [second.id, first.id, self.office.id])

    def test_users_without_a_mailbox_get_the_default_sender_first(self):
        """[A24] [A25] The administrator picks it from a list, no number is copied."""
        self.share()
        other = self.new_account(
            user_id=self.administrator.id, username=Mailbox().username
        )
        other.share_sender = True
        self.env.flush_all()
        for chosen in (other, self.office):
            settings = (
                self.env["res.config.settings"]
                .with_user(self.administrator)
                .create({"crm_mail_default_sender_id": chosen.id})
            )
            settings.execute()
            self.assertEqual(
                self.env["ir.config_parameter"].get_param(DEFAULT_SENDER),
                str(chosen.id),
            )
            self.assertEqual(self.senders(self.colleague)[0].account_id, chosen.id)

    def test_the_administrator_may_limit_what_a_user_writes_from(self):
        """[A14]"""
        allowed, other = self.new_account(), self.new_account(email="x@live.test")
        self.assertEqual(len(self.senders(self.owner)), 2)
        self.env["ir.config_parameter"].set_param(LIMIT_FROM, "True")
        self.assertFalse(self.senders(self.owner))
        self.owner.with_user(
            self.administrator
        ).crm_mail_from_addresses = f"somebody@live.test {allowed.email.upper()}"
        (sender,) = self.senders(self.owner)
        self.assertEqual(sender.account_id, allowed.id)
        self.owner.email = other.email
        self.assertEqual(len(self.senders(self.owner)), 2)
        with self.assertRaises(AccessError):
            self.owner.with_user(self.owner).crm_mail_from_addresses = "x@live.test"

    def test_the_host_may_send_where_the_administrator_lets_it(self):
        """[A15]"""
        self.owner.email = self.own_mailbox.username
        mixin = self.env["crm.mail.account.setup"].with_user(self.owner)
        system = self.env.ref("crm_mail_accounts.provider_system")
        providers = self.env["crm.mail.provider"].with_user(self.owner)
        self.assertFalse(self.senders(self.owner))
        self.assertNotIn(system, providers.search(mixin._smtp_provider_domain()))
        self.env["ir.config_parameter"].set_param(SYSTEM_SMTP, "True")
        self.assertIn(system, providers.search(mixin._smtp_provider_domain()))
        (sender,) = self.senders(self.owner)
        self.assertEqual((sender.kind, sender.email), ("system", self.owner.email))

    def test_a_mailbox_may_send_through_the_host(self):
        """[A15] [B2]"""
        self.host_server()
        self.owner.email = self.own_mailbox.username
        setup = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create(
                {
                    **self.own_mailbox.account_values(),
                    "smtp_host": False,
                    "smtp_provider_id": self.env.ref(
                        "crm_mail_accounts.provider_system"
                    ).id,
                }
            )
        )
        setup.action_test()
        self.assertTrue(setup.test_passed, setup.test_steps)
        answer = setup.action_send_test_mail()["params"]
        self.assertEqual(answer["type"], "success", answer)
        setup.action_continue()
        self.assertEqual(setup.step, "folders")
        self.assertTrue(setup.account_id.smtp_system)

    def test_the_host_writes_from_no_address_that_nobody_answers_for(self):
        """A mailbox may be called anything, on a server of one's own."""
        self.env["ir.config_parameter"].set_param(SYSTEM_SMTP, "True")
        system = self.env.ref("crm_mail_accounts.provider_system")
        self.owner.email = self.own_mailbox.username
        account = self.new_account(
            **{
                **self.own_mailbox.account_values(),
                "smtp_host": False,
                "smtp_provider_id": system.id,
            }
        )
        mine = account.with_user(self.owner)
        for values in ({"email": "director@live.test"}, {"email": "x@elsewhere.test"}):
            with self.assertRaisesRegex(ValidationError, "your administrator"):
                with self.cr.savepoint():
                    mine.write(values)
        # what was saved before the rule is no sender either
        self.env.cr.execute(
            "UPDATE crm_mail_account SET email = 'director@live.test' WHERE id = %s",
            [account.id],
        )
        account.invalidate_recordset()
        self.assertNotIn("director@live.test", self.emails(self.owner))
        account.share_sender = True
        self.assertNotIn("director@live.test", self.emails(self.colleague))
        self.owner.crm_mail_from_addresses = "director@live.test"
        self.assertIn("director@live.test", self.emails(self.owner))

    def emails(self, user):
        return [sender.email for sender in self.senders(user)]
