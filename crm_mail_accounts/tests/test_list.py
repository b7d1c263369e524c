from datetime import timedelta
from email.message import EmailMessage
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import message_query, read_ahead
from .common import Mailbox, MailCase, simple_mail


def mail(subject, number, *answers, sender="Rosa Conti <rosa@conti.example>", text=""):
    found = simple_mail(subject, sender)
    found.replace_header("Message-ID", f"<{number:08d}.list@conti.example>")
    if answers:
        ids = [f"<{one:08d}.list@conti.example>" for one in answers]
        found["References"] = " ".join(ids)
        found["In-Reply-To"] = ids[-1]
    if text:
        found.set_content(text)
    return found


class ListCase(MailCase):
    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    def ready_account(self, **values):
        account = self.new_account(**values)
        self.work(account)
        return account

    def second_account(self, *mails, **folders):
        first, self.mailbox = self.mailbox, Mailbox()
        if mails:
            self.mailbox.append(*mails)
        for folder, each in folders.items():
            self.mailbox.append(*each, folder=folder)
        account = self.ready_account()
        self.mailbox = first
        return account

    def subjects(self, view, threads=False, limit=50, user=None):
        """All pages of a view."""
        found, before = [], False
        for _page in range(20):
            page = self.client(user).list_messages(view, before, limit, threads)
            found += [row["subject"] for row in page["rows"]]
            before = page["before"]
            if not before:
                return found
        raise AssertionError("a list without end")

    def search(self, *words, view=None, **search):
        if words:
            search["words"] = [["text", word] for word in words]
        return sorted(self.subjects({**(view or {}), "search": search}))


