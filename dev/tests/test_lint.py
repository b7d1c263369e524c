"""dev/lint: its own text rule, and settings that must agree with each other."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEV = Path(__file__).parents[1]
ROOT = DEV.parent
sys.path.insert(0, str(DEV))

from lint_house import text_rule  # noqa: E402
from lint_house.linters import LINTERS, Job  # noqa: E402


def messages(name):
    parser = configparser.ConfigParser()
    parser.read(ROOT / name)
    listed = parser["MESSAGES CONTROL"]["enable"].replace(",", "\n").splitlines()
    return {line.strip() for line in listed if line.strip() and "#" not in line}


def test_the_rules_that_dev_lint_runs_hold_all_mandatory_ones():
    mandatory = messages(".pylintrc-mandatory")
    assert len(mandatory) > 50
    assert mandatory < messages(".pylintrc")


@pytest.mark.parametrize("option", ["valid-odoo-versions", "manifest-required-authors"])
def test_both_rule_files_speak_of_the_same_addon(option):
    parsers = [configparser.ConfigParser(), configparser.ConfigParser()]
    for parser, name in zip(parsers, (".pylintrc", ".pylintrc-mandatory"), strict=True):
        parser.read(ROOT / name)
    assert parsers[0]["ODOOLINT"][option] == parsers[1]["ODOOLINT"][option]


def test_every_linter_of_pre_commit_exists():
    entries = (ROOT / ".pre-commit-config.yaml").read_text().splitlines()
    named = [line.split()[2:] for line in entries if line.strip().startswith("entry:")]
    assert sorted(sum(named, [])) == sorted(linter.name for linter in LINTERS)


def test_an_unknown_name_is_refused_with_the_known_ones():
    command = [sys.executable, "-m", "lint_house", "prettyer"]
    env = {**os.environ, "PYTHONPATH": str(DEV)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no linter prettyer; there are: ruff, format" in done.stderr


def test_a_linter_without_files_runs_no_command():
    job = Job(files=("README.md",), fix=False, bin={"python": ROOT, "node": ROOT})
    commands = {linter.name: linter.commands(job) for linter in LINTERS}
    assert commands["po"] == commands["eslint"] == []
    assert commands["prettier"][0][-1] == "README.md"


@pytest.fixture
def check(tmp_path):
    """Findings of the text rule for one file of this content."""

    def findings(name, data, mode=0o644, fix=False):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        found = list(text_rule.findings((name,), tmp_path, fix))
        assert fix or path.read_bytes() == data
        return found, path.read_bytes()

    return findings


@pytest.mark.parametrize(
    ("data", "mended"),
    [
        (b"a\r\nb\n", b"a\nb\n"),
        (b"a  \n\tb\t\n", b"a\n\tb\n"),
        (b"a", b"a\n"),
        (b"a\n\n\n", b"a\n"),
    ],
)
def test_untidy_lines_are_found_and_mended(check, data, mended):
    found, _ = check("a/some.txt", data)
    assert found == [
        "a/some.txt: line ends, trailing blanks or the last line (--fix mends)"
    ]
    assert check("a/some.txt", data, fix=True) == ([], mended)


@pytest.mark.parametrize("name", ["a.eml", "tests/samples/a.txt", "static/lib/a.js"])
def test_samples_and_libraries_are_left_alone(check, name):
    assert check(name, b"a \r\n\r\n", fix=True) == ([], b"a \r\n\r\n")


def test_tidy_and_empty_files_are_fine(check):
    assert check("a.py", b"import re\n\n\nx = 1\n")[0] == []
    assert check("__init__.py", b"")[0] == []
    assert check("a.bin", b"\0 \r\n")[0] == []


def test_leftovers_are_found(check):
    assert "leftover" in check("a.py.rej", b"x\n")[0][0]
    assert "no en.po" in check("addon/i18n/en.po", b"x\n")[0][0]
    conflict = b"<" * 7 + b" ours\na\n" + b">" * 7 + b" theirs\n"
    assert "conflict" in check("a.txt", conflict)[0][0]


def test_scripts_may_be_executed_and_nothing_else(check):
    assert "no first line" in check("run", b"echo\n", mode=0o755)[0][0]
    assert "may not be executed" in check("run", b"#!/bin/sh\n")[0][0]
    assert check("run", b"#!/bin/sh\n", mode=0o755)[0] == []


def test_names_that_differ_by_case_and_dangling_links_are_found(tmp_path):
    for name in ("A.txt", "a.txt"):
        (tmp_path / name).write_text("x\n")
    (tmp_path / "link").symlink_to("nowhere")
    found = list(text_rule.findings(("A.txt", "a.txt", "link"), tmp_path, False))
    assert found == [
        "a.txt: 2 names that differ by case only",
        "link: a link that leads nowhere",
    ]
