"""Login by an access token: what is sent, and what each refusal means."""

import base64
import json

import pytest

from mailkit.errors import AuthError, InvalidArgument, NetworkError, ServerRefused
from mailkit.imap.session import ImapSession
from mailkit.sasl import token_answers, token_mechanism, token_refusal
from mailkit.smtp.session import SmtpSession
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.trace import Trace
from mailkit.values import Credentials, Endpoint, Security

TOKEN = "t0ken-" + "abcdefgh" * 6
ANNA = Credentials("anna@example.com", access_token=TOKEN)
SERVER = Endpoint("imap.example.com", 993, Security.TLS)
PROTOCOLS = ("imap", "smtp")


def challenge(text):
    text = text if isinstance(text, bytes) else json.dumps(text).encode()
    return base64.b64encode(text)


def refusing(protocol, explanation, verdict, offered="XOAUTH2"):
    """A server that takes the token, explains itself and says no.  ``explanation`` is
    a line as it goes behind ``+`` or ``334``, or ``None``; the answer to it is kept."""
    answers = []

    def script(peer):
        if protocol == "imap":
            offers = b" ".join(b"AUTH=" + word.encode() for word in offered.split())
            peer.send(b"* OK [CAPABILITY IMAP4rev1 SASL-IR " + offers + b"] ready\r\n")
            tag, *words = peer.line().split(b" ")
            more, end = b"+ ", tag + b" "
        else:
            peer.send(b"220 ready\r\n")
            peer.expect(b"EHLO")
            peer.send(b"250-hello\r\n250 AUTH " + offered.encode() + b"\r\n")
            words = peer.line().split(b" ")
            more, end = b"334 ", b""
        if len(words) < 3:  # a long token waits for leave
            peer.send(more + b"\r\n")
            peer.line()
        if explanation is not None:
            peer.send(more + explanation + b"\r\n")
            answers.append(peer.line())
        peer.send(end + verdict + b"\r\n")
        peer.wait_for_end()

    server = ScriptedServer(script)
    server.answers = answers
    return server


def refused(protocol, explanation, verdict, offered="XOAUTH2"):
    """The error that a refusal becomes, and what was answered to the explanation."""
    session = {"imap": ImapSession, "smtp": SmtpSession}[protocol]
    with refusing(protocol, explanation, verdict, offered) as server:
        with pytest.raises((AuthError, ServerRefused, NetworkError)) as caught:
            session.open(server.endpoint(), ANNA, connect_timeout=20, read_timeout=20)
    return caught.value, server.answers


# -- what is sent -------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "mechanism"),
    [
        (["PLAIN", "OAUTHBEARER", "XOAUTH2"], "XOAUTH2"),
        (["PLAIN", "OAUTHBEARER"], "OAUTHBEARER"),
        (["PLAIN", "LOGIN"], ""),
        ([], ""),
    ],
)
def test_the_older_mechanism_is_preferred(offered, mechanism):
    assert token_mechanism(offered) == mechanism


def test_what_the_mechanisms_send():
    assert token_answers("XOAUTH2", "anna@example.com", "t", SERVER) == [
        b"user=anna@example.com\x01auth=Bearer t\x01\x01",
        b"",
    ]
    # RFC 7628 4.1
    assert token_answers("OAUTHBEARER", "anna@example.com", "t", SERVER) == [
        b"n,a=anna@example.com,\x01host=imap.example.com\x01port=993\x01"
        b"auth=Bearer t\x01\x01",
        b"\x01",
    ]


def test_a_name_cannot_end_the_header_early():
    initial, _last = token_answers("OAUTHBEARER", "a=b,c", "t", SERVER)
    assert initial.startswith(b"n,a=a=3Db=2Cc,\x01host=")


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize(
    ("user", "token"), [("a\x01auth=Bearer x", "t"), ("a", "t\x01user=b"), ("a", "\n")]
)
def test_no_part_can_bring_another_one_along(mechanism, user, token):
    with pytest.raises(InvalidArgument):
        token_answers(mechanism, user, token, SERVER)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_without_either_mechanism_is_told_and_gets_nothing(protocol):
    error, answers = None, []
    session = {"imap": ImapSession, "smtp": SmtpSession}[protocol]
    with refusing(protocol, None, b"", "PLAIN LOGIN") as server:
        with pytest.raises(AuthError) as caught:
            session.open(server.endpoint(), ANNA, connect_timeout=20, read_timeout=20)
        error = caught.value
    assert error.code == "auth_not_offered"
    assert not answers
    assert b"AUTH" not in server.received.replace(b"AUTH=", b"")


