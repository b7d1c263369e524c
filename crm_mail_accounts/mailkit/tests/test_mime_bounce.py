"""Bounces of many systems, and mails that only look like one."""

from pathlib import Path

import pytest

from mailkit.mime.bounce import BouncedRecipient, read_bounce
from mailkit.mime.parse import parse_mail

SAMPLES = Path(__file__).with_name("samples")


def report(
    status, original="Message-ID: <orig@us.example>\nSubject: Offer\n", **fields
):
    head = {
        "Return-Path": "<>",
        "From": "Mail Delivery System <MAILER-DAEMON@mx.example>",
        "To": "me@us.example",
        "Subject": "Undelivered Mail Returned to Sender",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    return (
        f"{lines}MIME-Version: 1.0\nContent-Type: multipart/report; boundary=B\n\n"
        f"--B\n\nSorry.\n--B\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--B\nContent-Type: message/rfc822\n\n{original}\nbody\n--B--\n"
    ).encode()


def told(text, subject="Undelivered", sender="MAILER-DAEMON@mx.example", **fields):
    head = {"From": sender, "To": "me@us.example", "Subject": subject}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    return (
        f"{lines}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    ).encode()


def listed(raw):
    bounce = read_bounce(raw)
    return bounce and [(r.email, r.action, r.status) for r in bounce.recipients]


POSTFIX = """Reporting-MTA: dns; mx.us.example
X-Postfix-Queue-ID: 4ABC
Arrival-Date: Mon, 2 Mar 2026 09:30:00 +0100 (CET)

Final-Recipient: rfc822; nobody@x.example
Original-Recipient: rfc822;nobody@x.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.x.example
Diagnostic-Code: smtp; 550 5.1.1 <nobody@x.example>: Recipient address rejected:
    User unknown in local recipient table

Final-Recipient: rfc822; full@x.example
Action: failed
Status: 5.2.2

Final-Recipient: rfc822; late@x.example
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; good@x.example
Action: relayed
Status: 2.0.0
"""


def test_a_delivery_report_names_each_recipient():
    bounce = read_bounce(report(POSTFIX))
    assert bounce.message_id == "<orig@us.example>" and bounce.subject == "Offer"
    assert bounce.failed
    assert bounce.recipients[0] == BouncedRecipient(
        "nobody@x.example",
        "failed",
        "5.1.1",
        "550 5.1.1 <nobody@x.example>: Recipient address rejected: User unknown in "
        "local recipient table",
    )
    assert [(r.email, r.action) for r in bounce.recipients] == [
        ("nobody@x.example", "failed"),
        ("full@x.example", "failed"),
        ("late@x.example", "delayed"),
    ]


def test_the_parsed_mail_may_be_given():
    raw = report(POSTFIX)
    assert read_bounce(raw, parse_mail(raw)) == read_bounce(raw)


def test_a_report_that_all_is_well_is_no_bounce():
    status = "Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.1.5\n"
    assert read_bounce(report(status)) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        # Exchange: vague status, exact words
        (
            "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.NotFound; not found",
            ("a@x.example", "failed", "5.1.10"),
        ),
        # no action, no status
        (
            "Final-Recipient: RFC822; <a@x.example>\nDiagnostic-Code: SMTP; 554 no",
            ("a@x.example", "failed", "5.0.0"),
        ),
        # the address that was written, not the one it was forwarded to
        (
            "Original-Recipient: rfc822;a+2Bb@x.example\n"
            "Final-Recipient: rfc822;z@y.example\nAction: Failed\nStatus: 5.7.1",
            ("a+b@x.example", "failed", "5.7.1"),
        ),
        (
            "Original-Recipient: rfc822;me+39@x.example\nAction: failed\nStatus: 5.1.1",
            ("me+39@x.example", "failed", "5.1.1"),
        ),
        (
            "Original-Recipient: unknown\nFinal-Recipient: rfc822;z@y.example\n"
            "Action: failed (too many hops)\nStatus: 5.4.6 (loop)",
            ("z@y.example", "failed", "5.4.6"),
        ),
    ],
)
def test_untidy_reports(status, expected):
    assert listed(report(f"Reporting-MTA: dns;x\n\n{status}\n")) == [expected]


def test_without_a_returned_mail_the_answered_one_counts():
    raw = report(POSTFIX, original="X: y\n", References="<a@x> <orig@us.example>")
    assert read_bounce(raw).message_id == "<orig@us.example>"


QMAIL = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<nobody@x.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <me@us.example>
Message-ID: <orig@us.example>

<somebody@else.example>: not a bounce
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  nobody@x.example
    host mx.x.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<nobody@x.example>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

