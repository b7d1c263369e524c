"""Mails that are written are read again: by ours and by the standard library's."""

import random
import re
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default

import pytest

from mailkit.errors import InvalidArgument
from mailkit.mime.compose import (
    DraftAttachment,
    DraftMail,
    compose,
    make_message_id,
    with_bcc,
)
from mailkit.mime.flowed import flow, unflow
from mailkit.mime.outgoing_html import inline_image
from mailkit.mime.parse import parse_mail
from mailkit.mime.wire_address import wire_address
from mailkit.values import Address

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ROSA = Address("Rosa Conti", "rosa@conti.example")
DATE = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=1)))
ID = "<0123456789abcdef@conti.example>"
NAMES = (
    "Offerta è pronta.pdf",
    "报价单 2026 最终版本 第二稿 非常长的文件名称 用来测试换行.pdf",
    'quote"s and \\ more.txt',
    "a" * 150 + ".txt",
    "Größe 📎 100%.png",
    "=?utf-8?B?eA==?=.pdf",
)


def draft(**values):
    given = {
        "from_": ROSA,
        "message_id": ID,
        "date": DATE,
        "to": (Address("", "bob@example.org"),),
        "subject": "Offer",
        "text": "Good morning\n",
    }
    return DraftMail(**{**given, **values})


def both(mail, **options):
    """The bytes, as our parser reads them and as the standard library's does."""
    raw = compose(mail, **options)
    assert_well_formed(raw)
    return raw, parse_mail(raw), message_from_bytes(raw, policy=default)


def assert_well_formed(raw):
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(
        b"\r\n", b""
    )
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    for part in message_from_bytes(raw, policy=default).walk():
        assert not part.defects, (part.defects, raw)


def file(name="a.pdf", content=b"%PDF-1.4", kind="application/pdf", **values):
    return DraftAttachment(name, kind, content, **values)


def test_plain_mail():
    raw, ours, theirs = both(draft(text="Perché no?\nÈ così.\n"))
    assert ours.text == "Perché no?\nÈ così.\n"
    assert theirs.get_content_type() == "text/plain"
    assert theirs.get_content().replace("\r\n", "\n") == "Perché no?\nÈ così.\n"
    assert theirs["From"].addresses[0].addr_spec == "rosa@conti.example"
    assert theirs["Date"].datetime == DATE == ours.header.sent_at
    assert theirs["Message-ID"] == ID == ours.header.message_id
    assert theirs["MIME-Version"] == "1.0"
    assert theirs.get_param("format") == "flowed"
    assert ours.defects == () and raw.isascii()


def test_html_has_a_text_made_from_it():
    html = "<p>Perché <b>no</b>?</p>"
    _raw, ours, theirs = both(draft(html=html, text=None))
    assert theirs.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in theirs.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert ours.html.strip() == html and ours.text.strip() == "Perché no?"


