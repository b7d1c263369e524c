"""Senders of newsletters and the articles they print.

A sender is: name | address | colour | language | title of an issue. An article is a
headline, then what it says, divided by a bar.
"""

SENDERS = """
Forma e Luce | redazione@formaeluce.example | #7a4b2a | it | Forma e Luce n. {issue}
Legno Vivo | novita@legnovivo.example | #3f6b4f | it | Arrivi n. {issue}
Fiera dell'Abitare | info@fieraabitare.example | #8a2f3c | it | Notizie dalla Fiera
The Quiet Office | hello@thequietoffice.example | #2f4f6b | en | Quiet Office {issue}
Workplace Weekly | digest@workplaceweekly.example | #5a3f7a | en | Your weekly digest
Northgate Roasters | beans@northgateroasters.example | #4a3328 | en | Fresh this month
Paperlane Software | updates@paperlane.example | #1f6f78 | en | What is new in {issue}
"""

ARTICLES_IT = """
Il tavolo che si allunga da solo | Un falegname di montagna ha tolto cerniere e
  binari: la prolunga scorre su due guide di carpino e basta un dito.
Luce indiretta, istruzioni per l'uso | Tre errori che rendono stanca una stanza e il
  modo più semplice di evitarli senza cambiare lampadari.
Quanto rumore fa una sedia | Abbiamo misurato ruote, feltri e piedini su quattro
  pavimenti: vince il più economico.
Rovere, tornano le tavole lunghe | Dopo due stagioni difficili riapre la segheria del
  fondovalle. Disponibili da subito spessori da 30 e 40 millimetri.
Vernici all'acqua: prova di resistenza | Caffè, vino, inchiostro e un mese di sole. I
  risultati in una tabella da appendere in officina.
Uffici piccoli, idee grandi | In quaranta metri quadrati lavorano sei persone. Il
  segreto è una parete che il venerdì sparisce.
L'intervista | «Disegno le sedie partendo da chi si alza, non da chi si siede.» A
  colloquio con una progettista di Verona.
Prezzi fermi fino a giugno | Il listino dei pannelli non cambia. Chi ordina entro il
  mese riceve anche il campionario nuovo.
Il padiglione del legno raddoppia | Centoventi espositori, un laboratorio aperto e
  visite guidate ogni ora. Biglietti già in vendita.
Scuole: come scegliere i banchi | Altezza, peso, spigoli: una lista di controllo
  preparata con insegnanti e genitori.
"""

ARTICLES_EN = """
The desk that nobody booked | We watched one open-plan floor for a month. The best
  seat stayed empty, and the reason was a draught.
Felt, cork or nothing | Three ways to calm a room, what they cost per square metre,
  and which of them survives a cleaning crew.
A meeting without chairs | Two teams stood up for a fortnight. Meetings became
  shorter, and tempers did not.
Plants that forgive | Seven species that live through a long weekend, a dark corner
  and an over-eager colleague with a watering can.
How to read a sample | Colours change between the showroom and your window. Here is a
  test that takes one day and one sheet of white paper.
Small firms, long leases | An estate agent explains which clauses are worth an
  argument and which are not.
The case for a boring lobby | Visitors remember the greeting, not the wall. Spend your
  money where people wait.
New on the shelf | A washed coffee from a cooperative of forty families: red apple,
  brown sugar, and a finish like black tea.
Faster search, fewer clicks | Filters now remember what you chose last time, and lists
  open in half the time on older machines.
Letters from readers | One of you asks how to hide cables on a glass table. Eleven of
  you sent an answer.
"""

BUTTONS = {"it": "Continua a leggere", "en": "Read on"}
FOOTERS = {
    "it": (
        "Ricevi questa mail perché ti sei iscritto alle nostre notizie.",
        "Annulla l'iscrizione",
        "Leggi nel browser",
    ),
    "en": (
        "You are receiving this because you signed up for our news.",
        "Unsubscribe",
        "View in browser",
    ),
}
