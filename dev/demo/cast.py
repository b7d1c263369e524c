"""The cast: who buys, who sells, and what is being sold.

The house is Arredi Lanterna, a maker of office furniture with the mail domain
demo.test. Both the CRM seed and the mail generator read these tables, so that
every customer who writes is a contact of the CRM and every opportunity has mail.
All names are invented; all addresses end in .example or .test.
"""

from .people import Company, Opportunity, Person, Salesperson


def _rows(table: str) -> list[list[str]]:
    """The cells of a table written as lines with bars; a bar at the end continues."""
    lines = table.strip().replace("|\n", "|").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines]


HOUSE = Company(
    "house",
    "Arredi Lanterna S.r.l.",
    "demo.test",
    "Via dei Falegnami 18",
    "29121",
    "Piacenza",
    "IT",
    "+39 0523 555 010",
    "it",
)
# The certified address of the house; its provider delivers to the sales mailboxes.
HOUSE_CERTIFIED = "arredilanterna@posta-sicura.example"

# key | name | street | zip | city | country | phone | domain
_COMPANIES = """
valdorcina | Cantine Valdorcina Soc. Agr. | Strada delle Crete 4 |
    53045 | Montepulciano | IT | +39 0578 555 120 | cantinevaldorcina.example
morandelli | Tipografia Morandelli S.n.c. | Borgo del Torchio 31 |
    43121 | Parma | IT | +39 0521 555 233 | morandelli.example
ferrantesavi | Studio Legale Ferrante & Savi | Corso dei Notai 9 |
    20122 | Milano | IT | +39 02 5550 1840 | ferrantesavi.example
borgosereno | Borgo Sereno Ospitalità S.r.l. | Località Poggio Alto 2 |
    06123 | Perugia | IT | +39 075 555 0177 | borgosereno.example
valtrebbia | Meccanica Valtrebbia S.p.A. | Via delle Officine 112 |
    29010 | Gossolengo | IT | +39 0523 555 480 | meccanicavaltrebbia.example
sancarpoforo | Poliambulatorio San Carpoforo | Viale dei Cedri 55 |
    22100 | Como | IT | +39 031 555 612 | sancarpoforo.example
peru | Società Perù & Co. S.r.l. | Riva del Caffè 7 |
    34121 | Trieste | IT | +39 040 555 090 | peru-e-co.example
melograno | Cooperativa Il Melograno | Via della Semina 60 |
    40128 | Bologna | IT | +39 051 555 7320 | coopmelograno.example
harrowdale | Harrowdale Textiles Ltd | 14 Weavers Yard |
    LS2 7QZ | Leeds | GB | +44 113 496 0142 | harrowdale-textiles.example
pembury | Pembury & Quill Architects LLP | 3 Lantern Passage |
    EC1V 9ZZ | London | GB | +44 20 7946 0311 | pemburyquill.example
kestrel | Kestrel Ridge Brewing Co. | Unit 6, Cooper's Wharf |
    BS1 9XQ | Bristol | GB | +44 117 496 0755 | kestrelridge.example
odwyer | O'Dwyer Marine Supplies Ltd | 22 Ropewalk Quay |
    T12 X0X0 | Cork | IE | +353 20 917 0244 | odwyer-marine.example
bluestem | Bluestem Analytics Inc. | 480 Orchard Loft, Floor 5 |
    10013 | New York | US | +1 212 555 0148 | bluestem-analytics.example
fernhill | Fernhill Academy Trust | Old Rectory Lane |
    BA2 9ZX | Bath | GB | +44 1632 960 318 | fernhillacademy.example
nordlicht | Nordlicht Planung GmbH | Speicherweg 27 |
    20457 | Hamburg | DE | +49 40 555 0193 | nordlicht-planung.example
"""

