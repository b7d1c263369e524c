"""Filters as Sieve: Pigeonhole decides about generated mails as ``match.plan`` does."""

import quopri
import random
import shutil
from collections import defaultdict

import pytest

from mailkit.mime.encoded_words import decode_words
from mailkit.mime.header_fields import fields, index_header
from mailkit.mime.header_writer import address_field, text_field
from mailkit.mime.parse import parse_mail
from mailkit.rules import match
from mailkit.rules.match import Action, Condition, Facts, Rule
from mailkit.rules.sieve_script import Setting, conflicts, sieve_script
from mailkit.rules.sieve_text import MAX_SPELLINGS, NotExpressible, spellings
from mailkit.tests.sieve_run import EXTENSIONS, OWNER, PROGRAM, SieveRun
from mailkit.values import Address

FOLDERS = {1: "Clients", 2: "News", 3: "INBOX", 4: "Trash", 5: 'Odd "x" ${place}'}
WORDS = ["Offer", "INVOICE", "müller", "Straße", "café", "10% [x]", "a*b", "${place}"]
WORDS += ['say "yes"', "back\\slash", "re: offer", "Ärger", "日本"]
NAMES = ["Rosa Conti", "Rosa", "Jörg Müller", "", "Conti, Rosa", 'The "Boss"', "info"]
EMAILS = ["rosa@conti.example", "Info@Acme.example", "anna+shop@corp.example"]
EMAILS += [OWNER, "ANNA+a.b@corp.example", "x@sub.acme.example", "rosa+1@conti.example"]
LISTS = ["", "News <news.acme.example>", "<dev.acme.example>", "bare.list.example"]
LINES = ["Please send the Offer.", "Grüße aus Zürich", "invoice-77", "nothing here"]

needs_pigeonhole = pytest.mark.usefixtures("pigeonhole")


@pytest.fixture(scope="module")
def pigeonhole():
    assert shutil.which(PROGRAM), "install dovecot-sieve"
    run = SieveRun([name for name in FOLDERS.values() if name != "INBOX"])
    yield run
    run.close()


# -- mails and rules at random -------------------------------------------------------


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.one = self.random.choice

    def some(self, texts, most=2):
        return " ".join(self.random.sample(texts, self.random.randint(0, most)))

    def addresses(self):
        count = self.random.randint(1, 3)
        return [Address(self.one(NAMES), self.one(EMAILS)) for _number in range(count)]

    def mail(self) -> bytes:
        body = "\r\n".join(self.random.sample(LINES, self.random.randint(1, 3)))
        lines = [
            address_field("From", [Address(self.one(NAMES), self.one(EMAILS))]),
            address_field("To", self.addresses()),
            text_field("Subject", self.some(WORDS, 3))
            if self.random.random() < 0.9
            else b"",
            address_field("Cc", self.addresses())
            if self.random.random() < 0.5
            else b"",
            b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
        ]
        if self.random.random() < 0.5:
            lines.append(text_field("X-Mailer", self.some(WORDS)))
            lines.append(text_field("X-Mailer", self.some(WORDS)))
        if listed := self.one(LISTS):
            lines.append(b"List-Id: %s\r\n" % listed.encode())
        content = body.encode()
        if self.random.random() < 0.5:
            lines.append(b"Content-Transfer-Encoding: quoted-printable\r\n")
            content = quopri.encodestring(content)
        else:
            lines.append(b"Content-Transfer-Encoding: 8bit\r\n")
        content += b"\r\n" + b"x" * self.one([0, 10, 4000])
        return b"".join(lines) + b"\r\n" + content + b"\r\n"

    def piece(self, texts):
        """A word, a part of it, in other letters."""
        text = self.one([text for text in texts if text])
        start = self.random.randint(0, len(text) - 1)
        part = text[start : start + self.random.randint(1, 8)]
        text = self.one([text, part.strip() or text])
        return self.one([text, text.upper(), text.lower()])

    def condition(self) -> Condition:
        name = self.one(match.FIELDS)
        operator = self.one(match.OPERATORS[name])
        value = ""
        if name in ("from", "to", "cc", "recipient"):
            value = self.piece([*NAMES, *EMAILS])
        elif name == "address":
            value = self.one(["+shop", "+A", *EMAILS])
        elif name == "list":
            value = self.piece(["news.acme.example", "dev.acme.example", "bare"])
        elif name == "body":
            value = self.piece(" ".join(LINES).split())
        elif name == "size":
            value = self.one(["0", "1", "3", "4"])
        elif name == "sender":
            value = "unknown"
        else:
            value = self.piece(WORDS)
        if operator == "matches":
            value = self.one(["*{}*", "{}*", "*{}", "*"]).format(value)
        header = "X-Mailer" if name == "header" else ""
        return Condition(name, operator, value, self.random.random() < 0.3, header)

    def action(self) -> Action:
        kind = self.one(["move", "copy", "delete", "read", "flag", "keyword"])
        if kind in ("move", "copy"):
            return Action(kind, self.one([1, 2, 3, 5]) if kind == "move" else 2)
        return Action(kind, 0, self.one(["tag1", "tag2"]) if kind == "keyword" else "")

    def rule(self, number: int) -> Rule:
        conditions = [self.condition() for _number in range(self.random.randint(1, 3))]
        conditions = tuple(filter(expressible, conditions))
        how = self.one(["all", "any"]) if conditions else "every"
        actions = [self.action() for _number in range(self.random.randint(1, 3))]
        # what matches is told by a word of its own
        actions.append(Action("keyword", 0, f"rule{number}"))
        return Rule(number, how, conditions, tuple(actions), self.random.random() < 0.1)


