"""The command line of dev/lint: one line for each linter, then what it found."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from setup.commands import clean_env
from setup.errors import SetupError
from setup.paths import CHECKOUT, DEV

from . import tools
from .linters import LINTERS, Job, Linter, repository_files

ENSURE = {"python": tools.ensure_python, "node": tools.ensure_node}


@dataclass(frozen=True)
class Result:
    linter: Linter
    status: str  # "ok", "none" (no such files) or "FAIL"
    output: str
    seconds: float


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev/lint", description="Runs the linters.")
    names = [linter.name for linter in LINTERS]
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    parser.add_argument("--list", action="store_true", help="name the linters and stop")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    found = parser.parse_args(words)
    unknown = sorted(set(found.names) - set(names))
    if unknown:
        parser.error(f"no linter {', '.join(unknown)}; there are: {', '.join(names)}")
    return found


def prepare(chosen: list[Linter], job: Job) -> tuple[Job, dict[str, str]]:
    """The job with its programs, and for each kind that failed one sentence."""
    bins, failed = {}, {}

    def ensure(kind: str) -> None:
        try:
            bins[kind] = ENSURE[kind]()
        except SetupError as error:
            failed[kind] = str(error)

    with ThreadPoolExecutor() as pool:
        list(pool.map(ensure, sorted({linter.needs for linter in chosen} - {""})))
    return replace(job, bin=bins), failed


def check(linter: Linter, job: Job) -> Result:
    start = time.monotonic()
    # Our own linters import `setup`; the others must not find dev/ on their path.
    env = clean_env({} if linter.needs else {"PYTHONPATH": str(DEV)})
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    if linter.needs == "node":
        # For the settings at the root, wherever CRM_MAIL_DEV_DIR puts the linters.
        env["NODE_PATH"] = str(job.bin["node"].parent)

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=CHECKOUT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )

    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(run, linter.commands(job)))
    failed = any(done.returncode for done in runs)
    status = "FAIL" if failed else "ok" if runs else "none"
    outputs = [done.stdout.strip() for done in runs if done.returncode or job.fix]
    seconds = time.monotonic() - start
    return Result(linter, status, "\n".join(filter(None, outputs)), seconds)


def results(chosen: list[Linter], job: Job, failed: dict[str, str]) -> Iterator[Result]:
    """Results in the order of the table; side by side where nobody writes."""

    def one(linter: Linter) -> Result:
        if linter.needs in failed:
            return Result(linter, "FAIL", failed[linter.needs], 0)
        return check(linter, job)

    with ThreadPoolExecutor(1 if job.fix else 3) as pool:
        yield from pool.map(one, chosen)


def main(words: list[str]) -> int:
    asked = arguments(words)
    if asked.list:
        for linter in LINTERS:
            mends = " (--fix mends)" if linter.mends else ""
            print(f"{linter.name:9} {linter.subject}{mends}")
        return 0
    chosen = [item for item in LINTERS if not asked.names or item.name in asked.names]
    start = time.monotonic()
    job, failed = prepare(chosen, Job(repository_files(), asked.fix))
    bad = []
    for result in results(chosen, job, failed):
        print(
            f"{result.status:4} {result.linter.name:9} {result.linter.subject}"
            f" ({result.seconds:.1f} s)",
            flush=True,
        )
        if result.output:
            print("     " + result.output.replace("\n", "\n     "), flush=True)
        if result.status == "FAIL":
            bad.append(result.linter.name)
    verdict = f"findings of {', '.join(bad)}" if bad else "no finding"
    print(f"lint: {verdict} ({time.monotonic() - start:.0f} s)")
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
