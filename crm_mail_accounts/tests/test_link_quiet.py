from contextlib import ExitStack
from unittest.mock import patch

from odoo.tests import tagged

from .common import simple_mail
from .link_common import LinkCase

GATEWAY = (
    "message_new",
    "message_update",
    "message_post",
    "message_notify",
    "message_subscribe",
    "_message_post_after_hook",
    "_notify_thread",
)
"""What the host does with mail that it receives: it answers, notifies and subscribes
there, and it is where automation rules listen."""
COUNTED = (
    "mail.mail",
    "mail.notification",
    "mail.followers",
    "mail.activity",
    "mail.tracking.value",
    "res.partner",
)


@tagged("post_install", "-at_install")
class TestLinkQuiet(LinkCase):
    """Law 14: a mail that is linked is shown on its record, and nothing else happens
    there."""

    def setUp(self):
        super().setUp()
        self.lead.message_subscribe((self.contact | self.colleague.partner_id).ids)
        self.activity = self.lead.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.owner.id
        )
        # Whoever is away is followed, as a colleague and as a customer.
        self.colleague.write(
            {
                "out_of_office_from": "2020-01-01 00:00:00",
                "out_of_office_to": "2040-01-01 00:00:00",
                "out_of_office_message": "Away",
            }
        )
        [self.mail, self.unknown] = self.receive(
            simple_mail(), simple_mail("Hello", "Nobody <nobody@unknown.example>")
        )
        self.env.flush_all()

    def state(self) -> dict:
        """What is around the lead, beside its messages."""
        self.env.flush_all()
        self.env.invalidate_all()
        fields = set(self.lead._fields) - {
            "message_ids",
            "website_message_ids",
            "message_attachment_count",
            "message_main_attachment_id",
        }
        fields = [
            name
            for name in fields
            if self.lead._fields[name].store or name.startswith(("activity", "message"))
        ]
        return {
            **self.lead.read(fields)[0],
            **{model: self.env[model].search_count([]) for model in COUNTED},
        }

    def linked_quietly(self, work):
        before = self.state()
        with ExitStack() as stack:
            for name in GATEWAY:
                if hasattr(type(self.lead), name):
                    stack.enter_context(
                        patch.object(type(self.lead), name, side_effect=AssertionError)
                    )
            answer = work()
        self.assertEqual(self.state(), before)
        return answer

    def test_by_hand_and_back(self):
        for content in ("whole", "text", "fact"):
            for mail in (self.mail, self.unknown):
                with self.subTest(content=content, sender=mail.from_email):
                    link = self.linked_quietly(
                        lambda mail=mail, content=content: self.link(
                            mail, content=content
                        )
                    )
                    self.assertEqual(len(self.mails_on(self.lead)), 1)
                    self.linked_quietly(link.unlink)
                    self.assertFalse(self.mails_on(self.lead))

    def test_by_rule(self):
        account = self.mail.account_id
        account.link_rule = "on"
        account._arrived_linking(self.mail)
        self.linked_quietly(lambda: self.work(account))
        self.assertEqual(len(self.mails_on(self.lead)), 1)

    def test_what_is_around_the_record_is_looked_at(self):
        """So that the comparison means something: the host's own post changes it."""
        before = self.state()
        self.lead.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        after = self.state()
        changed = {name for name in before if before[name] != after[name]}
        self.assertIn("mail.notification", changed)
