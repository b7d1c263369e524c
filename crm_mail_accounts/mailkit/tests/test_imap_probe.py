"""The connection test of an IMAP account."""

import imaplib
import re
import ssl
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from mailkit.errors import AuthError, NetworkError, ProtocolError, TlsError
from mailkit.imap.probe import probe_imap
from mailkit.tests.fake_imap import BARE, FULL, FakeImap, No
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Endpoint, Security

ANNA = Credentials("anna@example.com", "demo")
ALL = "resolve connect tls greeting login capability folders quota".split()
"""The steps of implicit TLS."""
MAIL = b"Subject: a mail of somebody\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"


def names(steps):
    return [step.name for step in steps]


def test_all_steps_of_a_good_account_are_told_in_their_order(certificates):
    with FakeImap(certificate=certificates["good"], ca_file=certificates["ca"]) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps) == ALL
    assert all(step.ok and step.error is None and step.seconds >= 0 for step in steps)
    details = {step.name: step.detail for step in steps}
    assert "127.0.0.1" in details["resolve"]
    assert details["tls"].startswith("TLSv1.")
    assert "CN=localhost" in details["tls"]
    assert details["folders"] == "5"
    assert details["quota"] == "300 KB / 1 MB"
    assert not any(step.note for step in steps)


def test_with_starttls_the_greeting_comes_before_tls(certificates):
    with FakeImap(
        certificate=certificates["good"], ca_file=certificates["ca"], starttls=True
    ) as fake:
        steps = probe_imap(fake.endpoint(Security.STARTTLS), ANNA)
    assert names(steps)[:4] == "resolve connect greeting tls".split()
    assert names(steps)[4:] == ALL[4:]
    assert all(step.ok for step in steps)


def test_without_credentials_nothing_is_logged_in():
    with FakeImap() as fake:
        steps = probe_imap(fake.endpoint())
        assert names(steps) == "resolve connect greeting capability".split()
        assert "IMAP4rev1" in steps[-1].detail
        assert fake.commands == [b"CAPABILITY", b"LOGOUT"]


# -- capabilities and quota ---------------------------------------------------


@pytest.mark.parametrize(
    ("capabilities", "detail"),
    [
        (FULL, "IMAP4rev1, CONDSTORE, QRESYNC, UIDPLUS, SPECIAL-USE"),
        (BARE, "IMAP4rev1"),
        (BARE | {"IDLE", "X-ODD", "MOVE"}, "IMAP4rev1, IDLE, MOVE"),
    ],
)
def test_the_extensions_that_matter_are_told_in_one_order(capabilities, detail):
    with FakeImap(capabilities=capabilities) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert {step.name: step.detail for step in steps}["capability"] == detail


def test_the_extensions_are_those_behind_the_login():
    def script(peer):
        peer.send(b"* OK [CAPABILITY IMAP4rev1 MOVE] a proxy\r\n")
        tag, _login = peer.line().split(b" ", 1)
        peer.send(tag + b" OK [CAPABILITY IMAP4rev1 UIDPLUS] in\r\n")
        peer.command(b"LIST")
        peer.command(b"LSUB")
        peer.command(b"LOGOUT")

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA)
    assert names(steps)[-2:] == ["capability", "folders"]
    assert steps[-2].detail == "IMAP4rev1, UIDPLUS"


@pytest.mark.parametrize(
    ("quota", "detail"),
    [
        ((120 * 1024, 1024 * 1024), "120 MB / 1 GB"),
        ((0, 1536 * 1024), "0 B / 1.5 GB"),
        ((1024 * 1024 - 1, 1024 * 1024), "1 GB / 1 GB"),
        ((2 * 1024**3, 1024**3), "2 TB / 1 TB"),
    ],
)
def test_the_quota_is_told_in_words(quota, detail):
    with FakeImap() as fake:
        fake.quota = quota
        step = probe_imap(fake.endpoint(), ANNA)[-1]
    assert (step.name, step.ok, step.detail) == ("quota", True, detail)


