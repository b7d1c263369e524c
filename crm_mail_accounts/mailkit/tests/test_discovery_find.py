"""From an address alone to servers: the order of the sources, and their bounds."""

import pytest

from mailkit.discovery.find import discover
from mailkit.discovery.proposal import (
    Confidence,
    ProviderTable,
    Source,
    UsernameForm,
)
from mailkit.errors import NetworkError
from mailkit.limits import DISCOVERY_TIMEOUT
from mailkit.tests.scripted_lookup import (
    Clock,
    ScriptedDns,
    ScriptedWeb,
    config,
    server,
)
from mailkit.values import Endpoint, Security

ADDRESS = "anna@company.example"
TABLE = ProviderTable(
    domains=(("provider.example", "provider"), ("Bücher.example", "books")),
    mx_suffixes=(
        ("mx.provider.example", "provider"),
        ("gateway.mx.provider.example", "gateway"),
        (".hosting.example", "hosting"),
    ),
    host_suffixes=(("provider.example", "provider"),),
)
OWN_SRV = {
    "_imaps._tcp.company.example": [(0, 1, 993, "imap.company.example.")],
    "_submissions._tcp.company.example": [(0, 1, 465, "smtp.company.example.")],
}
FILE = "https://autoconfig.company.example/mail/config-v1.1.xml"
WELL_KNOWN = "https://company.example/.well-known/autoconfig/mail/config-v1.1.xml"
OUT_OF_TIME = NetworkError("no answer in time", code="timeout")


def sources(found):
    return [proposal.source for proposal in found.proposals]


def codes(found):
    return [note.code for note in found.notes]


# -- the provider table -------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("anna@provider.example", "provider"),
        (" Anna <Anna@Provider.Example> ", "provider"),
        ("anna@bücher.example", "books"),
        ("anna@xn--bcher-kva.example", "books"),
    ],
)
def test_a_domain_of_the_table_is_sure_and_nobody_is_asked(address, key):
    dns, web = ScriptedDns(), ScriptedWeb()
    found = discover(address, table=TABLE, dns=dns, fetch=web)
    (proposal,) = found.proposals
    assert (proposal.provider, proposal.confidence) == (key, Confidence.SURE)
    assert proposal.source is Source.DOMAIN
    assert dns.asked == web.asked == []


@pytest.mark.parametrize("domain", ["my-provider.example", "sub.provider.example"])
def test_a_domain_that_only_looks_alike_is_not_of_the_table(domain):
    found = discover(f"anna@{domain}", table=TABLE)
    assert Source.DOMAIN not in sources(found)


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("in1.mx.provider.example.", "provider"),
        ("MX.Provider.EXAMPLE", "provider"),
        ("a.gateway.mx.provider.example.", "gateway"),
        ("mail7.hosting.example.", "hosting"),
    ],
)
def test_the_mx_tells_the_provider_by_the_longest_name(target, key):
    dns = ScriptedDns(mx={"company.example": [(10, target)]})
    web = ScriptedWeb()
    found = discover(ADDRESS, table=TABLE, dns=dns, fetch=web)
    (proposal,) = found.proposals
    assert (proposal.provider, proposal.source) == (key, Source.MX)
    assert proposal.confidence is Confidence.LIKELY
    assert web.asked == [], "the provider is known, so the domain is not told"


def test_an_mx_whose_name_only_ends_alike_is_a_stranger():
    dns = ScriptedDns(mx={"company.example": [(10, "notmx.provider.example.")]})
    assert Source.MX not in sources(discover(ADDRESS, table=TABLE, dns=dns))


def test_the_preferred_mx_is_proposed_first_and_each_provider_once():
    records = [
        (20, "mx.hosting.example."),
        (10, "a.mx.provider.example."),
        (15, "b.mx.provider.example."),
    ]
    found = discover(
        ADDRESS, table=TABLE, dns=ScriptedDns(mx={"company.example": records})
    )
    assert [item.provider for item in found.proposals] == ["provider", "hosting"]


