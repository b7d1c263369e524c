"""SMTP submission: how far a mail had come."""

import pytest

from mailkit import limits
from mailkit.errors import (
    CapabilityMissing,
    InvalidArgument,
    NetworkError,
    ProtocolError,
    ServerRefused,
)
from mailkit.tests.scripted_smtp import (
    BOUND,
    MAIL,
    TAKEN,
    answer,
    content,
    opened,
    served,
)


def sent(
    then, *extensions, raw=MAIL, to=("bob@example.com",), sender="anna@example.com"
):
    server = served(then, *extensions or (b"8BITMIME",))
    with server:
        session = opened(server)
        try:
            return session.send(sender, list(to), raw)
        finally:
            session.close()


def failed(then, *extensions, error=Exception, **options):
    with pytest.raises(error) as caught:
        sent(then, *extensions, **options)
    return caught.value


def test_a_mail_arrives_as_it_was_but_for_its_dots_and_line_ends():
    got = []

    def then(peer):
        answer(peer, *TAKEN)
        got.append(content(peer))
        peer.send(b"250 2.0.0 queued as 7\r\n")

    result = sent(then, raw=MAIL.replace(b"\r\n", b"\n"))
    assert got == [b"Subject: hello\r\n\r\n..dot\r\n...two\r\nend"]
    assert result.accepted == ("bob@example.com",)
    assert "queued as 7" in result.reply
    assert result.refused == {}


@pytest.mark.parametrize(
    "raw", [b"", b".", b"\n.\n", b"a\n.\r\nMAIL FROM:<x>\n", b"a\r.\r"]
)
def test_no_content_can_end_the_mail_early(raw):
    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        peer.send(b"250 ok\r\n")
        answer(peer, (b"QUIT", b"221 bye"))

    with served(then, b"SIZE") as server:
        session = opened(server)
        session.send("anna@example.com", ["bob@example.com"], raw)
        session.quit()


def test_recipients_who_are_refused_do_not_stop_the_others():
    def then(peer):
        answer(
            peer,
            TAKEN[0],
            (b"RCPT TO:<no@example.com>", b"550 5.1.1 unknown"),
            *TAKEN[1:],
        )
        content(peer)
        peer.send(b"250 ok\r\n")

    result = sent(then, to=("no@example.com", "bob@example.com"))
    assert result.accepted == ("bob@example.com",)
    assert "unknown" in result.refused["no@example.com"]


def test_when_all_are_refused_nothing_is_sent_and_the_session_can_be_used_again():
    def then(peer):
        answer(
            peer,
            TAKEN[0],
            (b"RCPT TO", b"550 5.1.1 unknown"),
            (b"RSET", b"250 ok"),
            (b"NOOP", b"250 ok"),
        )

    with served(then, b"SIZE") as server:
        session = opened(server)
        with pytest.raises(ServerRefused) as caught:
            session.send("anna@example.com", ["bob@example.com"], MAIL)
        assert caught.value.step == "rcpt"
        assert "bob@example.com" in caught.value.facts
        session.noop()
        session.close()


@pytest.mark.parametrize(
    ("script", "step"),
    [
        ([(b"MAIL", b"451 later")], "mail"),
        ([TAKEN[0], (b"RCPT", b"452 full")], "rcpt"),
        ([*TAKEN[:2], (b"DATA", b"554 no")], "data"),
    ],
)
def test_a_refusal_tells_how_far_the_mail_had_come(script, step):
    def then(peer):
        answer(peer, *script, (b"RSET", b"250 ok"))

    error = failed(then, error=ServerRefused)
    assert error.step == step
    assert error.retry == (error.response_code[0] == "4")


@pytest.mark.parametrize(
    ("script", "step"),
    [([], "mail"), (TAKEN[:1], "rcpt"), (TAKEN[:2], "data")],
)
def test_a_lost_connection_tells_how_far_the_mail_had_come(script, step):
    def then(peer):
        answer(peer, *script)
        peer.line()
        peer.cut()

    error = failed(then, error=NetworkError)
    assert error.step == step


def test_a_connection_lost_within_the_content_left_the_mail_undelivered():
    def then(peer):
        answer(peer, *TAKEN)
        peer.block(100_000)
        peer.cut()

    error = failed(
        then, error=NetworkError, raw=b"x" * 70 + b"\r\n" + b"y" * 50_000_000
    )
    assert error.step == "content"


