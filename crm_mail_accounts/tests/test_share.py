from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import GROUPS, Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestShare(MailCase):
    """A mail is given to colleagues by naming them beside it, and taken back."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        first = simple_mail("Offer 12")
        answer = simple_mail("Re: Offer 12", In_Reply_To=first["Message-ID"])
        self.mailbox.append(first, answer)
        self.account = self.new_account()
        self.work(self.account)
        mails = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)], order="uid"
        )
        self.mail, self.answer = mails
        self.third = new_test_user(self.env, login="mail_third", groups=GROUPS)
        self.lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "user_id": self.colleague.id}
        )

    def name(self, *users, mail=None):
        return self.client().comment(
            (mail or self.mail).id, "Please look at this", [user.id for user in users]
        )

    def shared(self, user, **options):
        return self.client(user).list_messages({"special": "shared"}, **options)["rows"]

    def test_naming_a_colleague_gives_them_that_mail_and_no_other(self):
        """[D3]"""
        self.assertFalse(self.shared(self.colleague))
        self.name(self.colleague)
        client = self.client(self.colleague)
        (row,) = self.shared(self.colleague)
        self.assertEqual(row["id"], self.mail.id)
        self.assertTrue(row["shared"])
        self.assertEqual(row["comments"], 1)
        self.assertEqual(client.bootstrap()["specials"]["shared"], 1)
        self.assertFalse(client.bootstrap()["accounts"])
        opened = client.open_message(self.mail.id)
        self.assertTrue(opened["body_url"])
        self.assertIn(
            "please send us", self.mail.with_user(self.colleague)._read()[0].text
        )
        (comment,) = client.conversation(self.mail.id)["comments"]
        self.assertEqual(comment["body"], "Please look at this")
        self.assertEqual(comment["named"], [self.colleague.name])
        for method, record in (
            ("open_message", self.answer),
            ("conversation", self.answer),
            ("open_thread", self.mail.thread_id),
            ("list_messages", self.folder(self.account, "inbox")),
            ("sync_now", self.account),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(client, method)(record.id)
        self.assertFalse(self.shared(self.third))

    def test_the_shared_list_tells_nothing_of_the_conversation_with_the_customer(self):
        """[D3]"""
        self.assertEqual(self.mail.thread_id, self.answer.thread_id)
        self.name(self.colleague)
        (row,) = self.shared(self.colleague, threads=True)
        self.assertFalse(row["thread"])
        self.name(self.colleague, mail=self.answer)
        self.assertEqual(len(self.shared(self.colleague, threads=True)), 2)

    def test_withdrawn_is_withdrawn(self):
        """[D3]"""
        self.name(self.colleague)
        client = self.client(self.colleague)
        client.open_message(self.mail.id)
        readers = self.client().conversation(self.mail.id)["readers"]
        (share,) = [reader for reader in readers if reader["kind"] == "shared"]
        self.assertEqual(share["user_id"], self.colleague.id)
        self.assertTrue(share["may_withdraw"])
        left = self.client().withdraw_share(share["share_id"])
        self.assertEqual([one["kind"] for one in left["readers"]], ["owner"])
        self.env.invalidate_all()
        self.assertFalse(self.shared(self.colleague))
        for method in ("open_message", "conversation", "share_candidates"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(client, method)(self.mail.id)
        self.assertFalse(
            self.env["crm.mail.comment"].with_user(self.colleague).search([])
        )

    def test_the_owner_sees_who_can_read_it_and_who_has_looked(self):
        """[D3]"""
        self.name(self.colleague, self.third)
        self.client(self.third).conversation(self.mail.id)
        readers = self.client().conversation(self.mail.id)["readers"]
        opened = {one["user_id"]: bool(one["opened_at"]) for one in readers}
        self.assertEqual(
            opened,
            {self.owner.id: False, self.colleague.id: False, self.third.id: True},
        )

    def test_who_was_named_answers_but_gives_the_mail_to_nobody(self):
        """[D3]"""
        self.name(self.colleague)
        client = self.client(self.colleague)
        self.assertFalse(client.conversation(self.mail.id)["may_share"])
        answer = client.comment(self.mail.id, "Done", [self.owner.id])
        self.assertEqual(
            [one["body"] for one in answer["comments"]], ["Please look at this", "Done"]
        )
        with self.assertRaisesRegex(AccessError, "Only the owner"):
            client.comment(self.mail.id, "Look", [self.third.id])
        self.assertFalse(self.mail.with_user(self.third).has_access("read"))
        names = {one["id"] for one in client.share_candidates(self.mail.id)}
        self.assertEqual(names, {self.owner.id})
        (share,) = self.mail.share_ids
        with self.assertRaises(AccessError):
            self.client(self.third).withdraw_share(share.id)
        self.assertTrue(client.withdraw_share(share.id), "one may give it back")

    def test_a_colleague_links_what_is_shared_with_them(self):
        """[D3]"""
        self.name(self.colleague)
        client = self.client(self.colleague)
        link = client.link_message(self.mail.id, "crm.lead", self.lead.id)
        self.assertEqual(link["name"], "Deal")
        self.assertIn("please send us", self.lead.message_ids[0].body)
        self.assertEqual(
            [one["id"] for one in client.message_context(self.mail.id)["links"]],
            [link["id"]],
        )
        client.unlink_message(link["id"])
        self.assertFalse(self.mail.link_ids)
        made = self.client().link_message(self.mail.id, "res.partner", 1)
        with self.assertRaises(AccessError):
            client.unlink_message(made["id"])

    def test_sharing_changes_nothing_in_the_mailbox(self):
        """[D3]"""
        self.name(self.colleague)
        client = self.client(self.colleague)
        trash = self.folder(self.account, "trash")
        for method, arguments in {
            "mark": (self.mail.ids, ["seen"]),
            "delete": (self.mail.ids,),
            "move": (self.mail.ids, trash.id),
            "copy_mails": (self.mail.ids, trash.id),
            "undo_copy": ([[self.mail.id, trash.id, 1]],),
            "filter_from_message": (self.mail.id,),
            "compose_start": ("draft", self.mail.id),
        }.items():
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(client, method)(*arguments)
        self.assertNotIn(b"\\Seen", b"".join(self.mailbox.flags()))

    def test_a_delegate_who_acts_shares_and_one_who_reads_does_not(self):
        delegate = self.env["crm.mail.delegate"].with_user(self.owner)
        delegate = delegate.create(
            {"account_id": self.account.id, "user_id": self.colleague.id}
        )
        client = self.client(self.colleague)
        with self.assertRaisesRegex(AccessError, "Only the owner"):
            client.comment(self.mail.id, "Look", [self.third.id])
        delegate.may_act = True
        client.comment(self.mail.id, "Look", [self.third.id])
        self.assertTrue(self.mail.with_user(self.third).has_access("read"))
        (row,) = client.list_messages(self.mail.folder_id.id)["rows"][1:]
        self.assertFalse(row["shared"], "the mailbox is theirs to read as a whole")

    def test_only_people_with_the_right_to_mailboxes_are_named(self):
        plain = new_test_user(self.env, login="mail_plain", groups="base.group_user")
        portal = new_test_user(self.env, login="mail_por", groups="base.group_portal")
        for user in (plain, portal):
            with self.assertRaisesRegex(UserError, "does not use mailboxes"):
                self.name(user)
        self.assertFalse(self.mail.comment_ids)
        proposed = {one["id"] for one in self.client().share_candidates(self.mail.id)}
        self.assertIn(self.third.id, proposed)
        self.assertFalse(proposed & {plain.id, portal.id, self.owner.id})

    def test_one_takes_back_what_one_has_said_oneself(self):
        self.name(self.colleague)
        client = self.client(self.colleague)
        (comment,) = self.mail.comment_ids
        with self.assertRaisesRegex(AccessError, "Somebody else"):
            client.delete_comment(comment.id)
        self.client().delete_comment(comment.id)
        self.assertEqual(client.conversation(self.mail.id)["comments"], [])
        with self.assertRaisesRegex(UserError, "Write something"):
            client.comment(self.mail.id, "  ")

    def test_who_was_named_is_told_at_once(self):
        """[D3]"""
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, payload, **_kw: told.append((user, kind)),
        )
        self.name(self.colleague)
        self.assertIn((self.colleague, "crm_mail_accounts/named"), told)
        self.assertIn((self.owner, "crm_mail_accounts/comment"), told)
        self.assertFalse([user for user, _kind in told if user == self.third])

    def test_whoever_reads_a_shared_mail_answers_it_from_their_own_address(self):
        self.new_account(**Mailbox().account_values(), user_id=self.colleague.id)
        self.name(self.colleague)
        started = self.client(self.colleague).compose_start("reply", self.mail.id)
        self.assertEqual(started["to"][0]["email"], "rosa@conti.example")