# -- what a refusal means -----------------------------------------------------

DOVECOT = challenge({"status": "401", "schemes": "bearer", "scope": "mail"})
GOOGLE = challenge(
    {"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}
)
NO = {"imap": b"NO [AUTHENTICATIONFAILED] no", "smtp": b"535 5.7.8 no"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("explanation", "code"),
    [
        (DOVECOT, "token_refused"),
        (GOOGLE, "token_refused"),
        (challenge({"status": 401}), "token_refused"),
        (challenge({"status": "invalid_token"}), "token_refused"),
        (challenge({"status": "invalid_request"}), "token_refused"),
        (challenge({"status": "insufficient_scope", "scope": "x"}), "token_scope"),
        (challenge({"status": "Insufficient_Scope"}), "token_scope"),
        (challenge({"error": "insufficient_scope", "status": "401"}), "token_scope"),
        (challenge({"status": "403"}), "token_scope"),
        # untidy ones: no padding, no base64, no JSON, other JSON, nothing at all
        (challenge({"status": "403"}).rstrip(b"="), "token_scope"),
        (b'{"status":"insufficient_scope"}', "token_scope"),
        (b"%%%", "token_refused"),
        (challenge(b"\xff\xfe not JSON"), "token_refused"),
        (challenge([{"status": "403"}]), "token_refused"),
        (challenge({"status": {"status": "403"}, "error": True}), "token_refused"),
        (challenge(b"[" * 5000), "token_refused"),
        (b"", "token_refused"),
        (None, "token_refused"),
    ],
)
def test_each_explanation_has_its_meaning(protocol, explanation, code):
    if protocol == "smtp" and explanation and len(explanation) > 4000:
        explanation = explanation[:4000]  # a reply line has its limit
    error, answers = refused(protocol, explanation, NO[protocol])
    assert (type(error), error.code, error.retry) == (AuthError, code, False)
    # XOAUTH2 wants an empty answer to its explanation
    assert answers == ([] if explanation is None else [b""])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_explanation_of_oauthbearer_is_answered_as_the_standard_says(protocol):
    """RFC 7628 3.2.3: with one control character, in base64."""
    error, answers = refused(
        protocol, challenge({"status": "invalid_token"}), NO[protocol], "OAUTHBEARER"
    )
    assert error.code == "token_refused"
    assert answers == [b"AQ=="]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("word", ["503", "temporarily_unavailable", "server_error"])
def test_a_provider_in_trouble_is_no_refusal_of_the_token(protocol, word):
    error, _answers = refused(protocol, challenge({"status": word}), NO[protocol])
    assert isinstance(error, ServerRefused)
    assert error.retry


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (b"NO AUTHENTICATE failed.", "token_refused"),  # Exchange Online
        (b"no authenticate failed", "token_refused"),
        (b"NO [AUTHENTICATIONFAILED]", "token_refused"),
        (b"NO [EXPIRED] the token is too old", "token_refused"),
        (b"NO [AUTHORIZATIONFAILED] insufficient_scope", "token_scope"),
        (b"BAD Invalid SASL argument. x1", "token_refused"),  # Google
        (b"NO [PRIVACYREQUIRED] TLS first", "auth_needs_tls"),
    ],
)
def test_each_refusal_by_imap_has_its_meaning(verdict, code):
    error, _answers = refused("imap", None, verdict)
    assert (type(error), error.code, error.retry) == (AuthError, code, False)


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (b"NO [UNAVAILABLE] the provider does not answer", ServerRefused),
        (b"NO [THROTTLED] later", ServerRefused),
        (b"BAD User is authenticated but not connected.", NetworkError),
        (b"NO User is authenticated but not connected.", NetworkError),
    ],
)
def test_what_is_about_the_moment_does_not_blame_the_token(verdict, kind):
    error, _answers = refused("imap", None, verdict)
    assert isinstance(error, kind)
    assert error.retry


