from contextlib import ExitStack

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from .common import simple_mail
from .worker_common import WorkerCase


@tagged("post_install", "-at_install")
class TestLinkMeetsGateway(WorkerCase):
    """The gateway and a link show the same mail in transactions that run side by side
    and do not see each other (law 14)."""

    def setUp(self):
        super().setUp()
        self.mail = simple_mail("Offer")
        self.mailbox.append(self.mail)
        self.account_id = self.committed_account()
        with self.committed() as env:
            lead = env["crm.lead"].create({"name": "Deal", "type": "opportunity"})
            self.lead_id = lead.id
            self.leads.append(lead.id)
        self.addCleanup(self.forget_made)

    def forget_made(self):
        with self.committed() as env:
            made = env["crm.lead"].search([("name", "=", "Offer")])
            made.unlink()

    def link(self, env):
        mail = env["crm.mail.message"].search([("account_id", "=", self.account_id)])
        client = env["crm.mail.client"].with_user(env.ref("base.user_admin"))
        client.link_message(mail.id, "crm.lead", self.lead_id)

    def gateway(self, env):
        env["mail.thread"].message_process(
            "crm.lead", self.mail.as_string(), thread_id=self.lead_id
        )

    def side_by_side(self, *works):
        """Each in a transaction that began before any other one ended."""
        with ExitStack() as stack:
            envs = []
            for _work in works:
                cr = stack.enter_context(self.registry.cursor())
                cr.execute("SELECT count(*) FROM mail_message")  # what it sees from on
                envs.append(api.Environment(cr, SUPERUSER_ID, {}))
            for work, env in zip(works, envs, strict=True):
                work(env)
                env.cr.commit()

    def shown(self, env):
        """The mails on the opportunity."""
        lead = env["crm.lead"].browse(self.lead_id)
        return lead.message_ids.filtered(lambda one: one.message_type == "email")

    def test_whoever_is_first_one_message_is_left(self):
        for first, second in ((self.link, self.gateway), (self.gateway, self.link)):
            with self.subTest(first=first.__name__):
                self.side_by_side(first, second)
                with self.committed() as env:
                    self.assertEqual(len(self.shown(env)), 2, "neither saw the other")
                self.rest(self.account_id)
                with self.committed() as env:
                    posted = self.shown(env)
                    self.assertEqual(len(posted), 1)
                    self.assertEqual(posted.message_id, self.mail["Message-ID"])
                    link = env["crm.mail.link"].search([("res_id", "=", self.lead_id)])
                    self.assertEqual(link.mail_message_id, posted)
                    link.unlink()
                    posted.unlink()

    def test_two_people_link_the_mail_of_two_mailboxes(self):
        """Their transactions do not see each other's copy: one is left."""
        self.accounts.append(self.second_account())
        self.lane()

        def link_other(env):
            mail = env["crm.mail.message"].search(
                [("account_id", "=", self.accounts[1])]
            )
            mail._read_raw()
            links = env["crm.mail.link"]
            links._make([(mail, "crm.lead", self.lead_id, "x", "whole")])._post()

        self.side_by_side(self.link, link_other)
        with self.committed() as env:
            self.assertEqual(len(self.shown(env)), 2)
        self.rest(self.account_id)
        with self.committed() as env:
            posted = self.shown(env)
            self.assertEqual(len(posted), 1)
            links = env["crm.mail.link"].search([("res_id", "=", self.lead_id)])
            self.assertEqual(len(links), 2)
            self.assertEqual(links.mail_message_id, posted)

    def second_account(self):
        """The same mail in another mailbox."""
        before, self.mailbox = self.mailbox, type(self.mailbox)()
        self.mailbox.append(self.mail)
        with self.committed():
            account_id = self.new_account().id
        self.mailbox = before
        return account_id
