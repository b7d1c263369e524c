"""Address fields as the RFC has them and as clients send them."""

import pytest

from mailkit.mime.addresses import format_address, parse_addresses
from mailkit.values import Address

CASES = [
    ("a@b.test", [("", "a@b.test")]),
    ("Anna <a@b.test>", [("Anna", "a@b.test")]),
    ('"Doe, John" <j@x.test>, b@x.test', [("Doe, John", "j@x.test"), ("", "b@x.test")]),
    (r'"A \"B\" C" <a@b.test>', [('A "B" C', "a@b.test")]),
    ("Doe, John <j@x.test>", [("Doe, John", "j@x.test")]),
    ("<<a@b.test>>", [("", "a@b.test")]),
    ("Anna <<a@b.test>>, b@b.test", [("Anna", "a@b.test"), ("", "b@b.test")]),
    ("a@b.test; c@d.test;", [("", "a@b.test"), ("", "c@d.test")]),
    ("A <a@b.test>; C <c@d.test>", [("A", "a@b.test"), ("C", "c@d.test")]),
    ("undisclosed-recipients:;", []),
    ("undisclosed-recipients: ;, a@b.test", [("", "a@b.test")]),
    (
        'Team: A <a@b.test>, "B" <b@b.test>;, c@c.test',
        [("A", "a@b.test"), ("B", "b@b.test"), ("", "c@c.test")],
    ),
    ("root", [("", "root")]),
    ("MAILER-DAEMON (Mail System)", [("Mail System", "MAILER-DAEMON")]),
    ("'a@b.test' <a@b.test>", [("", "a@b.test")]),
    ("'Anna' <a@b.test>", [("Anna", "a@b.test")]),
    ("'a@b.test'", [("", "a@b.test")]),
    ("=?utf-8?Q?Doe,_J=C3=B6rg?= <j@x.test>", [("Doe, Jörg", "j@x.test")]),
    ('"=?utf-8?Q?Doe,_J=C3=B6rg?=" <j@x.test>', [("Doe, Jörg", "j@x.test")]),
    ("=?utf-8?Q?J=C3=B6rg_<j@x.test>?=", [("Jörg", "j@x.test")]),
    ("=?gb2312?B?1cXI/Q==?= <z@x.test>", [("张三", "z@x.test")]),
    ("John Doe john@x.test", [("John Doe", "john@x.test")]),
    ("john @ x.test", [("", "john@x.test")]),
    ("john@x.test (John (jr) Doe)", [("John (jr) Doe", "john@x.test")]),
    ("(c) a@b.test", [("c", "a@b.test")]),
    ('"unclosed <a@b.test>, c@d.test', [("unclosed", "a@b.test"), ("", "c@d.test")]),
    ("(unclosed a@b.test", [("unclosed", "a@b.test")]),
    ("<a@b.test, Foo <c@d.test>", [("", "a@b.test"), ("Foo", "c@d.test")]),
    ("Foo <c@d.test", [("Foo", "c@d.test")]),
    ("<@r.test,@s.test:u@t.test>", [("", "u@t.test")]),
    ('"a b"@x.test', [("", '"a b"@x.test')]),
    ('<"a,b>c"@x.test>', [("", '"a,b>c"@x.test')]),
    ("u@[192.0.2.1]", [("", "u@[192.0.2.1]")]),
    ("mailto:a@b.test", [("", "a@b.test")]),
    ("<mailto:a@b.test>", [("", "a@b.test")]),
    ("Jörg <jörg@müller.test>", [("Jörg", "jörg@müller.test")]),
    ("A <a@xn--mller-kva.test>", [("A", "a@xn--mller-kva.test")]),
    ("A B C", [("A B C", "")]),
    ("<>", []),
    ("", []),
    (",,;", []),
    ('"" <a@b.test>', [("", "a@b.test")]),
    ("a@b.test c@d.test", [("", "a@b.test"), ("", "c@d.test")]),
    ('"evil@x.test" <a@b.test>', [("evil@x.test", "a@b.test")]),
    ("a@b.test,,c@d.test,", [("", "a@b.test"), ("", "c@d.test")]),
    ("O'Brien <o@x.test>", [("O'Brien", "o@x.test")]),
    ("o'brien@x.test", [("", "o'brien@x.test")]),
    ('Foo "Bar" Baz <f@x.test>', [("Foo Bar Baz", "f@x.test")]),
    ("Anna Rossi <Anna.Rossi@B.Test>", [("Anna Rossi", "Anna.Rossi@B.Test")]),
    ("Evil\r\nBcc: x <a@b.test>", [("x", "a@b.test")]),
]


@pytest.mark.parametrize("field, expected", CASES)
def test_address_fields_are_read(field, expected):
    assert [(a.name, a.email) for a in parse_addresses(field)] == expected


def test_bytes_in_any_charset_are_read():
    assert parse_addresses("Jörg <j@x.test>".encode("latin-1")) == (
        Address("Jörg", "j@x.test"),
    )
    assert parse_addresses("Jörg <j@x.test>".encode()) == (Address("Jörg", "j@x.test"),)


def test_an_address_longer_than_any_address_is_none():
    assert parse_addresses("A <" + "a" * 400 + "@b.test>") == (Address("A", ""),)


def test_format_quotes_what_needs_it_and_reads_back():
    for address in (
        Address("Doe, John", "j@x.test"),
        Address('The "B" \\ team', "b@x.test"),
        Address("Jörg Müller", "j@x.test"),
        Address("a@b.test", "c@d.test"),
        Address("", "a@b.test"),
    ):
        assert parse_addresses(format_address(address)) == (address,)


def test_format_lets_no_line_break_through():
    written = format_address(Address("A\r\nBcc: x", "a@b.test\r\n"))
    assert "\r" not in written and "\n" not in written
