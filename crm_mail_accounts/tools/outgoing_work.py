"""What a turn has to do for outgoing mails in the mailbox, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..mailkit.errors import MailError
from ..mailkit.imap.append import Before


@dataclass(frozen=True)
class Copy:
    """A mail whose copy belongs into Sent."""

    id: int
    message_id: str
    sent_at: datetime
    looks: int
    before: Before | None
    raw_name: str | None
    uncertain: bool
    storing: bool
    provider_files: bool


@dataclass(frozen=True)
class Version:
    """A version of a draft; ``content`` is empty where it was on its way already."""

    id: int
    version: int
    token: str
    before: Before | None
    content: bytes = field(default=b"", repr=False)


@dataclass
class Work:
    sent: str | None = None
    drafts: str | None = None
    copies: list[Copy] = field(default_factory=list)
    draft_ids: list[int] = field(default_factory=list)
    remove: list[tuple] = field(default_factory=list)
    """(outgoing id, folder's name, UIDVALIDITY, UID, X-CRM-Op, Message-ID)"""
    missing: tuple[str, ...] = ()
    """Roles whose folder has to be made first; then there is nothing else."""


def find(session, raw, before: Before, identities):
    """UIDVALIDITY and UIDs, as ``find_stored``; nothing in a folder that is gone."""
    try:
        return session.find_stored(raw, before, identities)
    except MailError as error:
        if error.code != "folder_missing":
            raise
        return before.uidvalidity, {}