def test_images_go_where_they_are_shown_and_nowhere_else():
    shown, unused = inline_image(PNG, "image/png"), inline_image(b"GIF89a", "image/gif")
    html = f'<p>Logo <img src="cid:{shown.cid}"></p>'
    mail = draft(html=html, attachments=(shown, unused, file()))
    raw, ours, theirs = both(mail)
    kinds = [part.get_content_type() for part in theirs.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert [(p.content_type, p.inline) for p in ours.parts] == [
        ("image/png", True),
        ("application/pdf", False),
    ]
    assert ours.parts[0].content == PNG
    related = next(p for p in theirs.walk() if p.get_content_subtype() == "related")
    assert related.get_param("type") == "text/html"
    assert b"GIF89a" not in raw and b"R0lGODlh" not in raw


def test_of_a_plain_mail_no_hidden_image_goes_out():
    _raw, ours, theirs = both(draft(attachments=(inline_image(PNG, "image/png"),)))
    assert theirs.get_content_type() == "text/plain" and ours.parts == ()


@pytest.mark.parametrize("name", NAMES)
def test_file_names_are_read_by_everybody(name):
    raw, ours, theirs = both(draft(attachments=(file(name),)))
    (part,) = theirs.iter_attachments()
    wanted = re.sub(r'["\\/:*?<>|]', "_", name) if "=?" not in name else None
    got = part.get_filename()
    if wanted:
        # A backslash makes what stands before it a folder.
        wanted = wanted if "\\" not in name else "more.txt"
        assert got.strip() == wanted == ours.parts[0].filename
    assert got == ours.parts[0].filename
    assert part.get_content() == b"%PDF-1.4"
    # Old Outlook reads the other one alone.
    content_type = part["Content-Type"]
    assert content_type.content_type == "application/pdf"
    assert re.search(rb'[\s;]name="', raw)


def test_an_outlook_that_reads_the_name_of_the_type_gets_it():
    raw = compose(draft(attachments=(file("Offerta è pronta.pdf"),)))
    start = raw.index(b"Content-Type: application/pdf")
    header = raw[start:].partition(b"\r\n\r\n")[0]
    without = re.sub(rb"Content-Disposition:.*?(?=\r\n\S|$)", b"", header, flags=re.S)
    rebuilt = without + b"\r\n\r\n" + b"JVBERi0xLjQ=\r\n"
    assert parse_mail(rebuilt).parts[0].filename == "Offerta è pronta.pdf"


def test_a_mail_in_the_mail_stays_as_it_was():
    inner = compose(draft(subject="Inner è", attachments=(file(),)))
    attached = file("inner.eml", inner, "message/rfc822")
    raw, ours, theirs = both(draft(attachments=(attached,)))
    assert ours.parts[0].content == inner and inner in raw
    (part,) = theirs.iter_attachments()
    assert part["Content-Transfer-Encoding"] == "7bit"
    assert part.get_content()["Subject"] == "Inner è"


def test_an_eight_bit_mail_in_the_mail_is_never_encoded():
    inner = "Subject: x\r\n\r\nperché\r\n".encode()
    attached = file("inner.eml", inner, "message/rfc822")
    raw = compose(draft(attachments=(attached,)))
    assert inner in raw
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"Content-Transfer-Encoding: 8bit" in head
    raw, ours, _theirs = both(draft(attachments=(attached,)), eight_bit=False)
    assert raw.isascii()
    assert ours.parts[0].content == inner
    assert ours.parts[0].content_type == "application/octet-stream"
    assert ours.parts[0].filename == "inner.eml"


def test_what_may_not_be_encoded_goes_as_a_file():
    status = file("status.txt", b"Action: failed", "message/delivery-status")
    raw, ours, _theirs = both(draft(attachments=(status,)))
    assert ours.parts[0].content_type == "application/octet-stream"
    assert b"message/" not in raw


def test_a_mail_in_the_mail_with_an_endless_line_goes_as_a_file():
    inner = b"Subject: x\r\n\r\n" + b"y" * 2000 + b"\r\n"
    _raw, ours, _theirs = both(draft(attachments=(file("i", inner, "message/rfc822"),)))
    assert ours.parts[0].content == inner and ours.parts[0].filename == "i.eml"


@pytest.mark.parametrize(
    "name",
    [
        "Mario Rossi",
        "Rossi, Mario",
        'Mario "Super" Rossi',
        "Niccolò D'Àngelo",
        "山田太郎",
        "Rosa 🌹 Conti",
        "back\\slash",
        "=?utf-8?Q?tricked?=",
        "ö" * 200,
        "word " * 40,
        "mario@rossi.example",
    ],
)
def test_names_of_people(name):
    raw, ours, theirs = both(draft(from_=Address(name, "mario@rossi.example")))
    name = " ".join(name.split())
    read = theirs["From"].addresses
    assert len(read) == 1 and read[0].addr_spec == "mario@rossi.example"
    # The library leaves a space between two of many encoded words.
    assert read[0].display_name.replace("ö ö", "öö") == name
    if name != "mario@rossi.example":
        assert ours.header.from_ == Address(name, "mario@rossi.example")
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "subject",
    ["", "Offer", "Perché no? È così", "🎉" * 60, "x" * 300, "=?a?=", "più " * 100],
)
def test_subjects(subject):
    raw, ours, theirs = both(draft(subject=subject))
    subject = " ".join(subject.split())
    assert theirs["Subject"] == subject == ours.header.subject
    for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert len(line) <= 78 and line.strip()


