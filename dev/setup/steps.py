"""Steps that are done once: kept by the hash of their inputs, restartable.

A step makes a folder. It is built under a temporary name and renamed when complete,
so an interruption at any point leaves either the old result or none, and the next run
starts that step again. The hash of the inputs lies in the folder itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

STAMP = ".inputs"
_print_lock = threading.Lock()


def say(text: str) -> None:
    """Print one whole line, also from a thread."""
    with _print_lock, contextlib.suppress(BrokenPipeError):
        # A reader that went away (`dev/run | head`) must not stop the work.
        print(text, flush=True)


def loudly(text: str) -> None:
    """A line that must not be overlooked."""
    with _print_lock:
        print(f"\n!!! {text}\n", file=sys.stderr, flush=True)


@contextlib.contextmanager
def timed(label: str) -> Iterator[None]:
    """Print the one line of a step, with its seconds, when it has succeeded."""
    start = time.monotonic()
    yield
    say(f"[{time.monotonic() - start:6.1f} s] {label}")


def cached(label: str) -> None:
    say(f"[  cached] {label}")


def digest(*parts: object) -> str:
    """Hash of the parts; a Path stands for the content of that file."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else repr(part).encode()
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()


def tree_digest(root: Path, files: Iterable[Path]) -> str:
    """Hash of names and contents; a file that vanishes meanwhile counts as absent."""
    total = hashlib.sha256()
    for path in sorted(files):
        with contextlib.suppress(FileNotFoundError):
            data = hashlib.sha256(path.read_bytes()).digest()
            total.update(str(path.relative_to(root)).encode() + b"\0" + data)
    return total.hexdigest()


def is_built(target: Path, inputs: str) -> bool:
    try:
        return (target / STAMP).read_text().strip() == inputs
    except OSError:
        return False


def mark_built(target: Path, inputs: str) -> None:
    part = target / f"{STAMP}.part"
    part.write_text(inputs + "\n")
    part.rename(target / STAMP)


def remove(path: Path) -> None:
    """Remove a folder that may be half gone already."""
    shutil.rmtree(path, ignore_errors=True)


def build_folder(
    label: str, target: Path, inputs: str, make: Callable[[Path], None]
) -> bool:
    """Have `make` fill `target` unless that was done from the same inputs.

    Says whether anything was built.
    """
    if is_built(target, inputs):
        cached(label)
        return False
    part = target.with_name(f"{target.name}.part")
    old = target.with_name(f"{target.name}.old")
    with timed(label):
        remove(part)
        part.mkdir(parents=True)
        make(part)
        mark_built(part, inputs)
        remove(old)
        if target.exists():
            target.rename(old)
        part.rename(target)
        remove(old)
    return True


@contextlib.contextmanager
def locked(path: Path, waiting: str = "", shared: bool = False) -> Iterator[None]:
    """Hold a file lock, which the kernel drops however the process ends."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                say(waiting)
            fcntl.flock(handle, kind)
        yield


def nobody_holds(path: Path) -> bool:
    """Is the lock free at this moment?"""
    try:
        with path.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
