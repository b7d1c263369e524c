from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import Mailbox, simple_mail
from .team_common import TeamCase


@tagged("post_install", "-at_install")
class TestPresence(TeamCase):
    """Who is at a conversation now [F6]."""

    def seen(self, user):
        """What a user hears of others who asks and shows nothing."""
        people = self.client(user).presence("looking on")
        return {(one["person"]["name"], one["kind"]) for one in people}

    def test_the_others_see_who_reads_and_who_answers(self):
        """[F6]"""
        self.client(self.marco).presence("tab", self.first.id)
        self.assertEqual(set(self.heard("presence")), {self.owner, self.ida})
        self.assertEqual(self.seen(self.owner), {("Marco Neri", "reading")})
        self.assertEqual(self.seen(self.ida), {("Marco Neri", "reading")})
        self.assertFalse(self.seen(self.marco), "oneself is nobody else")
        self.client(self.marco).presence("tab", self.first.id, [self.first.id])
        told = self.heard("presence")[self.owner]
        (one,) = told["people"]
        self.assertEqual(told["account_id"], self.account.id)
        self.assertEqual(one["kind"], "answering")
        self.assertEqual(one["message_id"], self.first.id)
        self.assertEqual(one["thread_id"], self.first.thread_id.id)

    def test_the_bus_hears_of_changes_and_of_nothing_else(self):
        marco = self.client(self.marco)
        marco.presence("tab", self.first.id)
        self.assertTrue(self.heard("presence"))
        marco.presence("tab", self.first.id)
        self.assertFalse(self.told)
        self.assertEqual(self.env["crm.mail.presence"].search_count([]), 1)
        marco.presence("tab", self.other.id)
        (one,) = self.heard("presence")[self.owner]["people"]
        self.assertEqual(one["message_id"], self.other.id)
        marco.presence("tab")
        self.assertFalse(self.heard("presence")[self.owner]["people"])
        self.assertFalse(self.env["crm.mail.presence"].search_count([]))

    def test_two_tabs_of_one_person_do_not_disturb_each_other(self):
        marco = self.client(self.marco)
        marco.presence("one", self.first.id)
        marco.presence("two", False, [self.other.id])
        marco.presence("one")
        self.assertEqual(self.seen(self.owner), {("Marco Neri", "answering")})

    def test_who_is_not_heard_of_for_a_minute_is_gone(self):
        self.client(self.marco).presence("tab", self.first.id)
        row = self.env["crm.mail.presence"].search([])
        row.seen_at = fields.Datetime.now() - timedelta(seconds=61)
        self.assertFalse(self.seen(self.owner))
        self.heard("presence")
        self.client(self.marco).presence("tab", self.first.id)
        self.assertIn(self.owner, self.heard("presence"), "is back")
        row.seen_at = fields.Datetime.now() - timedelta(seconds=61)
        row._gc_gone()
        self.assertFalse(row.exists())

    def test_nothing_is_noted_where_nobody_else_reads(self):
        self.delegates.with_user(self.owner).unlink()
        self.told.clear()
        self.assertEqual(self.client().presence("tab", self.first.id), [])
        self.assertFalse(self.told)
        self.assertFalse(self.env["crm.mail.presence"].search_count([]))
        (account,) = self.client().bootstrap()["accounts"]
        self.assertFalse(account["shared"])

    def test_nobody_without_the_mailbox_is_told_or_tells(self):
        """Law 11."""
        self.client().comment(self.first.id, "Look", [self.administrator.id])
        self.told.clear()
        self.client(self.marco).presence("tab", self.first.id)
        self.assertNotIn(self.administrator, self.heard("presence"))
        named = self.client(self.administrator)
        self.assertEqual(named.presence("tab", self.first.id, [self.other.id]), [])
        self.assertFalse(self.told)
        self.assertFalse(
            self.env["crm.mail.presence"].search(
                [("user_id", "=", self.administrator.id)]
            )
        )

    def test_who_lost_the_mailbox_is_not_there_any_more(self):
        self.client(self.marco).presence("tab", self.first.id)
        self.delegates[0].with_user(self.owner).unlink()
        self.assertFalse(self.seen(self.owner))
        self.assertEqual(self.client(self.marco).presence("tab", self.first.id), [])


