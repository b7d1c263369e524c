"""Whole mails: samples named by what is odd in them, and mails nobody should send."""

import random
import time
from pathlib import Path

import pytest

from mailkit.limits import MAX_FILENAME, MAX_MIME_DEPTH, MAX_PARTS, MAX_TEXT
from mailkit.mime.filenames import invented_filename, safe_filename
from mailkit.mime.flowed import unflow
from mailkit.mime.parameters import parameters
from mailkit.mime.parse import parse_mail
from mailkit.mime.transfer import decode_transfer

SAMPLES = Path(__file__).with_name("samples")


def sample(name):
    return (SAMPLES / f"{name}.eml").read_bytes()


def listed(mail):
    return [(p.number, p.content_type, p.filename, p.inline) for p in mail.parts]


def test_plain_mail_is_text():
    mail = parse_mail(sample("plain_quoted_printable_latin1"))
    assert mail.text == "Größe: 5 €\n\nGrüße\nAnna\n"
    assert (mail.html, mail.parts, mail.defects) == ("", (), ())
    assert mail.header.subject == "Größe"


def test_text_and_attachment_are_both_there():
    mail = parse_mail(sample("mixed_text_and_pdf"))
    assert mail.text == "See the offer.\n"
    assert listed(mail) == [("2", "application/pdf", "Angebot für Dach.pdf", False)]
    assert mail.parts[0].content == b"%PDF-1.4 offer"
    assert mail.header.may_have_attachments


def test_of_alternatives_the_richest_is_shown_and_inline_images_belong_to_it():
    mail = parse_mail(sample("alternative_related_inline_and_unreferenced_image"))
    assert mail.text == "Hello in plain text\n"
    assert "<b>Hello</b>" in mail.html
    assert listed(mail) == [
        ("1.2.2", "image/png", "logo.png", True),
        ("1.2.3", "image/png", "image-1-2-3.png", False),
        ("2", "text/csv", "prices.csv", False),
    ]
    assert [p.filename for p in mail.attachments] == ["image-1-2-3.png", "prices.csv"]


def test_texts_around_an_attachment_follow_each_other():
    mail = parse_mail(sample("apple_text_pdf_text"))
    assert mail.text == "Before the file.\n\nAfter the file.\n".strip()
    assert [p.number for p in mail.parts] == ["2"]


def test_html_and_plain_parts_in_a_row_become_one_html():
    mail = parse_mail(sample("html_then_plain_footer"))
    assert "<p>Body</p>" in mail.html and "List footer &lt;x&gt;" in mail.html
    assert mail.text == "Body\n\nList footer <x>"


def test_html_only_mail_gets_a_text():
    mail = parse_mail(sample("html_only_charset_in_meta"))
    assert "Größe" in mail.html
    assert mail.text == "Größe\n\nlink <https://shop.example/>"


def test_a_mail_within_a_mail_stays_one_file_byte_for_byte():
    raw = sample("mail_within_mail")
    mail = parse_mail(raw)
    assert listed(mail) == [("2", "message/rfc822", "Inner_ a_b é.eml", False)]
    inner = mail.parts[0].content
    assert inner in raw
    assert parse_mail(inner).parts[0].filename == "deep.txt"


def test_a_certified_mail_keeps_its_parts_and_names():
    mail = parse_mail(sample("pec_postacert"))
    assert "Messaggio di posta certificata" in mail.text
    assert [(p.number, p.filename) for p in mail.parts] == [
        ("1.2", "daticert.xml"),
        ("1.3", "postacert.eml"),
        ("2", "smime.p7s"),
    ]


def test_an_invitation_is_an_attachment_also_as_an_alternative():
    mail = parse_mail(sample("calendar_alternative"))
    assert mail.text == "You are invited.\n"
    assert listed(mail) == [("3", "text/calendar", "invite.ics", False)]


def test_other_renderings_of_the_text_are_no_attachments():
    mail = parse_mail(sample("alternative_with_amp"))
    assert (mail.text, mail.html) == ("plain", "<p>html</p>")
    assert mail.parts == ()


