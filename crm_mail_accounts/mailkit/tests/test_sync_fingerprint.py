"""By what a mail is known again when its UID is another one."""

from datetime import datetime, timezone

from mailkit.mime.header_fields import index_header
from mailkit.sync.identity import fingerprint, server_key

WHEN = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
WITH_ID = b"From: a@b.it\r\nSubject: x\r\nMessage-ID: <A1@example.test>\r\n\r\n"
WITHOUT = b"From: A <a@b.it>\r\nSubject: =?utf-8?q?x?=\r\nDate: 1 Mar 2026\r\n\r\n"


def printed(header, size=900, when=WHEN, **raw):
    return fingerprint(index_header(header), size, when, **raw)


def test_stored_fingerprints_stay_what_they_are():
    """Another value would make a stranger of every stored mail."""
    assert printed(WITH_ID) == "cd1caf7f8f5437b5ad24a332f177881a"
    assert printed(WITH_ID, raw=WITH_ID) == printed(WITH_ID)
    assert printed(WITHOUT) == "a82253cc61ab6781bacaac6a632e1888"


def test_the_servers_own_id_is_a_key_beside_it():
    assert server_key({"emailid": "M1", "gm_msgid": "1"}) == "e:M1"
    assert server_key({"gm_msgid": "1"}) == "g:1"
    for extra in ({}, {"emailid": None}, {"emailid": ""}, {"emailid": ("M1",)}):
        assert server_key(extra) is None
    assert len(server_key({"emailid": "M" * 999})) < 300


def test_without_message_id_the_bytes_of_the_header_tell():
    folded = WITHOUT.replace(b"Subject: ", b"subject:\r\n  ")
    swapped = b"Date: 1 Mar 2026\r\nX-A: b\r\n" + WITHOUT.replace(
        b"Date: 1 Mar 2026\r\n", b""
    )
    same = {printed(raw, raw=raw) for raw in (WITHOUT, folded, swapped)}
    assert len(same) == 1
    other = WITHOUT.replace(b"?x?", b"?y?")
    assert printed(other, raw=other) not in same
    assert printed(WITHOUT, 901, raw=WITHOUT) not in same
    assert printed(WITHOUT, when=None, raw=WITHOUT) not in same
