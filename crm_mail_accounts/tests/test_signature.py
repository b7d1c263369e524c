import base64

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import Mailbox, MailCase

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestSignature(MailCase):
    """What stands under a mail, and who decides it."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.account = self.new_account()
        self.owner.name = "Rosa Maria Conti"
        self.owner.partner_id.write({"function": "Sales", "phone": "+39 06 123"})
        self.colleague.name = "Bo <b>Berg</b>"
        self.env.flush_all()

    def central(self, body="<p>$Users||first_name$</p>", **values):
        return (
            self.env["crm.mail.signature"]
            .with_user(self.administrator)
            .create({"name": "Central", "body": body, **values})
        )

    def shown(self, user=None, account=None):
        account = self.account if account is None else account
        return str(account.with_user(user or self.owner)._signature_html())

    # -- one's own ---------------------------------------------------------------

    def test_a_mailbox_has_a_signature_of_text_pictures_and_links(self):
        """[E7]"""
        self.assertEqual(self.shown(), "")
        with Form(self.account.with_user(self.owner)) as form:
            form.signature = (
                '<p>Rosa <a href="https://x.example">Site</a>'
                '<img src="/web/image/1"><script>alert(1)</script></p>'
            )
        shown = self.shown()
        self.assertIn('<a href="https://x.example">Site</a>', shown)
        self.assertIn('<img src="/web/image/1">', shown)
        self.assertNotIn("script", shown)
        other = self.new_account(username=Mailbox().username)
        self.assertEqual(self.shown(account=other), "")

    def test_the_signature_of_the_preferences_is_used_by_choice_alone(self):
        """[E7]"""
        self.owner.signature = "<p>From my preferences</p>"
        self.assertEqual(self.shown(), "")
        self.account.with_user(self.owner).signature_mode = "preferences"
        self.assertEqual(self.shown(), "<p>From my preferences</p>")
        self.account.with_user(self.owner).signature_mode = "none"
        self.assertEqual(self.shown(), "")

    def test_the_form_shows_at_once_what_is_chosen(self):
        """[E7] [E8]"""
        self.owner.signature = "<p>From my preferences</p>"
        self.central(mandatory=False)
        with Form(self.account.with_user(self.owner)) as form:
            form.signature_mode = "preferences"
            self.assertEqual(form.signature_preview, "<p>From my preferences</p>")
            form.signature_mode = "company"
            self.assertEqual(form.signature_preview, "<p>Rosa</p>")

    def test_nobody_else_writes_or_reads_it_as_such(self):
        """[E7]"""
        self.account.with_user(self.owner).signature = "<p>Mine</p>"
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {
                "account_id": self.account.id,
                "user_id": self.colleague.id,
                "may_send_as": True,
            }
        )
        for user in (self.colleague, self.administrator):
            with self.assertRaises(AccessError):
                self.account.with_user(user).signature = "<p>Other</p>"
        with self.assertRaises(AccessError):
            self.account.with_user(self.administrator).read(["signature"])
        # who sends for the owner shows it
        self.assertEqual(self.shown(self.colleague), "<p>Mine</p>")

    def test_who_sends_for_the_owner_gets_the_pictures_with_it(self):
        """[E7]"""
        picture, other = self.env["ir.attachment"].create(
            [
                {
                    "name": "logo.png",
                    "raw": PIXEL,
                    "res_model": model,
                    "res_id": self.account.id,
                }
                for model in ("crm.mail.account", "crm.mail.folder")
            ]
        )
        self.account.signature = (
            f'<p><img src="/web/image/{picture.id}-a1/logo.png?access_token=x">'
            f'<img src="/web/image/{other.id}"></p>'
        )
        self.assertIn(f"/web/image/{picture.id}-a1", self.shown())
        shown = self.shown(self.colleague)
        data = base64.b64encode(PIXEL).decode()
        self.assertIn(f'<img src="data:image/png;base64,{data}">', shown)
        self.assertIn(f'<img src="/web/image/{other.id}">', shown)

    # -- the company's -----------------------------------------------------------

    def test_one_signature_is_filled_in_for_each_user(self):
        """[E8] The form of the manual, with spaces and a backslash, is understood."""
        self.central(
            r"<p>$Users||first_name$ \$Users| |last_name$<br>$Users||roleid$<br>"
            "Tel $Users||phone$ | $Company||name$</p>"
        )
        company = self.owner.company_id.name
        self.assertEqual(
            self.shown(),
            f"<p>Rosa Maria Conti<br>Sales<br>Tel +39 06 123 | {company}</p>",
        )
        other = self.new_account(user_id=self.colleague.id)
        self.assertEqual(
            self.shown(self.colleague, other),
            f"<p>Bo &lt;b&gt;Berg&lt;/b&gt;<br>{company}</p>",
        )

    def test_names_are_read_both_ways_round(self):
        """[E8]"""
        self.central("<p>$Users||last_name$/$Users||first_name$</p>")
        for name, shown in (("Conti, Rosa", "Conti/Rosa"), ("Rosa", "Rosa")):
            self.owner.name = name
            self.assertEqual(self.shown(), f"<p>{shown}</p>")

    def test_the_administrator_decides_where_it_must_be_used(self):
        """[E8]"""
        self.account.with_user(self.owner).signature = "<p>Mine</p>"
        central = self.central(mandatory=False)
        self.assertEqual(self.shown(), "<p>Mine</p>")
        self.assertFalse(self.account.with_user(self.owner).signature_forced)
        self.account.with_user(self.owner).signature_mode = "company"
        self.assertEqual(self.shown(), "<p>Rosa</p>")
        self.account.with_user(self.owner).signature_mode = "own"
        central.mandatory = True
        self.env.invalidate_all()
        self.assertEqual(self.shown(), "<p>Rosa</p>")
        self.assertTrue(self.account.with_user(self.owner).signature_forced)
        self.assertEqual(
            str(self.account.with_user(self.owner).signature_preview), "<p>Rosa</p>"
        )

    def test_it_applies_to_some_mailboxes_only(self):
        """[E8]"""
        provider = self.env.ref("crm_mail_accounts.provider_system")
        sister = self.env["res.company"].create({"name": "Sister"})
        self.administrator.company_ids += sister
        cases = (
            ({"apply_to": "domain", "domains": "x.example @LIVE.test"}, True),
            ({"apply_to": "domain", "domains": "other.test"}, False),
            ({"apply_to": "provider", "provider_ids": provider.ids}, False),
            ({"company_id": sister.id}, False),
            ({"company_id": False}, True),
        )
        for values, applies in cases:
            with self.subTest(**values):
                if ids := values.get("provider_ids"):
                    values["provider_ids"] = [Command.set(ids)]
                central = self.central(**values)
                self.assertEqual(bool(self.shown()), applies)
                central.sudo().unlink()
        self.account.provider_id = provider
        self.central(apply_to="provider", provider_ids=[Command.set(provider.ids)])
        self.assertEqual(self.shown(), "<p>Rosa</p>")

    def test_the_first_one_that_applies_counts(self):
        """[E8]"""
        self.central("<p>Second</p>", sequence=2)
        self.central("<p>First</p>", sequence=1)
        self.assertEqual(self.shown(), "<p>First</p>")

    def test_who_writes_in_the_owners_name_signs_as_the_owner(self):
        """[E8]"""
        self.central()
        self.assertEqual(self.shown(self.colleague), "<p>Bo</p>")
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {
                "account_id": self.account.id,
                "user_id": self.colleague.id,
                "may_send_as": True,
            }
        )
        self.assertEqual(self.shown(self.colleague), "<p>Rosa</p>")

    def test_without_a_mailbox_it_is_the_companys_or_ones_own(self):
        none = self.env["crm.mail.account"]
        self.owner.signature = "<p>From my preferences</p>"
        self.assertEqual(self.shown(account=none), "<p>From my preferences</p>")
        self.central()
        self.assertEqual(self.shown(account=none), "<p>Rosa</p>")

    def test_a_preview_for_any_user(self):
        """[E8] No mailbox is needed for it, and none is read."""
        self.administrator.name = "Ada Admin"
        with Form(self.central()) as form:
            self.assertEqual(form.preview, "<p>Ada</p>")
            form.preview_user_id = self.owner
            self.assertEqual(form.preview, "<p>Rosa</p>")
            form.body = "<p>$Users||last_name$</p>"
            self.assertEqual(form.preview, "<p>Maria Conti</p>")

    def test_what_is_not_in_the_list_cannot_be_asked_for(self):
        """[E8]"""
        for name in ("$Users||password$", "$Company||partner_id$", "$Leads||name$"):
            with self.assertRaisesRegex(ValidationError, r"\$Users\|\|first_name\$"):
                self.central(f"<p>{name}</p>")
        for values in ({"apply_to": "provider"}, {"apply_to": "domain"}):
            with self.assertRaises(ValidationError):
                self.central(**values)

    def test_users_read_signatures_and_administrators_change_them(self):
        central = self.central()
        portal = new_test_user(
            self.env, login="mail_portal", groups="base.group_portal"
        )
        public = self.env.ref("base.public_user")
        for user, operations in (
            (self.administrator, {"read", "write", "create", "unlink"}),
            (self.owner, {"read"}),
            (portal, set()),
            (public, set()),
        ):
            for operation in ("read", "write", "create", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertEqual(
                        central.with_user(user).has_access(operation),
                        operation in operations,
                    )
        central.sudo().company_id = self.env["res.company"].create({"name": "Sister"})
        self.assertFalse(central.with_user(self.owner).has_access("read"))
