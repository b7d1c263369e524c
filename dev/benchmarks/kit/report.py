"""What a benchmark prints: figures for a person, and one JSON object as the last
line."""

from __future__ import annotations

import argparse
import json
import sys


def arguments(name: str, doc: str) -> argparse.ArgumentParser:
    """A parser with what all benchmarks know."""
    parser = argparse.ArgumentParser(
        prog=f"dev/bench {name}",
        description=doc,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="nothing but the result")
    return parser


def show(result: dict, only_json: bool) -> None:
    if not only_json:
        for name, value in result.items():
            sys.stdout.write(f"{name:>34}  {value}\n")
    sys.stdout.write(json.dumps(result) + "\n")


def rounded(values: dict, digits: int = 4) -> dict:
    """The same with shorter numbers, also inside."""
    return {
        name: round(value, digits)
        if isinstance(value, float)
        else rounded(value, digits)
        if isinstance(value, dict)
        else value
        for name, value in values.items()
    }
