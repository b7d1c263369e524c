"""A taken port is passed over and said aloud."""

import socket

import pytest

from setup import ports
from setup.errors import SetupError


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_taken_as_wanted(taken, capsys):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert ports.choose("Odoo", free) == free
    assert capsys.readouterr().out == ""


def test_a_taken_port_gives_way_to_the_next_free_one(taken, capsys):
    chosen = ports.choose("Odoo", taken)
    assert taken < chosen < taken + ports.TRIES
    assert (
        f"ports taken, others chosen: Odoo {taken} -> {chosen}"
        in capsys.readouterr().out
    )


def test_two_servers_never_get_the_same_port(taken):
    chosen = ports.choose_all({"imap": taken, "imaps": taken, "pop3": taken + 1})
    assert len(set(chosen.values())) == 3
    assert taken not in chosen.values()


def test_none_free(monkeypatch):
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(SetupError, match="No port from 8069"):
        ports.choose("Odoo", 8069)
