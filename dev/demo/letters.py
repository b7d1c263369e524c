"""A letter between people of the cast, and how it becomes a mail.

A letter knows its parent; programs quote the whole history below the answer, each
in its own style (``quoting``). ``write`` puts the parts together as the author's
program would: alternative texts, pictures related to them, files around both.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from . import pictures, quoting, transport
from .attachments import File
from .clock import header_date
from .compose import (
    Header,
    Part,
    address,
    addresses,
    binary,
    boundary,
    header,
    message,
    multipart,
    references,
    text,
)
from .people import Person

_PREFIX = re.compile(r"^(re|r|rif|fw|fwd|i)\s*:\s*", re.IGNORECASE)

# Characters to a line of flowed text.
_FLOW = 72


@dataclass(frozen=True)
class Letter:
    """What somebody wrote; ``plain`` leaves out the HTML form."""

    author: Person
    to: tuple[Person, ...]
    subject: str
    paragraphs: tuple[str, ...]
    date: datetime
    message_id: str
    language: str
    cc: tuple[Person, ...] = ()
    parent: "Letter | None" = None
    forwards: bool = False
    files: tuple[File, ...] = ()
    inline: tuple[tuple[str, bytes], ...] = ()
    calendar: str = ""
    plain: bool = False
    headers: tuple[Header, ...] = ()

    @property
    def ancestors(self) -> tuple[str, ...]:
        """Message-IDs from the first message of the thread to the parent."""
        if self.parent is None or self.forwards:
            return ()
        return (*self.parent.ancestors, self.parent.message_id)

    def content_id(self, index: int) -> str:
        """The name under which the HTML shows the picture of this index."""
        return f"picture{index}.{self.message_id.partition('@')[0][-12:]}@mail.test"


def new_id(rng: Random, author: Person) -> str:
    """A Message-ID in the manner of the author's program, without brackets."""
    digits = f"{rng.getrandbits(128):032x}"
    if author.client == "gmail":
        return f"CA{digits[:24]}=w{digits[24:]}@mail.{author.domain}"
    if author.client == "outlook":
        return f"{digits[:20].upper()}.{digits[20:].upper()}@mbx.{author.domain}"
    if author.client == "apple":
        upper = digits.upper()
        return (
            f"{upper[:8]}-{upper[8:12]}-{upper[12:16]}-{upper[16:20]}-"
            f"{upper[20:]}@{author.domain}"
        )
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:20]}@{author.domain}"


def reply_subject(author: Person, language: str, subject: str, forward: bool) -> str:
    """The subject with the prefix the author's program puts, and only that one."""
    bare = _PREFIX.sub("", subject)
    if author.client == "outlook":
        answer, onward = ("R", "I") if language == "it" else ("RE", "FW")
    else:
        answer, onward = "Re", "Fwd"
    return f"{onward if forward else answer}: {bare}"


def reply(
    rng: Random,
    parent: Letter,
    author: Person,
    paragraphs: tuple[str, ...],
    date: datetime,
    to: tuple[Person, ...] | None = None,
    **more: object,
) -> Letter:
    """An answer to a letter; without ``to`` it goes back to its author."""
    letter = Letter(
        author,
        to or (parent.author,),
        reply_subject(author, parent.language, parent.subject, False),
        paragraphs,
        date,
        new_id(rng, author),
        parent.language,
        parent=parent,
        plain=parent.plain and author.client in ("thunderbird", "apple"),
    )
    return replace(letter, **more)


def forward(
    rng: Random,
    parent: Letter,
    author: Person,
    to: tuple[Person, ...],
    paragraphs: tuple[str, ...],
    date: datetime,
) -> Letter:
    """The letter handed on to somebody else, with its files."""
    return Letter(
        author,
        to,
        reply_subject(author, parent.language, parent.subject, True),
        paragraphs,
        date,
        new_id(rng, author),
        parent.language,
        parent=parent,
        forwards=True,
        files=parent.files,
    )


