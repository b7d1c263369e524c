"""The mailbox of one salesperson: about two years of mail, always the same.

``mailbox(login, end)`` gives every mail as (folder, flags, date, bytes), oldest
first. The last day before ``end`` is the newest that holds mail; a later ``end``
moves all dates and leaves everything else as it was, because each kind of mail draws
from a random source of its own and ages are counted in days before the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from . import certified, newsletters, notifications, oddities, reports, spam
from .bulk import bulk
from .cast import salesperson
from .clock import on_day
from .correspondence import Thread, threads
from .drafts import drafts
from .letters import Letter, write
from .mail import ARCHIVE, DRAFTS, INBOX, JUNK, SENT, TRASH, Mail, chance
from .people import Salesperson
from .showcase import play, scenes

__all__ = ["DEFAULT_SEED", "SIZES", "Mail", "bulk", "last_midnight", "mailbox"]

DEFAULT_SEED = 19
# Mails per mailbox; threads fill what the other kinds leave.
SIZES = {"laura": 1200, "marco": 800}
# Unread mails in the inbox at the end.
_UNREAD = {"laura": 25, "marco": 17}
_DAYS = 725

# Older mail of these firms is filed: login -> firm -> (age in days, folder).
_FILED: dict[str, dict[str, tuple[int, tuple[str, ...]]]] = {
    "laura": {
        "peru": (50, ("Clienti", "Società Perù & Co")),
        "borgosereno": (60, ("Clienti", "Borgo Sereno")),
        "nordlicht": (45, ("Projekte", "Übersicht")),
        "pembury": (180, ("Clienti", "Pembury & Quill")),
    },
    "marco": {
        "ferrantesavi": (50, ("Clienti", "Ferrante & Savi")),
        "valtrebbia": (60, ("Clienti", "Meccanica Valtrebbia")),
        "melograno": (40, ("Progetti", "Città e coworking")),
    },
}
_INVOICES = ("Amministrazione", "2025", "Fatture")
_INVOICES_AGE = 120
_ARCHIVE_AGE = 520
_NEWSLETTER = ("Newsletter",)
_CERTIFIED = ("PEC",)


@dataclass
class _Entry:
    """A mail with what decides its flags; ``fresh`` ones may be left unread."""

    folder: tuple[str, ...]
    date: datetime
    raw: bytes
    flags: tuple[str, ...] = ("\\Seen",)
    fresh: bool = False

    def mail(self) -> Mail:
        return Mail(self.folder, self.flags, self.date, self.raw)


def last_midnight() -> datetime:
    """Today's midnight UTC: the end date when none is given."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def mailbox(
    login: str, end: datetime | None = None, seed: int = DEFAULT_SEED
) -> list[Mail]:
    """All mails of ``laura`` or ``marco``, oldest first."""
    me = salesperson(login)
    end = end or last_midnight()
    entries: list[_Entry] = []
    shown = list(_showcase(me, end, seed))
    for kind in (_newsletters, _notices, _oddities, _certified, _spam, _drafts):
        entries += kind(me, end, seed)
    entries += _bounces(me, end, seed)
    automatic = _AUTOMATIC[login]
    wanted = SIZES[login] - len(entries) - len(shown) - automatic
    told = threads(chance(seed, login, "threads"), me, end, wanted, _DAYS)
    entries += _told(me, told, seed)
    entries += _answers(me, told, seed, automatic)
    _leave_unread(entries, shown, login, seed)
    return sorted((e.mail() for e in (*entries, *shown)), key=lambda m: m.date)


# Automatic answers to my letters: absences, read receipts, accepted meetings.
_AUTOMATIC = {"laura": 22, "marco": 14}


def _counts(me: Salesperson, laura: int, marco: int) -> int:
    return laura if me.login == "laura" else marco


def _age(rng: Random, first: int = 4) -> int:
    return first + int((_DAYS - first) * rng.random() ** 1.2)


