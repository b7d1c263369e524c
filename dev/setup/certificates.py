"""A certificate authority of our own and the certificates of the mail servers.

Run by the environment's Python (it needs `cryptography`)::

    python -m setup.certificates FOLDER

Besides the servers' certificate it makes two that a client must refuse: one of the same
authority that has expired, and one that nobody signed but itself.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
import sys
from pathlib import Path

from .commands import clean_env, run
from .paths import DEV, dev_dir
from .steps import build_folder, digest

NAMES = ("localhost",)
ADDRESSES = ("127.0.0.1",)
YEARS = 10


def ensure(python: Path) -> Path:
    """The folder of all certificates and of the trust bundle."""
    folder = dev_dir() / "certificates"
    system = system_bundle()
    inputs = digest(NAMES, ADDRESSES, YEARS, Path(__file__), *([system] * bool(system)))
    build_folder("Certificates", folder, inputs, lambda part: make(python, part))
    return folder


def make(python: Path, folder: Path) -> None:
    run(
        "Making the certificates",
        [python, "-m", "setup.certificates", folder],
        log="certificates",
        env=clean_env({"PYTHONPATH": str(DEV)}),
    )


def system_bundle() -> Path | None:
    """The file of authorities that this machine trusts."""
    chosen = [os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile]
    chosen.append("/etc/ssl/certs/ca-certificates.crt")
    return next((Path(path) for path in chosen if path and Path(path).is_file()), None)


def write_all(folder: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = dt.datetime.now(dt.timezone.utc)
    day = dt.timedelta(days=1)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def save(stem: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey):
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (folder / f"{stem}.pem").write_bytes(pem)
        (folder / f"{stem}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        # The servers run as another user; it is a key to nothing but this demo.
        (folder / f"{stem}.key").chmod(0o644)

    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = name("CRM Mail Accounts demo authority")
    ca = (
        x509.CertificateBuilder()
        .subject_name(ca_name)
        .issuer_name(ca_name)
        .public_key(ca_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 800 * day)
        .not_valid_after(now + YEARS * 365 * day)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()),
            critical=False,
        )
        .sign(ca_key, hashes.SHA256())
    )
    save("ca", ca, ca_key)

    def leaf(stem: str, start: dt.datetime, end: dt.datetime, signed: bool) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name(NAMES[0])
        addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in ADDRESSES]
        names = [x509.DNSName(text) for text in NAMES] + addresses
        server_use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        signer = ca_key if signed else key
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name if signed else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(server_use, False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
                critical=False,
            )
            .sign(signer, hashes.SHA256())
        )
        save(stem, certificate, key)

    leaf("server", now - day, now + YEARS * 365 * day, signed=True)
    leaf("expired", now - 400 * day, now - 30 * day, signed=True)
    leaf("selfsigned", now - day, now + YEARS * 365 * day, signed=False)

    system = system_bundle()
    parts = [system.read_bytes()] if system else []
    parts.append((folder / "ca.pem").read_bytes())
    (folder / "bundle.pem").write_bytes(b"\n".join(parts))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
