"""Which folders a turn looks at, and in what order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.sync.delta import plan_delta
from ..mailkit.values import FolderState
from .folder_look import FolderTask

OTHER_FOLDERS_EVERY = timedelta(minutes=5)
"""The inbox is looked at in every turn, other folders this often."""


def count_unseen_folders(account, states: dict[str, FolderState] | None) -> None:
    """How many mails wait in folders that nobody has looked at: so that the progress
    of the first index is told of all mails from the beginning."""
    if not states:
        return
    for folder in account.folder_ids.filtered("monitored"):
        state = states.get(folder.raw)
        if state and not folder.checked_at and not folder.uidnext:
            if folder.server_total != state.exists:
                folder.server_total = state.exists


def folders_to_look_at(
    account, states: dict[str, FolderState] | None, waiting: Collection[int]
) -> list[FolderTask]:
    """The folders to look at now: the inbox, then what changed or is due.

    Where the server told the numbers of all folders in one answer (LIST-STATUS), a
    folder with nothing to do is not even opened. Where it does not, the inbox is
    looked at in every turn and the others now and then.

    :param waiting: ids of folders with something to do whatever the server says
    :raises MailError: ``inbox_missing``
    """
    stale = fields.Datetime.now() - OTHER_FOLDERS_EVERY
    since = account.fetch_since or None
    if not account.folder_ids.filtered(
        lambda folder: folder.role == "inbox" and folder.monitored
    ):
        raise MailError("no inbox among the folders", code="inbox_missing")
    chosen = []
    for folder in account.folder_ids.filtered("monitored"):
        if folder.aside_until and folder.aside_until > fields.Datetime.now():
            continue
        state = states.get(folder.raw) if states else None
        unfinished = folder.uidnext and (folder.low_uid or 0) > 1
        due = unfinished or folder.ahead_left or folder.problem or not folder.checked_at
        if folder.id in waiting or due:
            wanted = True
        elif state is not None:
            wanted = not plan_delta(state, folder._known(), folder.mode or "bare").idle
        else:
            wanted = folder.role == "inbox" or folder.checked_at < stale
        if wanted:
            chosen.append(folder)
    # What broke a connection before keeps none of the others waiting.
    chosen.sort(
        key=lambda folder: (
            bool(folder.broken),
            folder.sequence,
            folder.path,
            folder.id,
        )
    )
    return [FolderTask(folder.id, folder.raw, folder.role, since) for folder in chosen]
