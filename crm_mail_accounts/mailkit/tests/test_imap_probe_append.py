"""The mail that the connection test appends to a folder, and removes again."""

import re
import time
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from mailkit.imap.probe import probe_imap
from mailkit.tests.fake_imap import BARE, FULL, FakeImap, No, interfere, raise_
from mailkit.values import Credentials

ANNA = Credentials("anna@example.com", "demo")
ALL = "resolve connect tls greeting login capability folders quota".split()
"""The steps of implicit TLS."""
MAIL = b"Subject: a mail of somebody\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"


def inhabited(fake, *raws):
    """Mails of somebody, one of them marked as deleted and not yet expunged."""
    for raw in raws:
        fake.deliver(MAIL, raw)
        fake.deliver(MAIL, raw, ["\\Deleted", "\\Seen"])
        fake.deliver(MAIL, raw, ["\\Flagged", "$Forwarded"])


def contents(fake):
    return {
        raw: [(mail.uid, mail.content, frozenset(mail.flags)) for mail in box.mails]
        for raw, box in fake.mailboxes.items()
    }


def try_append(fake, **options):
    """The last step of a test that appends."""
    return probe_imap(fake.endpoint(), ANNA, try_append=True, **options)[-1]


@pytest.mark.parametrize("capabilities", [FULL, BARE | {"UIDPLUS"}])
@pytest.mark.parametrize("tells_appenduid", [True, False])
def test_after_the_append_test_every_mail_is_as_before(capabilities, tells_appenduid):
    """Also those that somebody else has marked as deleted."""
    with FakeImap(capabilities=capabilities) as fake:
        inhabited(fake, "INBOX", "Drafts")
        fake.tells_appenduid = tells_appenduid
        before = contents(fake)
        steps = probe_imap(fake.endpoint(), ANNA, try_append=True)
        assert contents(fake) == before
        assert fake.mailboxes[b"Drafts"].uidnext == 5, "a mail has been there"
        assert b"UID EXPUNGE" in fake.commands
        assert not {b"EXPUNGE", b"CLOSE"} & set(fake.commands)
    assert (steps[-1].name, steps[-1].ok, steps[-1].detail) == (
        "append",
        True,
        "Drafts",
    )
    assert steps[-1].note == ""
    assert steps[-1].error is None


def test_the_mail_is_only_appended_when_asked():
    with FakeImap() as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
        assert b"APPEND" not in fake.commands
        assert b"SELECT" not in fake.commands
    assert "append" not in [step.name for step in steps]


def test_without_a_drafts_folder_the_inbox_is_used():
    with FakeImap() as fake:
        del fake.mailboxes[b"Drafts"]
        inhabited(fake, "INBOX")
        before = contents(fake)
        step = try_append(fake)
        assert contents(fake) == before
        assert fake.mailboxes[b"INBOX"].uidnext == 5
    assert (step.ok, step.detail) == (True, "INBOX")


def test_the_mail_is_read_already_and_says_what_it_is():
    stored = []
    with FakeImap() as fake:
        interfere(
            fake,
            b"SELECT",
            lambda: stored.extend(contents(fake)[b"Drafts"]),
        )
        moment = datetime(2026, 3, 1, 12, 30, tzinfo=timezone.utc)
        assert try_append(fake, now=lambda: moment).ok
        assert try_append(fake, now=lambda: moment).ok
    ((_uid, content, flags),) = stored
    assert flags == {b"\\Seen"}
    assert b"\r\nDate: Sun, 01 Mar 2026 12:30:00 +0000\r\n" in content
    assert b"From: anna@example.com\r\n" in content
    assert re.search(rb"\r\nMessage-ID: <[0-9a-f]{32}@", content)
    assert b"you can delete it" in content


def test_each_mail_has_a_message_id_of_its_own():
    stored = []
    with FakeImap() as fake:
        fake.before = lambda name: (
            stored.extend(contents(fake)[b"Drafts"]) if name == b"SELECT" else None
        )
        assert try_append(fake).ok
        assert try_append(fake).ok
    ids = {re.search(rb"Message-ID: (.*)\r", mail[1]).group(1) for mail in stored}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "username", ["an na@b.it", "änna@example.com", "a b@c", "<a@b>"]
)
def test_a_user_name_that_is_no_address_spoils_no_mail(username):
    stored = []
    with FakeImap() as fake:
        interfere(fake, b"SELECT", lambda: stored.extend(contents(fake)[b"Drafts"]))
        user = replace(ANNA, username=username)
        assert probe_imap(fake.endpoint(), user, try_append=True)[-1].ok
    assert stored[0][1].startswith(b"From: connection-test@invalid.invalid\r\n")


@pytest.mark.parametrize(
    ("capabilities", "reason"),
    [
        (FULL - {"UIDPLUS"}, "UIDPLUS"),
        (BARE, "UIDPLUS"),
        # Gmail moves to All Mail what is expunged
        (FULL | {"X-GM-EXT-1"}, "archives"),
    ],
)
def test_nothing_is_appended_that_could_not_be_removed(capabilities, reason):
    with FakeImap(capabilities=capabilities) as fake:
        step = try_append(fake)
        assert b"APPEND" not in fake.commands
    assert (step.name, step.ok, step.note) == ("append", True, "append_skipped")
    assert reason in step.detail


def test_nothing_is_appended_when_no_time_is_left_to_remove_it():
    with FakeImap() as fake:
        step = try_append(fake, timeout=9)
        assert b"APPEND" not in fake.commands
    assert (step.ok, step.note) == (True, "append_skipped")
    assert "time" in step.detail


