from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestTemplates(OutgoingCase):
    """Texts of the host come into a mail, from its record or its recipient."""

    def setUp(self):
        super().setUp()
        self.rosa = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": "rosa@conti.example"}
        )
        self.lead = self.env["crm.lead"].create(
            {"name": "Roof", "user_id": self.owner.id, "partner_id": self.rosa.id}
        )

    def template(self, model, **values):
        return self.env["mail.template"].create(
            {
                "name": f"About {model}",
                "model_id": self.env["ir.model"]._get_id(model),
                "subject": "For {{ object.name }}",
                "body_html": '<p>Dear <t t-out="object.name"/>,</p>',
                "use_default_to": False,
                **values,
            }
        )

    def listed(self, record=False):
        return {
            row["name"]: row for row in self.client().compose_templates(record or False)
        }

    def applied(self, template, outgoing_id=False, **values):
        return self.client().compose_apply_template(
            template.id, "template", self.values(**values), outgoing_id
        )

    @property
    def about_lead(self):
        return {"model": "crm.lead", "res_id": self.lead.id}

    def test_without_a_record_a_template_is_about_who_the_mail_goes_to(self):
        template = self.template("res.partner")
        self.template("crm.lead")
        found = self.listed()
        self.assertEqual(found["About res.partner"]["about"], "Contact")
        self.assertNotIn("About crm.lead", found)
        brought = self.applied(
            template,
            to=[
                {"name": "", "email": "nobody@conti.example"},
                {"name": "Conti", "email": "ROSA@conti.example"},
            ],
        )
        self.assertEqual(brought["subject"], "For Rosa Conti")
        self.assertIn("Dear Rosa Conti", brought["body_html"])
        with self.assertRaisesRegex(UserError, "contacts as recipient"):
            self.applied(template, to=[{"name": "", "email": "x@conti.example"}])

    def test_a_contact_that_the_user_may_not_see_fills_nothing_in(self):
        self.rosa.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(UserError, "contacts as recipient"):
            self.applied(
                self.template("res.partner"),
                to=[{"name": "", "email": "rosa@conti.example"}],
            )

    def test_with_a_record_its_own_templates_come_first_and_its_contact_counts(self):
        self.template("res.partner")
        template = self.template("crm.lead", partner_to="{{ object.partner_id.id }}")
        names = list(self.listed(self.about_lead))
        self.assertLess(names.index("About crm.lead"), names.index("About res.partner"))
        brought = self.applied(template, record=self.about_lead)
        self.assertEqual(brought["subject"], "For Roof")
        self.assertEqual(
            brought["to"], [{"name": "Rosa Conti", "email": "rosa@conti.example"}]
        )
        brought = self.applied(
            self.template("res.partner"), record=self.about_lead, to=[]
        )
        self.assertEqual(brought["subject"], "For Rosa Conti")

    def test_a_template_brings_its_files(self):
        template = self.template(
            "res.partner",
            attachment_ids=[Command.create({"name": "prices.txt", "raw": b"12 EUR"})],
        )
        self.assertTrue(self.listed()["About res.partner"]["has_files"])
        to = [{"name": "", "email": "rosa@conti.example"}]
        self.assertEqual(self.applied(template, to=to)["attachments"], [])
        draft = self.written(to=to)
        (file,) = self.applied(template, draft.id, to=to)["attachments"]
        self.assertEqual((file["filename"], file["size"]), ("prices.txt", 6))
        self.assertEqual(draft.sudo()._attachments().raw, b"12 EUR")
        self.assertEqual(template.attachment_ids.raw, b"12 EUR", "it keeps its own")
        with self.assertRaises(UserError):
            self.client(self.colleague).compose_apply_template(
                template.id, "template", self.values(to=to), draft.id
            )
