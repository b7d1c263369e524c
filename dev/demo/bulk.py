"""Invents large mailboxes quickly, for measurements.

Bodies are prepared once, in some hundred sizes; each mail then costs little more than
its headers. Threads, senders, sizes and flags vary as in a real mailbox: most mails
are a few KB, some carry files, half of them answer another one.
"""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from . import attachments, pictures, scripts
from .cast import CONTACTS
from .clock import header_date
from .compose import Part, address, binary, boundary, head, header, multipart, text
from .mail import INBOX, Mail, chance

_DAYS = 1100
_BODIES = 320
# Threads that may still get an answer.
_OPEN_THREADS = 400
_FIRST = (
    "Ada Bice Carlo Dario Edda Fabio Greta Ivo Livia Mara Nino Olga Piero Rita Sofia "
    "Abel Beth Clive Daisy Edith Frank Grace Hugh Iris Jack Kate Liam Mabel Ned Owen"
).split()
_LAST = (
    "Albanelli Brusati Cortesini Dovera Elmi Fontanella Galvani Limena Morosetti "
    "Oltrani Pavarin Quarena Rosaspina Stellin Tornielli Ashby Birchall Cawthorne "
    "Dunmore Eastlake Fairburn Goodwin Hartnell Kingsley Loxley Merriman Thackray"
).split()
_DOMAINS = tuple(f"{name.lower()}.example" for name in _LAST[::2])


def bulk(
    count: int,
    seed: int = 1,
    *,
    end: datetime | None = None,
    to: str = "bulk@demo.test",
    folder: tuple[str, ...] = INBOX,
) -> Iterator[Mail]:
    """That many mails, oldest first, made one by one."""
    rng = chance(seed, "bulk")
    end = end or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    writers = _writers(rng)
    subjects = _subjects(rng)
    bodies = [_body(rng) for _ in range(_BODIES)]
    # Few bodies are large, and those come seldom.
    weights = [1 / (1 + len(body.body) / 3000) for body in bodies]
    chosen = rng.choices(bodies, weights, k=count)
    step = timedelta(days=_DAYS) / max(count, 1)
    date = (end - timedelta(days=_DAYS)).replace(microsecond=0)
    threads: deque[tuple[str, list[str]]] = deque(maxlen=_OPEN_THREADS)
    for index, part in enumerate(chosen):
        moment = date + step * index + step * rng.random() * 0.9
        moment = moment.replace(microsecond=0)
        sender, domain = writers[int(rng.random() * len(writers))]
        message_id = f"<{rng.getrandbits(64):016x}.{index}@{domain}>"
        links: tuple[tuple[str, str], ...] = ()
        if threads and rng.random() < 0.55:
            subject, known = threads[int(rng.random() * len(threads))]
            links = (
                ("In-Reply-To", known[-1]),
                ("References", "\r\n ".join(known[-12:])),
            )
            subject, known = f"Re: {subject}", [*known, message_id]
            threads.append((subject[4:], known))
        else:
            subject = subjects[int(rng.random() * len(subjects))]
            threads.append((subject, [message_id]))
        stamp = header_date(moment)
        headers = (
            ("Return-Path", sender.rpartition(" ")[2]),
            (
                "Received",
                f"from mail.{domain} (mail.{domain} [192.0.2.{index % 250 + 1}])\r\n"
                f"\tby mx1.demo.test with ESMTPS id {index:08X}; {stamp}",
            ),
            ("From", sender),
            ("To", to),
            ("Subject", subject),
            ("Date", stamp),
            ("Message-ID", message_id),
            *links,
            ("MIME-Version", "1.0"),
            *part.headers,
        )
        raw = b"%s\r\n%s" % (head(headers), part.body)
        yield Mail(folder, _flags(rng, index, count), moment, raw)


def _flags(rng: Random, index: int, count: int) -> tuple[str, ...]:
    """The last percent is unread; a few of the others are marked or answered."""
    if index >= count - count // 100:
        return ()
    drawn = rng.random()
    if drawn < 0.02:
        return ("\\Seen", "\\Flagged")
    return ("\\Seen", "\\Answered") if drawn < 0.2 else ("\\Seen",)


def _writers(rng: Random) -> list[tuple[str, str]]:
    """From headers with their domain: the cast and a crowd of others."""
    known = [(address(p.name, p.email), p.domain) for p in CONTACTS]
    crowd = []
    for _ in range(500):
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        domain = rng.choice(_DOMAINS)
        email = f"{first}.{last}@{domain}".lower()
        crowd.append((address(f"{first} {last}", email), domain))
    return known * 4 + crowd


def _subjects(rng: Random) -> list[str]:
    """Encoded subject headers, filled from the stories."""
    subjects = []
    for _ in range(400):
        them = rng.choice(CONTACTS)
        story = rng.choice(list(scripts.stories(them.language).values()))
        known = scripts.facts(rng, them.language, them, them, None)
        day = rng.choice(scripts.texts(them.language).DAYS)
        subjects.append(header(rng.choice(story.subjects).format(**known, day=day)))
    return subjects


def _paragraphs(rng: Random, size: int) -> list[str]:
    """Sentences of the stories until about that many characters are reached."""
    said: list[str] = []
    length = 0
    while length < size:
        them = rng.choice(CONTACTS)
        story = rng.choice(list(scripts.stories(them.language).values()))
        known = scripts.facts(rng, them.language, them, them, None)
        step = rng.choice(story.steps)
        for sentence in scripts.say(rng, step, known, them.language):
            said.append(sentence)
            length += len(sentence)
    return said


def _body(rng: Random) -> Part:
    """One prepared body between about 1 and 40 KB."""
    # Most are short: the exponent pushes the even distribution towards the low end.
    said = _paragraphs(rng, int(250 + 9000 * rng.random() ** 4))
    plain = text("\n\n".join(said) + "\n")
    form = rng.random()
    if form < 0.35:
        return plain
    page = text(
        "<html><body>"
        + "\n".join(f"<p>{line}</p>" for line in said)
        + "</body></html>",
        "html",
        encoding="quoted-printable",
    )
    both = multipart("alternative", boundary(rng, "gmail"), [plain, page])
    if form < 0.82:
        return both
    if form < 0.92:
        title = f"Documento {rng.randrange(10000)}"
        lines = tuple(line[:80] for line in said[:30])
        name = f"{title}.pdf"
        file = binary("application/pdf", name, attachments.pdf(title, lines))
    elif form < 0.97:
        name = f"IMG_{rng.randrange(10000)}.png"
        file = binary("image/png", name, pictures.room(rng.randrange(6)))
    else:
        name = f"scan_{rng.randrange(10000)}.bin"
        data = rng.randbytes(rng.randrange(4000, 24000))
        file = binary("application/octet-stream", name, data)
    return multipart("mixed", boundary(rng, "outlook"), [both, file])
