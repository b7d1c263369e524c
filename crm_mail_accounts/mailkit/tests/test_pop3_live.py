"""POP3 with the real server: what it stores comes back, and what is deleted is gone."""

from datetime import datetime

import pytest

from mailkit.errors import AuthError, NetworkError, ServerRefused, TlsError
from mailkit.pop3.probe import probe_pop3
from mailkit.pop3.session import Pop3Session
from mailkit.sync.pop3 import (
    KnownMail,
    MailState,
    Policy,
    digest_of,
    plan_session,
    settle,
    uidl_key,
)
from mailkit.tests.other_client import OtherClient, text_mail
from mailkit.values import Credentials, Security

NOW = datetime(2026, 11, 22, 10, 0, 0)
HARD = [
    text_mail(1),
    b"Subject: dots\r\n\r\n.\r\n..\r\n...three\r\n.\r\n",
    b"Subject: long\r\n\r\n" + b"x" * 200_000 + b"\r\n",
    b"Subject: \xe4\xff\r\n\r\n8 bit \x80\xff\r\nno end",
    b"\r\nno header\r\n",
    text_mail(6) + (b"y" * 70 + b"\r\n") * 40_000,
]
WAYS = [
    ("pop3s", Security.TLS),
    ("pop3", Security.STARTTLS),
    ("pop3", Security.NONE),
]


@pytest.fixture
def user(live):
    return live.user()


@pytest.fixture
def fill(live, user):
    def fill(*mails):
        with OtherClient(live, user) as other:
            for raw in mails:
                other.ok(other.imap.append("INBOX", None, None, raw))

    return fill


@pytest.fixture
def opened(live, user):
    sessions = []

    def opened(port="pop3s", security=Security.TLS, credentials=user, **options):
        endpoint = live.endpoint(port, security)
        sessions.append(Pop3Session.open(endpoint, credentials, **options))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


@pytest.mark.parametrize(("port", "security"), WAYS)
def test_every_way_in_reads_the_same_mails(opened, fill, port, security):
    fill(*HARD)
    with opened(port, security) as session:
        assert (session.tls is None) == (security is Security.NONE)
        sizes, uidls = session.sizes(), session.uidls()
        assert list(sizes) == list(uidls) == [1, 2, 3, 4, 5, 6]
        assert len(set(uidls.values())) == 6
        drop = session.stat()
        assert (drop.count, drop.octets) == (6, sum(sizes.values()))
        for number, raw in enumerate(HARD, 1):
            # POP3 can only tell whole lines
            want = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
            assert session.retrieve(number) == want
            assert b"".join(session.retrieve_blocks(number)) == want
        session.noop()


def test_the_header_alone(opened, fill):
    fill(HARD[0], HARD[1])
    with opened() as session:
        header, _empty, body = HARD[0].partition(b"\r\n\r\n")
        assert session.top(1) == header + b"\r\n\r\n"
        assert session.top(1, 1) == header + b"\r\n\r\n" + body
        assert session.top(2, 2) == b"Subject: dots\r\n\r\n.\r\n..\r\n"


def test_an_empty_maildrop(opened):
    with opened() as session:
        assert (session.stat().count, session.sizes(), session.uidls()) == (0, {}, {})
        with pytest.raises(ServerRefused) as caught:
            session.retrieve(1)
        assert caught.value.code == "message_gone"


def test_only_quit_deletes(opened, fill):
    fill(*(text_mail(number) for number in range(1, 5)))
    with opened() as session:
        session.delete(1)
    session = opened()
    session.delete(2)
    session.close()
    session = opened()
    session.delete(1)
    session.reset()
    session.quit()
    session = opened()
    uidls = session.uidls()
    assert len(uidls) == 4
    session.delete(2)
    session.delete(4)
    with pytest.raises(ServerRefused) as caught:
        session.retrieve(2)
    assert caught.value.code == "message_gone"
    session.quit()
    with opened() as session:
        assert list(session.uidls().values()) == [uidls[1], uidls[3]]


