from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..mailkit.pop3.session import Pop3Session
from ..models import crm_mail_message_raw
from .common import Mailbox, simple_mail
from .kept_common import KeptCase


@tagged("post_install", "-at_install")
class TestKept(KeptCase):
    """A user without any IMAP account: POP3 in, SMTP out, folders kept here [A18]."""

    def assistant(self, **values):
        self.maildrop = Mailbox()
        return (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create(self.kept_values(**values))
        )

    # -- setting it up ---------------------------------------------------------------

    def test_it_is_set_up_by_the_assistant_and_reads_the_first_mail(self):
        """[A18] [F7]"""
        setup = self.assistant()
        self.maildrop.append(simple_mail("Contract"), simple_mail("Offer"))
        setup.action_test()
        self.assertTrue(setup.test_passed)
        servers = {step["server"] for step in setup.test_steps}
        self.assertEqual(servers, {"pop3", "smtp"})
        (waiting,) = [s for s in setup.test_steps if s["name"] == "mailbox"]
        self.assertIn("2,", waiting["detail"])
        account_id = setup.action_continue()["infos"]["account"]
        account = self.env["crm.mail.account"].browse(account_id)
        self.assertEqual((account.kind, account.state), ("pop3", "ready"))
        self.assertFalse(account.imap_host)
        self.assertTrue(self.own(account).keep_copy, "nothing is taken unasked")
        self.assertEqual(
            {folder.role for folder in account.folder_ids},
            {"inbox", "drafts", "sent", "junk", "trash"},
        )
        client = self.client()
        (shown,) = [
            one for one in client.bootstrap()["accounts"] if one["id"] == account.id
        ]
        self.assertTrue(shown["progress"]["running"], "nobody has looked yet")
        self.work(account)
        self.assertFalse(account.error_message)
        self.assertEqual(self.subjects(account, "inbox"), ["Contract", "Offer"])
        (shown,) = [
            one for one in client.bootstrap()["accounts"] if one["id"] == account.id
        ]
        self.assertEqual(shown["health"]["state"], "ok")
        self.assertFalse(shown["progress"]["running"])
        mail = self.messages(account)[0]
        with patch.object(Pop3Session, "open", side_effect=AssertionError("no server")):
            text = mail.with_user(self.owner)._read()[0].text
            self.assertIn("send us the offer", text)
            self.assertTrue(client.open_message(mail.id)["body_url"])
        self.assertEqual(len(self.maildrop.flags()), 2, "and both are on the server")
        logged = self.env["crm.mail.log"].search([("user_id", "=", self.owner.id)])
        self.assertIn("pop3_auth", logged.mapped("source"))

    def test_server_and_login_are_needed(self):
        """[A18]"""
        for name in ("pop3_host", "pop3_port", "smtp_host", "username", "password"):
            with self.subTest(missing=name), self.assertRaises(ValidationError):
                self.assistant(**{name: False}).action_continue()

    def test_a_wrong_password_saves_nothing(self):
        setup = self.assistant(password="wrong")
        setup.action_continue()
        self.assertFalse(setup.test_passed)
        self.assertEqual(setup.test_steps[-1]["server"], "smtp")
        self.assertFalse(
            self.env["crm.mail.account"].search(
                [("username", "=", self.maildrop.username)]
            )
        )

    def test_a_type_is_for_good(self):
        imap = self.new_account(**Mailbox().account_values())
        for account, kind in ((self.account, "imap"), (imap, "pop3")):
            with self.assertRaises(UserError):
                account.kind = kind
        self.account.write({"kind": "pop3", "name": "Other"})

    # -- what comes --------------------------------------------------------------------

    def test_every_mail_comes_once_and_the_rest_of_its_life_is_here(self):
        """[F7]"""
        self.fill(1, 2, 3)
        self.gather(self.account)
        self.fill(4)
        self.gather(self.account)
        self.gather(self.account)
        self.assertEqual(
            self.subjects(self.account, "inbox"), [f"number {n}" for n in (1, 2, 3, 4)]
        )
        inbox = self.folder(self.account, "inbox")
        self.assertEqual((inbox.indexed_total, inbox.unread), (4, 4))
        client = self.client()
        one, two, three = (self.mail(f"number {n}") for n in (1, 2, 3))
        client.mark([one.id, two.id], ["seen", "flagged"])
        client.mark([two.id], (), ["flagged"])
        client.delete([three.id])
        client.archive([two.id])
        self.work(self.account)
        self.assertFalse(self.env["crm.mail.operation"].search([]))
        self.assertEqual(self.subjects(self.account, "inbox"), ["number 1", "number 4"])
        self.assertEqual(self.subjects(self.account, "trash"), ["number 3"])
        self.assertEqual(self.subjects(self.account, "archive"), ["number 2"])
        self.assertTrue(one.seen and one.flagged and two.seen and not two.flagged)
        self.assertEqual((inbox.indexed_total, inbox.unread), (2, 1))
        self.assertFalse(one.pending_add or two.moving_to_id)
        client.junk([one.id])
        client.not_junk([one.id])
        self.work(self.account)
        self.assertEqual(one.folder_id, inbox)
        self.assertTrue(one.seen and one.flagged)
        client.mark_folder_read(inbox.id)
        self.work(self.account)
        self.assertEqual(inbox.unread, 0)
        self.gather(self.account)
        self.assertEqual(len(self.messages(self.account)), 4, "nothing came back")
        self.assertEqual(self.numbers_in(self.maildrop), [1, 2, 3, 4])

    def test_only_its_owner_deletes_a_mail_for_good(self):
        """Nothing is forgotten by itself: neither the row nor the body."""
        self.fill(1, 2)
        self.gather(self.account)
        one, two = self.mail("number 1"), self.mail("number 2")
        lead = self.env["crm.lead"].create({"name": "Order", "user_id": self.owner.id})
        self.client().delete([one.id, two.id])
        self.work(self.account)
        with patch.object(crm_mail_message_raw, "CACHED", timedelta(days=-1)):
            self.env["crm.mail.message"]._gc_cached_bodies()
        self.assertTrue(one._cached_raw() and two._cached_raw())
        self.client().link_message(two.id, "crm.lead", lead.id)
        self.client().empty_folder(self.folder(self.account, "trash").id)
        self.work(self.account)
        self.assertFalse(one.shown_folder_id or two.shown_folder_id)
        one.unplaced_at = two.unplaced_at = fields.Datetime.now() - timedelta(hours=1)
        for _turn in range(3):
            self.work(self.account)
        self.assertFalse(one.exists())
        self.assertTrue(two.exists()._cached_raw(), "it is on a record")
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", one._name), ("res_id", "=", one.id)]
            )
        )

    def test_it_is_found_by_every_word(self):
        self.maildrop.append(simple_mail("Spring"))
        self.gather(self.account)
        client = self.client()
        for words in ([["text", "please"]], [["subject", "spri"]], [["from", "rosa"]]):
            found = client.list_messages({"search": {"words": words}})["rows"]
            self.assertEqual([row["subject"] for row in found], ["Spring"], words)
        answer = client.search_server({"search": {"words": [["text", "please"]]}})
        self.assertEqual((answer["rows"], answer["failed"]), ([], []))

    def test_an_answer_joins_its_conversation_and_mails_are_linked(self):
        """[F9]"""
        first = simple_mail("Order")
        self.maildrop.append(
            first, simple_mail("Re: Order", In_Reply_To=first["Message-ID"])
        )
        self.gather(self.account)
        mails = self.messages(self.account)
        self.assertEqual(len(mails.thread_id), 1)
        lead = self.env["crm.lead"].create({"name": "Order", "user_id": self.owner.id})
        self.client().link_message(mails[0].id, "crm.lead", lead.id)
        self.work(self.account)
        (link,) = mails[0].link_ids
        self.assertIn("send us the offer", link.mail_message_id.body)

    def test_filters_act_on_what_comes(self):
        client = self.client()
        made = client.create_folder(self.account.id, False, "Offers")
        for number, action in enumerate(
            ({"kind": "move"}, {"kind": "copy"}, {"kind": "read"})
        ):
            client.filter_save(
                self.account.id,
                {
                    "name": action["kind"],
                    "match": "all",
                    "conditions": [
                        {
                            "field": "subject",
                            "operator": "contains",
                            "value": f"f{number}",
                        }
                    ],
                    "actions": [{"folder_id": made["id"], **action}],
                },
            )
        self.maildrop.append(*(simple_mail(f"f{number}") for number in range(3)))
        self.gather(self.account)
        inside = self.messages(self.account, shown_folder_id=made["id"])
        self.assertEqual(sorted(inside.mapped("subject")), ["f0", "f1"])
        self.assertEqual(self.subjects(self.account, "inbox"), ["f1", "f2"])
        self.assertTrue(self.mail("f2").seen)
        self.assertEqual({bool(mail._cached_raw()) for mail in inside}, {True})
        self.assertFalse(any(self.messages(self.account).mapped("arrived")))

    def test_its_filters_run_here_alone(self):
        self.account.sieve_host = self.maildrop.host
        with self.assertRaisesRegex(UserError, "IMAP mailbox"):
            self.account._rules_to_server()

    def test_a_mail_that_our_reader_stumbles_over_is_kept_all_the_same(self):
        self.fill(1, 2)
        with (
            patch.object(crm_mail_message_raw, "preview", side_effect=KeyError("odd")),
            mute_logger("odoo.addons.crm_mail_accounts.models.crm_mail_message_raw"),
        ):
            self.gather(self.account)
        self.assertFalse(self.own(self.account).error_message)
        self.assertEqual(
            {bool(mail._cached_raw()) for mail in self.messages(self.account)}, {True}
        )
        self.assertEqual(len(self.messages(self.account)), 2)

    # -- folders -----------------------------------------------------------------------

    def test_folders_are_made_renamed_and_deleted(self):
        """[D12]"""
        client, account = self.client(), self.account
        outer = client.create_folder(account.id, False, "Società & Co")
        inner = client.create_folder(account.id, outer["id"], "Ärger")
        self.assertEqual(inner["path"], "Società & Co / Ärger")
        self.assertEqual(inner["parent_id"], outer["id"])
        self.fill(1, 2)
        self.gather(account)
        client.move([self.mail("number 1").id], inner["id"])
        self.work(account)
        self.assertTrue(client.rename_folder(outer["id"], "Customers"))
        folder = self.env["crm.mail.folder"].browse(inner["id"])
        self.assertEqual(folder.path, "Customers / Ärger")
        self.assertEqual(self.mail("number 1").folder_id, folder)
        with self.assertRaises(UserError):
            client.create_folder(account.id, False, "a/b")
        other = client.create_folder(account.id, False, "Other")
        with self.assertRaises(UserError):
            client.rename_folder(other["id"], "Customers")
        with self.assertRaises(UserError):
            client.delete_folder(self.folder(account, "sent").id)
        self.assertTrue(client.delete_folder(outer["id"]))
        self.assertFalse(folder.exists())
        self.work(account)
        self.assertEqual(
            [mail.subject for mail in self.messages(account, state="ok")], ["number 2"]
        )

    # -- writing -----------------------------------------------------------------------

    def test_what_is_sent_is_in_sent(self):
        """[A18]"""
        sent = self.queued(subject="Offer 7")
        self.send(sent)
        self.assertEqual(sent.state, "sent")
        self.assertEqual(sent.filing, "filed")
        self.assertEqual(self.subjects(self.account, "sent"), ["Offer 7"])
        self.assertEqual([mail["Subject"] for mail in self.received()], ["Offer 7"])
        copy = self.mail("Offer 7")
        self.assertTrue(copy.seen)
        self.assertIn("Good morning", copy._read()[0].text)
        self.assertFalse(sent.next_at)

    def test_a_draft_is_in_drafts_and_goes_when_it_is_sent(self):
        draft = self.written(subject="Unfinished")
        self.send(draft)
        self.assertEqual(self.subjects(self.account, "drafts"), ["Unfinished"])
        self.assertTrue(self.mail("Unfinished").draft)
        self.client().compose_save(
            draft.id, draft.version, self.values(subject="Finished")
        )
        self.send(draft)
        self.assertEqual(self.subjects(self.account, "drafts"), ["Finished"])
        opened = self.client().compose_start("draft", self.mail("Finished").id)
        self.assertEqual(opened["subject"], "Finished")
        self.client().compose_send(
            draft.id, draft.version, self.values(subject="Finished"), False
        )
        self.send(draft)
        self.assertEqual(self.subjects(self.account, "drafts"), [])
        self.assertEqual(self.subjects(self.account, "sent"), ["Finished"])

    def test_the_answered_mail_shows_it(self):
        """[F3]"""
        self.maildrop.append(simple_mail("Question"))
        self.gather(self.account)
        question = self.mail("Question")
        sent = self.queued(parent={"kind": "reply", "message_id": question.id})
        self.send(sent)
        self.assertTrue(question.answered)
        self.assertFalse(question.pending_add)

    # -- the POP3 server ---------------------------------------------------------------

    def test_it_is_emptied_by_confirmation_alone(self):
        """[F5]"""
        self.fill(1, 2)
        self.gather(self.account)
        own = self.own(self.account).with_user(self.owner)
        with self.assertRaises(UserError):
            own.keep_copy = False
        action = own.action_stop_keeping()
        wizard = self.env["crm.mail.pop3.empty"].browse(action["res_id"])
        self.assertEqual(wizard.total, 2)
        wizard.with_user(self.owner).action_confirm()
        self.fill(3)
        self.gather(self.account)
        self.assertEqual(self.numbers_in(self.maildrop), [])
        self.assertEqual(
            self.subjects(self.account, "inbox"), [f"number {n}" for n in (1, 2, 3)]
        )

    def test_it_is_not_emptied_when_somebody_reads_it_by_imap(self):
        """[F5]"""
        self.fill(1)
        values = {**self.maildrop.account_values(), "user_id": self.colleague.id}
        self.new_account(**values)
        with self.assertRaises(UserError):
            self.own(self.account).with_user(self.owner).action_stop_keeping()
        self.own(self.account).sudo().keep_copy = False
        self.gather(self.account)
        self.assertEqual(self.numbers_in(self.maildrop), [1])

    def test_its_problem_is_the_accounts_and_stops_nothing_else(self):
        self.fill(1)
        self.gather(self.account)
        self.account.pop3_port = 1
        sent = self.queued()
        self.client().mark([self.mail("number 1").id], ["seen"])
        self.send(sent)
        self.assertEqual(sent.filing, "filed")
        self.assertFalse(self.env["crm.mail.operation"].search([]))
        self.assertTrue(self.account.error_message)
        (shown,) = self.client().bootstrap()["accounts"]
        self.assertEqual(shown["health"]["state"], "error")
        health = self.env["crm.mail.health"].browse(self.account.id)
        self.assertEqual(health.error_message, self.account.error_message)
        self.assertEqual(health.imap_host, self.maildrop.host)
        self.account.pop3_port = self.maildrop.ports["pop3s"]
        self.fill(2)
        self.work(self.account)
        self.assertFalse(self.account.error_message)
        self.assertEqual(self.subjects(self.account, "inbox"), ["number 1", "number 2"])

    def test_an_account_that_is_used_again_is_collected_again(self):
        """Also in a neutralized copy of the database, where its owner is asked for the
        password again."""
        self.fill(1)
        self.env.flush_all()
        neutralize = "UPDATE crm_mail_pop3_bridge SET active = false, next_run = NULL"
        self.env.cr.execute(neutralize)
        self.env.invalidate_all()
        self.account.active = False
        self.account.active = True
        self.work(self.account)
        self.assertEqual(self.subjects(self.account, "inbox"), ["number 1"])

    def test_looking_now_looks_at_the_server(self):
        self.gather(self.account)
        self.fill(1)
        self.work(self.account)
        self.assertEqual(self.subjects(self.account, "inbox"), [], "not due yet")
        self.client().sync_now(self.account.id)
        self.work()
        self.assertEqual(self.subjects(self.account, "inbox"), ["number 1"])

    def test_another_name_of_the_same_server_brings_nothing_twice(self):
        self.fill(1)
        self.gather(self.account)
        own = self.own(self.account)
        own.keep_copy = False
        self.account.username = self.maildrop.username.partition("@")[0]
        self.assertTrue(own.keep_copy, "to be confirmed anew")
        self.assertEqual(own.username, self.account.username)
        self.assertTrue(own.sudo().seen_ids)
        self.account.username = self.maildrop.username
        self.gather(self.account)
        self.assertEqual(self.subjects(self.account, "inbox"), ["number 1"])

    def test_its_pop3_mailbox_is_the_accounts_own(self):
        own = self.own(self.account).with_user(self.owner)
        for values in ({"host": "other.example"}, {"password": "x"}, {"active": False}):
            with self.subTest(values), self.assertRaises(UserError):
                own.write(values)
        with self.assertRaises(UserError):
            own.unlink()
        own.interval = 30
        own.action_test()
        self.assertTrue(all(step["ok"] for step in own.test_steps))
        with self.assertRaises(ValidationError):
            self.new_bridge(self.new_account(**Mailbox().account_values()), own=True)

    def test_a_further_pop3_mailbox_is_collected_into_it(self):
        """[E5]"""
        self.maildrop = Mailbox()
        self.fill(1)
        self.collect(self.new_bridge(self.account))
        self.assertEqual(self.subjects(self.account, "inbox"), ["number 1"])

    # -- its end -----------------------------------------------------------------------

    def test_deleting_it_says_that_its_mails_are_nowhere_else(self):
        self.fill(1, 2)
        self.gather(self.account)
        mails = self.messages(self.account).ids
        wizard = (
            self.env["crm.mail.account.delete"]
            .with_user(self.owner)
            .create({"account_id": self.account.id})
        )
        self.assertEqual((wizard.kind, wizard.mail_count), ("pop3", 2))
        view = wizard.get_view(view_type="form")["arch"]
        self.assertIn("exist only here", view)
        wizard.action_delete()
        self.assertFalse(self.env["crm.mail.message"].browse(mails).exists())
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", "crm.mail.message"), ("res_id", "in", mails)]
            )
        )
