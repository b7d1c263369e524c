"""dev/test [pytest arguments]: every test of the project, in three rings.

1. pure: mailkit against the scripted server and the live Dovecot, and the tests of
   dev/, by pytest with no Odoo on the path;
2. odoo: models, hoot and tours in Chromium, by pytest-odoo on a copy of the addon
   template; a full run shares them between two processes, each on a copy of its own,
   of which one begins beside ring 1;
3. installation: Odoo's own runner installs the addon into a copy of the plain template
   and runs TestInstallation; a warning in the log fails it.

With arguments only rings 1 and 2 run, and of these only the one that the given paths
belong to. With CRM_MAIL_KEEP=1 the servers stay up afterwards, until dev/stop.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lint_house.tools import ensure_node

from . import ports, processes, template
from . import pytest_ring_names as names
from .commands import clean_env
from .errors import SetupError
from .flavour import HTTP_PORT, TEST
from .paths import ADDON, ADDON_NAME, ADDON_ROOT, DEV, dev_dir, log_dir
from .prepare import Ready, command_line, preparing, scratch, test_servers
from .steps import loudly, say

PURE = (ADDON / "mailkit/tests", DEV / "tests")
ODOO = (ADDON / "tests",)
NOTHING_COLLECTED = 5
AXE = "CRM_MAIL_AXE"
INSTALLATION_TAGS = f"/{ADDON_NAME}:TestInstallation"
LOG_LINE = re.compile(r"^[\d-]+ [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ [^:]+: ")


@dataclass
class Result:
    """How one ring ended."""

    ring: str
    code: int
    seconds: float
    line: str = ""
    skipped: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.code == 0


def is_path(argument: str) -> bool:
    return not argument.startswith("-") and resolve(argument).exists()


def resolve(argument: str) -> Path:
    return (Path.cwd() / argument.partition("::")[0]).resolve()


def choose(arguments: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Paths for ring 1, paths for ring 2, and the other arguments.

    A folder above a ring's tests stands for all of that ring.
    """
    pure: list[str] = []
    odoo: list[str] = []
    rest: list[str] = []
    previous = ""
    for argument in arguments:
        # The word after -k, -m and the like is no path, even if a file is called so.
        after_option = previous in names.OPTIONS_WITH_VALUE
        previous = argument
        if after_option or not is_path(argument):
            rest.append(argument)
            continue
        path = resolve(argument)
        text = str(path) + argument[len(argument.partition("::")[0]) :]
        for folders, chosen in ((PURE, pure), (ODOO, odoo)):
            for folder in folders:
                if path.is_relative_to(folder):
                    chosen.append(text)
                elif folder.is_relative_to(path) and folder.is_dir():
                    chosen.append(str(folder))
    return pure, odoo, rest


class Run:
    """One run of pytest: its command, and what it leaves behind."""

    def __init__(
        self,
        ring: str,
        python: Path,
        arguments: Sequence[str | Path],
        env: dict[str, str],
    ) -> None:
        self.ring = ring
        # Several runs may go on at once: each has files of its own.
        self.report = dev_dir() / "test" / f"result-{ring}-{os.getpid()}.json"
        self.command = [python, "-m", "pytest", "-p", "setup.pytest_ring"]
        self.command += ["-p", "setup.pytest_share", *arguments]
        self.env = {**env, names.RESULT: str(self.report)}
        self.start = time.monotonic()

    def result(self, code: int) -> Result:
        result = Result(self.ring, code, time.monotonic() - self.start)
        if self.report.exists():
            known = json.loads(self.report.read_text())
            result.line, result.skipped = known["line"], known["skipped"]
            self.report.unlink()
        return result

    def in_foreground(self) -> Result:
        """Its own output goes straight to the terminal."""
        say(f"\n== {self.ring} ==")
        code = processes.run_in_foreground(self.command, env=self.env, cwd=ADDON_ROOT)
        return self.result(code)


def common_arguments() -> list[str]:
    # passlib, which Odoo needs, says this at every start.
    quiet = "ignore:'crypt' is deprecated:DeprecationWarning"
    return ["-q", "-ra", "-p", "no:cacheprovider", "-W", quiet]


def ring_pure(ready: Ready, paths: list[str], rest: list[str], env: dict) -> Result:
    """Without Odoo: `mailkit` is imported as a package of its own.

    pytest would import the `__init__.py` of each folder above a test, and so the addon
    and Odoo; it looks at no folder above the one given as --confcutdir.
    """
    paths = paths or [str(path) for path in PURE if path.is_dir()]
    arguments = [*common_arguments(), "-p", "no:odoo"]
    arguments += [f"--confcutdir={PURE[0]}", *rest, *paths]
    env = clean_env({**env, "PYTHONPATH": f"{ADDON}:{DEV}"})
    return Run("pure", ready.odoo.python, arguments, env).in_foreground()


def ring_odoo(ready: Ready, paths: list[str], rest: list[str], env: dict) -> Result:
    """With Odoo, on a copy of the database in which the addon is installed."""
    source = addon_template(ready)
    if isinstance(source, Result):
        return source
    with scratch(ready.odoo, source, "odoo") as database:
        return odoo_run(ready, "odoo", database, paths, rest, env).in_foreground()


