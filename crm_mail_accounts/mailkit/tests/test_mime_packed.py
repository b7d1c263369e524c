"""winmail.dat and uuencode: files within a part are attachments of their own."""

import binascii
import random
import struct

import pytest

from mailkit.mime.packed import is_packed
from mailkit.mime.parse import parse_mail
from mailkit.mime.tnef import MAX_FILES, read_tnef
from mailkit.mime.uuencoded import split_uuencoded

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 30


def attribute(level, number, value):
    checksum = struct.pack("<H", sum(value) & 0xFFFF)
    return struct.pack("<BII", level, number, len(value)) + value + checksum


def variable(kind, name, value):
    padded = value + b"\x00" * (-len(value) % 4)
    return struct.pack("<HHII", kind, name, 1, len(value)) + padded


def properties(*them):
    return struct.pack("<I", len(them)) + b"".join(them)


def words(name, text):
    return variable(0x001F, name, text.encode("utf-16-le") + b"\x00\x00")


def attached(content, title=b"SHORT~1.DOC", *more):
    result = attribute(2, 0x00069002, b"\x01\x00" + b"\x00" * 12)
    if content is not None:
        result += attribute(2, 0x0006800F, content)
    result += attribute(2, 0x00018010, title + b"\x00")
    return result + (attribute(2, 0x00069005, properties(*more)) if more else b"")


def tnef(*pieces):
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(pieces)


def mail_with(winmail, text="See the files."):
    body = binascii.b2a_base64(winmail).decode()
    return (
        "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        '--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--b--\r\n"
    ).encode()


def listed(parts):
    return [(one.number, one.filename, one.content_type, one.content) for one in parts]


def test_the_files_of_a_winmail_are_attachments_under_their_long_names():
    long_name = words(0x3707, "Offerta più lunga.docx")
    tag = variable(0x001E, 0x370E, b"application/pdf\x00")
    raw = mail_with(tnef(attached(b"doc", b"OFFERT~1.DOC", long_name),
                         attached(b"pdf", b"A.PDF", tag)))  # fmt: skip
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    mail = parse_mail(raw)
    assert mail.text.strip() == "See the files."
    first, second = listed(mail.parts)
    assert first[:2] + first[3:] == ("2.w1", "Offerta più lunga.docx", b"doc")
    assert first[2] in (word, "application/octet-stream")
    assert second == ("2.w2", "A.PDF", "application/pdf", b"pdf")


def test_the_number_tells_what_lies_in_a_part():
    assert is_packed("1.2.u1")
    assert not is_packed("1.2")


def test_a_mail_whose_text_is_in_the_winmail_shows_it():
    html = '<p>Ciao <img src="cid:logo@x"></p>'
    message = properties(variable(0x0102, 0x1013, html.encode("cp1252")))
    picture = words(0x3712, "logo@x")
    raw = mail_with(
        tnef(
            attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),
            attribute(1, 0x00069003, message),
            attached(PNG, b"logo.png", picture),
        ),
        text="",
    )
    mail = parse_mail(raw)
    assert mail.html == html
    assert mail.text.strip() == "Ciao"
    assert [one.inline for one in mail.parts] == [True]


def test_the_codepage_of_the_package_reads_its_names():
    page = attribute(1, 0x00069007, struct.pack("<II", 1251, 0))
    package = read_tnef(tnef(page, attached(b"x", "Счёт.txt".encode("cp1251"))))
    assert [one.filename for one in package.files] == ["Счёт.txt"]


def test_named_and_several_values_are_passed_over():
    named = struct.pack("<HH", 0x0003, 0x8001) + b"\x11" * 16
    named += struct.pack("<I", 1) + struct.pack("<I", 6) + "abc".encode("utf-16-le")
    named += b"\x00\x00" + struct.pack("<I", 7)
    several = struct.pack("<HHI", 0x1003, 0x3000, 3) + struct.pack("<III", 1, 2, 3)
    boolean = struct.pack("<HHI", 0x000B, 0x3010, 1)
    found = read_tnef(
        tnef(attached(b"x", b"S", named, several, boolean, words(0x3707, "Long")))
    )
    assert [one.filename for one in found.files] == ["Long"]


