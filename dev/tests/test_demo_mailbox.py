"""The demo mail: what it promises to tests, screenshots and benchmarks."""

import email
import email.policy
import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache

import pytest

from demo import attachments, cast, oddities, pictures
from demo.mailbox import SIZES, Mail, bulk, mailbox

END = datetime(2026, 1, 15, tzinfo=UTC)
LOGINS = tuple(SIZES)


@cache
def mails(login: str) -> tuple[Mail, ...]:
    return tuple(mailbox(login, END))


@cache
def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def header_value(raw: bytes, name: str) -> str:
    """A header as written, unfolded; empty if it is missing."""
    found = re.search(
        rb"(?im)^" + name.encode() + rb":[ ]?((?:.*\r\n)(?:[ \t].*\r\n)*)",
        raw.partition(b"\r\n\r\n")[0] + b"\r\n",
    )
    return found[1].decode("latin-1").replace("\r\n", "").strip() if found else ""


def odd(case: str) -> Mail:
    wanted = b"%s: %s\r\n" % (oddities.CASE_HEADER.encode(), case.encode())
    return next(mail for mail in mails("laura") if wanted in mail.raw)


def inbox(login: str) -> list[Mail]:
    """Newest first."""
    chosen = [mail for mail in mails(login) if mail.folder == ("INBOX",)]
    return sorted(chosen, key=lambda mail: mail.date, reverse=True)


@pytest.mark.parametrize("login", LOGINS)
def test_the_same_mailbox_is_made_twice(login):
    assert tuple(mailbox(login, END)) == mails(login)


def test_a_later_end_moves_dates_and_keeps_messages():
    later = mailbox("laura", END + timedelta(days=10))
    ids = Counter(header_value(m.raw, "Message-ID") for m in later)
    assert ids == Counter(header_value(m.raw, "Message-ID") for m in mails("laura"))
    folders = Counter(m.folder for m in later)
    assert folders == Counter(m.folder for m in mails("laura"))


def test_another_seed_makes_other_mail():
    assert mailbox("marco", END, seed=20) != list(mails("marco"))


@pytest.mark.parametrize("login", LOGINS)
def test_counts_are_as_promised(login):
    assert len(mails(login)) == SIZES[login]
    unread = [m for m in inbox(login) if "\\Seen" not in m.flags]
    assert len(unread) == {"laura": 25, "marco": 17}[login]
    assert all(m.date > END - timedelta(days=45) for m in unread)


@pytest.mark.parametrize("login", LOGINS)
def test_two_years_of_mail_end_on_the_last_day(login):
    dates = [mail.date for mail in mails(login)]
    assert dates == sorted(dates)
    assert END - timedelta(days=1) < dates[-1] < END
    assert END - timedelta(days=800) < dates[0] < END - timedelta(days=650)


@pytest.mark.parametrize("login", LOGINS)
def test_lines_end_in_crlf_and_sizes_are_moderate(login):
    for mail in mails(login):
        bare = mail.raw.replace(b"\r\n", b"")
        assert b"\n" not in bare and b"\r" not in bare
        assert len(mail.raw) < 32_000
    assert 3000 < sum(len(m.raw) for m in mails(login)) / len(mails(login)) < 9000


def test_message_ids_are_unique_over_both_mailboxes():
    ids = [header_value(m.raw, "Message-ID") for one in LOGINS for m in mails(one)]
    present = [one for one in ids if one]
    assert len(present) == len(set(present))
    assert 0 < len(ids) - len(present) < 5


@pytest.mark.parametrize("login", LOGINS)
def test_references_lead_to_mails_of_the_mailbox(login):
    known = {header_value(m.raw, "Message-ID") for m in mails(login)}
    answers = 0
    for mail in mails(login):
        references = header_value(mail.raw, "References").split()
        if references:
            answers += 1
            assert set(references) <= known
            assert header_value(mail.raw, "In-Reply-To") == references[-1]
    assert answers > SIZES[login] / 3


@pytest.mark.parametrize("login", LOGINS)
def test_nobody_answers_before_being_asked(login):
    when = {header_value(m.raw, "Message-ID"): m.date for m in mails(login)}
    for mail in mails(login):
        if parent := header_value(mail.raw, "In-Reply-To"):
            assert when[parent] < mail.date


def test_folders_are_there_with_accents_and_ampersands():
    folders = {mail.folder for mail in mails("laura")}
    assert folders >= {
        ("INBOX",),
        ("Sent",),
        ("Drafts",),
        ("Junk",),
        ("Trash",),
        ("Archive",),
        ("Newsletter",),
        ("PEC",),
        ("Clienti", "Società Perù & Co"),
        ("Projekte", "Übersicht"),
        ("Amministrazione", "2025", "Fatture"),
    }
    for login in LOGINS:
        for mail in mails(login):
            assert not re.search(r"[/.\\%*\"]", "".join(mail.folder))