def test_a_delivery_report_shows_its_text_and_keeps_the_facts():
    mail = parse_mail(sample("delivery_report"))
    assert mail.text.startswith("Your mail could not be delivered")
    assert listed(mail) == [
        ("2", "message/delivery-status", "delivery-status.txt", False),
        ("3", "text/rfc822-headers", "headers.txt", False),
    ]


def test_flowed_text_is_unwrapped():
    mail = parse_mail(sample("format_flowed_delsp"))
    assert (
        mail.text
        == "A long line that was wrapped.\n> quoted line flowed\n\n-- \nAnna\n"
    )


def test_a_missing_final_boundary_loses_nothing():
    mail = parse_mail(sample("final_boundary_missing"))
    assert mail.text == "text"
    assert mail.parts[0].content.startswith(b"a,b")
    assert "boundary_unclosed" in mail.defects


def test_a_boundary_that_is_not_the_declared_one_is_guessed():
    mail = parse_mail(sample("boundary_other_than_declared"))
    assert mail.text == "guessed"
    assert [p.filename for p in mail.parts] == ["a.txt"]
    assert "boundary_missing" in mail.defects


def test_a_multipart_without_any_boundary_is_shown_as_text():
    mail = parse_mail(b"Content-Type: multipart/mixed\n\nJust words\n")
    assert mail.text == "Just words\n"
    assert mail.defects == ("boundary_missing",)


def test_base64_with_garbage_is_read():
    mail = parse_mail(sample("base64_with_garbage_and_footer"))
    assert mail.parts[0].content == b"Hello attachment"
    assert "base64_damaged" in mail.defects


def test_text_falsely_called_base64_is_shown_as_it_came():
    raw = (
        b"Content-Transfer-Encoding: base64\n\nDear Sir, (this is) not encoded! Bye.\n"
    )
    mail = parse_mail(raw)
    assert mail.text.startswith("Dear Sir")
    assert mail.defects == ("transfer_encoding_wrong",)


def test_a_uuencoded_file_is_attached_and_an_empty_winmail_stays():
    mail = parse_mail(sample("uuencode_in_text_and_winmail"))
    assert mail.text == "Here it is:\n"
    assert listed(mail) == [
        ("2", "application/ms-tnef", "winmail.dat", False),
        ("1.u1", "text/plain", "a.txt", False),
    ]
    assert mail.parts[1].content == b"Cat"


def test_a_mail_that_is_a_file_has_it_as_its_attachment():
    mail = parse_mail(
        b'Content-Type: application/pdf; name="x.pdf"\n'
        b"Content-Transfer-Encoding: base64\n\nJVBERg==\n"
    )
    assert listed(mail) == [("1", "application/pdf", "x.pdf", False)]
    assert mail.parts[0].content == b"%PDF"


def test_a_text_body_with_a_name_is_still_the_body():
    mail = parse_mail(b'Content-Type: text/plain; name="message.txt"\n\nHello\n')
    assert mail.text == "Hello\n" and mail.parts == ()


def test_a_forgotten_blank_line_and_garbage_in_the_header_are_told_apart():
    missing = parse_mail(b"Subject: x\nHello there, friend\n\nsecond\n")
    assert missing.text == "Hello there, friend\n\nsecond\n"
    assert missing.defects == ("header_separator_missing",)
    garbage = parse_mail(b"Subject: x\nsome junk line\nFrom: a@b.test\n\nbody\n")
    assert garbage.text == "body\n"
    assert garbage.header.from_.email == "a@b.test"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_gives_the_same_mail(end):
    raw = sample("alternative_related_inline_and_unreferenced_image")
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", end)
    mail = parse_mail(raw)
    assert [p.number for p in mail.parts] == ["1.2.2", "1.2.3", "2"]
    assert mail.text == "Hello in plain text\n"


# -- limits ------------------------------------------------------------------


def nested(depth):
    raw = b"Content-Type: text/plain\n\ndeep\n"
    for level in range(depth):
        mark = b"b%d" % level
        raw = (
            b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n' % (mark, mark)
            + raw
            + b"--%s--\n" % mark
        )
    return raw


