"""Reading a mail by parts: its structure, one part of it, or all of it in pieces.

For mails that are too large for one literal, and for looking into a mail without
fetching what nobody asked for.  Only ``BODY.PEEK``: no flag changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import InvalidArgument, LimitExceeded, ProtocolError, ServerRefused
from ..limits import BODY_CHUNK, MAX_LITERAL, MAX_STREAMED
from ..values import BodyPart, FetchedMessage
from . import quote, sets
from .bodystructure import read_structure
from .fetch import FetchReader
from .session import ImapSession

_PART = re.compile(
    r"(?:[1-9]\d{0,3}(?:\.[1-9]\d{0,3}){0,99}(?:\.(?:MIME|HEADER|TEXT))?"
    r"|HEADER|TEXT)?\Z"
)


class PartsSession(ImapSession):
    """A session that reads parts of a mail."""

    def fetch_structure(self, uid: int) -> BodyPart | None:
        """The tree of a mail's parts; ``None`` when the server does not give one that
        can be read: fetch the mail as a whole then.

        :raises ServerRefused: ``message_gone``
        """
        self._need_folder()
        window = sets.window(uid, uid)
        reader = FetchReader(uid, uid, dropped=self.dropped)
        answered, unreadable = False, self.dropped["unreadable"]
        found: BodyPart | None = None
        try:
            for response in self._wire.responses(
                "UID FETCH", window, b"(UID BODYSTRUCTURE)"
            ):
                message = self._read(reader, response)
                if message is not None:
                    self.unsolicited.note_flags(message)
                    answered = answered or "BODYSTRUCTURE" in message.extra
                    found = read_structure(response) or found
        except (ServerRefused, ProtocolError) as err:
            if self.closed or err.retry:
                raise
            return None  # some refuse the structure of a mail that they cannot read
        if not answered and self.dropped["unreadable"] == unreadable:
            raise _gone()
        return found

    def fetch_part(self, uid: int, section: str, offset: int, octets: int) -> bytes:
        """``octets`` bytes of a part from ``offset`` on, fewer at its end, ``b""``
        behind it; as encoded.  ``section`` is a :class:`values.BodyPart` number,
        ``"1.2.MIME"``, ``"HEADER"``, or ``""`` for the whole mail.

        :raises ServerRefused: ``message_gone``
        """
        message = self._partial(uid, section, offset, octets)
        piece = message.sections[section] or b""
        _check_piece(message, piece, offset, octets)
        return piece

    def stream_body(self, uid: int, chunk: int = BODY_CHUNK) -> Iterator[bytes]:
        """The whole mail in pieces of about ``chunk`` bytes, none of them empty.

        A piece that is shorter than asked is not the end, since servers cut answers
        as they like; the end is an empty piece, or the size that the server told once
        a piece is short.  Servers tell sizes that are wrong, so more than the size is
        read as long as something comes.

        :raises ServerRefused: ``message_gone``, also when it goes in the middle: what
            was read until then is no mail
        :raises LimitExceeded: more than ``MAX_STREAMED`` bytes
        """
        self._need_folder()
        size: int | None = None
        offset = 0
        while True:
            try:
                message = self._partial(
                    uid, "", offset, chunk, b"" if offset else b"RFC822.SIZE "
                )
            except ServerRefused as err:
                behind = size is not None and offset >= size
                if offset and behind and not err.retry:
                    return  # "no such bytes", in the words of some servers
                raise
            if not offset:
                size = message.size
            piece = message.sections[""] or b""
            # a server that knows no partial fetch sends all of it each time
            whole = not offset and len(piece) > chunk
            if not whole:
                _check_piece(message, piece, offset, chunk, size)
            if piece:
                yield piece
            offset += len(piece)
            if offset > MAX_STREAMED:
                error = LimitExceeded(f"a mail of more than {MAX_STREAMED} bytes")
                error.connection_usable = True
                raise error
            short = len(piece) < chunk
            if not piece or whole or (short and size is not None and offset >= size):
                return

    def _partial(
        self, uid: int, section: str, offset: int, octets: int, more: bytes = b""
    ) -> FetchedMessage:
        self._need_folder()
        if not isinstance(section, str) or not _PART.match(section):
            raise InvalidArgument("no number of a part")
        if not 1 <= octets <= MAX_LITERAL:
            raise InvalidArgument("an amount of bytes out of range")
        items = b"(UID %sBODY.PEEK[%s]<%s.%s>)" % (
            more,
            section.encode("ascii"),
            quote.number(offset),
            quote.number(octets),
        )
        reader = FetchReader(uid, uid, section=section, dropped=self.dropped)
        found: FetchedMessage | None = None
        for message in self._fetch(reader, sets.window(uid, uid), items):
            found = message
        if found is None:
            raise _gone()
        return found


def _check_piece(
    message: FetchedMessage,
    piece: bytes,
    offset: int,
    octets: int,
    size: int | None = None,
) -> None:
    """That a server which takes no notice of ``<offset.octets>`` spoils no mail: the
    answer tells where it begins, or at least fits into the mail's size."""
    fits = size is not None and offset + len(piece) <= size
    begins = message.extra.get("origin", offset if fits or not piece else 0)
    if begins != offset or len(piece) > octets:
        error = ProtocolError("another piece of a mail than was asked for")
        error.connection_usable = True
        raise error


def _gone() -> ServerRefused:
    return ServerRefused(
        "no such mail", response_code="NONEXISTENT", code="message_gone"
    )
