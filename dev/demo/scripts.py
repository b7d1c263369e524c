"""The script language of the stories, and the facts that fill it.

A story is read once into frozen values. A thread picks one alternative of every
slot, and the same facts (goods, quantity, numbers of offer and order) hold from its
first message to its last.
"""

from dataclasses import dataclass
from functools import cache
from random import Random
from types import ModuleType

from . import stories_en, stories_it, texts_en, texts_it
from .people import Company, Person

# Part of the messages that end with a sentence beside the point.
ASIDE_SHARE = 0.1


@dataclass(frozen=True)
class Slot:
    """One sentence place; a fresh slot starts a paragraph."""

    fresh: bool
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One message: who writes it, what hangs on it (``marks``), what it says."""

    who: str
    marks: tuple[str, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Story:
    """A thread that can be told many times."""

    name: str
    subjects: tuple[str, ...]
    steps: tuple[Step, ...]


def texts(language: str) -> ModuleType:
    """The word lists of a language."""
    return texts_it if language == "it" else texts_en


@cache
def stories(language: str) -> dict[str, Story]:
    """All stories of a language by name."""
    source = (stories_it if language == "it" else stories_en).STORIES
    blocks = source.strip().split("\n\n")
    return {story.name: story for story in map(_story, blocks)}


def _story(block: str) -> Story:
    name, subjects, steps = "", [], []
    for line in block.splitlines():
        sign, rest = line[0], line[1:].strip()
        if line.startswith("story "):
            name = line[6:]
        elif line.startswith("subject "):
            subjects.append(line[8:])
        elif sign == "@":
            who, *marks = rest.split()
            steps.append((who, tuple(marks), []))
        elif sign in "+&":
            steps[-1][2].append((sign == "+", [rest]))
        elif sign == "/":
            steps[-1][2][-1][1].append(rest)
        else:
            said = steps[-1][2][-1][1]
            said[-1] = f"{said[-1]} {rest}"
    return Story(
        name,
        tuple(subjects),
        tuple(
            Step(who, marks, tuple(Slot(fresh, tuple(alts)) for fresh, alts in slots))
            for who, marks, slots in steps
        ),
    )


def facts(
    rng: Random, language: str, them: Person, me: Person, company: Company | None
) -> dict[str, str]:
    """The facts of one thread, as words for ``str.format``."""
    words = texts(language)
    product, price = rng.choice(words.PRODUCTS)
    quantity = rng.choice((2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30))
    return {
        "product": product,
        "qty": str(quantity),
        "price": _number(price, language),
        "total": _number(price * quantity, language),
        "offer": f"OF-{rng.randrange(1200, 9800)}",
        "order": f"OR-{rng.randrange(2100, 8900)}",
        "invoice": f"FT-{rng.randrange(310, 990)}/L",
        "label": f"AL-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}",
        "place": rng.choice(words.PLACES),
        "colour": rng.choice(words.COLOURS),
        "floor": rng.choice(words.FLOORS),
        "weeks": rng.choice(words.WEEKS),
        "city": them.city,
        "company": company.name if company else them.name,
        "them": them.name,
        "me": me.first_name,
    }


def _number(value: int, language: str) -> str:
    return f"{value:,}".replace(",", "." if language == "it" else ",")


def say(
    rng: Random, step: Step, known: dict[str, str], language: str
) -> tuple[str, ...]:
    """The paragraphs of one step, without greeting and closing."""
    words = texts(language)
    day = rng.choice(words.DAYS)
    paragraphs: list[str] = []
    for slot in step.slots:
        sentence = rng.choice(slot.alternatives).format(**known, day=day)
        if slot.fresh or not paragraphs:
            paragraphs.append(sentence)
        else:
            paragraphs[-1] += f" {sentence}"
    if language == "en":
        paragraphs[0] = paragraphs[0][0].upper() + paragraphs[0][1:]
    aside = rng.choice(words.ASIDES).format(day=rng.choice(words.DAYS))
    if rng.random() < ASIDE_SHARE:
        paragraphs.append(aside)
    return tuple(paragraphs)


def greeting(rng: Random, language: str, to: Person, familiar: bool) -> str:
    """How the message opens."""
    words = texts(language)
    choices = words.FAMILIAR_OPENINGS if familiar else words.OPENINGS
    return rng.choice(choices).format(first=to.first_name, them=to.name)


def closing(rng: Random, language: str, familiar: bool) -> str:
    """How the message ends, before the name."""
    words = texts(language)
    return rng.choice(words.FAMILIAR_CLOSINGS if familiar else words.CLOSINGS)
