"""Folders that are made when a mail is to go there and the mailbox has none."""

from __future__ import annotations

from ..mailkit.imap.namespace import child_raw

NAMES = {
    "archive": "Archive",
    "drafts": "Drafts",
    "junk": "Junk",
    "sent": "Sent",
    "trash": "Trash",
}
"""By role; names that every other program knows, too."""


def raw_name(session, parent_raw: str | None, name: str) -> str:
    """The server's name for a folder of that name, below a parent or at the top.

    :raises InvalidArgument: no folder can be called so
    """
    space = session.namespace()
    return child_raw(
        parent_raw,
        name,
        delimiter=space.delimiter,
        prefix=space.prefix,
        utf8="UTF8=ACCEPT" in session.enabled,
    )


def has_none(account, role: str) -> bool:
    """Whether the mailbox has nothing that could be the folder of a role.

    A folder of the usual name without the role lost it by somebody's wish.
    """
    return account.kind == "imap" and not account.folder_ids.filtered(
        lambda folder: folder.role == role or folder.path == NAMES[role]
    )
