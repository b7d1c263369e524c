from datetime import datetime, timedelta
from email.utils import format_datetime, getaddresses

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import GROUPS, Mailbox, simple_mail
from .link_common import LinkCase

NINE = datetime(2026, 3, 2, 9)


@tagged("post_install", "-at_install")
class TestReport(LinkCase):
    """Figures over linked mails, for whoever may read them."""

    def setUp(self):
        super().setUp()
        self.colleague.email = "colleague@company.example"
        self.account = self.new_account(email=self.mailbox.username)
        self.work(self.account)

    def mail(self, hours=0, sender="Rosa Conti <rosa@conti.example>", to=None, **more):
        mail = simple_mail(more.pop("subject", "Offer"), sender, **more)
        mail.replace_header("Date", format_datetime(NINE + timedelta(hours=hours)))
        mail.replace_header("To", to or self.mailbox.username)
        return mail

    def answer(self, *mails, hours=0, header="References"):
        ids = " ".join(mail["Message-ID"] for mail in mails)
        to = "Rosa Conti <rosa@conti.example>"
        return self.mail(hours, f"Me <{self.mailbox.username}>", to, **{header: ids})

    def linked(self, *mails, record=None, folder="INBOX", account=None, **values):
        """The links of these mails to a record, as :meth:`receive` brings them."""
        rows = self.receive(*mails, folder=folder, account=account or self.account)
        links = self.env["crm.mail.link"]
        for row in rows:
            links |= self.link(row, record, **values)
        return links

    def lines(self, user=None, domain=()):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.env["crm.mail.report"].with_user(user or self.owner).search([*domain])
        )

    def figures(self, by, *measures, user=None):
        """``{group: (measure, ...)}`` as the pivot asks for it."""
        self.env.flush_all()
        rows = (
            self.env["crm.mail.report"]
            .with_user(user or self.owner)
            ._read_group([], [by], [*measures])
        )
        return {row[0]: row[1:] for row in rows}

    # -- what is counted -------------------------------------------------------------

    def test_a_mail_on_two_records_is_two_lines_and_counts_once(self):
        mail = self.mail()
        [link] = self.linked(mail)
        self.link(link.message_id, self.contact)
        lines = self.lines()
        self.assertEqual(set(lines.mapped("res_model")), {"crm.lead", "res.partner"})
        size = link.message_id.size / 1e6
        [figures] = self.figures("user_id", "mails:sum", "size:sum").values()
        self.assertEqual(figures[0], 1)
        self.assertAlmostEqual(float(figures[1]), size, 9)
        by_model = self.figures("res_model", "mails:sum", "size:sum")
        self.assertEqual(set(by_model), {"crm.lead", "res.partner"})
        for mails, octets in by_model.values():
            self.assertEqual(mails, 1)
            self.assertAlmostEqual(float(octets), size, 9)

    def test_the_same_mail_in_two_mailboxes_counts_once_and_for_both_people(self):
        mail = self.mail()
        self.linked(mail)
        self.mailbox = Mailbox()
        theirs = self.new_account(user_id=self.colleague.id)
        self.mailbox.append(mail)
        self.work(theirs)
        row = self.env["crm.mail.message"].search([("account_id", "=", theirs.id)])
        self.lead.user_id = False
        self.client(self.colleague).link_message(row.id, "crm.lead", self.lead.id)
        self.assertEqual(
            self.figures("user_id", "mails:sum"),
            {self.owner: (1,), self.colleague: (1,)},
        )
        self.assertEqual(self.figures("res_model", "mails:sum"), {"crm.lead": (1,)})

    def test_by_salesperson_customer_and_day(self):
        team = self.env["crm.team"].create({"name": "North"})
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.owner.id}
        )
        company = self.env["res.partner"].create(
            {"name": "Conti spa", "is_company": True, "email": "rosa@conti.example"}
        )
        self.contact.parent_id = company
        first, second = self.mail(), self.mail(30)
        self.linked(first, second)
        self.linked(self.answer(second, hours=31), folder="Sent")
        lines = self.lines()
        self.assertEqual(lines.user_id, self.owner)
        self.assertEqual(lines.team_id, team)
        self.assertEqual(lines.partner_id, self.contact, "a person before a company")
        self.assertEqual(lines.commercial_partner_id, company)
        by_day = self.figures("date:day", "mails:sum")
        self.assertEqual(
            {day.day: count for day, (count,) in by_day.items()}, {2: 1, 3: 2}
        )

    def test_which_way_a_mail_went(self):
        team_member = f"Her <{self.colleague.email}>"
        for sender, folder, direction in (
            ("rosa@conti.example", "INBOX", "received"),
            (f"Me <{self.mailbox.username}>", "INBOX", "sent"),
            ("alias@elsewhere.example", "Sent", "sent"),
            (team_member, "INBOX", "colleague"),
        ):
            with self.subTest(sender=sender, folder=folder):
                to = "Rosa Conti <rosa@conti.example>"
                [link] = self.linked(self.mail(0, sender, to), folder=folder)
                self.assertEqual(link.direction, direction)
                self.assertEqual(link.correspondent, "rosa@conti.example")

    def test_it_is_known_when_the_mailbox_is_gone(self):
        self.linked(self.mail())
        self.linked(self.answer(hours=1), folder="Sent")
        self.account.unlink()
        self.assertEqual(sorted(self.lines().mapped("direction")), ["received", "sent"])

    # -- how soon it was answered ----------------------------------------------------

    def test_the_first_answer_counts(self):
        """By References or In-Reply-To, whichever mail of the conversation was named
        last."""
        first, second, open_ = self.mail(), self.mail(1), self.mail(2)
        self.linked(first, second, open_)
        self.linked(
            self.answer(first, second, hours=4),
            self.answer(second, hours=3, header="In-Reply-To"),
            self.answer(first, hours=9),
            folder="Sent",
        )
        lines = self.lines(domain=[("direction", "=", "received")]).sorted("date")
        self.assertEqual(lines.mapped("answer"), ["answered", "answered", "open"])
        self.assertEqual(lines[0].answer_hours, 4)
        self.assertEqual(lines[1].answer_hours, 2)
        [(hours, mails)] = self.figures(
            "user_id", "answer_hours:avg", "mails:sum"
        ).values()
        self.assertEqual(float(hours), 3, "of the two that were answered")
        self.assertEqual(mails, 6)

    def test_what_the_customer_writes_is_no_answer(self):
        mail = self.mail()
        again = self.mail(1, References=mail["Message-ID"])
        self.linked(mail, again)
        self.assertEqual(self.lines().mapped("answer"), ["open", "open"])

    def test_an_answer_counts_on_the_record_that_it_is_on(self):
        mail = self.mail()
        [link] = self.linked(mail)
        self.link(link.message_id, self.contact)
        self.linked(self.answer(mail, hours=2), folder="Sent")
        found = {
            line.res_model: line.answer
            for line in self.lines(domain=[("direction", "=", "received")])
        }
        self.assertEqual(found, {"crm.lead": "answered", "res.partner": "open"})

    def test_a_colleague_answers(self):
        mail = self.mail()
        self.linked(mail)
        answer = self.mail(
            5, self.colleague.email, "rosa@conti.example", References=mail["Message-ID"]
        )
        self.linked(answer)
        [line] = self.lines(domain=[("direction", "=", "received")])
        self.assertEqual(line.answer_hours, 5)

    def test_a_clock_that_is_ahead_makes_no_negative_time(self):
        mail = self.mail(3)
        self.linked(mail)
        self.linked(self.answer(mail, hours=1), folder="Sent")
        [line] = self.lines(domain=[("direction", "=", "received")])
        self.assertEqual((line.answer, line.answer_hours), ("answered", 0))

    # -- who is told -----------------------------------------------------------------

    def test_who_reads_the_record_reads_its_lines_and_nobody_else(self):
        self.linked(self.mail())
        manager = new_test_user(
            self.env,
            login="mail_manager",
            groups="base.group_user,sales_team.group_sale_manager",
        )
        self.lead.user_id = self.owner
        self.assertEqual(len(self.lines(manager)), 1)
        self.assertFalse(self.lines(self.colleague))
        self.assertFalse(self.figures("user_id", "mails:sum", user=self.colleague))
        [line] = self.lines(manager)
        self.assertFalse(line.with_user(self.colleague).has_access("read"))
        self.assertTrue(line.read(["subject"]))
        self.env.invalidate_all()
        self.assertFalse(line.with_user(self.colleague).read(["subject"]))
        for groups in ("base.group_portal", "base.group_public"):
            user = new_test_user(self.env, login=groups, groups=groups)
            with self.subTest(groups=groups), self.assertRaises(AccessError):
                self.lines(user)

    def test_a_record_that_is_not_mine_any_more_has_no_name(self):
        self.linked(self.mail())
        self.lead.user_id = self.colleague
        [line] = self.lines()
        self.assertFalse(line.res_name)
        with self.assertRaises(UserError):
            line.action_open()
        [line] = self.lines(self.colleague)
        self.assertEqual(line.res_name, self.lead.name)
        self.assertEqual(line.action_open()["res_id"], self.lead.id)

    def test_whom_a_mail_is_shared_with_is_not_told_of_its_answer(self):
        """The answer is another mail, which is not theirs."""
        mail = self.mail()
        [link] = self.linked(mail)
        self.linked(self.answer(mail, hours=1), folder="Sent")
        self.assertEqual(self.lines()[-1].answer, "answered")
        named = new_test_user(self.env, login="mail_named", groups=GROUPS)
        self.client().comment(link.message_id.id, "Look", [named.id])
        [line] = self.lines(named)
        self.assertEqual((line.id, line.answer), (link.id, "open"))
        self.assertFalse(line.answer_hours)
        self.assertFalse(line.res_name)

    def test_a_delegate_reads_the_lines_of_the_mailbox(self):
        self.linked(self.mail())
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {"account_id": self.account.id, "user_id": self.colleague.id}
        )
        self.assertEqual(len(self.lines(self.colleague)), 1)

    def test_what_waits_to_be_shown_is_its_owners(self):
        shown, waiting = self.linked(self.mail(), self.mail())
        waiting.sudo().write({"mail_message_id": False, "waiting": True})
        self.lead.user_id = False
        self.assertEqual(set(self.lines().ids), {shown.id, waiting.id})
        self.assertEqual(self.lines(self.colleague).ids, shown.ids)

    def test_the_size_is_told_where_the_whole_mail_is_shown(self):
        [whole] = self.linked(self.mail())
        [fact] = self.linked(self.mail(), content="fact")
        sizes = {line.id: line.size for line in self.lines()}
        self.assertTrue(sizes[whole.id])
        self.assertFalse(sizes[fact.id])

    def test_it_tells_who_by_the_address_alone(self):
        self.linked(self.mail(0, "nobody@unknown.example"))
        [line] = self.lines()
        self.assertFalse(line.partner_id)
        addresses = getaddresses(["nobody@unknown.example"])
        self.contact.email = addresses[0][1]
        [line] = self.lines()
        self.assertEqual(line.partner_id, self.contact)
