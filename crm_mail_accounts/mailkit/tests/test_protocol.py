"""The same demands on servers of several kinds: in memory, and the real ones.

``bare`` has no extension and the folders of servers that prefix everything with
``INBOX.``; ``full`` has those that we use; ``imaps``, ``starttls`` and ``plain``
are the live Dovecot (skipped where it does not run).
"""

import imaplib
import ssl
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pytest

from mailkit.errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    ServerRefused,
)
from mailkit.imap.fetch import INDEX_SECTION
from mailkit.imap.probe import probe_imap
from mailkit.imap.session import ImapSession
from mailkit.imap.utf7 import encode
from mailkit.tests.fake_imap import BARE, FULL, FakeImap
from mailkit.values import Credentials, Endpoint, Role, Security

LIVE = {
    "imaps": ("imaps", Security.TLS),
    "starttls": ("imap", Security.STARTTLS),
    "plain": ("imap", Security.NONE),
}
MAIL = (
    b"From: Anna <anna@example.com>\r\nTo: bob@example.com\r\n"
    b"Subject: hello\r\nMessage-ID: <1@example.com>\r\n\r\nGood day.\r\n"
)


@dataclass
class Kind:
    """One server, one fresh user."""

    name: str
    endpoint: Endpoint
    credentials: Credentials
    delimiter: str = "/"
    prefix: str = ""

    def open(self, **options) -> ImapSession:
        return ImapSession.open(self.endpoint, self.credentials, **options)

    def raw(self, *path: str) -> str:
        """The raw name of a folder below the mailbox's root."""
        return self.prefix + encode(self.delimiter.join(path)).decode("ascii")


@pytest.fixture(params=["bare", "full", *LIVE])
def kind(request):
    if request.param in LIVE:
        live = request.getfixturevalue("live")
        port, security = LIVE[request.param]
        yield Kind(request.param, live.endpoint(port, security), live.user())
        return
    certificates = request.getfixturevalue("certificates")
    bare = request.param == "bare"
    options = {"delimiter": ".", "prefix": "INBOX."} if bare else {}
    with FakeImap(
        capabilities=BARE if bare else FULL,
        certificate=certificates["good"],
        ca_file=certificates["ca"],
        starttls=not bare,
        **options,
    ) as fake:
        security = Security.TLS if bare else Security.STARTTLS
        credentials = Credentials("anna@live.test", fake.password)
        yield Kind(request.param, fake.endpoint(security), credentials, **options)


@pytest.fixture
def session(kind):
    with kind.open() as session:
        yield session


def filled(session, count, raw="INBOX"):
    for number in range(1, count + 1):
        session.append(raw, MAIL.replace(b"hello", b"number %d" % number))


# -- login --------------------------------------------------------------------


def test_a_good_login_opens_a_session(kind, session):
    assert session.authenticated
    assert "IMAP4REV1" in session.capabilities
    assert (session.tls is None) == (kind.endpoint.security is Security.NONE)
    if kind.name not in ("bare",):
        assert "QRESYNC" in session.enabled


def test_a_wrong_password_is_an_authentication_error(kind):
    wrong = replace(kind.credentials, password="wr0ng")
    with pytest.raises(AuthError) as caught:
        ImapSession.open(kind.endpoint, wrong)
    assert caught.value.code == "auth_failed"
    assert "wr0ng" not in repr(caught.value)


def test_a_password_with_accents_reaches_the_server(kind):
    with pytest.raises(AuthError):
        ImapSession.open(kind.endpoint, replace(kind.credentials, password="pässwörd"))


def test_the_connection_test_tells_all_steps(kind):
    steps = probe_imap(kind.endpoint, kind.credentials)
    assert [step.name for step in steps if not step.ok] == []
    details = {step.name: step.detail for step in steps}
    assert int(details["folders"]) >= 5
    assert ("quota" in details) == (kind.name != "bare")
    assert "IMAP4rev1" in details["capability"]


# -- folders ------------------------------------------------------------------


