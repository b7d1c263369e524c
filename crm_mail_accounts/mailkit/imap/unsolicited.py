"""What a server tells of a folder without being asked.

A response to any command may bring EXISTS, EXPUNGE, VANISHED, and FETCH of another
mail (RFC 9051 section 7).  They are told once: a client that drops them is out of step
for ever.  So every response passes here; what the running command did not ask for is
kept until the folder's owner takes it, by folder, also when another folder has been
opened meanwhile.

Not kept: a FETCH without UID (a sequence number is no name for a mail) and an EXPUNGE
by sequence number; they leave the word that something changed or went.
"""

from __future__ import annotations

from collections import Counter

from ..errors import LimitExceeded, ProtocolError
from ..limits import MAX_NOTICED
from ..values import FetchedMessage, FlagChange, Noticed, Vanished
from . import sets
from .fetch import read_fetch
from .wire import Untagged


def read_vanished(response: Untagged) -> tuple[bool, list[Vanished]]:
    """``* VANISHED [(EARLIER)] set``: whether it is about earlier, and the ranges.

    :raises ProtocolError: it cannot be read
    """
    words = response.text.split()
    earlier = bool(words) and words[0].strip(b"()").upper() == b"EARLIER"
    if earlier:
        del words[0]
    if len(words) != 1:
        raise ProtocolError("a VANISHED response that cannot be read")
    return earlier, [
        Vanished(max(first, 1), min(last, sets.MAX_UID))
        for first, last in sets.parse(words[0])
        if last >= 1 and first <= sets.MAX_UID
    ]


_NEWEST = 2**63
"""Above every MODSEQ: what is told without one is told now."""


class _Notes:
    """Of one folder."""

    def __init__(self, uidvalidity: int | None = None):
        self.uidvalidity = uidvalidity
        self.flags: dict[int, FlagChange] = {}
        self.vanished: list[tuple[int, int]] = []
        self.exists: int | None = None
        self.gone = self.changed = False

    def take_flags(self, change: FlagChange) -> None:
        before = self.flags.get(change.uid)
        if before is None and len(self.flags) >= MAX_NOTICED:
            self.changed = True
        elif before is None or (before.modseq or 0) <= (change.modseq or _NEWEST):
            self.flags[change.uid] = change

    def take_vanished(self, found: list[Vanished]) -> None:
        self.vanished += [(item.first, item.last) for item in found]
        if len(self.vanished) > MAX_NOTICED:
            self.vanished = sets.merged(self.vanished)
        if len(self.vanished) > MAX_NOTICED:
            del self.vanished[MAX_NOTICED:]
            self.gone = True

    def add(self, later: _Notes) -> None:
        for change in later.flags.values():
            self.take_flags(change)
        self.take_vanished([Vanished(*pair) for pair in later.vanished])
        self.exists = self.exists if later.exists is None else later.exists
        self.gone |= later.gone
        self.changed |= later.changed

    def noticed(self, folder: str) -> Noticed:
        vanished = sets.merged(self.vanished)
        left = sets.outside(sorted(self.flags), vanished)
        return Noticed(
            folder,
            self.uidvalidity,
            tuple(Vanished(*pair) for pair in vanished),
            tuple(self.flags[uid] for uid in left),
            self.exists,
            self.gone,
            self.changed,
        )