def test_a_full_mailbox_is_told_as_such():
    with FakeImap() as fake:
        interfere(fake, b"APPEND", lambda: raise_(No("[OVERQUOTA] no room")))
        step = try_append(fake)
    assert (step.name, step.ok) == ("append", False)
    assert step.error.code == "mailbox_full"
    assert not step.error.retry
    assert step.note == "", "nothing was stored"


def test_an_append_that_is_refused_for_another_reason_is_no_full_mailbox():
    with FakeImap() as fake:
        interfere(fake, b"APPEND", lambda: raise_(No("[NOPERM] not here")))
        step = try_append(fake)
    assert (step.ok, step.error.code, step.note) == (False, "not_permitted", "")


def test_a_folder_that_is_renumbered_meanwhile_loses_no_mail():
    """The UID would be another mail's."""
    with FakeImap() as fake:
        inhabited(fake, "Drafts")

        def renumber():
            drafts = fake.mailboxes[b"Drafts"]
            drafts.uidvalidity += 1
            for uid, mail in enumerate(reversed(drafts.mails), start=1):
                mail.uid = uid

        interfere(fake, b"SELECT", renumber)
        step = try_append(fake)
        assert len(fake.mailboxes[b"Drafts"].mails) == 4
        assert not {b"UID STORE", b"UID EXPUNGE"} & set(fake.commands)
    assert (step.ok, step.error.code) == (False, "uidvalidity_changed")
    assert step.note == "mail_left"
    assert "Drafts" in step.detail


@pytest.mark.parametrize("tells_appenduid", [True, False])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_uid_that_is_another_mail_is_not_touched(tells_appenduid, nth):
    """A server that gives out a UID twice; first when the mail is looked for, then
    right before it would be removed."""
    with FakeImap() as fake:
        inhabited(fake, "Drafts")
        fake.tells_appenduid = tells_appenduid

        def exchange():
            fake.mailboxes[b"Drafts"].mails[-1].content = MAIL

        interfere(fake, b"UID FETCH", exchange, nth=nth)
        step = try_append(fake)
        mails = fake.mailboxes[b"Drafts"].mails
        assert len(mails) == 4
        assert mails[-1].flags == {b"\\Seen"}
        assert not {b"UID STORE", b"UID EXPUNGE"} & set(fake.commands)
    assert (step.ok, step.error.code) == (False, "message_gone")
    assert step.note == "mail_left"


def test_other_mails_that_come_in_meanwhile_stay():
    with FakeImap() as fake:
        fake.tells_appenduid = False
        interfere(fake, b"SELECT", lambda: inhabited(fake, "Drafts"))
        assert try_append(fake).ok
        assert [mail.content for mail in fake.mailboxes[b"Drafts"].mails] == [MAIL] * 3


@pytest.mark.parametrize("command", [b"SELECT", b"UID STORE", b"UID EXPUNGE"])
def test_a_removal_that_is_refused_says_that_a_mail_is_left(command):
    with FakeImap() as fake:
        interfere(fake, command, lambda: raise_(No("not now")))
        step = try_append(fake)
        (left,) = fake.mailboxes[b"Drafts"].mails
    assert (step.ok, step.error.code) == (False, "server_refused")
    assert step.note == "mail_left"
    message_id = re.search(rb"Message-ID: (.*)\r", left.content).group(1).decode()
    assert message_id in step.detail


def test_a_removal_that_the_server_only_pretends_says_that_a_mail_is_left():
    with FakeImap() as fake:
        interfere(
            fake,
            b"UID EXPUNGE",
            lambda: fake.mailboxes[b"Drafts"].mails[-1].flags.clear(),
        )
        step = try_append(fake)
    assert (step.ok, step.note) == (False, "mail_left")


def test_a_connection_that_is_lost_while_appending_leaves_it_open():
    with FakeImap() as fake:
        interfere(fake, b"APPEND", lambda: raise_(ConnectionError()))
        step = try_append(fake)
    assert (step.ok, step.error.code) == (False, "connection_lost")
    assert step.note == "mail_left"


@pytest.mark.parametrize("command", [b"APPEND", b"SELECT", b"UID STORE"])
def test_an_append_test_that_stalls_ends_in_time(monkeypatch, command):
    monkeypatch.setattr("mailkit.imap.probe_append.REMOVAL_TIME", 1)
    with FakeImap() as fake:
        interfere(fake, command, lambda: fake.stopping.wait(60))
        step = try_append(fake, timeout=3)
        assert not fake.stopping.is_set()
    assert (step.ok, step.error.code, step.note) == (False, "timeout", "mail_left")


def test_an_append_that_stalls_leaves_the_time_of_its_removal_alone(monkeypatch):
    monkeypatch.setattr("mailkit.imap.probe_append.REMOVAL_TIME", 600)
    with FakeImap() as fake:
        interfere(fake, b"APPEND", lambda: fake.stopping.wait(60))
        step = try_append(fake, timeout=601)
    assert (step.ok, step.error.code) == (False, "timeout")


def test_a_server_that_is_slow_at_each_command_of_the_removal_ends_in_time(
    monkeypatch,
):
    monkeypatch.setattr("mailkit.imap.probe_append.REMOVAL_TIME", 0.2)
    slow = (b"SELECT", b"UID FETCH", b"UID STORE", b"UID EXPUNGE")
    with FakeImap() as fake:
        fake.before = lambda name: time.sleep(0.45) if name in slow else None
        step = try_append(fake, timeout=1)
        assert b"UID EXPUNGE" not in fake.commands, "one bound for all of them"
    assert (step.ok, step.error.code) == (False, "timeout")
