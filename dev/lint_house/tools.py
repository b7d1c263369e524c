"""The linters themselves: a Python environment and a folder of npm, cached by hash.

The versions have one home each: ../lint-requirements.txt and ../lint-package.json.
Nothing is installed outside `.dev`, but for Debian's nodejs and npm where there are
none.  Both folders are stamped when complete, so an interruption costs one more try.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from setup import apt, venv
from setup.commands import run
from setup.errors import SetupError
from setup.paths import DEV, dev_dir, log_dir
from setup.steps import (
    build_folder,
    digest,
    is_built,
    locked,
    mark_built,
    remove,
    timed,
)

REQUIREMENTS = DEV / "lint-requirements.txt"
PACKAGE = DEV / "lint-package.json"
NODE = (18, 18)  # what eslint 9 needs; Debian 12 has 18.20
# What npm says when it cannot reach its registry.
UNREACHABLE = ("EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT")


def ensure_python() -> Path:
    """The folder with the programs of the linters in Python."""
    target = dev_dir() / "lint" / "python"
    inputs = digest(sys.version, sys.base_prefix, REQUIREMENTS, 1)
    with locked(dev_dir() / "lint" / "python.lock"):
        if not is_built(target, inputs):
            with timed("Installing the linters in Python"):
                remove(target)
                venv.create(target)
                pip_install(target / "bin/python")
                mark_built(target, inputs)
    return target / "bin"


def pip_install(python: Path) -> None:
    command = [python, "-m", "pip", "install", "-q", "--no-deps", "-r", REQUIREMENTS]
    try:
        run("Installing the linters in Python", command, log="lint-python")
    except SetupError as error:
        if "No matching distribution" in str(error):
            raise SetupError(
                "Installing the linters in Python failed: the package registry cannot "
                f"be reached, or lacks a version that {REQUIREMENTS.name} names; "
                f"details in {log_dir() / 'lint-python.log'}."
            ) from None
        raise


def ensure_node() -> Path:
    """The folder with the programs of the linters in JavaScript."""
    require_node()
    target = dev_dir() / "lint" / "node"
    with locked(dev_dir() / "lint" / "node.lock"):
        inputs = digest(PACKAGE, 1)
        if not is_built(target, inputs):
            build_folder(
                "Installing the linters in JavaScript", target, inputs, npm_install
            )
    return target / "node_modules/.bin"


def require_node() -> None:
    needed = f"prettier and eslint need Node.js {NODE[0]}.{NODE[1]} or newer, and npm"
    if not (shutil.which("node") and shutil.which("npm")):
        try:
            apt.ensure("Debian's Node.js", ["nodejs", "npm"])
        except SetupError as error:
            raise SetupError(f"{needed}, which are not here. {error}") from None
    if not (shutil.which("node") and shutil.which("npm")):
        raise SetupError(f"{needed}; installing Debian's did not bring both.")
    done = subprocess.run(["node", "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    if not found or tuple(map(int, found.groups())) < NODE:
        raise SetupError(f"{needed}; here is {done.stdout.strip() or 'a broken one'}.")


def npm_install(folder: Path) -> None:
    shutil.copyfile(PACKAGE, folder / "package.json")
    log = log_dir() / "lint-node.log"
    before = log.stat().st_size if log.exists() else 0
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    command = ["npm", "install", *quiet]
    try:
        run("Installing prettier and eslint", command, log=log.stem, cwd=folder)
    except SetupError:
        said = log.read_text(errors="replace")[before:]
        if any(code in said for code in UNREACHABLE):
            raise SetupError(
                "Installing prettier and eslint failed: npm's registry cannot be "
                f"reached (network or proxy?); details in {log}."
            ) from None
        raise
