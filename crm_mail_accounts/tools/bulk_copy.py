"""Rows into PostgreSQL by COPY, in its text format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None}
)
_BLOCK = 64 * 1024


def copy_rows(cr, table: str, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """COPY rows of text, numbers, booleans and ``None`` (NULL) into columns.

    Table and columns are names of ours: they are not quoted.
    """
    content = BytesIO(copy_text(rows).encode())
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"  # noqa: S608
    cr.copy_expert(statement, content, _BLOCK)


def copy_text(rows: Iterable[tuple]) -> str:
    """Rows as COPY reads them; NUL, which text cannot hold, is left out."""
    return "".join(map(_line, rows))


def _line(row: tuple) -> str:
    # None shows as NUL until the end: one look at the whole line tells whether
    # anything in it needs the care that each value of the others would get
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