@pytest.mark.parametrize("ending", ["cut", "garbage", "stall"])
def test_silence_behind_the_final_dot_is_uncertain(monkeypatch, ending):
    monkeypatch.setattr("mailkit.smtp.session.FINAL_DOT_TIMEOUT", BOUND)

    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        if ending == "stall":
            peer.stall()
        if ending == "garbage":
            peer.send(b"what?\r\n")

    error = failed(
        lambda peer: (then(peer), peer.cut()), error=(NetworkError, ProtocolError)
    )
    assert error.step == "dot"
    assert not isinstance(error, ServerRefused)


@pytest.mark.parametrize(
    ("reply", "retry"), [(b"452 4.3.1 full", True), (b"554 spam", False)]
)
def test_a_refusal_behind_the_final_dot_is_certain(reply, retry):
    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        peer.send(reply + b"\r\n")
        answer(peer, (b"RSET", b"250 ok"))

    error = failed(then, error=ServerRefused)
    assert (error.step, error.retry) == ("dot", retry)


def test_the_verdict_on_a_mail_may_take_longer_than_other_replies():
    assert limits.FINAL_DOT_TIMEOUT >= 600

    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        peer._server.stopping.wait(2)
        peer.send(b"250 ok\r\n")

    with served(then, b"SIZE") as server:
        session = opened(server, read_timeout=1.5)
        assert session.send("anna@example.com", ["bob@example.com"], MAIL)
        session.close()


@pytest.mark.parametrize(
    "address",
    [
        "bob@example.com\r\nRCPT TO:<eve@example.com>",
        "bob@example.com>\nDATA",
        "bob@example.com> SIZE=1",
        "a b@example.com",
        "bob",
        "@example.com",
        "bob@",
        "",
        "bob@\udcff.com",
    ],
)
def test_an_address_is_no_way_to_slip_in_a_command(address):
    with served(lambda p: None, b"SIZE") as server:
        session = opened(server)
        with pytest.raises(InvalidArgument):
            session.send("anna@example.com", [address], MAIL)
        assert not session.closed
        if address:
            with pytest.raises(InvalidArgument):
                session.send(address, ["bob@example.com"], MAIL)
        session.close()
    assert server.received.count(b"\r\n") == 1


def test_a_mail_without_sender_has_the_empty_path():
    def then(peer):
        answer(peer, (b"MAIL FROM:<>", b"250 ok"), *TAKEN[1:])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, sender="")


def test_a_domain_with_accents_goes_in_its_ascii_form():
    def then(peer):
        answer(peer, TAKEN[0], (b"RCPT TO:<bob@xn--perch-fsa.it>", b"250"), TAKEN[2])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, to=("bob@perché.it",))


def test_a_mailbox_with_accents_needs_smtputf8():
    assert failed(lambda p: None, to=("bòb@example.com",), error=CapabilityMissing)

    def then(peer):
        assert peer.expect(b"MAIL FROM:").endswith(b" SMTPUTF8")
        peer.send(b"250 ok\r\n")
        answer(peer, ("RCPT TO:<bòb@example.com>".encode(), b"250"), TAKEN[2])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, b"SMTPUTF8", to=("bòb@example.com",))


@pytest.mark.parametrize("field", ["Cc: bòb@example.com", "Reply-To: bòb@a.example"])
def test_an_address_with_accents_in_the_header_needs_smtputf8_as_well(field):
    """RFC 6531 3.3: whoever the mail goes to."""
    raw = f"To: bob@example.com\r\n{field}\r\n\r\nhello".encode()
    error = failed(lambda p: None, b"8BITMIME", raw=raw, error=CapabilityMissing)
    assert error.code == "smtputf8_missing" and error.step == "mail"

    def then(peer):
        assert peer.expect(b"MAIL FROM:").endswith(b" BODY=8BITMIME SMTPUTF8")
        peer.send(b"250 ok\r\n")
        answer(peer, *TAKEN[1:])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, b"8BITMIME", b"SMTPUTF8", raw=raw)


def test_8_bit_content_needs_8bitmime():
    raw = "Subject: x\r\n\r\nperché".encode()
    assert failed(lambda p: None, b"SIZE 99999", raw=raw, error=CapabilityMissing)

    def then(peer):
        assert peer.expect(b"MAIL FROM:").endswith(b" BODY=8BITMIME")
        peer.send(b"250 ok\r\n")
        answer(peer, *TAKEN[1:])
        assert content(peer) == raw
        peer.send(b"250 ok\r\n")

    sent(then, b"8BITMIME", raw=raw)


def test_a_mail_that_is_too_large_is_not_even_begun():
    error = failed(
        lambda p: answer(p, (b"RSET", b"250")), b"SIZE 20", error=ServerRefused
    )
    assert (error.step, error.response_code) == ("mail", "552")