def expressible(condition: Condition) -> bool:
    rule = Rule(1, "all", (condition,), (Action("flag"),))
    try:
        compiled(rule)
    except NotExpressible:
        return False
    return True


def setting(**more) -> Setting:
    more.setdefault("extensions", EXTENSIONS)
    return Setting(OWNER, FOLDERS, "Trash", **more)


def compiled(*rules, **more) -> str:
    return sieve_script(
        rules, {rule.id: f"Rule {rule.id}" for rule in rules}, setting(**more)
    )


def facts(raw: bytes) -> Facts:
    """As ``tools/filter_facts`` makes them of a row and its first bytes."""
    header, mail = index_header(raw), parse_mail(raw)
    headers = defaultdict(tuple)
    for name, value in fields(raw):
        headers[name.decode("latin-1")] += (decode_words(value),)
    own = [
        each.email
        for each in (*header.to, *header.cc)
        if each.email.lower().replace("@", "+@").partition("+")[0] == "anna"
        and each.email.lower().endswith("@corp.example")
    ]
    return Facts(
        from_=(header.from_,) if header.from_ else (),
        to=header.to,
        cc=header.cc,
        subject=header.subject,
        list_id=header.list_id,
        size=len(raw),
        addresses=tuple(own),
        body=mail.text,
        headers=dict(headers),
    )


def expected(rules, raw) -> dict[str, frozenset[str]]:
    plan = match.plan(rules, facts(raw))
    flags = set(plan.keywords)
    flags |= {"\\seen"} if plan.read else set()
    flags |= {"\\flagged"} if plan.flag else set()
    place = "Trash" if plan.delete else FOLDERS.get(plan.move_to, "INBOX")
    where = {place, *(FOLDERS[number] for number in plan.copy_to)}
    return {folder: frozenset(flags) for folder in where}


@pytest.mark.parametrize("seed", range(40))
def test_the_server_decides_as_we_do(pigeonhole, seed):
    """Rules and mails at random: same folders, same flags. [E4]"""
    maker = Maker(seed)
    rules = [maker.rule(number) for number in range(1, 9)]
    script = compiled(*rules)
    for _number in range(5):
        raw = maker.mail()
        found = pigeonhole.run(script, raw).stored
        wanted = expected(rules, raw)
        assert found == wanted, f"{found}\n{wanted}\n{raw.decode()}\n{script}"


def test_enough_of_what_filters_can_say_is_tried():
    """The test above would be worth nothing if most conditions were left out."""
    maker = Maker(0)
    tried = defaultdict(set)
    for _number in range(2000):
        condition = maker.condition()
        if expressible(condition):
            tried[condition.field].add(condition.operator)
    for name in ("from", "to", "cc", "recipient", "subject", "header", "list"):
        assert tried[name] >= set(match.TEXT_OPERATORS), name
    assert tried["body"] == {"contains"}
    assert tried["size"] == {"larger", "smaller"}


@pytest.mark.parametrize(
    ("condition", "subject"),
    [
        (Condition("subject", "is", "STRASSE"), "straße"),
        (Condition("subject", "contains", "ÄRGER"), "viel ärger"),
        (Condition("subject", "begins", 'a"b\\'), 'A"b\\c'),
        (Condition("subject", "ends", "100%*"), "now 100%*"),
        (Condition("subject", "contains", "${1}"), "see ${1}"),
        (Condition("subject", "matches", "*\\*"), "back\\slash"),
        (Condition("subject", "is", "two words"), "Two  words"),
    ],
)
def test_values_are_neither_syntax_nor_variables(pigeonhole, condition, subject):
    rules = [Rule(1, "all", (condition,), (Action("keyword", 0, "yes"),))]
    raw = text_field("Subject", subject) + b"\r\nx\r\n"
    assert pigeonhole.run(compiled(*rules), raw).stored == expected(rules, raw)
    other = text_field("Subject", "something else") + b"\r\nx\r\n"
    assert pigeonhole.run(compiled(*rules), other).stored == {"INBOX": frozenset()}


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Condition("sender", "is", "contact"), "crm"),
        (Condition("attachment", "exists"), "field"),
        (Condition("body", "contains", "two words"), "field"),
        (Condition("body", "begins", "one"), "field"),
        (Condition("subject", "matches", "a?b"), "question_mark"),
        (Condition("from", "contains", '"Rosa"'), "characters"),
        (Condition("to", "is", "Rosa"), "field"),
        (Condition("address", "begins", "anna"), "field"),
        (Condition("subject", "contains", "привет мир"), "letters"),
        (Condition("size", "larger", "9999999"), "size"),
    ],
)
def test_what_sieve_cannot_say_is_refused_with_the_reason(condition, reason):
    rule = Rule(7, "all", (condition,), (Action("flag"),))
    with pytest.raises(NotExpressible) as refused:
        compiled(rule)
    assert (refused.value.reason, refused.value.rule) == (reason, 7)


