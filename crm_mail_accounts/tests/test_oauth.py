import json
import logging
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged, test_cursor

from .common import simple_mail
from .oauth_common import KINDS, OAuthCase

CONFIRM = {"google": "/google_gmail/confirm", "microsoft": "/microsoft_outlook/confirm"}


@tagged("post_install", "-at_install")
class TestOAuth(OAuthCase, HttpCase):
    """From the button to the first mail, and everything that may come back instead.

    Through the host's own landing pages, a local authorization server, and mail servers
    that check each token with it.
    """

    def setUp(self):
        super().setUp()
        for user in (self.owner, self.colleague, self.administrator):
            user.password = user.login + "1!"
        self.as_user(self.owner)

    def as_user(self, user):
        self.authenticate(user.login, user.login + "1!")

    @contextmanager
    def enter_registry_test_mode(self):
        # It is always on here, and the host's warns of it.
        yield

    def start(self, kind, **values):
        """The owner presses Connect: the account, and where the button leads."""
        setup = self.assistant(kind, **values)
        action = setup.action_connect()
        self.env.flush_all()
        return setup.account_id, action

    def come_back(self, action, **answer):
        """The owner answers on the provider's page; where their browser ends up."""
        answer = answer or {"allow": self.mailbox.username}
        response = self.url_open(self.consent_page(action, **answer))
        self.env.invalidate_all()
        return response

    def connect(self, kind, **values):
        account, action = self.start(kind, **values)
        response = self.come_back(action)
        self.assertIn(f"/odoo/crm-messages?connected={account.id}", response.url)
        return account

    def the_way_back(self, kind, action, code="a-code") -> str:
        """What the provider would send the browser to."""
        query = dict(parse_qsl(urlsplit(action["url"]).query))
        return f"{CONFIRM[kind]}?{urlencode({'state': query['state'], 'code': code})}"

    def assertNothingStored(self, account):
        self.env.invalidate_all()
        self.assertFalse(self.tokens(account))
        self.assertFalse(account.connected)

    def assertPage(self, response, sentence):
        """A page that says what happened, with the way back to Messages."""
        self.assertEqual(response.status_code, 200)
        self.assertIn(sentence, response.text)
        self.assertIn('href="/odoo/crm-messages"', response.text)

    # -- the whole way -----------------------------------------------------------

    def test_from_connect_to_the_first_mail_and_back_out(self):
        """[A5] [B8] [B9] Both providers: index, read and send with a token."""
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.mailbox.__init__()
                self.mailbox.append(simple_mail("By token"))
                account = self.connect(kind)
                self.assertEqual((account.state, account.connected), ("mapping", True))
                self.assertFalse(account.has_password)
                mine = account.with_user(self.owner)
                action = mine.action_continue_setup()
                setup = self.env["crm.mail.account.setup"].browse(action["res_id"])
                setup = setup.with_user(self.owner)
                self.assertTrue(setup.test_passed, setup.test_steps)
                self.assertEqual(setup.step, "folders")
                setup.action_map()
                setup.action_finish()
                self.work()
                self.assertFalse(account.error_message)
                mail = self.mails(account)
                self.assertEqual(mail.subject, "By token")
                opened = self.client().open_message(mail.id)
                self.assertTrue(mail._cached_raw() and opened["body_url"])
                sent = mine.action_send_test_mail()["params"]
                self.assertEqual(sent["type"], "success", sent["message"])
                self.assertFalse(mine.action_continue_setup(), "it is set up already")

    def test_the_page_of_the_provider_knows_the_mailbox_and_all_rights(self):
        for kind, rights in (
            ("google", ["https://mail.google.com/"]),
            ("microsoft", ["office.com/IMAP.AccessAsUser.All", "office.com/SMTP.Send"]),
        ):
            _account, action = self.start(kind)
            query = dict(parse_qsl(urlsplit(action["url"]).query))
            self.assertEqual(query["login_hint"], self.mailbox.username)
            for right in rights:
                self.assertIn(right, query["scope"])

    def test_pressing_connect_twice_makes_one_account(self):
        first, _action = self.start("microsoft")
        second, _action = self.start("microsoft")
        self.assertEqual(first, second)

    def test_a_mailbox_with_a_password_works_until_the_provider_has_agreed(self):
        account = self.new_account(
            **{**self.servers(), "auth_method": "password", "password": "demo"}
        )
        mine = account.with_user(self.owner)
        setup = self.env["crm.mail.account.setup"].with_user(self.owner)
        setup = setup.with_context(default_account_id=account.id).create({})
        setup.auth_method = "oauth2"
        action = setup.action_connect()
        self.assertEqual((mine.auth_method, mine.has_password), ("password", True))
        self.come_back(action)
        self.assertEqual((mine.auth_method, mine.has_password), ("oauth2", False))
        setup.auth_method = "password"
        setup.password = self.mailbox.password
        setup.action_continue()
        self.assertTrue(setup.test_passed, setup.test_steps)
        self.assertEqual((mine.auth_method, mine.connected), ("password", False))

    # -- what may come back instead ------------------------------------------------

    def test_the_consent_of_another_mailbox_is_refused(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                account, action = self.start(kind)
                response = self.come_back(action, allow="somebody.else@live.test")
                self.assertPage(response, "You signed in as somebody.else@live.test")
                self.assertNothingStored(account)

    def test_a_missing_right_is_named(self):
        for kind, scope, sentence in (
            (
                "microsoft",
                "openid email offline_access https://outlook.office.com/"
                "IMAP.AccessAsUser.All",
                "does not include sending mail (SMTP)",
            ),
            (
                "google",
                "https://www.googleapis.com/auth/userinfo.email",
                "does not include reading mail (IMAP) and sending mail (SMTP)",
            ),
        ):
            with self.subTest(kind=kind):
                self.control("scope", scope=scope)
                account, action = self.start(kind)
                self.assertPage(self.come_back(action), sentence)
                self.assertNothingStored(account)

    def test_a_refusal_on_the_providers_page_leads_back_to_messages(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                account, action = self.start(kind)
                response = self.come_back(action, refuse="1")
                self.assertPage(response, "You did not let Odoo into your mailbox")
                self.assertNothingStored(account)
                (line,) = self.env["crm.mail.log"].search(
                    [("account_id", "=", account.id)]
                )
                self.assertEqual(line.level, "error")

    def test_a_provider_that_is_away_stores_nothing(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.control("outage", times=1)
                account, action = self.start(kind)
                self.assertPage(self.come_back(action), "does not answer")
                self.assertNothingStored(account)

    def test_a_code_that_was_used_is_refused(self):
        account, action = self.start("microsoft")
        response = self.url_open(self.the_way_back("microsoft", action, "used"))
        self.assertPage(response, "Connect the mailbox again")
        self.assertNothingStored(account)

    # -- who comes back --------------------------------------------------------------

    def test_nobody_else_lands_for_a_mailbox_though_they_know_the_state(self):
        """Law 11: the state is genuine, the person is another one."""
        for kind in KINDS:
            account, action = self.start(kind)
            # A delegate reads the account, and is not its owner for that.
            account.delegate_ids = [
                Command.create({"user_id": self.colleague.id, "may_act": True})
            ]
            page = self.consent_page(action, allow=self.mailbox.username)
            used = self.control("counts").get("authorization_code", 0)
            for user in (self.colleague, self.administrator):
                with self.subTest(kind=kind, user=user.login):
                    self.as_user(user)
                    with self.quiet():
                        self.assertEqual(self.url_open(page).status_code, 403)
                    self.assertNothingStored(account)
            counts = self.control("counts")
            self.assertEqual(counts.get("authorization_code", 0), used)
            self.as_user(self.owner)

    def test_a_state_that_is_not_genuine_is_refused(self):
        account, _action = self.start("microsoft")
        genuine = {"model": "crm.mail.account", "id": account.id, "csrf_token": "no"}
        for kind in KINDS:
            for change in (
                {},
                {"id": "x"},
                {"id": None},
                {"id": 0},
                {"csrf_token": None},
                {"csrf_token": {}},
            ):
                state = json.dumps({**genuine, **change})
                query = urlencode({"state": state, "code": "c"})
                with self.subTest(kind=kind, change=change), self.quiet():
                    response = self.url_open(f"{CONFIRM[kind]}?{query}")
                    self.assertEqual(response.status_code, 403)
        self.assertNothingStored(account)

    def test_a_state_of_the_other_provider_is_refused(self):
        account, action = self.start("microsoft")
        csrf = account._get_gmail_csrf_token()
        state = json.dumps(
            {"model": account._name, "id": account.id, "csrf_token": csrf}
        )
        query = urlencode({"state": state, "code": "c"})
        with self.quiet():
            response = self.url_open(f"/google_gmail/confirm?{query}")
        self.assertEqual(response.status_code, 403)
        self.assertNothingStored(account)

    def test_tokens_in_an_address_are_refused(self):
        """The host's service for its Enterprise edition brings tokens that way."""
        for kind, path in (
            ("google", "/google_gmail/iap_confirm"),
            ("microsoft", "/microsoft_outlook/iap_confirm"),
        ):
            account, action = self.start(kind)
            query = dict(parse_qsl(urlsplit(action["url"]).query))
            given = {
                "model": account._name,
                "rec_id": account.id,
                "csrf_token": json.loads(query["state"])["csrf_token"],
                "access_token": "a",
                "refresh_token": "r",
                "expiration": "99999999999",
            }
            with self.subTest(kind=kind), self.quiet():
                response = self.url_open(f"{path}?{urlencode(given)}")
                self.assertEqual(response.status_code, 403)
                self.assertNothingStored(account)

    def test_the_hosts_own_mail_servers_are_not_touched(self):
        server = self.env["ir.mail_server"].create(
            {
                "name": "Host's",
                "smtp_host": "smtp.office365.com",
                "smtp_encryption": "starttls",
                "smtp_authentication": "outlook",
                "smtp_user": self.mailbox.username,
                "from_filter": self.mailbox.username,
            }
        )
        state = json.dumps(
            {
                "model": "ir.mail_server",
                "id": server.id,
                "csrf_token": server._get_outlook_csrf_token(),
            }
        )
        self.as_user(self.administrator)
        query = urlencode({"state": state, "code": "no-code"})
        with self.quiet():
            response = self.url_open(f"{CONFIRM['microsoft']}?{query}")
        self.assertIn("An error occurred when fetching", response.text)

    @contextmanager
    def quiet(self):
        """The host logs an error for each refusal, which would fail the test run."""
        logger = logging.getLogger("odoo.addons")
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            logger.setLevel(level)

    # -- the laws --------------------------------------------------------------------

    def test_no_transaction_is_open_while_the_provider_is_asked(self):
        """Law 8: on the landing page, and when a user's request renews a token."""
        accounts = self.env.registry["crm.mail.account"]
        asked = []

        def end(account):
            if isinstance(account.env.cr, test_cursor.TestCursor):
                account.env.flush_all()
                account.env.cr.commit()

        def look(name):
            original = getattr(accounts, name)

            def ask(door, *args):
                # A savepoint is what a transaction is on a cursor of a test.
                stack = test_cursor.TestCursor._cursors_stack
                asked.append((name, [bool(cursor._savepoint) for cursor in stack]))
                return original(door, *args)

            return ask

        self.startPatch(accounts, "_release_transaction__", end)
        for name in ("_ask_token__", "_ask_google_identity__"):
            self.startPatch(accounts, name, look(name))
        self.connect("google")
        self.mailbox.append(simple_mail("To be opened"))
        account = self.signed_in()
        self.work(account)
        mail = self.mails(account)
        mail._raw_attachment().unlink()
        self.make_due(account)
        page = f"/crm_mail_accounts/message/{mail.id}/body"
        self.assertEqual(self.url_open(page).status_code, 200)
        self.assertEqual(
            [name for name, _open in asked],
            ["_ask_token__", "_ask_google_identity__", "_ask_token__"],
        )
        for name, transactions in asked:
            self.assertTrue(transactions, "the request has a cursor")
            self.assertFalse(any(transactions), name)

    def test_no_token_is_in_any_log(self):
        """Law 13: everything that anybody logs, on every level."""
        loggers = [logging.getLogger(name) for name in ("", "odoo", "odoo.addons")]
        levels = [logger.level for logger in loggers]
        lines = []

        class Keep(logging.Handler):
            def emit(self, record):
                lines.append(logging.Formatter().format(record))

        handler = Keep()
        loggers[0].addHandler(handler)
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        try:
            account = self.connect("microsoft")
            secrets = self.secrets_of(account)
            account.write({"state": "ready", "debug": True})
            self.make_due(account)
            self.work(account)
            secrets += self.secrets_of(account)
            self.control("withdraw")
            self.make_due(account)
            self.work(account)
        finally:
            loggers[0].removeHandler(handler)
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
        self.assertEqual(account.error_code, "token_withdrawn")
        logged = self.env["crm.mail.log"].search([("account_id", "=", account.id)])
        lines += [*logged.mapped("message"), account.error_message]
        for seen in ("access token renewed", "POST /microsoft/token", "AUTHENTICATE"):
            self.assertTrue([line for line in lines if seen in line], seen)
        for secret in [*secrets, self.live.oauth["client_secret"]]:
            self.assertFalse([line for line in lines if secret in line])

    def test_what_is_asked_before_leaving_the_page(self):
        """[B8] A sentence, and nothing is saved."""
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("google_gmail_client_id", False)
        setup = self.assistant("google")
        with self.assertRaisesRegex(UserError, "Your administrator must first enter"):
            setup.action_connect()
        self.assertFalse(setup.account_id)
        self.assertIn("administrator must first enter", setup.oauth_obstacle)
        account = self.new_account(**self.servers("google"))
        with self.assertRaisesRegex(UserError, "Your administrator must first enter"):
            account.with_user(self.owner).action_connect()

    def test_reconnecting_repairs_a_withdrawn_consent(self):
        account = self.connect("microsoft")
        account.state = "ready"
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, payload, **_kw: told.append((user, kind)),
        )
        self.control("withdraw")
        for _turn in range(2):
            self.make_due(account)
            self.work(account)
        self.assertEqual(account.error_code, "token_withdrawn")
        self.assertIn("Connect the mailbox again", account.error_message)
        notices = [user for user, kind in told if kind == "simple_notification"]
        self.assertEqual(notices, [self.owner], "told once")
        (payload,) = self.client().bootstrap()["accounts"]
        self.assertEqual(payload["repair"], "connect")
        mine = account.with_user(self.owner)
        self.come_back(mine.action_connect())
        self.work()
        self.assertFalse(account.error_code)
        (payload,) = self.client().bootstrap()["accounts"]
        self.assertEqual(payload["repair"], "")

    def test_a_delegate_reads_by_the_owners_token_and_connects_nothing(self):
        self.mailbox.append(simple_mail("Shared"))
        account = self.signed_in()
        account.with_user(self.owner).delegate_ids = [
            Command.create({"user_id": self.colleague.id})
        ]
        self.work(account)
        self.make_due(account)
        opened = self.client(self.colleague).open_message(self.mails(account).id)
        self.assertEqual(opened["subject"], "Shared")
        (payload,) = self.client(self.colleague).bootstrap()["accounts"]
        self.assertEqual(payload["repair"], "")
