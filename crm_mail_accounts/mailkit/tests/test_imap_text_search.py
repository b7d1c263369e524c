"""Searching what mails say, on the live server and on odd ones."""

import pytest

from mailkit.errors import InvalidArgument, ProtocolError, ServerRefused
from mailkit.imap.mailbox import MailboxSession
from mailkit.tests.imap_proxy import BARE
from mailkit.tests.mailbox import Box
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials

MAILS = (
    b"From: Rosa <rosa@a.example>\r\nTo: x@b.example\r\nCc: Ugo <ugo@c.example>\r\n"
    b"Subject: Offer\r\n\r\nA word deep in the body: zeppelin.\r\n",
    b"From: Anna <anna@a.example>\r\nTo: rosa@b.example\r\n"
    b"Subject: =?utf-8?q?Citt=C3=A0?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\nPerch\xc3\xa9 no\r\n",
)


@pytest.fixture(params=[(), BARE], ids=["all", "bare"])
def session(live, request):
    with Box(live, request.param) as box:
        with box.witness() as witness:
            for raw in MAILS:
                witness.append("INBOX", raw, ())
        with MailboxSession.open(box.proxy.endpoint(), box.user) as session:
            session.examine("INBOX")
            yield session


@pytest.mark.parametrize(
    ("words", "uids"),
    [
        ([("text", "zeppelin")], [1]),
        ([("text", "ZEPPELIN"), ("from", "rosa")], [1]),
        ([("text", "zeppelin"), ("from", "anna")], []),
        ([("text", "rosa")], [1, 2]),
        ([("from", "rosa")], [1]),
        ([("to", "rosa")], [2]),
        ([("to", "ugo")], [1]),
        ([("subject", "offer")], [1]),
        ([("subject", "zeppelin")], []),
        ([("subject", "città")], [2]),
        ([("text", "perché")], [2]),
        ([("text", 'a " quote \\ and')], []),
    ],
)
def test_words_are_found_where_they_are_looked_for(session, words, uids):
    assert session.search_text(words) == uids


@pytest.mark.parametrize(
    "words",
    [
        [],
        [("text", "")],
        [("body", "x")],
        [("text", "a\r\nb LOGOUT")],
        [("text", "a\0b")],
        [("text", "x")] * 13,
    ],
)
def test_what_is_no_search_never_reaches_the_server(session, words):
    with pytest.raises(InvalidArgument):
        session.search_text(words)
    assert session.search_text([("text", "zeppelin")]) == [1]


def answering(*answers, capabilities=b"IMAP4rev1 ESEARCH LITERAL+"):
    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY %s] ready\r\n" % capabilities)
        tag = peer.line().split()[0]
        peer.send(b"* 3 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\n")
        peer.send(tag + b" OK [READ-ONLY] open\r\n")
        for answer in answers:
            line = peer.line()
            tag = line.split()[0]
            while line.endswith(b"+}"):
                line = peer.line()
            peer.send(answer.replace(b"TAG", tag))

    return ScriptedServer(script)


def opened(server):
    session = MailboxSession.open(server.endpoint(), Credentials("", ""))
    session.examine("INBOX")
    return session


def test_a_server_that_knows_ascii_only_is_asked_without_accents():
    refusal = b"TAG NO [BADCHARSET (US-ASCII)] no\r\n"
    with answering(refusal, b'* ESEARCH (TAG "x") UID ALL 4\r\nTAG OK\r\n') as server:
        session = opened(server)
        assert session.search_text([("text", "Città")]) == [4]
        lines = bytes(server.received).splitlines()
        assert b"CHARSET UTF-8 TEXT {6+}" in lines[1]
        assert "Città".encode() in lines[2]
        assert lines[3].endswith(b'RETURN (ALL) TEXT "citta"')
        session.close()


def test_a_refusal_for_another_reason_is_told():
    with answering(b"TAG NO busy\r\n") as server:
        session = opened(server)
        with pytest.raises(ServerRefused):
            session.search_text([("text", "Città")])
        session.close()


def test_no_answer_is_not_nothing_found():
    with answering(b"TAG OK done\r\n") as server:
        session = opened(server)
        with pytest.raises(ProtocolError):
            session.search_text([("text", "word")])
        session.close()
