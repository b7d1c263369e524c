"""The door to the DNS: optional, bounded, and silent about names that do not exist.

What the library says is played by a stand-in, so that it is tested without it too;
where it is installed, it also asks a DNS server of our own.
"""

import socket
import struct
import threading
import time
from types import SimpleNamespace

import pytest

from mailkit import net_dns
from mailkit.errors import InvalidArgument, NetworkError
from mailkit.lookup import MxRecord, SrvRecord


class DNSException(Exception):
    pass


class Timeout(DNSException):
    pass


class NXDOMAIN(DNSException):
    pass


class NoNameservers(DNSException):
    pass


class Name(str):
    def to_text(self):
        return str(self)


@pytest.fixture
def library(monkeypatch):
    """A stand-in for dnspython that gives ``answer`` or raises it."""
    asked = []

    class Resolver:
        def resolve(self, name, kind, **options):
            asked.append((name, kind, options))
            if isinstance(stand_in.answer, Exception):
                raise stand_in.answer
            return SimpleNamespace(rrset=stand_in.answer)

    stand_in = SimpleNamespace(
        exception=SimpleNamespace(DNSException=DNSException, Timeout=Timeout),
        resolver=SimpleNamespace(Resolver=Resolver, NXDOMAIN=NXDOMAIN),
        answer=None,
        asked=asked,
    )
    monkeypatch.setattr(net_dns, "dns", stand_in)
    return stand_in


def test_without_the_library_nobody_is_asked(monkeypatch):
    monkeypatch.setattr(net_dns, "dns", None)
    assert not net_dns.available()
    with pytest.raises(NetworkError):
        net_dns.ask("company.example", "MX", 1)


def test_records_come_as_values(library):
    assert net_dns.available()
    library.answer = [SimpleNamespace(preference=10, exchange=Name("mx.a.example."))]
    assert net_dns.ask("a.example", "MX", 1) == [MxRecord(10, "mx.a.example.")]
    library.answer = [
        SimpleNamespace(priority=1, weight=2, port=993, target=Name("imap.a.example."))
    ]
    found = net_dns.ask("_imaps._tcp.a.example", "SRV", 1)
    assert found == [SrvRecord(1, 2, 993, "imap.a.example.")]


def test_the_machines_own_domain_is_never_added_and_time_is_bounded(library):
    net_dns.ask("a.example", "MX", 1.5)
    ((name, kind, options),) = library.asked
    assert (name, kind) == ("a.example.", "MX")
    assert options["lifetime"] == 1.5
    assert options["search"] is False


@pytest.mark.parametrize("answer", [None, [], NXDOMAIN()])
def test_no_name_and_no_record_are_an_empty_answer(library, answer):
    library.answer = answer
    assert net_dns.ask("a.example", "MX", 1) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Timeout(), "timeout"),
        (NoNameservers(), "host_unknown"),
        (OSError("no resolv.conf"), "host_unknown"),
    ],
)
def test_resolvers_that_fail_are_a_network_error(library, error, code):
    library.answer = error
    with pytest.raises(NetworkError) as caught:
        net_dns.ask("a.example", "MX", 1)
    assert caught.value.code == code


def test_other_kinds_of_records_are_not_asked_for(library):
    with pytest.raises(InvalidArgument):
        net_dns.ask("a.example", "TXT", 1)
    assert library.asked == []


# -- with the library itself --------------------------------------------------

RECORDS = {
    b"\x05_imap\x04_tcp\x01a\x07example\x00": struct.pack(">HHH", 5, 6, 143)
    + b"\x04imap\x01a\x07example\x00",
    b"\x01a\x07example\x00": struct.pack(">H", 10) + b"\x02mx\x01a\x07example\x00",
}


def served(question: bytes) -> bytes:
    """The answer of a DNS server that knows ``RECORDS``, NXDOMAIN for the rest."""
    body = question[12:]
    end = body.index(b"\0") + 5
    name, kind_and_class = body[: end - 4], body[end - 4 : end]
    data = RECORDS.get(name.lower())
    flags = b"\x81\x80" if data else b"\x81\x83"
    counts = struct.pack(">HHHH", 1, bool(data), 0, 0)
    record = b""
    if data:
        record = b"\xc0\x0c" + kind_and_class + struct.pack(">IH", 60, len(data))
    return question[:2] + flags + counts + body[:end] + record + (data or b"")


@pytest.fixture
def name_server():
    """Our own DNS server's resolver; ``silent`` names get no answer."""
    import dns.resolver

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve():
            while True:
                question, sender = sock.recvfrom(4096)
                if question == b"end":
                    return
                if b"silent" not in question.lower():
                    sock.sendto(served(question), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = sock.getsockname()[1]
        yield resolver
        sock.sendto(b"end", sock.getsockname())
        thread.join(2)


if net_dns.available():  # no skips: a library that is not there is no failure

    def test_the_library_reads_the_records_of_a_server(name_server):
        found = net_dns.ask("_imap._tcp.a.example", "SRV", 2, resolver=name_server)
        assert found == [SrvRecord(5, 6, 143, "imap.a.example.")]
        found = net_dns.ask("A.example.", "MX", 2, resolver=name_server)
        assert found == [MxRecord(10, "mx.a.example.")]

    def test_the_library_finds_nothing_where_nothing_is(name_server):
        assert net_dns.ask("b.example", "MX", 2, resolver=name_server) == []

    def test_the_library_ends_in_time(name_server):
        start = time.monotonic()
        with pytest.raises(NetworkError) as caught:
            net_dns.ask("silent.example", "MX", 0.3, resolver=name_server)
        assert caught.value.code == "timeout"
        assert time.monotonic() - start < 2

    @pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", "\udcff.a"])
    def test_what_the_library_cannot_read_as_a_name_is_a_network_error(
        name_server, name
    ):
        with pytest.raises(NetworkError):
            net_dns.ask(name, "MX", 1, resolver=name_server)
