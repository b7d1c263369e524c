"""Mail that machines send: parcels, payments, reports, requests from the web site."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from . import pictures, transport
from .clock import header_date, on_day
from .compose import (
    Header,
    Part,
    address,
    binary,
    boundary,
    header,
    message,
    multipart,
    text,
)
from .people import Person


@dataclass(frozen=True)
class Notice:
    """One kind of notification; ``form`` is plain, html, both or chart."""

    sender: str
    email: str
    form: str
    subject: str
    said: str


NOTICES = (
    Notice(
        "Corriere Freccia",
        "tracking@corrierefreccia.example",
        "both",
        "La tua spedizione {number} è in consegna",
        "Il collo {number} è sul furgone e arriva oggi fra le {hour}:00 e le "
        "{later}:00.\n\nSe non ci sei, lo lasciamo al punto di ritiro più vicino.",
    ),
    Notice(
        "Corriere Freccia",
        "tracking@corrierefreccia.example",
        "both",
        "Spedizione {number} consegnata",
        "Il collo {number} è stato consegnato alle {hour}:{minute}. Firma: portineria."
        "\n\nGrazie per averci scelto.",
    ),
    Notice(
        "Banca Tre Ponti",
        "avvisi@bancatreponti.example",
        "html",
        "Bonifico ricevuto: {amount} EUR",
        "Sul conto aziendale è arrivato un bonifico di {amount} EUR, causale "
        "{number}.\n\nIl dettaglio è nell'area riservata; non rispondere.",
    ),
    Notice(
        "Sito web Arredi Lanterna",
        "sito@demo.test",
        "plain",
        "Nuova richiesta dal modulo contatti ({number})",
        "Nome: visitatore {number}\nInteresse: tavoli\nMessaggio: "
        "vorrei il catalogo e l'indirizzo del rivenditore più vicino.\n\n"
        "Consenso alla privacy: sì",
    ),
    Notice(
        "Paperlane",
        "no-reply@paperlane.example",
        "html",
        "[Paperlane] Sara mentioned you in “Spring collection”",
        "Sara wrote: could you check the third page before {hour} o'clock?\n\nOpen the "
        "document to answer. Reference {number}.",
    ),
    Notice(
        "Backup",
        "backup@demo.test",
        "plain",
        "[backup] nightly run finished, {amount} MB",
        "source      files    changed   size MB\n"
        "------------------------------------------\n"
        "projects    18{minute}4     {hour}3      {amount}\n"
        "drawings    72{minute}      {hour}       1{minute}\n\nno errors, run {number}",
    ),
    Notice(
        "Registro presenze",
        "presenze@demo.test",
        "plain",
        "Promemoria: foglio ore da confermare",
        "Il foglio ore della settimana aspetta la tua conferma entro le {later}:00 di "
        "venerdì.\n\nPratica {number}.",
    ),
    Notice(
        "Meeting Point",
        "noreply@meetingpoint.example",
        "both",
        "Recording available: call {number}",
        "The recording of your call from {hour}:{minute} is ready and stays online for "
        "thirty days.\n\nPassword: lantern{number}",
    ),
    Notice(
        "Cruscotto vendite",
        "report@demo.test",
        "chart",
        "Vendite della settimana",
        "Ordini confermati: {hour}\nOfferte aperte: {minute}\nValore: {amount} EUR",
    ),
)


def notification(
    rng: Random, reader: Person, end: datetime, age: int
) -> tuple[datetime, bytes]:
    """One notification: its date and its bytes."""
    notice = rng.choice(NOTICES)
    hour = rng.randrange(8, 18)
    date = on_day(end, age, hour * 60 + rng.randrange(60), "rome")
    date = date.replace(second=rng.randrange(60))
    values = {
        "number": str(rng.randrange(100000, 999999)),
        "amount": str(rng.randrange(120, 9800)),
        "hour": str(hour),
        "later": str(hour + 2),
        "minute": str(rng.randrange(10, 60)),
    }
    said = notice.said.format(**values)
    token = f"{rng.getrandbits(80):020x}"
    headers: list[Header] = [
        *transport.journey(rng, notice.email, reader.email, date),
        ("From", address(notice.sender, notice.email)),
        ("To", reader.email),
        ("Subject", header(notice.subject.format(**values))),
        ("Date", header_date(date)),
        ("Message-ID", f"<{token}@{notice.email.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    return date, message(headers, _body(rng, notice, said, token))


def _body(rng: Random, notice: Notice, said: str, token: str) -> Part:
    plain = text(f"{said}\n")
    if notice.form == "plain":
        return plain
    domain = notice.email.rpartition("@")[2]
    lines = said.replace("\n\n", "</p><p>").replace("\n", "<br>")
    image = ""
    if notice.form == "chart":
        image = f'<p><img src="cid:{token}@chart" width="480" height="240" alt=""></p>'
    elif notice.form == "both":
        image = f'<p><img src="https://static.{domain}/banner.png" width="480"></p>'
    page = text(
        '<html><body style="font-family:Verdana,sans-serif;font-size:13px">'
        f"<h2>{notice.sender}</h2><p>{lines}</p>{image}"
        f'<p><a href="https://{domain}/r/{token}">{domain}</a></p></body></html>\n',
        "html",
        encoding="base64" if notice.form == "html" else "quoted-printable",
    )
    if notice.form == "html":
        return page
    if notice.form == "chart":
        picture = binary(
            "image/png",
            "chart.png",
            pictures.chart(rng.randrange(6)),
            disposition="inline",
            content_id=f"{token}@chart",
        )
        return multipart("related", boundary(rng, "other"), [page, picture])
    return multipart("alternative", boundary(rng, "other"), [plain, page])
