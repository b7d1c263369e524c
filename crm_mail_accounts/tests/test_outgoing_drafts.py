from email.message import EmailMessage

from odoo.exceptions import UserError
from odoo.tests import tagged

from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoingDrafts(OutgoingCase):
    """Drafts are kept here at once and in the Drafts folder a little later."""

    def test_a_draft_is_on_the_server_once_however_often_it_is_saved(self):
        mail = self.written(subject="First", bcc=[{"name": "", "email": "h@live.test"}])
        self.work(self.account)
        self.assertFalse(self.in_drafts(), "not while somebody is typing")
        for subject in ("Second", "Third"):
            values = self.values(subject=subject)
            self.client().compose_save(mail.id, mail.version, values)
            self.send(mail)
            (draft,) = self.in_drafts()
            self.assertEqual(draft["Subject"], subject)
        self.assertIn(b"\\Draft", self.mailbox.flags("Drafts")[0])
        self.send()
        self.assertEqual(len(self.in_drafts()), 1)

    def test_the_draft_goes_when_the_mail_was_sent(self):
        mail = self.written()
        self.send(mail)
        self.assertEqual(len(self.in_drafts()), 1)
        self.client().compose_send(mail.id, mail.version, self.values())
        self.send(mail)
        self.assertFalse(self.in_drafts())
        self.assertFalse(mail.next_at)

    def test_a_discarded_draft_goes_everywhere(self):
        mail = self.written()
        self.send(mail)
        self.client().compose_discard(mail.id)
        self.work(self.account)
        self.assertFalse(self.in_drafts())
        self.assertFalse(mail.exists())

    def test_two_windows_do_not_overwrite_each_other(self):
        mail = self.written()
        version = mail.version
        self.client().compose_save(mail.id, version, self.values(subject="Mine"))
        answer = self.client().compose_save(
            mail.id, version, self.values(subject="Old")
        )
        self.assertTrue(answer["conflict"])
        self.assertEqual(answer["composition"]["subject"], "Mine")
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self.client().compose_send(mail.id, version, self.values())

    def test_a_save_whose_answer_was_lost_is_the_same_mail(self):
        first = self.written(token="window-1", subject="Half")
        again = self.written(token="window-1", subject="Half a mail")
        self.assertEqual(again, first)
        self.assertEqual(first.subject, "Half a mail")
        # the window knows an older version than its own last save made
        answer = self.client().compose_save(
            first.id, 1, self.values(token="window-1", subject="Whole")
        )
        self.assertFalse(answer["conflict"])
        self.assertEqual(first.subject, "Whole")
        other = self.client().compose_save(
            first.id, 1, self.values(token="window-2", subject="Other")
        )
        self.assertTrue(other["conflict"])
        colleague = self.new_account(user_id=self.colleague.id).id
        key = {"sender_key": f"account:{colleague}"}
        theirs = self.written(self.colleague, token="window-1", **key)
        self.assertNotEqual(theirs, first, "names of windows are a user's own")

    def test_a_sending_whose_answer_was_lost_happens_once(self):
        """Law 7."""
        values = self.values(token="window-1")
        first = self.client().compose_send(False, False, values)
        again = self.client().compose_send(False, False, values)
        self.assertEqual(again, first)
        mail = self.env["crm.mail.outgoing"].browse(first["id"])
        self.send(mail)
        late = self.client().compose_send(mail.id, mail.version, values)
        self.assertEqual((late["id"], late["state"]), (mail.id, "sent"))
        self.send()
        self.assertEqual(len(self.received()), 1)

    def another_program_writes(self, subject, message_id=None):
        draft = EmailMessage()
        draft["From"] = self.mailbox.username
        draft["To"] = f"Friend <{self.friend.username}>"
        draft["Bcc"] = "hidden@live.test"
        draft["Subject"] = subject
        draft["Date"] = "Mon, 02 Mar 2026 09:30:00 +0100"
        draft["Message-ID"] = message_id or "<draft@elsewhere.test>"
        draft.set_content("By phone")
        draft.add_attachment(
            b"%PDF-", maintype="application", subtype="pdf", filename="o.pdf"
        )
        self.mailbox.append(draft, folder="Drafts", flags=r"(\Draft \Seen)")
        self.sync(self.account)
        return self.messages(self.account, subject=subject)

    def test_a_draft_of_another_program_is_gone_on_with(self):
        message = self.another_program_writes("From the phone")
        started = self.client().compose_start("draft", message.id)
        self.assertEqual(started["to"][0]["email"], self.friend.username)
        self.assertEqual(started["bcc"], [{"name": "", "email": "hidden@live.test"}])
        self.assertIn("By phone", started["body_html"])
        (file,) = started["attachments"]
        values = self.values(
            subject="At the desk", parent=started["parent"], attachment_ids=[file["id"]]
        )
        saved = self.client().compose_save(False, False, values)
        mail = self.env["crm.mail.outgoing"].browse(saved["id"])
        self.send(mail)
        (draft,) = self.in_drafts()
        self.assertEqual(draft["Subject"], "At the desk")
        self.assertEqual(draft["Bcc"], None)
        self.client().compose_send(mail.id, mail.version, values)
        self.send(mail)
        self.assertFalse(self.in_drafts())
        (got,) = self.received()
        self.assertIn("o.pdf", [part.get_filename() for part in got.walk()])
        self.assertFalse(got["In-Reply-To"])

    def test_a_newer_version_of_another_program_wins_and_nothing_is_lost(self):
        mail = self.written(subject="Here")
        self.send(mail)
        first = self.messages(self.account, subject="Here")
        opened = self.client().compose_start("draft", first.id)
        self.assertEqual((opened["id"], opened["version"]), (mail.id, mail.version))
        theirs = self.another_program_writes("There", mail.draft_message_id)
        opened = self.client().compose_start("draft", theirs.id)
        self.assertEqual((opened["id"], opened["subject"]), (mail.id, "There"))
        self.assertEqual(len(opened["attachments"]), 1)
        # both changed: theirs is opened, ours stays as it is
        self.client().compose_save(mail.id, mail.version, self.values(subject="Ours"))
        again = self.another_program_writes("Theirs", mail.draft_message_id)
        opened = self.client().compose_start("draft", again.id)
        self.assertFalse(opened["id"])
        self.assertEqual(opened["subject"], "Theirs")
        self.assertEqual((mail.subject, mail.state), ("Ours", "draft"))

    def test_a_draft_stays_here_where_there_is_no_folder_for_it(self):
        self.folder(self.account, "drafts").role = "none"
        mail = self.written()
        self.send(mail)
        self.assertFalse(self.in_drafts())
        (row,) = self.client().outgoing_list("drafts")["rows"]
        self.assertEqual(row["id"], mail.id)

    def kept(self, user=None):
        state = self.client(user).bootstrap()
        rows = self.client(user).outgoing_list("drafts")["rows"]
        self.assertEqual(state["drafts"], len(rows))
        return [row["id"] for row in rows]

    def test_a_draft_is_listed_here_until_the_mailbox_has_it(self):
        mail = self.written()
        self.assertEqual(self.kept(), [], "it is about to be stored there")
        self.env.cr.execute(
            "UPDATE crm_mail_outgoing SET create_date = create_date - interval '1 day'"
        )
        self.env.invalidate_all()
        self.assertEqual(self.kept(), mail.ids, "the mailbox was away")
        self.send(mail)
        self.assertEqual(self.kept(), [])

    def test_what_has_no_mailbox_to_lie_in_is_listed_here_at_once(self):
        self.account.sudo().share_sender = True
        colleague = self.colleague
        mail = self.written(colleague)
        self.assertEqual(self.kept(colleague), mail.ids)
        self.assertEqual(self.kept(), [], "its author's alone")

    def test_a_draft_that_is_shut_is_in_its_folder_at_once(self):
        mail = self.written()
        self.work(self.account)
        self.assertFalse(self.in_drafts())
        self.client().compose_leave(mail.id)
        self.work(self.account)
        self.assertEqual(len(self.in_drafts()), 1)

    def test_a_draft_with_a_half_typed_address_is_stored_nevertheless(self):
        mail = self.written(
            to=[{"name": "", "email": "rosa@@"}, {"name": "", "email": "a@b.test"}],
            bcc=[{"name": "", "email": "half"}],
        )
        self.send(mail)
        (draft,) = self.in_drafts()
        self.assertEqual((draft["To"], draft["Bcc"]), ("a@b.test", None))
        self.assertEqual(len(mail.recipients["to"]), 2, "ours keeps what was typed")
