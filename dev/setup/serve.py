"""A quick Odoo on a throw-away database with the addon, for looking at screens.

    PYTHONPATH=dev python3 -m setup.serve [PORT]

It uses the tests' servers, runs in the foreground until Ctrl-C, and drops its database
at the end. Log in as admin / admin.
"""

from __future__ import annotations

import contextlib

from . import ports, template
from .paths import CHECKOUT, DEV
from .prepare import command_line, preparing, scratch, test_servers
from .processes import run_in_foreground
from .steps import say

FIRST_PORT = 28069


def main(arguments: list[str]) -> int:
    wanted = int(arguments[0]) if arguments else FIRST_PORT
    with test_servers(browser=False) as ready:
        odoo = ready.odoo
        with preparing():
            source = template.ensure_addon(odoo, ready.plain)
        with scratch(odoo, source, "serve") as database:
            port = ports.choose("Odoo", wanted)
            say(f"http://localhost:{port}  admin / admin  (database {database})")
            command = odoo.command("server", "-d", database, f"--http-port={port}")
            command += [f"--db-filter=^{database}$", "--max-cron-threads=1"]
            env = odoo.env({**odoo.cluster.env, **ready.env}, DEV)
            with contextlib.suppress(KeyboardInterrupt):
                return run_in_foreground(command, env=env, cwd=CHECKOUT)
    return 0


if __name__ == "__main__":
    command_line("serve", main)
