import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..mailkit.imap.probe import probe_imap
from ..mailkit.tests.scripted_server import Peer, ScriptedServer
from ..tools import host_policy, send_test
from .common import Mailbox, MailCase, live_mail, simple_mail


@tagged("post_install", "-at_install")
class TestSetup(MailCase):
    """The set-up assistant, as the owner, on the live servers."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    def assistant(self, **values):
        return (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create({**self.mailbox.account_values(), **values})
        )

    def accounts(self):
        return self.env["crm.mail.account"].search([("user_id", "=", self.owner.id)])

    def assertRefused(self, sentence, **values):
        """Both buttons fail with this sentence, and nothing is saved."""
        assistant = self.assistant(**values)
        assistant.action_continue()
        failed = [step for step in assistant.test_steps if not step["ok"]]
        self.assertTrue(failed, assistant.test_steps)
        self.assertIn(sentence, failed[0]["message"])
        self.assertTrue(failed[0]["hint"])
        self.assertEqual(assistant.step, "servers")
        self.assertFalse(assistant.test_passed)
        self.assertFalse(self.accounts())
        return failed[0]

    def test_every_step_of_a_good_mailbox_succeeds(self):
        """[C1]"""
        assistant = self.assistant()
        action = assistant.action_test()
        self.assertEqual(action["res_id"], assistant.id)
        self.assertTrue(assistant.test_passed, assistant.test_steps)
        names = {(step["server"], step["name"]) for step in assistant.test_steps}
        for step in ("resolve", "connect", "tls", "greeting", "login"):
            self.assertIn(("imap", step), names)
            self.assertIn(("smtp", step), names)
        for step in ("folders", "quota", "append"):
            self.assertIn(("imap", step), names)
        with self.mailbox.client() as client:
            client.select("Drafts", readonly=True)
            self.assertEqual(client.search(None, "ALL")[1], [b""], "nothing is left")
        self.assertFalse(self.accounts(), "a test saves nothing")

    def test_the_folders_are_proposed_kept_and_the_inbox_fills(self):
        """[D1]"""
        self.mailbox.append(simple_mail("Welcome"))
        assistant = self.assistant()
        assistant.action_continue()
        self.assertEqual(assistant.step, "folders")
        self.assertEqual(assistant.inbox_folder_id.raw, "INBOX")
        for role in ("drafts", "sent", "junk", "trash"):
            self.assertEqual(assistant[f"{role}_folder_id"].role, role)
        account = assistant.account_id
        self.assertEqual((account.state, account.user_id), ("mapping", self.owner))
        assistant.action_map()
        self.assertEqual(assistant.step, "sync")
        assistant.action_finish()
        self.assertEqual(account.state, "ready")
        self.work()
        self.assertEqual(self.folder(account, "inbox").indexed_total, 1)

    def test_the_user_may_map_other_folders(self):
        """[D1]"""
        self.mailbox.append(simple_mail(), folder="Spedite", create=True)
        assistant = self.assistant()
        assistant.action_continue()
        folders = assistant.account_id.folder_ids
        chosen = folders.filtered(lambda folder: folder.name == "Spedite")
        old = assistant.sent_folder_id
        assistant.write({"sent_folder_id": chosen.id, "junk_folder_id": False})
        assistant.action_map()
        self.assertEqual((chosen.role, old.role), ("sent", "none"))
        self.assertFalse(self.folder(assistant.account_id, "junk"))

    def test_one_folder_for_two_roles_is_refused(self):
        assistant = self.assistant()
        assistant.action_continue()
        assistant.junk_folder_id = assistant.trash_folder_id
        with self.assertRaisesRegex(ValidationError, "two rows name the same one"):
            assistant.action_map()

    def test_an_account_needs_an_inbox(self):
        assistant = self.assistant()
        assistant.action_continue()
        assistant.inbox_folder_id = False
        with self.assertRaisesRegex(ValidationError, "new mail arrives in"):
            assistant.action_map()

    def test_name_and_address_are_taken_from_the_user_name(self):
        """[A6] [A7] [A10]"""
        assistant = self.assistant()
        assistant.action_continue()
        account = assistant.account_id
        self.assertEqual((account.email, account.name), (self.mailbox.username,) * 2)

    def test_the_user_name_proposes_servers_of_its_domain(self):
        assistant = self.env["crm.mail.account.setup"].new(
            {"username": "rosa@conti.example"}
        )
        assistant._onchange_username()
        self.assertEqual(assistant.imap_host, "imap.conti.example")
        self.assertEqual(assistant.smtp_host, "smtp.conti.example")

    def test_ports_follow_the_security_unless_they_are_unusual(self):
        """[B5]"""
        assistant = self.env["crm.mail.account.setup"].new(
            {"imap_port": 993, "imap_security": "starttls", "smtp_port": 2525}
        )
        assistant._onchange_imap_security()
        assistant.smtp_security = "none"
        assistant._onchange_smtp_security()
        self.assertEqual((assistant.imap_port, assistant.smtp_port), (143, 2525))

    def test_starttls_and_no_security_work_as_well(self):
        """[A22]"""
        ports = self.mailbox.ports
        for security in ("starttls", "none"):
            with self.subTest(security=security):
                assistant = self.assistant(
                    imap_security=security,
                    imap_port=ports["imap"],
                    smtp_security="starttls",
                    smtp_port=ports["smtp"],
                )
                assistant.action_test()
                self.assertTrue(assistant.test_passed, assistant.test_steps)

    def test_a_server_that_wants_no_authentication_is_not_offered_any(self):
        """[B3]"""
        assistant = self.assistant(
            smtp_security="none",
            smtp_port=self.mailbox.ports["smtp_plain"],
            smtp_authentication=False,
        )
        assistant.action_test()
        self.assertTrue(assistant.test_passed, assistant.test_steps)

    def test_a_test_mail_is_sent_and_waited_for(self):
        """[C2]"""
        assistant = self.assistant()
        answer = assistant.action_send_test_mail()["params"]
        self.assertEqual(answer["type"], "success", answer)
        self.assertIn("arrived after", answer["message"])
        (flags,) = self.mailbox.flags()
        self.assertNotIn(b"Seen", flags)
        self.assertFalse(self.accounts(), "a test saves nothing")

    def test_a_test_mail_that_does_not_arrive_is_no_success(self):
        """[C2]"""
        assistant = self.assistant(email="somebody-else@live.test")
        send = send_test.send_and_wait
        self.startPatch(send_test, "send_and_wait", lambda *args: send(*args, wait=0.5))
        answer = assistant.action_send_test_mail()["params"]
        self.assertEqual(answer["type"], "warning", answer)
        self.assertIn("has not arrived yet", answer["message"])

    def test_a_refused_test_mail_says_why(self):
        """[C2]"""
        assistant = self.assistant(
            smtp_same_login=False,
            smtp_username=self.mailbox.username,
            smtp_password="no",
        )
        answer = assistant.action_send_test_mail()["params"]
        self.assertEqual(answer["type"], "danger")
        self.assertIn("refused the user name or the password", answer["message"])

    # -- what goes wrong, each with its own sentence ---------------------------------

    def test_wrong_password(self):
        step = self.assertRefused(
            "refused the user name or the password", password="no"
        )
        self.assertEqual((step["server"], step["name"]), ("imap", "login"))

    def test_wrong_password_for_smtp_only(self):
        step = self.assertRefused(
            "refused the user name or the password",
            smtp_same_login=False,
            smtp_username=self.mailbox.username,
            smtp_password="no",
        )
        self.assertEqual((step["server"], step["name"]), ("smtp", "login"))

    def test_unknown_host(self):
        self.assertRefused(
            "no server called “no-such-host.invalid”",
            imap_host="no-such-host.invalid",
        )

    def test_closed_port(self):
        self.assertRefused("does not answer on port 1.", imap_port=1)

    def test_plain_text_port_with_tls_chosen(self):
        self.assertRefused(
            "does not speak SSL/TLS", imap_port=self.mailbox.ports["imap"]
        )

    def test_an_smtp_port_for_imap(self):
        self.assertRefused(
            "is no IMAP server",
            imap_port=self.mailbox.ports["smtp_plain"],
            imap_security="none",
        )

    def test_certificates_that_are_not_trusted(self):
        for kind, sentence in (
            ("expired", "expired on"),
            ("selfsigned", "is self-signed"),
        ):
            with (
                self.subTest(kind=kind),
                ScriptedServer(Peer.stall, certificate=self.chain(kind)) as server,
            ):
                self.assertRefused(sentence, imap_port=server.port)

    def test_exactly_one_certificate_can_be_trusted(self):
        """The name of this server is right, but nobody vouches for it."""
        with ScriptedServer(Peer.stall, certificate=self.chain("selfsigned")) as server:
            assistant = self.assistant(imap_port=server.port)
            assistant.action_test()
            self.assertRegex(
                assistant.imap_certificate, r"SHA-256: ([0-9A-F]{2}:){31}[0-9A-F]{2}$"
            )
            self.assertIn("CN=localhost", assistant.imap_certificate)
            self.assertFalse(assistant.smtp_certificate)
            self.patch_probe_time()
            assistant.action_trust_imap()
            steps = {
                step["name"]: step["ok"]
                for step in assistant.test_steps
                if step["server"] == "imap"
            }
            self.assertTrue(steps["tls"], assistant.test_steps)
        with ScriptedServer(Peer.stall, certificate=self.chain("expired")) as server:
            assistant.imap_port = server.port
            assistant.action_test()
            failed = [step for step in assistant.test_steps if not step["ok"]][0]
            self.assertIn("not the one that you trusted", failed["message"])

    def test_the_administrator_may_forbid_own_trust(self):
        self.env["ir.config_parameter"].set_param(host_policy.FORBID_OWN_TRUST, "True")
        with ScriptedServer(Peer.stall, certificate=self.chain("selfsigned")) as server:
            assistant = self.assistant(imap_port=server.port, any_certificate=True)
            assistant.action_test()
            failed = [step for step in assistant.test_steps if not step["ok"]][0]
            self.assertIn("is self-signed", failed["message"])
            with self.assertRaises(UserError):
                assistant.action_trust_imap()

    def test_validation_can_be_switched_off_and_is_on_by_default(self):
        """[A23] [B18]"""
        with ScriptedServer(Peer.stall, certificate=self.chain("expired")) as server:
            assistant = self.assistant(imap_port=server.port)
            self.assertFalse(assistant.any_certificate)
            assistant.any_certificate = True
            self.patch_probe_time()
            assistant.action_test()
            steps = {
                step["name"]: step["ok"]
                for step in assistant.test_steps
                if step["server"] == "imap"
            }
            self.assertTrue(steps["tls"], assistant.test_steps)

    def patch_probe_time(self):
        """The scripted server stays silent behind TLS: do not wait for it."""
        self.startPatch(
            type(self.env["crm.mail.account"]),
            "_probe_imap__",
            lambda _self, *server: probe_imap(*server, timeout=3.0),
        )

    def chain(self, kind) -> str:
        """Certificate and key of the live set-up in one file."""
        files = live_mail()[kind]
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = Path(folder, "chain.pem")
        path.write_text(
            Path(files["cert_file"]).read_text() + Path(files["key_file"]).read_text()
        )
        return str(path)

    def test_a_server_that_hangs_is_left_within_bounded_time(self):
        for security in ("none", "tls"):
            with (
                self.subTest(security=security),
                patch.object(
                    type(self.env["crm.mail.account"]),
                    "_probe_imap__",
                    lambda _self, *server: probe_imap(*server, timeout=0.5),
                ),
                ScriptedServer(Peer.stall) as server,
            ):
                self.assertRefused(
                    "did not answer in time",
                    imap_port=server.port,
                    imap_security=security,
                )

    def test_what_is_missing_is_named(self):
        assistant = self.assistant(imap_host=False, password=False)
        with self.assertRaisesRegex(UserError, "Please fill in: .*IMAP server.*"):
            assistant.action_test()

    def test_the_tests_lines_are_in_the_log(self):
        """[C3] [C4]"""
        self.assertRefused("refused the user name", password="no")
        lines = self.env["crm.mail.log"].with_user(self.owner).search([])
        failed = lines.filtered(lambda line: line.level == "error")
        self.assertEqual(set(failed.mapped("source")), {"imap_auth", "smtp_auth"})
        self.assertIn("Log in", failed[0].message)

    def test_the_folders_can_be_mapped_again_at_any_time(self):
        """[D1]"""
        assistant = self.assistant()
        assistant.action_continue()
        assistant.action_map()
        assistant.action_finish()
        account = assistant.account_id
        again = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .with_context(default_account_id=account.id, crm_mail_setup_step="folders")
            .create({})
        )
        self.assertEqual(again.step, "folders")
        self.assertEqual(again.inbox_folder_id, self.folder(account, "inbox"))
        again.junk_folder_id = False
        again.action_map()
        self.assertFalse(self.folder(account, "junk"))

    def test_editing_keeps_the_saved_password(self):
        assistant = self.assistant()
        assistant.action_continue()
        assistant.action_map()
        assistant.action_finish()
        account = assistant.account_id
        edit = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .with_context(default_account_id=account.id)
            .create({"name": "Renamed"})
        )
        edit.action_continue()
        self.assertTrue(edit.test_passed, edit.test_steps)
        self.assertEqual(account.name, "Renamed")
        self.assertTrue(account.has_password)
        self.assertEqual(len(self.accounts()), 1)