def test_the_usual_folders_have_their_roles(session):
    roles = {folder.role for folder in session.list_folders()}
    assert roles >= {Role.INBOX, Role.DRAFTS, Role.SENT, Role.JUNK, Role.TRASH}


def test_a_folder_with_accents_is_made_listed_opened_and_deleted(kind, session):
    name = ("Clienti", "Società Perù & Co")
    raw = kind.raw(*name)
    session.create_folder(raw)
    (found,) = [one for one in session.list_folders() if one.path[-1] == name[-1]]
    assert found.raw == raw
    assert found.delimiter == kind.delimiter
    assert found.path[-2:] == name
    assert found.role is Role.NONE
    assert session.examine(found.raw).exists == 0
    session.append(found.raw, MAIL)
    assert session.status(found.raw).exists == 1
    session.delete_folder(found.raw)
    assert name[-1] not in {one.path[-1] for one in session.list_folders()}


@pytest.mark.parametrize(
    "name", ['quo"te', "back\\slash", "per%cent st*r", "[x] {3}", "a'b"]
)
def test_odd_names_come_back_as_they_were(kind, session, name):
    raw = kind.raw(name)
    try:
        session.create_folder(raw)
    except ServerRefused:
        pytest.xfail(f"{kind.name} does not take such a name")
    assert raw in {folder.raw for folder in session.list_folders()}
    assert session.examine(raw).exists == 0


def test_subscriptions_are_told(kind, session):
    raw = kind.raw("Projects")
    session.create_folder(raw)
    for wanted in (True, False):
        session.subscribe(raw, wanted)
        found = {one.raw: one.subscribed for one in session.list_folders()}
        assert found[raw] is wanted


def test_a_renamed_folder_keeps_its_mail(kind, session):
    session.create_folder(kind.raw("Old"))
    session.append(kind.raw("Old"), MAIL)
    session.examine(kind.raw("Old"))
    session.rename_folder(kind.raw("Old"), kind.raw("New"))
    assert session.selected != kind.raw("Old")
    assert session.examine(kind.raw("New")).exists == 1


def test_a_folder_that_is_not_there_is_refused_and_the_session_goes_on(session):
    with pytest.raises(ServerRefused):
        session.examine("Nowhere")
    assert session.examine("INBOX").exists == 0


@pytest.mark.parametrize(
    "evil",
    [
        'INBOX"\r\nA99 CREATE "pwned',
        "INBOX\r\nA99 CREATE pwned",
        "INBOX\nA99 CREATE pwned",
        "INBOX\0",
        "x\x7f",
    ],
)
def test_a_folder_name_is_no_way_to_slip_in_a_command(session, evil):
    """Law 9."""
    for command in (
        session.examine,
        session.select,
        session.status,
        session.create_folder,
        session.delete_folder,
        session.subscribe,
        lambda raw: session.append(raw, MAIL),
        lambda raw: session.rename_folder("INBOX", raw),
    ):
        with pytest.raises(InvalidArgument):
            command(evil)
    assert not any("pwned" in folder.raw for folder in session.list_folders())


def test_a_flag_is_no_way_to_slip_in_a_command(session):
    """Law 9."""
    with pytest.raises(InvalidArgument):
        session.append("INBOX", MAIL, ["\\Seen) {3}\r\nabc\r\nA99 CREATE pwned"])
    assert not any("pwned" in folder.raw for folder in session.list_folders())


# -- mail ---------------------------------------------------------------------


def test_an_appended_mail_has_its_flags_and_date_and_bytes(session):
    date = datetime(2026, 5, 7, 8, 9, 10, tzinfo=timezone.utc)
    told = session.append("INBOX", MAIL, ["\\Flagged", "\\Seen", "$Forwarded"], date)
    state = session.examine("INBOX")
    (message,) = session.fetch_index(1, 100)
    if "UIDPLUS" in session.capabilities:
        assert told == (state.uidvalidity, message.uid)
    else:
        assert told is None
    assert {"\\Flagged", "\\Seen", "$Forwarded"} <= set(message.flags)
    assert message.internaldate == date
    assert message.size == len(MAIL)
    assert session.fetch_body(message.uid) == MAIL