@tagged("post_install", "-at_install")
class TestViews(ListCase):
    """Folders, unified folders, special folders."""

    def setUp(self):
        super().setUp()
        self.mailbox.append(*(simple_mail(f"A{n}") for n in range(4)))
        self.mailbox.append(simple_mail("A sent"), folder="Sent")
        self.account = self.ready_account()
        self.other = self.second_account(
            *(simple_mail(f"B{n}") for n in range(3)), Sent=[simple_mail("B sent")]
        )
        # one clock for both mailboxes: A0 B0 A1 B1 A2 B2 A3
        start = self.env.cr.now().replace(microsecond=0, tzinfo=None)
        for message in self.env["crm.mail.message"].search([]):
            letter, number = message.subject[0], message.subject[1:]
            if number.isdigit():
                minutes = 2 * int(number) + (letter == "B")
                message.internal_date = start + timedelta(minutes=minutes)
        self.env.flush_all()

    def test_a_role_of_all_mailboxes_is_one_list(self):
        """[D2]"""
        together = ["A3", "B2", "A2", "B1", "A1", "B0", "A0"]
        for limit in (50, 3, 2, 1):
            self.assertEqual(
                self.subjects({"role": "inbox"}, limit=limit), together, limit
            )
        self.assertEqual(sorted(self.subjects({"role": "sent"})), ["A sent", "B sent"])
        page = self.client().list_messages({"role": "inbox"})
        self.assertEqual((page["total"], page["indexed"]), (7, 7))

    def test_somebody_elses_mail_is_in_no_list_of_mine(self):
        for view in ({"role": "inbox"}, {"special": "flagged"}, {}):
            self.assertEqual(self.subjects(view, user=self.colleague), [])

    def test_an_account_of_a_delegate_is_in_the_unified_list(self):
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {"account_id": self.other.id, "user_id": self.colleague.id}
        )
        self.assertEqual(
            self.subjects({"role": "inbox"}, user=self.colleague), ["B2", "B1", "B0"]
        )

    def test_flagged_mails_of_all_folders_are_one_list(self):
        """[D6] with its counter"""
        wanted = self.env["crm.mail.message"].search(
            [("subject", "in", ["A1", "B2", "A sent"])]
        )
        self.client().mark(wanted.ids, ["flagged"])
        self.assertEqual(
            set(self.subjects({"special": "flagged"}, limit=2)), {"A1", "B2", "A sent"}
        )
        self.assertEqual(self.client().progress()["specials"]["flagged"], 3)
        self.client().delete(wanted.filtered(lambda one: one.subject == "A1").ids)
        self.assertEqual(self.client().progress()["specials"]["flagged"], 3)
        page = self.client().list_messages({"special": "flagged"})
        self.assertEqual(page["total"], 3)

    def test_imported_is_what_is_linked_and_on_no_server_any_more(self):
        """[D8] the special folders; what was linked and deleted is in Imported"""
        specials = self.client().bootstrap()["specials"]
        self.assertEqual(specials, {"flagged": 0, "imported": 0, "shared": 0})
        linked = self.env["crm.mail.message"].search([("subject", "=", "A2")])
        other = self.env["crm.mail.message"].search([("subject", "=", "A1")])
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "user_id": self.owner.id, "type": "opportunity"}
        )
        self.client().link_message(linked.id, "crm.lead", lead.id)
        (linked | other).sudo().write(
            {
                "state": "unplaced",
                "folder_id": False,
                "shown_folder_id": False,
                "uid": False,
            }
        )
        self.assertEqual(self.subjects({"special": "imported"}), ["A2"])
        theirs = self.subjects({"special": "imported"}, user=self.colleague)
        self.assertEqual(theirs, [])
        self.assertEqual(self.client().progress()["specials"]["imported"], 1)
        self.assertEqual(self.subjects({"special": "shared"}), [])

    def test_a_list_that_does_not_exist_is_refused(self):
        for view in (
            {"role": "nonsense"},
            {"special": "nonsense"},
            {"search": {"words": [["body; DROP", "x"]]}},
            {"search": {"flags": ["nonsense"]}},
            {"search": {"since": "yesterday"}},
        ):
            with self.assertRaises(UserError):
                self.client().list_messages(view)

    def test_all_that_match_can_be_selected(self):
        found = self.client().select_all({"role": "inbox"})
        self.assertEqual((len(found["mails"]), found["more"]), (7, False))
        message_id, account_id, folder_id, seen, flagged = found["mails"][0]
        message = self.env["crm.mail.message"].browse(message_id)
        self.assertEqual(account_id, message.account_id.id)
        self.assertEqual(folder_id, message.shown_folder_id.id)
        self.assertEqual((seen, flagged), (False, False))
        some = self.client().select_all(
            {"role": "inbox", "search": {"words": [["subject", "B"]]}}
        )
        self.assertEqual(len(some["mails"]), 3)

    def test_the_mail_that_came_last_is_told_if_somebody_wants_to_know(self):
        """As it came: one was days on its way, one another client has moved here."""
        late = mail("Late", 2)
        late.replace_header("Date", "Mon, 02 Mar 2020 10:00:00 +0000")
        self.mailbox.append(mail("Moved", 3), folder="Old", create=True)
        account = self.ready_account()
        self.mailbox.append(mail("First", 1))
        self.mailbox.append(late)
        self.work(account)
        inbox = self.folder(account, "inbox")

        def told():
            newest = self.client().newest_unread(inbox.id)
            return newest and newest["subject"]

        self.assertEqual(told(), "Late")
        with self.mailbox.client() as client:
            client.select("Old")
            client.copy("1", "INBOX")
            client.store("1", "+FLAGS", r"\Deleted")
            client.expunge()
        self.work(account)
        self.assertEqual(told(), "Moved")
        mails = self.env["crm.mail.message"].search([("folder_id", "=", inbox.id)])
        by_subject = mails.grouped("subject")
        by_subject["Moved"].quiet = True
        self.assertEqual(told(), "Late")
        self.client().mark(mails.ids, ["seen"])
        self.assertFalse(told())

    def test_the_statements_of_a_page_do_not_grow_with_it(self):
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "user_id": self.owner.id, "type": "opportunity"}
        )
        for row in self.client().list_messages({"role": "inbox"})["rows"][:3]:
            self.client().link_message(row["id"], "crm.lead", lead.id)
        counts = []
        for limit in (2, 7):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.client().list_messages({"role": "inbox"}, False, limit, True)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)