def test_a_mail_within_the_package_gives_its_text_and_its_files():
    inner = tnef(attribute(1, 0x0002800C, b"Inner text\x00"), attached(b"in", b"i.txt"))
    holder = variable(0x000D, 0x3701, b"\x00" * 16 + inner)
    found = read_tnef(tnef(attached(None, b"Mail", holder)))
    assert [(one.filename, one.content) for one in found.files] == [
        ("i.txt", b"in"),
        ("Mail", b"Inner text"),
    ]


def test_a_package_within_a_package_ends_somewhere():
    package = tnef(attached(b"x"))
    for _depth in range(50):
        holder = variable(0x000D, 0x3701, b"\x00" * 16 + package)
        package = tnef(attached(None, b"m", holder))
    assert len(read_tnef(package).files) <= MAX_FILES


def test_a_winmail_without_files_stays_an_attachment():
    for winmail in (tnef(), b"no tnef at all", b""):
        mail = parse_mail(mail_with(winmail))
        assert [one.filename for one in mail.parts] == ["winmail.dat"]


def test_a_cut_package_gives_what_was_before_the_cut():
    whole = tnef(attached(b"one", b"1.txt"), attached(b"two" * 50, b"2.txt"))
    names = [
        [one.filename for one in read_tnef(whole[:end]).files]
        for end in range(6, len(whole))
    ]
    assert ["1.txt"] in names
    assert all(found in ([], [""], ["1.txt"], ["1.txt", ""], ["1.txt", "2.txt"])
               for found in names)  # fmt: skip


def test_damaged_packages_never_raise():
    rng = random.Random(5)
    whole = tnef(
        attribute(1, 0x00069003, properties(words(0x1000, "text"))),
        attached(PNG, b"logo.png", words(0x3707, "Logo.png"), words(0x3712, "c@x")),
    )
    for _turn in range(3000):
        damaged = bytearray(whole)
        for _each in range(rng.randrange(1, 6)):
            damaged[rng.randrange(6, len(damaged))] = rng.randrange(256)
        parse_mail(mail_with(bytes(damaged)))


def uuencoded(content, name="scan.pdf", cut=False):
    lines = [
        binascii.b2a_uu(content[at : at + 45]).decode("ascii")
        for at in range(0, len(content), 45)
    ]
    if cut:  # as mailers do with spaces at the end of a line
        lines = [line.replace("`", " ").rstrip() + "\n" for line in lines]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("size", [1, 44, 45, 46, 500])
def test_a_uuencoded_file_comes_out_whole(size, cut):
    # Zeros are written as spaces by some: those at the end of a line get lost.
    content = bytes(0 if cut else index % 251 for index in range(size))
    text = f"Hello\n\n{uuencoded(content, cut=cut)}\nBye\n".encode()
    rest, files = split_uuencoded(text)
    assert rest == b"Hello\n\n\nBye\n"
    assert [(one.filename, one.content) for one in files] == [("scan.pdf", content)]
    crlf = split_uuencoded(text.replace(b"\n", b"\r\n"))[1]
    assert [one.content for one in crlf] == [content]


def test_uuencoded_files_are_attachments_of_the_mail():
    raw = b"Subject: x\r\n\r\nTwo files\r\n"
    raw += (uuencoded(b"%PDF-1", "A b.pdf") + uuencoded(b"x", "../x.txt")).encode()
    mail = parse_mail(raw)
    assert mail.text.strip() == "Two files"
    assert listed(mail.attachments) == [
        ("1.u1", "A b.pdf", "application/pdf", b"%PDF-1"),
        ("1.u2", "x.txt", "text/plain", b"x"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 times, then end\nend\n",
        "begin 644 a.txt\nthis is prose, not a file\nend\n",
        "begin 644 a.txt\n#86)C\n",
        "let us begin 644 a\n#86)C\n`\nend\n",
    ],
)
def test_prose_about_beginning_stays_prose(text):
    text = text.encode()
    assert split_uuencoded(text) == (text, [])


def test_many_beginnings_cost_no_more_than_their_length():
    text = b"begin 644 a\n" + b"M" + b"!" * 60 + b"\n"
    split_uuencoded(text * 20_000)
    split_uuencoded(b"begin 644 a\n" * 100_000)
    split_uuencoded(b"begin 644 a\n" + (b" " * 100 + b"\n") * 50_000)


def test_a_part_whose_encoding_is_uuencode_is_decoded():
    raw = (
        b"Subject: x\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\n"
    )
    mail = parse_mail(raw + uuencoded(b"%PDF-1").encode())
    assert listed(mail.parts) == [("1", "a.pdf", "application/pdf", b"%PDF-1")]
