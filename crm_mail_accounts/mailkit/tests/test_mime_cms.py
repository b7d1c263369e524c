"""What a signature encloses, and mails that are closed to us."""

import base64
import random
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from mailkit.mime.cms import ENCRYPTED, SIGNED, read_cms
from mailkit.mime.parse import parse_mail
from mailkit.values import PGP, SMIME

INVOICE = b"<?xml version='1.0'?><FatturaElettronica/>"
NOW = datetime(2026, 3, 2, tzinfo=timezone.utc)


def certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anna Rossi")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )


def signed(content, *options, encoding=Encoding.DER):
    key = ec.generate_private_key(ec.SECP256R1())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate(key), key, hashes.SHA256())
    return builder.sign(encoding, [pkcs7.PKCS7Options.Binary, *options])


def encrypted(content):
    key = rsa.generate_private_key(65537, 2048)
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content)
    return builder.add_recipient(certificate(key)).encrypt(Encoding.DER, [])


def ber(*chunks):
    """Signed data of indefinite lengths, its content in pieces (X.690 8.1.3.6, 8.7.3),
    as programs write it that sign while they read."""
    pieces = b"".join(b"\x04" + bytes([len(chunk)]) + chunk for chunk in chunks)
    return bytes.fromhex(
        "3080 06092a864886f70d010702 a080 3080 020101 3100"
        "3080 06092a864886f70d010701 a080 2480"
    ) + pieces + bytes.fromhex("0000 0000 0000 3100 0000 0000 0000")  # fmt: skip


def mail_with(content, filename, content_type, text="See the invoice."):
    body = base64.encodebytes(content).decode()
    return (
        "From: a@b.example\nSubject: x\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n"
        f'--b\nContent-Type: {content_type}; name="{filename}"\n'
        f"Content-Transfer-Encoding: base64\n\n{body}\n--b--\n"
    ).encode()


def whole(content, kind="signed-data"):
    body = base64.encodebytes(content).decode()
    return (
        "From: a@b.example\nSubject: x\nMIME-Version: 1.0\n"
        f"Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m\n"
        f"Content-Transfer-Encoding: base64\n\n{body}\n"
    ).encode()


@pytest.mark.parametrize(
    "data",
    [
        signed(INVOICE),
        signed(INVOICE, encoding=Encoding.PEM),
        base64.b64encode(signed(INVOICE)),
        base64.encodebytes(signed(INVOICE)),
        signed(signed(INVOICE)),
        ber(INVOICE[:20], INVOICE[20:]),
    ],
    ids=["DER", "PEM", "base64", "lines", "countersigned", "BER"],
)
def test_the_signed_document_comes_out_byte_for_byte(data):
    assert read_cms(data).content == INVOICE


def test_a_detached_signature_encloses_nothing():
    found = read_cms(signed(INVOICE, pkcs7.PKCS7Options.DetachedSignature))
    assert (found.kind, found.content) == (SIGNED, b"")


def test_what_is_no_signature_is_nothing():
    for data in (
        b"",
        b"0",
        b"0\x80",
        INVOICE,
        b"MIAG",
        b"-----BEGIN X-----",
        b"0" * 99,
    ):
        assert read_cms(data) is None


def test_damaged_signatures_never_raise():
    rng = random.Random(3)
    good = signed(b"x" * 50)
    for _turn in range(2000):
        end = rng.choice([len(good), rng.randrange(1, len(good))])
        damaged = bytearray(good[:end])
        for _each in range(rng.randrange(4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        read_cms(bytes(damaged))
    deep = b"\x30\x80" * 100_000
    assert read_cms(deep) is None


def test_a_signed_invoice_stands_beside_its_document():
    data = signed(INVOICE)
    raw = mail_with(data, "IT01234_001.xml.p7m", "application/octet-stream")
    mail = parse_mail(raw)
    assert [(one.number, one.filename, one.content) for one in mail.parts] == [
        ("2", "IT01234_001.xml.p7m", data),
        ("2.s1", "IT01234_001.xml", INVOICE),
    ]
    assert mail.encrypted == ""


def test_a_p7m_that_is_none_stays_alone():
    mail = parse_mail(mail_with(b"no signature", "a.p7m", "application/pkcs7-mime"))
    assert [one.filename for one in mail.parts] == ["a.p7m"]


def test_a_mail_that_is_signed_as_a_whole_is_read():
    inner = b"Content-Type: multipart/mixed; boundary=i\r\n\r\n"
    inner += b"--i\r\nContent-Type: text/html\r\n\r\n<p>Signed offer</p>\r\n"
    inner += (
        b"--i\r\nContent-Type: application/pdf; name=o.pdf\r\n\r\n%PDF\r\n--i--\r\n"
    )
    raw = whole(signed(inner))
    mail = parse_mail(raw)
    assert mail.text.strip() == "Signed offer"
    assert "Signed offer" in mail.html
    assert [(one.number, one.filename) for one in mail.parts] == [
        ("1", "smime.p7m"),
        ("1.s1", "o.pdf"),
    ]


def test_signatures_within_signatures_end_somewhere():
    raw = b"Content-Type: text/plain\r\n\r\nDeep\r\n"
    for _depth in range(3):
        raw = whole(signed(raw)).replace(b"From: a@b.example\nSubject: x\n", b"")
    assert parse_mail(raw).text.strip() == "Deep"
    for _depth in range(5):
        raw = whole(signed(raw)).replace(b"From: a@b.example\nSubject: x\n", b"")
    assert parse_mail(raw).text.strip() == ""


def test_an_encrypted_mail_says_so_and_keeps_its_content():
    mail = parse_mail(whole(encrypted(b"secret"), "enveloped-data"))
    assert mail.encrypted == SMIME
    assert [one.filename for one in mail.parts] == ["smime.p7m"]
    assert read_cms(encrypted(b"x")).kind == ENCRYPTED


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/encrypted; boundary=b;"
        b" protocol=application/pgp-encrypted\n\n--b\n"
        b"Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
        b"Content-Type: application/octet-stream; name=encrypted.asc\n\nx\n--b--\n",
        b"Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nabc\n",
    ],
    ids=["PGP/MIME", "inline"],
)
def test_a_pgp_message_is_known_as_such(raw):
    assert parse_mail(raw).encrypted == PGP


def test_a_mail_about_pgp_is_not_encrypted():
    raw = b"Subject: x\n\nYou sent -----BEGIN PGP MESSAGE----- again.\n"
    assert parse_mail(raw).encrypted == ""
