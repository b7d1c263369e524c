"""dev/bench NAME [--json] [arguments]: one benchmark on servers of its own.

A benchmark is a file of dev/benchmarks/. It runs in the Python environment with Odoo
and dev/ on its path, and finds in its environment: CRM_MAIL_DEV_STATE (the servers),
CRM_MAIL_BENCH_DB (a fresh database with the addon) and CRM_MAIL_BENCH_CONF (Odoo's
configuration file). Its last line on standard output is one JSON object; what the
set-up says goes to standard error, so that the output is the benchmark's alone.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from . import template
from .errors import SetupError
from .paths import CHECKOUT, DEV
from .prepare import command_line, preparing, scratch, test_servers
from .processes import run_in_foreground

BENCHMARKS = DEV / "benchmarks"


def find(arguments: list[str]) -> tuple[Path, list[str]]:
    """The benchmark's file and the arguments that are its own."""
    known = sorted(
        path.stem for path in BENCHMARKS.glob("*.py") if not path.stem.startswith("_")
    )
    names = ", ".join(known) or "none yet"
    if not arguments or arguments[0].startswith("-"):
        raise SetupError(f"Say which benchmark: dev/bench NAME. There are: {names}.")
    name, *own = arguments
    if name not in known:
        raise SetupError(f"There is no benchmark {name}. There are: {names}.")
    return BENCHMARKS / f"{name}.py", own


def main(arguments: list[str]) -> int:
    script, own = find(arguments)
    with contextlib.ExitStack() as stack:
        with contextlib.redirect_stdout(sys.stderr):
            ready = stack.enter_context(test_servers(browser=False))
            odoo = ready.odoo
            with preparing():
                source = template.ensure_addon(odoo, ready.plain)
            database = stack.enter_context(scratch(odoo, source, "bench"))
        extra = {
            **odoo.cluster.env,
            **ready.env,
            "CRM_MAIL_BENCH_DB": database,
            "CRM_MAIL_BENCH_CONF": str(odoo.conf),
        }
        command = [odoo.python, script, *own]
        env = odoo.env(extra, DEV)
        return run_in_foreground(command, env=env, cwd=CHECKOUT)


if __name__ == "__main__":
    command_line("bench", main)
