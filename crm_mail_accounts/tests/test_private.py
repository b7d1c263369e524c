import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUPS, Mailbox, MailCase, simple_mail
from .test_tasks import stand_in_tasks

NOBODY = frozenset()
EVERYTHING = frozenset(range(10))
SHARED = frozenset([3])
LINKED = frozenset([1, 2, 4])
"""Places in the list of mails, see ``setUp``."""

READS = {
    # person: which of the ten mails they read as mails
    "owner": EVERYTHING,
    "delegate": EVERYTHING,
    "named": SHARED,
    "record_reader": NOBODY,
    "stranger": NOBODY,
    "sales_manager": NOBODY,
    "administrator": NOBODY,
    "portal": NOBODY,
    "public": NOBODY,
}
READS_RECORD = {"record_reader", "sales_manager", "administrator"}
"""Who reads the opportunity, and so what was posted on it of a linked mail."""

PATHS = {
    # name: (client or model of the person, mail) -> whether the mail was reached
    "search": lambda s, m: m.search([("id", "=", m.id)]),
    "count": lambda s, m: m.search_count([("id", "=", m.id)]),
    "search by text": lambda s, m: m.search([("subject", "=", s.subject(m))]),
    "search by a flag": lambda s, m: m.search(
        [("id", "=", m.id), ("has_attachments", "in", [True, False])]
    ),
    "group": lambda s, m: m.formatted_read_group(
        [("id", "=", m.id)], ["subject"], ["__count"]
    ),
    "read": lambda s, m: m.read(["subject"]),
    "search and read": lambda s, m: m.search_read([("id", "=", m.id)], ["preview"]),
    "web read": lambda s, m: m.web_search_read([("id", "=", m.id)], {"subject": {}})[
        "records"
    ],
    "export": lambda s, m: m.export_data(["subject", "from_email"])["datas"],
    "name search": lambda s, m: m.name_search(s.subject(m)),
    "display name": lambda s, m: m.read(["display_name"]),
    "through its folder": lambda s, m: m.env["crm.mail.folder"].search(
        [("id", "=", m.sudo().shown_folder_id.id or -1)]
    ),
    "through its thread": lambda s, m: m.env["crm.mail.thread"].search(
        [("message_ids.subject", "=", s.subject(m))]
    ),
    "cached": lambda s, m: m._cached_raw() or True,
    "open": lambda s, m: s.client_of(m).open_message(m.id),
    "header": lambda s, m: s.client_of(m).message_headers(m.id),
    "context": lambda s, m: s.client_of(m).message_context(m.id),
    "conversation": lambda s, m: s.client_of(m).conversation(m.id),
    "candidates": lambda s, m: s.client_of(m).share_candidates(m.id) or True,
    "records to link": lambda s, m: s.client_of(m).search_records(m.id) or True,
    "answer": lambda s, m: s.client_of(m).compose_start("reply", m.id),
    "answer check": lambda s, m: s.client_of(m).answer_check(m.id, False),
    "presence": lambda s, m: s.is_noted(m),
    "task": lambda s, m: s.makes_task(m),
    "visibility": lambda s, m: s.client_of(m).visibility(m.id),
    "assignees": lambda s, m: s.client_of(m).assign_candidates(m.ids),
    "assigned": lambda s, m: s.client_of(m).assign(m.ids, m.env.uid),
    "all folders": lambda s, m: s.listed(m, {"search": s.words(m)}),
    "its folder": lambda s, m: s.listed(m, m.sudo().folder_id.id),
    "a folder of a search": lambda s, m: s.listed(
        m, {"folder_id": m.sudo().folder_id.id, "search": s.words(m)}
    ),
    "flagged": lambda s, m: s.listed(m, {"special": "flagged"}),
    "imported": lambda s, m: s.listed(m, {"special": "imported"}),
    "shared": lambda s, m: s.listed(m, {"special": "shared"}),
    "unified": lambda s, m: s.listed(m, {"role": "inbox"}),
    "of the record": lambda s, m: any(
        row["message_id"] == m.id
        for row in s.client_of(m).record_messages("crm.lead", s.lead.id)
    ),
}
PARTLY = {
    "through its folder": {"owner", "delegate"},
    "through its thread": {"owner", "delegate"},
    "all folders": {"owner", "delegate"},
    "its folder": {"owner", "delegate"},
    "a folder of a search": {"owner", "delegate"},
    "flagged": {"owner", "delegate"},
    "imported": {"owner"},
    "shared": {"named"},
    "unified": {"owner", "delegate"},
    "of the record": set(READS) - {"portal", "public"},
    "answer": {"owner", "delegate"},
    "presence": {"owner", "delegate"},
    "task": {"owner", "delegate", "named"},
    "visibility": {"owner"},
    "assignees": {"owner"},
    "assigned": {"owner"},
}
"""Ways that do not lead to every mail that a person reads; nobody else gets there."""