@tagged("post_install", "-at_install")
class TestAnswerCheck(TeamCase):
    """So that nobody answers twice."""

    def check(self, user=None, mail=None, **values):
        began = fields.Datetime.to_string(fields.Datetime.now() - timedelta(minutes=5))
        found = self.client(user).answer_check((mail or self.second).id, began)
        return (
            [one["name"] for one in found["answering"]],
            [one["name"] for one in found["answered"]],
        )

    def parent(self, mail):
        return {"message_id": mail.id, "kind": "reply"}

    def test_who_answers_the_conversation_now_is_named(self):
        """[F6]"""
        self.assertEqual(self.check(), ([], []))
        self.client(self.marco).presence("tab", self.first.id)
        self.assertEqual(self.check(), ([], []), "reading is no answering")
        self.client(self.marco).presence("tab", False, [self.first.id])
        self.assertEqual(self.check(), (["Marco Neri"], []))
        self.assertEqual(self.check(self.marco), ([], []))
        self.assertEqual(self.check(mail=self.other), ([], []))

    def test_what_was_answered_meanwhile_is_told_with_its_author(self):
        """[F6]"""
        self.queued(self.marco, parent=self.parent(self.first))
        self.assertEqual(self.check(), ([], ["Marco Neri"]))
        self.assertEqual(self.check(self.ida), ([], ["Marco Neri"]))
        self.assertEqual(self.check(self.marco), ([], []), "one's own")
        self.assertEqual(self.check(mail=self.other), ([], []))
        self.env["crm.mail.outgoing"].search([]).queued_at -= timedelta(minutes=9)
        self.assertEqual(self.check(), ([], []), "before one began")

    def test_an_answer_that_is_in_sent_is_told_once_and_can_be_looked_at(self):
        mail = self.queued(self.marco, parent=self.parent(self.first))
        self.send(mail)
        self.work(self.account)
        copy = self.env["crm.mail.message"].search(
            [("message_id", "=", mail.message_id), ("account_id", "=", self.account.id)]
        )
        self.assertEqual(copy.thread_id, self.first.thread_id)
        (answer,) = self.client().answer_check(self.second.id, "2026-01-01 00:00:00")[
            "answered"
        ]
        self.assertEqual(answer["name"], "Marco Neri")
        self.assertEqual(answer["message_id"], copy.id)
        self.assertFalse(
            self.client(self.marco).answer_check(self.second.id, "2026-01-01 00:00:00")[
                "answered"
            ]
        )

    def test_an_answer_from_another_program_is_told_too(self):
        answer = simple_mail(
            "Re: Offer 12",
            sender="Laura <laura@live.test>",
            In_Reply_To=self.first.message_id,
        )
        self.mailbox.append(answer, folder="Sent")
        self.work(self.account)
        self.assertEqual(self.check(), ([], ["Laura"]))

    def test_in_a_mailbox_of_ones_own_nobody_is_asked(self):
        self.delegates.with_user(self.owner).unlink()
        self.queued(parent=self.parent(self.first))
        self.assertEqual(self.check(), ([], []))


