"""The connection test of POP3 servers that no real one at hand is."""

from mailkit.pop3.probe import probe_pop3
from mailkit.tests.scripted_pop3 import ANNA, BOUND, LOGIN, served
from mailkit.tests.scripted_server import ScriptedServer


def test_the_test_of_a_server_without_extensions():
    with served(*LOGIN, (b"STAT", b"+OK 4"), (b"QUIT", b"+OK"), offered=None) as server:
        steps = probe_pop3(server.endpoint(), ANNA)
    assert [step.name for step in steps if step.ok] == [
        *"resolve connect greeting capability login mailbox".split()
    ]
    assert [step.detail for step in steps[-3:]] == ["", "", "4"]


def test_the_test_stops_at_the_first_failure():
    with served(LOGIN[0], (b"PASS", b"-ERR [IN-USE] locked")) as server:
        steps = probe_pop3(server.endpoint(), ANNA)
    assert [step.ok for step in steps] == [True, True, True, True, False]
    assert (steps[-1].name, steps[-1].error.code) == ("login", "server_busy")


def test_the_test_asks_nothing_that_changes_the_maildrop():
    pairs = (*LOGIN, (b"STAT", b"+OK 2 3000"), (b"QUIT", b"+OK"))
    offered = (b"UIDL", b"EXPIRE 30", b"USER", b"X-OTHER")
    with served(*pairs, offered=offered) as server:
        steps = probe_pop3(server.endpoint(), ANNA)
        sent = [line.split()[0] for line in server.received.splitlines()]
    assert sent == [b"CAPA", b"USER", b"PASS", b"STAT", b"QUIT"]
    details = {step.name: step.detail for step in steps}
    assert details["capability"] == "UIDL, EXPIRE 30"
    assert details["mailbox"] == "2, 2.9 KB"


def test_the_whole_test_has_one_bound():
    def script(peer):
        peer.send(b"+OK\r\n")
        peer.expect(b"CAPA")
        peer.stall()

    with ScriptedServer(script) as server:
        steps = probe_pop3(server.endpoint(), ANNA, timeout=BOUND)
    assert (steps[-1].name, steps[-1].error.code) == ("greeting", "timeout")
