"""The loader of the demo mail: its commands on the wire, and when it does nothing."""

import imaplib
import re
import socketserver
import ssl
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from demo.imap_append import Refused, batches, internal_date, modified_utf7
from demo.load import load, stamp_file
from demo.mail import Mail
from setup import state

WHEN = datetime(2026, 1, 5, 7, 8, 9, tzinfo=UTC)
FAR = ("Clienti", "Società Perù & Co")


def mail(folder=("INBOX",), flags=("\\Seen",), raw=b"Subject: x\r\n\r\nbody\r\n"):
    return Mail(folder, flags, WHEN, raw)


class Session(socketserver.StreamRequestHandler):
    """Enough of a server to be loaded; it keeps what it was told."""

    def handle(self):
        store = self.server
        self.say(b"* OK ready")
        while line := self.rfile.readline():
            literals = []
            while found := re.search(rb"\{(\d+)(\+?)\}\r\n$", line):
                if not found[2]:
                    store.waits += 1
                    self.say(b"+ go ahead")
                literals.append(self.rfile.read(int(found[1])))
                line += self.rfile.readline()
            tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
            store.heard.append(rest)
            self.answer(store, rest, literals)
            refused = store.refuse and rest.startswith(store.refuse)
            self.say(tag + (b" NO not today" if refused else b" OK done"))

    def answer(self, store, line, literals):
        if line == b"CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1 " + store.capabilities)
        elif line == b'LIST "" ""':
            self.say(b'* LIST (\\Noselect) "." ""')
        elif line == b'LIST "" "*"':
            for name in sorted(store.folders):
                self.say(b'* LIST () "." "' + name + b'"')
        elif found := re.match(rb'CREATE "(.*)"', line):
            store.folders[found[1]] = store.validity
        elif found := re.match(rb'STATUS "(.*)" ', line):
            value = store.folders[found[1]]
            self.say(b"* STATUS x (MESSAGES 0 UIDNEXT 1 UIDVALIDITY %d)" % value)
        elif found := re.match(rb'SELECT "(.*)"', line):
            self.say(b"* %d EXISTS" % len(store.kept))
        elif line.startswith(b"APPEND"):
            store.kept += literals
        elif line == b"EXPUNGE":
            store.kept.clear()

    def say(self, line):
        self.wfile.write(line + b"\r\n")


@contextmanager
def server(capabilities=b"MULTIAPPEND LITERAL+"):
    with socketserver.TCPServer(("127.0.0.1", 0), Session) as store:
        store.capabilities, store.validity, store.refuse = capabilities, 7, b""
        store.folders, store.heard, store.kept, store.waits = {b"INBOX": 7}, [], [], 0
        thread = threading.Thread(target=store.serve_forever, args=(0.01,))
        thread.start()
        yield store
        store.shutdown()
        thread.join()


def fill(store, mails, **more):
    return load("127.0.0.1", store.server_address[1], None, "u", "p", mails, **more)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Clienti", "Clienti"),
        ("Società Perù & Co", "Societ&AOA- Per&APk- &- Co"),
        ("Übersicht", "&ANw-bersicht"),
        ("日本語", "&ZeVnLIqe-"),
    ],
)
def test_folder_names_are_modified_utf7(name, shown):
    assert modified_utf7(name) == shown


def test_the_day_is_padded():
    assert internal_date(WHEN) == b'" 5-Jan-2026 07:08:09 +0000"'


def test_a_batch_holds_one_folder_and_is_limited():
    made = list(batches([mail()] * 600 + [mail(FAR)] * 2))
    assert [len(batch) for batch in made] == [500, 100, 2]
    large = mail(raw=b"x" * 3_000_000)
    assert [len(batch) for batch in batches([large] * 3)] == [1, 1, 1]


def test_many_mails_go_in_one_command_without_waiting():
    with server() as store:
        done = fill(store, [mail(raw=b"one\r\n"), mail(flags=(), raw=b"two\r\n")])
    assert (done.mails, done.octets, store.waits) == (2, 10, 0)
    assert store.kept == [b"one\r\n", b"two\r\n"]
    appends = [line for line in store.heard if line.startswith(b"APPEND")]
    assert len(appends) == 1
    assert appends[0].startswith(b'APPEND "INBOX" (\\Seen) " 5-Jan-2026 07:08:09')
    assert b" () " in appends[0]


