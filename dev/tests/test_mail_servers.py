"""Mail servers that run go on running, unless their code or settings changed."""

from pathlib import Path

import pytest

from setup import mail, state
from setup.flavour import TEST, Flavour


class Scratch(Flavour):
    """A flavour whose folders are those of the test."""

    folder: Path

    @property
    def home(self):
        return self.folder

    @property
    def servers(self):
        return self.folder


@pytest.fixture
def servers(monkeypatch, tmp_path):
    """A flavour, and what was done to its servers, in order."""
    done = []

    class Dovecot:
        def __init__(self, *args):
            pass

        def start(self, ports, oauth, keep_mail):
            done.append(("start", "dovecot", ports["imap"], oauth["port"]))

    def stop(pid_file):
        done.append(("stop", pid_file.stem))

    monkeypatch.setattr(Scratch, "folder", tmp_path, raising=False)
    monkeypatch.setattr(mail, "Dovecot", Dovecot)
    monkeypatch.setattr(
        mail, "start_authorization", lambda *args: done.append(("start", "oauth"))
    )
    monkeypatch.setattr(
        mail, "start_smtp", lambda *args: done.append(("start", "smtp"))
    )
    monkeypatch.setattr(mail.processes, "running", lambda pid_file: True)
    monkeypatch.setattr(mail.processes, "stop", stop)
    monkeypatch.setattr(mail.ports, "choose_all", dict)
    return Scratch(TEST.name), done


def ensure(flavour):
    known = mail.ensure(flavour, Path("python"), Path("certificates"), True)
    state.write(flavour.state_file, {"mail": known})
    return known


def test_what_runs_from_the_same_inputs_is_left_alone(servers):
    flavour, done = servers
    first = ensure(flavour)
    done.clear()
    assert ensure(flavour) == first
    assert done == []


def test_what_runs_from_other_inputs_is_replaced_on_the_same_ports(servers):
    flavour, done = servers
    known = ensure(flavour)
    done.clear()
    ports = {**known["ports"], "imap": 33143, "oauth": 33080}
    # as an older set-up left it: no hash, and a server less
    old = {"ports": ports, "host": "localhost"}
    state.write(flavour.state_file, {"mail": old})
    fresh = ensure(flavour)
    stops = [("stop", name) for name in reversed(mail.SERVERS)]
    assert done[:3] == stops
    assert ("start", "dovecot", 33143, 33080) in done
    assert fresh["oauth"]["endpoint"] == "http://localhost:33080/"
    assert fresh["ports"] == ports


def test_the_hash_follows_the_files(monkeypatch):
    before = mail.inputs(TEST)
    assert mail.inputs(TEST) == before
    monkeypatch.setitem(mail.CLIENT, "client_secret", "another")
    assert mail.inputs(TEST) != before
