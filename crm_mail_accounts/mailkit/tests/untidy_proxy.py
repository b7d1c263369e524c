"""The live server with the bad habits of others, one at a time.

    with UntidyProxy(live.host, live.ports["imap"], habit="lower_case") as proxy:

A habit is a method that changes a whole response (``habit``), a whole command
(``habit_command``), or both.
"""

from __future__ import annotations

import re

from .imap_proxy import ImapProxy

HABITS = (
    "no_uidnext",
    "no_uidvalidity",
    "uidvalidity_zero",
    "few_keywords",
    "lower_case",
    "extra_spaces",
    "no_delimiter",
    "lists_twice",
    "unsolicited",
    "shrinking",
    "huge_uids",
    "literal_plus",
    "odd_names",
    "flags_last",
    "nul",
    "no_flags",
    "no_date",
    "date_without_month",
    "year_1",
    "year_9999",
    "size_zero",
)
SHIFT = 4_294_000_000
"""Added to every UID by ``huge_uids``: the highest is just below 2**32."""
ODD = {
    b"Work": b'"W \\"quoted\\" \\\\back"',
    b"Zebra": "Zèbre".encode(),
}
"""Names as ``odd_names`` writes them in LIST, and expects them in commands."""

_LITERAL_END = re.compile(rb"\{(\d+)\}\r\n")
_SET = re.compile(rb"\d+(?::\d+)?(?:,\d+(?::\d+)?)*")