@tagged("post_install", "-at_install")
class TestThreadRows(ListCase):
    """Conversations as rows of a list."""

    def setUp(self):
        super().setUp()
        # two conversations, and a mail alone between them
        self.mailbox.append(
            mail("Order", 1),
            mail("Other", 5),
            mail("Re: Order", 2, 1, sender="Anna <anna@conti.example>"),
            mail("Alone", 9),
            mail("Re: Other", 6, 5),
        )
        self.mailbox.append(
            mail("Re: Order, from me", 3, 1, sender="Me <me@live.test>"),
            folder="Sent",
            flags="(\\Seen)",
        )
        self.account = self.ready_account()
        self.inbox = self.folder(self.account, "inbox")
        mine = self.env["crm.mail.message"].search([("subject", "like", "from me")])
        mine.internal_date += timedelta(minutes=1)

    def test_one_row_stands_for_a_conversation(self):
        """[E2]"""
        for limit in (50, 2, 1):
            self.assertEqual(
                self.subjects(self.inbox.id, threads=True, limit=limit),
                ["Re: Other", "Alone", "Re: Order"],
            )
        rows = self.client().list_messages(self.inbox.id, False, 50, True)["rows"]
        other, alone, order = rows
        self.assertFalse(alone["thread"])
        self.assertEqual(order["thread"]["count"], 3, "with the one in Sent")
        self.assertEqual(order["thread"]["unread"], 2)
        self.assertEqual(
            [person["name"] for person in order["thread"]["people"]],
            ["Rosa Conti", "Anna", "Me"],
        )
        self.assertEqual(len(order["thread"]["ids"]), 2, "of those in the inbox")
        self.assertEqual(other["thread"]["count"], 2)

    def test_without_threads_every_mail_is_a_row(self):
        self.assertEqual(len(self.subjects(self.inbox.id)), 5)
        rows = self.client().list_messages(self.inbox.id)["rows"]
        self.assertFalse(any(row["thread"] for row in rows))

    def test_what_is_filtered_stands_for_its_conversation(self):
        newest = self.env["crm.mail.message"].search([("subject", "=", "Re: Order")])
        self.client().mark(newest.ids, ["seen"])
        view = {"folder_id": self.inbox.id, "search": {"flags": ["unread"]}}
        self.assertEqual(
            self.subjects(view, threads=True), ["Re: Other", "Alone", "Order"]
        )

    def test_a_conversation_opens_over_all_folders_oldest_first(self):
        row = self.client().list_messages(self.inbox.id, False, 50, True)["rows"][2]
        opened = self.client().open_thread(row["thread_id"])["rows"]
        self.assertEqual(
            [each["subject"] for each in opened],
            ["Order", "Re: Order", "Re: Order, from me"],
        )
        self.assertEqual(
            {each["folder_id"] for each in opened},
            {self.inbox.id, self.folder(self.account, "sent").id},
        )

    def test_a_conversation_of_many_mails_is_one_row(self):
        self.mailbox.append(*(mail(f"Re: Order {n}", n, 1) for n in range(10, 40)))
        self.work(self.account)
        rows = self.client().list_messages(self.inbox.id, False, 50, True)["rows"]
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows[0]["thread"]["count"], 33)


