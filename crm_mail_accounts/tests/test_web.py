from odoo.tests import tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker


@tagged("post_install", "-at_install")
class TestUnits(HOOTCommon):
    """The unit tests of the mail screen's components."""

    def test_hoot(self):
        suite = self._generate_hash("@crm_mail_accounts")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