@pytest.mark.parametrize("login", LOGINS)
def test_flags_tell_what_happened(login):
    flags = Counter(flag for mail in mails(login) for flag in mail.flags)
    assert set(flags) == {"\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Forwarded"}
    sent = [m for m in mails(login) if m.folder == ("Sent",)]
    assert all(m.flags == ("\\Seen",) for m in sent)
    assert all("\\Draft" in m.flags for m in mails(login) if m.folder == ("Drafts",))
    answered = {header_value(m.raw, "In-Reply-To") for m in sent}
    for mail in mails(login):
        if "\\Answered" in mail.flags:
            assert header_value(mail.raw, "Message-ID") in answered


@pytest.mark.parametrize("login", LOGINS)
def test_every_mail_parses_and_has_a_text(login):
    for mail in mails(login):
        message = parsed(mail.raw)
        if oddities.CASE_HEADER in message:
            continue
        assert not message.defects
        assert all(not part.defects for part in message.walk())
        body = message.get_body(("plain", "html"))
        assert body is not None and body.get_content().strip()
        assert message["Subject"] is not None and message["From"].addresses


def test_every_address_is_reserved_for_examples():
    address = re.compile(rb"(?<=[\w=])@([\w-]+(?:\.[\w-]+)+)")
    for login in LOGINS:
        for mail in mails(login):
            for domain in address.findall(mail.raw.replace(b"=\r\n", b"")):
                assert domain.rpartition(b".")[2] in (b"example", b"test"), domain


def test_the_newest_mails_of_laura_show_everything():
    owned = {o.contact for o in cast.OPPORTUNITIES if o.owner == "laura"}
    top = inbox("laura")[:15]
    messages = [parsed(mail.raw) for mail in top]
    senders = [m["From"].addresses[0].addr_spec for m in messages]
    assert sum(sender in owned for sender in senders) >= 10
    kinds = [{part.get_content_type() for part in m.walk()} for m in messages]
    for kind in ("image/png", "application/pdf", "text/calendar", "text/html"):
        assert any(kind in one for one in kinds), kind
    assert any("List-Unsubscribe" in m for m in messages)
    assert any(m["Subject"].startswith("POSTA CERTIFICATA: ") for m in messages)


def test_inline_pictures_are_named_in_the_page():
    found = 0
    for mail in mails("laura"):
        message = parsed(mail.raw)
        for part in message.walk():
            name = part["Content-ID"]
            if name and part.get_content_type() == "image/png":
                found += 1
                page = message.get_body(("html",)).get_content()
                assert f"cid:{name.strip('<>')}" in page
    assert found > 30


def test_both_languages_and_all_quoting_styles_occur():
    everything = b"".join(m.raw for one in LOGINS for m in mails(one))
    for sign in (
        b"gmail_quote",
        b'blockquote type=3D"cite"',
        b"moz-cite-prefix",
        b"MsoNormal",
        b"ha scritto:",
        b"wrote:",
        b"<b>Da:</b>",
        b"<b>From:</b>",
        b"format=flowed",
    ):
        assert sign in everything, sign


def test_attachments_have_every_style_of_name():
    names = Counter()
    for mail in mails("laura"):
        for line in re.findall(rb"filename[^\r]*", mail.raw):
            style = (
                "continued" if b"*0*=" in line else "rfc2231" if b"*=" in line else ""
            )
            names[style or ("rfc2047" if b"=?" in line else "plain")] += 1
    assert set(names) == {"continued", "rfc2231", "rfc2047", "plain"}
    kinds = {
        part.get_content_type() for m in mails("laura") for part in parsed(m.raw).walk()
    }
    assert {"application/zip", "message/rfc822", "application/ics"} <= kinds


def test_certified_mail_and_receipts():
    messages = [parsed(m.raw) for one in LOGINS for m in mails(one)]
    envelopes = [m for m in messages if m["X-Trasporto"] == "posta-certificata"]
    assert len(envelopes) > 10
    for envelope in envelopes:
        assert envelope.get_content_type() == "multipart/signed"
        names = [part.get_filename() for part in envelope.walk()]
        assert {"postacert.eml", "daticert.xml", "smime.p7s"} <= set(names)
        assert envelope["From"].addresses[0].display_name.startswith("Per conto di: ")
        inner = next(p for p in envelope.walk() if p.get_filename() == "postacert.eml")
        original = inner.get_content()
        assert original["Message-ID"] == envelope["X-Riferimento-Message-ID"]
    kinds = Counter(m["X-Ricevuta"] for m in messages if m["X-Ricevuta"])
    assert kinds["accettazione"] == kinds["avvenuta-consegna"] > 5
    for message in messages:
        word = {"accettazione": "ACCETTAZIONE: ", "avvenuta-consegna": "CONSEGNA: "}
        if kind := message["X-Ricevuta"]:
            assert message["Subject"].startswith(word[kind])


def test_reports_receipts_and_absences():
    kinds = Counter()
    for mail in mails("laura"):
        message = parsed(mail.raw)
        kinds[message.get_param("report-type")] += 1
        kinds[message["Auto-Submitted"]] += 1
    assert kinds["delivery-status"] == 6
    assert kinds["disposition-notification"] > 4
    assert kinds["auto-replied"] > 15 and kinds["auto-generated"] > 50