@pytest.mark.parametrize("kind", ["link", "opportunity", "notify"])
def test_what_the_crm_does_stays_here(kind):
    with pytest.raises(NotExpressible, match="crm"):
        compiled(Rule(1, "every", (), (Action(kind),)))


def test_an_extension_that_is_missing_is_named():
    rule = Rule(1, "every", (), (Action("move", 1),))
    with pytest.raises(NotExpressible, match="extension: fileinto"):
        compiled(rule, extensions=EXTENSIONS - {"fileinto"})


def test_a_server_without_the_mailbox_extension(pigeonhole):
    rule = Rule(1, "every", (), (Action("move", 1),))
    script = compiled(rule, extensions=EXTENSIONS - {"mailbox"})
    assert "mailboxexists" not in script
    assert pigeonhole.run(script, b"\r\nx\r\n").stored == {"Clients": frozenset()}


def test_a_folder_that_is_gone_leaves_the_mail_in_the_inbox(pigeonhole):
    rule = Rule(1, "every", (), (Action("move", 9), Action("flag")))
    script = sieve_script(
        [rule], {}, Setting(OWNER, {9: "Gone"}, "Trash", extensions=EXTENSIONS)
    )
    found = pigeonhole.run(script, b"\r\nx\r\n").stored
    assert found == {"INBOX": frozenset({"\\flagged"})}


def test_a_script_that_was_there_is_run_first_and_unchanged(pigeonhole):
    pigeonhole.beside(
        "my own", 'require ["fileinto"];\nif size :over 1 { fileinto "Clients"; }\n'
    )
    rule = Rule(1, "every", (), (Action("keyword", 0, "ours"),))
    script = compiled(rule, beside="my own")
    found = pigeonhole.run(script, b"Subject: a\r\n\r\nx\r\n").stored
    assert "Clients" in found
    pigeonhole.beside("my own", 'require ["imap4flags"];\naddflag "theirs";\n')
    found = pigeonhole.run(script, b"Subject: a\r\n\r\nx\r\n").stored
    assert found == {"INBOX": frozenset({"theirs", "ours"})}


def test_a_script_that_was_there_and_is_gone(pigeonhole):
    rule = Rule(1, "every", (), (Action("keyword", 0, "ours"),))
    found = pigeonhole.run(compiled(rule, beside="no such"), b"\r\nx\r\n").stored
    assert found == {"INBOX": frozenset({"ours"})}


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        (b'require "vacation"; vacation "away";', True),
        (b'require "Reject"; reject "no";', True),
        (b'require "fileinto"; fileinto "rejected-mails";', False),
        (b'fileinto "Vacations";', False),
        (b"", False),
    ],
)
def test_scripts_that_answer_or_refuse_are_not_run_beside_ours(script, answer):
    assert conflicts(script) is answer


def test_names_of_filters_are_comments_and_no_more(pigeonhole):
    rule = Rule(1, "every", (), (Action("flag"),))
    name = 'x\r\ndiscard;\n} "\u2028 */'
    script = sieve_script([rule], {1: name}, setting())
    found = pigeonhole.run(script, b"\r\nx\r\n").stored
    assert found == {"INBOX": frozenset({"\\flagged"})}


def test_a_keyword_or_folder_with_a_control_character_is_refused():
    with pytest.raises(NotExpressible, match="characters"):
        compiled(Rule(1, "every", (), (Action("keyword", 0, 'a"\r\nstop;'),)))
    with pytest.raises(NotExpressible, match="folder"):
        sieve_script(
            [Rule(1, "every", (), (Action("move", 1),))],
            {},
            Setting(OWNER, {1: "a\nb"}, "", extensions=EXTENSIONS),
        )


def test_spellings_are_all_and_not_too_many():
    assert set(spellings("äb")) == {"äb", "Äb"}
    assert len(spellings("äöüäöü")) == MAX_SPELLINGS
    assert list(spellings("日本")) == ["日本"]
    with pytest.raises(NotExpressible, match="letters"):
        spellings("äöüäöüä")