class UntidyProxy(ImapProxy):
    def __init__(self, host: str, port: int, *, habit: str, **options):
        super().__init__(host, port, **options)
        self.habit = habit

    def shown(self, response: bytes) -> bytes:
        response = super().shown(response)
        change = getattr(self, f"_{self.habit}", None)
        return change(response) if response and change else response

    def passed(self, whole: bytes) -> bytes:
        change = getattr(self, f"_{self.habit}_command", None)
        return change(whole) if change else whole

    # -- numbers ------------------------------------------------------------------

    def _no_uidnext(self, response):
        if re.match(rb"\* OK \[UIDNEXT ", response):
            return b""
        return _in_status(rb" ?UIDNEXT \d+", b"", response)

    def _no_uidvalidity(self, response):
        if re.match(rb"\* OK \[UIDVALIDITY ", response):
            return b""
        return _in_status(rb" ?UIDVALIDITY \d+", b"", response)

    def _uidvalidity_zero(self, response):
        response = re.sub(rb"(\* OK \[UIDVALIDITY )\d+", rb"\g<1>0", response)
        return _in_status(rb"UIDVALIDITY \d+", b"UIDVALIDITY 0", response)

    def _huge_uids(self, response):
        head, *rest = _LITERAL_END.split(response, 1)
        if b" FETCH (" in head[:30]:
            head = re.sub(rb"\bUID (\d+)", lambda m: b"UID " + _up(m[1]), head)
        elif re.match(rb"\* (?:ESEARCH|SEARCH|VANISHED)\b", head):
            head = re.sub(
                rb"((?:ALL|MAX|SEARCH|EARLIER\)|VANISHED) )([\d:, ]+)",
                lambda m: m[1] + re.sub(rb"\d+", lambda n: _up(n[0]), m[2]),
                head,
            )
        head = re.sub(rb"(UIDNEXT )(\d+)", lambda m: m[1] + _up(m[2]), head)
        head = re.sub(
            rb"((?:APPENDUID|COPYUID) \d+ )([\d:, ]+)",
            lambda m: m[1] + re.sub(rb"\d+", lambda n: _up(n[0]), m[2]),
            head,
        )
        if not rest:
            return head
        size, body = rest
        return head + b"{" + size + b"}\r\n" + body

    def _huge_uids_command(self, whole):
        line, end, rest = whole.partition(b"\r\n")
        match = re.match(rb"(\S+ UID (?:FETCH|STORE|COPY|MOVE|EXPUNGE) )", line)
        if match is None:
            match = re.match(rb"(\S+ UID SEARCH .*?UID )", line)
        if match is None:
            return whole
        tail = line[match.end() :]
        return match[1] + _SET.sub(_down, tail, count=1) + end + rest

    # -- forms --------------------------------------------------------------------

    def _few_keywords(self, response):
        return re.sub(rb"(PERMANENTFLAGS \([^)]*?) ?\\\*", rb"\1", response)

    def _lower_case(self, response):
        head, mark, body = response.partition(b"}\r\n")
        return (
            re.sub(
                rb"FETCH|FLAGS|\bUID\b|RFC822\.SIZE|INTERNALDATE|MODSEQ|BODY\[HEADER\.FIELDS"
                rb"|BODY\[|\bLIST\b|STATUS|EXISTS|ESEARCH|VANISHED|EARLIER|\bOK\b"
                rb"|\\[A-Z][a-z]+",
                lambda match: match[0].lower(),
                head,
            )
            + mark
            + body
        )

    def _extra_spaces(self, response):
        head, mark, body = response.partition(b"}\r\n")
        head = re.sub(rb"^(\* \d+) FETCH \(", rb"\1  FETCH ( ", head)
        return re.sub(rb"\b(UID \d+) (FLAGS)", rb"\1  \2", head) + mark + body

    def _literal_plus(self, response):
        head, mark, body = response.partition(b"}\r\n")
        if b" FETCH (" in head[:30] and mark:
            return head + b"+" + mark + body
        return response

    def _flags_last(self, response):
        """Flags behind the text, where they are as good."""
        match = re.match(
            rb"(\* \d+ FETCH \(UID \d+) (FLAGS \([^)]*\)) (.*)\)\r\n\Z",
            response,
            re.DOTALL,
        )
        if match is None:
            return response
        return match[1] + b" " + match[3] + b" " + match[2] + b")\r\n"

    # -- values -------------------------------------------------------------------

    def _nul(self, response):
        """In headers, texts, keywords, previews, ids and the name of a folder."""
        for plain in (b"Rosa Conti", b"Good morning", b"Nul here"):
            response = response.replace(plain, plain.replace(b" ", b"\0"))
        response = re.sub(rb"\b(EMAILID \(\w{4})\w", b"\\1\0", response)
        if re.match(rb"\* \d+ FETCH \(", response):
            response = response.replace(b"Nul-here", b"Nul\0here", 1)
        if response.startswith(b"* LIST "):
            response = re.sub(rb'"Yak"|Yak\b', b"{3}\r\nY\0k", response)
        return response

    def _no_flags(self, response):
        return _in_index(rb"FLAGS \([^)]*\) ", b"", response)

    def _no_date(self, response):
        return _in_index(rb'INTERNALDATE "[^"]*" ', b"", response)

    def _date_without_month(self, response):
        return self._dated(b"02-Foo-2026 09:30:00 +0000", response)

    def _year_1(self, response):
        return self._dated(b"01-Jan-0001 00:00:00 +1400", response)

    def _year_9999(self, response):
        return self._dated(b"31-Dec-9999 23:59:59 -1200", response)

    def _dated(self, date, response):
        return _in_index(rb'(INTERNALDATE ")[^"]*', rb"\g<1>" + date, response)

    def _size_zero(self, response):
        return _in_index(rb"RFC822\.SIZE \d+", b"RFC822.SIZE 0", response)

    # -- folders ------------------------------------------------------------------

    def _no_delimiter(self, response):
        return re.sub(rb'^(\* LIST \([^)]*\)) "/" ', rb"\1 NIL ", response)

    def _lists_twice(self, response):
        return response * 2 if response.startswith(b"* LIST ") else response

    def _odd_names(self, response):
        if re.match(rb"\* (?:LIST|LSUB|STATUS) ", response):
            for plain, odd in ODD.items():
                response = re.sub(
                    rb'(?<= )"?%s"?(?=[ \r])' % plain, lambda _m, odd=odd: odd, response
                )
        return response

    def _odd_names_command(self, whole):
        for plain, odd in ODD.items():
            quoted = odd if odd.startswith(b'"') else b'"' + odd + b'"'
            whole = whole.replace(quoted, plain)
            # a name that is not ASCII comes as a literal
            literal = rb"\{%d\+?\}\r\n%s" % (len(odd), re.escape(odd))
            whole = re.sub(literal, plain, whole)
        return whole

    # -- talk ---------------------------------------------------------------------

    def _unsolicited(self, response):
        if re.match(rb"\* \d+ FETCH \(", response):
            return b"* 1 FETCH (FLAGS (\\Deleted \\Seen))\r\n* 0 RECENT\r\n" + response
        return response

    def _shrinking(self, response):
        if re.match(rb"\* \d+ FETCH \(", response):
            return b"* 1 EXISTS\r\n" + response
        return response


def _up(number: bytes) -> bytes:
    return b"%d" % (int(number) + SHIFT)


def _down(match) -> bytes:
    """Where there is nothing below, a range of which there is nothing either."""
    numbers = [int(number) for number in re.findall(rb"\d+", match[0])]
    if max(numbers) <= SHIFT:
        return b"%d" % (SHIFT - 1)
    return re.sub(
        rb"\d+", lambda number: b"%d" % max(int(number[0]) - SHIFT, 1), match[0]
    )


def _in_index(pattern: bytes, other: bytes, response: bytes) -> bytes:
    """In what is told of a mail besides its bytes."""
    head, mark, body = response.partition(b"}\r\n")
    if not re.match(rb"\* \d+ FETCH \(.*(?:DATE|SIZE)", head):
        return response
    return re.sub(pattern, other, head) + mark + body


def _in_status(pattern: bytes, other: bytes, response: bytes) -> bytes:
    if not response.startswith(b"* STATUS "):
        return response
    return re.sub(pattern, other, response)
