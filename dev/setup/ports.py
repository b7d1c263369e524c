"""Choose TCP ports on the loopback: the wanted one, or the next that is free."""

from __future__ import annotations

import socket
from collections.abc import Container

from .errors import SetupError
from .steps import say

TRIES = 200
INDENT = " " * 11  # below the labels of the steps


def is_free(port: int) -> bool:
    """Could a server listen there now? (also on all addresses, as Odoo does)"""
    for address in ("127.0.0.1", "0.0.0.0"):  # a test, no service
        with socket.socket() as probe:
            # As the servers themselves do: a port in TIME_WAIT counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def next_free(name: str, wanted: int, taken: Container[int] = ()) -> int:
    for port in range(wanted, wanted + TRIES):
        if port not in taken and is_free(port):
            return port
    raise SetupError(f"No port from {wanted} to {wanted + TRIES - 1} is free ({name}).")


def choose_all(wanted: dict[str, int]) -> dict[str, int]:
    """The wanted ports or, said aloud, the next that are free; no port twice."""
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        chosen[name] = next_free(name, port, set(chosen.values()))
    moved = [
        f"{name} {port} -> {chosen[name]}"
        for name, port in wanted.items()
        if chosen[name] != port
    ]
    if moved:
        say(f"{INDENT}ports taken, others chosen: {', '.join(moved)}")
    return chosen


def choose(name: str, wanted: int) -> int:
    return choose_all({name: wanted})[name]
