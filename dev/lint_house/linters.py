"""Which linter looks at what, and by which command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from setup.paths import ADDON_NAME, CHECKOUT

Command = list[str]
SKIPPED = {".dev", ".git", "__pycache__", "node_modules"}
PRETTIER = tuple(".css .htm .html .js .json .less .md .scss .xml .yaml .yml".split())


@dataclass(frozen=True)
class Job:
    """One run: where the programs are, which files there are, whether to mend them."""

    files: tuple[str, ...]
    fix: bool
    bin: dict[str, Path] = field(default_factory=dict)

    def program(self, kind: str, name: str) -> str:
        return str(self.bin[kind] / name)

    def ending(self, endings: Iterable[str], folder: str = "") -> list[str]:
        found = tuple(endings)
        return [f for f in self.files if f.endswith(found) and f.startswith(folder)]


@dataclass(frozen=True)
class Linter:
    name: str
    subject: str
    needs: str  # "python", "node" or "" for this interpreter alone
    commands: Callable[[Job], list[Command]]  # none: there is nothing to look at
    mends: bool = False


def repository_files() -> tuple[str, ...]:
    """Paths that git knows or would add; all below the checkout where git is not."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False)
        listed = os.fsdecode(done.stdout).split("\0") if not done.returncode else []
    except FileNotFoundError:
        listed = []
    if not listed:
        for folder, folders, names in os.walk(CHECKOUT):
            folders[:] = sorted(set(folders) - SKIPPED)
            base = Path(folder).relative_to(CHECKOUT)
            listed += [(base / name).as_posix() for name in names]
    # git lists files that were deleted but not yet committed, too.
    return tuple(sorted({f for f in listed if f and os.path.lexists(CHECKOUT / f)}))


def ruff(job: Job) -> list[Command]:
    fix = ["--fix"] if job.fix else []
    command = [job.program("python", "ruff"), "check", "--output-format=concise"]
    return [[*command, "-q", *fix, "."]]


def ruff_format(job: Job) -> list[Command]:
    check = [] if job.fix else ["--check"]
    return [[job.program("python", "ruff"), "format", *check, "."]]


def pylint(job: Job) -> list[Command]:
    command = [job.program("python", "pylint"), "--rcfile=.pylintrc"]
    plain = job.ending([".py"], "dev/")
    plain += job.ending([".py"], f"{ADDON_NAME}/mailkit/")
    commands = [[*command, "--ignore-paths=.*/mailkit/.*", ADDON_NAME]]
    if plain:
        # No Odoo models here: a method named `read` or `create` overrides nothing, and
        # what scripts commit is their own. Ruff sees to `print`, which the commands of
        # dev/ may use (pyproject.toml).
        off = "--disable=invalid-commit,method-required-super,missing-return,print-used"
        commands.append([*command, off, *plain])
    return commands


def odoo_module(job: Job) -> list[Command]:
    fix = ["--fix"] if job.fix else []
    return [[job.program("python", "oca-checks-odoo-module"), *fix, ADDON_NAME]]


def odoo_po(job: Job) -> list[Command]:
    files = job.ending([".po", ".pot"])
    # Off in the OCA's template too: Odoo's own export wraps lines otherwise.
    command = [job.program("python", "oca-checks-po"), "--disable=po-pretty-format"]
    return [[*command, *files]] if files else []


def prettier(job: Job) -> list[Command]:
    files = job.ending(PRETTIER)
    how = ["--write", "--list-different"] if job.fix else ["--check"]
    command = [job.program("node", "prettier"), "--log-level=warn", *how]
    return [[*command, *files]] if files else []


def eslint(job: Job) -> list[Command]:
    files = job.ending([".js"], f"{ADDON_NAME}/static/")
    fix = ["--fix"] if job.fix else []
    command = [job.program("node", "eslint"), "--max-warnings=0", "--no-warn-ignored"]
    return [[*command, *fix, *files]] if files else []


def imports(job: Job) -> list[Command]:
    return [[sys.executable, "dev/import_rule.py"]]


def text(job: Job) -> list[Command]:
    fix = ["--fix"] if job.fix else []
    return [[sys.executable, "-m", "lint_house.text_rule", *fix]]


# In this order --fix runs them: eslint may leave lines that prettier then lays out.
LINTERS = (
    Linter("ruff", "mistakes in Python, order of imports", "python", ruff, True),
    Linter("format", "layout of Python", "python", ruff_format, True),
    Linter("pylint", "conventions of Odoo and the OCA", "python", pylint),
    Linter("module", "the addon's XML and CSV files", "python", odoo_module, True),
    Linter("po", "translations", "python", odoo_po),
    Linter("eslint", "mistakes in JavaScript", "node", eslint, True),
    Linter("prettier", "layout of JS, XML, SCSS, Markdown...", "node", prettier, True),
    Linter("imports", "who may know whom inside the addon", "", imports),
    Linter("text", "line ends, last lines, leftovers of merges", "", text, True),
)
