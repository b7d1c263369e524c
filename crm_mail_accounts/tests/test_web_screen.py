from odoo.tests import tagged

from .common import Mailbox, simple_mail
from .tour_common import MESSAGES, TourCase


class ScreenCase(TourCase):
    """A mailbox with a few mails, and Chromium in front of it."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        for number in range(1, 6):
            mail = simple_mail(f"Mail {number}")
            if number == 1:
                mail.set_content("The zeppelin is late.")
            if number == 2:
                mail.add_attachment("text", filename="notes.txt")
            self.mailbox.append(mail)
        contract = simple_mail("Contract")
        contract.add_attachment("text", filename="contract.txt")
        self.mailbox.append(contract, folder="Projects", create=True)
        with self.mailbox.client() as client:
            client.create("Archive")
        self.account = self.new_account(name="First")
        self.work(self.account)

    def subjects(self, account, role):
        """What the screen says that lies in a folder."""
        folder = self.folder(account, role)
        found = self.env["crm.mail.message"].search(
            [("shown_folder_id", "=", folder.id)]
        )
        return sorted(found.mapped("subject"))


@tagged("post_install", "-at_install")
class TestScreen(ScreenCase):
    """The screen as people use it, against the live servers."""

    def test_an_inbox_is_cleared_by_mouse(self):
        self.tour("crm_mail_accounts_triage_by_mouse")
        self.assertEqual(
            self.subjects(self.account, "inbox"),
            ["Mail 1", "Mail 2", "Mail 3", "Mail 4"],
        )
        self.assertEqual(self.subjects(self.account, "archive"), ["Mail 5"])
        # Nothing was lost on the way: what waits is pushed, and the server has it.
        self.work(self.account)
        self.assertEqual(len(self.mailbox.flags()), 4)
        self.assertEqual(len(self.mailbox.flags("Archive")), 1)

    def test_an_inbox_is_cleared_by_the_keyboard_alone(self):
        self.tour("crm_mail_accounts_triage_by_keys")
        self.assertEqual(
            self.subjects(self.account, "inbox"),
            ["Mail 1", "Mail 2", "Mail 3", "Mail 4"],
        )
        flagged = self.env["crm.mail.message"].search([("flagged", "=", True)])
        self.assertEqual(flagged.mapped("subject"), ["Mail 4"])

    def test_searching_everywhere(self):
        self.tour("crm_mail_accounts_search")
        self.assertEqual(self.subjects(self.account, "trash"), ["Contract"])

    def test_several_mailboxes_as_one(self):
        first = self.mailbox
        self.mailbox = Mailbox()
        with self.mailbox.client() as client:
            client.create("Archive")
        self.mailbox.append(*(simple_mail(f"Other {n}") for n in (1, 2)))
        second = self.new_account(name="Second")
        self.work(second)
        self.tour("crm_mail_accounts_unified")
        self.assertEqual(self.subjects(self.account, "archive"), ["Mail 5"])
        self.assertEqual(self.subjects(second, "archive"), ["Other 2"])
        self.work()
        self.assertEqual(len(first.flags("Archive")), 1)
        self.assertEqual(len(self.mailbox.flags("Archive")), 1)

    def test_addresses_lead_to_places_and_the_browser_goes_back_and_forward(self):
        mail = self.env["crm.mail.message"].search([("subject", "=", "Contract")])
        self.tour(
            "crm_mail_accounts_places",
            f"{MESSAGES}?crm_mail_folder={mail.shown_folder_id.id}&crm_mail_message={mail.id}",
        )

    def test_what_another_tab_has_done_is_seen(self):
        self.tour("crm_mail_accounts_two_tabs")
        self.assertEqual(self.subjects(self.account, "archive"), ["Mail 5"])

    def test_the_layout_is_as_it_was_set(self):
        """[E1] [E2]"""
        self.tour("crm_mail_accounts_settings")
        layout = self.client().bootstrap()["layout"]
        chosen = {"preview": False, "threads": False, "density": "compact"}
        chosen |= {"pane": "below", "sound": True, "notify": False, "merge": True}
        self.assertEqual({name: layout[name] for name in chosen}, chosen)


@tagged("post_install", "-at_install")
class TestPhone(ScreenCase):
    """The same screen in a window as wide as a phone."""

    browser_size = "390x780"
    touch_enabled = True

    def test_one_pane_at_a_time_and_rows_that_are_swiped(self):
        self.tour("crm_mail_accounts_phone")
        self.assertEqual(self.subjects(self.account, "archive"), ["Mail 3"])
