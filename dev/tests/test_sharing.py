"""Two runs share a ring: each test once, Chromium in one run, a set-up never split."""

import subprocess
import sys

import pytest

from setup import processes
from setup.paths import DEV
from setup.pytest_share import Share

TESTS = """
import glob, os, time, unittest

class HttpCase(unittest.TestCase):
    pass

class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        note(cls, "set_up")

    @classmethod
    def tearDownClass(cls):
        note(cls, "tear_down")

def note(cls, what):
    with open("done", "a") as stream:
        stream.write(f"{os.environ['NAME']} {cls.__name__} {what}\\n")

def meet(name):
    # Nobody goes on before both runs are at work.
    open(f"{name}.at_work", "w").close()
    until = time.monotonic() + 60 * ("MEET" in os.environ)
    while len(glob.glob("*.at_work")) < 2 and time.monotonic() < until:
        time.sleep(0.01)

def test_of_no_class():
    note(HttpCase, "test_of_no_class")
"""
FILES = {
    "test_x.py": range(4),
    "test_y.py": range(4, 8),
    "test_z.py": range(8, 12),
}
CLASS = """
class Test{number}({bases}):
    def test_a(self):
        meet(os.environ["NAME"])
        note(type(self), "test_a")
    def test_b(self):
        note(type(self), "test_b")
"""


def prepare(folder, taken=()):
    """Twelve classes in three files; the ``taken`` ones are the other run's already."""
    (folder / "share").mkdir()
    for name, numbers in FILES.items():
        text = TESTS
        for number in numbers:
            bases = "Case, HttpCase" if number in (3, 7) else "Case"
            text += CLASS.format(number=number, bases=bases)
            if number in taken:
                Share(folder / "share", False).claim(f"{name}::Test{number}")
        (folder / name).write_text(text)


def command_of(folder, browser):
    arguments = ["-q", "-p", "setup.pytest_share", "-p", "no:odoo", *FILES]
    env = {"PYTHONPATH": str(DEV), "CRM_MAIL_SHARE": str(folder / "share")}
    env |= {"NAME": "first", "CRM_MAIL_SHARE_BROWSER": "1"} if browser else {}
    env = {"NAME": "second", **env}
    return [sys.executable, "-m", "pytest", *arguments, "-p", "no:cacheprovider"], env


def test_each_class_is_done_once_by_one_of_two_runs(tmp_path):
    prepare(tmp_path)
    first, env = command_of(tmp_path, browser=True)
    second, second_env = command_of(tmp_path, browser=False)
    env["MEET"] = second_env["MEET"] = "1"
    output = tmp_path / "second.log"
    with processes.beside(second, env=second_env, cwd=tmp_path, output=output) as child:
        done = subprocess.run(first, cwd=tmp_path, env=env, check=False)
    assert (done.returncode, child.returncode) == (0, 0)
    lines = [line.split() for line in (tmp_path / "done").read_text().splitlines()]
    each = ["set_up", "test_a", "test_b", "tear_down"]
    by_class = {}
    for run, name, what in lines:
        by_class.setdefault(name, []).append((run, what))
    assert len(by_class.pop("HttpCase")) == len(FILES)
    assert len(by_class) == 12
    for name, steps in by_class.items():
        assert [what for _run, what in steps] == each, name
        assert len({run for run, _what in steps}) == 1, name
    assert {run for run, _name, _what in lines} == {"first", "second"}


def test_the_browser_belongs_to_the_first_run(tmp_path):
    prepare(tmp_path)
    for browser in (False, True):
        command, env = command_of(tmp_path, browser)
        subprocess.run(command, cwd=tmp_path, env=env, check=False)
    lines = [line.split() for line in (tmp_path / "done").read_text().splitlines()]
    alone = {name for run, name, what in lines if run == "first" and what == "test_a"}
    assert alone == {"Test3", "Test7"}


@pytest.mark.parametrize(
    "taken", [(1, 2, 3), (3, 4), (0, 4, 5, 11), (2, 3, 4, 5, 6, 7)]
)
def test_a_set_up_ends_though_others_have_the_classes_behind_it(tmp_path, taken):
    prepare(tmp_path, taken)
    command, env = command_of(tmp_path, browser=False)
    done = subprocess.run(
        command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    lines = [line.split()[1:] for line in (tmp_path / "done").read_text().splitlines()]
    each = ["set_up", "test_a", "test_b", "tear_down"]
    for number in range(12):
        steps = [what for name, what in lines if name == f"Test{number}"]
        assert steps == ([] if number in {3, 7, *taken} else each)


def test_a_run_beside_ends_with_an_interrupted_block(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(KeyboardInterrupt):
        with processes.beside(
            command, env={}, cwd=tmp_path, output=tmp_path / "log"
        ) as child:
            raise KeyboardInterrupt
    assert child.poll() is not None
