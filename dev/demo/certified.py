"""Certified mail as Italian providers deliver it (PEC).

The provider wraps the sender's mail in an envelope of its own: signed, from "Per
conto di: ...", with the original as postacert.eml and the facts as daticert.xml. For
what the house sends it gets two receipts back: accepted (ACCETTAZIONE) and delivered
(CONSEGNA). A provider may also report an ANOMALIA: ordinary mail that came in.
"""

from datetime import datetime, timedelta
from random import Random
from xml.sax.saxutils import escape

from . import attachments, transport
from .cast import HOUSE_CERTIFIED
from .clock import header_date
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

PROVIDER = "posta-sicura.example"
_POSTMASTER = f"posta-certificata@{PROVIDER}"

# Sender's certified address, subject, text, name of the attached PDF.
ENVELOPES = (
    (
        "segreteria@pec.ferrantesavi.example",
        "Diffida ad adempiere – fornitura arredi",
        "Per conto del nostro assistito chiediamo di completare la fornitura entro "
        "quindici giorni dal ricevimento della presente.",
        "Diffida.pdf",
    ),
    (
        "gare@pec.comune-poggioalto.example",
        "Invito a presentare offerta: arredi biblioteca comunale",
        "Si invita codesta ditta a presentare la propria migliore offerta per gli "
        "arredi della biblioteca. Il capitolato è in allegato.",
        "Capitolato tecnico.pdf",
    ),
    (
        "amministrazione@pec.meccanicavaltrebbia.example",
        "Ordine di acquisto 4471",
        "Si trasmette l'ordine di acquisto. La conferma va inviata a questo stesso "
        "indirizzo certificato.",
        "Ordine 4471.pdf",
    ),
    (
        "direzione@pec.sancarpoforo.example",
        "Richiesta documentazione di conformità",
        "In vista della visita ispettiva si chiedono le dichiarazioni di conformità "
        "delle sedute consegnate al primo piano.",
        "Elenco sedute.pdf",
    ),
    (
        "zeno@pec.peru-e-co.example",
        "Contratto di fornitura firmato – Sala degustazione",
        "Trasmetto il contratto firmato digitalmente. Attendiamo la vostra copia.",
        "Contratto firmato.pdf",
    ),
)
# Recipient's certified address and subject of what the house sent.
SENT = (
    ("protocollo@pec.comune-poggioalto.example", "Offerta arredi biblioteca comunale"),
    ("segreteria@pec.ferrantesavi.example", "Riscontro alla vostra diffida"),
    ("zeno@pec.peru-e-co.example", "Contratto controfirmato – Sala degustazione"),
    ("gare@pec.asl-collina.example", "Manifestazione di interesse, sedute ambulatori"),
    ("direzione@pec.sancarpoforo.example", "Dichiarazioni di conformità"),
)


def envelope(
    rng: Random, reader: Person, date: datetime, row: tuple[str, str, str, str]
) -> bytes:
    """An incoming certified mail."""
    sender, subject, said, file_name = row
    token = _token(rng)
    original_id = f"<{rng.getrandbits(64):016X}@{sender.rpartition('@')[2]}>"
    original = message(
        (
            ("From", sender),
            ("To", HOUSE_CERTIFIED),
            ("Subject", header(subject)),
            ("Date", header_date(date)),
            ("Message-ID", original_id),
        ),
        multipart(
            "mixed",
            boundary(rng, "other"),
            [
                text(f"Spett.le Arredi Lanterna,\n\n{said}\n\nDistinti saluti\n"),
                binary(
                    "application/pdf", file_name, attachments.pdf(subject, (said[:70],))
                ),
            ],
        ),
    )
    note = (
        f"Messaggio di posta certificata\n\nIl giorno {date:%d/%m/%Y} alle ore "
        f"{date:%H:%M:%S} ({date:%z}) {sender} ha spedito a {HOUSE_CERTIFIED} il "
        f'messaggio "{subject}".\nL\'originale è unito a questa busta.\n'
        f"Identificativo: {token}\n"
    )
    parts = [
        _alternative(rng, note),
        Part(
            (
                ("Content-Type", 'message/rfc822; name="postacert.eml"'),
                ("Content-Transfer-Encoding", "7bit"),
                ("Content-Disposition", 'attachment; filename="postacert.eml"'),
            ),
            original,
        ),
        _facts("posta-certificata", sender, HOUSE_CERTIFIED, subject, date, token),
    ]
    headers: list[Header] = [
        *transport.journey(rng, _POSTMASTER, reader.email, date),
        ("From", address(f"Per conto di: {sender}", _POSTMASTER)),
        ("Reply-To", sender),
        ("To", HOUSE_CERTIFIED),
        ("Subject", header(f"POSTA CERTIFICATA: {subject}")),
        ("Date", header_date(date)),
        ("Message-ID", f"<{token}>"),
        ("X-Riferimento-Message-ID", original_id),
        ("X-Trasporto", "posta-certificata"),
    ]
    return message(headers, _signed(rng, parts))


