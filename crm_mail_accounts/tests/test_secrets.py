import json
import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from ..mailkit.secrets import new_key
from ..tools import secret_store
from .common import MailCase


@tagged("post_install", "-at_install")
class TestSecrets(MailCase):
    """Passwords go in and never come out (law 13)."""

    def setUp(self):
        super().setUp()
        self.account = self.new_account(password="correct horse battery")
        self.env.flush_all()

    def column(self):
        self.env.cr.execute(
            "SELECT password_token FROM crm_mail_account WHERE id = %s",
            [self.account.id],
        )
        return self.env.cr.fetchone()[0]

    def test_the_database_holds_a_token_and_not_the_password(self):
        token = self.column()
        self.assertTrue(token)
        self.assertNotIn("horse", token)
        self.assertEqual(secret_store.decrypt(token), "correct horse battery")

    def test_no_column_of_the_account_holds_the_password(self):
        self.env.cr.execute(
            "SELECT to_jsonb(a) FROM crm_mail_account a WHERE id = %s",
            [self.account.id],
        )
        self.assertNotIn("horse", json.dumps(self.env.cr.fetchone()[0]))

    def test_nobody_reads_a_password_back(self):
        for user in (self.owner, self.env.ref("base.user_root")):
            account = self.account.with_user(user)
            (values,) = account.read(["password", "smtp_password", "has_password"])
            self.assertFalse(values["password"] or values["smtp_password"])
            self.assertTrue(values["has_password"])
        self.owner.group_ids += self.env.ref("base.group_allow_export")
        exported = self.account.with_user(self.owner).export_data(["name", "password"])
        self.assertEqual(len(exported["datas"]), 1)
        self.assertNotIn("horse", str(exported))

    def test_saving_in_the_web_client_returns_no_password(self):
        for record in (
            self.account.with_user(self.owner),
            self.env["crm.mail.account.setup"].with_user(self.owner).create({}),
        ):
            names = ("password", "smtp_password", "has_password")
            (saved,) = record.web_save(
                {"password": "fresh secret", "smtp_password": "fresh secret"},
                {name: {} for name in names},
            )
            self.assertTrue(saved["has_password"])
            self.assertFalse(saved["password"] or saved["smtp_password"])

    def test_the_token_itself_is_closed_to_its_owner(self):
        account = self.account.with_user(self.owner)
        with self.assertRaises(AccessError):
            account.read(["password_token"])
        with self.assertRaises(AccessError):
            account.search([("password_token", "like", "gAAAA%")])

    def test_a_copied_account_has_no_password(self):
        self.assertFalse(self.account.copy().has_password)

    def test_saving_without_a_password_keeps_the_one_saved(self):
        before = self.column()
        self.account.write({"password": False, "name": "Renamed"})
        self.env.flush_all()
        self.assertEqual(self.column(), before)

    def test_the_key_can_be_changed(self):
        """Law 13: the new key in front, rotate, take the old one away."""
        old, new = new_key(), new_key()
        with patch.dict(os.environ, {secret_store.ENVIRONMENT_NAME: old}):
            self.account.password = "correct horse battery"
        with patch.dict(os.environ, {secret_store.ENVIRONMENT_NAME: f"{new}, {old}"}):
            self.assertEqual(secret_store.rotate_all(self.env), (1, 0))
        with patch.dict(os.environ, {secret_store.ENVIRONMENT_NAME: new}):
            self.assertEqual(
                self.account._imap_credentials().password, "correct horse battery"
            )
        with patch.dict(os.environ, {secret_store.ENVIRONMENT_NAME: old}):
            self.assertEqual(secret_store.rotate_all(self.env), (0, 1))

    def test_a_neutralized_copy_has_no_password_and_no_active_account(self):
        """Law 13."""
        self.assertTrue(self.column())
        for query in get_neutralization_queries(["crm_mail_accounts"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.column())
        self.assertFalse(self.account.active)

    def test_a_lost_key_is_told_in_words(self):
        self.account.sudo().password_token = "not a token of this server"
        self.work(self.account)
        self.assertEqual(self.account.error_code, "secret_unreadable")
        self.assertIn("Enter the password again", self.account.error_message)
