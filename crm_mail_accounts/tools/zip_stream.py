"""Files packed into a ZIP while it is sent: nothing is held but the current piece."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator


class _Sink:
    """What ``zipfile`` writes to: only ever added to, emptied by the reader."""

    def __init__(self):
        self._pieces: list[bytes] = []

    # pylint: disable-next=method-required-super
    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self):
        pass

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, those that occur again numbered before their ending."""
    taken: set[str] = set()
    result = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (name, "")
        candidate, number = name, 1
        # Windows and macOS do not tell capitals.
        while candidate.lower() in taken:
            number += 1
            candidate = f"{stem} ({number}){ending}"
        taken.add(candidate.lower())
        result.append(candidate)
    return result


def stream_zip(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """A ZIP of ``(name, pieces)``, piece by piece; names are unique already."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in files:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                for piece in pieces:
                    member.write(piece)
                    if packed := sink.take():
                        yield packed
    yield sink.take()
