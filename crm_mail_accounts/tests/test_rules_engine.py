import smtplib
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import make_msgid
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..mailkit.errors import NetworkError
from ..mailkit.sieve.session import SieveSession
from ..mailkit.tests import live as live_servers
from ..mailkit.values import Credentials, Security
from ..tools.sieve_rules import SCRIPT_NAME
from .common import Mailbox, simple_mail
from .sync_common import SyncCase

THEIRS = b'require ["imap4flags"];\r\naddflag "theirs";\r\n'


ODD = '"Gr&APYA3w-e &- Co"'
"""Größe & Co, as IMAP writes it."""


class Killed(BaseException):
    """The worker's process ends here."""


@tagged("post_install", "-at_install")
class TestRulesEngine(SyncCase):
    """Filters and out of office on the live server, which runs them on delivery."""

    def setUp(self):
        super().setUp()
        self.mailbox.append(simple_mail("x"), folder="Clients", create=True)
        self.mailbox.append(simple_mail("y"), folder=ODD, create=True)
        self.account = self.new_account(
            sieve_port=self.mailbox.ports["sieve"], email=self.mailbox.username
        )
        self.work(self.account)
        self.clients = self.named(self.account, "Clients")
        self.filter = self.make("Rosa", self.clients)

    def make(self, name, folder, kind="move", **condition):
        condition = {"field": "from", "operator": "contains", "value": "rosa@"} | (
            condition
        )
        saved = self.client().filter_save(
            self.account.id,
            {
                "name": name,
                "match": "all",
                "conditions": [condition],
                "actions": [{"kind": kind, "folder_id": folder and folder.id}],
            },
        )
        return self.env["crm.mail.filter"].browse(saved["id"])

    def switch(self, engine="server"):
        self.client().rules_engine_switch(self.account.id, engine)
        self.work(self.account)

    @property
    def row(self):
        return self.account.sudo().sieve_ids

    @contextmanager
    def sieve(self):
        live = live_servers.load()
        user = Credentials(self.mailbox.username, self.mailbox.password)
        endpoint = live.endpoint("sieve", Security.STARTTLS)
        with SieveSession.open(endpoint, user) as session:
            yield session

    def on_sieve(self):
        with self.sieve() as session:
            scripts = session.scripts()
            return scripts.active, set(scripts.names)

    def deliver(self, subject, sender="Rosa <rosa@conti.example>", envelope=None):
        """By LMTP, as a mail server gets it: Sieve runs."""
        mail = simple_mail(subject, sender)
        mail.replace_header("To", self.mailbox.username)
        mail.replace_header("Message-ID", make_msgid())
        envelope = envelope or "rosa@conti.example"
        with smtplib.LMTP(self.mailbox.host, self.mailbox.ports["lmtp"]) as lmtp:
            lmtp.sendmail(envelope, [self.mailbox.username], mail.as_bytes())

    def where(self, subject):
        """Folder and keywords of one mail, on the server."""
        found = []
        for name, mails in self.on_server().items():
            with self.mailbox.client() as client:
                client.select(f'"{name}"', readonly=True)
                uids = client.uid("SEARCH", "SUBJECT", f'"{subject}"')[1][0].split()
            found += [(name, mails[int(uid)]) for uid in uids]
        return found

    # -- there and back --------------------------------------------------------------

    def test_filters_run_on_the_server_while_odoo_is_down(self):
        """[E4]"""
        place = self.client().rules_engine(self.account.id)
        self.assertEqual((place["engine"], place["moving"]), ("here", False))
        self.switch()
        place = self.client().rules_engine(self.account.id)
        self.assertEqual((place["engine"], place["moving"]), ("server", False))
        self.assertFalse(place["problem"])
        self.assertEqual(self.on_sieve(), (SCRIPT_NAME, {SCRIPT_NAME}))
        self.deliver("Filed")
        self.deliver("Other", "b@other.example")
        self.assertEqual([name for name, _flags in self.where("Filed")], ["Clients"])
        self.assertEqual([name for name, _flags in self.where("Other")], ["INBOX"])

    def test_odoo_does_nothing_meanwhile_and_acts_again_afterwards(self):
        self.switch()
        self.mailbox.append(simple_mail("Appended", "Rosa <rosa@conti.example>"))
        self.sync(self.account)
        self.sync(self.account)
        self.assertEqual([name for name, _flags in self.where("Appended")], ["INBOX"])
        self.assertEqual(self.filter.matched, 0)
        self.switch("here")
        self.assertEqual(self.on_sieve(), ("", set()))
        self.mailbox.append(simple_mail("Again", "Rosa <rosa@conti.example>"))
        self.sync(self.account)
        self.sync(self.account)
        self.assertEqual([name for name, _flags in self.where("Again")], ["Clients"])
        self.assertEqual(self.row.state, "here")

    def test_a_change_reaches_the_server(self):
        self.switch()
        self.make("Odd", self.named(self.account, "Größe & Co"), value="b@other")
        self.work(self.account)
        self.deliver("New", "b@other.example", "b@other.example")
        ((name, _flags),) = self.where("New")
        self.assertEqual(name, self.named(self.account, "Größe & Co").raw)
        self.filter.with_user(self.owner).unlink()
        self.work(self.account)
        self.deliver("Gone")
        self.assertEqual([name for name, _flags in self.where("Gone")], ["INBOX"])

    def test_without_a_change_the_server_is_not_asked(self):
        self.switch()
        with patch.object(type(self.account), "_open_sieve__") as opened:
            self.sync(self.account)
            self.assertFalse(opened.called)
            self.row.checked_at = fields.Datetime.now() - timedelta(days=2)
            opened.side_effect = NetworkError(code="timeout")
            self.sync(self.account)
            self.assertEqual(opened.call_count, 1)
            self.assertTrue(self.client().rules_engine(self.account.id)["problem"])
            self.sync(self.account)
            self.assertEqual(opened.call_count, 1, "it waits before it tries again")
        self.assertEqual(self.row.state, "server")

    # -- next to what is there ---------------------------------------------------------

    def test_a_script_of_the_owner_stays_as_it_is_and_runs_too(self):
        with self.sieve() as session:
            session.put("my own", THEIRS)
            session.activate("my own")
        self.switch()
        self.assertIn("my own", self.client().rules_engine(self.account.id)["place"])
        self.assertEqual(self.on_sieve(), (SCRIPT_NAME, {SCRIPT_NAME, "my own"}))
        self.deliver("Both")
        self.assertEqual(
            [(name, "theirs" in flags) for name, flags in self.where("Both")],
            [("Clients", True)],
        )
        # a change keeps it
        self.filter.with_user(self.owner).name = "Other name"
        self.work(self.account)
        self.deliver("Both again")
        self.assertIn("theirs", self.where("Both again")[0][1])
        self.switch("here")
        self.assertEqual(self.on_sieve(), ("my own", {"my own"}))
        with self.sieve() as session:
            self.assertEqual(session.get("my own"), THEIRS)

    def test_a_script_that_answers_itself_is_in_the_way(self):
        with self.sieve() as session:
            session.put("away", b'require "vacation";\r\nvacation "I am away";\r\n')
            session.activate("away")
        with self.assertRaisesRegex(UserError, "away"):
            self.client().rules_engine_switch(self.account.id, "server")
        self.assertEqual(self.on_sieve(), ("away", {"away"}))
        self.assertTrue(self.account._rules_run_here())

    def test_somebody_else_takes_over(self):
        """Odoo acts again, and ours cannot come back unnoticed."""
        self.switch()
        with self.sieve() as session:
            session.put("other", THEIRS)
            session.activate("other")
        self.row.checked_at = False
        self.work(self.account)
        self.assertEqual(self.on_sieve(), ("other", {"other"}))
        place = self.client().rules_engine(self.account.id)
        self.assertEqual((place["engine"], place["moving"]), ("here", False))
        self.assertIn("other", place["problem"])
        self.assertTrue(self.account._rules_run_here())

    # -- what cannot be said ---

    def test_what_the_crm_does_cannot_move(self):
        self.make("Deals", False, kind="opportunity")
        with self.assertRaisesRegex(UserError, "Deals.*Opportunities"):
            self.client().rules_engine_switch(self.account.id, "server")
        self.assertEqual(self.on_sieve(), ("", set()))
        self.assertFalse(self.row)

    def test_a_filter_that_no_server_can_run_says_why_before_anybody_asks_one(self):
        deals = self.make("Deals", False, kind="opportunity")
        place = self.client().rules_engine(self.account.id)
        self.assertTrue(place["possible"])
        (only,) = place["only_here"]
        self.assertEqual(only["id"], deals.id)
        self.assertIn("Opportunities", only["reason"])

    def test_what_this_server_lacks_is_known_once_it_was_asked(self):
        self.assertFalse(self.client().rules_engine(self.account.id)["only_here"])
        self.switch()
        self.row.extensions = self.row.extensions.replace("fileinto", "")
        (only,) = self.client().rules_engine(self.account.id)["only_here"]
        self.assertEqual(only["id"], self.filter.id)
        self.assertIn("fileinto", only["reason"])

    def test_a_filter_that_the_server_cannot_run_is_not_saved_there(self):
        self.switch()
        with self.assertRaisesRegex(ValidationError, "Deals"), self.env.cr.savepoint():
            self.make("Deals", False, kind="link")
        self.env.invalidate_all()
        self.assertEqual(self.account.filter_ids.mapped("name"), ["Rosa"])

    def test_a_server_without_managesieve(self):
        self.account.sieve_port = 1
        with self.assertRaisesRegex(UserError, "ManageSieve on port 1"):
            self.client().rules_engine_switch(self.account.id, "server")
        self.assertTrue(self.account._rules_run_here())

    def test_the_server_is_not_changed_while_they_run_there(self):
        self.switch()
        with self.assertRaises(UserError):
            self.account.with_user(self.owner).imap_host = "imap.other.example"
        self.account.with_user(self.owner).imap_host = self.account.imap_host

    def test_the_buttons_are_the_owners(self):
        for user in (self.colleague, self.administrator):
            with self.assertRaises(AccessError):
                self.filter.with_user(user).action_rules_to_server()
        self.filter.with_user(self.owner).action_rules_to_server()
        self.work(self.account)
        self.assertEqual(self.row.state, "server")
        self.filter.with_user(self.owner).action_rules_to_odoo()
        self.work(self.account)
        self.assertEqual(self.row.state, "here")

    # -- out of office ---

    def test_the_server_answers_and_odoo_does_not_do_it_again(self):
        """[E6]"""
        partner = Mailbox()
        away = (
            self.env["crm.mail.vacation"]
            .with_user(self.owner)
            .create(
                {
                    "account_id": self.account.id,
                    "date_from": fields.Datetime.now() - timedelta(hours=1),
                    "body": "<p>Dear {name}, about {subject}: I am <b>away</b>.</p>",
                }
            )
        )
        self.switch()
        sender = f"Bruno <{partner.username}>"
        self.deliver("Question", sender, partner.username)
        self.sync(self.account)
        self.switch("here")
        self.sync(self.account)
        self.assertFalse(self.env["crm.mail.vacation.reply"].search([]))
        self.assertGreaterEqual(away.enabled_at, self.row.checked_at)
        with partner.client() as client:
            client.select("INBOX", readonly=True)
            found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
        (answer,) = [item[1] for item in found if isinstance(item, tuple)]
        self.assertIn(b"Dear Bruno, about Question: I am away.", answer)
        self.assertIn(b"Auto-Submitted: auto-replied", answer)

    def test_an_answer_that_only_odoo_can_give_stays_here(self):
        away = (
            self.env["crm.mail.vacation"]
            .with_user(self.owner)
            .create(
                {"account_id": self.account.id, "only_known": True, "body": "<p>A</p>"}
            )
        )
        with self.assertRaisesRegex(UserError, "contact"):
            self.client().rules_engine_switch(self.account.id, "server")
        away.active = False
        self.switch()
        self.assertEqual(self.row.state, "server")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            away.active = True

    # -- killed ---

    def test_killed_at_every_step_there_and_back_never_both_act(self):
        """Each call of the server fails once, before and after it was done."""
        for wanted in ("server", "here"):
            for name in ("put", "scripts", "activate", "delete"):
                for when in ("before", "after"):
                    with self.subTest(wanted=wanted, call=name, when=when):
                        self._start_from("here" if wanted == "server" else "server")
                        self._killed(wanted, name, when)

    def _start_from(self, engine):
        if self.row.state != engine:
            self.client().rules_engine_switch(self.account.id, engine)
            self.work(self.account)
        self.assertEqual(self.row.state or "here", engine)

    def _killed(self, wanted, name, when):
        self.client().rules_engine_switch(self.account.id, wanted)
        call = getattr(SieveSession, name)

        def dies(session, *arguments):
            if when == "after":
                call(session, *arguments)
            session.close()
            raise Killed

        with patch.object(SieveSession, name, dies), suppress(Killed):
            self.work(self.account)
        # what a worker's death leaves behind ends by itself after a while
        self.account.lease_ids.write({"owner": False, "until": False})
        self.env.invalidate_all()
        active = self.on_sieve()[0] == SCRIPT_NAME
        self.assertFalse(active and self.account._rules_run_here(), "both act")
        self.row.retry_at = False
        self.work(self.account)
        self.assertEqual(self.row.state, wanted)
        self.assertEqual(self.on_sieve()[0], SCRIPT_NAME if wanted == "server" else "")
