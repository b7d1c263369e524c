"""The newest mails of each inbox, written by hand: what a visitor sees first.

They come from customers with open opportunities and lie in the three days before the
end date: answers, files, a picture in the text, an invitation, certified mail.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from . import attachments, pictures
from .attachments import File
from .calendars import invitation
from .cast import person_by_email
from .clock import on_day
from .letters import Letter, new_id
from .people import Person


@dataclass(frozen=True)
class Scene:
    """One mail. ``said`` has paragraphs between blank lines; ``asked`` is what I had
    written before in Sent, if this is an answer."""

    day: int
    time: str
    sender: str
    subject: str
    said: str
    asked: str = ""
    files: tuple[File, ...] = ()
    picture: bytes = b""
    meeting: str = ""
    unread: bool = False
    flagged: bool = False
    copies: tuple[str, ...] = field(default=())

    @property
    def minute(self) -> int:
        hours, minutes = self.time.split(":")
        return int(hours) * 60 + int(minutes)


def scenes(login: str) -> tuple[Scene, ...]:
    """The scenes of one inbox, newest first."""
    return _laura() if login == "laura" else _marco()


def play(
    rng: Random, scene: Scene, me: Person, end: datetime
) -> tuple[Letter | None, Letter]:
    """What I had asked, if anything, and the mail of the scene."""
    author = person_by_email(scene.sender)
    when = on_day(end, scene.day, scene.minute, "rome")
    when = when.replace(second=rng.randrange(60))
    calendar = ""
    if scene.meeting:
        start = on_day(end, scene.day - 6, 10 * 60 + 30, "rome")
        start += timedelta(
            days=max(0, 7 - start.weekday()) if start.weekday() > 4 else 0
        )
        uid = f"{rng.getrandbits(64):016x}@agenda.{author.domain}"
        calendar = invitation(
            uid, author, (me,), start, scene.meeting, author.city, sent=when
        )
    letter = Letter(
        author,
        (me,),
        scene.subject,
        tuple(scene.said.strip().split("\n\n")),
        when,
        new_id(rng, author),
        author.language,
        cc=tuple(person_by_email(one) for one in scene.copies),
        files=scene.files,
        inline=(("IMG_5120.png", scene.picture),) if scene.picture else (),
        calendar=calendar,
    )
    if not scene.asked:
        return None, letter
    before = Letter(
        me,
        (author,),
        scene.subject.partition(": ")[2],
        tuple(scene.asked.strip().split("\n\n")),
        when - timedelta(hours=20, minutes=rng.randrange(5, 55)),
        new_id(rng, me),
        author.language,
    )
    answer = Letter(**{**vars(letter), "parent": before})
    return before, answer


def _laura() -> tuple[Scene, ...]:
    order = attachments.pdf_file(
        "Purchase order BA-2291.pdf",
        "Purchase order BA-2291",
        ("Bluestem Analytics Inc.", "10 phone booths, pearl grey", "EUR 68,500"),
    )
    questions = attachments.document_file(
        "Governors – questions.docx",
        ("How loud is the hall at lunch?", "Can the desks be folded for exams?"),
    )
    measures = attachments.spreadsheet_file(
        "Misure piano terra – Società Perù.xlsx",
        (
            ("Stanza", "m", "m"),
            ("Ingresso", "4,20", "3,10"),
            ("Ufficio", "5,05", "3,80"),
        ),
    )
    return (
        Scene(
            1,
            "18:22",
            "cecily@pemburyquill.example",
            "Re: Lantern Passage studio, revised quotation",
            "Dear Laura,\n\nthank you, this is exactly what we were hoping for. The "
            "sage green tops stay, and we take the wider desks by the window.\n\nOne "
            "last thing before I sign: can the fitters start on the upper floor? The "
            "lift is reserved for us until noon.\n\nWarm regards,\nCecily",
            asked="Dear Cecily,\n\nhere is the quotation as we discussed it on the "
            "telephone: 24 desks, six of them 180 wide.\n\nI can hold the delivery "
            "slot until Friday.\n\nBest wishes,\nLaura",
            unread=True,
            copies=("dev@pemburyquill.example",),
        ),
        Scene(
            1,
            "17:48",
            "joanna@bluestem-analytics.example",
            "Ten phone booths: approved!",
            "Hi Laura,\n\ngood news from New York: the board approved all ten booths "
            "this morning. The purchase order is attached.\n\nCould you confirm the "
            "sailing date by the end of the week? Marcus needs it for the customs "
            "papers.\n\nThanks so much,\nJoanna",
            files=(order,),
            unread=True,
            copies=("marcus.o@bluestem-analytics.example",),
        ),
        Scene(
            1,
            "16:35",
            "silas@kestrelridge.example",
            "Taproom benches, how it looks today",
            "Hi Laura,\n\nhere is the taproom as of this afternoon. The wall on the "
            "right comes down next week, so there is room for two more benches.\n\n"
            "Do you think the lamps could hang a little lower?\n\nCheers,\nSilas",
            picture=pictures.room(1),
            unread=True,
        ),
        Scene(
            1,
            "15:10",
            "o.bellucci@borgosereno.example",
            "Invito: sopralluogo reception e sala colazioni",
            "Cara Laura,\n\ncome promesso le mando l'invito per il sopralluogo. La "
            "sala sarà libera dalle dieci e mezza, poi la porto a pranzo.\n\nA "
            "presto,\n"
            "Ottavia",
            meeting="Sopralluogo reception e sala colazioni",
            unread=True,
        ),
        Scene(
            1,
            "10:55",
            "weissmann@nordlicht-planung.example",
            "RE: Speicherweg, schedule for the project offices",
            "Dear Laura,\n\nthe schedule works for us. The screed is dry from the "
            "second week on, the painters need three days more.\n\nPlease plan the "
            "delivery through the side entrance; the main stairs will be closed.\n\n"
            "Best regards,\nJürgen Weißmann",
            asked="Dear Jürgen,\n\nfollowing our talk this morning, here is the "
            "schedule: production in three weeks, delivery in five, fitting in four "
            "days.\n\nDoes that fit with your painters?\n\nKind regards,\nLaura",
            flagged=True,
            copies=("koester@nordlicht-planung.example",),
        ),
        Scene(
            1,
            "09:31",
            "anna@demo.test",
            "Scadenze di questa settimana",
            "Ciao Laura,\n\nti ricordo due scadenze: la fattura di O'Dwyer e la nota "
            "di credito per Harrowdale. Mi dai conferma tu?\n\nGrazie,\nAnna",
        ),
        Scene(
            1,
            "08:58",
            "fergal@odwyer-marine.example",
            "Showroom counter: a counter-offer",
            "Morning Laura,\n\nwe like the drawing, the whole crew does. If you can "
            "include the brass rail at the same total, I will sign today.\n\nThe old "
            "counter goes on Saturday, so the sooner the better.\n\nAll the best,\n"
            "Fergal",
            unread=True,
        ),
        Scene(
            2,
            "17:20",
            "p.straker@fernhillacademy.example",
            "Sixth form study hall: questions from the governors",
            "Dear Laura,\n\nthe governors met last night and are in favour. They have "
            "a few questions, which I have put into the document attached.\n\nIf you "
            "could answer by Thursday I can bring it to the finance committee.\n\n"
            "With best wishes,\nPhilippa",
            files=(questions,),
            unread=True,
        ),
        Scene(
            2,
            "12:12",
            "maeve@kestrelridge.example",
            "Re: Staff room lockers, colours",
            "Hi Laura,\n\nwe voted: walnut for the doors, warm white for the rest. "
            "Eleven to three, so nobody can complain.\n\nBest,\nMaeve",
            asked="Hi Maeve,\n\nthe lockers come in walnut, light oak and sage green; "
            "the bodies are always warm white.\n\nWhich one shall I note?\n\nLaura",
        ),
        Scene(
            2,
            "10:05",
            "fiorenza.dallo@peru-e-co.example",
            "Uffici piano terra: le misure",
            "Ciao Laura,\n\nti mando la tabella con le misure di tutte le stanze, "
            "prese con il metro laser.\n\nL'ingresso è più stretto del previsto: il "
            "bancone ci sta lo stesso?\n\nUn caro saluto,\nFiorenza",
            files=(measures,),
            copies=("zeno@peru-e-co.example",),
        ),
        Scene(
            3,
            "16:30",
            "i.ackerley@harrowdale-textiles.example",
            "Leeds office refit: access on Saturdays",
            "Hello Laura,\n\nour landlord allows deliveries on Saturdays between seven "
            "and one. He wants the driver's name two days ahead.\n\nRupert will "
            "approve "
            "the second instalment on Monday.\n\nKind regards,\nImogen",
            flagged=True,
        ),
        Scene(
            3,
            "11:15",
            "koester@nordlicht-planung.example",
            "Sample set arrived",
            "Dear Laura,\n\nthe acoustic samples are here, thank you! We held them "
            "against the brick wall and the sage green wins.\n\nHere is the plan with "
            "the walls we have in mind.\n\nBest,\nAnnelie",
            picture=pictures.plan(0),
        ),
    )


def _marco() -> tuple[Scene, ...]:
    order = attachments.pdf_file(
        "Richiesta d'offerta capannone B.pdf",
        "Richiesta d'offerta 118",
        ("Meccanica Valtrebbia S.p.A.", "Uffici tecnici, 14 postazioni"),
    )
    return (
        Scene(
            1,
            "18:04",
            "bferrante@ferrantesavi.example",
            "R: Arredo nuovo studio, finiture",
            "Gentile Marco,\n\nabbiamo scelto: noce per le librerie e pelle scura "
            "per le "
            "sedute della sala riunioni. Il collega Savi chiede solo un ripiano in "
            "più.\n\n"
            "Attendo l'offerta aggiornata.\n\nCordiali saluti,\nBianca Ferrante",
            asked="Gentile avvocato,\n\nle propongo due finiture: noce o rovere. "
            "I campioni sono partiti questa mattina.\n\nCordiali saluti,\nMarco",
            unread=True,
            copies=("csavi@ferrantesavi.example",),
        ),
        Scene(
            1,
            "16:41",
            "ginevra.tolomei@cantinevaldorcina.example",
            "La sala assaggi oggi",
            "Ciao Marco,\n\necco la sala com'è adesso. La luce del pomeriggio entra da "
            "sinistra, quindi il bancone lo vedrei sul fondo.\n\nPassa quando vuoi, "
            "un bicchiere lo trovi.\n\nGinevra",
            picture=pictures.room(0),
            unread=True,
        ),
        Scene(
            1,
            "11:20",
            "rcasaroli@meccanicavaltrebbia.example",
            "Richiesta d'offerta: uffici tecnici capannone B",
            "Buongiorno,\n\nin allegato la richiesta d'offerta per le quattordici "
            "postazioni del capannone B. Il termine è fra due settimane.\n\nResto a "
            "disposizione per un sopralluogo.\n\nRenzo Casaroli",
            files=(order,),
            unread=True,
        ),
        Scene(
            2,
            "15:05",
            "direzione@sancarpoforo.example",
            "Invito: presentazione sale d'attesa",
            "Gentile Marco,\n\nla aspettiamo per presentare il progetto delle sale "
            "d'attesa al consiglio. L'invito è unito a questa mail.\n\nLudovica "
            "Anselmi",
            meeting="Presentazione sale d'attesa",
            flagged=True,
        ),
        Scene(
            2,
            "09:48",
            "presidenza@coopmelograno.example",
            "Spazio coworking: bando vinto",
            "Caro Marco,\n\nabbiamo vinto il bando! Adesso possiamo parlare sul "
            "serio di "
            "tavoli e sedie per lo spazio di Bologna.\n\nQuando ci vediamo?\n\nAmos",
        ),
        Scene(
            3,
            "17:33",
            "giulia@sperandio-interni.example",
            "Villa sul Garda, pareti dello studio",
            "Ciao Marco,\n\nil cliente ha approvato le librerie a tutta altezza. Mi "
            "mandi "
            "i disegni in scala? Il muratore comincia lunedì.\n\nGrazie,\nGiulia",
        ),
    )