def test_thirty_recipients():
    people = tuple(
        Address(f"Persona È {n}" if n % 2 else "", f"p{n}@example.org")
        for n in range(30)
    )
    raw, ours, theirs = both(draft(to=people[:20], cc=people[20:]))
    assert ours.header.to == people[:20] and ours.header.cc == people[20:]
    assert [a.addr_spec for a in theirs["To"].addresses] == [
        a.email for a in people[:20]
    ]
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_long_threads_keep_the_first_and_the_last_ids():
    ids = tuple(f"<{'m' * 60}{n}@example.org>" for n in range(40))
    raw, ours, _theirs = both(draft(in_reply_to=ids[-1], references=ids))
    assert ours.header.references == (ids[0], *ids[-10:])
    assert ours.header.in_reply_to == (ids[-1],)
    assert b"=?" not in raw


def test_ids_that_are_none_are_left_out_of_a_chain():
    mail = draft(references=("<a@b>", "no id", "<x y@z>", "<é@z>", "<a\r\nBcc: x@y>"))
    raw, ours, _theirs = both(mail)
    assert ours.header.references == ("<a@b>",) and b"Bcc" not in raw


def test_importance_receipt_and_reply_to():
    mail = draft(
        importance="high", read_receipt_to=ROSA, reply_to=(Address("", "o@x.example"),)
    )
    _raw, ours, theirs = both(mail)
    assert ours.header.importance == "high" and theirs["X-Priority"] == "1"
    assert theirs["Disposition-Notification-To"] == "Rosa Conti <rosa@conti.example>"
    assert ours.header.reply_to == (Address("", "o@x.example"),)
    assert b"Importance" not in compose(draft())


def test_bcc_is_only_in_the_own_copy():
    mail = draft(to=())
    raw, _ours, theirs = both(mail)
    assert theirs["To"] == "undisclosed-recipients:;"
    copy = with_bcc(raw, (Address("Ann", "ann@x.example"),))
    assert copy == b"Bcc: Ann <ann@x.example>\r\n" + raw
    assert with_bcc(raw, ()) == raw


@pytest.mark.parametrize("evil", ["\r\n", "\n", "\r", "\0", "\u2028", "\x85"])
def test_nothing_breaks_out_of_its_field(evil):
    attack = f"x{evil}Bcc: victim@example.org{evil}{evil}<script>"
    mail = draft(
        from_=Address(attack, "a@b.example"),
        to=(Address(attack, "c@d.example"),),
        subject=attack,
        attachments=(file(attack), file("b", kind=f"text/x{evil}Bcc: y")),
        headers=(("X-Note", attack),),
    )
    _raw, ours, theirs = both(mail)
    for part in theirs.walk():
        assert part["Bcc"] is None
    assert ours.text.strip() == "Good morning"
    assert ours.header.to[0].email == "c@d.example"
    for values in (
        {"to": (Address("", f"a@b.example{evil}Bcc: x@y.example"),)},
        {"to": (Address("", f"a{evil}b@b.example"),)},
        {"message_id": f"<a{evil}@b>"},
        {"headers": ((f"X-A{evil}", "x"),)},
        {"headers": (("Bcc", "x@y.example"),)},
        {"headers": (("Content-Type", "x/y"),)},
        {"date": DATE.replace(tzinfo=None)},
    ):
        with pytest.raises(InvalidArgument):
            compose(draft(**values))