@tagged("post_install", "-at_install")
class TestSearch(ListCase):
    """What is found in what is known here."""

    def setUp(self):
        super().setUp()
        invoice = mail("Fattura di marzo", 1, sender="Conti <ufficio@conti.example>")
        invoice.add_attachment(b"%PDF", maintype="application", subtype="pdf")
        news = EmailMessage()
        news["From"] = "Città Perù <peru@citta.example>"
        news["To"] = "Mario Zanetti <mario@zanetti.example>"
        news["Subject"] = "Orders were delayed"
        news["Date"] = "Mon, 02 Mar 2026 09:30:00 +0100"
        news.set_content("The zeppelin lands at dawn.")
        self.mailbox.append(
            invoice,
            news,
            mail("Offerte per l'ufficio", 3),
            mail("The meeting", 4, text="Only a word about nothing."),
        )
        self.mailbox.append(mail("Offerta inviata", 5), folder="Sent")
        self.account = self.ready_account()
        self.inbox = self.folder(self.account, "inbox")

    def test_words_are_found_in_subjects_as_they_are_typed(self):
        self.assertEqual(self.search("fatt"), ["Fattura di marzo"])
        self.assertEqual(self.search("FATTURA marz"), ["Fattura di marzo"])
        self.assertEqual(self.search("attura"), [])
        self.assertEqual(self.search("fattura aprile"), [], "every word counts")

    def test_few_and_many_that_are_found_are_listed_alike(self):
        """The database is asked in two ways, by how many there are."""
        view = {"search": {"words": [["text", "rosa"]]}}
        for threads in (False, True):
            few = self.subjects(view, threads, limit=2)
            self.assertGreater(len(few), 2)
            with patch.object(message_query, "COUNTED", 1):
                self.assertEqual(self.subjects(view, threads, limit=2), few)

    def test_pages_behind_the_first_know_whether_few_are_found(self):
        """Each page is looked for in the way that the first one was."""
        asked = []
        real = message_query.View.page

        def page(view, *args, few=False, **options):
            asked.append(few)
            return real(view, *args, few=few, **options)

        self.startPatch(message_query.View, "page", page)
        view = {"search": {"words": [["text", "rosa"]]}}
        pages = len(self.subjects(view, limit=1))
        self.assertEqual(set(asked), {True})
        self.assertGreaterEqual(len(asked), pages)
        asked.clear()
        with patch.object(message_query, "COUNTED", 1):
            self.subjects(view, limit=1)
        self.assertEqual(set(asked), {False})

    def test_word_forms_of_both_languages_are_one(self):
        self.assertEqual(
            self.search("offerta"), ["Offerta inviata", "Offerte per l'ufficio"]
        )
        self.assertEqual(self.search("ordering delays"), ["Orders were delayed"])
        self.assertEqual(self.search("meetings"), ["The meeting"])

    def test_accents_do_not_matter_on_either_side(self):
        for word in ("citta", "Città", "CITTÀ", "peru", "perù"):
            self.assertEqual(self.search(word), ["Orders were delayed"], word)

    def test_people_are_found_by_name_address_and_house(self):
        self.assertEqual(self.search("zanetti"), ["Orders were delayed"])
        self.assertEqual(self.search("mario@zanetti.example"), ["Orders were delayed"])
        by_place = {
            place: self.search(words=[[place, "peru"]])
            for place in ("from", "to", "subject")
        }
        self.assertEqual(by_place["from"], ["Orders were delayed"])
        self.assertEqual((by_place["to"], by_place["subject"]), ([], []))
        self.assertEqual(self.search(words=[["to", "mario"]]), ["Orders were delayed"])
        self.assertEqual(self.search(words=[["subject", "meetings"]]), ["The meeting"])

    def test_what_a_mail_says_is_found_once_it_is_known(self):
        self.assertEqual(self.search("zeppelins dawn"), ["Orders were delayed"])
        long = mail("Long", 30, text="word " * 400 + "hippopotamus")
        self.mailbox.append(long, folder="Sent")
        self.work(self.account)
        self.assertEqual(self.search("hippopotamus"), [], "beyond the preview")
        (row,) = self.client().list_messages(
            {"search": {"words": [["subject", "long"]]}}
        )["rows"]
        self.client().open_message(row["id"])
        self.assertEqual(self.search("hippopotamus"), ["Long"])
        self.assertEqual(self.search("long"), ["Long"], "and still by its subject")

    def test_characters_of_a_query_language_are_only_characters(self):
        for text in ("fattura & ! | ( ) : * <-> ' \\ \"", "fattura'", "(fattura"):
            self.assertEqual(self.search(text), ["Fattura di marzo"], text)
        self.assertEqual(self.search("& ! |"), [])
        self.assertEqual(self.search("\x00fattura"), ["Fattura di marzo"])

    def test_filters_and_words_narrow_together(self):
        every = {"subject": "Offerta inviata"}
        self.assertEqual(
            self.search("offerta", view={"folder_id": self.inbox.id}),
            ["Offerte per l'ufficio"],
        )
        self.assertEqual(
            self.search("offerta", view={"role": "sent"}), [every["subject"]]
        )
        self.assertEqual(self.search(flags=["attachment"]), ["Fattura di marzo"])
        meeting = self.env["crm.mail.message"].search([("subject", "=", "The meeting")])
        self.client().mark(meeting.ids, ["seen", "flagged"])
        self.assertEqual(self.search(flags=["flagged"]), ["The meeting"])
        self.assertNotIn("The meeting", self.search(flags=["unread"]))
        self.assertEqual(self.search("word", flags=["unread"]), [])

    def test_dates_accounts_and_records_narrow_too(self):
        meeting = self.env["crm.mail.message"].search([("subject", "=", "The meeting")])
        meeting.internal_date = "2020-05-05 10:00:00"
        self.assertEqual(self.search(before="2021-01-01 00:00:00"), ["The meeting"])
        self.assertNotIn("The meeting", self.search(since="2021-01-01 00:00:00"))
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "user_id": self.owner.id, "type": "opportunity"}
        )
        self.client().link_message(meeting.id, "crm.lead", lead.id)
        record = {"model": "crm.lead", "res_id": lead.id}
        self.assertEqual(self.search(record=record), ["The meeting"])
        self.assertEqual(self.search(linked_to="lea"), ["The meeting"])
        self.assertEqual(self.search(linked_to="nobody of this name"), [])
        self.assertEqual(self.search(flags=["linked"]), ["The meeting"])
        self.assertEqual(len(self.search(account_id=self.account.id)), 5)
        other = self.second_account(simple_mail("Elsewhere"))
        self.assertEqual(self.search(account_id=other.id), ["Elsewhere"])

    def test_mails_from_before_there_was_a_search_are_found_after_an_upgrade(self):
        self.env.cr.execute("UPDATE crm_mail_message SET search = NULL")
        self.assertEqual(self.search("fattura"), [])
        self.env["crm.mail.message"].init()
        self.assertEqual(self.search("fattura"), ["Fattura di marzo"])
        self.assertEqual(self.search("zeppelin"), ["Orders were delayed"])

    def test_the_words_of_a_mail_cannot_be_read_as_a_field(self):
        self.assertNotIn("search", self.env["crm.mail.message"]._fields)


