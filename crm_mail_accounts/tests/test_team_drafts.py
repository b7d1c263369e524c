from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .team_common import TeamCase


@tagged("post_install", "-at_install")
class TestTeamDrafts(TeamCase):
    """Drafts that are written from a mailbox of several people [F6]."""

    def answer(self, user=None, **values):
        parent = {"message_id": self.first.id, "kind": "reply"}
        return self.written(user, parent=parent, **values)

    def drafts(self, user=None):
        return self.client(user).open_thread(self.first.thread_id.id)["drafts"]

    def test_a_draft_is_seen_in_the_conversation_with_its_author(self):
        """[F6]"""
        draft = self.answer(self.marco)
        (shown,) = self.drafts()
        self.assertEqual(shown["id"], draft.id)
        self.assertEqual(shown["person"]["name"], "Marco Neri")
        self.assertEqual(shown["preview"], "Good morning")
        self.assertTrue(shown["may_take"])
        self.assertFalse(self.drafts(self.marco), "one's own is in one's own window")
        self.assertFalse(self.drafts(self.ida), "who only reads the mailbox")
        told = self.heard("draft")
        self.assertEqual(told[self.owner]["thread_id"], self.first.thread_id.id)

    def test_in_drafts_the_row_says_whose_it_is(self):
        """[F6]"""
        draft = self.answer(self.marco)
        self.send(draft)
        self.work(self.account)
        folder = self.folder(self.account, "drafts")
        (row,) = self.client().list_messages(folder.id)["rows"]
        self.assertEqual(row["draft_by"]["id"], draft.id)
        self.assertEqual(row["draft_by"]["person"]["name"], "Marco Neri")
        self.assertFalse(self.drafts(), "it stands in the conversation as a mail")
        (row,) = self.client(self.marco).list_messages(folder.id)["rows"]
        self.assertFalse(row["draft_by"])
        with self.assertRaisesRegex(UserError, "Marco Neri is writing this draft"):
            self.client().compose_start("draft", row["id"])
        self.assertEqual(
            self.client(self.marco).compose_start("draft", row["id"])["id"], draft.id
        )

    def test_its_author_alone_changes_it(self):
        """[F6]"""
        draft = self.answer(self.marco)
        for call in (
            lambda: self.client().compose_open(draft.id),
            lambda: self.client().compose_discard(draft.id),
            lambda: self.client().compose_send(draft.id, draft.version, self.values()),
            lambda: self.client().compose_detach(draft.id, 1),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                call()
        answer = self.client().compose_save(
            draft.id, draft.version, self.values(subject="Mine")
        )
        self.assertEqual(answer["taken_by"], "Marco Neri")
        self.assertEqual(draft.subject, "Offer 7")
        self.assertEqual(draft.user_id, self.marco)

    def test_a_draft_is_taken_over_and_its_author_is_told(self):
        """[F6]"""
        draft = self.answer(self.marco, token="window-of-marco")
        version = draft.version
        self.told.clear()
        taken = self.client().compose_take_over(draft.id)
        self.assertEqual((taken["id"], draft.user_id), (draft.id, self.owner))
        self.assertGreater(taken["version"], version)
        told = self.heard("taken_over")
        self.assertEqual(set(told), {self.marco})
        self.assertEqual(told[self.marco]["by"], self.owner.name)
        late = self.client(self.marco).compose_save(
            draft.id, version, self.values(token="window-of-marco", subject="Late")
        )
        self.assertTrue(late["conflict"])
        self.assertEqual(late["taken_by"], self.owner.name)
        self.assertEqual(draft.subject, "Offer 7")
        self.client().compose_send(draft.id, draft.version, self.values())
        self.assertEqual(draft.state, "queued")
        with self.assertRaisesRegex(UserError, "no draft any more"):
            self.client(self.marco).compose_take_over(draft.id)

    def test_who_may_not_write_from_the_mailbox_takes_nothing_over(self):
        draft = self.answer()
        self.delegates[0].with_user(self.owner).may_send_as = False
        (shown,) = self.drafts(self.marco)
        self.assertFalse(shown["may_take"])
        for user in (self.marco, self.ida, self.administrator):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.client(user).compose_take_over(draft.id)
        self.assertEqual(draft.user_id, self.owner)

    def test_who_takes_back_what_a_colleague_had_sent_goes_on_with_it(self):
        mail = self.queued(self.marco)
        self.told.clear()
        self.assertEqual(self.client().compose_undo(mail.id)["state"], "draft")
        self.assertEqual(mail.user_id, self.owner)
        self.assertIn(self.marco, self.heard("taken_over"))

    def test_from_a_mailbox_of_ones_own_nobody_sees_a_draft(self):
        """Law 11."""
        draft = self.answer()
        self.assertTrue(self.drafts(self.marco))
        self.delegates.with_user(self.owner).unlink()
        with self.assertRaises(AccessError):
            self.drafts(self.marco)
        rows = self.env["crm.mail.outgoing"]
        for user in (self.marco, self.ida, self.administrator):
            self.assertFalse(rows.with_user(user).search([("id", "=", draft.id)]))
