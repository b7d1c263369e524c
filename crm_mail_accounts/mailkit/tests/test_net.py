"""The network's door: names, addresses, TLS, and their bounds in time."""

import socket
import threading
from datetime import timezone

import pytest

from mailkit import net
from mailkit.errors import MailError, NetworkError, TlsError
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Endpoint, Security

BOUND = 0.3
"""Seconds that a stalling server is given."""


def greet(peer):
    peer.send(b"* OK ready\r\n")
    peer.wait_for_end()


def refused(certificates, kind, **options):
    with ScriptedServer(
        greet, certificate=certificates[kind], ca_file=certificates["ca"]
    ) as server:
        with pytest.raises(TlsError) as caught:
            net.open_socket(server.endpoint(**options), connect_timeout=20)
    return caught.value


# -- names and addresses ------------------------------------------------------


def addresses(*hosts):
    return lambda _host, port: [(socket.AF_INET, (host, port)) for host in hosts]


def test_a_name_without_address_is_an_unknown_host():
    with pytest.raises(NetworkError) as caught:
        net.resolve("nowhere.invalid", 993, timeout=20)
    assert caught.value.code == "host_unknown"


@pytest.mark.parametrize(
    "host", ["", "a" * 64 + ".example", "a\0b", "..", "\udcff.example"]
)
def test_what_cannot_be_a_name_is_an_unknown_host(host):
    with pytest.raises(NetworkError) as caught:
        net.resolve(host, 993)
    assert caught.value.code == "host_unknown"


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_out_of_range_is_no_host(port):
    with pytest.raises(NetworkError):
        net.resolve("localhost", port)


def test_a_resolver_that_hangs_is_left_behind():
    released = threading.Event()

    def hang(_host, _port):
        released.wait(60)
        return []

    with pytest.raises(NetworkError) as caught:
        net.resolve("mail.example", 993, timeout=BOUND, resolver=hang)
    assert not released.is_set()
    released.set()
    assert caught.value.code == "timeout"


def test_a_resolver_may_refuse_with_its_own_error():
    def forbid(_host, _port):
        raise NetworkError("not allowed", code="host_unknown")

    with pytest.raises(NetworkError, match="not allowed"):
        net.open_socket(
            Endpoint("127.0.0.1", 1, Security.NONE), resolver=forbid, connect_timeout=1
        )


def test_only_addresses_of_the_resolver_are_connected_to():
    with ScriptedServer(greet) as server:
        endpoint = Endpoint("mail.example", server.port, Security.NONE)
        with net.open_socket(endpoint, resolver=addresses("127.0.0.1")) as sock:
            assert sock.recv(100) == b"* OK ready\r\n"


def test_the_next_address_is_tried_when_the_first_refuses():
    with ScriptedServer(greet) as server:
        endpoint = Endpoint("mail.example", server.port, Security.NONE)
        resolver = addresses("127.0.0.2", "127.0.0.1")  # nobody listens on .2
        with net.open_socket(endpoint, resolver=resolver, connect_timeout=20) as sock:
            assert sock.getpeername()[0] == "127.0.0.1"


def test_an_address_that_swallows_packets_leaves_time_for_the_next(monkeypatch):
    shares = []

    class Silent(socket.socket):
        def connect(self, address):
            shares.append(self.gettimeout())
            if address[0] == "192.0.2.1":
                raise TimeoutError
            return super().connect(address)

    monkeypatch.setattr(net.socket, "socket", Silent)
    with ScriptedServer(greet) as server:
        both = addresses("192.0.2.1", "127.0.0.1")("", server.port)
        net.connect(both, timeout=400).close()
    assert shares[0] == pytest.approx(200, abs=20)


def test_a_closed_port_is_connection_refused():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NetworkError) as caught:
        net.open_socket(Endpoint("127.0.0.1", port, Security.NONE), connect_timeout=20)
    assert caught.value.code == "connection_refused"
    assert caught.value.retry


def test_a_connection_sends_small_packets_at_once_and_is_kept_alive():
    with ScriptedServer(greet) as server:
        with net.open_socket(server.endpoint(), read_timeout=7) as sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert sock.gettimeout() == 7


# -- certificates -------------------------------------------------------------


