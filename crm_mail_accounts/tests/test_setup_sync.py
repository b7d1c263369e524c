from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import Mailbox, MailCase, simple_mail

OLD = '"01-Mar-2019 10:00:00 +0000"'


@tagged("post_install", "-at_install")
class TestSetupSync(MailCase):
    """What is synchronized, and since when: the assistant's third step."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Old one"), date=OLD)
        self.mailbox.append(simple_mail("New one"))
        self.mailbox.append(simple_mail("Letter"), folder="Clients", create=True)

    def third_step(self):
        assistant = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create(self.mailbox.account_values())
        )
        assistant.action_continue()
        assistant.action_map()
        self.assertEqual(assistant.step, "sync")
        return assistant

    def subjects(self, account):
        return set(
            self.env["crm.mail.message"]
            .search([("account_id", "=", account.id)])
            .mapped("subject")
        )

    def test_since_is_told_in_mails_before_it_is_chosen(self):
        """[A11]"""
        assistant = self.third_step()
        self.assertTrue(assistant.count_text.startswith("3 mails in "))
        assistant.since = "year"
        self.assertTrue(assistant.count_text.startswith("2 mails in "))
        with Form(assistant) as form:
            form.since = "date"
            form.since_date = date(2019, 2, 1)
            self.assertTrue(form.count_text.startswith("3 mails in "))
            form.since_date = date(2019, 3, 5)
            self.assertTrue(form.count_text.startswith("2 mails in "))

    def test_only_mail_since_that_day_is_fetched_and_more_when_asked(self):
        """[A11]"""
        assistant = self.third_step()
        assistant.since = "month"
        assistant.action_finish()
        account = assistant.account_id
        self.work()
        self.assertEqual(self.subjects(account), {"New one", "Letter"})
        inbox = self.folder(account, "inbox")
        self.assertEqual((inbox.indexed_total, inbox.low_uid), (1, 1))
        self.mailbox.append(simple_mail("Late delivery"), date=OLD)
        self.work(account)
        self.assertIn("Late delivery", self.subjects(account), "new mail is new mail")
        self.assertEqual(inbox.excess, 1, "the old one, known and not missed")
        account.with_user(self.owner).fetch_since = date(2018, 1, 1)
        self.work(account)
        self.assertIn("Old one", self.subjects(account))
        self.assertEqual(inbox.indexed_total, 3)

    def test_a_later_day_takes_nothing_away(self):
        """[A11]"""
        account = self.new_account()
        self.work(account)
        account.with_user(self.owner).fetch_since = fields.Date.today()
        self.work(account)
        self.assertIn("Old one", self.subjects(account))

    def test_the_user_chooses_the_folders(self):
        """[A12]"""
        assistant = self.third_step()
        assistant.every_folder = False
        roles = set(assistant.synced_folder_ids.mapped("role"))
        self.assertEqual(roles, {"inbox", "sent"})
        self.assertTrue(assistant.count_text.startswith("2 mails in 2 folders"))
        assistant.action_finish()
        account = assistant.account_id
        self.work()
        self.assertEqual(self.subjects(account), {"Old one", "New one"})
        self.mailbox.append(simple_mail("Later"), folder="Later", create=True)
        account.sudo().lease_ids.listed_at = False
        self.work(account)
        later = account.folder_ids.filtered(lambda folder: folder.name == "Later")
        self.assertTrue(later.skipped)
        self.assertNotIn("Later", self.subjects(account))

    def test_the_inbox_is_always_among_them(self):
        """[A12]"""
        assistant = self.third_step()
        clients = assistant.account_id.folder_ids.filtered(
            lambda folder: folder.name == "Clients"
        )
        assistant.write(
            {"every_folder": False, "synced_folder_ids": [Command.set(clients.ids)]}
        )
        assistant.action_finish()
        self.work()
        self.assertEqual(
            self.subjects(assistant.account_id), {"Old one", "New one", "Letter"}
        )

    def test_a_missing_or_a_future_date_is_refused(self):
        assistant = self.third_step()
        assistant.write({"since": "date", "since_date": False})
        with self.assertRaisesRegex(ValidationError, "Choose the date"):
            assistant.action_finish()
        assistant.since_date = fields.Date.today() + timedelta(days=3)
        with self.assertRaisesRegex(ValidationError, "in the future"):
            assistant.action_finish()

    def test_a_server_that_cannot_be_asked_does_not_stop_the_step(self):
        assistant = self.third_step()
        assistant.account_id.imap_port = 1
        assistant.action_back()
        assistant.action_map()
        self.assertEqual(assistant.step, "sync")
        self.assertIn("could not be counted", assistant.count_text)

    def test_incoming_mail_also_shows_in_a_folder_of_the_crm(self):
        """[A13]"""
        account = self.new_account(put_in_folder="Sales post")
        self.work(account)
        answer = self.client().bootstrap()
        (local,) = (folder for folder in answer["folders"] if folder["local"])
        self.assertEqual((local["name"], local["unread"]), ("Sales post", 2))
        page = self.client().list_messages(local["id"])
        self.assertEqual(
            {row["subject"] for row in page["rows"]}, {"Old one", "New one"}
        )
        with self.mailbox.client() as client:
            listing = b"".join(client.list()[1])
        self.assertNotIn(b"Sales post", listing, "the server knows nothing of it")
        account.lease_ids.listed_at = False
        self.work(account)
        folder = self.env["crm.mail.folder"].browse(local["id"])
        self.assertFalse(folder.missing_since)

    def test_the_user_name_may_lose_its_domain_when_logging_in(self):
        """[B1] [A4]"""
        account = self.new_account(
            username="Mario@Company.com", imap_domain="company.com"
        )
        self.assertEqual(account._imap_credentials().username, "Mario")
        account.imap_domain = "other.com"
        self.assertEqual(account._imap_credentials().username, "Mario@Company.com")

    def test_who_sends_is_chosen_apart_from_who_receives(self):
        """[B2]"""
        providers = self.env["crm.mail.provider"]
        gmail = self.env.ref("crm_mail_accounts.provider_gmail")
        aruba = self.env.ref("crm_mail_accounts.provider_aruba")
        form = Form(self.env["crm.mail.account.setup"].with_user(self.owner))
        form.provider_id = gmail
        form.smtp_provider_id = aruba
        self.assertEqual(
            (form.imap_host, form.smtp_host), ("imap.gmail.com", "smtps.aruba.it")
        )
        self.assertFalse(form.smtp_same_login)
        form.provider_id = self.env.ref("crm_mail_accounts.provider_yahoo")
        self.assertEqual(form.smtp_host, "smtps.aruba.it")
        form.smtp_provider_id = providers
        self.assertEqual(form.smtp_host, "smtp.mail.yahoo.com")
        self.assertTrue(form.smtp_same_login)


@tagged("post_install", "-at_install")
class TestLimits(MailCase):
    """What the administrator sets for everybody."""

    def settings(self, **values):
        settings = (
            self.env["res.config.settings"].with_user(self.administrator).create(values)
        )
        settings.execute()
        return settings

    def test_a_cap_stops_a_user_and_zero_is_none(self):
        """[A2]"""
        self.mailbox = Mailbox()
        for _number in range(3):
            self.new_account(username=Mailbox().username)
        self.settings(crm_mail_account_cap=3)
        with self.assertRaisesRegex(UserError, "You can have 3 mailboxes at most"):
            self.new_account(username=Mailbox().username)
        self.settings(crm_mail_account_cap=0)
        self.new_account(username=Mailbox().username)

    def test_lanes_are_made_and_switched_off(self):
        accounts = self.env["crm.mail.account"]
        settings = self.settings(crm_mail_lanes=4)
        self.assertEqual(settings.crm_mail_lanes, 4)
        self.assertEqual(len(accounts._sync_lanes()), 4)
        self.settings(crm_mail_lanes=1)
        self.assertEqual(len(accounts._sync_lanes()), 1)
        everything = accounts.with_context(active_test=False)._sync_lanes()
        self.settings(crm_mail_lanes=3)
        self.assertEqual(
            accounts.with_context(active_test=False)._sync_lanes(), everything
        )
        with self.assertRaisesRegex(ValidationError, "at the same time"):
            self.settings(crm_mail_lanes=1000)

    def test_the_log_is_kept_as_long_as_set(self):
        self.settings(crm_mail_log_days=3)
        line = self.env["crm.mail.log"].create(
            {
                "user_id": self.owner.id,
                "source": "logger",
                "level": "info",
                "message": "x",
            }
        )
        self.env.cr.execute(
            "UPDATE crm_mail_log SET create_date = create_date - interval '4 days'"
            " WHERE id = %s",
            [line.id],
        )
        self.env.invalidate_all()
        self.env["crm.mail.log"]._gc_old_lines()
        self.assertFalse(line.exists())
        with self.assertRaisesRegex(ValidationError, "1 day at least"):
            self.settings(crm_mail_log_days=0)

    def test_opened_mails_are_forgotten_but_never_the_last_copy(self):
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(name) for name in ("a", "b", "c", "d")))
        account = self.new_account()
        self.work(account)
        mails = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        for mail in mails:
            self.client().open_message(mail.id)
        kept = {mail.subject: mail for mail in mails}
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
        self.client().link_message(kept["b"].id, "crm.lead", lead.id)
        kept["c"].write({"uid": False, "state": "unplaced"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - interval '91 days'"
            " WHERE res_model = 'crm.mail.message' AND res_id IN %s",
            [tuple((kept["a"] + kept["b"] + kept["c"]).ids)],
        )
        self.env.invalidate_all()
        self.env["crm.mail.message"]._gc_cached_bodies()
        self.assertEqual(
            {name: bool(mail._raw_attachment()) for name, mail in kept.items()},
            {"a": False, "b": True, "c": True, "d": True},
        )


@tagged("post_install", "-at_install")
class TestQuota(MailCase):
    def test_a_mailbox_that_fills_up_is_told(self):
        """[F4]"""
        account = self.new_account()
        self.work(account)
        self.assertEqual(account.quota_limit, 1024**3)
        self.assertFalse(account.quota_warning)
        lease = account.lease_ids
        for used, words in ((0.825, "82% full (0.8 of 1.0 GB)"), (0.975, "sent back")):
            lease.quota_used = int(used * 1024**3)
            (payload,) = self.client().bootstrap()["accounts"]
            self.assertIn(words, payload["quota"]["warning"])
            self.assertEqual(payload["quota"]["percent"], int(used * 100))
            self.assertEqual(payload["quota"]["full"], used > 0.95)
