"""Certificates for tests, made in memory: one authority and its good and bad ones.

The files are written only because ``ssl`` wants paths for a server's chain.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "localhost"
DAY = timedelta(days=1)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _build(subject, key, issuer, issuer_key, *, start, end, names=(), authority=False):
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            False,
        )
    )
    if authority:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False
        )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), False)
    return builder.sign(issuer_key, hashes.SHA256())


def _pem(certificate, key=None) -> bytes:
    data = certificate.public_bytes(serialization.Encoding.PEM)
    if key is not None:
        data += key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    return data


@lru_cache(maxsize=1)
def _all() -> dict[str, bytes]:
    """PEM by file name; each but ``ca.pem`` holds a certificate and its key."""
    now = datetime.now(timezone.utc)
    good = (
        x509.DNSName(HOST),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    )
    ca_key, other_key, key, another_key = (
        ec.generate_private_key(ec.SECP256R1()) for _ in range(4)
    )
    ca = "Test authority"
    valid = {"start": now - DAY, "end": now + 30 * DAY}
    ca_certificate = _build(ca, ca_key, ca, ca_key, authority=True, **valid)

    def leaf(names=good, issuer=ca, issuer_key=ca_key, subject=HOST, key=key, **dates):
        dates = dates or valid
        built = _build(subject, key, issuer, issuer_key, names=names, **dates)
        return _pem(built, key)

    return {
        "ca.pem": _pem(ca_certificate),
        "good.pem": leaf(),
        "expired.pem": leaf(start=now - 30 * DAY, end=now - DAY),
        "not_yet_valid.pem": leaf(start=now + DAY, end=now + 30 * DAY),
        "wrong_name.pem": leaf(names=(x509.DNSName("other.example"),)),
        "self_signed.pem": leaf(issuer=HOST, issuer_key=key),
        # as alike as can be: the same name, kind of key and dates
        "self_signed_again.pem": leaf(issuer=HOST, issuer_key=key),
        "self_signed_other_key.pem": leaf(
            issuer=HOST, issuer_key=another_key, key=another_key
        ),
        "untrusted.pem": leaf(issuer="Other authority", issuer_key=other_key),
    }


def fingerprint(path: str) -> str:
    """The SHA-256 of the certificate in a file of :func:`write_certificates`."""
    certificate = x509.load_pem_x509_certificate(Path(path).read_bytes())
    return certificate.fingerprint(hashes.SHA256()).hex()


def write_certificates(folder: Path) -> dict[str, str]:
    """Write all of them; ``{"good": path, "expired": path, ..., "ca": path}``."""
    paths = {}
    for name, data in _all().items():
        path = folder / name
        path.write_bytes(data)
        paths[name.removesuffix(".pem")] = str(path)
    return paths
