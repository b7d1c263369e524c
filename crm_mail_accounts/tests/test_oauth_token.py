import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import TransactionCase, tagged, test_cursor

from ..mailkit.errors import AuthError, MailError
from ..mailkit.oauth import TokenAnswer
from ..mailkit.tests import live
from ..tools import oauth, secret_store
from .common import PATIENCE, Mailbox, simple_mail
from .oauth_common import KINDS, OAuthCase

HOST_FIELDS = [
    f"{kind}_{name}"
    for kind in ("google_gmail", "microsoft_outlook")
    for name in ("refresh_token", "access_token", "access_token_expiration", "uri")
]


@tagged("post_install", "-at_install")
class TestOAuthToken(OAuthCase):
    """Tokens: renewed once, kept, closed to everybody."""

    # -- renewing ----------------------------------------------------------------

    def test_a_token_that_ends_soon_is_renewed_once(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.mailbox = Mailbox()
                account = self.signed_in(kind)
                refresh, _access = self.secrets_of(account)
                self.work(account)
                self.assertEqual(self.renewals(), 0, "it was good")
                for count in (1, 2):
                    self.make_due(account)
                    self.work(account)
                    self.work(account)
                    self.assertFalse(account.error_code)
                    self.assertEqual(self.renewals(), count)
                # Microsoft's rotates, and the old one would be refused by now.
                same = self.secrets_of(account)[0] == refresh
                self.assertEqual(same, kind == "google")
                self.assertEqual(self.control("counts").get("refused", 0), 0)

    def test_a_token_that_ended_early_is_renewed_and_tried_once_more(self):
        self.mailbox.append(simple_mail("In spite of it"))
        account = self.signed_in()
        self.control("expire")
        self.work(account)
        self.assertFalse(account.error_code)
        self.assertEqual(self.mails(account).subject, "In spite of it")
        self.assertEqual(self.renewals(), 1)

    def test_a_user_who_opens_a_mail_waits_for_no_error_either(self):
        self.mailbox.append(simple_mail("Open me"))
        account = self.signed_in()
        self.work(account)
        self.mails(account)._raw_attachment().unlink()
        self.control("expire")
        with self.enter_registry_test_mode():
            opened = self.client().open_message(self.mails(account).id)
        self.assertEqual(opened["subject"], "Open me")
        self.assertEqual(self.renewals(), 1)

    def test_the_test_and_the_test_mail_renew_as_well(self):
        account = self.signed_in()
        setup = self.env["crm.mail.account.setup"].with_user(self.owner)
        setup = setup.with_context(default_account_id=account.id).create({})
        for count, action in (
            (1, setup.action_test),
            (2, setup.action_send_test_mail),
        ):
            self.control("expire")
            with self.enter_registry_test_mode():
                answer = action()
            self.assertEqual(self.renewals(), count)
        self.assertTrue(setup.test_passed, setup.test_steps)
        self.assertEqual(answer["params"]["type"], "success", answer)

    def test_a_server_that_refuses_every_token_is_not_hammered(self):
        account = self.signed_in()
        logins = []

        def refuse(_self, endpoint, credentials, **_kwargs):
            logins.append(credentials.access_token)
            raise AuthError("no", code="token_refused")

        with patch.object(type(account), "_open_imap__", refuse):
            self.work(account)
        self.assertEqual(len(set(logins)), 2)
        self.assertEqual((len(logins), self.renewals()), (2, 1))
        self.assertEqual(account.error_code, "token_refused")
        self.assertEqual(account.repair, "connect")
        self.assertIsNone(self.env["crm.mail.account.lease"]._claim(), "it pauses")

    def test_a_withdrawn_consent_pauses_and_asks_its_owner(self):
        account = self.signed_in()
        self.control("withdraw")
        self.work(account)
        self.assertEqual(account.error_code, "token_withdrawn")
        self.assertEqual(account.repair, "connect")
        lease = account.lease_ids
        self.assertGreater(lease.due, fields.Datetime.now() + timedelta(minutes=10))
        self.assertEqual(self.control("counts")["refused"], 1)

    def test_a_provider_that_is_away_is_tried_again(self):
        account = self.signed_in()
        self.make_due(account)
        self.control("outage", times=1)
        self.work(account)
        self.assertEqual(account.error_code, "token_unavailable")
        self.assertFalse(account.repair)
        self.assertFalse(self.tokens(account).renewing_until, "nobody asks any more")
        self.work(account)
        self.assertFalse(account.error_code)

    def test_a_client_that_is_not_configured_any_more_is_told(self):
        account = self.signed_in()
        self.make_due(account)
        self.env["ir.config_parameter"].set_param(
            "microsoft_outlook_client_secret", False
        )
        self.work(account)
        self.assertEqual(account.error_code, "oauth_not_configured")
        self.assertIn("Your administrator must first enter", account.error_message)

    def test_no_transaction_is_open_while_the_worker_asks(self):
        """Law 8."""
        account = self.signed_in()
        self.make_due(account)
        asked = []

        def ask(_self, request):
            asked.append(list(test_cursor.TestCursor._cursors_stack))
            return TokenAnswer("new", 3600)

        with (
            patch.object(type(account), "_ask_token__", ask),
            patch.object(type(account), "_open_imap__", side_effect=MailError("seen")),
        ):
            self.work(account)
        self.assertEqual(asked, [[]])
        self.assertEqual(account.error_code, "mail_error")

    def test_somebody_who_asks_and_dies_does_not_lock_the_others_out(self):
        account = self.signed_in()
        self.make_due(account)
        tokens = self.env["crm.mail.account.token"]
        self.assertTrue(tokens._begin_renewal(account.id, ""))
        with self.assertRaises(oauth.Busy):
            tokens._begin_renewal(account.id, "")
        self.tokens(account).renewing_until = fields.Datetime.now()
        self.env.flush_all()
        self.assertTrue(tokens._begin_renewal(account.id, ""))

    def test_waiting_for_somebody_elses_answer_has_an_end(self):
        account = self.signed_in()
        self.make_due(account)
        self.env["crm.mail.account.token"]._begin_renewal(account.id, "")
        times = iter(range(0, 1000, 5))
        with (
            self.enter_registry_test_mode(),
            self.assertRaises(MailError) as caught,
        ):
            oauth.renew(
                self.env["crm.mail.account"],
                account.id,
                clock=lambda: next(times),
                sleep=lambda _seconds: None,
            )
        self.assertEqual(caught.exception.code, "token_unavailable")
        self.assertEqual(self.renewals(), 0)

    def test_an_answer_that_comes_after_a_new_sign_in_is_dropped(self):
        account = self.signed_in()
        self.make_due(account)
        tokens = self.env["crm.mail.account.token"]
        renewal = tokens._begin_renewal(account.id, "")
        self.sign_in(account)
        secrets = self.secrets_of(account)
        tokens._finish_renewal(renewal, TokenAnswer("late", 3600, "late"))
        tokens._give_up_renewal(renewal)
        self.assertEqual(self.secrets_of(account), secrets)

    # -- closed to everybody (law 13) ----------------------------------------------

    def test_the_tables_hold_no_token_in_plain_text(self):
        account = self.signed_in()
        self.env.cr.execute(
            "SELECT to_jsonb(a), to_jsonb(t) FROM crm_mail_account a"
            " JOIN crm_mail_account_token t ON t.account_id = a.id WHERE a.id = %s",
            [account.id],
        )
        stored = json.dumps(self.env.cr.fetchone())
        for secret in self.secrets_of(account):
            self.assertNotIn(secret, stored)

    def test_nobody_reads_a_token_or_the_address_that_carries_the_state(self):
        account = self.signed_in()
        self.owner.group_ids += self.env.ref("base.group_allow_export")
        self.owner.group_ids += self.env.ref("base.group_system")
        secrets = self.secrets_of(account)
        for user in (self.owner, self.administrator):
            mine = account.with_user(user)
            for name in [*HOST_FIELDS, "token_ids"]:
                with self.subTest(user=user.login, field=name):
                    self.assertNotIn(name, mine.fields_get())
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.search([(name, "!=", False)])
                    with self.assertRaises(AccessError):
                        mine.write({name: False})
                    with self.assertRaises(AccessError):
                        mine.export_data([name])
            tokens = self.tokens(account).with_user(user)
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(tokens.has_access(operation))
        mine = account.with_user(self.owner)
        everything = [mine.read(), mine.copy_data()]
        everything.append(mine.default_get(list(mine._fields)))
        for secret in secrets:
            self.assertNotIn(secret, str(everything))
        self.assertEqual(account.sudo().read(HOST_FIELDS[:3])[0][HOST_FIELDS[0]], False)

    def test_a_copied_account_is_not_connected(self):
        self.assertFalse(self.signed_in().copy().connected)

    def test_the_hosts_own_buttons_open_nothing(self):
        account = self.signed_in()
        self.owner.group_ids += self.env.ref("base.group_system")
        for user in (self.owner, self.administrator):
            mine = account.with_user(user)
            for method in (mine.open_google_gmail_uri, mine.open_microsoft_outlook_uri):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    method()

    def test_nobody_else_connects_or_goes_on_with_the_set_up(self):
        account = self.signed_in(state="mapping")
        # A delegate reads the account, and is not its owner for that.
        account.delegate_ids = [
            Command.create({"user_id": self.colleague.id, "may_act": True})
        ]
        for user in (self.colleague, self.administrator):
            mine = account.with_user(user)
            setup = self.env["crm.mail.account.setup"].with_user(user)
            setup = setup.create({**self.servers(), "account_id": account.id})
            for action in (
                mine.action_connect,
                mine.action_continue_setup,
                setup.action_connect,
                setup.action_test,
            ):
                with (
                    self.subTest(user=user.login, action=action.__name__),
                    self.assertRaises(AccessError),
                    self.cr.savepoint(),
                ):
                    action()

    def test_another_way_to_log_in_forgets_the_tokens(self):
        account = self.signed_in()
        account.name = "Renamed"
        self.assertTrue(self.tokens(account))
        for values in (
            {"auth_method": "password"},
            {"username": "other@live.test"},
            {"provider_id": self.presets["google"].id},
        ):
            with self.subTest(values=values):
                self.mailbox = Mailbox()
                account = self.signed_in()
                account.with_user(self.owner).write(values)
                self.assertFalse(self.tokens(account))

    def test_a_neutralized_copy_has_no_token(self):
        account = self.signed_in()
        for query in get_neutralization_queries(["crm_mail_accounts"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.tokens(account))

    def test_the_key_can_be_changed(self):
        account = self.signed_in()
        secrets = self.secrets_of(account)
        token = self.tokens(account)
        before = {token.refresh_token, token.access_token}
        self.assertEqual(secret_store.rotate_all(self.env), (2, 0))
        self.assertFalse(before & {token.refresh_token, token.access_token})
        self.assertEqual(self.secrets_of(account), secrets)

    def test_a_lost_key_asks_to_connect_again(self):
        account = self.signed_in()
        self.tokens(account).write({"access_token": "no", "refresh_token": "no"})
        self.work(account)
        self.assertEqual(account.error_code, "token_missing")
        self.assertEqual(account.repair, "connect")


@tagged("post_install", "-at_install")
class TestOAuthTogether(TransactionCase):
    """Several that need the same token at once: threads with transactions of their own.

    What they share is committed, so this class cleans up after itself.
    """

    def setUp(self):
        super().setUp()
        self.live = live.load()
        self.mailbox = Mailbox()
        self.parameters = {
            "microsoft_outlook.endpoint": f"{self.live.oauth['endpoint']}microsoft/",
            "microsoft_outlook_client_id": self.live.oauth["client_id"],
            "microsoft_outlook_client_secret": self.live.oauth["client_secret"],
        }
        given = self.live.consent(self.mailbox.username, "microsoft")
        with self.committed() as env:
            for name, value in self.parameters.items():
                env["ir.config_parameter"].set_param(name, value)
            values = {"provider_id": self.preset(env).id, "auth_method": "oauth2"}
            values |= {
                name: self.preset(env)[name]
                for name in self.preset(env)._server_names()
            }
            account = env["crm.mail.account"].create(
                {
                    **values,
                    "username": self.mailbox.username,
                    "user_id": env.ref("base.user_admin").id,
                }
            )
            # One that has ended already.
            account._store_sign_in(
                "microsoft", TokenAnswer("ended", 0, given["refresh_token"])
            )
            self.account_id = account.id
        self.addCleanup(self.clean_up)

    def preset(self, env):
        return env.ref("crm_mail_accounts.provider_office365")

    @contextmanager
    def committed(self):
        """An environment whose transaction is committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def clean_up(self):
        with self.committed() as env:
            env["crm.mail.account"].browse(self.account_id).unlink()
            for name in self.parameters:
                env["ir.config_parameter"].set_param(name, False)

    def stored(self) -> str:
        with self.committed() as env:
            account = env["crm.mail.account"].browse(self.account_id)
            return env["crm.mail.account.token"]._of(account)._access_token()

    def counts(self) -> dict:
        counts = self.live.control("counts", mailbox=self.mailbox.username)
        return {name: counts.get(name, 0) for name in ("refresh_token", "refused")}

    def test_of_many_that_need_a_token_one_asks(self):
        failures = []
        together = threading.Barrier(6)

        def need_it():
            try:
                together.wait(PATIENCE)
                oauth.renew(self.env["crm.mail.account"], self.account_id)
            except Exception as error:  # whatever it is, the test must hear of it
                failures.append(error)

        threads = [threading.Thread(target=need_it) for _n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(failures, [])
        self.assertEqual(self.counts(), {"refresh_token": 1, "refused": 0})
        self.assertNotEqual(self.stored(), "ended")

    def test_what_the_provider_gave_survives_what_fails_afterwards(self):
        """A rotated refresh token that a rollback took back would be lost for good."""
        with self.committed() as env:
            env["crm.mail.account"].browse(self.account_id)._prepare_login()
            env.cr.rollback()
        self.assertNotEqual(self.stored(), "ended")
        self.assertEqual(self.counts(), {"refresh_token": 1, "refused": 0})
