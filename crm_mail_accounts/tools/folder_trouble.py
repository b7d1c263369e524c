"""Folders that cannot be followed: set aside, explained, and tried again later."""

from __future__ import annotations

from datetime import timedelta

from ..mailkit.errors import MailError
from .folder_look import FolderTask

REFUSED_PAUSE = timedelta(minutes=1)
LONGEST_REFUSED_PAUSE = timedelta(hours=6)
"""A folder that the server does not let us read is tried again after these."""


def set_aside(worker, env, folder, pause: timedelta):
    """A folder that is left alone for a while; the owner is told."""
    env = env(context={"lang": folder.user_id.lang})
    text = env._(
        "The server gives the mails in “%(folder)s” new numbers all the time. The "
        "folder is left as it is and tried again tomorrow.",
        folder=folder.path,
    )
    folder._set_aside(pause, text)
    worker.log(env, "error", text)
    folder.user_id._bus_send(
        "simple_notification",
        {"type": "warning", "title": folder.account_id.name, "message": text},
    )
    worker.tell(env, folder)


def refuse(worker, env, task: FolderTask, error: MailError):
    """Go on without this folder, and come back to it ever more rarely."""
    folder = env["crm.mail.folder"].browse(task.folder_id)
    env = env(context={"lang": folder.user_id.lang})
    folder.refusals += 1
    if error.code in ("folder_missing", "server_refused"):
        # perhaps it is gone, or has another name by now
        folder.account_id.lease_ids.listed_at = False
    text = env._(
        "Folder “%(folder)s” cannot be read: %(reason)s",
        folder=folder.path,
        reason=error.detail[:200],
    )
    if folder.problem != text:
        worker.log(env, "warning", text)
    pause = REFUSED_PAUSE * 2 ** min(folder.refusals - 1, 10)
    folder._set_aside(min(pause, LONGEST_REFUSED_PAUSE), text)
    worker.tell(env, folder)


def remember_break(worker, env, task: FolderTask, broke):
    folder = env["crm.mail.folder"].browse(task.folder_id)
    env = env(context={"lang": folder.user_id.lang})
    folder._broke(broke)
    worker.log(
        env,
        "warning",
        env._(
            "The server hung up while the mails %(first)s to %(last)s of "
            "“%(folder)s” were fetched.",
            first=broke.first,
            last=broke.last,
            folder=folder.path,
        ),
    )
