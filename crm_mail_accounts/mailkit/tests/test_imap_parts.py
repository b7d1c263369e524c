"""Structure, single parts, and whole mails in pieces."""

import pytest

from mailkit.errors import (
    InvalidArgument,
    LimitExceeded,
    ProtocolError,
    ServerRefused,
)
from mailkit.imap import parts, tokens
from mailkit.imap.bodystructure import build
from mailkit.limits import MAX_PARTS
from mailkit.mime.structure import read_structure as read_mime
from mailkit.tests.other_client import OtherClient, text_mail
from mailkit.tests.served import ReadingSession, Served, open_inbox, refuse
from mailkit.values import Security

NESTED = (
    b"From: anna@example.com\r\nSubject: outer\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n'
    b'--o\r\nContent-Type: multipart/alternative; boundary="i"\r\n\r\n'
    b"--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n"
    b"--i\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--i--\r\n"
    b"--o\r\nContent-Type: application/pdf\r\nContent-ID: <p1@x>\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''%e2%82%ac.pdf\r\n\r\n"
    b"JVBERi0=\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\n\r\n"
    b'Subject: inner\r\nContent-Type: multipart/mixed; boundary="n"\r\n\r\n'
    b"--n\r\nContent-Type: text/plain\r\n\r\ninner text\r\n"
    b'--n\r\nContent-Type: image/png; name="a.png"\r\n\r\nPNG\r\n--n--\r\n'
    b"--o--\r\n"
)


@pytest.fixture
def reader(live):
    """A session, and a function that stores a mail in its INBOX."""
    user = live.user()
    with OtherClient(live, user) as other:
        session = ReadingSession.open(live.endpoint("imaps", Security.TLS), user)
        with session:

            def store(content):
                other.append(content)
                return session.examine("INBOX").exists

            yield session, store


def numbers(part):
    return [(part.number, part.content_type)] + [
        line for child in part.children for line in numbers(child)
    ]


# -- structure ----------------------------------------------------------------


def test_the_structure_of_a_nested_mail(reader):
    session, store = reader
    uid = store(NESTED)
    tree = session.fetch_structure(uid)
    assert numbers(tree) == [
        ("TEXT", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "application/pdf"),
        ("3", "message/rfc822"),
        ("3.TEXT", "multipart/mixed"),
        ("3.1", "text/plain"),
        ("3.2", "image/png"),
    ]
    pdf = tree.children[1]
    assert (pdf.content_id, pdf.encoding, pdf.disposition) == (
        "p1@x",
        "base64",
        "attachment",
    )
    assert pdf.size == len("JVBERi0=")
    assert tree.children[0].children[0].parameters == {"charset": "utf-8"}
    assert [part.number for part in tree.leaves()] == ["1.1", "1.2", "2", "3"]


def test_the_numbers_are_those_of_our_own_walker_and_fetch_those_parts(reader):
    session, store = reader
    uid = store(NESTED)
    root, _defects = read_mime(NESTED)
    ours = {node.number: NESTED[node.start : node.end] for node in root.leaves()}
    theirs = session.fetch_structure(uid).leaves()
    assert [part.number for part in theirs] == list(ours)
    for part in theirs:
        content = session.fetch_part(uid, part.number, 0, 10_000)
        # who owns the line break before a boundary is read in two ways
        assert content.rstrip() == ours[part.number].rstrip()
        assert part.size == len(content)
    assert session.fetch_part(uid, "3.2", 0, 10) == b"PNG"
    assert session.fetch_part(uid, "3.TEXT", 0, 5) == b"--n\r\n"
    assert b"p1@x" in session.fetch_part(uid, "2.MIME", 0, 10_000)


def test_a_single_part_is_number_one(reader):
    session, store = reader
    part = session.fetch_structure(store(text_mail(1)))
    assert (part.number, part.content_type, part.children) == ("1", "text/plain", ())
    assert session.fetch_part(1, "1", 5, 3) == b"day"


def test_a_mail_that_is_gone_is_told(reader):
    session, store = reader
    store(text_mail(1))
    for ask in (
        lambda: session.fetch_structure(9),
        lambda: session.fetch_part(9, "1", 0, 5),
        lambda: list(session.stream_body(9)),
    ):
        with pytest.raises(ServerRefused) as caught:
            ask()
        assert caught.value.code == "message_gone"


@pytest.mark.parametrize(
    "section",
    ["0", "1.0", "1 2", "1]", "1]<0.1> X", "TEXT.1", "1.", "a", None, "1\r\n"],
)
def test_a_section_is_no_way_to_slip_in_a_command(reader, section):
    """Law 9."""
    session, store = reader
    store(text_mail(1))
    with pytest.raises(InvalidArgument):
        session.fetch_part(1, section, 0, 5)


