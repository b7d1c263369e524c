"""Processes are ended when they are ours, and only then."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from setup import processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)",
]


@pytest.fixture
def pid_file(tmp_path):
    file = tmp_path / "pids/sleeper.json"
    yield file
    processes.stop(file, patience=0)


def start(pid_file, tmp_path, command=None):
    log = tmp_path / "log"
    return processes.start(pid_file, command or SLEEP, log=log, env=dict(os.environ))


def test_start_and_stop(pid_file, tmp_path):
    process = start(pid_file, tmp_path)
    assert processes.running(pid_file) == process
    assert processes.stop(pid_file)
    assert processes.start_time(process.pid) is None
    assert not pid_file.exists()
    assert not processes.stop(pid_file)


def test_a_number_given_to_another_process_is_left_alone(pid_file, tmp_path):
    process = start(pid_file, tmp_path)
    with subprocess.Popen(SLEEP) as stranger:
        known = json.loads(pid_file.read_text())
        pid_file.write_text(json.dumps({**known, "pid": stranger.pid, "started": 1}))
        assert processes.running(pid_file) is None
        assert not processes.stop(pid_file)
        assert stranger.poll() is None
        stranger.kill()
    os.kill(process.pid, signal.SIGKILL)
    os.waitpid(process.pid, 0)


def test_a_pid_file_from_before_a_reboot_means_nothing(pid_file, tmp_path):
    process = start(pid_file, tmp_path)
    known = json.loads(pid_file.read_text())
    pid_file.write_text(json.dumps({**known, "boot": "another"}))
    assert not processes.stop(pid_file)
    assert processes.start_time(process.pid) is not None
    os.kill(process.pid, signal.SIGKILL)
    os.waitpid(process.pid, 0)


def test_a_broken_pid_file_means_nothing(pid_file):
    pid_file.parent.mkdir()
    pid_file.write_text("{")
    assert processes.running(pid_file) is None


def test_a_process_that_does_not_listen_is_killed(pid_file, tmp_path):
    process = start(pid_file, tmp_path, STUBBORN)
    while not (tmp_path / "log").read_text():
        time.sleep(0.01)
    assert processes.stop(pid_file, patience=0.2)
    assert processes.start_time(process.pid) is None


def test_only_orphans_of_the_same_folder_are_found(tmp_path):
    # Its starter is the process number 1 of another time: gone for certain.
    orphan = {processes.MARK: f"1:0:{tmp_path}"}
    other = {processes.MARK: f"1:0:{tmp_path}x"}
    mine = processes.mark(tmp_path)
    children = [
        subprocess.Popen(SLEEP, env={**os.environ, **extra})
        for extra in (orphan, other, mine, {})
    ]
    try:
        # The environment of a child shows once it has become the new program.
        deadline = time.monotonic() + 60
        while not processes.orphans(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes.orphans(tmp_path) == [children[0].pid]
        assert processes.end_orphans(tmp_path) == 1
        assert [child.poll() for child in children[1:]] == [None, None, None]
    finally:
        for child in children:
            child.kill()
            child.wait()