def test_without_a_quota_there_is_nothing_to_tell():
    with FakeImap() as fake:
        fake.quota = None
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps)[-1] == "folders"


def test_a_server_without_quota_is_not_asked():
    with FakeImap(capabilities=FULL - {"QUOTA"}) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
        assert b"GETQUOTAROOT" not in fake.commands
    assert names(steps)[-1] == "folders"


@pytest.mark.parametrize("refusal", [No("not for you"), ValueError()])
def test_a_refused_quota_fails_nothing_and_the_test_goes_on(refusal):
    with FakeImap() as fake:
        interfere(fake, b"GETQUOTAROOT", lambda: raise_(refusal))
        steps = probe_imap(fake.endpoint(), ANNA, try_append=True)
    assert names(steps)[-2:] == ["folders", "append"]
    assert all(step.ok for step in steps)


def test_a_connection_that_is_lost_while_the_quota_is_read_is_a_failure():
    with FakeImap() as fake:
        interfere(fake, b"GETQUOTAROOT", lambda: raise_(ConnectionError()))
        steps = probe_imap(fake.endpoint(), ANNA)
    assert (steps[-1].name, steps[-1].ok) == ("quota", False)
    assert steps[-1].error.code == "connection_lost"


# -- a mail appended and removed ----------------------------------------------


def raise_(error):
    raise error


def interfere(fake, command, action, *, nth=1):
    """Do something right before the server runs a command for the nth time."""
    seen = []

    def before(name):
        if name == command:
            seen.append(name)
            if len(seen) == nth:
                action()

    fake.before = before


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
    assert "append" not in names(steps)


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


# -- failures -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [("self_signed", "certificate_self_signed"), ("expired", "certificate_expired")],
)
def test_a_bad_certificate_is_where_it_stops(certificates, kind, code):
    with FakeImap(certificate=certificates[kind], ca_file=certificates["ca"]) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps) == "resolve connect tls".split()
    assert not steps[-1].ok
    assert isinstance(steps[-1].error, TlsError)
    assert steps[-1].error.code == code
    assert steps[-1].error.facts.subject == "CN=localhost"


def test_a_wrong_password_is_where_it_stops():
    with FakeImap() as fake:
        steps = probe_imap(fake.endpoint(), Credentials("anna@example.com", "wrong"))
    assert names(steps)[-1] == "login"
    assert isinstance(steps[-1].error, AuthError)
    assert "wrong" not in repr(steps[-1].error).replace("wrong user", "")


def test_another_protocol_is_where_it_stops():
    def script(peer):
        peer.send(b"220 smtp\r\n")
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA)
    assert names(steps)[-1] == "greeting"
    assert isinstance(steps[-1].error, ProtocolError)
    assert steps[-1].error.code == "not_imap"


def test_an_unknown_host_is_where_it_stops():
    steps = probe_imap(Endpoint("nowhere.invalid", 993, Security.TLS), ANNA)
    assert names(steps) == ["resolve"]
    assert steps[-1].error.code == "host_unknown"


def test_a_port_where_nobody_listens_is_where_it_stops():
    with ScriptedServer(lambda peer: None) as server:
        endpoint = server.endpoint()
    steps = probe_imap(endpoint, ANNA)
    assert names(steps) == ["resolve", "connect"]
    assert steps[-1].error.code == "connection_refused"


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_the_whole_test_ends_in_time_on_a_server_that_stalls(security):
    with ScriptedServer(lambda peer: peer.stall()) as server:
        steps = probe_imap(server.endpoint(security), ANNA, timeout=0.3)
    assert isinstance(steps[-1].error, NetworkError)
    assert steps[-1].error.code == "timeout"