@pytest.mark.parametrize(("offset", "octets"), [(-1, 5), (2**32, 5), (0, 0), (0, -1)])
def test_bytes_out_of_range_are_not_asked(reader, offset, octets):
    session, store = reader
    store(text_mail(1))
    with pytest.raises(InvalidArgument):
        session.fetch_part(1, "", offset, octets)


def structure(text):
    (value,) = tokens.parse([text])
    return build(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # too few fields
        (b'("text" "html")', [("1", "text/html")]),
        (b'("TEXT" NIL NIL)', [("1", "text/plain")]),
        (b'(NIL "pdf" NIL NIL NIL NIL "x")', [("1", "application/pdf")]),
        # NIL for parts, for one part, parts that are nothing
        (b'(NIL "mixed" ("boundary" "x") NIL)', [("TEXT", "multipart/mixed")]),
        (b'((NIL NIL NIL NIL NIL NIL 0) "mixed")', [("TEXT", "multipart/mixed")]),
        (b'(("text" "plain") NIL)', [("TEXT", "multipart/mixed"), ("1", "text/plain")]),
        (b'(("text" "plain"))', [("1", "text/plain")]),
        (
            b'((("text" "plain")("text" "html") "alternative"))',
            [
                ("TEXT", "multipart/alternative"),
                ("1", "text/plain"),
                ("2", "text/html"),
            ],
        ),
        # a mail in a mail without its envelope, and one without its structure
        (
            b'("message" "rfc822" NIL NIL NIL "7bit" 9 ("text" "plain") 3)',
            [("1", "message/rfc822"), ("1.1", "text/plain")],
        ),
        (b'("message" "rfc822" NIL NIL NIL "7bit" 9)', [("1", "message/rfc822")]),
        (
            b'("message" "rfc822" NIL NIL NIL "7bit" 9 ("Sun, 1 Mar" "s" (("A" NIL '
            b'"a" "b"))) NIL 3)',
            [("1", "message/rfc822")],
        ),
        (
            b'("message" "delivery-status" NIL NIL NIL "7bit" 9 NIL ("inline" NIL))',
            [("1", "message/delivery-status")],
        ),
    ],
)
def test_malformed_structures_are_read_as_far_as_they_go(text, expected):
    assert numbers(structure(text)) == expected


@pytest.mark.parametrize(
    "text", [b"NIL", b"()", b'"text"', b"(NIL NIL NIL NIL NIL NIL 0)", b"(((())))"]
)
def test_a_structure_that_is_none_is_none(text):
    assert structure(text) is None


@pytest.mark.parametrize(
    ("extension", "disposition", "parameters"),
    [
        (
            b'NIL ("attachment" ("filename" "a.txt"))',
            "attachment",
            {"filename": "a.txt"},
        ),
        (b'"md5" ("INLINE" NIL) ("it" "en")', "inline", {}),
        (
            b'3 NIL ("attachment" ("filename" NIL "filename" "b"))',
            "attachment",
            {"filename": "b"},
        ),
        (b'NIL "attachment" ("filename" "c.txt")', "attachment", {"filename": "c.txt"}),
        (
            b'NIL ("attachment" (("filename" "d.txt")))',
            "attachment",
            {"filename": "d.txt"},
        ),
        (b"NIL NIL NIL NIL NIL NIL", "", {}),
        (b'NIL ("it" "en")', "", {}),
    ],
)
def test_dispositions_are_found_where_servers_put_them(
    extension, disposition, parameters
):
    part = structure(b'("text" "plain" NIL NIL NIL "7bit" 5 ' + extension + b")")
    assert part.disposition == disposition
    assert part.disposition_parameters == parameters


def test_parts_without_number_are_bounded():
    """Law 15."""
    text = b"(" + b'("text" "plain")' * (MAX_PARTS + 50) + b' "mixed")'
    assert len(structure(text).leaves()) == MAX_PARTS


@pytest.mark.parametrize(
    "answer",
    [
        b'* 1 FETCH (UID 7 BODYSTRUCTURE ("text" "plain" NIL\r\n',
        b"* 1 FETCH (UID 7 BODYSTRUCTURE " + b"(" * 200 + b")" * 200 + b")\r\n",
        b"* 1 FETCH (UID 7 BODYSTRUCTURE NIL)\r\n",
        b"* 1 FETCH (UID 7 BODYSTRUCTURE)\r\n",
    ],
)
def test_a_structure_that_cannot_be_read_is_no_error(answer):
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.command(b"UID FETCH", answer)
        peer.command(b"NOOP")

    with Served(then) as session:
        session.examine("INBOX")
        assert session.fetch_structure(7) is None
        session.noop()


