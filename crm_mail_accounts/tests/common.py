"""What the Odoo tests share: people, a mailbox on the live server, and a lane.

The mail servers are real ones, started by ``dev/test``; any user name logs in with the
one password and gets a fresh mailbox, so every test has one of its own.
"""

import imaplib
import json
import os
import ssl
import uuid
from contextlib import contextmanager
from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import TransactionCase, new_test_user

from ..models.crm_mail_server_mixin import SYSTEM_SMTP
from ..tools.host_policy import PARAMETER

PATIENCE = 600
"""Seconds after which a test gives up what should have ended by itself; on a machine
that has much else to do nothing is late before."""

GROUPS = "base.group_user,sales_team.group_sale_salesman"


def live_mail() -> dict:
    """``mail`` of the state file: host, ports, ca_file, password.

    :raises RuntimeError: not started by ``dev/test``; these tests cannot do without
    """
    path = os.environ.get("CRM_MAIL_DEV_STATE")
    if not path:
        raise RuntimeError("Run these tests by dev/test: it starts the mail servers.")
    with open(path) as stream:
        return json.load(stream)["mail"]


class Mailbox:
    """A second client on the live server: the standard library's, not ours."""

    def __init__(self):
        mail = live_mail()
        self.host = mail["host"]
        self.ports = mail["ports"]
        self.password = mail["password"]
        self.username = f"u{uuid.uuid4().hex[:12]}@live.test"
        self._context = ssl.create_default_context(cafile=mail["ca_file"])

    @contextmanager
    def client(self):
        client = imaplib.IMAP4_SSL(
            self.host, self.ports["imaps"], ssl_context=self._context, timeout=PATIENCE
        )
        client.login(self.username, self.password)
        try:
            yield client
        finally:
            client.logout()

    def append(self, *mails, folder="INBOX", flags="", create=False, date=None):
        with self.client() as client:
            if create:
                client.create(folder)
            for mail in mails:
                content = mail if isinstance(mail, bytes) else mail.as_bytes()
                kind, data = client.append(folder, flags, date, content)
                assert kind == "OK", data

    def flags(self, folder="INBOX") -> list[bytes]:
        with self.client() as client:
            client.select(folder, readonly=True)
            return client.fetch("1:*", "(UID FLAGS)")[1]

    def account_values(self) -> dict:
        return {
            "username": self.username,
            "password": self.password,
            "imap_host": self.host,
            "imap_port": self.ports["imaps"],
            "imap_security": "tls",
            "smtp_host": self.host,
            "smtp_port": self.ports["smtps"],
            "smtp_security": "tls",
        }


def simple_mail(subject="Offer", sender="Rosa Conti <rosa@conti.example>", **headers):
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "somebody@live.test"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 02 Mar 2026 09:30:00 +0100"
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@conti.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Good morning,\n\nplease send us the offer.\n\nRosa")
    return mail


class MailCase(TransactionCase):
    """People: a salesperson with a mailbox, a colleague, an administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The live servers are on this machine, where users may not connect to.
        cls.env["ir.config_parameter"].set_param(PARAMETER, "localhost")
        cls.mailbox = Mailbox()
        cls.owner = new_test_user(cls.env, login="mail_owner", groups=GROUPS)
        cls.colleague = new_test_user(cls.env, login="mail_colleague", groups=GROUPS)
        cls.administrator = new_test_user(
            cls.env,
            login="mail_administrator",
            groups=f"{GROUPS},base.group_system,sales_team.group_sale_manager",
        )

    def setUp(self):
        super().setUp()
        # A test's transaction must not end; what it protects is tested by itself.
        self.startPatch(self.env.registry["crm.mail.account"], "_release_transaction__")

    def startPatch(self, target, name, replacement=None):
        patcher = patch.object(target, name, replacement or (lambda self: None))
        self.addCleanup(patcher.stop)
        return patcher.start()

    def new_account(self, **values):
        """A ready account of the owner; its folders are listed by the first turn."""
        return (
            self.env["crm.mail.account"]
            .sudo()
            .create(
                {
                    **self.mailbox.account_values(),
                    "user_id": self.owner.id,
                    "state": "ready",
                    **values,
                }
            )
        )

    def host_server(self, **values):
        """The host's own outgoing server, which users may send through."""
        self.env["ir.config_parameter"].set_param(SYSTEM_SMTP, "True")
        self.env["ir.mail_server"].create(
            {
                "name": "Host",
                "smtp_host": "localhost",
                "smtp_port": self.mailbox.ports["smtp_plain"],
                "smtp_encryption": "none",
                **values,
            }
        )
        self.startPatch(
            type(self.env["ir.mail_server"]), "_disable_send", lambda _self: False
        )

    def work(self, account=None):
        """Let the lane work on the account (or on all that are due) until it rests."""
        if account:
            account._request_sync()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            accounts = self.env["crm.mail.account"]
            leases = self.env["crm.mail.account.lease"]
            for _turn in range(50):
                claim = leases._claim()
                if not claim:
                    break
                accounts._work_on(claim)
        self.env.invalidate_all()

    def client(self, user=None):
        return self.env["crm.mail.client"].with_user(user or self.owner)

    def folder(self, account, role):
        return account.folder_ids.filtered(lambda folder: folder.role == role)