def test_a_folder_tells_its_numbers(kind, session):
    filled(session, 3)
    state = session.examine("INBOX")
    assert (state.exists, state.uidnext, state.read_only) == (3, 4, True)
    assert state.uidvalidity > 0
    assert (state.highestmodseq is None) == (kind.name == "bare")
    assert not session.select("INBOX").read_only
    outside = session.status(kind.raw("Sent"))
    assert (outside.exists, outside.unseen) == (0, 0)


def test_all_folders_tell_their_numbers_in_one_round_trip(kind, session):
    filled(session, 2)
    states = session.list_states()
    if kind.name == "bare":
        assert states is None
        return
    assert states["INBOX"].exists == 2
    assert states["INBOX"].unseen == 2
    assert set(states) == {one.raw for one in session.list_folders() if one.selectable}


def test_the_newest_window_is_read_by_its_uids(kind, session):
    filled(session, 12)
    state = session.examine("INBOX")
    found = {
        m.uid: m for m in session.fetch_index(state.uidnext - 5, state.uidnext - 1)
    }
    assert sorted(found) == [8, 9, 10, 11, 12]
    header = found[12].sections[INDEX_SECTION]
    assert b"Subject: number 12" in header
    assert b"<1@example.com>" in header
    assert b"Good day" not in header
    assert found[12].size == len(MAIL) + 4
    assert (found[12].modseq is None) == (kind.name == "bare")
    assert not session.dropped


def test_a_window_that_was_asked_ahead_is_the_same(session):
    filled(session, 9)
    session.examine("INBOX")
    asked_now = list(session.fetch_index(4, 9))
    session.ask_index(4, 9)
    assert list(session.fetch_index(4, 9)) == asked_now
    assert [message.uid for message in session.fetch_index(1, 3)] == [1, 2, 3]


def test_a_window_asked_ahead_is_forgotten_for_another_command(kind, session):
    filled(session, 3)
    session.create_folder(kind.raw("Other"))
    session.append(kind.raw("Other"), MAIL.replace(b"hello", b"other"))
    session.examine("INBOX")
    session.ask_index(1, 2)
    assert [message.uid for message in session.fetch_index(3, 3)] == [3]
    session.ask_index(1, 1)
    assert session.search_uids(1, 9) == [1, 2, 3]
    session.ask_index(1, 1)
    # the same question in another folder is another one
    session.examine(kind.raw("Other"))
    (message,) = session.fetch_index(1, 1)
    assert b"Subject: other" in message.sections[INDEX_SECTION]
    session.ask_index(1, 1)
    session.ask_index(1, 1)
    assert len(list(session.fetch_index(1, 1))) == 1


def test_a_window_beyond_the_newest_mail_is_empty(session):
    filled(session, 2)
    session.examine("INBOX")
    assert list(session.fetch_index(3, 1000)) == []
    assert session.search_uids(3, 1000) == []


def test_search_tells_the_uids_that_exist(session):
    filled(session, 5)
    session.examine("INBOX")
    assert session.search_uids(2, 4) == [2, 3, 4]
    assert session.search_uids(1, 4294967) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("command", ["examine", "select"])
def test_reading_mail_changes_no_flag(session, command):
    """Law 1: neither the index nor the body, not even in a writable folder."""
    filled(session, 2)
    getattr(session, command)("INBOX")
    before = {m.uid: m.flags for m in session.fetch_index(1, 9)}
    session.fetch_body(1)
    session.fetch_body(2)
    after = {m.uid: m.flags for m in session.fetch_index(1, 9)}
    assert after == before
    assert not any("\\Seen" in flags for flags in after.values())
    # another client sees the same
    session.examine("INBOX")
    again = {m.uid: m.flags for m in session.fetch_index(1, 9)}
    assert not any("\\Seen" in flags for flags in again.values())