def rings_side_by_side(ready: Ready, env: dict) -> list[Result]:
    """Pure, and Odoo by two runs, each on a copy of its own (see ``pytest_share``).

    The second one begins beside pure, which needs one processor alone.
    """
    source = addon_template(ready)
    if isinstance(source, Result):
        return [ring_pure(ready, [], [], env), source]
    output = log_dir() / f"odoo-second-{os.getpid()}.log"
    with (
        scratch(ready.odoo, source, "odoo") as first,
        scratch(ready.odoo, source, "odoo_second") as second,
        tempfile.TemporaryDirectory(dir=dev_dir() / "test") as folder,
    ):
        env_of_both = {**env, names.SHARE: folder}
        run = odoo_run(ready, "odoo (second)", second, [], [], env_of_both)
        with processes.beside(
            run.command, env=run.env, cwd=ADDON_ROOT, output=output
        ) as child:
            results = [ring_pure(ready, [], [], env)]
            with_browser = {**env_of_both, names.BROWSER: "1"}
            own = odoo_run(ready, "odoo", first, [], [], with_browser)
            results.append(own.in_foreground())
        results.append(run.result(child.returncode))
    say(f"\n== {run.ring} ==\n{output.read_text(errors='replace')}")
    output.unlink()
    return results


def addon_template(ready: Ready) -> str | Result:
    """The database to copy, or that the addon cannot be installed."""
    start = time.monotonic()
    try:
        with preparing():
            return template.ensure_addon(ready.odoo, ready.plain)
    except SetupError as error:
        say(f"\n== odoo ==\n{error}")
        seconds = time.monotonic() - start
        return Result("odoo (addon not installable)", 1, seconds)


def odoo_run(
    ready: Ready,
    ring: str,
    database: str,
    paths: list[str],
    rest: list[str],
    env: dict[str, str],
) -> Run:
    odoo = ready.odoo
    arguments = [*common_arguments(), f"--odoo-config={odoo.conf}"]
    arguments += [f"--odoo-database={database}", "--odoo-http", *rest]
    arguments += paths or [str(path) for path in ODOO if path.is_dir()]
    own = odoo.env({**odoo.cluster.env, **env, AXE: str(axe_core())}, DEV)
    return Run(ring, odoo.python, arguments, own)


def axe_core() -> Path:
    """The engine that judges accessibility; it comes with the linters from npm."""
    return ensure_node().parent / "axe-core" / "axe.min.js"


def ring_installation(ready: Ready, env: dict[str, str]) -> Result:
    """Odoo's own runner: a clean installation, with nothing to complain of."""
    ring = "installation"
    say(f"\n== {ring} ==")
    odoo = ready.odoo
    start = time.monotonic()
    with scratch(odoo, ready.plain, ring) as database:
        command = odoo.command("server", "-d", database, "-i", ADDON_NAME)
        command += ["--test-tags", INSTALLATION_TAGS, "--stop-after-init"]
        command += ["--max-cron-threads=0"]
        # Another clone's run may be at the same place.
        command += [f"--http-port={ports.choose('Odoo', HTTP_PORT[TEST.name])}"]
        env = odoo.env({**odoo.cluster.env, **env})
        part = log_dir() / f"installation-{os.getpid()}.part"
        with part.open("wb") as out:
            code = processes.run_in_foreground(
                command,
                env=env,
                cwd=ADDON_ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
    log = part.rename(log_dir() / "installation.log")
    text = log.read_text(errors="replace")
    found = complaints(text)
    tests = tests_run(text)
    problems = []
    if code:
        problems.append(f"Odoo ended with code {code}")
    if found:
        problems.append(f"{len(found)} warnings or errors in the log")
    if not tests:
        problems.append(f"no test matched {INSTALLATION_TAGS}")
    if problems:
        say(template.excerpt(text) if code else "\n".join(found[:40]))
        say(f"installation: {'; '.join(problems)}; see {log}.")
    else:
        say(f"clean installation; {tests} tests by Odoo's own runner, no failure")
    return Result(ring, int(bool(problems)), time.monotonic() - start)


def complaints(log: str) -> list[str]:
    """The lines of level WARNING and above, with what follows them (a traceback)."""
    found = []
    follows = False
    for line in log.splitlines():
        match = LOG_LINE.match(line)
        if match:
            follows = match["level"] in ("WARNING", "ERROR", "CRITICAL")
        if follows:
            found.append(line)
    return found


def tests_run(log: str) -> int:
    match = re.search(r"error\(s\) of (\d+) tests", log)
    return int(match[1]) if match else 0


def summary(results: Sequence[Result], seconds: float) -> str:
    parts = ", ".join(f"{result.ring} {result.seconds:.0f} s" for result in results)
    bad = [result.ring for result in results if not result.good]
    verdict = f"FAILED in {', '.join(bad)}" if bad else "all good"
    return f"dev/test: {verdict} ({parts}; {seconds:.0f} s in all)"


def main(arguments: list[str]) -> int:
    start = time.monotonic()
    full = not arguments
    pure, odoo, rest = choose(arguments)
    both = not pure and not odoo
    results: list[Result] = []
    with test_servers(browser=True) as ready:
        env = dict(ready.env)
        if full:
            env[names.NO_SKIPS] = "1"
            results.append(ring_installation(ready, env))
        if full and (os.cpu_count() or 1) > 1:
            results += rings_side_by_side(ready, env)
            both = False
        if pure or both:
            results.append(ring_pure(ready, pure, rest, env))
        if odoo or both:
            results.append(ring_odoo(ready, odoo, rest, env))
    if not full and any(result.code != NOTHING_COLLECTED for result in results):
        results = [result for result in results if result.code != NOTHING_COLLECTED]
    for result in results:
        if full and result.skipped:
            loudly(
                f"{len(result.skipped)} skipped tests in ring {result.ring} make the "
                f"full run fail: {', '.join(result.skipped)}"
            )
    if not results:
        raise SetupError("No ring has tests to run.")
    say("")
    for result in results:
        if result.line:
            say(f"{result.ring}:\n==== {result.line} ====")
    say(summary(results, time.monotonic() - start))
    return max(result.code for result in results) and 1


if __name__ == "__main__":
    command_line("test", main)