def receipts(
    rng: Random, reader: Person, date: datetime, row: tuple[str, str]
) -> list[tuple[datetime, bytes]]:
    """The two receipts of one mail sent by the house."""
    recipient, subject = row
    original_id = f"<{rng.getrandbits(64):016x}@{PROVIDER}>"
    accepted = date + timedelta(seconds=8)
    delivered = date + timedelta(seconds=21 + rng.randrange(60))
    return [
        (
            accepted,
            _receipt(rng, reader, accepted, "accettazione", row, original_id, b""),
        ),
        (
            delivered,
            _receipt(
                rng,
                reader,
                delivered,
                "avvenuta-consegna",
                row,
                original_id,
                message(
                    (
                        ("From", HOUSE_CERTIFIED),
                        ("To", recipient),
                        ("Subject", header(subject)),
                        ("Date", header_date(date)),
                        ("Message-ID", original_id),
                    ),
                    text("Si trasmette quanto in oggetto.\n\nArredi Lanterna S.r.l.\n"),
                ),
            ),
        ),
    ]


def _receipt(
    rng: Random,
    reader: Person,
    date: datetime,
    kind: str,
    row: tuple[str, str],
    original_id: str,
    original: bytes,
) -> bytes:
    recipient, subject = row
    token = _token(rng)
    provider = recipient.rpartition("@")[2] if original else PROVIDER
    word = "CONSEGNA" if original else "ACCETTAZIONE"
    done = (
        f"è stato consegnato nella casella di {recipient}"
        if original
        else f"diretto a {recipient} è stato preso in carico dal sistema"
    )
    note = (
        f"Ricevuta di {kind.replace('-', ' ')}\n\nIl giorno {date:%d/%m/%Y} alle ore "
        f'{date:%H:%M:%S} ({date:%z}) il messaggio "{subject}" di {HOUSE_CERTIFIED} '
        f"{done}.\nIdentificativo: {token}\n"
    )
    parts = [
        _alternative(rng, note),
        _facts(kind, HOUSE_CERTIFIED, recipient, subject, date, token),
    ]
    headers: list[Header] = [
        *transport.journey(rng, f"posta-certificata@{provider}", reader.email, date),
        ("From", f"posta-certificata@{provider}"),
        ("To", HOUSE_CERTIFIED),
        ("Subject", header(f"{word}: {subject}")),
        ("Date", header_date(date)),
        ("Message-ID", f"<{token}>"),
        ("X-Riferimento-Message-ID", original_id),
        ("X-Ricevuta", kind),
        ("Auto-Submitted", "auto-replied"),
    ]
    if original:
        headers.append(("X-TipoRicevuta", "completa"))
        parts.insert(
            1,
            Part(
                (
                    ("Content-Type", 'message/rfc822; name="postacert.eml"'),
                    ("Content-Disposition", 'attachment; filename="postacert.eml"'),
                ),
                original,
            ),
        )
    return message(headers, _signed(rng, parts))


def _token(rng: Random) -> str:
    return f"opec{rng.randrange(210, 400)}.{rng.getrandbits(80):020x}@{PROVIDER}"


def _alternative(rng: Random, note: str) -> Part:
    lines = escape(note).replace("\n", "<br>\n")
    return multipart(
        "alternative",
        boundary(rng, "other"),
        [
            text(note, charset="windows-1252"),
            text(
                f"<html><body>{lines}</body></html>\n", "html", charset="windows-1252"
            ),
        ],
    )


def _facts(
    kind: str, sender: str, recipient: str, subject: str, date: datetime, token: str
) -> Part:
    """daticert.xml: who, to whom, when."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<postacert tipo="{kind}" errore="nessuno">\n<intestazione>\n'
        f"<mittente>{sender}</mittente>\n"
        f'<destinatari tipo="certificato">{recipient}</destinatari>\n'
        f"<risposte>{sender}</risposte>\n<oggetto>{escape(subject)}</oggetto>\n"
        f"</intestazione>\n<dati>\n<gestore-emittente>{PROVIDER}</gestore-emittente>\n"
        f'<data zona="{date:%z}"><giorno>{date:%d/%m/%Y}</giorno>'
        f"<ora>{date:%H:%M:%S}</ora></data>\n"
        f"<identificativo>{token}</identificativo>\n</dati>\n</postacert>\n"
    )
    return binary("application/xml", "daticert.xml", xml.encode())


def _signed(rng: Random, parts: list[Part]) -> Part:
    """The envelope with a signature of the right form that proves nothing."""
    content = multipart("mixed", boundary(rng, "other"), parts)
    signature = binary(
        "application/x-pkcs7-signature", "smime.p7s", b"0\x80" + rng.randbytes(1400)
    )
    return multipart(
        "signed",
        boundary(rng, "other"),
        [content, signature],
        params=' protocol="application/x-pkcs7-signature"; micalg=sha-256;',
    )
