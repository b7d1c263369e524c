"""What the parts of a pass over one folder share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ..mailkit.sync.delta import Delta, Span
from ..mailkit.sync.isolate import Break
from ..mailkit.values import FolderState


@dataclass(frozen=True)
class FolderTask:
    """A folder to look at, as plain values: no record lives over network waits."""

    folder_id: int
    raw: str
    role: str
    since: date | None = None


class FolderLook:
    """One folder, for a worker that commits and knows the time."""

    def __init__(self, worker, session, task: FolderTask):
        self.worker = worker
        self.session = session
        self.task = task
        self.delta: Delta | None = None
        self.state: FolderState | None = None
        self.uidvalidity = 0
        self.connection = f"{id(session)}-{worker.claim.fence}"
        self.gone = 0
        """Rows that lost their place by what was told unasked, in this pass."""
        self.missing: list[Span] = []
        """Confirmed removals, taken away together: the brake must see all of them."""
        self.removed = 0
        self.witnessed = False
        self.stored: list[int] = []
        """UIDs that count as new and have rows: a pass was cut off, or a move of ours;
        ascending."""
        self.known_break: Break | None = None
        self.broke: Break | None = None
        """What broke the connection in this pass, for the worker to remember."""

    def commit(self, work: Callable):
        return self.worker.commit(work)

    def folder(self, env):
        return env["crm.mail.folder"].browse(self.task.folder_id)
