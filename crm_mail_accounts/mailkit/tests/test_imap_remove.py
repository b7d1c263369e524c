"""Removing one mail, and never another one."""

from dataclasses import replace

import pytest

from mailkit.errors import (
    CapabilityMissing,
    InvalidArgument,
    ServerRefused,
    UidValidityChanged,
)
from mailkit.imap.remove import RemovingSession
from mailkit.tests.fake_imap import FULL, FakeImap
from mailkit.values import Credentials

ANNA = Credentials("anna@example.com", "demo")
MAIL = b"Subject: one\r\nMessage-ID:\r\n <1@example.com>\r\n\r\nHello\r\n"


@pytest.fixture
def fake():
    with FakeImap() as fake:
        for flags in ([], ["\\Deleted"], []):
            fake.deliver(MAIL, flags=flags)
        yield fake


def opened(fake):
    return RemovingSession.open(fake.endpoint(), ANNA)


def uids(fake):
    return [mail.uid for mail in fake.mailboxes[b"INBOX"].mails]


def test_one_mail_goes_and_the_others_stay(fake):
    with opened(fake) as session:
        session.select("INBOX")
        (known,) = session.identities(3, 3)
        session.remove_mail(known)
    assert uids(fake) == [1, 2]


def test_an_identity_has_what_the_server_tells(fake):
    with opened(fake) as session:
        state = session.examine("INBOX")
        (known,) = session.identities(1, 1)
    assert (known.uidvalidity, known.uid) == (state.uidvalidity, 1)
    assert known.size == len(MAIL)
    assert known.internaldate is not None
    assert known.message_ids == (b"<1@example.com>",)


@pytest.mark.parametrize(
    "change",
    [
        {"content": MAIL.replace(b"<1@", b"<2@")},
        {"content": MAIL + b"more\r\n"},
        {"content": b"Message-ID: <2@example.com>\r\n" + MAIL[:-29]},
        {"date": "01-Jan-2020 00:00:00 +0000"},
    ],
    ids=["message-id", "size", "second-message-id", "date"],
)
def test_a_mail_that_is_another_one_by_now_stays(fake, change):
    with opened(fake) as session:
        session.select("INBOX")
        (known,) = session.identities(3, 3)
        mail = fake.mailboxes[b"INBOX"].mails[2]
        for name, value in change.items():
            setattr(mail, name, value)
        with pytest.raises(ServerRefused) as caught:
            session.remove_mail(known)
        assert caught.value.code == "message_gone"
    assert uids(fake) == [1, 2, 3]
    assert mail.flags == set()
    assert not {b"UID STORE", b"UID EXPUNGE"} & set(fake.commands)


def test_a_mail_that_is_gone_is_told(fake):
    with opened(fake) as session:
        session.select("INBOX")
        (known,) = session.identities(3, 3)
        session.remove_mail(known)
        with pytest.raises(ServerRefused) as caught:
            session.remove_mail(known)
        assert caught.value.code == "message_gone"
    assert uids(fake) == [1, 2]


def test_nothing_is_removed_under_another_uidvalidity(fake):
    with opened(fake) as session:
        session.select("INBOX")
        (known,) = session.identities(3, 3)
        with pytest.raises(UidValidityChanged):
            session.remove_mail(replace(known, uidvalidity=known.uidvalidity + 1))
    assert uids(fake) == [1, 2, 3]
    assert b"UID STORE" not in fake.commands


def test_nothing_is_removed_from_a_folder_that_is_open_for_reading(fake):
    with opened(fake) as session:
        session.examine("INBOX")
        (known,) = session.identities(3, 3)
        with pytest.raises(InvalidArgument):
            session.remove_mail(known)
    assert uids(fake) == [1, 2, 3]
    assert b"UID STORE" not in fake.commands


def test_nothing_is_removed_without_a_folder(fake):
    with opened(fake) as session:
        session.select("INBOX")
        (known,) = session.identities(3, 3)
        session._leave("INBOX")
        with pytest.raises(InvalidArgument):
            session.remove_mail(known)
        with pytest.raises(InvalidArgument):
            session.identities(1, 3)


def test_without_uidplus_nothing_is_marked_either():
    """A bare EXPUNGE would take the mail that somebody else has marked."""
    with FakeImap(capabilities=FULL - {"UIDPLUS"}) as fake:
        fake.deliver(MAIL)
        with opened(fake) as session:
            session.select("INBOX")
            (known,) = session.identities(1, 1)
            with pytest.raises(CapabilityMissing):
                session.remove_mail(known)
        assert fake.flags(1) == set()
        assert not {b"UID STORE", b"EXPUNGE", b"CLOSE"} & set(fake.commands)


def test_each_command_of_a_removal_can_be_bounded(fake):
    calls = []
    with opened(fake) as session:
        session.select("INBOX")
        (known,) = session.identities(3, 3)
        sent = len(fake.commands)
        session.remove_mail(known, before_each=lambda: calls.append(1))
        assert len(calls) == len(fake.commands) - sent
