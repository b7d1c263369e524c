"""A POP3 session: what is in a maildrop, and taking mails out of it (RFC 1939).

Deleting is in two steps: :meth:`Pop3Session.delete` marks a mail, and nothing is gone
until the server says yes to :meth:`Pop3Session.quit`.  Every other end undoes the
marks; so the end of a ``with`` block deletes nothing.  When ``quit`` fails, nobody
knows which mails are gone: the next session's listing tells.

Numbers are those of this session's listing and mean other mails in the next one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import CapabilityMissing, InvalidArgument, MailError, ServerRefused
from ..limits import (
    GOODBYE_TIMEOUT,
    MAX_LISTING,
    MAX_LITERAL,
    MAX_STREAMED,
    RETRIEVE_TIMEOUT,
)
from ..values import Endpoint
from .connection import Pop3Connection
from .listing import Maildrop, read_sizes, read_stat, read_uidls
from .multiline import DotContent
from .replies import Reply, mail_refusal, passes


class Pop3Session(Pop3Connection):
    """One connection.  Use :meth:`open`, or the steps one by one for a test."""

    def __init__(self, sock, endpoint: Endpoint, **options):
        super().__init__(sock, endpoint, **options)
        self.deleted: set[int] = set()
        """Numbers that are marked; gone only when :meth:`quit` has returned."""

    # -- what is there --------------------------------------------------------

    def stat(self) -> Maildrop:
        """Number and size of the mails, without those that are marked."""
        return read_stat(self._expect(b"STAT").text)

    def sizes(self) -> dict[int, int]:
        """LIST: number to octets.

        Bounded by ``MAX_LISTING`` bytes and ``MAX_LISTED`` mails.
        """
        reply = self._command(b"LIST")
        if reply.ok:
            return read_sizes(self._whole(MAX_LISTING))
        if not passes(reply) and self._is_empty():
            return {}  # some servers refuse to list nothing
        raise self._refused(reply)

    def uidls(self) -> dict[int, str] | None:
        """UIDL: number to the server's id of the mail; ``None`` without UIDL.

        The same id may stand at several mails, and a mail may have none.  A refusal of
        the moment is an error and never ``None``: whoever took it for a server without
        UIDL would fetch everything again.

        :raises ServerRefused: the server has UIDL and does not answer now
        """
        reply = self._command(b"UIDL")
        if reply.ok:
            return read_uidls(self._whole(MAX_LISTING))
        error = self._refused(reply)
        if passes(reply) or reply.code.startswith("SYS"):
            raise error
        if "UIDL" not in self.capabilities:
            return None
        if self._is_empty():
            return {}
        error.retry = True
        raise error

    def _is_empty(self) -> bool:
        return self.stat().count == 0

    # -- mails ----------------------------------------------------------------

    def retrieve(self, number: int, *, limit: int = MAX_LITERAL) -> bytes:
        """The whole mail as the server has it, its line ends included.

        :raises ServerRefused: ``message_gone`` where no mail has this number
        :raises LimitExceeded: more than ``limit`` bytes; the connection is closed,
            because POP3 has no way to stop a mail
        """
        return b"".join(self.retrieve_blocks(number, limit=limit))

    def retrieve_blocks(
        self, number: int, *, limit: int = MAX_STREAMED
    ) -> Iterator[bytes]:
        """The same in blocks as they arrive.  Nothing is sent before the first one is
        asked for, and the connection is closed when not all of them are taken.

        A mail is complete only when this has come to its end without an error.
        """
        seconds = max(self._command_timeout, RETRIEVE_TIMEOUT)
        self._on_mail(b"RETR", number, seconds=seconds)
        yield from self._content(limit)

    def top(self, number: int, lines: int = 0, *, limit: int = MAX_LITERAL) -> bytes:
        """The header and the first ``lines`` lines of the body.

        :raises CapabilityMissing: the server has no TOP
        """
        try:
            self._on_mail(b"TOP", number, b" %d" % _whole_number(lines, 0))
        except ServerRefused as err:
            known = "TOP" in self.capabilities or err.response_code
            if known or err.retry or err.code == "message_gone":
                raise
            raise CapabilityMissing("TOP") from err
        return self._whole(limit)

    def delete(self, number: int) -> None:
        """Mark a mail; see :meth:`quit`."""
        self._on_mail(b"DELE", number)
        self.deleted.add(number)

    def reset(self) -> None:
        """Take all marks back."""
        self._expect(b"RSET")
        self.deleted.clear()

    def noop(self) -> None:
        self._expect(b"NOOP")

    # -- ending ---------------------------------------------------------------

    def quit(self) -> None:
        """Delete what is marked, and end.

        Silence may be as long as a whole command: servers rewrite their files here.

        :raises MailError: the server did not say yes, so that what is gone is unknown;
            ``step`` is ``quit``
        """
        self._stream.read_timeout = self._command_timeout
        try:
            self._expect(b"QUIT")
        except MailError as err:
            err.step = "quit"
            err.connection_usable = False
            raise
        finally:
            self.close()

    def _say_goodbye(self) -> None:
        """QUIT that deletes nothing; with marks that cannot be taken back, none."""
        self._command_timeout = min(GOODBYE_TIMEOUT, self._command_timeout)
        if self.deleted:
            self.reset()
        self._command(b"QUIT")

    # -- commands and answers -------------------------------------------------

    def _expect(self, line: bytes) -> Reply:
        reply = self._command(line)
        if not reply.ok:
            raise self._refused(reply)
        return reply

    def _on_mail(
        self,
        name: bytes,
        number: int,
        rest: bytes = b"",
        *,
        seconds: float | None = None,
    ) -> None:
        line = b"%s %d%s" % (name, _whole_number(number, 1), rest)
        reply = self._command(line, seconds=seconds)
        if not reply.ok:
            raise mail_refusal(reply, self._words(reply))

    def _whole(self, limit: int) -> bytes:
        return b"".join(self._content(limit))

    def _content(self, limit: int) -> Iterator[bytes]:
        """The lines behind a reply; whatever ends this early ends the connection."""
        dots = DotContent(limit=limit, crlf=self._stream.crlf)
        self._reading = True
        try:
            yield from self._stream.read_content(dots.feed)
        except BaseException:
            self.close()
            raise
        finally:
            self._reading = False


def _whole_number(value: int, least: int) -> int:
    if type(value) is not int or value < least:
        raise InvalidArgument("not the number of a mail or of lines")
    return value
