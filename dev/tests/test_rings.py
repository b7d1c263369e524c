"""dev/test: paths choose the ring; a skip fails the full run; logs are read."""

import subprocess
import sys
from pathlib import Path

import pytest

from setup import test as command
from setup.paths import ADDON, DEV

PURE = ADDON / "mailkit/tests"


@pytest.fixture(autouse=True)
def in_the_addon(monkeypatch):
    monkeypatch.chdir(ADDON)


def test_no_arguments_choose_nothing():
    assert command.choose([]) == ([], [], [])


def test_options_choose_no_ring():
    assert command.choose(["-k", "tests", "-x"]) == ([], [], ["-k", "tests", "-x"])


def test_a_path_chooses_its_ring():
    assert command.choose(["mailkit/tests"]) == ([str(PURE)], [], [])
    assert command.choose(["tests", "-x"]) == ([], [str(ADDON / "tests")], ["-x"])
    own = str(Path(__file__))
    assert command.choose([own]) == ([own], [], [])


def test_a_test_inside_a_file_stays_named():
    own = f"{Path(__file__)}::test_x"
    assert command.choose([own])[0] == [own]


def test_a_folder_above_stands_for_the_tests_below():
    pure, odoo, rest = command.choose([str(ADDON)])
    assert (pure, odoo, rest) == ([str(PURE)], [str(ADDON / "tests")], [])
    assert command.choose([str(DEV)])[0] == [str(DEV / "tests")]


def test_complaints_are_warnings_with_their_traceback():
    log = """\
2026-11-22 08:00:00,000 1 INFO db odoo.modules: fine
2026-11-22 08:00:00,000 1 WARNING db odoo.models: odd
2026-11-22 08:00:00,000 1 INFO db odoo.modules: fine
2026-11-22 08:00:00,000 1 ERROR db odoo.http: bad
Traceback (most recent call last):
ValueError: x
2026-11-22 08:00:00,000 1 INFO db odoo.tests.result: 0 failed, 0 error(s) of 7 tests
"""
    found = command.complaints(log)
    assert [line.split()[-1] for line in found] == ["odd", "bad", "last):", "x"]
    assert command.tests_run(log) == 7
    assert command.tests_run("") == 0


SKIPPING = """
import pytest
def test_good(): pass
def test_skipped(): pytest.skip("no browser")
"""


@pytest.mark.parametrize("strict", [True, False])
def test_a_skip_fails_only_the_full_run(tmp_path, strict):
    (tmp_path / "test_x.py").write_text(SKIPPING)
    result = tmp_path / "result.json"
    env = {"PYTHONPATH": str(DEV), "CRM_MAIL_RING_RESULT": str(result)}
    env |= {"CRM_MAIL_NO_SKIPS": "1"} if strict else {}
    arguments = ["-q", "-p", "setup.pytest_ring", "-p", "no:odoo", "test_x.py"]
    arguments += ["-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == int(strict)
    assert "1 passed" not in done.stdout
    assert '"line": "1 passed, 1 skipped in' in result.read_text()
    assert "test_x.py::test_skipped" in result.read_text()
