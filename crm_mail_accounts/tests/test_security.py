import inspect

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged

from .common import GROUPS, Mailbox, MailCase, simple_mail
from .kept_common import KeptMixin

CLIENT_CALLS = {
    # method: arguments made from the owner's records
    "bootstrap": lambda s: (),
    "progress": lambda s: (),
    "list_messages": lambda s: (s.inbox.id,),
    "select_all": lambda s: (s.inbox.id,),
    "newest_unread": lambda s: (s.inbox.id,),
    "open_thread": lambda s: (s.mail.thread_id.id,),
    "search_server": lambda s: (
        {"folder_id": s.inbox.id, "search": {"words": [["text", "offer"]]}},
    ),
    "save_layout": lambda s: ({"notify_folders": {s.inbox.id: True}},),
    "open_message": lambda s: (s.mail.id,),
    "message_context": lambda s: (s.mail.id,),
    "search_records": lambda s: (s.mail.id, "a"),
    "link_message": lambda s: (s.mail.id, "crm.lead", s.lead.id),
    "link_thread": lambda s: (s.mail.id, "crm.lead", s.lead.id),
    "link_options": lambda s: (s.mail.id,),
    "link_audience": lambda s: ("crm.lead", s.lead.id),
    "link_suggestions": lambda s: (s.mail.id,),
    "dismiss_suggestion": lambda s: (s.mail.id, "crm.lead", s.lead.id),
    "record_mail_count": lambda s: ("crm.lead", s.lead.id),
    "record_messages": lambda s: ("crm.lead", s.lead.id),
    "conversation": lambda s: (s.mail.id,),
    "comment": lambda s: (s.mail.id, "Look", [s.delegate.user_id.id]),
    "share_candidates": lambda s: (s.mail.id,),
    "delete_comment": lambda s: (s.comment.id,),
    "withdraw_share": lambda s: (s.share.id,),
    "visibility": lambda s: (s.mail.id,),
    "set_visibility": lambda s: (s.mail.id, "all"),
    "presence": lambda s: ("a tab", s.mail.id),
    "answer_check": lambda s: (s.mail.id, "2026-03-02 12:00:00"),
    "assign_candidates": lambda s: (s.mail.ids,),
    "assign": lambda s: (s.mail.ids, s.owner.id),
    "chatter_senders": lambda s: ("crm.lead", s.lead.id),
    "unlink_message": lambda s: (s.link.id,),
    "sync_now": lambda s: (s.account.id,),
    "retry_folder": lambda s: (s.inbox.id,),
    "connect_account": lambda s: (s.account.id,),
    "continue_setup": lambda s: (s.account.id,),
    "mark": lambda s: (s.mail.ids, ["flagged"]),
    "move": lambda s: (s.mail.ids, s.inbox.id),
    "copy_mails": lambda s: (s.mail.ids, s.inbox.id),
    "undo_copy": lambda s: ([[s.mail.id, s.inbox.id, 1]],),
    "undo_move": lambda s: ([[s.mail.id, s.inbox.id]],),
    "archive": lambda s: (s.mail.ids,),
    "junk": lambda s: (s.mail.ids,),
    "not_junk": lambda s: (s.mail.ids,),
    "delete": lambda s: (s.mail.ids,),
    "mark_folder_read": lambda s: (s.inbox.id,),
    "empty_folder": lambda s: (s.folder(s.account, "trash").id,),
    "create_folder": lambda s: (s.account.id, False, "Made by a test"),
    "rename_folder": lambda s: (s.inbox.id, "Other"),
    "delete_folder": lambda s: (s.inbox.id,),
    "subscribe_folder": lambda s: (s.inbox.id,),
    "message_headers": lambda s: (s.mail.id,),
    "address_card": lambda s: (s.mail.id, "rosa@conti.example"),
    "trust_sender": lambda s: (s.mail.id,),
    "save_attachments": lambda s: (s.mail.id, ["2"], "crm.lead", s.lead.id),
    "contact_proposals": lambda s: (s.mail.id,),
    "create_contact": lambda s: (s.mail.id, {}),
    "create_opportunity": lambda s: (s.mail.id, {}),
    "create_task": lambda s: (s.mail.id, {}),
    "filters_list": lambda s: (s.account.id,),
    "filter_save": lambda s: (
        s.account.id,
        {"name": "x", "match": "every", "actions": [{"kind": "flag"}]},
    ),
    "filter_reorder": lambda s: (s.account.id, s.filter.ids),
    "filter_try": lambda s: (s.account.id, {"match": "every"}),
    "filter_run": lambda s: (s.filter.ids, s.inbox.id),
    "filter_from_message": lambda s: (s.mail.id,),
    "rules_engine": lambda s: (s.account.id,),
    "rules_engine_switch": lambda s: (s.account.id, "here"),
    "filter_delete": lambda s: (s.filter.id,),
    "vacation_form": lambda s: (s.account.id,),
    "vacation_end": lambda s: (s.account.id,),
    "compose_start": lambda s: ("reply", s.mail.id),
    "compose_open": lambda s: (s.outgoing.id,),
    "compose_save": lambda s: (s.outgoing.id, s.outgoing.version, s.written()),
    "compose_send": lambda s: (s.outgoing.id, s.outgoing.version, s.written()),
    "compose_leave": lambda s: (s.outgoing.id,),
    "compose_undo": lambda s: (s.outgoing.id,),
    "compose_take_over": lambda s: (s.outgoing.id,),
    "compose_discard": lambda s: (s.outgoing.id,),
    "compose_record_files": lambda s: (
        s.mail.id,
        {"model": "crm.lead", "res_id": s.lead.id},
    ),
    "compose_find_files": lambda s: ("Deal",),
    "compose_attach_records": lambda s: (s.outgoing.id, []),
    "compose_detach": lambda s: (s.outgoing.id, 1),
    "compose_complete": lambda s: ("rosa",),
    "compose_parse_addresses": lambda s: ("a@b.test",),
    "compose_templates": lambda s: (),
    "compose_apply_template": lambda s: (s.canned.id, "canned", {}),
    "outgoing_list": lambda s: ("outgoing",),
    "outgoing_reschedule": lambda s: (s.outgoing.id, "2040-01-01 08:00:00"),
    "outgoing_send_now": lambda s: (s.outgoing.id,),
    "outgoing_retry": lambda s: (s.outgoing.id,),
    "outgoing_decide": lambda s: (s.outgoing.id, "sent"),
    "outgoing_dismiss": lambda s: (s.outgoing.id,),
}
REFUSED = {
    "connect_account",
    "rename_folder",
    "delete_folder",
    "save_attachments",
    "create_task",
    "compose_attach_records",
    "compose_detach",
    "outgoing_reschedule",
    "outgoing_send_now",
    "outgoing_retry",
    "outgoing_decide",
    "outgoing_dismiss",
}
"""What the owner cannot do with these records: a mailbox with a password has no page to
go to, an inbox keeps its name, this mail has no attachment, Project is not installed,
and a mail that was taken back and thrown away waits for nothing."""
MODELS = {
    # model: the owner's record, or None where nobody but the system reads
    "crm.mail.account": lambda s: s.account,
    "crm.mail.account.lease": lambda s: s.account.lease_ids,
    "crm.mail.account.sieve": lambda s: s.sieve,
    "crm.mail.account.token": lambda s: s.token,
    "crm.mail.folder": lambda s: s.inbox,
    "crm.mail.message": lambda s: s.mail,
    "crm.mail.share": lambda s: s.share,
    "crm.mail.comment": lambda s: s.comment,
    "crm.mail.link": lambda s: s.link,
    "crm.mail.link.refusal": lambda s: s.refusal,
    "crm.mail.log": lambda s: s.log,
    "crm.mail.account.setup": lambda s: s.setup,
    "crm.mail.account.setup.proposal": lambda s: s.setup.proposal_ids,
    "crm.mail.account.delete": lambda s: s.deletion,
    "crm.mail.delegate": lambda s: s.delegate,
    "crm.mail.link.backfill": lambda s: s.backfill,
    "crm.mail.presence": lambda s: s.presence,
    "crm.mail.operation": lambda s: s.operation,
    "crm.mail.outgoing": lambda s: s.outgoing,
    "crm.mail.thread": lambda s: s.mail.thread_id,
    "crm.mail.thread.ref": lambda s: s.env["crm.mail.thread.ref"].search(
        [("thread_id", "=", s.mail.thread_id.id)]
    ),
    "crm.mail.sender": lambda s: s.sender,
    "crm.mail.trusted.sender": lambda s: s.trusted,
    "crm.mail.pop3.bridge": lambda s: s.bridge,
    "crm.mail.pop3.seen": lambda s: s.bridge.sudo().seen_ids,
    "crm.mail.pop3.empty": lambda s: s.emptying,
    "crm.mail.vacation": lambda s: s.vacation,
    "crm.mail.vacation.reply": lambda s: s.reply,
    "crm.mail.filter": lambda s: s.filter,
    "crm.mail.filter.condition": lambda s: s.filter.condition_ids,
    "crm.mail.filter.action": lambda s: s.filter.action_ids,
}
NOT_PRIVATE = {
    "crm.mail.provider",
    "crm.mail.health",
    "crm.mail.signature",
    "crm.mail.report",
}
"""Presets, which everybody reads; the administrator's list of mailboxes, which
``test_health`` tries, signatures, which ``test_signature`` does, and the lines of the
report, which ``test_private`` tries: who reads a record reads what it shows."""
ADMINISTRATORS = {"crm.mail.emergency", "crm.mail.leave"}
"""What they do with a mailbox of others; ``test_leave`` tries who may."""
OPEN_TO_ALL = {"bootstrap", "progress"}
"""They take no record: everybody is answered about their own."""
BY_RECORD = {
    "chatter_senders",
    "link_audience",
    "record_mail_count",
    "record_messages",
}
"""They ask for a record: who reads it is told what it shows, see ``test_link_records``.
"""
WRITERS_ONLY = {
    "compose_complete",
    "compose_find_files",
    "compose_parse_addresses",
    "compose_templates",
    "outgoing_list",
    "presence",
}
"""So do these, for whoever has to do with mailboxes."""