@tagged("post_install", "-at_install")
class TestAssign(TeamCase):
    """Conversations are given to colleagues [F6]."""

    def rows(self, user=None, **search):
        rows = self.client(user).list_messages(
            {"folder_id": self.inbox.id, "search": search}
        )["rows"]
        return {row["subject"] for row in rows}

    def test_a_conversation_is_given_to_a_colleague_and_taken_back(self):
        """[F6]"""
        ids = self.client().assign(self.first.ids, self.marco.id)
        self.assertEqual(ids, self.first.thread_id.ids)
        told = self.heard("assigned")
        self.assertEqual(set(told), {self.marco, self.ida})
        self.assertEqual(told[self.marco]["assigned"]["id"], self.marco.id)
        self.assertEqual(told[self.marco]["by"], self.owner.name)
        row = self.client(self.ida).open_message(self.second.id)
        self.assertEqual(row["assigned"]["name"], "Marco Neri", "of the conversation")
        self.assertEqual(
            self.rows(self.marco, assigned="me"), {"Offer 12", "Re: Offer 12"}
        )
        self.assertEqual(self.rows(self.marco, assigned="nobody"), {"Invoice"})
        self.assertFalse(self.rows(assigned="me"))
        with self.assertRaises(UserError):
            self.rows(assigned="somebody")
        self.client(self.marco).assign(self.second.ids, False)
        self.assertFalse(self.client().open_message(self.first.id)["assigned"])
        self.assertFalse(self.heard("assigned")[self.owner]["assigned"])

    def test_only_who_acts_in_the_mailbox_gives_and_is_given(self):
        """[F6]"""
        names = [
            one["name"]
            for one in self.client(self.marco).assign_candidates(self.first.ids)
        ]
        self.assertEqual(names, ["Marco Neri", self.owner.name])
        with self.assertRaises(AccessError):
            self.client(self.ida).assign(self.first.ids, self.ida.id)
        for user in (self.ida, self.administrator):
            with self.assertRaisesRegex(UserError, "may act in the mailbox"):
                self.client().assign(self.first.ids, user.id)
        self.assertFalse(self.first.thread_id.assigned_id)

    def test_it_ends_with_the_right_to_act(self):
        """[F6]"""
        self.client().assign((self.first | self.other).ids, self.marco.id)
        self.client().assign(self.other.ids, self.owner.id)
        self.delegates[0].with_user(self.owner).may_act = False
        self.assertFalse(self.first.thread_id.assigned_id)
        self.assertEqual(self.other.thread_id.assigned_id, self.owner)
        self.delegates[0].with_user(self.owner).may_act = True
        self.client().assign(self.first.ids, self.marco.id)
        self.delegates[0].with_user(self.owner).unlink()
        self.assertFalse(self.first.thread_id.assigned_id)

    def test_who_takes_a_mailbox_over_keeps_what_they_had_to_do(self):
        self.client().assign(self.first.ids, self.marco.id)
        self.client().assign(self.other.ids, self.owner.id)
        self.account._hand_over(self.marco)
        self.assertEqual(self.first.thread_id.assigned_id, self.marco)
        self.assertFalse(self.other.thread_id.assigned_id)

    def test_it_survives_the_merging_of_conversations(self):
        """[F6]"""
        self.client().assign(self.other.ids, self.marco.id)
        joined = simple_mail(
            "Both", References=f"{self.first.message_id} {self.other.message_id}"
        )
        self.mailbox.append(joined)
        self.work(self.account)
        self.assertEqual(self.first.thread_id, self.other.thread_id)
        self.assertEqual(self.first.thread_id.assigned_id, self.marco)

    def test_whom_a_mail_is_shared_with_is_not_told_who_does_it(self):
        """Law 11."""
        self.client().assign(self.first.ids, self.marco.id)
        self.client().comment(self.first.id, "Look", [self.administrator.id])
        named = self.client(self.administrator)
        self.assertFalse(named.open_message(self.first.id)["assigned"])
        with self.assertRaises(AccessError):
            named.assign(self.first.ids, self.administrator.id)

    def test_mails_of_two_mailboxes_go_to_who_acts_in_both(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Elsewhere"))
        second = self.new_account()
        self.work(second)
        mail = self.env["crm.mail.message"].search([("account_id", "=", second.id)])
        names = [
            one["name"]
            for one in self.client().assign_candidates((self.first | mail).ids)
        ]
        self.assertEqual(names, [self.owner.name])