@pytest.mark.parametrize("drip", [True, False])
def test_a_server_that_stalls_late_gets_what_is_left_of_the_time(drip):
    def script(peer):
        peer.send(b"* OK [CAPABILITY AUTH=PLAIN SASL-IR] ready\r\n")
        peer.command(b"AUTHENTICATE")
        if drip:
            peer.drip(b"* CAPABILITY " + b"X" * 3000)
            peer.cut()
        peer.stall()

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA, timeout=2)
    assert (names(steps)[-1], steps[-1].error.code) == ("login", "timeout")


# -- live ---------------------------------------------------------------------


@contextmanager
def witness(endpoint, credentials):
    """Python's own imaplib, which shares no line with us."""
    context = ssl.create_default_context(cafile=endpoint.ca_file)
    client = imaplib.IMAP4_SSL(
        endpoint.host, endpoint.port, ssl_context=context, timeout=60
    )
    with client:
        client.login(credentials.username, credentials.password)
        yield client


def seen_by(client, folder):
    """``{UID: flags}`` and the folder's numbers, without changing anything."""
    client.select(folder, readonly=True)
    _ok, lines = client.uid("FETCH", "1:*", "(UID FLAGS)")
    found = {}
    for line in filter(None, lines):
        uid, flags = re.search(rb"UID (\d+) FLAGS \(([^)]*)\)", line).groups()
        found[int(uid)] = frozenset(flags.split())
    (validity,) = client.response("UIDVALIDITY")[1]
    (uidnext,) = client.response("UIDNEXT")[1]
    client.unselect()
    return found, int(validity), int(uidnext)


@pytest.mark.parametrize(
    ("port", "security"),
    [
        ("imaps", Security.TLS),
        ("imap", Security.STARTTLS),
        ("imap", Security.NONE),
    ],
)
def test_on_the_live_server_the_mailbox_is_exactly_as_before(live, port, security):
    user = live.user()
    with witness(live.endpoint("imaps", Security.TLS), user) as client:
        for folder in ("INBOX", "Drafts"):
            for flags in (r"()", r"(\Seen)", r"(\Deleted)", r"(\Deleted \Flagged $x)"):
                client.append(folder, flags, None, MAIL)
            client.select(folder)  # opening takes \Recent away, once and for all
            client.unselect()
        before = {folder: seen_by(client, folder) for folder in ("INBOX", "Drafts")}
        assert sum(b"\\Deleted" in flags for flags in before["Drafts"][0].values()) == 2
        steps = probe_imap(live.endpoint(port, security), user, try_append=True)
        after = {folder: seen_by(client, folder) for folder in ("INBOX", "Drafts")}
    assert [step.name for step in steps if not step.ok] == []
    assert names(steps)[-2:] == ["quota", "append"]
    assert (steps[-1].detail, steps[-1].note) == ("Drafts", "")
    assert steps[-2].detail.endswith(" / 1 GB")
    assert "UIDPLUS" in {s.name: s.detail for s in steps}["capability"]
    assert after["INBOX"] == before["INBOX"]
    assert after["Drafts"][:2] == before["Drafts"][:2]
    # a UID was used up, so a mail has really been there
    assert after["Drafts"][2] == before["Drafts"][2] + 1


def test_on_the_live_server_other_open_sessions_keep_their_place(live):
    """Somebody has the folder open and mails of it marked as deleted meanwhile."""
    user = live.user()
    endpoint = live.endpoint("imaps", Security.TLS)
    with witness(endpoint, user) as client:
        for _number in range(3):
            client.append("Drafts", "()", None, MAIL)
        client.select("Drafts")
        client.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
        assert probe_imap(endpoint, user, try_append=True)[-1].ok
        client.noop()
        _ok, lines = client.uid("FETCH", "1:*", "(UID FLAGS)")
        client.unselect()
    assert [line[:1] for line in lines] == [b"1", b"2", b"3"]
    assert [b"\\Deleted" in line for line in lines] == [False, True, False]