@pytest.mark.parametrize("kind", [b"NO", b"BAD"])
def test_a_structure_that_is_refused_is_no_error(kind):
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        refuse(peer, kind, b"unable to parse message")
        peer.command(b"NOOP")

    with Served(then) as session:
        session.examine("INBOX")
        assert session.fetch_structure(7) is None
        session.noop()


# -- in pieces ----------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1000, 4096, 5000, 10**6])
def test_a_large_mail_comes_whole_in_pieces(reader, chunk):
    session, store = reader
    content = text_mail(1, size=20_000)
    pieces = list(session.stream_body(store(content), chunk))
    assert b"".join(pieces) == content
    assert all(pieces)
    assert len(pieces) == -(-len(content) // chunk)


def test_a_mail_of_exactly_some_pieces_ends(reader):
    session, store = reader
    content = text_mail(1, size=5000)
    assert b"".join(session.stream_body(store(content), len(content) // 2)) == content
    assert b"".join(session.stream_body(1, len(content))) == content


def test_a_stream_sets_no_flag(reader):
    """Law 1."""
    session, store = reader
    store(text_mail(1))
    session.select("INBOX")
    list(session.stream_body(1))
    session.fetch_structure(1)
    session.fetch_part(1, "1", 0, 5)
    (flags,) = [one.flags for one in session.fetch_flags(1, 1)]
    assert "\\Seen" not in flags


def pieces(*answers, size=None):
    """A server that answers each partial FETCH with the next of these."""
    asked = []

    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        for answer in answers:
            told = b""
            if answer is not None:
                more = b"RFC822.SIZE %d " % size if size and not asked else b""
                told = b"* 1 FETCH (UID 7 " + more + answer + b")\r\n"
            asked.append(peer.command(b"UID FETCH 7:7", told)[1])

    served = Served(then)
    served.asked = asked
    return served


def streamed(served, chunk=4):
    with served as session:
        session.examine("INBOX")
        return b"".join(session.stream_body(7, chunk))


@pytest.mark.parametrize(
    ("answers", "size"),
    [
        ((b'BODY[]<0> "abcd"', b'BODY[]<4> "ef"'), 6),
        # short before the end, then on
        ((b'BODY[]<0> "ab"', b'BODY[]<2> "cd"', b'BODY[]<4> "ef"'), 6),
        # no size told, too small a size, too large a one
        ((b'BODY[]<0> "abcd"', b'BODY[]<4> "ef"', b'BODY[]<6> ""'), None),
        ((b'BODY[]<0> "abcd"', b'BODY[]<4> "ef"'), 3),
        ((b'BODY[]<0> "abcd"', b'BODY[]<4> "ef"', b"BODY[]<6> NIL"), 99),
        ((b'BODY[]<0> "abcd"', b'BODY[]<4> "ef"', b"body[]<6> {0}\r\n"), 99),
        # the origin is not repeated
        ((b'BODY[] "abcd"', b'BODY[] "ef"'), 6),
        # all of it at once
        ((b'BODY[] "abcdef"',), 6),
        ((b'BODY[] "abcdef"',), None),
        ((b'BODY[]<0> "abcdef"',), 6),
    ],
)
def test_pieces_of_untidy_servers_make_the_mail(answers, size):
    served = pieces(*answers, size=size)
    assert streamed(served) == b"abcdef"
    assert len(served.asked) == len(answers)


def test_a_full_last_piece_is_asked_beyond():
    served = pieces(b'BODY[]<0> "abcd"', b'BODY[]<4> ""', size=4)
    assert streamed(served) == b"abcd"
    assert b"<4.4>" in served.asked[1]


def test_an_empty_mail_is_empty():
    assert streamed(pieces(b'BODY[]<0> ""', size=None)) == b""


def test_a_mail_that_goes_in_the_middle_is_no_short_mail():
    with pytest.raises(ServerRefused) as caught:
        streamed(pieces(b'BODY[]<0> "abcd"', None, size=8))
    assert caught.value.code == "message_gone"


def test_silence_behind_the_end_is_the_end():
    assert streamed(pieces(b'BODY[]<0> "abcd"', None, size=4)) == b"abcd"


@pytest.mark.parametrize(
    "second", [b'BODY[]<0> "abcd"', b'BODY[] "abcd"', b'BODY[]<4> "efghi"']
)
def test_a_wrong_piece_spoils_no_mail(second):
    with pytest.raises(ProtocolError) as caught:
        streamed(pieces(b'BODY[]<0> "abcd"', second, size=6))
    assert caught.value.connection_usable


def test_a_mail_without_end_is_cut_off(monkeypatch):
    """Law 15."""
    monkeypatch.setattr(parts, "MAX_STREAMED", 10)
    answers = [b'BODY[]<%d> "abcd"' % at for at in (0, 4, 8)]
    with pytest.raises(LimitExceeded):
        streamed(pieces(*answers, size=2))
