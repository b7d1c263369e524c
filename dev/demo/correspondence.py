"""Tells stories: who answers whom and when, and where a thread is filed.

A thread is told from its nominal age, the day before the end date on which its last
message was written. Everything but the dates follows from the random source alone, so
a later end date moves the mails and changes nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from . import attachments, pictures, scripts
from .calendars import invitation
from .cast import COLLEAGUES, CONTACTS, company_of, contacts_of
from .clock import earlier, on_day, working
from .letters import Letter, forward, new_id, reply
from .people import Person, Salesperson
from .scripts import Step, Story

# How often each story happens, in tenths of the enquiry.
_WEIGHTS = {
    "enquiry": 10,
    "delivery": 9,
    "complaint": 6,
    "invoice": 8,
    "appointment": 6,
    "sheet": 6,
    "reorder": 6,
    "followup": 7,
    "smalltalk": 4,
    "measure": 6,
    "internal": 9,
}
_PLACES_OF_WORK = {
    "logistics": COLLEAGUES[1],
    "office": COLLEAGUES[0],
    "tech": COLLEAGUES[3],
}
# Most customers answer within two days, a salesperson within some hours.
_DELAYS = {"me": (9, 420), "customer": (35, 2900), "other": (20, 900)}
_SLOW = (7000, 17000)


@dataclass(frozen=True)
class Thread:
    """The letters of a story, oldest first, with its nominal age in days."""

    story: str
    them: Person
    age: int
    letters: tuple[Letter, ...]


def threads(
    rng: Random, me: Salesperson, end: datetime, messages: int, days: int = 725
) -> list[Thread]:
    """Threads over the given days until that many messages are written."""
    customers = contacts_of(me.login)
    told: list[Thread] = []
    written = 0
    while written < messages:
        them = rng.choice(customers)
        known = scripts.stories(them.language)
        names = [name for name in _WEIGHTS if name in known]
        name = rng.choices(names, [_WEIGHTS[n] for n in names])[0]
        # A little more mail in recent months than long ago.
        age = 4 + int((days - 4) * rng.random() ** 1.25)
        thread = tell(rng, known[name], me.person, them, end, age, messages - written)
        told.append(thread)
        written += len(thread.letters)
    return told


def tell(
    rng: Random,
    story: Story,
    me: Person,
    them: Person,
    end: datetime,
    age: int,
    at_most: int = 9,
) -> Thread:
    """One thread. Its tail may stay untold, as real threads break off."""
    language = them.language
    company = company_of(them)
    known = scripts.facts(rng, language, them, me, company)
    if story.name == "internal":
        them = rng.choice(COLLEAGUES)
    steps = story.steps
    if len(steps) > 3 and rng.random() < 0.45:
        steps = steps[: rng.randrange(2, len(steps))]
    steps = steps[: max(at_most, 1)]
    authors = _authors(rng, steps, me, them)
    dates = _dates(rng, steps, authors, end, age)
    subject = rng.choice(story.subjects).format(**known, day=rng.choice(_days(them)))
    subject = subject[0].upper() + subject[1:]
    plain = them.client == "thunderbird" or (
        them.client == "apple" and rng.random() < 0.3
    )
    letters: list[Letter] = []
    drawn = rng.randrange(12)
    for step, author, date in zip(steps, authors, dates, strict=True):
        other = them if author in (me, *_PLACES_OF_WORK.values()) else me
        said = _paragraphs(rng, step, known, language, other, author, len(letters))
        cc = _copies(step, author, me, letters)
        more = _enclosures(step, known, language, drawn, plain)
        if "invitation" in step.marks:
            more["calendar"] = _invitation(rng, me, them, date, subject)
            more["plain"] = False
        if letters:
            letter = reply(
                rng, letters[-1], author, said, date, (other,), cc=cc, **more
            )
        else:
            letter = Letter(
                author,
                (other,),
                subject,
                said,
                date,
                new_id(rng, author),
                language,
                cc=cc,
                **{"plain": plain, **more},
            )
        letters.append(letter)
    if rng.random() < 0.12 and letters[-1].author is not me and at_most > len(letters):
        letters.append(_handed_on(rng, letters[-1], me, language))
    return Thread(story.name, them, age, tuple(letters))


def _days(them: Person) -> tuple[str, ...]:
    return scripts.texts(them.language).DAYS


def _authors(
    rng: Random, steps: tuple[Step, ...], me: Person, them: Person
) -> list[Person]:
    """Who writes each step; now and then a workmate steps in for the customer."""
    mates = [p for p in CONTACTS if them.company and p.company == them.company]
    authors = []
    for index, step in enumerate(steps):
        if step.who == "me":
            authors.append(me)
        elif step.who in _PLACES_OF_WORK:
            authors.append(_PLACES_OF_WORK[step.who])
        elif index and mates and rng.random() < 0.1:
            authors.append(rng.choice(mates))
        else:
            authors.append(them)
    return authors


def _dates(
    rng: Random,
    steps: tuple[Step, ...],
    authors: list[Person],
    end: datetime,
    age: int,
) -> list[datetime]:
    """Times of the messages, found from the last one backwards."""
    minute = rng.randrange(8 * 60 + 20, 18 * 60 + 30)
    moment = working(on_day(end, age, minute, authors[-1].zone))
    dates = [moment.replace(second=rng.randrange(60))]
    for index in range(len(steps) - 1, 0, -1):
        step = steps[index]
        low, high = _DELAYS.get(step.who, _DELAYS["other"])
        if "slow" in step.marks:
            low, high = _SLOW
        waited = low + (high - low) * rng.random() ** 2.2
        moment = earlier(dates[0], waited, authors[index - 1].zone)
        dates.insert(0, moment.replace(second=rng.randrange(60)))
    return dates


def _paragraphs(
    rng: Random,
    step: Step,
    known: dict[str, str],
    language: str,
    to: Person,
    author: Person,
    index: int,
) -> tuple[str, ...]:
    """Greeting, sentences and closing with the first name."""
    colleagues = author.company == to.company == "house"
    # Italian sellers and buyers stay formal; English ones drop it after a while.
    familiar = colleagues or (language == "en" and index > 2)
    opening = scripts.greeting(rng, language, to, familiar)
    end = scripts.closing(rng, language, familiar)
    said = scripts.say(rng, step, known, language)
    return (opening, *said, f"{end},\n{author.first_name}")


def _copies(
    step: Step, author: Person, me: Person, letters: list[Letter]
) -> tuple[Person, ...]:
    """Colleagues who are asked to help stay in copy; they copy the salesperson."""
    if author is not me and author in _PLACES_OF_WORK.values():
        return (me,)
    asked = [_PLACES_OF_WORK[m] for m in step.marks if m in _PLACES_OF_WORK]
    if letters and letters[-1].author in _PLACES_OF_WORK.values():
        asked.append(letters[-1].author)
    return tuple(dict.fromkeys(asked))


def _enclosures(
    step: Step, known: dict[str, str], language: str, drawn: int, plain: bool
) -> dict[str, object]:
    """Files and pictures for the marks of a step."""
    more: dict[str, object] = {}
    files = [
        attachments.for_mark(mark, known, language, drawn)
        for mark in step.marks
        if mark in ("offer", "order", "invoice", "sheet", "list", "plan")
    ]
    if "photo" in step.marks:
        draw = pictures.room if "slow" in step.marks else pictures.damage
        name = f"IMG_{4100 + drawn * 37}.png"
        if plain:
            files.append(attachments.picture_file(name, draw(drawn)))
        else:
            more["inline"] = ((name, draw(drawn)),)
    if files:
        more["files"] = tuple(files)
    return more


def _invitation(
    rng: Random, me: Person, them: Person, date: datetime, subject: str
) -> str:
    start = (date + timedelta(days=rng.randrange(3, 8))).replace(
        hour=rng.choice((9, 10, 11, 14, 15)), minute=0, second=0
    )
    return invitation(
        f"{rng.getrandbits(64):016x}@agenda.demo.test",
        me,
        (them,),
        start,
        subject,
        them.city,
        sent=date,
    )


def _handed_on(rng: Random, letter: Letter, me: Person, language: str) -> Letter:
    """The salesperson passes the last letter to a colleague, minutes later."""
    words = scripts.texts(language)
    colleague = rng.choice([c for c in COLLEAGUES if c is not letter.author])
    line = rng.choice(words.FORWARDS).format(day=rng.choice(words.DAYS))
    if language == "en":
        line = line[0].upper() + line[1:]
    said = (
        scripts.greeting(rng, language, colleague, True),
        line,
        me.first_name,
    )
    date = letter.date + timedelta(minutes=rng.randrange(4, 55))
    return forward(rng, letter, me, (colleague,), said, date)
