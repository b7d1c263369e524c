"""Unwanted mail, for the Junk folder. Mild, and pointing nowhere."""

from datetime import datetime
from random import Random

from . import transport
from .clock import header_date, on_day
from .compose import Header, address, header, message, text
from .people import Person

PITCHES = (
    (
        "Lottery Office",
        "winner@golden-draw.example",
        "YOU WON!!! Claim nr {number}",
        "Dear winner, your address was drawn. Send your particulars and a small fee.",
    ),
    (
        "Servizio Clienti",
        "avviso@conto-sospeso.example",
        "Il suo conto è sospeso ({number})",
        "Gentile cliente, confermi i suoi dati entro ventiquattro ore dal link sotto.",
    ),
    (
        "Dr. Slim",
        "miracle@slimtea.example",
        "Lose 12 kg in 12 days",
        "One cup of this tea in the evening and the scales will not believe it.",
    ),
    (
        "Prezzi Pazzi",
        "offerte@prezzi-pazzi.example",
        "−90 % solo oggi: orologi, borse, occhiali",
        "Magazzino in chiusura. Tutto deve sparire entro mezzanotte.",
    ),
    (
        "Your parcel",
        "parcel{number}@customs-fee.example",
        "Parcel held: pay 1,99 to release",
        "Your parcel is waiting for a small payment. Click and enter your card.",
    ),
    (
        "SEO expert",
        "rank@first-page-now.example",
        "I found {number} errors on your web site",
        "I visited your site and can bring it to the first place within a week.",
    ),
    (
        "Eredità",
        "notaio@lontano-parente.example",
        "Lei è l'unico erede",
        "Un suo lontano parente ha lasciato una somma importante. Mi scriva subito.",
    ),
)


def unwanted(
    rng: Random, reader: Person, end: datetime, age: int
) -> tuple[datetime, bytes]:
    """One unwanted mail: its date and its bytes."""
    name, email, subject, said = rng.choice(PITCHES)
    number = rng.randrange(1000, 99999)
    email = email.format(number=number)
    date = on_day(end, age, rng.randrange(24 * 60), "rome")
    date = date.replace(second=rng.randrange(60))
    host = email.rpartition("@")[2]
    page = (
        f'<html><body bgcolor="#ffffcc"><center><font size="5" color="red"><b>{name}'
        f'</b></font><p>{said}</p><p><a href="http://{host}/{number}">CLICK</a></p>'
        f'<img src="http://{host}/t/{number}.png" width="1" height="1"></center>'
        "</body></html>\n"
    )
    headers: list[Header] = [
        *transport.journey(
            rng, email, reader.email, date, signed=False, verdict="fail"
        ),
        ("From", address(name, email)),
        ("To", reader.email),
        ("Subject", header(subject.format(number=number), method="B")),
        ("Date", header_date(date)),
        ("Message-ID", f"<{rng.getrandbits(64):016x}@{host}>"),
        ("X-Spam-Flag", "YES"),
        ("X-Spam-Score", f"{rng.randrange(60, 190) / 10}"),
    ]
    return date, message(headers, text(page, "html", encoding="base64"))
