"""A pinned certificate: exactly this one is accepted, and it replaces every other
check, on every protocol and both ways into TLS."""

import pytest

from mailkit import net
from mailkit.errors import TlsError
from mailkit.imap.probe import probe_imap
from mailkit.imap.session import ImapSession
from mailkit.smtp.probe import probe_smtp
from mailkit.smtp.session import SmtpSession
from mailkit.tests.certificates import fingerprint
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Security

ANNA = Credentials("anna@example.com", "s3cret")
BAD = ("self_signed", "expired", "not_yet_valid", "wrong_name", "untrusted")


class Imap:
    """A server of one protocol, and what a client has sent before TLS begins."""

    session = ImapSession
    before_tls = b"A1 STARTTLS\r\n"

    @staticmethod
    def script(certificate, security):
        def run(peer):
            if security is Security.STARTTLS:
                peer.send(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
                peer.command(b"STARTTLS")
                peer.start_tls(certificate)
            else:
                peer.send(b"* OK ready\r\n")
            peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
            peer.line()

        return run


class Smtp:
    session = SmtpSession
    before_tls = b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n"

    @staticmethod
    def script(certificate, security):
        def run(peer):
            peer.send(b"220 ready\r\n")
            if security is Security.STARTTLS:
                peer.expect(b"EHLO")
                peer.send(b"250-mail\r\n250 STARTTLS\r\n")
                peer.expect(b"STARTTLS")
                peer.send(b"220 go\r\n")
                peer.start_tls(certificate)
            peer.expect(b"EHLO")
            peer.send(b"250 mail\r\n")
            peer.line()

        return run


@pytest.fixture(params=[Imap, Smtp])
def protocol(request):
    return request.param


@pytest.fixture(params=[Security.TLS, Security.STARTTLS])
def security(request):
    return request.param


@pytest.fixture
def served(protocol, security, certificates):
    def serve(kind):
        return ScriptedServer(
            protocol.script(certificates[kind], security),
            certificate=certificates[kind] if security is Security.TLS else None,
            ca_file=certificates["ca"],
        )

    return serve


def first_command(session):
    """Something behind the handshake, so that the connection is seen to work."""
    if isinstance(session, ImapSession):
        session.known_capabilities()
    else:
        assert session.extensions == {}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("verify", [True, False])
def test_the_pinned_certificate_is_accepted_whatever_is_wrong_with_it(
    served, protocol, security, certificates, kind, verify
):
    with served(kind) as server:
        endpoint = server.endpoint(
            security,
            verify_certificate=verify,
            pinned_sha256=fingerprint(certificates[kind]),
        )
        session = protocol.session.open(endpoint, connect_timeout=20)
        first_command(session)
        assert session.tls.certificate.sha256 == endpoint.pinned_sha256
        session.close()


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize(
    ("pinned", "seen"),
    [
        ("self_signed", "self_signed_other_key"),
        ("self_signed", "self_signed_again"),
        ("self_signed", "good"),
        ("expired", "untrusted"),
    ],
)
def test_another_certificate_is_refused_before_a_byte_is_sent_to_it(
    served, protocol, security, certificates, pinned, seen, verify
):
    """Not even one that the authorities vouch for, and not without verification."""
    with served(seen) as server:
        endpoint = server.endpoint(
            security,
            verify_certificate=verify,
            pinned_sha256=fingerprint(certificates[pinned]),
        )
        with pytest.raises(TlsError) as caught:
            protocol.session.open(endpoint, ANNA, connect_timeout=20)
    assert caught.value.code == "certificate_changed"
    assert not caught.value.retry
    assert caught.value.facts.sha256 == fingerprint(certificates[seen])
    assert caught.value.facts.subject == "CN=localhost"
    through_tls = security is Security.TLS
    assert bytes(server.received) == (b"" if through_tls else protocol.before_tls)
    assert server.connections == 1, "the facts are those of the refused connection"


def test_a_second_connection_with_another_certificate_is_refused(
    protocol, certificates
):
    """Nothing of an accepted handshake is remembered for the next one."""
    pin = fingerprint(certificates["self_signed"])
    served_now = ["self_signed"]

    def script(peer):
        peer.start_tls(certificates[served_now[0]])
        protocol.script("", Security.TLS)(peer)

    with ScriptedServer(script) as server:
        endpoint = server.endpoint(Security.TLS, pinned_sha256=pin)
        protocol.session.open(endpoint, connect_timeout=20).close()
        served_now[0] = "self_signed_other_key"
        with pytest.raises(TlsError) as caught:
            protocol.session.open(endpoint, connect_timeout=20)
    assert caught.value.code == "certificate_changed"


def greet(peer):
    peer.send(b"* OK ready\r\n")
    peer.wait_for_end()


@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        lambda pin: ":".join(pin[at : at + 2] for at in range(0, 64, 2)).upper(),
        lambda pin: " ".join(pin[at : at + 4] for at in range(0, 64, 4)),
        lambda pin: f"\t{pin[:31]} {pin[31:]}\n",
    ],
    ids=["capitals", "colons", "spaces", "blanks"],
)
def test_a_fingerprint_may_be_written_as_other_programs_show_it(certificates, written):
    pin = written(fingerprint(certificates["expired"]))
    with ScriptedServer(greet, certificate=certificates["expired"]) as server:
        net.open_socket(server.endpoint(pinned_sha256=pin), connect_timeout=20).close()


