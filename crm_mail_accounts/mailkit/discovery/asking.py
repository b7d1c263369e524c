"""Asks the doors, within one deadline; what fails is noted, and nothing more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..errors import MailError
from ..limits import DNS_TIMEOUT, FETCH_TIMEOUT, MAX_RECORDS
from ..lookup import Dns, Fetch, HttpAnswer, MxRecord, SrvRecord
from ..trace import printable
from .proposal import Note, Source


class Asking:
    """``notes`` collects what failed."""

    def __init__(
        self,
        dns: Dns | None,
        fetch: Fetch | None,
        *,
        timeout: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._dns = dns
        self._fetch = fetch
        self._clock = clock
        self._end = clock() + timeout
        self._late = False
        self.notes: list[Note] = []

    def note(self, source: Source, code: str, detail: str = "") -> None:
        self.notes.append(Note(source, code, printable(detail, 200)))

    def mx(self, name: str) -> Sequence[MxRecord]:
        return self._records(Source.MX, "MX", name)

    def srv(self, name: str) -> Sequence[SrvRecord]:
        return self._records(Source.SRV, "SRV", name)

    def _records(self, source: Source, kind: str, name: str) -> Sequence:
        if self._dns is None or not self._in_time(source):
            return ()
        try:
            found = self._dns(name, kind, min(DNS_TIMEOUT, self._left()))
        except MailError as err:
            self.note(source, err.code, f"{name}: {err.detail}")
            if err.code == "timeout":
                # the same resolvers would let the next question wait as long
                self._dns = None
            return ()
        return found[:MAX_RECORDS]

    def page(self, source: Source, url: str) -> HttpAnswer | None:
        """One GET; ``None`` when there is nothing to look at."""
        if self._fetch is None or not self._in_time(source):
            return None
        try:
            return self._fetch(url, min(FETCH_TIMEOUT, self._left()))
        except MailError as err:
            # without the query, which holds the address
            self.note(source, err.code, f"{url.partition('?')[0]}: {err.detail}")
            return None

    def _left(self) -> float:
        return self._end - self._clock()

    def _in_time(self, source: Source) -> bool:
        if self._left() > 0:
            return True
        if not self._late:
            self._late = True
            self.note(source, "timeout", "no time left for this and what follows")
        return False