# name | company | job | mail program | mailbox | extension
_CONTACTS = """
Ginevra Tolomei | valdorcina | Titolare | apple | ginevra.tolomei | -
Duccio Ramadori | valdorcina | Acquisti | outlook | acquisti | 12
Ettore Morandelli | morandelli | Socio | thunderbird | ettore | -
Ivana Zuccoli | morandelli | Amministrazione | outlook | zuccoli | 2
Bianca Ferrante | ferrantesavi | Avvocato | outlook | bferrante | -
Corrado Savi | ferrantesavi | Avvocato | outlook | csavi | 11
Mirella Pogliani | ferrantesavi | Segreteria | gmail | segreteria | 10
Ottavia Bellucci-Neri | borgosereno | Direttrice | apple | o.bellucci | -
Leandro Fabbriciani | borgosereno | Manutenzione | gmail | l.fabbri | 4
Renzo Casaroli | valtrebbia | Ufficio acquisti | outlook | rcasaroli | 21
Nives Trabucchi | valtrebbia | Risorse umane | outlook | ntrabucchi | 30
Ludovica Anselmi | sancarpoforo | Direzione | gmail | direzione | 1
Tancredi Bonfiglioli | sancarpoforo | Resp. servizi | thunderbird | bonfiglioli | 8
Zeno Perù | peru | Amministratore | apple | zeno | -
Fiorenza Dall'Ò | peru | Acquisti | gmail | fiorenza.dallo | 3
Amos Guidicelli | melograno | Presidente | thunderbird | presidenza | -
Noemi Santagata | melograno | Progetti | gmail | noemi.santagata | 15
Imogen Ackerley | harrowdale | Office Manager | outlook | i.ackerley | -
Rupert Haldane | harrowdale | Finance Director | outlook | r.haldane | -
Cecily Quill | pembury | Partner | apple | cecily | -
Dev Raghunathan | pembury | Project Architect | gmail | dev | -
Hattie Lockwood | pembury | Studio Manager | apple | studio | -
Silas Thornbury | kestrel | Founder | gmail | silas | -
Maeve Pritchard | kestrel | Taproom Manager | gmail | maeve | -
Fergal O'Dwyer | odwyer | Managing Director | outlook | fergal | -
Niamh Considine | odwyer | Purchasing | outlook | niamh | -
Joanna Whitlatch | bluestem | Head of Workplace | gmail | joanna | -
Marcus Oyelaran | bluestem | Procurement | outlook | marcus.o | -
Philippa Straker | fernhill | Business Manager | outlook | p.straker | -
Gareth Penhallow | fernhill | Estates | thunderbird | estates | -
Jürgen Weißmann | nordlicht | Projektleiter | outlook | weissmann | -
Annelie Köster | nordlicht | Innenarchitektin | apple | koester | -
"""

# owner | stage | expected revenue | contact | title
_OPPORTUNITIES = """
laura | Proposition | 41800 | Cecily Quill | Lantern Passage studio, 24 desks
laura | Qualified | 18600 | Dev Raghunathan | Acoustic ceiling rafts, Mill Street
laura | Won | 7350 | Hattie Lockwood | Model shop storage
laura | Proposition | 36200 | Imogen Ackerley | Leeds office refit, second floor
laura | Won | 14900 | Rupert Haldane | Boardroom table and chairs
laura | New | 12400 | Silas Thornbury | Taproom benches and tables
laura | Qualified | 5200 | Maeve Pritchard | Staff room lockers
laura | Proposition | 22750 | Fergal O'Dwyer | Showroom counter, Ropewalk Quay
laura | Lost | 8800 | Niamh Considine | Packing benches
laura | Proposition | 68500 | Joanna Whitlatch | Ten phone booths, New York
laura | New | 95000 | Marcus Oyelaran | Framework agreement seating
laura | Qualified | 27300 | Philippa Straker | Sixth form study hall
laura | Won | 9650 | Gareth Penhallow | Staff chairs replacement
laura | Proposition | 54000 | Jürgen Weißmann | Speicherweg, project offices
laura | New | 1900 | Annelie Köster | Sample set acoustic panels
laura | Won | 1240 | Tom Ashdown | Home office desk
laura | Lost | 4100 | Zoë Castellane | Stage furniture rental
laura | Qualified | 31500 | Zeno Perù | Sala degustazione Trieste
laura | New | 16800 | Fiorenza Dall'Ò | Uffici piano terra
laura | Proposition | 38900 | Ottavia Bellucci-Neri | Reception e sala colazioni
laura | Won | 2150 | Leandro Fabbriciani | Ricambi sedute terrazza
marco | Proposition | 29400 | Ginevra Tolomei | Sala assaggi e uffici
marco | Won | 6700 | Duccio Ramadori | Armadi spogliatoio
marco | New | 9300 | Ettore Morandelli | Banchi da lavoro reparto stampa
marco | Lost | 3400 | Ivana Zuccoli | Sedute ufficio
marco | Proposition | 47200 | Bianca Ferrante | Arredo nuovo studio Corso dei Notai
marco | Qualified | 11800 | Corrado Savi | Libreria sala riunioni
marco | Qualified | 33600 | Renzo Casaroli | Uffici tecnici capannone B
marco | New | 8200 | Nives Trabucchi | Area relax
marco | Proposition | 25900 | Ludovica Anselmi | Sale d'attesa
marco | Won | 13400 | Tancredi Bonfiglioli | Accettazione piano 1
marco | Qualified | 19700 | Amos Guidicelli | Spazio coworking
marco | Won | 7900 | Noemi Santagata | Laboratorio ragazzi
marco | New | 15200 | Giulia Sperandio | Villa sul Garda, studio
marco | Lost | 4600 | Niccolò D'Angeli | Ufficio geometra Lucca
"""