def test_another_program_finds_the_mail_as_we_stored_it_and_unread(kind, session):
    """Python's own imaplib is the witness that shares no line with us."""
    session.append("INBOX", MAIL, ["\\Flagged"])
    session.select("INBOX")
    assert len(list(session.fetch_index(1, 9))) == 1
    session.fetch_body(1)
    endpoint, user = kind.endpoint, kind.credentials
    context = ssl.create_default_context(cafile=endpoint.ca_file)
    if endpoint.security is Security.TLS:
        witness = imaplib.IMAP4_SSL(
            endpoint.host, endpoint.port, ssl_context=context, timeout=60
        )
    else:
        witness = imaplib.IMAP4(endpoint.host, endpoint.port, timeout=60)
        if endpoint.security is Security.STARTTLS:
            witness.starttls(context)
    with witness:
        witness.login(user.username, user.password)
        witness.select("INBOX", readonly=True)
        _ok, answer = witness.uid("FETCH", "1", "(FLAGS BODY.PEEK[])")
        assert answer[0][1] == MAIL
        text = answer[0][0] + answer[1]
        assert b"\\Flagged" in text
        assert b"\\Seen" not in text


def test_a_body_that_is_not_there_is_refused(session):
    filled(session, 1)
    session.examine("INBOX")
    with pytest.raises(ServerRefused) as caught:
        session.fetch_body(77)
    assert caught.value.response_code == "NONEXISTENT"


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: caff\xe8 \xff\xfe",
        "Subject: caffè ✉".encode(),
        b"Subject: a\r\n\tfolded\r\n line",
        b'Subject: ) "quoted\\ {12}',
        b"Subject: " + b"long " * 2000,
        b"Subject:",
        b"no colon at all",
    ],
)
def test_headers_against_the_rules_come_through(session, header):
    raw = b"From: x@example.com\r\n" + header + b"\r\n\r\nbody\r\n"
    session.append("INBOX", raw)
    session.append("INBOX", MAIL)
    session.examine("INBOX")
    first, second = session.fetch_index(1, 9)
    if b":" in header and header != b"Subject:":
        unfolded = first.sections[INDEX_SECTION].replace(b"\r\n", b"")
        assert header[9:40].replace(b"\r\n", b"") in unfolded
    assert session.fetch_body(first.uid) == raw
    assert second.uid == 2


def test_nul_in_a_mail_comes_through_where_the_server_takes_it(session):
    raw = b"Subject: a\0b\r\n\r\nbody\0\r\n"
    try:
        session.append("INBOX", raw)
    except CapabilityMissing:
        assert "BINARY" not in session.capabilities
        return
    session.append("INBOX", MAIL)
    session.examine("INBOX")
    first, second = session.fetch_index(1, 9)
    # servers may show NUL as another byte outside of BINARY; nothing may be lost
    assert b"Subject: a" in first.sections[INDEX_SECTION]
    assert len(session.fetch_body(first.uid)) >= len(raw) - 2
    assert second.uid == 2


def test_a_large_mail_comes_back_whole(session):
    raw = MAIL + b"".join(b"%07d %s\r\n" % (n, b"x" * 60) for n in range(30_000))
    session.append("INBOX", raw)
    session.examine("INBOX")
    assert session.fetch_body(1) == raw


def test_an_index_of_many_mails_loses_none(session):
    filled(session, 300)
    session.examine("INBOX")
    assert [message.uid for message in session.fetch_index(1, 300)] == [*range(1, 301)]


def test_two_sessions_of_one_account_see_each_others_mail(kind, session):
    session.examine("INBOX")
    with kind.open() as other:
        other.append("INBOX", MAIL)
    session.noop()
    assert [message.uid for message in session.fetch_index(1, 9)] == [1]


def test_quota_is_told_or_known_to_be_missing(session):
    if "QUOTA" in session.capabilities:
        quota = session.quota("INBOX")
        assert quota is None or 0 <= quota.used <= quota.limit
    else:
        with pytest.raises(CapabilityMissing):
            session.quota("INBOX")
