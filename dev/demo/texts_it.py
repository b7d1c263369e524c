"""Italian words the stories are filled with: goods, places, greetings, endings."""

# Plural name, price in euros of one.
PRODUCTS = (
    ("scrivanie regolabili", 640),
    ("pareti acustiche", 480),
    ("cabine telefoniche", 5900),
    ("sedie girevoli Alba", 310),
    ("lampade a sospensione", 185),
    ("armadietti spogliatoio", 270),
    ("tavoli riunione", 1450),
    ("poltroncine attesa", 390),
    ("librerie modulari", 820),
    ("sgabelli alti", 165),
    ("pannelli divisori", 215),
    ("cassettiere su ruote", 240),
)
PLACES = (
    "la sala riunioni",
    "gli uffici al piano terra",
    "la zona d'attesa",
    "l'archivio",
    "la sala corsi",
    "l'ufficio tecnico",
    "la sala pausa",
    "il nuovo ingresso",
)
COLOURS = ("rovere chiaro", "grigio perla", "verde salvia", "noce", "bianco caldo")
FLOORS = ("primo", "secondo", "terzo", "quarto", "quinto")
DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì")
WEEKS = ("tre", "quattro", "cinque", "sei", "otto")
OPENINGS = ("Buongiorno {first},", "Gentile {them},", "Buongiorno,", "Salve {first},")
FAMILIAR_OPENINGS = ("Ciao {first},", "{first},", "Ciao,")
CLOSINGS = (
    "Cordiali saluti",
    "Un saluto",
    "Grazie e buon lavoro",
    "Distinti saluti",
    "Buona giornata",
    "A presto",
)
FAMILIAR_CLOSINGS = ("Ciao", "Grazie!", "A dopo", "Buon lavoro")
# Sentences that may end any message.
ASIDES = (
    "PS: {day} l'ufficio chiude alle quattro per l'inventario.",
    "PS: il mio nuovo interno è quello in firma, il vecchio non suona più.",
    "Scusi gli eventuali errori, scrivo dal telefono fra due riunioni.",
    "Resto fuori sede fino a {day}, ma leggo la posta.",
)
NOTICE = (
    "Questo messaggio è destinato alle persone indicate sopra. Se vi è arrivato per "
    "sbaglio, cancellatelo e avvisateci: ve ne saremo grati."
)
FORWARDS = (
    "ti giro questa, puoi occupartene tu?",
    "per conoscenza. Ne parliamo {day}.",
    "mi aiuti con la risposta? La parte tecnica non è il mio forte.",
)