@tagged("post_install", "-at_install")
class TestLayout(ListCase):
    """How the screen looks, for each user."""

    def test_the_three_switches_are_on_from_the_start(self):
        """[E1] [E2] [E3]"""
        layout = self.client().bootstrap()["layout"]
        switches = [layout[name] for name in ("preview", "threads", "merge")]
        self.assertEqual(switches, [True, True, True])
        self.assertEqual((layout["density"], layout["pane"]), ("comfortable", "right"))
        self.assertEqual((layout["notify"], layout["sound"]), (False, False))

    def test_a_choice_is_kept_for_its_user_alone(self):
        saved = self.client().save_layout({"threads": False, "pane": "below"})
        self.assertEqual((saved["threads"], saved["pane"]), (False, "below"))
        self.client().save_layout({"density": "compact"})
        layout = self.client().bootstrap()["layout"]
        self.assertEqual(
            (layout["threads"], layout["pane"], layout["density"], layout["merge"]),
            (False, "below", "compact", True),
        )
        self.assertTrue(self.client(self.colleague).bootstrap()["layout"]["threads"])

    def test_what_is_no_setting_is_refused(self):
        for values in ({"user_id": 1}, {"pane": "nowhere"}, {"crm_mail_merge": False}):
            with self.assertRaises(UserError):
                self.client().save_layout(values)

    def test_folders_are_notified_of_one_by_one(self):
        self.account = self.ready_account()
        inbox = self.folder(self.account, "inbox")
        sent = self.folder(self.account, "sent")
        self.client().save_layout({"notify_folders": {sent.id: True}})
        saved = self.client().save_layout({"notify_folders": {inbox.id: False}})
        self.assertEqual(
            saved["notify_folders"], {str(sent.id): True, str(inbox.id): False}
        )