def test_oddities_each_occur_once_for_laura():
    names = [header_value(m.raw, oddities.CASE_HEADER) for m in mails("laura")]
    assert Counter(filter(None, names)) == Counter(o.case for o in oddities.cases())


@pytest.mark.parametrize(
    ("case", "charset", "word"),
    [
        ("iso-8859-1", "iso-8859-1", "Perché"),
        ("windows-1252", "windows-1252", "€"),
        ("iso-8859-15", "iso-8859-15", "€"),
        ("koi8-r", "koi8-r", "Добрый"),
        ("gb2312", "gb2312", "您好"),
        ("iso-2022-jp", "iso-2022-jp", "カタログ"),
        ("utf-7", "utf-7", "Perché"),
    ],
)
def test_declared_charsets_are_true(case, charset, word):
    message = parsed(odd(case).raw)
    assert message.get_content_charset() == charset
    assert word in message.get_content()


def test_missing_headers_are_missing():
    assert parsed(odd("no-message-id").raw)["Message-ID"] is None
    assert parsed(odd("no-date").raw)["Date"] is None
    assert parsed(odd("no-subject").raw)["Subject"] is None
    assert parsed(odd("empty-body").raw).get_content().strip() == ""
    assert len(parsed(odd("very-long-subject").raw)["Subject"]) > 600


def test_undeclared_bytes_are_in_header_and_body():
    head, _, body = odd("undeclared-8bit").raw.partition(b"\r\n\r\n")
    assert b"Qualit\xe0" in head and b"perch" not in head
    assert b"Perch\xe9" in body and b"charset" not in head


def test_soft_breaks_and_continued_names():
    assert b"=\r\n" in odd("quoted-printable-soft-breaks").raw
    message = parsed(odd("filename-rfc2231-continued").raw)
    name = next(message.iter_attachments()).get_filename()
    assert "qualità" in name and name.endswith("(2).pdf") and len(name) > 120


def check_png(data: bytes) -> None:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, packed, width, height, channels = 8, b"", 0, 0, 0
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack(">I", data[place + 8 + size : place + 12 + size])
        assert checksum == zlib.crc32(kind + content)
        if kind == b"IHDR":
            width, height, _depth, colour = struct.unpack(">IIBB", content[:10])
            channels = 4 if colour == 6 else 3
        packed += content if kind == b"IDAT" else b""
        place += 12 + size
    assert len(zlib.decompress(packed)) == height * (1 + width * channels)


def test_pictures_are_valid():
    for draw in (pictures.room, pictures.damage, pictures.plan, pictures.chart):
        for variant in range(4):
            check_png(draw(variant))
    check_png(pictures.logo(1))
    check_png(pictures.pixel())


def test_documents_are_valid():
    page = attachments.pdf("Perù (1)", ("città", "a \\ b"))
    assert page.startswith(b"%PDF-1.4") and page.endswith(b"%%EOF\n")
    start = int(re.search(rb"startxref\n(\d+)\n", page)[1])
    assert page[start : start + 4] == b"xref"
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n ", page), 1):
        assert page[int(place) :].startswith(b"%d 0 obj" % number)
    for data in (
        attachments.spreadsheet((("a", "b<"),)),
        attachments.document(("one & two",)),
    ):
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_every_contact_with_an_opportunity_writes():
    for login in LOGINS:
        raw = b"".join(m.raw for m in mails(login) if m.folder != ("Sent",))
        for opportunity in cast.OPPORTUNITIES:
            if opportunity.owner == login:
                assert f"<{opportunity.contact}>".encode() in raw, opportunity


def test_bulk_gives_as_many_as_asked_and_always_the_same():
    made = list(bulk(1500, 7, end=END))
    assert len(made) == 1500
    assert made == list(bulk(1500, 7, end=END))
    assert made != list(bulk(1500, 8, end=END))
    assert {m.folder for m in made} == {("INBOX",)}
    dates = [m.date for m in made]
    assert dates == sorted(dates) and dates[-1] < END


def test_bulk_is_varied_and_threaded():
    made = list(bulk(3000, end=END, to="bulk10k@demo.test"))
    ids = [header_value(m.raw, "Message-ID") for m in made]
    assert len(set(ids)) == 3000
    sizes = sorted(len(m.raw) for m in made)
    assert sizes[0] > 500 and 20_000 < sizes[-1] < 60_000
    assert 2000 < sum(sizes) / len(sizes) < 6000
    answers, seen = 0, set()
    for mail, name in zip(made, ids, strict=True):
        references = header_value(mail.raw, "References").split()
        assert set(references) <= seen
        answers += bool(references)
        seen.add(name)
        assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert 0.4 < answers / len(made) < 0.7
    assert len({header_value(m.raw, "From") for m in made}) > 200
    message = parsed(made[42].raw)
    assert message["To"] == "bulk10k@demo.test" and not message.defects


def test_bulk_begins_without_making_everything():
    first = next(bulk(50_000, end=END))
    assert first.date > END - timedelta(days=1200)
