"""SRV records of the mail domain, RFC 6186 and RFC 8314."""

import pytest

from mailkit.discovery import srv
from mailkit.discovery.address import read_address
from mailkit.discovery.asking import Asking
from mailkit.discovery.proposal import Confidence
from mailkit.tests.scripted_lookup import ScriptedDns
from mailkit.values import Security

MAIL = read_address("anna@company.example")


def asked(**records):
    """``imaps=[...]``: the answer, and the notes' codes."""
    names = {f"_{name}._tcp.company.example": found for name, found in records.items()}
    asking = Asking(ScriptedDns(srv=names), None, timeout=20)
    return srv.ask(MAIL, asking), [note.code for note in asking.notes]


def shown(server):
    return server and (
        server.endpoint.host,
        server.endpoint.port,
        server.endpoint.security,
    )


def test_all_four_services_of_the_domain_are_asked_for():
    dns = ScriptedDns()
    srv.ask(MAIL, Asking(dns, None, timeout=20))
    assert dns.asked == [
        ("SRV", "_imaps._tcp.company.example"),
        ("SRV", "_imap._tcp.company.example"),
        ("SRV", "_submissions._tcp.company.example"),
        ("SRV", "_submission._tcp.company.example"),
    ]


def test_the_service_says_the_security():
    found, _codes = asked(
        imap=[(0, 1, 1143, "a.company.example.")],
        submission=[(0, 1, 1587, "b.company.example.")],
    )
    (proposal,) = found.proposals
    assert shown(proposal.imap) == ("a.company.example", 1143, Security.STARTTLS)
    assert shown(proposal.smtp) == ("b.company.example", 1587, Security.STARTTLS)
    assert proposal.imap.username == "anna@company.example"


def test_implicit_tls_goes_before_starttls_whatever_the_priorities_say():
    found, _codes = asked(
        imap=[(0, 1, 143, "a.company.example.")],
        imaps=[(90, 1, 993, "b.company.example.")],
        submissions=[(0, 1, 465, "c.company.example.")],
    )
    first, second = found.proposals
    assert shown(first.imap) == ("b.company.example", 993, Security.TLS)
    assert shown(second.imap) == ("a.company.example", 143, Security.STARTTLS)
    assert first.smtp == second.smtp


def test_low_priority_numbers_and_then_high_weights_come_first():
    found, _codes = asked(
        imaps=[
            (20, 90, 993, "d.company.example."),
            (10, 1, 993, "b.company.example."),
            (10, 50, 993, "a.company.example."),
            (15, 0, 993, "c.company.example."),
        ]
    )
    assert [item.imap.endpoint.host[0] for item in found.proposals] == list("abcd")


def test_a_root_target_means_not_offered():
    found, codes = asked(
        imap=[(0, 0, 0, ".")],
        imaps=[(0, 1, 993, "a.company.example.")],
        submission=[(0, 0, 0, ".")],
    )
    (proposal,) = found.proposals
    assert shown(proposal.imap) == ("a.company.example", 993, Security.TLS)
    assert proposal.smtp is None
    assert not proposal.complete
    assert not found.no_imap
    assert codes == ["not_offered", "not_offered"]


def test_a_domain_that_refuses_both_kinds_of_imap_has_none():
    found, _codes = asked(imap=[(0, 0, 0, ".")], imaps=[(0, 0, 0, ".")])
    assert found.no_imap
    assert found.proposals == []


@pytest.mark.parametrize(
    ("target", "confidence"),
    [
        ("imap.company.example.", Confidence.LIKELY),
        ("company.example", Confidence.LIKELY),
        ("a.b.company.example.", Confidence.LIKELY),
        ("imap.elsewhere.example.", Confidence.UNSURE),
        ("imap.mycompany.example.", Confidence.UNSURE),
        ("company.example.elsewhere.test.", Confidence.UNSURE),
    ],
)
def test_a_server_outside_of_the_domain_is_for_a_person_to_look_at(target, confidence):
    found, _codes = asked(
        imaps=[(0, 1, 993, target)], submissions=[(0, 1, 465, "a.company.example.")]
    )
    assert found.proposals[0].confidence is confidence


@pytest.mark.parametrize(
    ("target", "port"),
    [
        ("127.0.0.1.", 993),
        ("localhost.", 993),
        ("a b.company.example.", 993),
        ("evil\r\n.company.example.", 993),
        ("", 993),
        ("imap.company.example.", 0),
        ("imap.company.example.", 65536),
    ],
)
def test_a_target_that_cannot_be_a_server_is_left_out_and_noted(target, port):
    found, codes = asked(imaps=[(0, 1, port, target)])
    assert found.proposals == []
    assert codes == ["server_unusable"]