def test_depth_is_bounded_and_what_is_deeper_is_kept():
    assert parse_mail(nested(MAX_MIME_DEPTH - 1)).text.strip() == "deep"
    mail = parse_mail(nested(MAX_MIME_DEPTH + 400))
    assert "depth_cut" in mail.defects
    assert len(mail.parts) == 1


def test_the_number_of_parts_is_bounded():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000
    mail = parse_mail(raw)
    assert "parts_cut" in mail.defects
    tree = b"Content-Type: multipart/mixed; boundary=b\n\n" + (
        b"--b\nContent-Type: application/x\n\nx\n" * 20_000
    )
    assert len(parse_mail(tree).parts) <= MAX_PARTS


def test_an_endless_text_is_cut_with_a_note():
    mail = parse_mail(b"Subject: x\n\n" + b"a" * (MAX_TEXT + 10))
    assert len(mail.text) == MAX_TEXT
    assert mail.defects == ("text_cut",)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b" * 500_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"\n--bx" * 500_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"=" * 3_000_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"QQ==" * 700_000,
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 3_000_000,
        b"A:" + b"\n " * 1_000_000,
        b"A: b\n" * 500_000,
        b"\n--" * 700_000,
        b"Content-Type: text/plain; " + b'a="' * 100_000,
        b"Content-Type: text/plain; " + b"a*0*=x;" * 30_000,
        b"Content-Type: text/html\n\n" + b"<meta " * 300_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * 300_000,
        b'Content-Disposition: attachment; filename="' + b"\\" * 60_000,
    ],
    ids=range(13),
)
def test_hostile_mails_are_read_within_seconds(raw):
    started = time.perf_counter()
    parse_mail(raw)
    assert time.perf_counter() - started < 8


# -- never raises ------------------------------------------------------------

PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\n\n",
    b"--b\n",
    b"--b--\n",
    b"--c\n",
    b"--",
    b": ",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: multipart/related; b",
    b'Content-Type: multipart/alternative; boundary="c"\n',
    b"Content-Type: text/html\n",
    b"Content-Type: text/plain; charset=utf-16\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: multipart/digest; boundary=b\n",
    b"Content-Type: text/calendar\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=\"x\n",
    b"Content-ID: <a@b>\n",
    b"<img src=cid:a@b>",
    b"Subject: =?utf-8?B?",
    b"\x00",
    b"\xff",
    b"; format=flowed; delsp=yes",
    b"=C3",
    b"QUJD",
    b"From: <",
    b"Date: ",
    b">",
    b" \n",
]


def test_parse_mail_never_raises_on_shuffled_pieces_and_random_bytes():
    rng = random.Random(3)
    for _ in range(3000):
        raw = b"".join(
            rng.choice(PIECES) if rng.random() < 0.85 else rng.randbytes(5)
            for _ in range(rng.randrange(40))
        )
        mail = parse_mail(raw)
        for text in (mail.text, mail.html, *(p.filename for p in mail.parts)):
            assert "\x00" not in text
            text.encode("utf-8")
        for part in mail.parts:
            assert part.filename and "/" not in part.filename


def test_parse_mail_never_raises_on_damaged_samples():
    rng = random.Random(4)
    for path in sorted(SAMPLES.glob("*.eml")):
        original = path.read_bytes()
        for _ in range(60):
            raw = bytearray(original)
            for _ in range(rng.randrange(1, 12)):
                at = rng.randrange(len(raw))
                action = rng.randrange(3)
                if action == 0:
                    raw[at] = rng.randrange(256)
                elif action == 1:
                    del raw[at : at + rng.randrange(1, 40)]
                else:
                    raw[at:at] = raw[at : at + 30]
                if not raw:
                    break
            parse_mail(bytes(raw))
        for end in range(0, len(original), 37):
            parse_mail(original[:end])


# -- the small rooms ---------------------------------------------------------