def test_a_domain_that_takes_no_mail_is_noted():
    dns = ScriptedDns(mx={"company.example": [(0, ".")]})
    assert "takes_no_mail" in codes(discover(ADDRESS, table=TABLE, dns=dns))


# -- the order ----------------------------------------------------------------


def test_the_dns_of_the_domain_spares_the_question_for_its_file():
    web = ScriptedWeb({FILE: config()})
    found = discover(ADDRESS, dns=ScriptedDns(srv=OWN_SRV), fetch=web)
    (proposal,) = found.proposals
    assert (proposal.source, proposal.confidence) == (Source.SRV, Confidence.LIKELY)
    assert proposal.imap.endpoint == Endpoint("imap.company.example", 993, Security.TLS)
    assert proposal.smtp.endpoint == Endpoint("smtp.company.example", 465, Security.TLS)
    assert proposal.username_form is UsernameForm.ADDRESS
    assert web.asked == []


def test_half_an_answer_of_the_dns_is_kept_and_the_file_is_asked():
    half = {name: records for name, records in OWN_SRV.items() if "imaps" in name}
    web = ScriptedWeb({FILE: config()})
    found = discover(ADDRESS, dns=ScriptedDns(srv=half), fetch=web)
    assert sources(found) == [Source.SRV, Source.AUTOCONFIG]
    assert not found.proposals[0].complete


def test_what_nobody_vouches_for_comes_behind_what_the_domain_says():
    elsewhere = {
        "_imaps._tcp.company.example": [(0, 1, 993, "imap.elsewhere.example.")],
        "_submissions._tcp.company.example": [(0, 1, 465, "smtp.elsewhere.example.")],
    }
    web = ScriptedWeb({FILE: config()})
    found = discover(ADDRESS, dns=ScriptedDns(srv=elsewhere), fetch=web)
    assert [(item.source, item.confidence) for item in found.proposals] == [
        (Source.AUTOCONFIG, Confidence.LIKELY),
        (Source.SRV, Confidence.UNSURE),
    ]


def test_servers_of_a_known_provider_get_its_key():
    srv = {
        "_imaps._tcp.company.example": [(0, 1, 993, "imap.provider.example.")],
        "_submissions._tcp.company.example": [(0, 1, 465, "smtp.provider.example.")],
    }
    found = discover(ADDRESS, table=TABLE, dns=ScriptedDns(srv=srv))
    (proposal,) = found.proposals
    assert (proposal.provider, proposal.source) == ("provider", Source.SRV)
    assert proposal.confidence is Confidence.LIKELY


def test_servers_of_two_houses_belong_to_no_provider():
    srv = {
        "_imaps._tcp.company.example": [(0, 1, 993, "imap.provider.example.")],
        "_submissions._tcp.company.example": [(0, 1, 465, "smtp.elsewhere.example.")],
    }
    found = discover(ADDRESS, table=TABLE, dns=ScriptedDns(srv=srv))
    assert found.proposals[0].provider is None
    assert found.proposals[0].confidence is Confidence.UNSURE


def test_one_provider_found_twice_is_proposed_once():
    dns = ScriptedDns(
        mx={"company.example": [(10, "a.mx.provider.example.")]},
        srv={"_imaps._tcp.company.example": [(0, 1, 993, "imap.provider.example.")]},
    )
    found = discover(ADDRESS, table=TABLE, dns=dns)
    assert sources(found) == [Source.MX]


def test_the_same_servers_found_twice_are_proposed_once():
    web = ScriptedWeb({FILE: config(server("imap", "imap.company.example", 993) * 3)})
    found = discover(ADDRESS, fetch=web)
    assert sources(found) == [Source.AUTOCONFIG]


def test_usual_names_are_the_last_resort():
    found = discover(ADDRESS, dns=ScriptedDns(), fetch=ScriptedWeb())
    assert set(sources(found)) == {Source.GUESS}
    assert all(item.confidence is Confidence.GUESS for item in found.proposals)
    assert codes(found) == ["host_unknown", "host_unknown"]
    silent = discover(ADDRESS)
    assert silent.proposals == found.proposals
    assert silent.notes == ()


