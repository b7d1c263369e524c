"""Names that lead to one mailbox, and such that do not."""

import pytest

from mailkit.same_mailbox import same_mailbox


@pytest.mark.parametrize(
    ("host", "names", "other_host", "other"),
    [
        ("imaps.aruba.it", ("a@b.it",), "pop3s.aruba.it", "a@b.it"),
        ("imaps.aruba.it", ("a@b.it",), "POP3s.Aruba.it.", " A@b.it"),
        ("mail.b.it", ("login7", "a@b.it"), "mail.b.it", "a@b.it"),
        ("mail.b.it", ("a@b.it",), "pop.b.it", "a"),
        ("mail.b.it", ("a",), "pop.b.it", "a@b.it"),
        ("localhost", ("a",), "localhost", "a"),
        ("192.0.2.1", ("a",), "192.0.2.1", "a"),
        ("imap.gmail.com", ("a@gmail.com",), "pop.googlemail.com", "a@gmail.com"),
        ("outlook.office365.com", ("a@b.it",), "pop-mail.outlook.com", "a@b.it"),
    ],
)
def test_one_mailbox(host, names, other_host, other):
    assert same_mailbox(host, names, other_host, other)


@pytest.mark.parametrize(
    ("host", "names", "other_host", "other"),
    [
        ("imaps.aruba.it", ("a@b.it",), "pop3s.aruba.it", "c@b.it"),
        ("imaps.aruba.it", ("a@b.it",), "pop3s.aruba.it", "a@c.it"),
        ("imap.b.it", ("a@b.it",), "pop.c.it", "a@b.it"),
        ("192.0.2.1", ("a",), "198.51.2.1", "a"),
        ("localhost", ("a",), "otherhost", "a"),
        ("imap.b.it", ("", "x"), "imap.b.it", ""),
        ("", ("a",), "", "a"),
    ],
)
def test_two_mailboxes(host, names, other_host, other):
    assert not same_mailbox(host, names, other_host, other)