ROUTES = {
    # every address of the addon's controllers that takes a record: on a mail
    "/crm_mail_accounts/message/<int:message_id>/body": "{id}/body",
    "/crm_mail_accounts/message/<int:message_id>/print": "{id}/print",
    "/crm_mail_accounts/message/<int:message_id>/part/<string:number>": "{id}/part/2",
    "/crm_mail_accounts/message/<int:message_id>/part/<string:number>/view": (
        "{id}/part/2/view"
    ),
    "/crm_mail_accounts/message/<int:message_id>/attachments.zip": (
        "{id}/attachments.zip"
    ),
    "/crm_mail_accounts/message/<int:message_id>/source": "{id}/source",
}
ACCOUNT_ROUTES = {
    "/crm_mail_accounts/account/<int:account_id>/export.zip": "{id}/export.zip",
}
"""Addresses that take a mailbox: its owner's alone."""
NO_MAIL = ("/crm_mail_accounts/compose/", "/crm_mail_accounts/outgoing/")
"""Addresses of mails that are written; ``test_outgoing`` tries those."""


@tagged("post_install", "-at_install")
class TestPrivate(MailCase, HttpCase):
    """Law 11: every person on every way to every one of ten mails, by one table."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(*(self.secret(n) for n in range(8)))
        self.mailbox.append(self.secret(8), flags="\\Draft", folder="Drafts")
        self.mailbox.append(self.secret(9), folder="Trash")
        self.account = self.new_account()
        self.work(self.account)
        mails = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)], order="subject"
        )
        self.mails = list(mails)
        self.assertEqual(len(self.mails), len(EVERYTHING))
        self.people = {
            "owner": self.owner,
            "stranger": self.colleague,
            "administrator": self.administrator,
            "public": self.env.ref("base.public_user"),
            **{
                name: new_test_user(self.env, login=f"law_{name}", groups=groups)
                for name, groups in {
                    "delegate": GROUPS,
                    "named": GROUPS,
                    "record_reader": GROUPS,
                    "sales_manager": "base.group_user,sales_team.group_sale_manager",
                    "portal": "base.group_portal",
                }.items()
            },
        }
        for user in self.people.values():
            if user._is_internal():
                user.group_ids += self.env.ref("base.group_allow_export")
        self.lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "user_id": self.people["record_reader"].id,
            }
        )
        self.make_states()
        self.env.flush_all()
        self.env.invalidate_all()

    def secret(self, number: int):
        mail = simple_mail(f"Secret {number:02}")
        mail.add_attachment("a note", filename="note.txt")
        return mail

    def make_states(self):
        """Read, linked, linked and gone, shared, linked in part, flagged, unreadable,
        plain; and, by their folders, a draft and one in the trash."""
        mails, client = self.mails, self.client()
        client.mark(mails[0].ids, ["seen"])
        links = self.env["crm.mail.link"].with_user(self.owner).sudo()
        for number, content in ((1, "whole"), (2, "whole"), (4, "fact")):
            mails[number]._read_raw()
            link = links._make(
                [(mails[number], "crm.lead", self.lead.id, "A test", content)]
            )
            link._post()
        mails[2].write({"state": "unplaced", "folder_id": False, "uid": False})
        mails[2].shown_folder_id = False
        client.comment(mails[3].id, "Look", [self.people["named"].id])
        client.mark(mails[5].ids, ["flagged"])
        mails[6].state = "unreadable"
        for mail in mails:
            if mail.uid:
                mail._read_raw()
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {"account_id": self.account.id, "user_id": self.people["delegate"].id}
        )

    def subject(self, mail):
        return mail.sudo().subject

    def words(self, mail):
        return {"words": [["subject", self.subject(mail)]]}

    def is_noted(self, mail):
        """Whether the others in its mailbox hear that somebody is at a mail."""
        self.client_of(mail).presence("a tab", mail.id)
        rows = self.env["crm.mail.presence"]
        return rows.search([("user_id", "=", mail.env.uid)]).message_id == mail

    def makes_task(self, mail):
        """Whether a task can be made of a mail; an opportunity stands in for it."""
        with stand_in_tasks(self.env):
            return self.client_of(mail).create_task(mail.id, {})

    def client_of(self, mail):
        return mail.env["crm.mail.client"]

    def answer_to(self, mail) -> dict:
        return {
            "sender_key": f"account:{self.account.id}",
            "to": [{"name": "", "email": "rosa@conti.example"}],
            "parent": {"message_id": mail.id, "kind": "reply"},
        }

    def listed(self, mail, view):
        rows = self.client_of(mail).list_messages(view, False, 200)["rows"]
        return any(row["id"] == mail.id for row in rows)

    def reaches(self, way, mail, user) -> bool:
        try:
            with self.cr.savepoint():
                env = self.env(user=user, context={})
                return bool(way(self, env["crm.mail.message"].browse(mail.id)))
        except (AccessError, UserError):
            return False

    def test_every_person_on_every_way_to_every_mail(self):
        with mute_logger("odoo.addons.base.models.ir_rule", "odoo.models"):
            for person, readable in READS.items():
                for name, way in PATHS.items():
                    for number, mail in enumerate(self.mails):
                        with self.subTest(person=person, way=name, mail=number):
                            found = self.reaches(way, mail, self.people[person])
                            if number not in readable:
                                self.assertFalse(found)
                            elif name not in PARTLY:
                                self.assertTrue(found)
                            elif found:
                                self.assertIn(person, PARTLY[name])

    def test_the_special_lists_hold_what_they_should(self):
        """[D3] [D4] So that an empty list cannot pass for a private one."""
        for person, view, numbers in (
            ("owner", {"special": "imported"}, {2}),
            ("owner", {"special": "flagged"}, {5}),
            ("delegate", {"special": "flagged"}, {5}),
            ("named", {"special": "shared"}, {3}),
            ("owner", {"special": "shared"}, set()),
        ):
            user = self.people[person]
            found = {
                number
                for number, mail in enumerate(self.mails)
                if self.listed(mail.with_user(user), view)
            }
            with self.subTest(person=person, view=view):
                self.assertEqual(found, numbers)

    def test_no_record_of_any_model_leads_to_a_mail_that_is_not_readable(self):
        """Whatever model names mails, now or later, hides those of other people."""
        named = [
            (model._name, name)
            for model in self.env.registry.values()
            if not model._abstract and not model._transient and model._auto
            for name, field in model._fields.items()
            if field.type == "many2one"
            and field.comodel_name == "crm.mail.message"
            and field.store
        ]
        self.assertIn(("crm.mail.link", "message_id"), named)
        ids = [mail.id for mail in self.mails]
        for person, readable in READS.items():
            allowed = {self.mails[number].id for number in readable}
            for model, name in named:
                records = self.env[model].with_user(self.people[person])
                with self.subTest(person=person, model=model, field=name):
                    if records.has_access("read"):
                        found = records.search([(name, "in", ids)])
                        self.assertLessEqual(set(found.sudo()[name].ids), allowed)

    def test_the_cache_is_nobody_s_attachment(self):
        cached = (
            self.env["ir.attachment"]
            .search([("res_model", "=", "crm.mail.message"), ("res_field", "=", "raw")])
            .filtered(lambda file: file.res_id in {mail.id for mail in self.mails})
        )
        self.assertGreater(len(cached), 5)
        for person, user in self.people.items():
            files = self.env["ir.attachment"].with_user(user)
            for domain in (
                [("id", "in", cached.ids)],
                [("res_model", "=", "crm.mail.message")],
                [("res_field", "=", "raw"), ("id", "in", cached.ids)],
            ):
                with self.subTest(person=person, domain=domain):
                    found = files.browse()
                    if files.has_access("read"):
                        found = files.search(domain)
                    self.assertFalse(found & cached)
            if person != "owner" and person != "delegate":
                with self.subTest(person=person, way="read"):
                    self.assertFalse(
                        cached.with_user(user)._filtered_access("read")
                        - cached.filtered(lambda f: f.res_id == self.mails[3].id)
                    )

    def test_the_chatter_is_read_by_who_reads_the_record(self):
        posted = self.env["crm.mail.link"].search([("res_id", "=", self.lead.id)])
        posted = posted.mail_message_id
        self.assertEqual(len(posted), len(LINKED))
        for person, user in self.people.items():
            readable = posted.with_user(user)._filtered_access("read")
            with self.subTest(person=person):
                # the owner had posted it
                expected = person in READS_RECORD or person == "owner"
                self.assertEqual(readable, posted if expected else posted.browse())
            if person not in READS_RECORD or not user.has_group(
                "crm_mail_accounts.group_user"
            ):
                continue
            rows = self.client(user).record_messages("crm.lead", self.lead.id)
            with self.subTest(person=person, way="record_messages"):
                self.assertEqual(len(rows), len(LINKED))
                self.assertFalse([row for row in rows if row["message_id"]])
                told = json.dumps(rows)
                self.assertNotIn("Secret 00", told)
                self.assertNotIn("Secret 03", told)

    def test_the_report_tells_what_the_records_show_and_no_more(self):
        """Every person, by search, read, count, group, pivot, export and name."""
        mine = {
            self.mails[number].link_ids.id: self.subject(self.mails[number])
            for number in LINKED
        }
        expected = {
            **dict.fromkeys(READS, {}),
            **dict.fromkeys(READS_RECORD | {"owner", "delegate"}, mine),
        }
        ways = {
            "search": lambda lines, ids: lines.search([]).mapped("subject"),
            "read": lambda lines, ids: [
                row["subject"] for row in lines.browse(ids).read(["subject"])
            ],
            "count": lambda lines, ids: [""] * lines.search_count([]),
            "group": lambda lines, ids: [
                row[0] for row in lines._read_group([], ["subject"])
            ],
            "pivot": lambda lines, ids: [
                row["subject"]
                for row in lines.formatted_read_grouping_sets(
                    [], [[], ["subject"]], ["mails:sum", "answer_hours:avg"]
                )[1]
            ],
            "export": lambda lines, ids: [
                row[0] for row in lines.search([]).export_data(["subject"])["datas"]
            ],
            "name": lambda lines, ids: [
                name for _id, name in lines.name_search("Secret")
            ],
        }
        for person, lines in expected.items():
            report = self.env["crm.mail.report"].with_user(self.people[person])
            for way, ask in ways.items():
                self.env.invalidate_all()
                with self.subTest(person=person, way=way):
                    if person in ("portal", "public"):
                        with self.assertRaises(AccessError):
                            ask(report, list(mine))
                        continue
                    found = ask(report, list(mine))
                    self.assertEqual(len(found), len(lines))
                    if way != "count":
                        self.assertEqual(set(found), set(lines.values()))
            if person not in ("portal", "public"):
                for link in mine:
                    with self.subTest(person=person, link=link):
                        self.assertEqual(
                            report.browse(link).has_access("read"), bool(lines)
                        )

    def test_counts_tell_nothing_to_others(self):
        for person in ("record_reader", "stranger", "sales_manager", "administrator"):
            answer = self.client(self.people[person]).bootstrap()
            with self.subTest(person=person):
                self.assertFalse(answer["accounts"] or answer["folders"])
                self.assertFalse(answer["unread"] or any(answer["specials"].values()))

    def test_the_bus_tells_who_reads_and_nobody_else(self):
        told = set()
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda users, kind, payload, **_kw: told.update(users),
        )
        self.mailbox.append(simple_mail("Secret 10"))
        self.work(self.account)
        self.assertEqual(told, {self.owner, self.people["delegate"]})
        told.clear()
        self.client().comment(self.mails[3].id, "Again")
        self.assertEqual(
            told, {self.owner, self.people["delegate"], self.people["named"]}
        )
        told.clear()
        self.client().comment(self.mails[0].id, "To myself")
        self.assertEqual(told, {self.owner, self.people["delegate"]})
        for call in (
            lambda client: client.presence("a tab", self.mails[3].id),
            lambda client: client.assign(self.mails[3].ids, self.owner.id),
            lambda client: client.compose_save(False, 0, self.answer_to(self.mails[3])),
        ):
            told.clear()
            call(self.client())
            self.assertEqual(told, {self.people["delegate"]})

    def test_every_address_of_the_addon_is_listed_here(self):
        routes = self.env["ir.http"]
        addresses = {
            address
            for address, _endpoint in routes._generate_routing_rules(
                ["crm_mail_accounts"], routes._get_converters()
            )
            if address.startswith("/crm_mail_accounts/")
        }
        known = {address for address in addresses if not address.startswith(NO_MAIL)}
        self.assertEqual(known, set(ROUTES) | set(ACCOUNT_ROUTES))

    @mute_logger("odoo.http")
    def test_every_person_at_every_address(self):
        shown = (0, 3)
        for person, readable in READS.items():
            user = self.people[person]
            if person == "public":
                self.authenticate(None, None)
            else:
                user.password = "a long password"  # noqa: S105 of a test
                self.env.flush_all()
                self.authenticate(user.login, "a long password")
            for address, path in ACCOUNT_ROUTES.items():
                made = path.format(id=self.account.id)
                answer = self.url_open(
                    f"/crm_mail_accounts/account/{made}", allow_redirects=False
                )
                with self.subTest(person=person, address=address):
                    self.assertEqual(answer.status_code == 200, person == "owner")
                    self.assertEqual(b"mails/" in answer.content, person == "owner")
            for address, path in ROUTES.items():
                for number in shown:
                    made = path.format(id=self.mails[number].id)
                    answer = self.url_open(
                        f"/crm_mail_accounts/message/{made}", allow_redirects=False
                    )
                    with self.subTest(person=person, address=address, mail=number):
                        may = number in readable
                        self.assertEqual(answer.status_code == 200, may)
                        if not may:
                            self.assertNotIn(b"send us the offer", answer.content)
                            self.assertNotIn(b"Secret", answer.content)
