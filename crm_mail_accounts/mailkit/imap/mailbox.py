"""The session that the sync works with: it reads changes, and makes them."""

from __future__ import annotations

from .changes import ChangesSession
from .parts import PartsSession
from .text_search import TextSearchSession
from .writing import WritingSession


class MailboxSession(ChangesSession, PartsSession, TextSearchSession, WritingSession):
    """Everything that one connection to a mailbox can do."""
