"""Derive APT sources for other suites from the machine's own Debian source.

No host name stands in this repository: the machine knows its mirror. Both forms of
the sources are read, the paragraphs of `*.sources` (deb822) and the lines of `*.list`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ETC_APT = Path("/etc/apt")
ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<rest>\S.*)$")


@dataclass(frozen=True)
class Source:
    """One Debian archive, without its suite."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    def paragraph(self, suite: str) -> str:
        """This archive at another suite, in deb822 form."""
        lines = [
            "Types: deb",
            f"URIs: {' '.join(self.uris)}",
            f"Suites: {suite}",
            "Components: main",
        ]
        if self.signed_by:
            lines.append(f"Signed-By: {self.signed_by}")
        return "\n".join(lines) + "\n"


def _paragraph_fields(paragraph: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            # A key may stand in the file itself, over several indented lines.
            fields[name] = f"{fields.get(name, '')}\n{line}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def parse_deb822(text: str) -> list[Source]:
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = _paragraph_fields(paragraph)
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        if "deb" in fields.get("types", "").split():
            found.append(
                Source(
                    tuple(fields.get("uris", "").split()),
                    tuple(fields.get("suites", "").split()),
                    tuple(fields.get("components", "").split()),
                    fields.get("signed-by", ""),
                )
            )
    return found


def parse_one_line(text: str) -> list[Source]:
    found = []
    for line in text.splitlines():
        match = ONE_LINE.match(line.partition("#")[0].strip())
        if not match:
            continue
        words = match["rest"].split()
        if len(words) < 2:
            continue
        options = dict(
            option.partition("=")[::2] for option in (match["options"] or "").split()
        )
        found.append(
            Source(
                (words[0],),
                (words[1],),
                tuple(words[2:]),
                options.get("signed-by", "").replace(",", " "),
            )
        )
    return found


def _score(source: Source, codename: str) -> int:
    """How surely this is Debian's main archive; 0 for certainly not."""
    # Archives of other vendors may use Debian's suite names too, but not its key.
    text = " ".join((*source.uris, *source.suites))
    if "security" in text or "main" not in source.components:
        return 0
    if not {codename, "stable"} & set(source.suites):
        return 0
    score = 1
    if "debian-archive-keyring" in source.signed_by:
        score += 2
    if any(uri.rstrip("/").endswith("/debian") for uri in source.uris):
        score += 1
    return score


def debian_source(sources: Iterable[Source], codename: str) -> Source | None:
    """The machine's own Debian archive (the first of the likeliest ones)."""
    if not codename:
        return None
    best = max(sources, key=lambda source: _score(source, codename), default=None)
    return best if best and _score(best, codename) else None


def read_machine(etc_apt: Path = ETC_APT) -> list[Source]:
    """All sources that APT of this machine uses."""
    found: list[Source] = []
    parts = etc_apt / "sources.list.d"
    for path in [etc_apt / "sources.list", *sorted(parts.glob("*"))]:
        if path.is_file() and path.suffix == ".list":
            found += parse_one_line(path.read_text(errors="replace"))
        elif path.is_file() and path.suffix == ".sources":
            found += parse_deb822(path.read_text(errors="replace"))
    return found


def machine_codename(os_release: Path = Path("/etc/os-release")) -> str:
    """The suite of this Debian; empty for another system, whose archive lacks Odoo."""
    lines = (line.partition("=") for line in os_release.read_text().splitlines())
    values = {name: value.strip().strip("\"'") for name, _, value in lines}
    if values.get("ID") != "debian":
        return ""
    return values.get("VERSION_CODENAME", "sid")
