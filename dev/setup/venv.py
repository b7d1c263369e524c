"""The Python environment for Odoo, the tests and the mail tools.

uv does in 6 seconds what pip does in 60; it is used when present or when pip can
fetch it, and pip alone where neither is so (a registry mirror that lacks uv).

An environment cannot be renamed (its scripts hold its path), so this step is built in
place and stamped last; without the stamp it counts as not built.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .commands import clean_env, run
from .errors import SetupError
from .paths import CHECKOUT, DEV, dev_dir
from .steps import cached, digest, is_built, mark_built, remove, timed

CONSTRAINTS = DEV / "constraints.txt"
# The addon's own list stands at the root, where Odoo.sh looks for it.
REQUIREMENTS = (DEV / "requirements.txt", CHECKOUT / "requirements.txt")


def ensure() -> Path:
    """The interpreter of the environment, built if need be."""
    target = dev_dir() / "venv"
    python = target / "bin/python"
    lists = [path for path in REQUIREMENTS if path.is_file()]
    inputs = digest(sys.version, sys.base_prefix, CONSTRAINTS, *lists, 1)
    label = f"Python {sys.version.split()[0]} environment"
    if is_built(target, inputs):
        cached(label)
        return python
    with timed(label):
        remove(target)
        create(target)
        install(target, lists)
        mark_built(target, inputs)
    return python


def create(target: Path) -> None:
    # The base interpreter: we may ourselves be run by a virtual environment.
    base = getattr(sys, "_base_executable", sys.executable)
    try:
        run("Making the Python environment", [base, "-m", "venv", target], log="venv")
    except SetupError as error:
        if "ensurepip" not in str(error) and not missing_ensurepip(base):
            raise
        from . import apt  # only here: Debian ships Python without this part

        remove(target)
        apt.ensure("Debian's python3-venv", ["python3-venv"])
        run("Making the Python environment", [base, "-m", "venv", target], log="venv")


def missing_ensurepip(python: str) -> bool:
    done = subprocess.run(
        [python, "-c", "import ensurepip"], check=False, capture_output=True
    )
    return done.returncode != 0


def install(target: Path, lists: list[Path]) -> None:
    files = [part for path in lists for part in ("-r", path)]
    files += ["-c", CONSTRAINTS]
    env = clean_env()
    uv = find_uv(target)
    if uv:
        command = [uv, "pip", "install", "-q", "--python", target / "bin/python"]
        # pip knows mirrors and certificates that uv may not: its word counts
        with contextlib.suppress(SetupError):
            # The links of uv's cache may cross file systems: copying always works.
            env_uv = {**env, "UV_LINK_MODE": "copy"}
            run("uv", [*command, *files], log="venv", env=env_uv)
            return
    command = [target / "bin/python", "-m", "pip", "install", "-q"]
    run("Installing the Python packages", [*command, *files], log="venv", env=env)


def find_uv(target: Path) -> Path | str | None:
    """A uv to use: the machine's, else one that pip fetches into the environment."""
    if pip_has_own_index():
        return None
    uv = shutil.which("uv")
    if uv:
        return uv
    command = [target / "bin/python", "-m", "pip", "install", "-q", "uv"]
    try:
        run("Fetching uv", command, log="venv")
    except SetupError:
        return None
    return target / "bin/uv"


def pip_has_own_index() -> bool:
    """Does pip's configuration name another registry? uv does not read it."""
    if os.environ.get("PIP_INDEX_URL"):
        return not os.environ.get("UV_INDEX_URL")
    files = [
        Path("/etc/pip.conf"),
        Path.home() / ".config/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
    ]
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(os.environ.get("PIP_CONFIG_FILE") or files)
    except configparser.Error:
        return True
    return parser.has_option("global", "index-url")
