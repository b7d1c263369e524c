"""The safe removal of one mail.

A removal cannot be taken back, so it needs proof that the UID still is the mail that
the caller means: the folder's UIDVALIDITY, size, date and Message-ID, read again
right before.  Only UID EXPUNGE of that one UID (RFC 4315, UIDPLUS) removes: EXPUNGE
and CLOSE would take every mail that somebody else has marked as deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..errors import (
    CapabilityMissing,
    InvalidArgument,
    ServerRefused,
    UidValidityChanged,
)
from ..values import FetchedMessage
from . import quote, sets
from .fetch import INDEX_SECTION
from .session import ImapSession

_MESSAGE_ID = re.compile(rb"^Message-ID:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.M)


@dataclass(frozen=True)
class MailIdentity:
    """What a server says of a mail; two that are equal are the same mail."""

    uidvalidity: int
    uid: int
    size: int | None
    internaldate: datetime | None
    message_ids: tuple[bytes, ...]


class RemovingSession(ImapSession):
    """A session that can also remove a mail."""

    def identities(self, first_uid: int, last_uid: int) -> list[MailIdentity]:
        """The mails of a UID window of the open folder."""
        self._need_folder()
        if self.state is None or self.state.uidvalidity is None:
            raise CapabilityMissing("UIDVALIDITY")
        return [
            _identity(self.state.uidvalidity, message)
            for message in self.fetch_index(first_uid, last_uid)
        ]

    def remove_mail(
        self, known: MailIdentity, *, before_each: Callable[[], None] | None = None
    ) -> None:
        """Remove exactly this mail from the folder that is open for writing.

        ``before_each`` is called before each command, to bound it.

        :raises UidValidityChanged: the folder's UIDs are other ones by now
        :raises ServerRefused: ``message_gone`` when the UID is no longer this mail
        """
        if not self.offers("UIDPLUS"):
            raise CapabilityMissing("UIDPLUS")
        if self.state is None or self.state.read_only:
            raise InvalidArgument("no folder is open for writing")
        if self.state.uidvalidity != known.uidvalidity:
            raise UidValidityChanged()
        bound = before_each or (lambda: None)
        bound()
        if self.identities(known.uid, known.uid) != [known]:
            raise ServerRefused(
                "not the mail that was meant",
                response_code="NONEXISTENT",
                code="message_gone",
            )
        uid = sets.compress([known.uid])
        flags = quote.flag_list(["\\Deleted"])
        bound()
        self._wire.command("UID STORE", uid, b"+FLAGS.SILENT", flags)
        bound()
        self._wire.command("UID EXPUNGE", uid)
        bound()
        if self.identities(known.uid, known.uid):
            raise ServerRefused("the mail is still there")


def _identity(uidvalidity: int, message: FetchedMessage) -> MailIdentity:
    header = message.sections[INDEX_SECTION] or b""
    return MailIdentity(
        uidvalidity,
        message.uid,
        message.size,
        message.internaldate,
        tuple(b"".join(found.split()) for found in _MESSAGE_ID.findall(header)),
    )
