"""What only real servers show: their certificates, and a mail that goes out."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailkit.errors import (
    MailError,
)
from mailkit.imap.probe import probe_imap
from mailkit.imap.session import ImapSession
from mailkit.smtp.probe import probe_smtp
from mailkit.smtp.session import SmtpSession
from mailkit.tests.fake_imap import FakeImap
from mailkit.values import Security

MAIL = (
    b"From: Anna <anna@example.com>\r\nTo: bob@example.com\r\n"
    b"Subject: hello\r\nMessage-ID: <1@example.com>\r\n\r\nGood day.\r\n"
)


@pytest.mark.parametrize(
    ("name", "code"),
    [("expired", "certificate_expired"), ("selfsigned", "certificate_self_signed")],
)
def test_the_live_bad_certificates_are_refused_by_name(live, tmp_path, name, code):
    certificate, key = live.certificates[name]
    both = tmp_path / "both.pem"
    both.write_bytes(Path(certificate).read_bytes() + Path(key).read_bytes())
    with FakeImap(certificate=str(both), ca_file=live.ca_file) as fake:
        steps = probe_imap(fake.endpoint(host=live.host))
    assert (steps[-1].name, steps[-1].error.code) == ("tls", code)
    assert steps[-1].error.facts.sha256


def test_the_live_server_is_not_trusted_without_its_authority(live, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    endpoint = live.endpoint("imaps", Security.TLS, ca_file=None)
    steps = probe_imap(endpoint)
    assert steps[-1].error.code == "certificate_untrusted"
    open_to_all = replace(endpoint, verify_certificate=False)
    assert all(step.ok for step in probe_imap(open_to_all))


def test_the_live_server_under_another_name_is_a_wrong_name(live):
    endpoint = live.endpoint("imaps", Security.TLS)
    resolver = lambda _host, port: [(2, ("127.0.0.1", port))]  # noqa: E731
    steps = probe_imap(replace(endpoint, host="mail.example"), resolver=resolver)
    assert steps[-1].error.code == "certificate_wrong_name"
    assert "localhost" in steps[-1].error.facts.names


def test_implicit_tls_on_the_live_plain_port_is_told(live):
    steps = probe_imap(live.endpoint("imap", Security.TLS))
    assert steps[-1].error.code == "tls_plain_server"


@pytest.mark.parametrize(
    ("port", "security"), [("smtps", Security.TLS), ("smtp", Security.STARTTLS)]
)
def test_a_mail_goes_out_and_comes_in(live, port, security):
    sender, receiver = live.user(), live.user()
    endpoint = live.endpoint(port, security)
    assert all(step.ok for step in probe_smtp(endpoint, sender))
    raw = MAIL.replace(b"Good day.", b".a line with a dot\r\n.\r\nend")
    with SmtpSession.open(endpoint, sender) as smtp:
        result = smtp.send(sender.username, [receiver.username], raw)
    assert result.accepted == (receiver.username,)
    with ImapSession.open(live.endpoint("imaps", Security.TLS), receiver) as session:
        session.examine("INBOX")
        assert session.fetch_body(1).endswith(
            b"\r\n\r\n.a line with a dot\r\n.\r\nend\r\n"
        )


def test_a_wrong_password_for_the_live_smtp_is_told(live):
    wrong = replace(live.user(), password="wr0ng")
    steps = probe_smtp(live.endpoint("smtps", Security.TLS), wrong)
    assert steps[-1].name == "login"
    assert steps[-1].error.code == "auth_failed"


def test_a_recipient_whom_the_live_server_refuses_is_told(live):
    sender = live.user()
    with SmtpSession.open(live.endpoint("smtps", Security.TLS), sender) as smtp:
        with pytest.raises(MailError) as caught:
            smtp.send(sender.username, ["somebody@elsewhere.invalid"], MAIL)
        assert caught.value.step == "rcpt"
        assert smtp.send(sender.username, [sender.username], MAIL)