def _company(row: list[str]) -> Company:
    key, name, street, zip_code, city, country, phone, domain = row
    language = "it" if country == "IT" else "en"
    return Company(key, name, domain, street, zip_code, city, country, phone, language)


COMPANIES = tuple(_company(row) for row in _rows(_COMPANIES))


def _customer(row: list[str]) -> Person:
    """A person whose city, language, clock and domain are those of the company."""
    name, company, job, client, user, extension = row
    home = next(c for c in COMPANIES if c.key == company)
    zone = {"GB": "london", "IE": "london", "US": "newyork"}.get(home.country, "rome")
    return Person(
        name,
        f"{user}@{home.domain}",
        job,
        home.phone if extension == "-" else f"{home.phone} {extension}",
        home.city,
        home.language,
        company,
        client,
        zone,
    )


PRIVATE_CONTACTS = (
    Person(
        "Giulia Sperandio",
        "giulia@sperandio-interni.example",
        "Interior designer",
        "+39 333 555 0161",
        "Verona",
        "it",
        "",
        "apple",
    ),
    Person(
        "Niccolò D'Angeli",
        "niccolo.dangeli@posta-libera.example",
        "Geometra",
        "+39 338 555 0190",
        "Lucca",
        "it",
        "",
        "gmail",
    ),
    Person(
        "Tom Ashdown",
        "tom.ashdown@homepost.example",
        "Home office",
        "+44 7700 900 381",
        "Exeter",
        "en",
        "",
        "gmail",
        "london",
    ),
    Person(
        "Zoë Castellane",
        "zoe@castellane-studio.example",
        "Set designer",
        "+44 7700 900 247",
        "Edinburgh",
        "en",
        "",
        "apple",
        "london",
    ),
)
CONTACTS = (*(_customer(row) for row in _rows(_CONTACTS)), *PRIVATE_CONTACTS)

LAURA = Salesperson(
    "laura",
    Person(
        "Laura Bianchi",
        "laura@demo.test",
        "Sales, international",
        "+39 0523 555 011",
        "Piacenza",
        "it",
        "house",
        "apple",
    ),
    "en_US",
)
MARCO = Salesperson(
    "marco",
    Person(
        "Marco Ferri",
        "marco@demo.test",
        "Commerciale Italia",
        "+39 0523 555 012",
        "Piacenza",
        "it",
        "house",
        "thunderbird",
    ),
    "it_IT",
)
SALESPEOPLE = (LAURA, MARCO)


def _colleague(name: str, job: str, extension: str) -> Person:
    return Person(
        name,
        f"{name.split()[0].lower()}@demo.test",
        job,
        f"+39 0523 555 0{extension}",
        "Piacenza",
        "it",
        "house",
        "thunderbird",
    )


COLLEAGUES = (
    _colleague("Anna Contini", "Amministrazione", "15"),
    _colleague("Paolo Grechi", "Logistica", "16"),
    _colleague("Sara Lombardini", "Direzione", "10"),
    _colleague("Davide Rivalta", "Ufficio tecnico", "18"),
    _colleague("Elena Marchesani", "Marketing", "19"),
)
ADMIN_EMAIL = "admin@demo.test"

OPPORTUNITIES = tuple(
    Opportunity(
        next(p.email for p in CONTACTS if p.name == contact),
        title,
        stage,
        int(revenue),
        owner,
    )
    for owner, stage, revenue, contact, title in _rows(_OPPORTUNITIES)
)


def company_of(person: Person) -> Company | None:
    """The company a person belongs to, or None for a private person."""
    if person.company == HOUSE.key:
        return HOUSE
    return next((c for c in COMPANIES if c.key == person.company), None)


def person_by_email(email: str) -> Person:
    """The member of the cast who owns this address."""
    everybody = (*CONTACTS, *COLLEAGUES, *(s.person for s in SALESPEOPLE))
    return next(p for p in everybody if p.email == email)


def salesperson(login: str) -> Salesperson:
    """The salesperson with this login."""
    return next(s for s in SALESPEOPLE if s.login == login)


def contacts_of(login: str) -> tuple[Person, ...]:
    """The contacts whose opportunities this salesperson owns, plus their workmates."""
    owned = {o.contact for o in OPPORTUNITIES if o.owner == login}
    firms = {p.company for p in CONTACTS if p.email in owned and p.company}
    return tuple(p for p in CONTACTS if p.email in owned or p.company in firms)