def _showcase(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    rng = chance(seed, me.login, "showcase")
    for scene in scenes(me.login):
        asked, letter = play(rng, scene, me.person, end)
        flags = () if scene.unread else ("\\Seen",)
        if scene.flagged:
            flags += ("\\Flagged",)
        if asked is not None:
            answered = ("\\Seen",)
            yield _Entry(SENT, asked.date, write(rng, asked), answered)
        yield _Entry(INBOX, letter.date, write(rng, letter, me.person), flags)
    sender = newsletters.senders()[_counts(me, 4, 0)]
    date, raw = newsletters.issue(rng, sender, me.person, end, 1)
    yield _Entry(INBOX, date, raw, ())
    date = on_day(end, 1, 11 * 60 + 40, "rome")
    row = certified.ENVELOPES[_counts(me, 4, 2)]
    yield _Entry(INBOX, date, certified.envelope(rng, me.person, date, row), ())
    date, raw = notifications.notification(rng, me.person, end, 2)
    yield _Entry(INBOX, date, raw)


def _newsletters(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    rng = chance(seed, me.login, "newsletters")
    for _ in range(_counts(me, 118, 84)):
        sender, age = rng.choice(newsletters.senders()), _age(rng)
        date, raw = newsletters.issue(rng, sender, me.person, end, age)
        sorted_out = age > 14 and rng.random() < 0.7
        folder = _NEWSLETTER if sorted_out else INBOX
        if rng.random() < 0.06:
            folder = TRASH
        yield _Entry(folder, date, raw, fresh=age < 25)


def _notices(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    rng = chance(seed, me.login, "notices")
    for _ in range(_counts(me, 92, 66)):
        age = _age(rng)
        date, raw = notifications.notification(rng, me.person, end, age)
        folder = TRASH if rng.random() < 0.1 else INBOX
        yield _Entry(folder, date, raw, fresh=age < 16)


def _oddities(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    """Laura has every oddity, Marco each second one."""
    rng = chance(seed, me.login, "oddities")
    chosen = oddities.cases()[:: _counts(me, 1, 2)]
    for oddity in chosen:
        age = 12 + rng.randrange(380)
        date, raw = oddities.oddity_mail(rng, oddity, me.person, end, age)
        yield _Entry(INBOX, date, raw, fresh=age < 20)


def _certified(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    rng = chance(seed, me.login, "certified")
    for index in range(_counts(me, 7, 9)):
        age = 6 + index * 71 + rng.randrange(30)
        date = on_day(end, age, rng.randrange(9 * 60, 18 * 60), "rome")
        row = certified.ENVELOPES[index % len(certified.ENVELOPES)]
        raw = certified.envelope(rng, me.person, date, row)
        yield _Entry(_CERTIFIED if age > 40 else INBOX, date, raw)
    for index in range(_counts(me, 5, 8)):
        age = 5 + index * 67 + rng.randrange(30)
        date = on_day(end, age, rng.randrange(9 * 60, 18 * 60), "rome")
        sent = certified.SENT[index % len(certified.SENT)]
        for moment, raw in certified.receipts(rng, me.person, date, sent):
            yield _Entry(_CERTIFIED if age > 40 else INBOX, moment, raw)


def _spam(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    rng = chance(seed, me.login, "spam")
    for _ in range(_counts(me, 32, 24)):
        # Servers empty this folder after a month.
        age = 1 + rng.randrange(30)
        date, raw = spam.unwanted(rng, me.person, end, age)
        yield _Entry(JUNK, date, raw, () if age < 12 else ("\\Seen",))


def _drafts(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    for date, raw in drafts(chance(seed, me.login, "drafts"), me, end):
        yield _Entry(DRAFTS, date, raw, ("\\Draft", "\\Seen"))


def _bounces(me: Salesperson, end: datetime, seed: int) -> Iterator[_Entry]:
    rng = chance(seed, me.login, "bounces")
    for row in reports.REFUSALS[:: _counts(me, 1, 2)]:
        age = 9 + rng.randrange(300)
        date = on_day(end, age, rng.randrange(9 * 60, 18 * 60), "rome")
        yield _Entry(INBOX, date, reports.bounce(rng, me.person, date, row))


def _told(me: Salesperson, told: list[Thread], seed: int) -> Iterator[_Entry]:
    """The threads: mine in Sent, theirs where they are filed."""
    rng = chance(seed, me.login, "letters")
    for thread in told:
        folder = _folder(me, thread)
        for letter in thread.letters:
            if letter.author is me.person:
                yield _Entry(SENT, letter.date, write(rng, letter))
                continue
            flags = _flags(rng, thread, letter, me)
            last = letter is thread.letters[-1]
            fresh = last and thread.age < 35 and "\\Flagged" not in flags
            raw = write(rng, letter, me.person)
            yield _Entry(folder, letter.date, raw, flags, fresh)


def _folder(me: Salesperson, thread: Thread) -> tuple[str, ...]:
    after, folder = _FILED[me.login].get(thread.them.company, (_DAYS, INBOX))
    if thread.age > after:
        return folder
    if thread.story == "invoice" and thread.age > _INVOICES_AGE:
        return _INVOICES
    return ARCHIVE if thread.age > _ARCHIVE_AGE else INBOX


def _flags(
    rng: Random, thread: Thread, letter: Letter, me: Salesperson
) -> tuple[str, ...]:
    flags = ["\\Seen"]
    for later in thread.letters:
        if later.parent is letter and later.author is me.person:
            flags.append("$Forwarded" if later.forwards else "\\Answered")
    if rng.random() < 0.04:
        flags.append("\\Flagged")
    return tuple(flags)


def _answers(
    me: Salesperson, told: list[Thread], seed: int, count: int
) -> Iterator[_Entry]:
    """Machines answer some of my letters within minutes or hours."""
    rng = chance(seed, me.login, "answers")
    mine = [
        letter
        for thread in told
        for letter in thread.letters
        if letter.author is me.person and not letter.forwards
    ]
    meetings = [letter for letter in mine if letter.calendar][: count // 3]
    others = rng.sample([one for one in mine if not one.calendar], count)
    for letter in meetings:
        date = letter.date + timedelta(minutes=rng.randrange(3, 300))
        raw = reports.accepted_meeting(rng, me.person, date, letter)
        yield _Entry(INBOX, date, raw)
    for index, letter in enumerate(others[: count - len(meetings)]):
        if index % 2:
            date = letter.date + timedelta(seconds=rng.randrange(3, 40))
            raw = reports.absence(rng, me.person, date, letter)
        else:
            date = letter.date + timedelta(minutes=rng.randrange(2, 900))
            raw = reports.read_receipt(rng, me.person, date, letter)
        yield _Entry(INBOX, date, raw)


def _leave_unread(
    entries: list[_Entry], shown: list[_Entry], login: str, seed: int
) -> None:
    """Take \\Seen from as many fresh inbox mails as are to stay unread."""
    fresh = [e for e in entries if e.fresh and e.folder == INBOX]
    already = sum("\\Seen" not in e.flags for e in shown if e.folder == INBOX)
    count = min(_UNREAD[login] - already, len(fresh))
    for entry in chance(seed, login, "unread").sample(fresh, count):
        entry.flags = tuple(f for f in entry.flags if f != "\\Seen")