def test_fetching_marks_nothing_as_read(live, user, opened, fill):
    fill(text_mail(1))
    with opened() as session:
        session.top(1, 1)
    with OtherClient(live, user) as other:
        (answer,) = other.ok(other.imap.fetch("1", "(FLAGS)"))
    assert b"\\Seen" not in answer


@pytest.mark.parametrize("kind", ["microsoft", "google"])
def test_a_token_logs_in(live, user, opened, fill, kind):
    fill(text_mail(1))
    scope = "offline_access https://outlook.office.com/POP.AccessAsUser.All"
    scope = scope if kind == "microsoft" else ""
    token = live.token(user.username, kind, scope)
    with opened(credentials=Credentials(user.username, access_token=token)) as session:
        assert session.stat().count == 1


def test_a_token_of_another_purpose_is_refused(live, user, opened):
    token = live.token(user.username)  # for IMAP and SMTP
    with pytest.raises(AuthError) as caught:
        opened(credentials=Credentials(user.username, access_token=token))
    assert caught.value.code in ("token_refused", "token_scope")
    with pytest.raises(AuthError):
        opened(credentials=Credentials(user.username, access_token="no-such-token"))


@pytest.mark.parametrize(("port", "security"), WAYS)
def test_a_wrong_password_is_told(opened, user, port, security):
    wrong = Credentials(user.username, "not-the-password")
    with pytest.raises(AuthError) as caught:
        opened(port, security, credentials=wrong)
    assert caught.value.code == "auth_failed"


def test_a_port_of_the_other_kind_is_an_error(opened):
    # the server may hang up on our handshake before its greeting is read
    with pytest.raises((TlsError, NetworkError)):
        opened("pop3", Security.TLS)
    with pytest.raises(NetworkError):
        opened("pop3s", Security.NONE, connect_timeout=0.5)


@pytest.mark.parametrize(("port", "security"), WAYS)
def test_the_connection_test(live, user, fill, port, security):
    fill(text_mail(1), text_mail(2))
    steps = probe_pop3(live.endpoint(port, security), user)
    names = "resolve connect greeting capability login mailbox".split()
    if security is not Security.NONE:
        names.insert(2 if security is Security.TLS else 3, "tls")
    assert [step.name for step in steps] == names
    assert all(step.ok for step in steps)
    details = {step.name: step.detail for step in steps}
    assert details["capability"] == "UIDL, TOP"
    assert details["mailbox"].startswith("2, ")
    without = probe_pop3(live.endpoint(port, security))
    assert [step.name for step in without] == names[:-2]


def test_a_maildrop_is_collected_once_and_emptied_when_asked(opened, fill):
    """The plan and the session together, as the bridge will use them."""
    fill(*HARD[:4])
    known, imported = {}, []

    def collect(policy):
        session = opened()
        plan = plan_session(session.sizes(), session.uidls(), known, policy, NOW)
        known.update((one.key, one) for one in plan.new)
        for mail in plan.fetch:
            raw = session.retrieve(mail.number)
            one = settle(mail, digest_of(raw), None, NOW)
            if one.state is MailState.FETCHED:
                imported.append(raw)
                one = KnownMail(one.key, MailState.APPENDED, one.size, NOW, one.digest)
            known[one.key] = one
        for mail in plan.delete:
            session.delete(mail.number)
        session.quit()
        return plan

    plan = collect(Policy(max_mails=3))
    assert (len(plan.fetch), plan.left, plan.delete) == (3, 1, ())
    assert imported[0] == HARD[1]
    collect(Policy())
    assert (len(imported), imported[-1]) == (4, HARD[0])
    plan = collect(Policy())
    assert (plan.fetch, plan.delete) == ((), ())
    fill(text_mail(9))
    plan = collect(Policy(leave_days=0))
    assert [mail.number for mail in plan.fetch] == [5]
    assert [mail.number for mail in plan.delete] == [1, 2, 3, 4]
    with opened() as session:
        (uidl,) = session.uidls().values()
        assert known[uidl_key(uidl)].state is MailState.APPENDED
    assert len(imported) == 5
