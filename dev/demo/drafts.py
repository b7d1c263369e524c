"""Mails begun and not sent."""

from datetime import datetime
from random import Random

from .attachments import pdf_file
from .cast import person_by_email
from .clock import on_day
from .letters import Letter, new_id, write
from .people import Person, Salesperson

# Age in days, recipient or nothing, subject, text.
_LAURA = (
    (
        1,
        "joanna@bluestem-analytics.example",
        "Re: Ten phone booths: approved!",
        "Hi Joanna,\n\nwonderful news! The sailing date is",
    ),
    (
        2,
        "fergal@odwyer-marine.example",
        "Showroom counter",
        "Dear Fergal,\n\nabout the brass rail: I could offer\n\n(ask Davide first)",
    ),
    (5, "", "Ideas for the fair", "Stand: two booths, one long table, warm light.\n\n"),
    (9, "zeno@peru-e-co.example", "", "Ciao Zeno,\n\nti scrivo per"),
    (31, "", "", "call the carrier back\nsamples for Hamburg\nkeys"),
)
_MARCO = (
    (
        1,
        "bferrante@ferrantesavi.example",
        "R: Arredo nuovo studio, finiture",
        "Gentile avvocato,\n\necco l'offerta aggiornata con il ripiano in più.",
    ),
    (4, "", "Ferie", "Ciao Sara,\n\nvorrei prendere la settimana del"),
    (12, "ettore@morandelli.example", "Banchi reparto stampa", "Ciao Ettore,\n\n"),
)


def drafts(rng: Random, me: Salesperson, end: datetime) -> list[tuple[datetime, bytes]]:
    """The unfinished mails of one salesperson."""
    rows = _LAURA if me.login == "laura" else _MARCO
    return [_draft(rng, me.person, end, *row) for row in rows]


def _draft(
    rng: Random, me: Person, end: datetime, age: int, to: str, subject: str, said: str
) -> tuple[datetime, bytes]:
    date = on_day(end, age, rng.randrange(9 * 60, 18 * 60), "rome")
    recipients = (person_by_email(to),) if to else ()
    files = ()
    if "offerta" in said:
        files = (pdf_file("Offerta aggiornata.pdf", "Offerta", ("noce", "pelle")),)
    letter = Letter(
        me,
        recipients,
        subject,
        tuple(said.split("\n\n")),
        date,
        new_id(rng, me),
        "en",
        files=files,
        plain=not files,
    )
    return date, write(rng, letter)
