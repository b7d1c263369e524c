from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..mailkit.errors import ServerRefused
from ..mailkit.imap.folder_changes import FolderSession
from ..mailkit.tests.imap_proxy import cut_answer, cut_before
from ..models import crm_mail_client_actions
from ..tools.operation_push import OperationPush
from .common import Mailbox, simple_mail
from .sync_common import MODES, SyncCase


@tagged("post_install", "-at_install")
class TestWriteback(SyncCase):
    """What a user does is shown at once and true on the server afterwards."""

    def setUp(self):
        super().setUp()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))

    def test_marks_are_shown_at_once_and_reach_the_server(self):
        """[F3] [D6]"""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    inbox = self.folder(account, "inbox")
                    mails = self.messages(account, folder_id=inbox.id)
                    answer = self.client().mark(mails[:2].ids, ["seen", "flagged"])
                    folders = answer["progress"]["folders"]
                    counts = {row["id"]: row["unread"] for row in folders}
                    self.assertEqual(counts[inbox.id], 2)
                    self.assertEqual(answer["changed"], mails[:2].ids)
                    again = self.client().mark(mails[1:3].ids, ["seen"])
                    self.assertEqual(again["changed"], mails[2].ids)
                    self.client().mark(mails[2].ids, (), ["seen"])
                    self.assertTrue(all(mails[:2].mapped("flagged")))
                    self.assertFalse(any(self.on_server()["INBOX"].values()))
                    self.work(account)
                    flags = self.on_server()["INBOX"]
                    for mail in mails[:2]:
                        self.assertEqual(flags[mail.uid], ("\\flagged", "\\seen"))
                    self.assertFalse(self.env["crm.mail.operation"].search([]))
                    self.sync(account)
                    self.assertInStep(account)

    def test_a_change_of_mind_costs_nothing(self):
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)[0]
            self.client().mark(mail.ids, add=["seen"])
            self.client().mark(mail.ids, remove=["seen"])
            self.proxy.forget()
            self.work(account)
            self.assertNotIn(b"UID STORE", self.proxy.names())
            self.assertFalse(mail.seen)
            self.assertFalse(self.env["crm.mail.operation"].search([]))

    def test_the_sync_does_not_undo_what_waits(self):
        """A click never fights the syncer."""
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)[0]
            self.client().mark(mail.ids, add=["seen"])
            operations = self.env["crm.mail.operation"].search([])
            operations.not_before = "2999-01-01"
            self.store("INBOX", str(mail.uid), "+FLAGS", r"(\Flagged)")
            self.sync(account)
            self.assertTrue(mail.seen and mail.flagged)
            operations.not_before = False
            self.work(account)
            self.assertEqual(
                self.on_server()["INBOX"][mail.uid], ("\\flagged", "\\seen")
            )

    def test_a_moved_mail_is_there_at_once_and_is_the_same_mail(self):
        """[D12]"""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    inbox, trash = (
                        self.folder(account, role) for role in ("inbox", "trash")
                    )
                    mails = self.messages(account, folder_id=inbox.id)
                    chosen = mails[:3]
                    answer = self.client().move(chosen.ids, trash.id)
                    self.assertEqual(len(self.rows(inbox)), 1)
                    self.assertEqual(len(self.rows(trash)), 3)
                    self.assertEqual(
                        answer["moved"], [[mail.id, inbox.id] for mail in chosen]
                    )
                    self.work(account)
                    self.assertEqual(
                        (len(self.alive("INBOX")), len(self.alive("Trash"))), (1, 3)
                    )
                    self.sync(account)
                    self.assertEqual(chosen.folder_id, trash)
                    self.assertEqual(len(self.rows(inbox)), 1)
                    self.assertInStep(account)
                    self.client().undo_move(answer["moved"])
                    self.assertEqual(len(self.rows(inbox)), 4)
                    self.work(account)
                    self.sync(account)
                    self.assertEqual(len(self.alive("INBOX")), 4)
                    self.assertInStep(account)

    def test_deleting_goes_to_the_trash_and_from_there_for_good(self):
        """[F1] [F4]"""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    trash = self.folder(account, "trash")
                    mails = self.messages(account)
                    self.client().delete(mails.ids)
                    self.work(account)
                    self.assertEqual(len(self.on_server()["Trash"]), 4)
                    self.client().delete(mails[:2].ids)
                    self.assertEqual(len(self.rows(trash)), 2)
                    self.work(account)
                    self.client().empty_folder(trash.id)
                    self.assertFalse(self.rows(trash))
                    self.work(account)
                    self.sync(account)
                    left = self.on_server()["Trash"]
                    if mode == "bare":
                        # no UIDPLUS: marked, and nobody else's mail is at risk
                        self.assertTrue(all("\\deleted" in f for f in left.values()))
                    else:
                        self.assertFalse(left)
                    self.assertFalse(self.rows(trash))

    def test_a_folder_is_emptied_however_full_it_is(self):
        with self.account_in_mode("qresync") as account:
            mails = self.messages(account)
            self.client().delete(mails.ids)
            self.work(account)
            trash = self.folder(account, "trash")
            with patch.object(crm_mail_client_actions, "AT_ONCE", 3):
                self.client().empty_folder(trash.id)
            self.assertFalse(self.rows(trash))
            self.work(account)
            self.assertFalse(self.on_server()["Trash"])

    def test_the_inbox_cannot_be_emptied(self):
        with self.account_in_mode("qresync") as account:
            with self.assertRaisesRegex(UserError, "Only the trash"):
                self.client().empty_folder(self.folder(account, "inbox").id)

    def test_an_archive_is_made_when_there_is_none(self):
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)[0]
            self.client().archive(mail.ids)
            self.work(account)
            self.assertEqual(len(self.on_server()["Archive"]), 1)
            self.assertEqual(self.folder(account, "archive").raw, "Archive")

    def test_what_others_did_to_a_mail_goes_with_it_into_a_new_folder(self):
        """Its row is there before that folder is read for the first time."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    mail = self.messages(account)[0]
                    self.store("INBOX", str(mail.uid), "+FLAGS", r"(\Seen Urgent)")
                    self.client().archive(mail.ids)
                    self.sync(account)
                    self.assertEqual(mail.folder_id.role, "archive")
                    self.assertTrue(mail.seen)
                    self.assertInStep(account)

    def test_without_trash_and_spam_one_is_made_before_a_mail_goes_there(self):
        """Without a trash a deleted mail would be gone for good."""
        with self.account_in_mode("qresync") as account:
            for role in ("trash", "junk"):
                folder = self.folder(account, role)
                with self.mailbox.client() as client:
                    client.delete(folder.raw)
                folder.unlink()
            deleted, spam = self.messages(account)[:2]
            answer = self.client().delete(deleted.ids)
            self.assertEqual(answer["expunged"], 0)
            self.client().junk(spam.ids)
            self.assertEqual(deleted.shown_folder_id, self.folder(account, "trash"))
            self.work(account)
            self.assertEqual(len(self.on_server()["Trash"]), 1)
            self.assertEqual(len(self.on_server()["Junk"]), 1)

    def test_junk_and_back(self):
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)[0]
            self.client().junk(mail.ids)
            self.assertEqual(mail.shown_folder_id, self.folder(account, "junk"))
            self.work(account)
            self.client().not_junk(mail.ids)
            self.work(account)
            self.assertEqual(mail.folder_id, self.folder(account, "inbox"))
            self.assertEqual(len(self.on_server()["INBOX"]), 4)

    def test_many_changes_go_by_few_commands(self):
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(120)))
        with self.account_in_mode("qresync") as account:
            mails = self.messages(account)
            self.client().mark(mails.ids, ["seen"])
            self.client().delete(mails[:50].ids)
            self.proxy.forget()
            self.work(account)
            names = list(self.proxy.names())
            self.assertEqual(names.count(b"UID STORE"), 1)
            self.assertEqual(names.count(b"UID MOVE"), 1)
            self.assertEqual(len(self.on_server()["Trash"]), 50)

    # -- what goes wrong -----------------------------------------------------------

    def test_a_lost_answer_moves_nothing_twice(self):
        """Law 6: cut at each place of the move, then done again."""
        faults = (
            cut_before(b"UID MOVE"),
            cut_answer(b"UID MOVE", 0),
            cut_answer(b"UID MOVE", 20),
        )
        for fault in faults:
            with self.subTest(fault=str(fault)):
                self.setUp()
                with self.account_in_mode("qresync") as account:
                    mail = self.messages(account)[0]
                    trash = self.folder(account, "trash")
                    self.client().move(mail.ids, trash.id)
                    self.proxy.arm(fault)
                    self.work(account)
                    self.assertTrue(self.env["crm.mail.operation"].search([]))
                    self.assertEqual(mail.shown_folder_id, trash, "it stays shown")
                    self.env["crm.mail.operation"].search([]).not_before = False
                    self.work(account)
                    self.sync(account)
                    server = self.on_server()
                    self.assertEqual(
                        (len(server["INBOX"]), len(server["Trash"])), (3, 1)
                    )
                    self.assertEqual(mail.folder_id, trash)
                    self.assertInStep(account)

    def test_of_several_moves_the_last_one_follows_the_mail(self):
        """Another client was quicker: the mail is moved on from where it lies now."""
        for mode in MODES:
            for target in ("junk", "trash"):
                with self.subTest(mode=mode, target=target):
                    self.setUp()
                    self.mailbox.append(simple_mail("Old"), folder="Trash")
                    with self.account_in_mode(mode) as account:
                        inbox = self.folder(account, "inbox")
                        mail = self.messages(account, folder_id=inbox.id)[0]
                        for role in ("drafts", "sent", target):
                            self.client().move(mail.ids, self.folder(account, role).id)
                        self.move("INBOX", str(mail.uid), "Trash")
                        self.sync(account)
                        self.env["crm.mail.operation"].search([]).not_before = False
                        self.sync(account)
                        self.assertFalse(self.env["crm.mail.operation"].search([]))
                        self.assertEqual(mail.folder_id, self.folder(account, target))
                        self.assertInStep(account)

    def test_a_mark_follows_a_mail_that_somebody_else_has_just_moved(self):
        """[F3] The server says OK to a change of mails that are not there."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    inbox = self.folder(account, "inbox")
                    mails = self.messages(account, folder_id=inbox.id)[:2]
                    self.move("INBOX", str(mails[0].uid), "Trash")
                    self.client().mark(mails.ids, ["flagged"])
                    self.sync(account)
                    self.env["crm.mail.operation"].search([]).not_before = False
                    self.sync(account)
                    self.assertEqual(mails[0].folder_id.role, "trash")
                    self.assertEqual(self.on_server()["Trash"], {1: ("\\flagged",)})
                    self.assertFalse(self.env["crm.mail.operation"].search([]))
                    self.assertInStep(account)

    def test_a_refused_change_is_undone_on_screen_and_told(self):
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)[0]
            target = self.named(account, "Trash")
            self.client().move(mail.ids, target.id)
            told = []
            self.startPatch(
                type(self.env["res.users"]),
                "_bus_send",
                lambda users, kind, payload, **_kw: told.append((kind, payload)),
            )
            target.raw = "No/Such/Folder"
            self.refuse_creation()
            self.work(account)
            self.assertEqual(mail.shown_folder_id, self.folder(account, "inbox"))
            self.assertFalse(self.env["crm.mail.operation"].search([]))
            (payload,) = [p for kind, p in told if kind == "crm_mail_accounts/refused"]
            self.assertIn("1 changes were not made", payload["message"])

    def test_an_operation_that_goes_while_it_is_pushed_is_no_defect(self):
        """As with a row that stood in for a mail, when that mail comes back."""
        decide = OperationPush._after_error

        def gone_first(push, session, group, work, error):
            operations = self.env["crm.mail.operation"]
            push.commit(lambda env: operations.with_env(env).browse(group.ids).unlink())
            return decide(push, session, group, work, error)

        errors = {
            "later": ServerRefused("busy", code="server_busy", retry=True),
            "refused": ServerRefused("no", response_code="NOPERM", code="refused"),
        }
        for name, error in errors.items():
            with self.subTest(name), self.account_in_mode("qresync") as account:
                mail = self.messages(account)[0]
                self.client().mark(mail.ids, ["flagged"])
                with (
                    patch.object(OperationPush, "_after_error", gone_first),
                    patch.object(OperationPush, "_flags", side_effect=error) as flags,
                ):
                    self.work(account)
                self.assertTrue(flags.called)
                self.assertFalse(account.error_code)
                account.unlink()

    def refuse_creation(self):
        def refuse(_session, raw, **_options):
            raise ServerRefused("no", response_code="NOPERM", code="not_permitted")

        self.startPatch(FolderSession, "make_folder", refuse)

    # -- folders -------------------------------------------------------------------

    def test_folders_are_made_renamed_and_deleted(self):
        """[D12]"""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    client = self.client()
                    made = client.create_folder(account.id, False, "Società")
                    child = client.create_folder(account.id, made["id"], "Perù")
                    self.assertEqual(child["path"], "Società / Perù")
                    mails = self.messages(account)
                    client.move(mails[:1].ids, child["id"])
                    self.work(account)
                    client.rename_folder(made["id"], "Clienti")
                    folder = self.env["crm.mail.folder"].browse(child["id"])
                    self.assertEqual(folder.path, "Clienti / Perù")
                    self.sync(account)
                    self.assertEqual(mails[:1].folder_id, folder)
                    self.assertInStep(account)
                    client.delete_folder(made["id"])
                    self.assertFalse(folder.exists())
                    self.assertFalse(
                        {name for name in self.on_server() if "Clienti" in name}
                    )

    def test_what_cannot_be_a_folder_is_refused_in_words(self):
        with self.account_in_mode("qresync") as account:
            for name in ("", "a/b", "x" * 300, "a\nb"):
                with self.subTest(name=name), self.assertRaises(UserError):
                    self.client().create_folder(account.id, False, name)
            inbox = self.folder(account, "inbox")
            with self.assertRaisesRegex(UserError, "stays as it is"):
                self.client().delete_folder(inbox.id)

    def test_folders_are_subscribed(self):
        """[D11]"""
        with self.account_in_mode("qresync") as account:
            made = self.client().create_folder(account.id, False, "News")
            self.client().subscribe_folder(made["id"], False)
            with self.mailbox.client() as client:
                subscribed = b"".join(filter(None, client.lsub()[1]))
            self.assertNotIn(b"News", subscribed)

    # -- rights ----------------------------------------------------------------------

    def test_only_who_may_act_changes_a_mailbox(self):
        """[F6] Law 11."""
        with self.account_in_mode("qresync") as account:
            inbox, trash = (self.folder(account, role) for role in ("inbox", "trash"))
            mail = self.messages(account)[0]
            delegate = self.env["crm.mail.delegate"].create(
                {"account_id": account.id, "user_id": self.colleague.id}
            )
            calls = {
                "mark": (mail.ids, ["seen"]),
                "move": (mail.ids, trash.id),
                "undo_move": ([[mail.id, trash.id]],),
                "copy_mails": (mail.ids, trash.id),
                "undo_copy": ([[mail.id, inbox.id, 1]],),
                "archive": (mail.ids,),
                "junk": (mail.ids,),
                "not_junk": (mail.ids,),
                "delete": (mail.ids,),
                "mark_folder_read": (inbox.id,),
                "empty_folder": (trash.id,),
                "create_folder": (account.id, False, "x"),
                "rename_folder": (inbox.id, "x"),
                "delete_folder": (inbox.id,),
                "subscribe_folder": (inbox.id,),
            }
            for user in (self.colleague, self.administrator):
                for method, arguments in calls.items():
                    with (
                        self.subTest(user=user.login, method=method),
                        self.assertRaises(AccessError),
                        self.cr.savepoint(),
                    ):
                        getattr(self.client(user), method)(*arguments)
            delegate.may_act = True
            self.client(self.colleague).mark(mail.ids, ["seen"])
            self.assertTrue(mail.seen)