Message-Id: <orig@us.example>
"""
EXCHANGE = """Your message did not reach some or all of the intended recipients.

      Subject:  Offer
      Sent:     3/2/2026 9:30 AM

The following recipient(s) cannot be reached:

      'nobody@x.example' on 3/2/2026 9:31 AM
            The e-mail account does not exist at the organization.
            <mx.x.example #5.1.1>
"""
POSTFIX_TEXT = """This is the mail system at host mx.us.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<nobody@x.example>: host mx.x.example[192.0.2.1] said: 550 5.1.1
    User unknown (in reply to RCPT TO command)
"""
ITALIAN = """Gentile cliente,

il messaggio non è stato consegnato ai seguenti destinatari:

nobody@x.example
550 5.1.1 utente sconosciuto

-------- Messaggio originale --------
Message-ID: <orig@us.example>
"""


@pytest.mark.parametrize(
    ("text", "has_id"),
    [
        (QMAIL, True),
        (EXIM, True),
        (EXCHANGE, False),
        (POSTFIX_TEXT, False),
        (ITALIAN, True),
    ],
)
def test_texts_of_mail_systems(text, has_id):
    raw = told(text)
    assert listed(raw) == [("nobody@x.example", "failed", "5.1.1")]
    assert read_bounce(raw).message_id == ("<orig@us.example>" if has_id else "")
    # the same words of a person, or in another mail's answer, are no bounce
    assert read_bounce(told(text, sender="rosa@x.example")) is None


def test_gmails_list_of_recipients_counts():
    raw = told(
        "Address not found. Your message wasn't delivered to a@x.example because the "
        "address couldn't be found.",
        X_Failed_Recipients="a@x.example, b@x.example",
        In_Reply_To="<orig@us.example>",
    )
    bounce = read_bounce(raw)
    assert [r.email for r in bounce.recipients] == ["a@x.example", "b@x.example"]
    assert bounce.message_id == "<orig@us.example>"


def test_a_warning_is_a_delay():
    text = EXIM.replace("permanent error", "warning; it will be retried")
    raw = told(text, subject="Warning: message delayed 24 hours")
    assert listed(raw)[0][:2] == ("nobody@x.example", "delayed")
    assert not read_bounce(raw).failed


PEC = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE postacert [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<postacert tipo="%s" errore="no-dest"><intestazione>
<mittente>me@pec.example</mittente>
<destinatari tipo="certificato">nobody@pec.example</destinatari>
<destinatari tipo="certificato">good@pec.example</destinatari>
<oggetto>Offerta&e;</oggetto></intestazione>
<dati><msgid>&lt;orig@pec.example&gt;</msgid><consegna>nobody@pec.example</consegna>
<errore-esteso>5.1.1 &e; - Pec - indirizzo non valido</errore-esteso></dati></postacert>
"""


def certified(kind, **fields):
    head = "".join(f"{name.replace('_', '-')}: {v}\n" for name, v in fields.items())
    return (
        f"From: posta-certificata@pec.example\nTo: me@pec.example\n{head}"
        "Subject: AVVISO DI MANCATA CONSEGNA: Offerta\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=B\n\n--B\n\nIl messaggio\n--B\n"
        'Content-Type: application/xml; name="daticert.xml"\n'
        'Content-Disposition: inline; filename="daticert.xml"\n\n'
        f"{PEC % kind}\n--B--\n"
    ).encode()


def test_certified_mail_that_was_not_delivered():
    raw = certified("errore-consegna")
    assert listed(raw) == [("nobody@pec.example", "failed", "5.1.1")]
    bounce = read_bounce(raw)
    assert bounce.message_id == "<orig@pec.example>"
    assert "root:" not in repr(bounce)
    raw = certified("errore-consegna", X_Riferimento_Message_ID="<mine@us.example>")
    assert read_bounce(raw).message_id == "<mine@us.example>"
    assert not read_bounce(certified("preavviso-errore-consegna")).failed
    for kind in ("avvenuta-consegna", "accettazione", "posta-certificata"):
        assert read_bounce(certified(kind)) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        told(
            "I am away until Monday.\n\n<boss@x.example>: ask him",
            subject="Away",
            sender="rosa@x.example",
            Return_Path="<>",
        ),
        told("Your invoice", subject="Invoice", sender="postmaster@x.example"),
        told("It was not delivered to rosa@x.example, I think."),
        report(POSTFIX).replace(b"delivery-status", b"disposition-notification"),
    ],
)
def test_other_mails_are_no_bounces(raw):
    assert read_bounce(raw) is None


def test_no_sample_is_taken_for_a_bounce_but_the_report():
    bounces = [p.stem for p in SAMPLES.glob("*.eml") if read_bounce(p.read_bytes())]
    assert bounces == ["delivery_report"]