def test_nothing_is_guessed_when_the_domain_says_that_it_has_no_imap():
    refused = {
        "_imaps._tcp.company.example": [(0, 0, 0, ".")],
        "_imap._tcp.company.example": [(0, 0, 0, ".")],
    }
    found = discover(ADDRESS, dns=ScriptedDns(srv=refused))
    assert found.proposals == ()
    assert codes(found) == ["not_offered", "not_offered"]


# -- addresses ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@company.example",
        "anna@company",
        "anna@[192.0.2.7]",
        "anna@192.0.2.7",
        "anna@2001:db8::7",
        "anna@beta@company.example",
        "anna rossi@company.example",
        "anna@company.example\r\nX: y",
        "anna\0@company.example",
        "anna@company..example",
        "anna@" + "a" * 64 + ".example",
        "a" * 5000 + "@company.example",
    ],
)
def test_what_is_no_address_finds_nothing_and_asks_nobody(address):
    dns, web = ScriptedDns(), ScriptedWeb()
    found = discover(address, dns=dns, fetch=web)
    assert found.proposals == ()
    assert codes(found) == ["address_invalid"]
    assert dns.asked == web.asked == []


def test_the_dns_is_asked_for_an_international_domain_in_its_own_form():
    dns, web = ScriptedDns(), ScriptedWeb()
    discover("anna@Bücher.test", dns=dns, fetch=web)
    assert dns.asked[0] == ("MX", "xn--bcher-kva.test")
    assert web.asked[1].startswith("https://xn--bcher-kva.test/")


def test_a_domain_as_long_as_a_name_may_be_is_no_trouble():
    domain = ".".join(["a" * 63] * 3 + ["a" * 61])
    found = discover(f"anna@{domain}", dns=ScriptedDns(), fetch=ScriptedWeb())
    assert found.proposals == ()


# -- time and failures --------------------------------------------------------


def test_the_whole_search_ends_by_one_deadline():
    clock = Clock()
    dns = ScriptedDns(clock=clock, seconds=2.9)
    web = ScriptedWeb(clock=clock, seconds=99)
    start = clock.now
    found = discover(ADDRESS, dns=dns, fetch=web, clock=clock)
    assert clock.now - start <= DISCOVERY_TIMEOUT
    assert len(web.asked) == 1, "the second page found no time any more"
    assert codes(found) == ["host_unknown", "timeout"]
    assert set(sources(found)) == {Source.GUESS}, "these cost nothing"


def test_a_question_never_gets_more_time_than_is_left():
    clock = Clock()
    dns = ScriptedDns(clock=clock, seconds=99)
    discover(ADDRESS, dns=dns, clock=clock, timeout=7)
    assert dns.timeouts == [3, 3, 1]


def test_a_dns_that_does_not_answer_is_asked_once():
    dns = ScriptedDns(mx={"company.example": OUT_OF_TIME}, srv=OWN_SRV)
    found = discover(ADDRESS, dns=dns)
    assert len(dns.asked) == 1
    assert codes(found) == ["timeout"]


def test_a_dns_that_fails_for_one_question_is_asked_the_next():
    broken = NetworkError("SERVFAIL", code="host_unknown")
    dns = ScriptedDns(mx={"company.example": broken}, srv=OWN_SRV)
    found = discover(ADDRESS, dns=dns)
    assert sources(found) == [Source.SRV]
    assert codes(found) == ["host_unknown"]


def test_notes_hold_no_address():
    web = ScriptedWeb({FILE: b"<html/>", WELL_KNOWN: OUT_OF_TIME})
    found = discover(ADDRESS, fetch=web)
    assert codes(found) == ["autoconfig_invalid", "timeout"]
    for note in found.notes:
        assert "anna" not in note.detail
        assert "company.example" in note.detail


def test_an_answer_of_a_thousand_records_is_cut():
    many = [(0, 1, 993, f"imap{number}.company.example.") for number in range(1000)]
    dns = ScriptedDns(srv={"_imaps._tcp.company.example": many})
    assert len([p for p in discover(ADDRESS, dns=dns).proposals if p.imap]) <= 12
