from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("at_install", "-post_install")
class TestInstallation(TransactionCase):
    """What a fresh installation gives; run by the host's own runner as well."""

    def test_every_salesperson_has_messages(self):
        user = new_test_user(
            self.env,
            login="sells",
            groups="base.group_user,sales_team.group_sale_salesman",
        )
        self.assertTrue(user.has_group("crm_mail_accounts.group_user"))
        menu = self.env.ref("crm_mail_accounts.messages_menu_root")
        self.assertIn(menu, menu.with_user(user).search([("id", "=", menu.id)]))

    def test_somebody_who_does_not_sell_has_no_messages(self):
        user = new_test_user(self.env, login="clerk", groups="base.group_user")
        self.assertFalse(user.has_group("crm_mail_accounts.group_user"))
        menu = self.env.ref("crm_mail_accounts.messages_menu_root")
        self.assertNotIn(menu.id, menu.with_user(user)._visible_menu_ids())

    def test_two_lanes_are_scheduled(self):
        lanes = self.env["crm.mail.account"]._sync_lanes()
        self.assertEqual(len(lanes), 2)
        self.assertTrue(all(lanes.mapped("active")))

    def test_the_screen_has_an_address_of_its_own(self):
        action = self.env.ref("crm_mail_accounts.messages_action")
        self.assertEqual(action.path, "crm-messages")
