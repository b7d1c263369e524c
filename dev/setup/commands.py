"""Run other programs: output to a log file, failures as one sentence."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import CommandFailed, SetupError
from .paths import dev_dir, log_dir
from .processes import MARK, mark

# What a program prints when a registry cannot be reached, by apt, pip and uv.
UNREACHABLE = (
    "Temporary failure resolving",
    "Could not resolve",
    "Could not connect",
    "Connection failed",
    "Connection refused",
    "Network is unreachable",
    "Failed to fetch",
    "Failed to establish a new connection",
    "Name or service not known",
    "dns error",
    "client error (Connect)",
)
_log_lock = threading.Lock()
_logs_begun: set[str] = set()


def clean_env(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without what the wrappers and the image put into it.

    PYTHONDONTWRITEBYTECODE would make every Odoo start take 8 s in place of 2 s.
    """
    env = dict(os.environ)
    for name in (
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONDONTWRITEBYTECODE",
        "VIRTUAL_ENV",
        MARK,
    ):
        env.pop(name, None)
    env.update(extra or {})
    return env


def as_user(user: str | None, command: Sequence[str]) -> list[str]:
    """The command, run as another user when we are root and `user` is named."""
    if user is None:
        return list(command)
    setpriv = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    return [*setpriv, *command]


def explain(what: str, output: str, log: Path) -> str:
    """One sentence for a failed command."""
    if any(sign in output for sign in UNREACHABLE):
        return (
            f"{what} failed: the package registry cannot be reached "
            f"(network or proxy?); details in {log}."
        )
    if "No space left on device" in output:
        return f"{what} failed: the disk is full; details in {log}."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = f": {lines[-1][:300]}" if lines else ""
    return f"{what} failed{last} (details in {log})"


def run(
    what: str,
    command: Sequence[str | Path],
    *,
    log: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout: float | None = None,
) -> str:
    """Run a command to its end and return what it printed.

    `what` begins the sentence of a failure; the output goes to `.dev/log/<log>.log`.
    """
    path = log_dir() / f"{log}.log"
    args = [str(part) for part in command]
    try:
        done = subprocess.run(
            args,
            env={**(clean_env() if env is None else env), **mark(dev_dir())},
            cwd=cwd,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        raise SetupError(f"{what} failed: there is no program {args[0]}.") from None
    except subprocess.TimeoutExpired:
        raise SetupError(f"{what} gave no answer in {timeout:.0f} seconds.") from None
    with _log_lock:
        # Of each log only what the last command of dev/ wrote is kept.
        with path.open("a" if log in _logs_begun else "w") as handle:
            handle.write(f"$ {' '.join(args)}\n{done.stdout}\n")
        _logs_begun.add(log)
    if done.returncode:
        raise CommandFailed(explain(what, done.stdout, path), done.stdout)
    return done.stdout
