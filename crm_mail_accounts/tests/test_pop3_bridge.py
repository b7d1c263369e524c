import logging
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..mailkit.errors import MailError
from ..mailkit.pop3.session import Pop3Session
from ..mailkit.sync import pop3 as plan
from ..mailkit.tests.scripted_server import ScriptedServer
from ..tools import maildrop_run
from .common import Mailbox, live_mail
from .pop3_common import Pop3Mixin
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestPop3Bridge(Pop3Mixin, SyncCase):
    """A POP3 mailbox is collected into a folder of an IMAP account [E5] [F7]."""

    def setUp(self):
        super().setUp()
        self.account = self.new_account()
        self.work(self.account)

    def test_every_mail_comes_once_and_stays_where_it_was(self):
        """[E5] [F5] [F7]"""
        self.fill(1, 2, 3)
        bridge = self.new_bridge(self.account)
        self.collect(bridge)
        self.assertFalse(bridge.error_message)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3])
        self.assertEqual(self.numbers_in(self.maildrop), [1, 2, 3])
        self.assertIn("3 new mails", bridge.result)
        # at once on our screen, as new mail
        mails = self.messages(self.account)
        self.assertEqual(len(mails), 3)
        self.assertFalse(any(mails.mapped("seen")))
        self.assertInStep(self.account)
        self.fill(4)
        self.collect(bridge)
        self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3, 4])
        self.assertIn("0 new mails", bridge.result)

    def test_every_way_to_connect(self):
        """[E5]"""
        for number, (port, security) in enumerate(
            [("pop3", "starttls"), ("pop3", "none")], 1
        ):
            self.maildrop = Mailbox()
            self.fill(number)
            bridge = self.new_bridge(
                self.account, port=self.maildrop.ports[port], security=security
            )
            self.collect(bridge)
            self.assertFalse(bridge.error_message)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2])

    def test_the_arrival_date_is_that_of_the_mail(self):
        self.fill(1)
        self.collect(self.new_bridge(self.account))
        (mail,) = self.messages(self.account)
        self.assertEqual(
            fields.Datetime.to_string(mail.internal_date), "2026-11-22 10:00:00"
        )

    def test_a_folder_of_ones_choice_and_the_inbox_when_it_is_gone(self):
        """[E5]"""
        with self.mailbox.client() as client:
            client.create("Old")
        self.account.lease_ids.listed_at = False
        self.work(self.account)
        folder = self.named(self.account, "Old")
        self.fill(1)
        bridge = self.new_bridge(self.account, folder_id=folder.id)
        self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox, "Old"), [1])
        self.assertEqual(self.messages(self.account).folder_id, folder)
        folder.sudo().unlink()
        self.fill(2)
        self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox), [2])

    def test_a_mailbox_is_collected_when_it_is_due(self):
        self.fill(1)
        bridge = self.new_bridge(self.account, interval=30)
        self.collect(bridge)
        self.assertEqual(bridge.next_run - bridge.last_run, timedelta(minutes=30))
        self.fill(2)
        self.work(self.account)
        self.assertEqual(self.numbers_in(self.mailbox), [1])
        bridge.with_user(self.owner).action_collect()
        self.work(self.account)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2])
        bridge.active = False
        self.fill(3)
        bridge.next_run = fields.Datetime.now() - timedelta(hours=1)
        self.work(self.account)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2])

    def test_a_long_maildrop_comes_in_batches(self):
        self.fill(*range(1, 8))
        bridge = self.new_bridge(self.account)
        with patch.object(
            self.env.registry["crm.mail.pop3.bridge"],
            "_policy",
            lambda self: plan.Policy(max_mails=3),
        ):
            self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox), list(range(1, 8)))
        self.assertIn("1 new mails", bridge.result)

    def test_a_run_ends_when_its_time_is_over_and_goes_on(self):
        self.fill(1, 2, 3)
        bridge = self.new_bridge(self.account)
        with patch.object(maildrop_run, "RUN_SECONDS", -1):
            self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3])

    # -- what goes wrong ---------------------------------------------------------------

    def test_a_wrong_password_is_told_once_and_the_account_goes_on(self):
        """Lesson 3; law 10."""
        bridge = self.new_bridge(self.account, password="wrong")
        told = []
        with patch.object(
            self.env.registry["res.users"],
            "_bus_send",
            lambda user, kind, message, **kw: told.append((user.id, kind)),
        ):
            for _time in range(2):
                self.collect(bridge)
        self.assertIn("user name or the password", bridge.error_message)
        self.assertEqual(told.count((self.owner.id, "simple_notification")), 1)
        self.assertFalse(self.account.error_message)
        self.assertGreater(bridge.next_run, fields.Datetime.now())
        lines = self.env["crm.mail.log"].search([("source", "=", "pop3_auth")])
        self.assertEqual(len(lines), 2)
        self.fill(1)
        bridge.with_user(self.owner).password = self.maildrop.password
        self.work(self.account)
        self.assertFalse(bridge.error_message)
        self.assertEqual(self.numbers_in(self.mailbox), [1])

    def test_one_mailbox_that_fails_stops_no_other_one(self):
        """Law 10."""
        broken = self.new_bridge(self.account, host="localhost", port=1)
        self.fill(1)
        bridge = self.new_bridge(self.account)
        third = self.new_bridge(self.account)
        policy = self.env.registry["crm.mail.pop3.bridge"]._policy

        def defect(record):
            if record == third:
                raise ValueError("a defect of ours")
            return policy(record)

        with (
            patch.object(self.env.registry["crm.mail.pop3.bridge"], "_policy", defect),
            mute_logger("odoo.addons.crm_mail_accounts.tools.pop3_collect"),
        ):
            self.collect(broken, third, bridge)
        self.assertIn("995 for POP3", broken.error_message)
        self.assertEqual(third.error_code, "defect")
        self.assertFalse(bridge.error_message)
        self.assertEqual(self.numbers_in(self.mailbox), [1])

    def test_a_full_mailbox_is_the_problem_and_nothing_is_lost(self):
        self.fill(1)
        bridge = self.new_bridge(self.account, keep_copy=False)
        opened = self.env.registry["crm.mail.account"]._open_imap__

        def full(model, endpoint, credentials, trace=None):
            session = opened(model, endpoint, credentials, trace=trace)

            def append(*_arguments):
                error = MailError("over quota", code="mailbox_full")
                error.connection_usable = True
                raise error

            session.append = append
            return session

        with patch.object(self.env.registry["crm.mail.account"], "_open_imap__", full):
            self.collect(bridge)
        self.assertIn("mailbox is full", bridge.error_message)
        self.assertFalse(self.account.error_message)
        self.assertEqual(self.maildrop_count(), 1)
        self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox), [1])
        self.assertEqual(self.maildrop_count(), 0)

    def test_no_transaction_is_open_while_a_server_is_asked(self):
        """Law 8."""
        self.fill(1)
        bridge = self.new_bridge(self.account, keep_copy=False)
        open_now, seen = [], []
        commit = maildrop_run.MaildropRun.__init__
        retrieve = Pop3Session._command

        def spy(session, *arguments, **options):
            seen.append(bool(open_now))
            return retrieve(session, *arguments, **options)

        def init(run, worker, task, session):
            commit(run, worker, task, session)
            inner = run.commit

            def noted(work):
                open_now.append(1)
                try:
                    return inner(work)
                finally:
                    open_now.pop()

            run.commit = noted

        with (
            patch.object(Pop3Session, "_command", spy),
            patch.object(maildrop_run.MaildropRun, "__init__", init),
        ):
            self.collect(bridge)
        self.assertGreater(len(seen), 5)
        self.assertFalse(any(seen))

    # -- the form --------------------------------------------------------------------

    def test_the_test_button_tells_every_step_and_what_waits(self):
        """[E5]"""
        self.fill(1, 2)
        bridge = self.new_bridge(self.account)
        bridge.action_test()
        self.assertEqual(
            [step["name"] for step in bridge.test_steps],
            "resolve connect tls greeting capability login mailbox".split(),
        )
        self.assertTrue(all(step["ok"] for step in bridge.test_steps))
        self.assertTrue(bridge.test_steps[-1]["detail"].startswith("2, "))
        bridge.password = "wrong"
        bridge.action_test()
        failed = bridge.test_steps[-1]
        self.assertEqual((failed["name"], failed["ok"]), ("login", False))
        self.assertIn("refused the user name", failed["message"])

    def test_exactly_one_certificate_can_be_trusted(self):
        chain = self.certificate_chain("selfsigned")
        with ScriptedServer(lambda peer: peer.stall(), certificate=chain) as server:
            bridge = self.new_bridge(self.account, port=server.port)
            bridge.action_test()
            self.assertIn("SHA-256: ", bridge.refused_certificate)
            with patch.object(
                self.env.registry["crm.mail.account"],
                "_probe_pop3__",
                lambda model, endpoint, credentials: self.pinned.append(
                    endpoint.pinned_sha256
                )
                or [],
            ):
                self.pinned = []
                bridge.action_trust()
        self.assertEqual(self.pinned, [bridge.pin])
        self.assertRegex(bridge.pin, "^[0-9a-f]{64}$|^[0-9A-F:]{95}$")

    def certificate_chain(self, kind):
        chain = Path(self.enterContext(TemporaryDirectory())) / "chain.pem"
        files = live_mail()[kind]
        parts = [Path(files[name]).read_text() for name in ("cert_file", "key_file")]
        chain.write_text("".join(parts))
        return str(chain)

    def test_the_form_follows_what_is_typed(self):
        """[E5]"""
        bridges = self.env["crm.mail.pop3.bridge"].with_user(self.owner)
        with Form(bridges.with_context(default_account_id=self.account.id)) as form:
            form.username = "old@company.example"
            self.assertEqual((form.name, form.port), ("old@company.example", 995))
            form.security = "starttls"
            self.assertEqual(form.port, 110)
            form.host = "pop3s://pop3s.company.example"
            form.password = "secret"
        bridge = form.record
        self.assertEqual(
            (bridge.host, bridge.port, bridge.security),
            ("pop3s.company.example", 995, "tls"),
        )
        self.assertTrue(bridge.has_password)
        self.assertFalse(bridge.password)

    def test_an_ordinary_user_reaches_no_private_host(self):
        self.env["ir.config_parameter"].set_param(
            "crm_mail_accounts.allowed_hosts", False
        )
        bridge = self.new_bridge(self.account)
        bridge.action_test()
        self.assertEqual(bridge.test_steps[-1]["name"], "resolve")
        self.assertFalse(bridge.test_steps[-1]["ok"])

    def test_nobody_collects_into_somebody_elses_account(self):
        """Law 11."""
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["crm.mail.pop3.bridge"].with_user(self.colleague).create(
                self.bridge_values(self.account)
            )
        bridge = self.new_bridge(self.account)
        self.mailbox = Mailbox()
        theirs = self.new_account(user_id=self.colleague.id)
        with self.assertRaises(AccessError), self.cr.savepoint():
            bridge.account_id = theirs
        self.work(theirs)
        with self.assertRaises(UserError), self.cr.savepoint():
            bridge.folder_id = self.folder(theirs, "inbox")

    def test_a_warning_stands_in_the_log_for_administrators_of_the_server(self):
        """A failure is logged by id, never by address."""
        bridge = self.new_bridge(self.account, password="wrong")
        with self.assertLogs(
            "odoo.addons.crm_mail_accounts.tools.pop3_collect", logging.INFO
        ) as logs:
            self.collect(bridge)
        self.assertIn(str(bridge.id), logs.output[0])
        self.assertNotIn(self.maildrop.username, "".join(logs.output))
