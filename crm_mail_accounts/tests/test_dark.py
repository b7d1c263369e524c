from odoo.tests import tagged

from .axe_common import AxeCase
from .common import Mailbox, simple_mail
from .dark_theme import use_dark_theme

SCREEN = ".o_crm_mail_client"
PANE = ".o_crm_mail_reading_pane"
SIDE = ".o_crm_mail_client > .o_crm_mail_panes > aside"
MENU = ".o-dropdown--menu"
DIALOGS = ".o_dialog"
SETTINGS = ".o_crm_mail_menu_settings"
DIALOG = ".o_crm_mail_settings_dialog"
PICKER = ".o_crm_mail_folder_picker"
EMPTY = ".o_crm_mail_list_empty"
PREVIEW = ".o_crm_mail_preview_page"
COMPOSER = ".o_crm_mail_composer"
CLOSED = ("closed", f"{DIALOGS} .btn-close", f"body:not(:has({DIALOGS}))", "")


@tagged("post_install", "-at_install")
class TestDark(AxeCase):
    """A dark theme: what is read has contrast, and nothing lights up but paper."""

    rules = ["color-contrast"]
    paper = ".o_crm_mail_frame_sheet, .o_crm_mail_quote, .o_crm_mail_signature"

    def setUp(self):
        super().setUp()
        use_dark_theme(self)
        self.mailbox = Mailbox()

    def test_the_screen_in_the_dark(self):
        self.mailbox.append(simple_mail("Earlier"), flags=r"(\Seen \Flagged)")
        self.mailbox.append(*(simple_mail(f"Chairs {n}") for n in range(3)))
        self.work(self.new_account())
        gear = ".o_crm_mail_settings"
        page = f"{DIALOG} .tab-content"
        self.check(
            ("list", "", ".o_crm_mail_row", SCREEN),
            ("filters", ".o_crm_mail_search_filters", MENU, MENU),
            ("unread", ".o_crm_mail_filter_unread", ".o_crm_mail_facet", SCREEN),
            ("selection", ".o_crm_mail_row_check", ".o_crm_mail_selection", SCREEN),
            ("empty", "[data-place='special-shared']", EMPTY, SCREEN),
            ("scheduled", "[data-kind='scheduled']", ".o_crm_mail_outgoing", SCREEN),
            ("inbox", "[data-role='inbox']", ".o_crm_mail_row", ""),
            ("keys", "key ?", ".o_crm_mail_keys_help", DIALOGS),
            CLOSED,
            ("gear", gear, SETTINGS, MENU),
            ("settings", SETTINGS, DIALOG, page),
            ("accounts", f"{DIALOG} li:last-child a", f"{DIALOG} [data-page]", page),
        )

    def test_a_mail_and_its_answer_in_the_dark(self):
        plain = simple_mail("Tables")
        plain.add_attachment("Two\n> One", filename="notes.txt")
        bright = simple_mail("Chairs", "pay@bank.example <rosa@conti.example>")
        bright.add_alternative(
            '<p style="color: #222">See</p><img src="https://x.example/1.png">'
            '<a href="https://evil.example">www.bank.example</a>',
            subtype="html",
        )
        self.mailbox.append(plain, bright)
        self.work(self.new_account())
        mails = self.env["crm.mail.message"].search([], order="id desc", limit=2)
        ids = {mail.subject: mail.id for mail in mails}
        row = ".o_crm_mail_row[data-message-id='%s']"
        self.check(
            ("mail", row % ids["Tables"], ".o_crm_mail_frame_dark", PANE),
            ("file", ".o_crm_mail_attachment_show", PREVIEW, DIALOGS),
            CLOSED,
            ("paper", row % ids["Chairs"], ".o_crm_mail_frame_sheet", PANE),
            ("panel", "", ".o_crm_mail_no_contact", SIDE),
            ("move", f"{PANE} [data-action='move']", PICKER, PICKER),
            CLOSED,
            ("answer", "key r", ".o_crm_mail_unfold", COMPOSER),
            ("quote", ".o_crm_mail_unfold", f"{COMPOSER} blockquote", COMPOSER),
        )
