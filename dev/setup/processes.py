"""Background processes: start, find again, end; never somebody else's.

A process is remembered by its number, its start time (in clock ticks since boot) and
the boot itself. A number that was given to another process meanwhile has another start
time, so it is never taken for ours.

What a command runs and waits for (an installation, pytest and the browsers that it
starts) carries a mark in its environment: who started it, for which state folder.
Should that command be killed, its orphans are known by the mark.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .paths import dev_dir

POLL = 0.05  # seconds
MARK = "CRM_MAIL_STARTED_BY"
MARKED = re.compile(
    rb"\0CRM_MAIL_STARTED_BY=(?P<pid>\d+):(?P<started>\d+):(?P<folder>[^\0]+)"
)
LOG_LIMIT = 20_000_000  # bytes; a longer log is set aside at the next start


@dataclass(frozen=True)
class Process:
    """One running process, as kept in a pid file."""

    name: str
    pid: int
    started: int
    boot: str
    signal: int


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def start_time(pid: int) -> int | None:
    """Start of a process in clock ticks since boot; None for none, or for a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field is the name in brackets, and may hold spaces and brackets.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def mark(folder: Path) -> dict[str, str]:
    """The mark of this process, for the environment of what it waits for."""
    return {MARK: f"{os.getpid()}:{start_time(os.getpid())}:{folder}"}


def orphans(folder: Path) -> list[int]:
    """Processes whose mark names this folder and a starter that is gone."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue  # gone meanwhile, or somebody else's
        match = MARKED.search(b"\0" + environment)
        if not match or match["folder"] != os.fsencode(folder):
            continue
        if start_time(int(match["pid"])) != int(match["started"]):
            found.append(int(entry.name))
    return found


def end_orphans(folder: Path) -> int:
    """End the orphans of that folder; returns how many there were."""
    ended = set()
    while remaining := set(orphans(folder)) - ended:
        for pid in remaining:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        ended |= remaining
    return len(ended)


def run_in_foreground(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    patience: float = 20,
    **options: Any,
) -> int:
    """Run a command on our terminal, marked; interrupted, it gets time to clean up.

    (subprocess.run would kill it a quarter of a second after Ctrl-C, and Chromium
    would be left behind.)
    """
    with _child(command, env, cwd, patience, options) as child:
        return child.wait()


@contextlib.contextmanager
def beside(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: Path,
    patience: float = 20,
) -> Iterator[subprocess.Popen]:
    """Run a command while the block goes on, its output in a file; ended with it when
    that is interrupted."""
    with output.open("wb") as stream:
        options = {"stdout": stream, "stderr": subprocess.STDOUT}
        options["stdin"] = subprocess.DEVNULL
        with _child(command, env, cwd, patience, options) as child:
            yield child
            child.wait()


@contextlib.contextmanager
def _child(command, env, cwd, patience, options) -> Iterator[subprocess.Popen]:
    with subprocess.Popen(
        [str(part) for part in command],
        env={**env, **mark(dev_dir())},
        cwd=cwd,
        **options,
    ) as child:
        try:
            yield child
        except BaseException:
            child.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                child.wait(patience)
            child.kill()
            raise


def is_alive(process: Process) -> bool:
    return process.boot == boot_id() and start_time(process.pid) == process.started


def load(pid_file: Path) -> Process | None:
    try:
        return Process(**json.loads(pid_file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def running(pid_file: Path) -> Process | None:
    """The process of that pid file when it still lives."""
    process = load(pid_file)
    return process if process and is_alive(process) else None


def start(
    pid_file: Path,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Process:
    """Start a process that outlives us and hears nothing of our terminal."""
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.rename(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    process = Process(
        name=pid_file.stem,
        pid=child.pid,
        started=start_time(child.pid) or 0,
        boot=boot_id(),
        signal=int(stop_signal),
    )
    part = pid_file.with_suffix(".part")
    part.write_text(json.dumps(asdict(process)) + "\n")
    part.rename(pid_file)
    return process


def stop(pid_file: Path, patience: float = 20.0) -> bool:
    """End the process and forget it; says whether it was running."""
    process = running(pid_file)
    if process:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, process.signal)
            if not _gone(process, patience):
                os.killpg(process.pid, signal.SIGKILL)
                _gone(process, 5)
    pid_file.unlink(missing_ok=True)
    return process is not None


def _gone(process: Process, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while is_alive(process):
        if time.monotonic() > deadline:
            return False
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process.pid, os.WNOHANG)
        time.sleep(POLL)
    return True