@pytest.mark.parametrize(
    "written",
    [
        lambda _pin: "no fingerprint",
        lambda _pin: " ",
        lambda _pin: ":",
        lambda pin: pin[:62],
        lambda pin: pin + "00",
        lambda pin: "è" + pin,
        lambda pin: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
    ids=["words", "blank", "colon", "short", "long", "accent", "of-nothing"],
)
@pytest.mark.parametrize("verify", [True, False])
def test_what_is_no_fingerprint_of_it_accepts_no_certificate(
    certificates, written, verify
):
    pin = written(fingerprint(certificates["good"]))
    with ScriptedServer(
        greet, certificate=certificates["good"], ca_file=certificates["ca"]
    ) as server:
        endpoint = server.endpoint(pinned_sha256=pin, verify_certificate=verify)
        with pytest.raises(TlsError) as caught:
            net.open_socket(endpoint, connect_timeout=20)
    assert caught.value.code == "certificate_changed"
    assert caught.value.facts is not None


def test_a_pin_asks_for_no_file_of_authorities(certificates):
    pin = fingerprint(certificates["expired"])
    with ScriptedServer(
        greet, certificate=certificates["expired"], ca_file="/nonexistent.pem"
    ) as server:
        net.open_socket(server.endpoint(pinned_sha256=pin), connect_timeout=20).close()


def test_a_pin_without_tls_has_no_effect():
    with ScriptedServer(greet) as server:
        endpoint = server.endpoint(Security.NONE, pinned_sha256="00" * 32)
        with net.open_socket(endpoint, connect_timeout=20) as sock:
            assert sock.recv(100) == b"* OK ready\r\n"


def test_a_pin_does_not_make_plain_text_do_for_tls():
    with ScriptedServer(greet) as server:
        endpoint = server.endpoint(Security.TLS, pinned_sha256="00" * 32)
        with pytest.raises(TlsError) as caught:
            net.open_socket(endpoint, connect_timeout=20)
    assert caught.value.code == "tls_plain_server"


@pytest.mark.parametrize("kind", BAD)
def test_without_a_pin_the_same_certificates_are_refused(
    served, protocol, security, kind
):
    with served(kind) as server:
        with pytest.raises(TlsError) as caught:
            protocol.session.open(server.endpoint(security), ANNA, connect_timeout=20)
    assert caught.value.code.startswith("certificate_")
    assert caught.value.code != "certificate_changed"
    assert b"AUTH" not in server.received


# -- live ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probe", "port", "security"),
    [
        (probe_imap, "imaps", Security.TLS),
        (probe_imap, "imap", Security.STARTTLS),
        (probe_smtp, "smtps", Security.TLS),
        (probe_smtp, "smtp", Security.STARTTLS),
    ],
)
def test_the_live_servers_are_reached_by_their_pin_alone(
    live, monkeypatch, probe, port, security
):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    refused = probe(live.endpoint(port, security, ca_file=None), live.user())[-1]
    assert refused.error.code == "certificate_untrusted"
    pin = refused.error.facts.sha256
    pinned = live.endpoint(port, security, ca_file=None, pinned_sha256=pin)
    assert all(step.ok for step in probe(pinned, live.user()))
    wrong = live.endpoint(port, security, pinned_sha256=pin[::-1])
    changed = probe(wrong, live.user())[-1]
    assert (changed.name, changed.error.code) == ("tls", "certificate_changed")
    assert changed.error.facts.sha256 == pin