def write(rng: Random, letter: Letter, received_by: Person | None = None) -> bytes:
    """The bytes of the mail; with the headers of its journey if it was received."""
    part = _content(rng, letter)
    headers = list(_headers(rng, letter))
    if received_by is not None:
        headers[:0] = transport.journey(
            rng, letter.author.email, received_by.email, letter.date
        )
    return message(headers, part)


def _headers(rng: Random, letter: Letter) -> list[Header]:
    author = letter.author
    who = [(p.name, p.email) for p in letter.to]
    ancestors = [f"<{one}>" for one in letter.ancestors]
    lines: list[Header] = [
        ("From", address(author.name, author.email)),
        ("To", addresses(who)),
    ]
    if letter.cc:
        lines.append(("Cc", addresses((p.name, p.email) for p in letter.cc)))
    method = "B" if author.client == "gmail" else "Q"
    lines.append(("Subject", header(letter.subject, "utf-8", method)))
    lines.append(("Date", header_date(letter.date)))
    lines.append(("Message-ID", f"<{letter.message_id}>"))
    if ancestors:
        lines.append(("In-Reply-To", ancestors[-1]))
        lines.append(("References", references(ancestors)))
    lines += letter.headers
    if author.client == "outlook":
        topic = header(_PREFIX.sub("", letter.subject))
        lines.append(("Thread-Topic", topic))
        lines.append(("Thread-Index", b64encode(rng.randbytes(22)).decode()))
        language = "it-IT" if letter.language == "it" else "en-GB"
        lines.append(("Accept-Language", language))
        lines.append(("X-MS-Has-Attach", "yes" if letter.files else ""))
    elif author.client == "apple":
        lines.append(("X-Mailer", "Apple Mail (2.3826.400.131)"))
    elif author.client == "thunderbird":
        lines.append(("User-Agent", "Mozilla Thunderbird"))
        lines.append(("Content-Language", "it" if letter.language == "it" else "en-GB"))
    return lines


def _content(rng: Random, letter: Letter) -> Part:
    client = letter.author.client
    body = quoting.render(letter)
    if client == "thunderbird":
        plain = text(flowed(body.text), params="; format=flowed")
    else:
        plain = text(body.text)
    if letter.plain:
        part = plain
    else:
        alternatives = [plain, _related(rng, letter, body.html)]
        if letter.calendar:
            invitation = text(
                letter.calendar,
                "calendar",
                encoding="base64",
                params="; method=REQUEST",
            )
            alternatives.append(invitation)
        part = multipart("alternative", boundary(rng, client), alternatives)
    files = [binary(f.kind, f.name, f.data, style=f.style) for f in letter.files]
    if letter.calendar:
        data = letter.calendar.encode()
        files.append(binary("application/ics", "invite.ics", data))
    if files:
        part = multipart("mixed", boundary(rng, client), [part, *files])
    return part


def flowed(content: str) -> str:
    """Long lines broken for format=flowed (RFC 3676): a blank before the break."""
    lines: list[str] = []
    for line in content.split("\n"):
        marks = line[: len(line) - len(line.lstrip(">"))]
        prefix = f"{marks} " if marks else ""
        rest = line[len(prefix) :]
        while len(prefix + rest) > _FLOW and " " in rest[: _FLOW - len(prefix)]:
            cut = rest.rindex(" ", 0, _FLOW - len(prefix)) + 1
            lines.append(prefix + rest[:cut])
            rest = rest[cut:]
        lines.append(prefix + rest)
    return "\n".join(lines)


def _related(rng: Random, letter: Letter, html: str) -> Part:
    """The HTML with the pictures it shows, if there are any."""
    page = text(html, "html", encoding="quoted-printable")
    shown = [
        binary("image/png", name, data, disposition="inline", content_id=letter_id)
        for letter_id, name, data in (
            (letter.content_id(index), name, data)
            for index, (name, data) in enumerate(letter.inline)
        )
    ]
    if quoting.has_logo(letter):
        shown.append(
            binary(
                "image/png",
                "image001.png",
                pictures.logo(len(letter.author.company)),
                disposition="inline",
                content_id=quoting.logo_id(letter),
            )
        )
    if not shown:
        return page
    return multipart(
        "related",
        boundary(rng, letter.author.client),
        [page, *shown],
        params=' type="text/html";',
    )
