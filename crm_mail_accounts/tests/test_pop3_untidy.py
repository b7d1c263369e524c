from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.errors import MailError
from ..mailkit.sync import pop3 as plan
from ..mailkit.tests.fake_pop3 import FakePop3
from ..mailkit.tests.imap_proxy import ImapProxy
from ..mailkit.tests.other_client import text_mail
from ..tools import maildrop_run
from .pop3_common import Pop3Mixin
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestPop3Untidy(Pop3Mixin, SyncCase):
    """POP3 servers and folders that are not as they should be: nothing is lost and
    nothing comes twice [E5].
    """

    def setUp(self):
        super().setUp()
        self.account = self.new_account()
        self.work(self.account)

    def odd(self, fake, server, **values):
        return self.new_bridge(
            self.account,
            port=server.port,
            security="none",
            host="localhost",
            username="somebody",
            **values,
        )

    def test_a_server_without_ids_gives_each_mail_once(self):
        """[E5]"""
        fake = FakePop3(*(("", text_mail(n)) for n in (1, 2, 3)), uidl=False)
        with fake.served() as server:
            bridge = self.odd(fake, server)
            for _time in range(2):
                self.collect(bridge)
                self.assertFalse(bridge.error_message)
            fake.mails.append(("", text_mail(4)))
            self.collect(bridge)
            self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3, 4])
            bridge.sudo().keep_copy = False
            self.collect(bridge)
        self.assertFalse(fake.mails)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3, 4])

    def test_ids_that_several_mails_share_lose_and_double_nothing(self):
        """[E5]"""
        fake = FakePop3(*(("same", text_mail(n, size=n * 200)) for n in (1, 2, 3)))
        with fake.served() as server:
            bridge = self.odd(fake, server, keep_copy=False)
            for _time in range(3):
                self.collect(bridge)
                self.assertFalse(bridge.error_message)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3])
        self.assertFalse(fake.mails)

    def test_ids_that_are_lost_for_a_while_double_nothing(self):
        fake = FakePop3(("a", text_mail(1)))
        with fake.served() as server:
            bridge = self.odd(fake, server)
            self.collect(bridge)
            fake.uidl = False
            self.collect(bridge)
            self.assertIn("does not tell its mails apart", bridge.result)
            for _time in range(3):
                self.collect(bridge)
            self.assertNotIn("apart", bridge.result)
        self.assertEqual(self.numbers_in(self.mailbox), [1])

    def test_a_broken_quit_deletes_nothing_that_is_not_there_and_is_done_again(self):
        """[E5]"""
        for command in (b"DELE", b"QUIT"):
            with self.subTest(command=command):
                fake = FakePop3(("a", text_mail(1)), ("b", text_mail(2)))
                with fake.served() as server:
                    bridge = self.odd(fake, server, keep_copy=False)
                    fake.hang_up = command
                    self.collect(bridge)
                    self.assertEqual(len(fake.mails), 2)
                    self.assertTrue(bridge.error_message)
                    self.collect(bridge)
                    self.assertFalse(bridge.error_message)
                self.assertFalse(fake.mails)
                bridge.unlink()
        self.assertEqual(self.numbers_in(self.mailbox), [1, 1, 2, 2])

    def test_a_mail_that_does_not_come_keeps_no_other_one_waiting(self):
        """Lesson 2: a mail that fails is left alone after a few tries."""
        fake = FakePop3(*((str(n), text_mail(n)) for n in (1, 2)))
        answer = fake._answer

        def refusing(name, rest, mails, marked):
            if name == b"RETR" and mails[int(rest) - 1][0] == "2":
                return b"-ERR [SYS/PERM] broken\r\n"
            return answer(name, rest, mails, marked)

        with patch.object(fake, "_answer", refusing), fake.served() as server:
            bridge = self.odd(fake, server, keep_copy=False)
            for _time in range(8):
                self.collect(bridge)
            self.assertEqual(fake.commands.count(b"RETR"), 1 + plan.POP3_TRIES)
            self.assertIn("1 could not be collected", bridge.result)
        self.assertEqual(self.numbers_in(self.mailbox), [1])
        self.assertEqual([uidl for uidl, _raw in fake.mails], ["2"])

    # -- proof -----------------------------------------------------------------------

    def test_without_uidplus_a_mail_is_looked_for_before_it_is_deleted(self):
        self.fill(1, 2)
        with ImapProxy(
            self.mailbox.host, self.mailbox.ports["imap"], hide={"UIDPLUS"}
        ) as proxy:
            self.account.write(
                {"imap_port": proxy.endpoint().port, "imap_security": "none"}
            )
            bridge = self.new_bridge(self.account, keep_copy=False)
            looked = []
            look = maildrop_run.MaildropRun._look

            def noted(run, *arguments):
                looked.append(look(run, *arguments))
                return looked[-1]

            with patch.object(maildrop_run.MaildropRun, "_look", noted):
                self.collect(bridge)
        self.assertEqual(looked, [True, True])
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2])
        self.assertEqual(self.maildrop_count(), 0)

    def test_what_cannot_be_proved_is_never_deleted(self):
        self.fill(1)
        bridge = self.new_bridge(self.account, keep_copy=False)
        append = self.env.registry["crm.mail.account"]._open_imap__

        def silent(model, endpoint, credentials, trace=None):
            session = append(model, endpoint, credentials, trace=trace)
            stored = session.append
            session.append = lambda *arguments: stored(*arguments) and None
            session.find_appended = lambda *_arguments: {}
            return session

        with patch.object(
            self.env.registry["crm.mail.account"], "_open_imap__", silent
        ):
            for _time in range(2):
                self.collect(bridge)
        self.collect(bridge)
        self.assertEqual(self.numbers_in(self.mailbox), [1])
        self.assertEqual(self.maildrop_count(), 1)

    def test_a_mail_that_the_folder_refuses_stays_where_it_is(self):
        fake = FakePop3(("a", text_mail(1)), ("b", text_mail(2)))
        with fake.served() as server:
            bridge = self.odd(fake, server, keep_copy=False)
            opened = self.env.registry["crm.mail.account"]._open_imap__

            def choosy(model, endpoint, credentials, trace=None):
                session = opened(model, endpoint, credentials, trace=trace)
                stored = session.append

                def append(raw, content, *arguments):
                    if b"number 2" in content:
                        error = MailError("too odd", code="refused")
                        error.connection_usable = True
                        raise error
                    return stored(raw, content, *arguments)

                session.append = append
                return session

            with patch.object(
                self.env.registry["crm.mail.account"], "_open_imap__", choosy
            ):
                for _time in range(plan.POP3_TRIES + 2):
                    self.collect(bridge)
                self.assertIn("1 could not be collected", bridge.result)
        self.assertEqual(self.numbers_in(self.mailbox), [1])
        self.assertEqual([uidl for uidl, _raw in fake.mails], ["b"])
        self.env.cr.execute("SELECT count(raw) FROM crm_mail_pop3_seen")
        self.assertEqual(self.env.cr.fetchone(), (0,))
