import pytest

from mailkit.rules.linkable import MailFacts, NeverList, correspondents, why_not

HOUSE = {"laura@demo.test", "paolo@demo.test"}
OUTSIDE = MailFacts("rosa@conti.example", ("laura@demo.test",))
NEVER = NeverList.parse("wife@home.example, bank.example; @club.example\n*.law.example")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"sender": "paolo@demo.test"}, "internal"),
        ({"sender": "paolo@demo.test", "cc": ("rosa@conti.example",)}, ""),
        ({"sender": ""}, "internal"),
        ({"sender": "wife@home.example"}, "excluded"),
        ({"sender": "other@home.example"}, ""),
        ({"cc": ("wife@home.example",)}, "excluded"),
        ({"sender": "office@bank.example"}, "excluded"),
        ({"sender": "office@mail.bank.example"}, "excluded"),
        ({"sender": "office@notbank.example"}, ""),
        ({"sender": "a@club.example"}, "excluded"),
        ({"sender": "a@x.law.example"}, "excluded"),
        ({"list_id": "<news.conti.example>"}, "list"),
        ({"precedence": "Bulk"}, "list"),
        ({"precedence": "first-class"}, ""),
        ({"auto_submitted": "auto-replied; owner-email=x"}, "automatic"),
        ({"auto_submitted": "No"}, ""),
        ({"sender": "no-reply@conti.example"}, "automatic"),
        ({"sender": "donotreply@conti.example"}, "automatic"),
        ({"sender": "MAILER-DAEMON@conti.example"}, "automatic"),
        ({"sender": "noreplyton@conti.example"}, ""),
        ({"sender": "nora@conti.example"}, ""),
        ({"role": "junk"}, "closed_folder"),
        ({"role": "sent"}, ""),
        ({"draft": True}, "closed_folder"),
    ],
)
def test_what_a_rule_never_links(changes, reason):
    facts = MailFacts(**{**vars(OUTSIDE), **changes})
    assert why_not(facts, HOUSE, NEVER) == reason


def test_a_received_mail_is_about_its_sender():
    facts = MailFacts("rosa@conti.example", ("laura@demo.test", "x@other.example"))
    assert correspondents(facts, HOUSE) == ("rosa@conti.example",)


def test_a_sent_mail_is_about_those_outside_whom_it_is_to():
    facts = MailFacts(
        "laura@demo.test", ("a@x.example", "paolo@demo.test", "a@x.example"), ("c@x",)
    )
    assert correspondents(facts, HOUSE) == ("a@x.example",)


def test_a_mail_to_a_crowd_is_about_nobody():
    crowd = tuple(f"{number}@x.example" for number in range(11))
    assert correspondents(MailFacts("laura@demo.test", crowd), HOUSE) == ()