@pytest.mark.parametrize(
    ("capabilities", "waits"), [(b"LITERAL-", 1), (b"MULTIAPPEND", 2), (b"", 2)]
)
def test_lesser_servers_are_loaded_too(capabilities, waits):
    mails = [mail(raw=b"short\r\n"), mail(raw=b"long" * 2000)]
    with server(capabilities) as store:
        fill(store, mails)
    assert store.kept == [one.raw for one in mails]
    assert store.waits == waits


def test_folders_are_made_with_the_servers_separator_and_subscribed():
    with server() as store:
        fill(store, [mail(FAR)])
    name = b'"Clienti.Societ&AOA- Per&APk- &- Co"'
    made = [line for line in store.heard if line.startswith((b"CREATE", b"SUB"))]
    assert made == [
        b'CREATE "Clienti"',
        b'SUBSCRIBE "Clienti"',
        b"CREATE " + name,
        b"SUBSCRIBE " + name,
    ]


def test_a_filled_mailbox_is_left_alone(tmp_path):
    stamp = stamp_file(tmp_path / "state.json", "u@demo.test")
    with server() as store:
        assert not fill(store, [mail()], set_id="a", stamp=stamp).skipped
        assert fill(store, [mail()], set_id="a", stamp=stamp).skipped
        assert len(store.kept) == 1


def test_fresh_and_another_set_replace_what_is_there(tmp_path):
    stamp = tmp_path / "stamp.json"
    with server() as store:
        fill(store, [mail()], set_id="a", stamp=stamp)
        fill(store, [mail()], set_id="a", stamp=stamp, fresh=True)
        assert len(store.kept) == 1
        fill(store, [mail()] * 3, set_id="b", stamp=stamp)
        assert len(store.kept) == 3


def test_a_new_mail_store_is_filled_again(tmp_path):
    stamp = tmp_path / "stamp.json"
    with server() as store:
        fill(store, [mail()], set_id="a", stamp=stamp)
        store.folders[b"INBOX"] = 8
        store.kept.clear()
        assert not fill(store, [mail()], set_id="a", stamp=stamp).skipped
        assert len(store.kept) == 1


def test_a_load_that_was_cut_is_done_again(tmp_path):
    def cut():
        yield from [mail()] * 501
        raise KeyboardInterrupt

    stamp = tmp_path / "stamp.json"
    with server() as store:
        with pytest.raises(KeyboardInterrupt):
            fill(store, cut(), set_id="a", stamp=stamp)
        assert len(store.kept) == 500
        fill(store, [mail()] * 600, set_id="a", stamp=stamp)
        assert len(store.kept) == 600


def test_a_refusal_is_told_in_the_servers_words():
    with server() as store:
        store.refuse = b"LOGIN"
        with pytest.raises(Refused, match="not today"):
            fill(store, [mail()])


@pytest.mark.live
def test_dovecot_keeps_bytes_flags_date_and_folder():
    given = state.read()["mail"]
    user = f"load-{uuid.uuid4().hex[:12]}@live.test"
    long = mail(FAR, ("\\Flagged", "$Forwarded"), b"Subject: caff\xe8\r\n\r\n" * 4000)
    where = (given["host"], given["ports"]["imaps"], given["ca_file"])
    load(*where, user, given["password"], [mail(), mail(), long])
    context = ssl.create_default_context(cafile=given["ca_file"])
    with imaplib.IMAP4_SSL(*where[:2], ssl_context=context) as client:
        client.login(user, given["password"])
        assert client.select("INBOX")[1] == [b"2"]
        assert client.select('"Clienti/Societ&AOA- Per&APk- &- Co"')[1] == [b"1"]
        _, answer = client.fetch("1", "(FLAGS INTERNALDATE BODY.PEEK[])")
    line, raw = answer[0]
    line += answer[1]
    assert raw == long.raw
    assert b"\\Flagged" in line and b"$Forwarded" in line
    assert b'5-Jan-2026 07:08:09 +0000"' in line