def test_a_good_certificate_is_accepted_and_told(certificates):
    with ScriptedServer(
        greet, certificate=certificates["good"], ca_file=certificates["ca"]
    ) as server:
        with net.open_socket(server.endpoint()) as sock:
            facts = net.tls_facts(sock)
    assert facts.version in ("TLSv1.2", "TLSv1.3")
    assert facts.cipher
    assert facts.certificate.subject == "CN=localhost"
    assert facts.certificate.issuer == "CN=Test authority"
    assert facts.certificate.names == ("localhost", "127.0.0.1")
    assert facts.certificate.not_after.tzinfo is timezone.utc
    assert len(facts.certificate.sha256) == 64


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "certificate_expired"),
        ("not_yet_valid", "certificate_not_yet_valid"),
        ("self_signed", "certificate_self_signed"),
        ("untrusted", "certificate_untrusted"),
        ("wrong_name", "certificate_wrong_name"),
    ],
)
def test_a_bad_certificate_is_refused_by_its_own_name_and_told(
    certificates, kind, code
):
    error = refused(certificates, kind)
    assert error.code == code
    assert not error.retry
    assert error.facts is not None, "the facts come even though it was refused"
    if kind == "wrong_name":
        assert error.facts.names == ("other.example",)


def test_an_address_that_is_not_in_the_certificate_is_a_wrong_name(certificates):
    error = refused(certificates, "wrong_name", host="127.0.0.1")
    assert error.code == "certificate_wrong_name"


def test_an_authority_that_was_not_named_is_not_trusted(certificates):
    with ScriptedServer(greet, certificate=certificates["good"]) as server:
        with pytest.raises(TlsError) as caught:
            net.open_socket(server.endpoint())
    assert caught.value.code == "certificate_untrusted"


def test_an_authority_of_the_environment_is_trusted(certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certificates["ca"])
    with ScriptedServer(greet, certificate=certificates["good"]) as server:
        net.open_socket(server.endpoint()).close()


@pytest.mark.parametrize("kind", ["expired", "self_signed", "wrong_name", "untrusted"])
def test_any_certificate_is_taken_when_the_account_says_so(certificates, kind):
    with ScriptedServer(greet, certificate=certificates[kind]) as server:
        with net.open_socket(server.endpoint(verify_certificate=False)) as sock:
            assert net.tls_facts(sock).certificate.sha256


def test_verification_is_the_default():
    context = net.tls_context(Endpoint("mail.example", 993, Security.TLS))
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"


def test_a_file_of_authorities_that_is_missing_is_an_error():
    endpoint = Endpoint("mail.example", 993, Security.TLS, ca_file="/nonexistent.pem")
    with pytest.raises(TlsError):
        net.tls_context(endpoint)


def test_a_broken_certificate_has_no_facts():
    assert net.read_certificate(b"\x30\x03\x02\x01\x01") is None
    assert net.read_certificate(None) is None


# -- handshakes that go wrong -------------------------------------------------


def test_tls_on_a_port_that_speaks_plain_text_is_told_so():
    with ScriptedServer(greet) as server:
        with pytest.raises(TlsError) as caught:
            net.open_socket(server.endpoint(Security.TLS), connect_timeout=20)
    assert caught.value.code == "tls_plain_server"


def test_a_server_that_answers_the_handshake_in_plain_text_is_told_so():
    def http(peer):
        peer.block(5)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.wait_for_end()

    with ScriptedServer(http) as server:
        with pytest.raises(TlsError) as caught:
            net.open_socket(server.endpoint(Security.TLS), connect_timeout=20)
    assert caught.value.code == "tls_plain_server"


def test_a_stall_in_the_handshake_ends_in_time():
    with ScriptedServer(lambda peer: peer.stall()) as server:
        with pytest.raises(NetworkError) as caught:
            net.open_socket(server.endpoint(Security.TLS), connect_timeout=BOUND)
    assert caught.value.code == "timeout"


def test_a_handshake_that_drips_ends_in_time():
    def drip(peer):
        # the head of a TLS record of 16000 bytes, which then never gets complete
        peer.drip(b"\x16\x03\x03\x3e\x80" + b"\x02" * 1000, pause=0.05)

    with ScriptedServer(drip) as server:
        with pytest.raises(MailError) as caught:
            net.open_socket(server.endpoint(Security.TLS), connect_timeout=BOUND)
    assert caught.value.code == "timeout"


def test_a_server_that_leaves_during_the_handshake_is_a_lost_connection():
    with ScriptedServer(lambda peer: peer.cut()) as server:
        with pytest.raises(NetworkError) as caught:
            net.open_socket(server.endpoint(Security.TLS), connect_timeout=20)
    assert caught.value.code == "connection_lost"


def test_a_public_only_endpoint_reaches_no_private_address():
    endpoint = Endpoint("localhost", 1, Security.NONE, public_only=True)
    with pytest.raises(NetworkError) as caught:
        net.open_socket(endpoint)
    assert caught.value.code == "host_unknown"


def test_a_private_name_and_one_that_does_not_exist_say_the_same():
    said = []
    for host in ("localhost", "no-such-host.invalid"):
        endpoint = Endpoint(host, 1, Security.NONE, public_only=True)
        with pytest.raises(NetworkError) as caught:
            net.open_socket(endpoint)
        said.append(caught.value.code)
    assert said[0] == said[1]
