from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestUnits(HttpCase):
    """The unit tests of the mail screen's components."""

    def test_hoot(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            "&filter=@crm_mail_accounts",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
