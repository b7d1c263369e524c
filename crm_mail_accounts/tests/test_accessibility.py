from odoo.tests import tagged

from .axe_common import AxeCase
from .common import Mailbox, simple_mail

SCREEN = ".o_crm_mail_client"
PANE = ".o_crm_mail_reading_pane"
SIDE = ".o_crm_mail_client > .o_crm_mail_panes > aside"
CONTACT_NAME = ".o_crm_mail_contact_form_name"
OPPORTUNITY = ".o_crm_mail_opportunity_form"
PREVIEW = ".o_crm_mail_preview_page"
EMPTY = ".o_crm_mail_list_empty"
SEARCH_MENU = ".o_crm_mail_search_filters"
SETTINGS = ".o_crm_mail_menu_settings"
DIALOG = ".o_crm_mail_settings_dialog"
DIALOGS = ".o_dialog"
MENU = ".o-dropdown--menu"
PICKER = ".o_crm_mail_folder_picker"
LINK = ".o_crm_mail_link_dialog"
FILTERS = ".o_crm_mail_filter_dialog"
EDITOR = ".o_crm_mail_filter_editor"
NOTIFY = "#o_crm_mail_setting_notify"
COMPOSER = ".o_crm_mail_composer"
SCHEDULE = ".o_crm_mail_schedule"
FORM = ".o_form_view"
# The tabs above it are the host's.
PAGE = f"{DIALOG} .tab-content"


@tagged("post_install", "-at_install")
class TestAccessibility(AxeCase):
    """Every main state through axe-core: no serious finding in any of them."""

    def test_the_first_run(self):
        self.check(("welcome", "", ".o_crm_mail_welcome", SCREEN))

    def test_folders_and_lists(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Earlier"), flags=r"(\Seen \Flagged)")
        self.mailbox.append(*(simple_mail(f"Chairs {n}") for n in range(3)))
        self.mailbox.append(simple_mail("Old"), folder="Projects/Old", create=True)
        first = self.new_account()
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Second mailbox"))
        second = self.new_account()
        self.work(first)
        self.work(second)
        self.check(
            ("list", "", ".o_crm_mail_row", SCREEN),
            ("selection", ".o_crm_mail_row_check", ".o_crm_mail_selection", SCREEN),
            ("cleared", ".o_crm_mail_select_nothing", ".o_crm_mail_count", SCREEN),
            ("flagged", "[data-place='special-flagged']", ".o_crm_mail_row", SCREEN),
            ("nothing", "[data-place='special-shared']", EMPTY, SCREEN),
            ("scheduled", "[data-kind='scheduled']", ".o_crm_mail_outgoing", SCREEN),
            ("folder", "[data-role='inbox']", ".o_crm_mail_row", SCREEN),
            ("menu", ".o_crm_mail_folder_dots", ".o_crm_mail_folder_action", SCREEN),
        )

    def test_search_settings_and_composer(self):
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Chairs {n}") for n in range(3)))
        self.work(self.new_account())
        self.check(
            ("menu of filters", SEARCH_MENU, ".o_crm_mail_filter_unread", SCREEN),
            ("filtered", ".o_crm_mail_filter_unread", ".o_crm_mail_facet", SCREEN),
            (
                "everywhere",
                ".o_crm_mail_scope[data-everywhere='true']",
                ".o_crm_mail_row_place",
                SCREEN,
            ),
            ("gear", ".o_crm_mail_settings", SETTINGS, SCREEN),
            ("settings", SETTINGS, DIALOG, PAGE),
            ("accounts", f"{DIALOG} li:last-child a", f"{DIALOG} [data-page]", PAGE),
            (
                "composer",
                ".o_crm_mail_folder_list .o_crm_mail_write",
                ".o_crm_mail_editable",
                ".o_crm_mail_composer",
            ),
        )

    def test_dialogs_and_menus(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Chairs"), simple_mail("Tables"))
        self.mailbox.append(simple_mail("Old"), folder="Projects/Old", create=True)
        self.work(self.new_account())
        closed = ("closed", f"{DIALOGS} .btn-close", f"body:not(:has({DIALOGS}))", "")
        folded = f"body:not(:has({MENU}))"
        more, dots = f"{PANE} .o_crm_mail_more_actions", ".o_crm_mail_message_menu"
        gear, send = ".o_crm_mail_settings", ".o_crm_mail_send_menu"
        self.check(
            ("mail", ".o_crm_mail_row", dots, ""),
            ("menu of a mail", dots, MENU, MENU),
            ("folded", dots, folded, ""),
            ("more actions", more, MENU, MENU),
            ("folded", more, folded, ""),
            ("move", f"{PANE} [data-action='move']", PICKER, PICKER),
            closed,
            ("keys", "key ?", ".o_crm_mail_keys_help", DIALOGS),
            closed,
            ("link", "key l", LINK, LINK),
            closed,
            ("more actions", more, MENU, ""),
            ("filter", f"{MENU} [data-action='filter']", EDITOR, FILTERS),
            closed,
            ("gear", gear, SETTINGS, MENU),
            ("settings", SETTINGS, DIALOG, PAGE),
            ("notifications", f"{DIALOG} li:nth-child(2) a", NOTIFY, PAGE),
            closed,
            ("composer", "key c", ".o_crm_mail_editable", COMPOSER),
            ("ways to send", send, MENU, MENU),
            ("schedule", ".o_crm_mail_schedule_item", SCHEDULE, SCHEDULE),
            closed,
            ("menu of it", ".o_crm_mail_compose_menu", MENU, MENU),
        )

    def test_the_form_of_an_account(self):
        self.mailbox = Mailbox()
        account = self.new_account()
        self.work(account)
        self.check(
            ("form", "", f"{FORM} .o_field_widget", f"{FORM} .o_form_sheet"),
            path=f"/odoo/crm.mail.account/{account.id}",
        )

    def test_a_mail_and_all_that_stands_beside_it(self):
        self.mailbox = Mailbox()
        mail = simple_mail("Chairs", "pay@bank.example <rosa@conti.example>")
        mail.add_alternative(
            '<p>See</p><img src="https://x.example/1.png"><blockquote>Old</blockquote>'
            '<a href="https://evil.example">www.bank.example</a>',
            subtype="html",
        )
        mail.add_attachment("text", filename="notes.txt")
        mail.add_attachment(b"\0", "application", "zip", filename="all.zip")
        self.mailbox.append(simple_mail("Earlier"), mail)
        account = self.new_account()
        self.work(account)
        newest = self.env["crm.mail.message"].search([("subject", "=", "Chairs")])
        self.client().open_message(newest.id)
        row = f".o_crm_mail_row[data-message-id='{newest.id}']"
        self.check(
            ("nothing open", "", ".o_crm_mail_nothing_open", PANE),
            ("mail", row, ".o_crm_mail_warning", PANE),
            ("panel", "", ".o_crm_mail_no_contact", SIDE),
            ("contact", ".o_crm_mail_new_contact", CONTACT_NAME, SIDE),
            ("opportunity", ".o_crm_mail_new_opportunity", OPPORTUNITY, SIDE),
            (
                "address",
                ".o_crm_mail_address",
                ".o_crm_mail_address_card",
                ".o_popover",
            ),
            ("file", ".o_crm_mail_attachment_show", PREVIEW, ".o_dialog"),
        )
