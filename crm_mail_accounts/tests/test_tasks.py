from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..models import crm_mail_client_tasks as tasks
from .common import simple_mail
from .test_reading import ReadingCase


@contextmanager
def stand_in_tasks(env):
    """Opportunities are tasks within; they have one salesperson each.

    Project is not among what the tests install. Opportunities have a title, a contact,
    a description and a chatter as well.
    """
    client = type(env["crm.mail.client"])
    values_of = client._task_values

    def values(model, message, asked):
        written = values_of(model, message, asked)
        ((_command, _id, ids),) = written["user_id"]
        return {**written, "user_id": ids[0], "type": "opportunity"}

    with (
        patch.object(tasks, "TASK", "crm.lead"),
        patch.object(tasks, "OPEN", Domain("won_status", "=", "pending")),
        patch.object(tasks, "ASSIGNEES", "user_id"),
        patch.object(tasks, "USERS", "sales_team.group_sale_salesman"),
        patch.object(client, "_task_values", values),
        patch.object(client, "_task_payload", lambda _self, task: {"id": task.id}),
    ):
        yield


@tagged("post_install", "-at_install")
class TestTasks(ReadingCase):
    """A task that is made of a mail."""

    def with_tasks(self):
        self.enterContext(stand_in_tasks(self.env))

    def test_without_project_no_task_is_offered_or_made(self):
        self.assertNotIn(tasks.TASK, self.env)
        (mail,) = self.receive(simple_mail())
        context = self.client().message_context(mail.id)
        self.assertIs(context["may_create_task"], False)
        self.assertEqual(context["tasks"], [])
        with self.assertRaisesRegex(UserError, "where Project is installed"):
            self.client().create_task(mail.id, {})
        self.assertFalse(mail.link_ids)

    def test_a_task_is_made_of_the_mail_and_shows_it(self):
        self.with_tasks()
        partner = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": "rosa@conti.example"}
        )
        mail = simple_mail("Re: R: Sixty chairs")
        mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="plan.pdf")
        (mail,) = self.receive(mail)
        self.assertTrue(self.client().message_context(mail.id)["may_create_task"])
        made = self.client().create_task(mail.id, {})
        task = self.env["crm.lead"].browse(made["id"])
        self.assertEqual(task.name, "Sixty chairs")
        self.assertEqual(task.user_id, self.owner)
        self.assertEqual(task.partner_id, partner)
        self.assertIn("please send us the offer", str(task.description))
        (link,) = mail.link_ids
        self.assertEqual(link._record(), task)
        self.assertEqual(link.mail_message_id.attachment_ids.name, "plan.pdf")
        self.assertEqual(made["context"]["links"][0]["res_id"], task.id)
        self.assertEqual(made["context"]["tasks"], [{"id": task.id}])
        named = self.client().create_task(mail.id, {"name": " Measure the hall "})
        self.assertEqual(named["name"], "Measure the hall")

    def test_the_open_tasks_of_the_company_are_shown_the_own_ones_first(self):
        self.with_tasks()
        company = self.env["res.partner"].create({"name": "Conti", "is_company": True})
        rosa = self.env["res.partner"].create(
            {
                "name": "Rosa Conti",
                "email": "rosa@conti.example",
                "parent_id": company.id,
            }
        )
        shared = {"type": "opportunity", "partner_id": company.id}
        made = self.env["crm.lead"].create(
            [
                {**shared, "name": "Own", "user_id": self.owner.id},
                {**shared, "name": "Nobody's", "user_id": False},
                {**shared, "name": "Of somebody else", "user_id": self.colleague.id},
                {**shared, "name": "Lost", "user_id": self.owner.id, "probability": 0},
                {"name": "Other customer", "user_id": self.owner.id},
            ]
        )
        made[1].partner_id = rosa
        made[3].action_set_lost()
        (mail,) = self.receive(simple_mail())
        shown = self.client().message_context(mail.id)["tasks"]
        self.assertEqual([task["id"] for task in shown], made[:2].ids)

    def test_who_may_not_make_tasks_is_not_offered_one(self):
        """Neither the task nor the link is made, whoever asks."""
        self.with_tasks()
        (mail,) = self.receive(simple_mail())
        with self.assertRaises(AccessError):
            self.client(self.colleague).create_task(mail.id, {})
        rights = self.env["ir.model.access"]
        rights = rights.search([("model_id.model", "=", "crm.lead")])
        rights.perm_create = False
        self.assertFalse(self.client().message_context(mail.id)["may_create_task"])
        with self.assertRaisesRegex(UserError, "one of its users"):
            self.client().create_task(mail.id, {})
        self.assertFalse(mail.link_ids)

    def test_who_does_not_use_project_sees_no_tasks(self):
        """With To-Do everybody makes tasks, but Project's form is for its users."""
        self.with_tasks()
        (mail,) = self.receive(simple_mail())
        self.client().create_contact(mail.id, {})
        made = self.client().create_task(mail.id, {})
        self.assertTrue(made["context"]["tasks"])
        with patch.object(tasks, "USERS", "sales_team.group_sale_manager"):
            context = self.client().message_context(mail.id)
            self.assertFalse(context["may_create_task"] or context["tasks"])
            with self.assertRaisesRegex(UserError, "one of its users"):
                self.client().create_task(mail.id, {})
