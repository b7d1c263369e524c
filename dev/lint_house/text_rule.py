"""What no other linter looks at: line ends, blanks, last lines, leftovers.

The OCA's template has a hook for each of these; this is their sum.  Sample mails,
pictures and libraries of others are bytes that nobody may tidy up.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from setup.paths import CHECKOUT

from .linters import repository_files

LEFT_ALONE = re.compile(
    r"\.(eml|mbox|svg|rst|ico|png|jpe?g|gif|webp|pdf|woff2?)$"
    r"|(^|/)(samples|static/(src/)?lib)/|(^|/)(LICENSE|COPYING)"
)
FORBIDDEN = {
    r"\.(rej|orig)$": "a leftover of a patch",
    r"/i18n/en\.po$": "English is the source: there is no en.po",
}
MERGE = re.compile(rb"^(<{7}|>{7}) ", re.M)
BLANKS = re.compile(rb"[ \t]+$", re.M)


def of_name(name: str) -> Iterator[str]:
    for pattern, text in FORBIDDEN.items():
        if re.search(pattern, name):
            yield text


def of_mode(mode: int, data: bytes) -> Iterator[str]:
    executable, script = bool(mode & stat.S_IXUSR), data.startswith(b"#!")
    if executable and not script:
        yield "may be executed but has no first line #!"
    elif script and not executable:
        yield "has a first line #! but may not be executed"


def of_data(name: str, data: bytes) -> Iterator[str]:
    if MERGE.search(data):
        yield "a conflict of a merge is left"
    if tidy(name, data) != data:
        yield "line ends, trailing blanks or the last line (--fix mends)"


def tidy(name: str, data: bytes) -> bytes:
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Translations are written by Odoo's export, blanks and all.
    if not name.endswith((".po", ".pot")):
        data = BLANKS.sub(b"", data)
    return data.rstrip(b"\n") + b"\n" if data.strip() else b""


def findings(files: tuple[str, ...], root: Path, fix: bool) -> Iterator[str]:
    for lowered, count in Counter(name.lower() for name in files).items():
        if count > 1:
            yield f"{lowered}: {count} names that differ by case only"
    for name in files:
        path = root / name
        if path.is_symlink() and not path.exists():
            yield f"{name}: a link that leads nowhere"
        if path.is_symlink() or not path.is_file():
            continue
        texts = list(of_name(name))
        data = path.read_bytes()
        if b"\0" not in data[:8000] and not LEFT_ALONE.search(name):
            if fix and tidy(name, data) != data:
                data = tidy(name, data)
                path.write_bytes(data)
            texts += [*of_mode(os.stat(path).st_mode, data), *of_data(name, data)]
        yield from (f"{name}: {text}" for text in texts)


if __name__ == "__main__":
    found = list(findings(repository_files(), CHECKOUT, "--fix" in sys.argv[1:]))
    print("\n".join(found))
    raise SystemExit(1 if found else 0)
