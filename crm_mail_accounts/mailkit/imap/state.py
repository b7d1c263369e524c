"""A folder's numbers: what SELECT, EXAMINE, STATUS and GETQUOTAROOT tell.

A number that a server gets wrong (text, too large, 0 where 0 cannot be) counts as
not told; the caller has a way to go on without it.
"""

from __future__ import annotations

from ..errors import LimitExceeded, ProtocolError
from ..values import FolderState, Quota
from . import tokens
from .wire import Untagged


def _number(value, most: int = 0xFFFFFFFF) -> int | None:
    if not isinstance(value, bytes) or not value.isdigit() or len(value) > 19:
        return None
    return int(value) if int(value) <= most else None


def _modseq(value) -> int | None:
    return _number(value, 2**63 - 1)


class StateReader:
    """Gathers what SELECT or EXAMINE tells in its untagged responses.

    UIDVALIDITY 0 and UIDNEXT 0 do not exist (RFC 9051 section 9: nz-number) and
    count as not told; NOMODSEQ leaves HIGHESTMODSEQ at ``None``.
    """

    def __init__(self):
        self._exists = 0
        self._codes: dict[str, bytes] = {}

    def take(self, response: Untagged) -> None:
        if response.name == "EXISTS" and response.number is not None:
            self._exists = response.number
        elif response.name == "OK":
            status = response.status
            if status is None or not status.code:
                return
            if status.code == "CLOSED":
                # all before it was about the folder that was open (RFC 7162 3.2.11)
                self._exists, self._codes = 0, {}
            elif len(self._codes) < 50:
                self._codes[status.code] = status.arguments

    def state(self, *, read_only: bool) -> FolderState:
        codes = self._codes
        flags = codes.get("PERMANENTFLAGS", b"").strip(b"()").decode("latin-1")
        return FolderState(
            exists=self._exists,
            uidvalidity=_number(codes.get("UIDVALIDITY")) or None,
            uidnext=_number(codes.get("UIDNEXT")) or None,
            highestmodseq=_modseq(codes.get("HIGHESTMODSEQ")) or None,
            permanent_flags=frozenset(flags.split()),
            read_only=read_only,
        )


def read_status(response: Untagged) -> tuple[str, FolderState] | None:
    """Raw name and numbers of a STATUS response; ``None`` if it cannot be read."""
    try:
        parts = tokens.parse(response.segments, response.start)
    except (ProtocolError, LimitExceeded):
        return None
    if len(parts) < 2 or not isinstance(parts[-1], list):
        return None
    name, items = parts[0], parts[-1]
    if len(parts) > 2 and all(isinstance(part, bytes) for part in parts[:-1]):
        name = b" ".join(parts[:-1])  # a name with spaces that was not quoted
    if not isinstance(name, bytes):
        return None
    found = {
        key.upper(): value
        for key, value in zip(items[::2], items[1::2], strict=False)
        if isinstance(key, bytes)
    }
    return name.decode("latin-1"), FolderState(
        exists=_number(found.get(b"MESSAGES")) or 0,
        uidvalidity=_number(found.get(b"UIDVALIDITY")) or None,
        uidnext=_number(found.get(b"UIDNEXT")) or None,
        highestmodseq=_modseq(found.get(b"HIGHESTMODSEQ")) or None,
        unseen=_number(found.get(b"UNSEEN")),
    )


def read_quota(response: Untagged) -> list[Quota]:
    """``* QUOTA "root" (STORAGE used limit)`` in units of 1024 bytes (RFC 9208)."""
    try:
        root, resources = tokens.parse(response.segments, response.start)
    except (ProtocolError, LimitExceeded, ValueError):
        return []
    if not isinstance(root, bytes) or not isinstance(resources, list):
        return []
    found = []
    for name, used, limit in zip(
        resources[::3], resources[1::3], resources[2::3], strict=False
    ):
        amounts = _modseq(used), _modseq(limit)
        if name is None or name.upper() != b"STORAGE" or None in amounts:
            continue
        if amounts[1]:
            words = root.decode("utf-8", "replace")
            found.append(Quota(words, amounts[0] * 1024, amounts[1] * 1024))
    return found
