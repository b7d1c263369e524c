from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..models import crm_mail_client_filters
from .common import simple_mail
from .sync_common import SyncCase


def text(field, value, operator="contains", **more):
    return {"field": field, "operator": operator, "value": value, **more}


@tagged("post_install", "-at_install")
class TestFilters(SyncCase):
    """Filters of a mailbox on the live server. [E4]"""

    def setUp(self):
        super().setUp()
        self.mailbox.append(simple_mail("There before"))
        self.mailbox.append(simple_mail("x"), folder="Clients", create=True)
        self.mailbox.append(simple_mail("y"), folder="News", create=True)
        self.account = self.new_account()
        self.work(self.account)
        self.inbox = self.folder(self.account, "inbox")
        self.clients = self.named(self.account, "Clients")
        self.news = self.named(self.account, "News")

    def make(self, conditions, actions, **values):
        made = self.client().filter_save(
            self.account.id,
            {
                "name": values.pop("name", "Mine"),
                "match": "all" if conditions else "every",
                "conditions": conditions,
                "actions": actions,
                **values,
            },
        )
        return self.env["crm.mail.filter"].browse(made["id"])

    def move_to(self, folder, kind="move"):
        return {"kind": kind, "folder_id": folder.id}

    def receive(self, *mails):
        self.mailbox.append(*mails)
        self.sync(self.account)
        self.sync(self.account)

    def mail(self, subject):
        found = self.messages(self.account, subject=subject)
        self.assertEqual(len(found), 1, subject)
        return found

    def subjects(self, folder) -> set[str]:
        """As another client sees them."""
        with self.mailbox.client() as client:
            client.select(folder, readonly=True)
            answer = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        return {
            item[1].decode().partition(":")[2].strip()
            for item in answer
            if isinstance(item, tuple)
        }

    def log(self):
        return self.env["crm.mail.log"].search(
            [("account_id", "=", self.account.id), ("level", "=", "warning")]
        )

    # -- new mail ----------------------------------------------------------------

    def test_new_mail_is_filed_and_what_was_there_stays(self):
        """Once, on the server too; and the mail says by which filter. [E4]"""
        rosa = self.make(
            [text("from", "rosa@")], [self.move_to(self.clients)], name="Rosa"
        )
        self.receive(simple_mail("Filed"), simple_mail("Other", "b@other.example"))
        self.assertEqual(self.subjects("Clients"), {"x", "Filed"})
        self.assertEqual(self.subjects("INBOX"), {"There before", "Other"})
        mail = self.mail("Filed")
        self.assertEqual((mail.folder_id, mail.seen), (self.clients, False))
        opened = self.client().open_message(mail.id)
        self.assertEqual((opened["filed_by"], opened["filed_by_id"]), ("Rosa", rosa.id))
        self.client().move(mail.ids, self.inbox.id)
        self.assertEqual(self.client().open_message(mail.id)["filed_by"], "")
        self.sync(self.account)
        self.assertEqual(self.mail("Filed").folder_id, self.inbox)
        self.assertInStep(self.account)

    def test_marks_keywords_copies_and_the_trash(self):
        self.make(
            [text("subject", "Important")],
            [
                {"kind": "flag"},
                {"kind": "read"},
                {"kind": "keyword", "keyword": "Customer"},
                self.move_to(self.news, "copy"),
            ],
        )
        self.make([text("subject", "Rubbish")], [{"kind": "delete"}])
        self.receive(simple_mail("Important"), simple_mail("Rubbish"))
        kept = self.messages(self.account, subject="Important", folder_id=self.inbox.id)
        self.assertTrue(kept.flagged and kept.seen)
        self.assertEqual(kept.keywords, "Customer")
        self.assertIn("Important", self.subjects("News"))
        self.assertEqual(self.subjects("Trash"), {"Rubbish"})
        self.assertInStep(self.account)

    def test_the_first_filter_that_moves_decides_and_one_may_be_the_last(self):
        self.make([text("subject", "a")], [self.move_to(self.news)], name="First")
        self.make(
            [text("subject", "a")],
            [self.move_to(self.clients), {"kind": "flag"}],
            stop=True,
        )
        self.make([], [{"kind": "read"}], name="Not reached")
        self.receive(simple_mail("a"), simple_mail("b"))
        one, other = self.mail("a"), self.mail("b")
        self.assertEqual((one.folder_id, one.flagged), (self.news, True))
        self.assertEqual((one.seen, other.seen), (False, True))
        self.assertEqual(one.filed_by, "First")

    def test_conditions_on_text_and_headers_fetch_just_those_mails(self):
        self.make(
            [text("subject", "Order"), text("body", "please send us")],
            [self.move_to(self.clients)],
        )
        self.make(
            [text("header", "pigeon", header="X-Mailer")], [self.move_to(self.news)]
        )
        asked = []
        fetch = MailboxSession.fetch_heads

        def note(session, uids, octets):
            asked.append((len(list(uids)), octets))
            return fetch(session, uids, octets)

        mails = [simple_mail("Order"), simple_mail("Chat", X_Mailer="Pigeon 3")]
        with patch.object(MailboxSession, "fetch_heads", note):
            self.receive(*mails, simple_mail("Plain"))
        self.assertEqual(self.mail("Order").folder_id, self.clients)
        self.assertEqual(self.mail("Chat").folder_id, self.news)
        self.assertEqual(self.mail("Plain").folder_id, self.inbox)
        self.assertEqual(asked[0], (3, 64 * 1024))
        self.assertFalse(self.mail("Plain").seen, "law 1")

    def test_what_the_index_tells_needs_no_fetch(self):
        self.make([text("subject", "Order")], [{"kind": "flag"}])
        with patch.object(type(self.account), "_undecided") as undecided:
            self.receive(simple_mail("Order"))
        self.assertFalse(undecided.called)
        self.assertTrue(self.mail("Order").flagged)

    def test_senders_are_contacts_colleagues_or_unknown(self):
        self.env["res.partner"].create({"name": "Rosa", "email": "Rosa@Conti.example"})
        self.colleague.email = "colleague@firm.example"
        senders = {
            "contact": "rosa@conti.example",
            "colleague": "colleague@firm.example",
            "unknown": "who@else.example",
        }
        for kind in senders:
            self.make(
                [text("sender", kind, "is")],
                [{"kind": "keyword", "keyword": kind}],
            )
        self.receive(*(simple_mail(kind, sender) for kind, sender in senders.items()))
        for kind in senders:
            self.assertEqual(self.mail(kind).keywords, kind)

    def test_the_address_that_was_used(self):
        local, _at, domain = self.mailbox.username.partition("@")
        self.make([text("address", "+shop@")], [{"kind": "flag"}])
        mails = [simple_mail("To the shop"), simple_mail("To another shop")]
        mails[0].replace_header("To", f"{local}+shop@{domain}")
        mails[1].replace_header("To", f"other+shop@{domain}")
        self.receive(*mails)
        self.assertTrue(self.mail("To the shop").flagged)
        self.assertFalse(self.mail("To another shop").flagged)

    def test_only_mail_in_the_inbox_is_filtered(self):
        """What the server has filed, and what another client has moved, stays."""
        self.make([], [self.move_to(self.news)])
        self.mailbox.append(simple_mail("By the server"), folder="Clients")
        self.mailbox.append(simple_mail("Sent elsewhere"), folder="Sent")
        self.sync(self.account)
        self.assertEqual(self.mail("By the server").shown_folder_id, self.clients)
        self.assertEqual(self.mail("Sent elsewhere").shown_folder_id.role, "sent")

    # -- in the CRM ----------------------------------------------------------------

    def test_a_mail_becomes_an_opportunity_and_is_linked_to_its_sender(self):
        partner = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": "rosa@conti.example"}
        )
        self.make(
            [text("subject", "Request")],
            [{"kind": "opportunity"}, {"kind": "link"}],
            name="Requests",
        )
        self.receive(simple_mail("Request"))
        lead = self.env["crm.lead"].search([("name", "=", "Request")])
        self.assertEqual(len(lead), 1)
        self.assertEqual((lead.partner_id, lead.user_id), (partner, self.owner))
        self.assertEqual(lead.type, "opportunity")
        links = self.mail("Request").link_ids
        self.assertEqual(
            {(link.res_model, link.res_id) for link in links},
            {("crm.lead", lead.id), ("res.partner", partner.id)},
        )
        self.assertIn("Requests", links[0].reason)
        self.assertFalse(any(links.mapped("waiting")), "posted by the worker")
        self.assertIn("please send us", links[0].mail_message_id.body)
        self.assertFalse(self.mail("Request").seen, "law 1")

    def test_a_deed_that_is_refused_is_told_and_the_rest_is_done(self):
        reason = "not like that"

        def refused(_account, _message, _name):
            raise ValidationError(reason)

        self.make([], [{"kind": "opportunity"}, self.move_to(self.news)], name="All")
        with patch.object(
            self.env.registry["crm.mail.account"], "_filter_opportunity", refused
        ):
            self.receive(simple_mail("Moved all the same"))
        self.assertEqual(self.mail("Moved all the same").folder_id, self.news)
        self.assertIn("not like that", self.log().message)

    # -- folders that change ---------------------------------------------------------

    def test_a_folder_that_is_renamed_is_followed(self):
        each = self.make([], [self.move_to(self.news)])
        with self.mailbox.client() as client:
            client.rename("News", "Newspapers")
        self.account.sudo().lease_ids.listed_at = False
        self.sync(self.account)
        self.receive(simple_mail("Follows"))
        self.assertIn("Follows", self.subjects("Newspapers"))
        self.assertFalse(each.problem)
        self.assertEqual(each.action_ids.folder_path, "Newspapers")

    def test_a_folder_that_is_gone_is_told_once_and_found_again_by_its_name(self):
        each = self.make([], [self.move_to(self.news), {"kind": "flag"}], name="Gone")
        self.client().delete_folder(self.news.id)
        self.receive(simple_mail("One"))
        self.receive(simple_mail("Two"))
        self.assertEqual(self.mail("Two").folder_id, self.inbox)
        self.assertTrue(self.mail("Two").flagged)
        listed = self.client().filters_list(self.account.id)["filters"]
        self.assertIn("News", listed[0]["problem"])
        told = self.log()
        self.assertEqual(len(told), 1)
        self.assertIn("News", told.message)
        self.client().create_folder(self.account.id, False, "News")
        self.receive(simple_mail("Three"))
        self.assertIn("Three", self.subjects("News"))
        self.assertFalse(each.problem)

    # -- the screen ------------------------------------------------------------------

    def test_a_filter_is_tried_before_it_is_saved(self):
        self.receive(simple_mail("Offer 1"), simple_mail("Offer 2"))
        tried = self.client().filter_try(
            self.account.id, {"match": "all", "conditions": [text("subject", "offer")]}
        )
        self.assertEqual((tried["count"], tried["unknown"]), (2, 0))
        self.assertEqual(
            [row["subject"] for row in tried["rows"]], ["Offer 2", "Offer 1"]
        )
        self.assertEqual(self.mail("Offer 1").shown_folder_id, self.inbox)
        by_body = {"match": "all", "conditions": [text("body", "please send us")]}
        # what is read ahead lies here: the mails of the inbox
        self.env["ir.attachment"].search([("res_field", "=", "raw")]).unlink()
        self.client().open_message(self.mail("Offer 1").id)
        tried = self.client().filter_try(self.account.id, by_body)
        self.assertEqual([row["subject"] for row in tried["rows"]], ["Offer 1"])
        self.assertEqual(tried["unknown"], tried["looked_at"] - 1)
        with self.assertRaises(UserError):
            self.client().filter_try(
                self.account.id, {"match": "all", "conditions": [text("subject", "")]}
            )

    def test_filters_run_on_a_folder_page_by_page_and_are_taken_back(self):
        each = self.make([text("subject", "Mail")], [self.move_to(self.news)])
        each.active = False
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(7)))
        self.sync(self.account)
        answers, before = [], False
        with patch.object(crm_mail_client_filters, "AT_ONCE", 3):
            while not answers or before:
                answers.append(
                    self.client().filter_run(each.ids, self.inbox.id, before)
                )
                before = answers[-1]["before"]
        self.assertEqual(sum(answer["done"] for answer in answers), 8)
        self.assertEqual(sum(answer["matched"] for answer in answers), 7)
        self.assertEqual(answers[0]["total"], 8)
        moved = [pair for answer in answers for pair in answer["moved"]]
        self.sync(self.account)
        self.assertEqual(len(self.subjects("News")), 8)
        self.assertEqual(each.matched, 7)
        self.client().undo_move(moved)
        self.sync(self.account)
        self.assertEqual(len(self.subjects("INBOX")), 8)

    def test_running_a_filter_that_looks_inside_fetches_the_mails(self):
        each = self.make([text("body", "please send us")], [self.move_to(self.news)])
        self.env["ir.attachment"].search([("res_field", "=", "raw")]).unlink()
        answer = self.client().filter_run(each.ids, self.inbox.id)
        self.assertEqual((answer["matched"], answer["before"]), (1, False))
        self.sync(self.account)
        self.assertIn("There before", self.subjects("News"))

    def test_a_filter_like_this_mail(self):
        self.receive(
            simple_mail("From a list", List_Id="News <news.conti.example>"),
            simple_mail("From a person"),
        )
        of_list = self.client().filter_from_message(self.mail("From a list").id)
        of_sender = self.client().filter_from_message(self.mail("From a person").id)
        for values, wanted in (
            (of_list, ("list", "is", "news.conti.example")),
            (of_sender, ("from", "is", "rosa@conti.example")),
        ):
            line = values["conditions"][0]
            self.assertEqual((line["field"], line["operator"], line["value"]), wanted)
            tried = self.client().filter_try(self.account.id, values)
            self.assertTrue(tried["count"])

    def test_templates_and_the_order_of_filters(self):
        listed = self.client().filters_list(self.account.id)
        self.assertEqual(len(listed["templates"]), 3)
        for template in listed["templates"]:
            template["actions"][0].pop("folder_name")
            template["actions"][0]["folder_id"] = self.news.id
            self.client().filter_save(self.account.id, template)
        ids = [
            each["id"]
            for each in self.client().filters_list(self.account.id)["filters"]
        ]
        self.client().filter_reorder(self.account.id, ids[::-1])
        listed = self.client().filters_list(self.account.id)["filters"]
        self.assertEqual([each["id"] for each in listed], ids[::-1])

    def test_receipts_of_certified_mail_are_filed_unread_and_failures_stay(self):
        template = self.client().filters_list(self.account.id)["templates"][1]
        template["actions"] = [self.move_to(self.news)]
        self.client().filter_save(self.account.id, template)
        sender = "posta-certificata@pec.example"
        kinds = ("ACCETTAZIONE", "CONSEGNA", "AVVISO DI MANCATA CONSEGNA")
        self.receive(*(simple_mail(f"{kind}: Offer", sender) for kind in kinds))
        filed = [self.mail(f"{kind}: Offer").folder_id for kind in kinds]
        self.assertEqual(filed, [self.news, self.news, self.inbox])
        self.assertFalse(any(self.mail(f"{kind}: Offer").seen for kind in kinds))

    def test_what_is_incomplete_is_refused_in_words(self):
        other = self.new_account(email="other@live.test")
        elsewhere = self.env["crm.mail.folder"].create(
            {"account_id": other.id, "raw": "O", "name": "O", "path": "O"}
        )
        for conditions, actions in (
            ([text("subject", "")], [{"kind": "flag"}]),
            ([text("size", "big", "larger")], [{"kind": "flag"}]),
            ([text("subject", "x")], []),
            ([text("subject", "x")], [{"kind": "move", "folder_id": False}]),
            ([text("subject", "x")], [self.move_to(elsewhere)]),
            ([text("subject", "x")], [{"kind": "keyword", "keyword": "two words"}]),
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.make(conditions, actions)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.make([], [{"kind": "flag"}], match="all")

    def test_a_delegate_who_may_act_does_not_make_filters(self):
        """They would go on acting in the owner's name."""
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {
                "account_id": self.account.id,
                "user_id": self.colleague.id,
                "may_act": True,
            }
        )
        each = self.make([], [{"kind": "flag"}])
        client = self.client(self.colleague)
        for call in (
            lambda: client.filters_list(self.account.id),
            lambda: client.filter_save(self.account.id, {"id": each.id, "name": "x"}),
            lambda: client.filter_delete(each.id),
            lambda: client.filter_run(each.ids, self.inbox.id),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                call()
