"""Each silence of the out of office, with mails as the large providers send them."""

from datetime import datetime, timedelta, timezone

import pytest

from mailkit.rules.autoreply import (
    PER_DAY,
    PER_DOMAIN_FREE,
    Incoming,
    Sent,
    Silence,
    answer_headers,
    answer_subject,
    decide,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
PERSON = """\
Return-Path: <rosa@conti.example>
Received: from mx.conti.example
From: Rosa Conti <rosa@conti.example>
To: Laura <laura@firm.example>
Subject: Offer
Message-ID: <1@conti.example>
Content-Type: text/plain; charset=utf-8
"""


def judge(header, *, arrived=NOW, sent=None, junk=False, known=False, **options):
    values = {
        "now": NOW,
        "since": NOW - timedelta(days=2),
        "ours": frozenset({"luigi@firm.example", "catchall@firm.example"}),
        "sent_to": lambda _address: sent or Sent(),
        "token": "mine-123",
        **options,
    }
    mail = Incoming(
        header.replace("\n", "\r\n").encode() + b"\r\n",
        arrived,
        frozenset({"laura@firm.example"}),
        junk,
        known,
    )
    return decide(mail, **values)


def changed(name: str, value: str | None) -> str:
    """The mail of a person with one field changed, added, or left out."""
    lines = [
        line
        for line in PERSON.splitlines()
        if not line.lower().startswith(f"{name.lower()}:")
    ]
    if value is not None:
        lines.append(f"{name}: {value}")
    return "\n".join(lines) + "\n"


def test_a_person_who_writes_to_me_is_answered():
    decision = judge(PERSON)
    assert decision.answer and decision.to == "rosa@conti.example"


@pytest.mark.parametrize(
    ("name", "value", "silence"),
    [
        # 1 reports
        ("Return-Path", "<>", Silence.REPORT),
        (
            "Content-Type",
            "multipart/report; report-type=delivery-status; boundary=x",
            Silence.REPORT,
        ),
        ("Content-Type", "message/delivery-status", Silence.REPORT),
        # 2 automatic
        ("Auto-Submitted", "auto-replied", Silence.AUTOMATIC),
        ("Auto-Submitted", "auto-generated (rejected)", Silence.AUTOMATIC),
        ("Auto-Submitted", "auto-notified; owner-email=x@y.example", Silence.AUTOMATIC),
        ("X-Autoreply", "yes", Silence.AUTOMATIC),
        ("X-Autorespond", "Re: Offer", Silence.AUTOMATIC),
        ("X-Loop", "mine-123", Silence.AUTOMATIC),
        # 3 bulk
        ("Precedence", "bulk", Silence.BULK),
        ("Precedence", "list", Silence.BULK),
        ("Precedence", "junk", Silence.BULK),
        ("Precedence", "auto_reply", Silence.BULK),
        # 4 lists
        ("List-Id", "News <news.conti.example>", Silence.LIST),
        ("List-Unsubscribe", "<mailto:out@conti.example>", Silence.LIST),
        ("List-Post", "NO", Silence.LIST),
        ("Feedback-ID", "1:2:3:campaign", Silence.LIST),
        # 5 asked not to
        ("X-Auto-Response-Suppress", "OOF, AutoReply", Silence.SUPPRESSED),
        ("X-Auto-Response-Suppress", "All", Silence.SUPPRESSED),
        # 6 machines
        ("Return-Path", "<mailer-daemon@conti.example>", Silence.ROBOT),
        ("From", "Shop <no-reply@conti.example>", Silence.ROBOT),
        ("From", "Shop <donotreply@conti.example>", Silence.ROBOT),
        ("From", "noreply+77@conti.example", Silence.ROBOT),
        ("Return-Path", "<bounces-77-x=y.example@mail.conti.example>", Silence.ROBOT),
        ("Return-Path", "<owner-news@conti.example>", Silence.ROBOT),
        ("Return-Path", "<news-request@conti.example>", Silence.ROBOT),
        ("Return-Path", "<SRS0=HHH=TT=conti.example=rosa@x.example>", Silence.ROBOT),
        ("Return-Path", "<prvs=123456=rosa@conti.example>", Silence.ROBOT),
        # 7 ourselves
        ("From", "Luigi <luigi@firm.example>", Silence.OURS),
        ("Return-Path", "<catchall@firm.example>", Silence.OURS),
        ("From", "Laura <laura+x@firm.example>", Silence.OURS),
        # 8 not written to me
        ("To", "undisclosed-recipients:;", Silence.NOT_TO_ME),
        ("To", "everybody@firm.example", Silence.NOT_TO_ME),
        # 10 spam
        ("X-Spam-Flag", "YES", Silence.SPAM),
        ("X-Spam-Status", "Yes, score=9", Silence.SPAM),
        (
            "Authentication-Results",
            "mx.firm.example; spf=pass; dmarc=fail header.from=conti.example",
            Silence.SPAM,
        ),
    ],
)
def test_a_silence_for_what_the_header_tells(name, value, silence):
    assert judge(changed(name, value)).silence is silence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "no"),
        ("Precedence", "normal"),
        ("X-Auto-Response-Suppress", "DR, RN, NRN"),
        ("X-Loop", "somebody-else"),
        ("X-Spam-Status", "No, score=-1"),
        ("To", "Laura <Laura+shop@Firm.example>, others@x.example"),
        ("Resent-To", "laura@firm.example"),
        ("Return-Path", None),
        ("Reply-To", "elsewhere@conti.example"),
        (
            "Authentication-Results",
            "mx.firm.example; dmarc=pass header.from=conti.example",
        ),
    ],
)
def test_what_looks_like_it_and_is_none(name, value):
    decision = judge(changed(name, value))
    assert decision.to == "rosa@conti.example", decision.silence


