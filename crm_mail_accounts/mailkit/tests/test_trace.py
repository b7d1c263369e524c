"""The wire trace: what is shown, and above all what is not."""

import pytest

from mailkit.trace import MAX_SHOWN, Trace, masked, printable

SECRETS = (b"AHVzZXIAczNjcmV0", b"s3cret", b"bearer", b"czNjcmV0")


def shown(trace):
    return "\n".join(trace.entries)


@pytest.mark.parametrize(
    "lines",
    [
        [b"A1 AUTHENTICATE PLAIN AHVzZXIAczNjcmV0"],
        [b"A1 authenticate plain", b"AHVzZXIAczNjcmV0"],
        [b"A1 AUTHENTICATE XOAUTH2 dXNlcj1hAWF1dGg9bearer"],
        [b'A1 LOGIN "user" "s3cret"'],
        [b"A1 LOGIN user s3cret"],
        [b"A1 LOGIN {4}", b"user {6}", b"s3cret"],
        [b"AUTH PLAIN AHVzZXIAczNjcmV0"],
        [b"AUTH LOGIN", b"dXNlcg==", b"czNjcmV0"],
        [b"AUTH LOGIN dXNlcg==", b"czNjcmV0"],
        [b'AUTHENTICATE "PLAIN" "AHVzZXIAczNjcmV0"'],
        [b"PASS s3cret"],
    ],
)
def test_a_login_never_shows_what_was_sent(lines):
    trace = Trace()
    for line in lines:
        trace.sent(line)
    assert not any(secret in shown(trace).encode() for secret in SECRETS)
    assert "***" in shown(trace)


def test_the_literals_of_a_login_show_not_even_their_size():
    trace = Trace()
    trace.sent(b"A1 LOGIN {4+}")
    trace.sent_block(4)
    trace.sent_block(6)
    assert trace.entries[1:] == ["> ***", "> ***"]


def test_masking_ends_with_the_verdict():
    trace = Trace()
    trace.sent(b"A1 AUTHENTICATE PLAIN")
    trace.received(b"+ ")
    trace.sent(b"AHVzZXIAczNjcmV0")
    trace.received(b"* CAPABILITY IMAP4rev1")
    trace.received(b"A1 OK welcome")
    trace.sent(b"A2 NOOP")
    assert trace.entries == [
        "> A1 AUTHENTICATE PLAIN",
        "< + ***",
        "> ***",
        "< * ***",
        "< A1 OK welcome",
        "> A2 NOOP",
    ]


def test_the_challenges_of_smtp_are_masked_and_the_verdict_is_shown():
    trace = Trace()
    trace.sent(b"AUTH LOGIN")
    trace.received(b"334 VXNlcm5hbWU6")
    trace.sent(b"dXNlcg==")
    trace.received(b"235 2.7.0 welcome")
    assert trace.entries[1] == "< 3 ***"
    assert trace.entries[3] == "< 235 2.7.0 welcome"


def test_the_explanation_of_a_refused_token_is_not_shown():
    trace = Trace()
    trace.sent(b"A1 AUTHENTICATE XOAUTH2 bearer")
    trace.received(b"+ eyJzdGF0dXMiOiI0MDAifQ==")
    assert trace.entries[1] == "< + ***"


@pytest.mark.parametrize(
    ("sent", "verdict", "entries"),
    [
        (
            b"A1 AUTHENTICATE XOAUTH2 x",
            [b"A1 NO [AUTHENTICATIONFAILED] no such token: bearer"],
            ["A1 NO [AUTHENTICATIONFAILED] ***"],
        ),
        (b"A1 LOGIN a s3cret", [b"a1 bad s3cret"], ["a1 bad ***"]),
        (b"A1 LOGIN a s3cret", [b"A1 NO"], ["A1 NO"]),
        (
            b"AUTH PLAIN AHVzZXIAczNjcmV0",
            [b"535-5.7.8 bearer", b"535 5.7.8 s3cret"],
            ["535- ***", "535 5.7.8 ***"],
        ),
        (b"PASS s3cret", [b"-ERR s3cret"], ["-ERR ***"]),
    ],
)
def test_a_refusal_that_repeats_the_secret_shows_its_codes(sent, verdict, entries):
    trace = Trace()
    trace.sent(sent)
    for line in verdict:
        trace.received(line)
    trace.sent(b"A2 NOOP")
    assert trace.entries[1:] == [*(f"< {entry}" for entry in entries), "> A2 NOOP"]


def test_content_is_shown_as_its_size():
    trace = Trace()
    trace.received(b"* 1 FETCH (BODY[] {1234}")
    trace.received_block(1234)
    trace.sent_block(99)
    assert trace.entries[1:] == ["< [1234 bytes]", "> [99 bytes]"]


def test_a_folder_that_is_called_login_is_no_login():
    trace = Trace()
    trace.sent(b'A1 SELECT "LOGIN s3"')
    assert trace.entries == ['> A1 SELECT "LOGIN s3"']


def test_the_ring_keeps_the_newest_lines():
    trace = Trace(size=2)
    for word in (b"one", b"two", b"three"):
        trace.sent(word)
    assert trace.entries == ["> two", "> three"]


def test_a_sink_gets_each_line_instead_of_the_ring():
    lines = []
    trace = Trace(lines.append)
    trace.received(b"* OK")
    assert lines == ["< * OK"]
    assert not trace.entries


def test_control_characters_and_length_do_not_reach_the_log():
    assert printable(b"a\x1b[31m\r\nb\x00") == "a?[31m??b?"
    assert len(printable(b"x" * 5000)) == MAX_SHOWN + 3


def test_a_servers_text_that_repeats_the_password_is_masked():
    assert masked("no user with s3cret", ["s3cret", ""]) == "no user with ***"
    assert masked("got czNjcmV0", ["s3cret"]) == "got ***"
    assert len(masked("word " * 300, [])) <= 203


def test_a_piece_of_a_secret_is_masked_and_ordinary_words_are_not():
    token = "".join(chr(ord("a") + at * 7 % 26) for at in range(26)) * 100
    assert masked(f"begins with {token[:40]}", [token]) == "begins with ***"
    assert masked(f"and ends with ...{token[-40:]}", [token]) == "and ends with ***"
    words = "authentication of anna@longcompany.example failed: 7f3e2a10-9c4b-4d2e"
    assert masked(words, [token]) == words