class Unsolicited:
    """The collector of one session; ``dropped`` counts what could not be used.

    The session offers each response (:meth:`offer`), and says which one the running
    command had asked for (:meth:`claim`).  The others are kept when the next response
    comes, or when somebody takes what there is.
    """

    def __init__(self, dropped: Counter):
        self._dropped = dropped
        self._folders: dict[str, _Notes] = {}
        self._current: str | None = None
        self._opening: _Notes | None = None
        self._offered: Untagged | None = None
        self._counted = False

    # -- for the owner of a folder --------------------------------------------

    def take(self, folder: str | None = None) -> Noticed:
        """What was told of a folder (its raw name; the open one) since it was last
        taken; empty when nothing was."""
        self._settle()
        folder = self._current if folder is None else folder
        if folder is None:
            return Noticed("", None)
        notes = self._folders.get(folder)
        if notes is None:
            return Noticed(folder, None)
        if folder == self._current:
            self._folders[folder] = _Notes(notes.uidvalidity)
        else:
            del self._folders[folder]
        return notes.noticed(folder)

    @property
    def folders(self) -> tuple[str, ...]:
        """The raw names of the folders of which there is something to take."""
        self._settle()
        return tuple(
            folder for folder, notes in self._folders.items() if notes.noticed(folder)
        )

    # -- for the session ------------------------------------------------------

    def offer(self, response: Untagged) -> None:
        """Every untagged response, before the running command sees it."""
        if self._offered is not None:
            self._settle()
        name = response.name
        if name == "FETCH" or name == "VANISHED":
            self._offered = response
            self._counted = False
        elif name == "EXPUNGE":
            self._notes().gone = True
        elif name == "EXISTS":
            self._notes().exists = response.number
        elif name == "OK" and self._opening is not None:
            status = response.status
            if status is not None and status.code == "CLOSED":
                self._left()

    def claim(self) -> None:
        """The response that was offered last is what the command had asked for."""
        self._offered = None

    def counted(self) -> None:
        """The same response could not be used, and that has been counted."""
        self._counted = True

    def note_flags(self, message: FetchedMessage) -> None:
        """Flags that came along with something else that was asked for."""
        if message.flags is not None:
            change = FlagChange(message.uid, message.flags, message.modseq)
            self._notes().take_flags(change)

    def begin_opening(self) -> None:
        """SELECT or EXAMINE is sent: until CLOSED what comes belongs to the folder
        that is open, then to the one that is being opened (RFC 7162 3.2.11)."""
        self._settle()
        self._opening = _Notes()

    def opened(self, folder: str, uidvalidity: int | None) -> None:
        self._settle()
        notes, before = self._opening or _Notes(), self._current
        self._opening = None
        if before is not None:
            # no CLOSED: nobody knows of which of the two folders this was said
            unclear = bool(notes.vanished or notes.flags or notes.gone)
            if unclear:
                self._folders[before].gone = self._folders[before].changed = True
                notes = _Notes()
                notes.gone = notes.changed = True
        kept = self._folders.get(folder)
        if kept is None or kept.uidvalidity != uidvalidity:
            kept = _Notes(uidvalidity)
        notes.exists = None  # the session's state tells it
        kept.exists = None
        kept.add(notes)
        self._current = folder
        self._folders[folder] = kept

    def closed(self) -> None:
        """No folder is open any more, or the opening failed."""
        self._settle()
        if self._opening is not None:
            self._left()
            self._opening = None
        self._current = None

    def _left(self) -> None:
        """The folder that was open is not any more."""
        self._settle()
        if self._current is not None and self._opening is not None:
            self._folders[self._current].add(self._opening)
        self._current = None
        self._opening = _Notes()

    def _notes(self) -> _Notes:
        if self._opening is not None:
            return self._opening
        if self._current is None:
            return _Notes()  # said of no folder
        return self._folders[self._current]

    def _settle(self) -> None:
        """Keep what was offered and not claimed."""
        response, self._offered = self._offered, None
        if response is None:
            return
        notes = self._notes()
        try:
            if response.name == "VANISHED":
                notes.take_vanished(read_vanished(response)[1])
                return
            message = read_fetch(response)
        except (ProtocolError, LimitExceeded):
            if response.name == "VANISHED":
                notes.gone = True
            if not self._counted:
                self._dropped["unreadable"] += 1
            return
        if message is not None:
            self.note_flags(message)
            return
        notes.changed = True
        if not self._counted:
            self._dropped["no uid"] += 1
