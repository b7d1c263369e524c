"""Waiting for changes in the open folder: IDLE (RFC 2177).

What the server says meanwhile is a reason to look, never data: servers tell some
changes, some of the time.  A connection that is silent may be dead, so every IDLE ends
after ``IDLE_REISSUE`` seconds with DONE, which must be answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import CapabilityMissing
from ..limits import IDLE_DONE_TIMEOUT, IDLE_REISSUE, IDLE_TICK
from .session import ImapSession


class IdlingSession(ImapSession):
    """A session that can also wait."""

    def idle(
        self,
        stop_after_seconds: float,
        on_change: Callable[[], bool | None],
        *,
        stop: Callable[[], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
        done_timeout: float = IDLE_DONE_TIMEOUT,
    ) -> bool:
        """Wait in the open folder; returns whether anything came.

        ``on_change()`` is called once for what came together; when it returns true
        the waiting ends.  It must not use this session.  ``stop()`` is asked every
        few seconds.  Afterwards the session is ready for its next command.

        :raises CapabilityMissing: without IDLE
        :raises NetworkError: the connection broke, or DONE got no answer in time
        """
        if not self.offers("IDLE"):
            raise CapabilityMissing("IDLE")
        self._need_folder()
        end = clock() + stop_after_seconds
        changed = False
        try:
            while True:
                came, over = self._idle_once(end, on_change, stop, clock, done_timeout)
                changed = changed or came
                if over:
                    return changed
        except BaseException:
            # still in IDLE, where the server takes no command
            if self._wire.busy:
                self.close()
            raise

    def _idle_once(self, end, on_change, stop, clock, done_timeout):
        """One IDLE until DONE: whether anything came, and whether that is all."""
        again = min(end, clock() + IDLE_REISSUE)
        changed = over = False
        # what is told before the waiting begins is news, too
        news = self._wire.begin_idle()
        while True:
            if news:
                changed = True
                if on_change():
                    over = True
            left = again - clock()
            if over or left <= 0 or (stop is not None and stop()):
                over = over or left > 0 or clock() >= end
                break
            news = self._wire.read_idle(min(left, IDLE_TICK))
        if self._wire.end_idle(done_timeout):
            changed = True
            on_change()
        return changed, over