def test_the_same_draft_gives_the_same_bytes_and_tells_nothing_of_the_machine():
    mail = draft(html="<p>x</p>", attachments=(file(),))
    raw = compose(mail)
    assert raw == compose(mail)
    names = {n.lower() for n in message_from_bytes(raw)}
    assert names == {
        *("from", "to", "subject", "date", "message-id", "mime-version"),
        "content-type",
    }
    other = compose(draft(html="<p>x</p>", message_id="<other@x.example>"))
    assert re.findall(rb'boundary="([^"]*)"', raw)[0] not in other


def test_a_boundary_is_no_line_of_a_file():
    raw = compose(draft(attachments=(file(),)))
    boundary = re.search(rb'boundary="([^"]*)"', raw)[1]
    inner = b"Subject: x\r\n\r\n--" + boundary + b"--\r\n"
    _raw, ours, _theirs = both(draft(attachments=(file("i", inner, "message/rfc822"),)))
    assert ours.parts[0].content == inner


def test_addresses_on_the_wire():
    assert wire_address("a@bücher.example") == "a@xn--bcher-kva.example"
    # not strasse.example, which is somebody else's
    assert wire_address("a@straße.example") == "a@xn--strae-oqa.example"
    assert wire_address("A.B+c@Example.ORG") == "A.B+c@Example.ORG"
    assert wire_address("a@[192.0.2.1]") == "a@[192.0.2.1]"
    assert wire_address('"a b"@example.org') == '"a b"@example.org'
    assert wire_address("josé@example.org") == "josé@example.org"
    for wrong in ("", "a", "@b.example", "a@", "a@b", "a b@c.example", "a@b..example",
                  "a@-b.example", "a<b@c.example", "x" * 65 + "@b.example",
                  "a@b.example>", "a@[1.2.3]", "a@1.2.3.4"):  # fmt: skip
        with pytest.raises(InvalidArgument):
            wire_address(wrong)


def test_an_international_address_stands_in_utf8():
    raw = compose(draft(to=(Address("José", "josé@example.org"),)))
    assert "josé@example.org".encode() in raw
    assert parse_mail(raw).header.to == (Address("José", "josé@example.org"),)


def test_ids_are_made_of_the_senders_domain():
    assert make_message_id("Bücher.example", "abcdef12") == (
        "<abcdef12@xn--bcher-kva.example>"
    )
    for domain, token in (("b.example", "a\r\nb" * 3), ("b>x", "abcdef12")):
        with pytest.raises(InvalidArgument):
            make_message_id(domain, token)


@pytest.mark.parametrize(
    "text",
    [
        "short\n\n-- \nRosa",
        "word " * 100,
        " indented\n> quoted text " + "q" * 90 + " " + "w " * 60,
        "From here on\nx " * 60,
        "> > deep " + "words " * 40,
        "日本語" * 100,
        "a" * 2000,
        "ends in -- " + "x" * 70 + " -- " + "y" * 80,
        "tab\t" * 60,
    ],
)
def test_flowed_text_comes_back(text):
    written = flow(text)
    expected = "\n".join(
        line.rstrip() if line != "-- " else line for line in text.split("\n")
    )
    assert unflow(written).replace(">> ", "> > ") == expected
    longest = max(map(len, text.split(" ")))
    assert max(map(len, written.split("\n"))) <= max(78, longest + 20)


def test_any_text_survives():
    chance = random.Random(7)
    signs = "aé \n\t>-.=?_日🎉\r\\\"'<&;%~\x0b"
    for _round in range(300):
        text = "".join(chance.choice(signs) for _ in range(chance.randrange(300)))
        raw, ours, _theirs = both(draft(subject=text, text=None, html=text))
        read = ours.html.replace("\n", "").replace("\r", "")
        assert read == text.replace("\n", "").replace("\r", "")