def test_the_answer_goes_to_the_envelope_and_never_to_reply_to():
    header = changed("Return-Path", "<rosa.private@conti.example>")
    header += "Reply-To: trap@victim.example\n"
    assert judge(header).to == "rosa.private@conti.example"


def test_a_mail_of_which_nobody_is_the_sender():
    header = changed("Return-Path", None).replace(
        "From: Rosa Conti <rosa@conti.example>\n", ""
    )
    assert judge(header).silence is Silence.REPORT


def test_old_mail_is_left_alone():
    """9: on its way too long, or from before the answers were switched on."""
    day = timedelta(days=1)
    assert judge(PERSON, arrived=NOW - day).answer
    assert judge(PERSON, arrived=NOW - 1.1 * day).silence is Silence.OLD
    since = NOW - timedelta(hours=1)
    early = NOW - timedelta(hours=2)
    assert judge(PERSON, arrived=early, since=since).silence is Silence.OLD


def test_mail_among_spam():
    assert judge(PERSON, junk=True).silence is Silence.SPAM


def test_only_the_topmost_word_on_authentication_counts():
    header = (
        "Authentication-Results: mx.firm.example; dmarc=pass\n"
        "Authentication-Results: forged; dmarc=fail\n"
    ) + PERSON
    assert judge(header).answer


def test_a_correspondent_is_answered_once_in_the_period():
    assert judge(PERSON, sent=Sent(same=True)).silence is Silence.ANSWERED


def test_only_contacts_when_their_owner_wants_that():
    assert judge(PERSON, only_known=True).silence is Silence.UNKNOWN
    assert judge(PERSON, only_known=True, known=True).answer


def test_blind_copies_when_their_owner_wants_that():
    blind = changed("To", "undisclosed-recipients:;")
    assert judge(blind, only_direct=False).answer
    listed = blind + "List-Id: <x.example>\n"
    assert judge(listed, only_direct=False).silence is Silence.LIST


def test_brakes():
    """A partner that answers from another address each time."""
    free, full = PER_DOMAIN_FREE - 1, PER_DOMAIN_FREE
    assert judge(PERSON, sent=Sent(domain_day=free, domain_hour=9)).answer
    assert judge(PERSON, sent=Sent(domain_day=full)).answer
    braked = judge(PERSON, sent=Sent(domain_day=full, domain_hour=1))
    assert braked.silence is Silence.DOMAIN_BRAKE
    assert judge(PERSON, sent=Sent(account_day=PER_DAY - 1)).answer
    assert judge(PERSON, sent=Sent(account_day=PER_DAY)).silence is (
        Silence.ACCOUNT_BRAKE
    )


def test_our_own_answer_is_never_answered():
    """Two of us on holiday: by every field that the answer carries."""
    for name, value in answer_headers("theirs-9"):
        if name != "X-Loop":
            assert not judge(changed(name, value)).answer, name
    assert not judge(changed("X-Loop", "mine-123")).answer


PROVIDERS = {
    "Exchange Online": "Auto-Submitted: auto-generated\n"
    "X-Auto-Response-Suppress: All\nX-MS-Exchange-Generated-Message-Source: Mailbox\n",
    "Gmail vacation": "Precedence: bulk\nX-Autoreply: yes\n"
    "Auto-Submitted: auto-replied\n",
    "Dovecot Sieve": "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk\n",
    "Yahoo": "X-Autoreply: yes\nPrecedence: auto_reply\n",
    "GMX": "Auto-Submitted: auto-replied\nX-Autoreply: yes\n",
    "Zendesk": "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n",
    "Mailchimp": "List-Unsubscribe: <https://x.example>\nFeedback-ID: 1:1.us1:mc\n",
    "Jira": "Precedence: bulk\nAuto-Submitted: auto-generated\n",
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_automatic_mail_of_the_large_providers(provider):
    header = PERSON.replace("Content-Type", PROVIDERS[provider] + "Content-Type")
    assert not judge(header).answer


def test_the_subject_is_one_line_and_cut():
    assert answer_subject("Auto: {subject}", "a\r\nBcc: x@y.example") == (
        "Auto: a Bcc: x@y.example"
    )
    assert len(answer_subject("{subject}", "x" * 999)) == 200
