"""The tests' proxy in a process of its own, so that its work is not counted as ours.

    with CountingProxy("condstore") as proxy:
        ...                       # connect to localhost, proxy.port, without TLS
        commands = proxy.take()   # what was said since the last time

Run as a program it is the proxy itself: one line ``take`` on its standard input is
answered by one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ADDON = Path(__file__).parents[3] / "crm_mail_accounts"
MODES = ("qresync", "condstore", "bare")
LOGIN = frozenset({"CAPABILITY", "LOGIN", "AUTHENTICATE", "ID", "ENABLE", "LOGOUT"})
"""What every connection says, whatever it is for."""
SHOWN = 30
"""Commands that are listed one by one."""


@dataclass(frozen=True)
class Said:
    """One command that a client sent, and the bytes both ways."""

    name: str
    line: str
    sent: int
    received: int


class CountingProxy:
    """Stands before the live server's plain port and shows what a mode may have."""

    def __init__(self, mode: str, host: str, port: int):
        command = [sys.executable, "-m", "benchmarks.kit.proxy", mode, host, str(port)]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self._ask(""))

    def _ask(self, line: str) -> str:
        if line:
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()
        answer = self._child.stdout.readline()
        if not answer:
            raise RuntimeError("the proxy has ended")
        return answer

    def take(self) -> list[Said]:
        """The commands since the last call, those of logging in and out too."""
        return [Said(*item) for item in json.loads(self._ask("take"))]

    def __enter__(self) -> CountingProxy:
        return self

    def __exit__(self, *_exc) -> None:
        self._child.stdin.close()
        self._child.wait(10)


def summary(said: list[Said]) -> dict:
    """``commands`` after the login and ``commands_in_all``, bytes both ways of all
    and, received, of the work; ``body_bytes_received`` of it for the texts of mails."""
    work = [item for item in said if item.name not in LOGIN]
    bodies = [item for item in work if "BODY.PEEK[]" in item.line]
    return {
        "commands": len(work),
        "commands_in_all": len(said),
        "bytes_sent": sum(item.sent for item in said),
        "bytes_received": sum(item.received for item in said),
        "work_bytes_received": sum(item.received for item in work),
        "body_bytes_received": sum(item.received for item in bodies),
        "by_command": [[item.name, item.sent, item.received] for item in work[:SHOWN]],
    }


def main() -> None:
    mode, host, port = sys.argv[1:]
    sys.path.insert(0, str(ADDON))
    from mailkit.tests import imap_proxy

    hidden = {
        "qresync": imap_proxy.QRESYNC,
        "condstore": imap_proxy.CONDSTORE_ONLY,
        "bare": imap_proxy.BARE,
    }[mode]
    with imap_proxy.ImapProxy(host, int(port), hide=hidden) as proxy:
        print(proxy.port, flush=True)
        for _line in sys.stdin:
            with proxy.lock:
                said = [
                    (
                        command.name.decode("latin-1"),
                        command.line.decode("latin-1"),
                        command.size,
                        command.answer,
                    )
                    for command in proxy.commands
                ]
            proxy.forget()
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