@tagged("post_install", "-at_install")
class TestSecurity(MailCase):
    """Law 11: every method and every model, tried by everybody else."""

    def setUp(self):
        super().setUp()
        self.account = self.mailbox_with_a_mail()
        self.work(self.account)
        self.inbox = self.folder(self.account, "inbox")
        self.mail = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)]
        )
        self.lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "user_id": self.owner.id}
        )
        link = self.client().link_message(self.mail.id, "crm.lead", self.lead.id)
        self.link = self.env["crm.mail.link"].browse(link["id"])
        self.refusal = self.env["crm.mail.link.refusal"].create(
            {"message_id": self.mail.id, "res_model": "crm.lead", "res_id": 1}
        )
        fourth = new_test_user(self.env, login="mail_reader", groups=GROUPS)
        self.client().comment(self.mail.id, "Between us", [fourth.id])
        self.share, self.comment = self.mail.share_ids, self.mail.comment_ids
        self.log = self.env["crm.mail.log"].create(
            {
                "account_id": self.account.id,
                "user_id": self.owner.id,
                "source": "incoming",
                "level": "info",
                "message": "one line",
            }
        )
        self.setup = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create({"proposal_ids": [Command.create({"source": "a test"})]})
        )
        self.deletion = (
            self.env["crm.mail.account.delete"]
            .with_user(self.owner)
            .create({"account_id": self.account.id})
        )
        self.backfill = (
            self.env["crm.mail.link.backfill"]
            .with_user(self.owner)
            .create({"account_id": self.account.id})
        )
        self.presence = self.env["crm.mail.presence"].create(
            {
                "user_id": self.owner.id,
                "tab": "a tab",
                "message_id": self.mail.id,
                "account_id": self.account.id,
                "kind": "reading",
                "seen_at": fields.Datetime.now(),
            }
        )
        self.token = self.env["crm.mail.account.token"].create(
            {"account_id": self.account.id, "kind": "google"}
        )
        self.sieve = self.env["crm.mail.account.sieve"].create(
            {"account_id": self.account.id}
        )
        self.client().mark(self.mail.ids, ["seen"])
        self.operation = self.env["crm.mail.operation"].search([])
        third = new_test_user(self.env, login="mail_delegate", groups=GROUPS)
        self.delegate = (
            self.env["crm.mail.delegate"]
            .with_user(self.owner)
            .create({"account_id": self.account.id, "user_id": third.id})
        )
        saved = self.client().compose_save(False, False, self.written())
        self.outgoing = self.env["crm.mail.outgoing"].browse(saved["id"])
        self.canned = (
            self.env["mail.canned.response"]
            .with_user(self.owner)
            .create({"source": "hello", "substitution": "Hello"})
        )
        self.vacation = (
            self.env["crm.mail.vacation"]
            .with_user(self.owner)
            .create({"account_id": self.account.id, "body": "<p>Away</p>"})
        )
        self.reply = self.env["crm.mail.vacation.reply"].create(
            {
                "vacation_id": self.vacation.id,
                "account_id": self.account.id,
                "correspondent": "rosa@conti.example",
                "handle": "x",
                "answered_at": "2026-03-02 12:00:00",
                "answered_on": "2026-03-02",
                "state": "sent",
            }
        )
        self.filter = (
            self.env["crm.mail.filter"]
            .with_user(self.owner)
            .create(
                {
                    "name": "Mine",
                    "account_id": self.account.id,
                    "condition_ids": [Command.create({"value": "x"})],
                    "action_ids": [Command.create({"kind": "flag"})],
                }
            )
        )
        action = self.owner.with_user(self.owner).action_crm_mail_senders()
        self.sender = self.env["crm.mail.sender"].search(action["domain"])
        self.trusted = (
            self.env["crm.mail.trusted.sender"]
            .with_user(self.owner)
            .create({"email": "rosa@conti.example"})
        )
        self.bridge = (
            self.env["crm.mail.pop3.bridge"]
            .with_user(self.owner)
            .create(
                {
                    "name": "Old mailbox",
                    "account_id": self.account.id,
                    "host": "pop3.company.example",
                    "username": "old@company.example",
                    "password": "secret",
                }
            )
        )
        self.env["crm.mail.pop3.seen"].create(
            {
                "bridge_id": self.bridge.id,
                "key": "u1:a",
                "state": "seen",
                "first_seen": "2026-11-22 10:00:00",
            }
        )
        self.emptying = (
            self.env["crm.mail.pop3.empty"]
            .with_user(self.owner)
            .sudo()
            .create({"bridge_id": self.bridge.id})
            .sudo(False)
        )
        self.portal = new_test_user(
            self.env, login="mail_portal", groups="base.group_portal"
        )
        self.public = self.env.ref("base.public_user")
        self.others = (self.colleague, self.administrator, self.portal, self.public)
        self.env.flush_all()
        self.env.invalidate_all()

    def mailbox_with_a_mail(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Private"))
        return self.new_account()

    def written(self) -> dict:
        return {
            "sender_key": f"account:{self.account.id}",
            "to": [{"name": "", "email": "rosa@conti.example"}],
            "subject": "Unsent",
            "body_html": "<p>secret</p>",
        }

    def test_every_method_of_the_client_is_listed_here(self):
        public = {
            name
            for part in type(self.env["crm.mail.client"]).__mro__
            if part.__module__.startswith("odoo.addons.crm_mail_accounts.")
            for name, value in vars(part).items()
            if inspect.isfunction(value) and not name.startswith("_")
        }
        self.assertEqual(public, set(CLIENT_CALLS))

    def test_every_model_of_the_addon_is_listed_here(self):
        ours = {
            model._name
            for model in self.env.registry.values()
            if model._name.startswith("crm.mail.") and not model._abstract
        }
        self.assertEqual(ours, set(MODELS) | NOT_PRIVATE | ADMINISTRATORS)

    def test_nobody_else_gets_anything_from_the_client(self):
        for user in self.others:
            client = self.client(user)
            for method, arguments in CLIENT_CALLS.items():
                values = arguments(self)
                with self.subTest(user=user.login, method=method):
                    if method in OPEN_TO_ALL and not user.share:
                        answer = getattr(client, method)(*values)
                        self.assertFalse(answer["accounts"] or answer["folders"])
                        continue
                    if method in BY_RECORD and self.lead.with_user(user).has_access(
                        "read"
                    ):
                        told = str(getattr(client, method)(*values))
                        self.assertNotIn(f"'message_id': {self.mail.id}", told)
                        self.assertNotIn(self.account.email, told)
                        continue
                    if method in WRITERS_ONLY and not user.share:
                        answer = str(getattr(client, method)(*values))
                        self.assertNotIn("rosa@conti.example", answer)
                        self.assertNotIn("Unsent", answer)
                        self.assertNotIn(f"'message_id': {self.mail.id}", answer)
                        continue
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        getattr(client, method)(*values)
        self.assertTrue(self.link.exists())
        self.assertEqual(self.outgoing.state, "draft")

    def test_the_owner_gets_an_answer_from_every_method(self):
        for method, arguments in CLIENT_CALLS.items():
            with self.subTest(method=method):
                if method in REFUSED:
                    with self.assertRaises(UserError):
                        getattr(self.client(), method)(*arguments(self))
                    continue
                answer = getattr(self.client(), method)(*arguments(self))
                self.assertIsNotNone(answer)

    def test_nobody_else_reads_finds_counts_changes_or_deletes_a_record(self):
        for user in self.others:
            for name, get in MODELS.items():
                record = get(self).with_user(user)
                with self.subTest(user=user.login, model=name):
                    for operation in ("read", "write", "unlink"):
                        self.assertFalse(record.has_access(operation), operation)
                    if self.env[name].with_user(user).has_access("read"):
                        model = self.env[name].with_user(user)
                        self.assertNotIn(record, model.search([]))
                        self.assertFalse(model.search_count([("id", "=", record.id)]))
                        self.assertFalse(
                            model._read_group([("id", "=", record.id)], ["id"])
                        )

    def test_nobody_makes_mails_folders_or_links_by_rpc(self):
        for name in (
            "crm.mail.account",
            "crm.mail.message",
            "crm.mail.folder",
            "crm.mail.link",
            "crm.mail.share",
            "crm.mail.comment",
            "crm.mail.log",
            "crm.mail.outgoing",
            "crm.mail.pop3.empty",
        ):
            with self.subTest(model=name):
                self.assertFalse(
                    self.env[name].with_user(self.owner).has_access("create")
                )

    def test_a_mailbox_does_not_change_hands_by_a_write(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.owner).user_id = self.colleague

    def test_an_address_gives_no_access(self):
        """Law 11: an address on the user is no right to a mailbox."""
        self.colleague.email = self.account.email
        self.assertFalse(self.mail.with_user(self.colleague).has_access("read"))

    def test_a_foreign_account_cannot_be_edited_through_the_assistant(self):
        setup = self.env["crm.mail.account.setup"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            setup.with_context(default_account_id=self.account.id).default_get(
                list(setup._fields)
            )
        sneaky = setup.create(
            {
                "account_id": self.account.id,
                "username": "x",
                "imap_host": "localhost",
                "smtp_host": "localhost",
                "imap_port": 1,
                "smtp_port": 1,
            }
        )
        for action in (
            sneaky.action_send_test_mail,
            sneaky.action_test,
            sneaky.action_connect,
            sneaky.action_continue,
            sneaky.action_map,
            sneaky.action_finish,
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                action()

    def test_the_cached_mail_is_no_attachment_that_anybody_finds(self):
        self.client().open_message(self.mail.id)
        cached = self.mail._raw_attachment()
        self.assertTrue(cached)
        for user in self.others:
            attachments = self.env["ir.attachment"].with_user(user)
            self.assertFalse(attachments.search([("id", "=", cached.id)]))
            self.assertFalse(cached.with_user(user).has_access("read"))

    def test_the_network_doors_are_closed_to_rpc_and_server_actions(self):
        for name in (
            "_open_imap__",
            "_open_pop3__",
            "_probe_imap__",
            "_probe_pop3__",
            "_probe_smtp__",
        ):
            self.assertTrue(callable(getattr(self.account, name)))
            with self.assertRaises(AccessError):
                get_public_method(self.account, name)


@tagged("post_install", "-at_install")
class TestKeptSecurity(KeptMixin, TestSecurity):
    """The same of a mailbox that is kept here: no server refuses anything."""

    def mailbox_with_a_mail(self):
        self.maildrop = Mailbox()
        self.maildrop.append(simple_mail("Private"))
        return self.kept_account()

    def test_its_own_pop3_mailbox_is_the_owners(self):
        own = self.own(self.account)
        self.assertTrue(own.with_user(self.owner).has_access("write"))
        for user in (*self.others, self.delegate.user_id):
            with self.subTest(user=user.login):
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(own.with_user(user).has_access(operation))

    def test_a_delegate_who_only_reads_changes_nothing(self):
        client = self.client(self.delegate.user_id)
        folder = client.bootstrap()["folders"][0]["id"]
        for call in (
            lambda: client.create_folder(self.account.id, False, "Mine"),
            lambda: client.empty_folder(self.folder(self.account, "trash").id),
            lambda: client.delete(self.mail.ids),
            lambda: client.mark_folder_read(folder),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                call()
        self.assertTrue(client.sync_now(self.account.id))
        self.assertTrue(client.open_message(self.mail.id)["id"])
