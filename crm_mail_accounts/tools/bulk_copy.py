"""Rows into PostgreSQL by COPY, in its text format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None}
)
_BLOCK = 32 * 1024
_ROWS = 32
"""Rows that are made before they are sent: about one block."""


def copy_rows(cr, table: str, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """COPY rows of text, numbers, booleans and ``None`` (NULL) into columns.

    ``rows`` are made while the database stores those before them.  Table and columns
    are names of ours: they are not quoted.
    """
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"  # noqa: S608
    cr.copy_expert(statement, _Source(rows), _BLOCK)


class _Source:
    """What COPY reads from, like a file."""

    def __init__(self, rows: Iterable[tuple]):
        self._lines = map(copy_line, rows)
        self._left = b""

    # the name is a file's, not a model's: pylint: disable-next=method-required-super
    def read(self, size: int) -> bytes:
        if not self._left:
            self._left = "".join(islice(self._lines, _ROWS)).encode()
        block, self._left = self._left[:size], self._left[size:]
        return block


def copy_line(row: tuple) -> str:
    """A row as COPY reads it; NUL, which text cannot hold, is left out."""
    # None shows as NUL until the end: one look at the whole line tells whether
    # anything in it needs the care that each value of the others gets
    line = "\t".join(
        [
            value if value.__class__ is str else "\0" if value is None else str(value)
            for value in row
        ]
    )
    usual = (
        "\\" not in line
        and "\n" not in line
        and "\r" not in line
        and line.count("\t") == len(row) - 1
        and line.count("\0") == row.count(None)
    )
    if usual:
        return line.replace("\0", "\\N") + "\n"
    return (
        "\t".join(
            "\\N"
            if value is None
            else value.translate(_ESCAPES)
            if isinstance(value, str)
            else str(value)
            for value in row
        )
        + "\n"
    )
