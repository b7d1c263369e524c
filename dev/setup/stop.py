"""dev/stop: end what dev/run, or a dev/test that was cut off, started; nothing else.

Processes are found by pid files that also hold their start time (see processes.py).
Data stays: the next dev/run goes on with it. A dev/test that is at work is left alone.
"""

from __future__ import annotations

from . import processes
from .errors import SetupError
from .flavour import RUN, TEST
from .paths import dev_dir
from .prepare import command_line, end_servers, preparing
from .steps import nobody_holds, say


def main(arguments: list[str]) -> int:
    if arguments:
        raise SetupError("dev/stop takes no arguments.")
    with preparing():
        orphans = processes.end_orphans(dev_dir())
        ended = [f"{orphans} processes of a command cut off"] * bool(orphans)
        ended += [f"{name} of the demo" for name in end_servers(RUN)]
        if nobody_holds(TEST.in_use):
            ended += [f"{name} of the tests" for name in end_servers(TEST)]
        else:
            say("A dev/test or dev/bench is at work: its servers are left alone.")
    say(f"Ended: {', '.join(ended)}." if ended else "Nothing was running.")
    return 0


if __name__ == "__main__":
    command_line("stop", main)
