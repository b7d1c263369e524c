"""Usual names of servers, when nobody says anything."""

from mailkit.discovery.address import read_address
from mailkit.discovery.candidates import candidates
from mailkit.discovery.proposal import Confidence, within
from mailkit.limits import MAX_CANDIDATES
from mailkit.values import Security

MAIL = read_address("anna@company.example")


def pairs(found):
    return [
        (item.imap.endpoint.host, item.smtp.endpoint.host, item.smtp.endpoint.port)
        for item in found
    ]


def test_the_most_common_names_come_first():
    found = candidates(MAIL, [])
    assert pairs(found)[:2] == [
        ("imap.company.example", "smtp.company.example", 465),
        ("mail.company.example", "mail.company.example", 465),
    ]
    assert len(found) <= MAX_CANDIDATES
    assert len(set(pairs(found))) == len(found)


def test_every_candidate_is_secure_and_only_a_guess():
    for item in candidates(MAIL, []):
        assert item.confidence is Confidence.GUESS
        assert item.imap.endpoint.port == 993
        assert item.imap.endpoint.security is Security.TLS
        assert item.smtp.endpoint.security is not Security.NONE
        assert item.imap.username == "anna@company.example"


def test_submission_by_starttls_is_tried_behind_implicit_tls():
    ports = [item.smtp.endpoint.port for item in candidates(MAIL, [])]
    assert ports == sorted(ports)
    assert 587 in ports


def test_an_mx_of_the_domain_itself_is_a_good_guess():
    found = candidates(MAIL, ["mx.company.example"])
    assert pairs(found)[1] == ("mx.company.example", "mx.company.example", 465)


def test_a_strangers_server_is_never_guessed():
    found = candidates(MAIL, ["mx.hosting.example", "company.example.evil.test"])
    for item in found:
        assert within(item.imap.endpoint.host, "company.example")
        assert within(item.smtp.endpoint.host, "company.example")
    assert found == candidates(MAIL, [])