@pytest.mark.parametrize(
    "value, name, expected",
    [
        (b'x; filename="a b.pdf"', "filename", "a b.pdf"),
        (b"x; filename=a b.pdf; size=1", "filename", "a b.pdf"),
        (b'x; filename="open', "filename", "open"),
        (b'x; filename="a\\"b.pdf"', "filename", 'a"b.pdf'),
        (b'x; filename="C:\\dir\\a.pdf"', "filename", "C:\\dir\\a.pdf"),
        (b"x; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "filename", "Grüße.pdf"),
        (b"x; filename*=iso-8859-1'de'Gr%FC%DFe.pdf", "filename", "Grüße.pdf"),
        (b"x; filename=plain; filename*=utf-8''rich", "filename", "rich"),
        (b'x; filename*0="long "; filename*1="name.pdf"', "filename", "long name.pdf"),
        (b"x; filename*1=b; filename*0=a", "filename", "ab"),
        (b"x; n*0*=utf-8''%C3; n*1*=%A9; n*2=\"%41.pdf\"", "n", "é%41.pdf"),
        (b"x; name==?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=", "name", "Grüße.pdf"),
        (
            b'x; name="=?utf-8?B?R3LDvMOfZQ==?=\r\n =?utf-8?B?LnBkZg==?="',
            "name",
            "Grüße.pdf",
        ),
        ('x; name="Grüße.pdf"'.encode("latin-1"), "name", "Grüße.pdf"),
        (b"x; charset='utf-8'", "charset", "utf-8"),
        (b"x; a=1; a=2", "a", "1"),
        (b'x; a="1;b=2"; b=3', "b", "3"),
    ],
)
def test_parameters_are_read(value, name, expected):
    assert parameters(value)[name] == expected


@pytest.mark.parametrize(
    "given, safe",
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\offer.doc", "offer.doc"),
        ("/abs/x.txt", "x.txt"),
        ("Offer 1/2.pdf", "Offer 1_2.pdf"),
        ("a\r\nb\x00.txt", "a b .txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("x\u200b.pdf", "x.pdf"),
        (".bashrc", "bashrc"),
        ("name. . .", "name"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ('<a>:"|?*', "_a______"),
        ("..", ""),
        ("///", ""),
        ("", ""),
    ],
)
def test_file_names_are_made_safe(given, safe):
    assert safe_filename(given) == safe


def test_a_long_name_keeps_its_extension():
    for stem in ("a" * 1000, "é" * 1000, "日" * 1000, "👍" * 1000):
        name = safe_filename(stem + ".pdf")
        assert name.endswith(".pdf")
        assert len(name) <= MAX_FILENAME and len(name.encode()) <= 255


def test_a_part_without_a_name_gets_one_from_its_type():
    assert invented_filename("image/png", "1.2") == "image-1-2.png"
    assert invented_filename("text/calendar", "3") == "invite.ics"
    assert invented_filename("application/x-strange", "2") == "attachment-2.bin"


@pytest.mark.parametrize(
    "data, encoding, content",
    [
        (b"QUJD", b"base64", b"ABC"),
        (b"QUJ\nDRA", b"BASE64", b"ABCD"),
        (b"QUI=QUI=", b"base64", b"ABAB"),
        (b"QUJDR", b"base64", b"ABC"),
        (b"", b"base64", b""),
        (b"a=3Db=\nc=ZZ", b"Quoted-Printable", b"a=bc=ZZ"),
        (b"as is", b"8bit", b"as is"),
        (b"as is", b"x-uuencode", b"as is"),
    ],
)
def test_transfer_encodings_are_undone(data, encoding, content):
    assert decode_transfer(data, encoding)[0] == content


@pytest.mark.parametrize(
    "flowed, text",
    [
        ("a \nb", "a b"),
        ("a\nb", "a\nb"),
        ("> a \n> b\nc", "> a b\nc"),
        ("> a \n>> b", "> a \n>> b"),
        (" >stuffed", ">stuffed"),
        ("x \n-- \nsig \nend", "x \n-- \nsig end"),
    ],
)
def test_flowed_lines_are_joined_within_their_depth(flowed, text):
    assert unflow(flowed) == text
