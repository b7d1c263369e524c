"""Choose TCP ports on the loopback: the wanted one, or the next that is free."""

from __future__ import annotations

import socket
from collections.abc import Container

from .errors import SetupError
from .steps import say

TRIES = 200


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


def choose(name: str, wanted: int, taken: Container[int] = ()) -> int:
    """The wanted port or, said aloud, one of the next that are free."""
    for port in range(wanted, wanted + TRIES):
        if port not in taken and is_free(port):
            if port != wanted and wanted not in taken:
                say(f"           port {wanted} is taken: {name} gets {port}")
            return port
    raise SetupError(f"No port from {wanted} to {wanted + TRIES - 1} is free ({name}).")


def choose_all(wanted: dict[str, int]) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        chosen[name] = choose(name, port, set(chosen.values()))
    return chosen