def test_a_goodbye_in_the_middle_of_a_login_is_temporary():
    def script(peer):
        peer.send(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n")
        peer.line()
        peer.send(b"* BYE Connection is closed. 14\r\n")

    with ScriptedServer(script) as server:
        with pytest.raises(NetworkError) as caught:
            ImapSession.open(server.endpoint(), ANNA, read_timeout=20)
    assert caught.value.retry


@pytest.mark.parametrize(
    ("verdict", "kind", "code"),
    [
        (b"535 5.7.3 Authentication unsuccessful", AuthError, "token_refused"),
        (b"535-5.7.8 Username and Password\r\n535 not accepted", AuthError, None),
        (b"538 TLS", AuthError, "auth_needs_tls"),
        (b"504 5.5.4 Unrecognized authentication type", AuthError, "auth_not_offered"),
        (b"454 4.7.0 Temporary authentication failure", ServerRefused, None),
        (b"432 4.3.2 Concurrent connections limit exceeded", ServerRefused, None),
        (b"421 4.7.0 too many", ServerRefused, None),
        # only 235 means success (RFC 4954 section 4)
        (b"250 fine", AuthError, "token_refused"),
        (b"200 OK", AuthError, "token_refused"),
    ],
)
def test_each_refusal_by_smtp_has_its_meaning(verdict, kind, code):
    error, _answers = refused("smtp", None, verdict)
    assert isinstance(error, kind)
    assert error.retry == (kind is ServerRefused)
    if kind is AuthError:
        assert error.code == (code or "token_refused")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_only_one_attempt_is_made(protocol):
    session = {"imap": ImapSession, "smtp": SmtpSession}[protocol]
    with refusing(protocol, None, NO[protocol], "XOAUTH2 OAUTHBEARER PLAIN") as server:
        with pytest.raises(AuthError):
            session.open(
                server.endpoint(),
                Credentials("anna", "s3cret", access_token="t"),
                read_timeout=20,
            )
    lines = server.received.split(b"\r\n")
    assert sum(b"XOAUTH2" in line for line in lines) == 1
    assert not any(b"OAUTHBEARER" in line or b"PLAIN" in line for line in lines)


# -- secrets ------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", [20, 60, 600, 2400])
def test_a_server_that_repeats_the_token_does_not_bring_it_into_the_log(protocol, size):
    secret = "q" + "Zx9-" * (size // 4)
    initial = f"user=anna\x01auth=Bearer {secret}\x01\x01"
    encoded = base64.b64encode(initial.encode()).decode()
    texts = [secret, encoded, encoded[: len(encoded) // 2 + 10], secret[:-3]]
    trace = Trace()
    session = {"imap": ImapSession, "smtp": SmtpSession}[protocol]
    credentials = Credentials("anna", access_token=secret)
    shown = ""
    for text in texts:
        explanation = challenge({"status": "invalid_token", "error": secret[:1000]})
        verdict = NO[protocol] + b" " + text.encode()[:4000]
        with refusing(protocol, explanation, verdict) as server:
            with pytest.raises(AuthError) as caught:
                session.open(
                    server.endpoint(), credentials, read_timeout=20, trace=trace
                )
        error = caught.value
        shown += f"{error!r} {error} {error.detail} {error.__cause__!r}"
    shown += "\n".join(trace.entries)
    for text in (secret, encoded, "Zx9-Zx9-Zx9-", encoded[:30], encoded[5:40]):
        assert text not in shown


def test_half_of_a_long_token_is_not_shown_either():
    secret = "q" + "Zx9-" * 600
    error = token_refusal([], f"no such token: {secret[:900]}", (secret,))
    assert error.detail == "no such token: ***"
    error = token_refusal([challenge({"status": secret})], "no", (secret,))
    assert "Zx9-" not in error.detail


# -- the live servers ---------------------------------------------------------

LIVE = {
    "imaps": (ImapSession, Security.TLS),
    "imap": (ImapSession, Security.STARTTLS),
    "submissions": (SmtpSession, Security.TLS),
    "submission": (SmtpSession, Security.STARTTLS),
}


def logged_in(live, port, credentials, mechanism="XOAUTH2"):
    """A session whose server seems to offer this mechanism only."""
    kind, security = LIVE[port]
    session = kind.open(live.endpoint(port, security), read_timeout=20)
    try:
        if kind is ImapSession:
            words = {f"AUTH={mechanism}", "SASL-IR", "IMAP4REV1"}
            assert words <= session.capabilities
            session._set_capabilities(word.encode() for word in words)
        else:
            assert mechanism in session.extensions["AUTH"].split()
            session.extensions["AUTH"] = mechanism
        session.login(credentials)
    except BaseException:
        session.close()
        raise
    return session


def with_token(live, user="", provider="microsoft", scope=""):
    user = user or live.user().username
    return Credentials(user, access_token=live.token(user, provider, scope))


@pytest.mark.parametrize("provider", ["google", "microsoft"])
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("port", list(LIVE))
def test_a_token_opens_the_mailbox_and_the_way_out(live, port, mechanism, provider):
    """Google's tokens go with the command, Microsoft's are too long for that."""
    credentials = with_token(live, provider=provider)
    with logged_in(live, port, credentials, mechanism) as session:
        assert session.authenticated
        session.noop()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("port", ["submissions", "submission"])
def test_a_mail_sent_by_token_arrives(live, port, mechanism):
    credentials = with_token(live)
    to = live.user()
    raw = b"Subject: by token\r\nMessage-ID: <token@live.test>\r\n\r\nGood day.\r\n"
    with logged_in(live, port, credentials, mechanism) as session:
        delivery = session.send(credentials.username, [to.username], raw)
    assert delivery.accepted == (to.username,)
    with ImapSession.open(live.endpoint("imaps", Security.TLS), to) as session:
        assert session.select("INBOX").exists == 1


def test_the_submission_server_lets_nothing_leave_the_machine(live):
    credentials = with_token(live)
    with logged_in(live, "submissions", credentials) as session:
        with pytest.raises(ServerRefused, match="Relaying denied"):
            session.send(credentials.username, ["a@example.com"], b"Subject: x\r\n\r\n")


def test_a_password_opens_the_way_out_as_well(live):
    endpoint = live.endpoint("submissions", Security.TLS)
    with SmtpSession.open(endpoint, live.user()) as session:
        assert session.authenticated
    wrong = Credentials(live.user().username, "wrong")
    with pytest.raises(AuthError) as caught:
        SmtpSession.open(endpoint, wrong)
    assert caught.value.code == "auth_failed"


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("port", ["imaps", "submissions"])
@pytest.mark.parametrize("reason", ["other user", "withdrawn", "expired", "nonsense"])
def test_a_token_that_is_not_good_is_refused(live, port, mechanism, reason):
    credentials = with_token(live)
    user, token = credentials.username, credentials.access_token
    logged_in(live, port, credentials, mechanism).close()
    if reason == "other user":
        user = live.user().username
    elif reason == "withdrawn":
        live.control("withdraw", mailbox=user)
    elif reason == "expired":
        live.control("expire", mailbox=user)
    else:
        token = live.password
    with pytest.raises(AuthError) as caught:
        bad = Credentials(user, access_token=token)
        logged_in(live, port, bad, mechanism).close()
    error = caught.value
    assert (error.code, error.retry) == ("token_refused", False)
    assert token not in repr(error) or token == live.password


def test_a_token_for_sending_opens_no_mailbox(live):
    credentials = with_token(live, scope="https://outlook.office.com/SMTP.Send")
    logged_in(live, "submissions", credentials).close()
    with pytest.raises(AuthError) as caught:
        logged_in(live, "imaps", credentials).close()
    assert caught.value.code == "token_refused"


def test_a_token_is_no_password_and_passwords_ask_no_provider(live):
    good = with_token(live, provider="google")
    as_password = Credentials(good.username, good.access_token)
    for port in ("imaps", "submissions"):
        kind, security = LIVE[port]
        with pytest.raises(AuthError) as caught:
            kind.open(live.endpoint(port, security), as_password)
        assert caught.value.code == "auth_failed"
    assert live.control("checked", token=good.access_token) == {"times": 0}
    logged_in(live, "imaps", good).close()
    assert live.control("checked", token=good.access_token) == {"times": 1}


def test_a_refreshed_token_opens_the_mailbox_where_the_old_one_expired(live):
    user = live.user().username
    for provider in ("google", "microsoft"):
        tokens = live.consent(user, provider)
        live.control("expire", mailbox=user)
        fresh = live.refresh(provider, tokens["refresh_token"])["access_token"]
        assert fresh != tokens["access_token"]
        logged_in(live, "imaps", Credentials(user, access_token=fresh)).close()