@tagged("post_install", "-at_install")
class TestServerSearch(ListCase):
    """What only the mail server knows."""

    def setUp(self):
        super().setUp()
        deep = "word " * 400
        self.mailbox.append(
            mail("Deep", 1, text=f"{deep} hippopotamus"),
            mail("Accent", 2, text=f"{deep} ippopòtamo perché"),
            mail("Read", 3, text=f"{deep} hippopotamus"),
        )
        filed = mail("Filed", 4, text=f"{deep} hippopotamus")
        self.mailbox.append(filed, folder="Sent")
        # nothing is read ahead here
        self.startPatch(read_ahead.ReadAhead, "run", lambda *_arguments: False)
        self.account = self.ready_account()

    def found(self, *words, view=None, **search):
        search["words"] = [["text", word] for word in words]
        return self.client().search_server({**(view or {}), "search": search})

    def subjects_of(self, answer):
        return sorted(row["subject"] for row in answer["rows"])

    def test_what_was_never_opened_here_is_found_by_the_server(self):
        """[F2]"""
        self.assertEqual(self.search("hippopotamus"), [])
        answer = self.found("hippopotamus")
        self.assertEqual(self.subjects_of(answer), ["Deep", "Filed", "Read"])
        self.assertEqual((answer["failed"], answer["more"]), ([], False))
        self.assertEqual(self.subjects_of(self.found("ippopòtamo PERCHÉ")), ["Accent"])
        self.assertNotIn(b"Seen", b"".join(self.mailbox.flags()))

    def test_the_view_and_its_filters_count_on_the_server_too(self):
        inbox = self.folder(self.account, "inbox")
        read = self.env["crm.mail.message"].search([("subject", "=", "Read")])
        self.client().mark(read.ids, ["seen"])
        view = {"folder_id": inbox.id}
        self.assertEqual(
            self.subjects_of(self.found("hippopotamus", view=view, flags=["unread"])),
            ["Deep"],
        )
        self.assertEqual(
            self.subjects_of(self.found("hippopotamus", view={"role": "sent"})),
            ["Filed"],
        )

    def test_a_mailbox_that_is_away_says_so_and_the_others_answer(self):
        away = self.second_account()
        away.imap_port = 1
        answer = self.found("hippopotamus")
        self.assertEqual(self.subjects_of(answer), ["Deep", "Filed", "Read"])
        self.assertEqual(len(answer["failed"]), 1)
        self.assertIn(away.name, answer["failed"][0])

    def test_without_a_word_the_server_is_not_asked(self):
        with self.assertRaises(UserError):
            self.client().search_server({"role": "inbox"})

    def test_no_transaction_is_open_while_the_server_searches(self):
        accounts = self.env.registry["crm.mail.account"]
        steps = []
        self.startPatch(
            accounts, "_release_transaction__", lambda model: steps.append("released")
        )
        real = accounts._open_imap__

        def connect(model, *arguments, **options):
            steps.append("connected")
            return real(model, *arguments, **options)

        self.startPatch(accounts, "_open_imap__", connect)
        self.found("hippopotamus")
        self.assertEqual(steps, ["released", "connected"])
