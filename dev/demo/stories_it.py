"""Business threads in Italian, in the small script language of ``scripts``.

``@`` opens a message and names its author and what is attached, ``+`` opens a new
paragraph, ``&`` continues it, ``/`` is another way to say the same thing.
"""

STORIES = """
story enquiry
subject Richiesta informazioni: {product}
subject Preventivo per {qty} {product}
subject {product}, {place}
@ customer
+ stiamo sistemando {place} e ci servirebbero {qty} {product}.
/ vi scrivo perché entro l'estate vorremmo rinnovare {place}: pensiamo a {qty}
  {product}, più qualche accessorio.
/ ci avete già aiutato in passato e ci siamo trovati bene. Adesso tocca a {place}: ci
  occorrono {qty} {product}.
& Potete farci un'idea di prezzo, trasporto e montaggio compresi?
/ Quanto costerebbero, consegnati a {city} e montati?
/ Avrei bisogno di un preventivo da portare in riunione {day}.
+ Il colore non è ancora deciso, ma ci piace il {colour}.
/ Per le finiture ci orienteremmo sul {colour}, se rientra nei vostri standard.
/ Se avete un catalogo aggiornato con le finiture, mandatelo pure.
@ me
+ grazie per averci scritto. Per {qty} {product} la consegna richiede di solito
  {weeks} settimane dalla conferma.
/ grazie della richiesta, la seguo io. I nostri tempi per {product} in questo periodo
  sono di circa {weeks} settimane.
+ Per prepararle un'offerta precisa mi servono due cose: a che piano si trova {place},
  e se c'è un montacarichi.
/ Prima di fare i conti le chiedo: il pavimento è già finito? E possiamo scaricare
  davanti all'ingresso, o serve un mezzo piccolo?
/ Mi aiuterebbe una piantina, anche uno schizzo a mano con le misure dei muri.
@ customer plan
+ siamo al {floor} piano, il montacarichi c'è ma è piccolo: la porta è larga un metro
  scarso.
/ le allego la piantina con le misure prese ieri. La parete lunga è quella che dà sul
  cortile.
/ il pavimento è in resina ed è già finito. Per lo scarico il cortile va bene, basta
  avvisare il giorno prima.
& Per il resto decida lei che cosa conviene.
/ Se manca qualcosa mi chiami pure, in ufficio ci sono fino alle sei.
@ me offer
+ in allegato trova l'offerta {offer}: {qty} {product} a {price} euro l'uno, trasporto
  e montaggio compresi, per un totale di {total} euro oltre IVA.
/ eccole l'offerta {offer} come d'accordo. Il totale è di {total} euro oltre IVA, con
  montaggio incluso e imballi ritirati da noi.
& È valida trenta giorni.
/ I prezzi restano fermi fino alla fine del mese prossimo.
+ Per il {colour} non c'è sovrapprezzo.
/ Ho previsto il {colour}; cambiare tinta non sposta la spesa.
/ Se vuole vedere un campione del {colour}, glielo spedisco domani.
@ customer
+ ricevuta, grazie. In riunione è piaciuta, resta solo una domanda: il pagamento può
  essere diviso in tre?
/ grazie, chiarissima. Il socio chiede se su {qty} pezzi si può limare ancora
  qualcosa.
/ grazie. Il montaggio si potrebbe fare di sabato, per non fermare il lavoro?
@ me
+ va bene così: un terzo all'ordine, un terzo alla consegna, il saldo a sessanta
  giorni.
/ posso venirle incontro con il tre per cento se l'ordine parte entro {day}.
/ il sabato si può fare, la squadra chiede solo di saperlo con dieci giorni di
  anticipo.
& Mi faccia sapere e blocco la produzione.
/ Se per lei va bene, mi basta una risposta a questa mail.
@ customer order
+ perfetto, procediamo. Le allego l'ordine firmato.
/ va bene. Trova l'ordine firmato in allegato, con i dati per la fattura.
& Attendo conferma della data.
/ Grazie della pazienza.
@ me
+ ordine ricevuto, il numero è {order}. La consegna è prevista fra {weeks} settimane;
  Paolo della logistica la chiamerà per fissare il giorno.
/ confermo l'ordine {order}. Appena la produzione mi dà la settimana precisa gliela
  scrivo.

story delivery
subject Consegna ordine {order}
subject Ordine {order}: quando arriva?
@ customer
+ volevo sapere se per l'ordine {order} è confermata la consegna di {day}.
/ ci sono novità sull'ordine {order}? Gli imbianchini finiscono {day} e vorremmo
  incastrare le due cose.
& Da noi lo scarico si può fare solo la mattina, entro le undici.
/ Mi basta sapere la fascia oraria, così avviso la portineria.
@ me logistics
+ metto in copia Paolo, che segue i trasporti: le risponde lui con il giorno esatto.
/ la merce è pronta in magazzino. Paolo, in copia, conferma orario e mezzo.
@ logistics
+ buongiorno a tutti, il camion passa da {city} {day} mattina, verso le nove. Sono sei
  colli su due bancali, con sponda idraulica.
/ confermo {day}, fra le otto e le dieci. L'autista chiama mezz'ora prima, mi serve
  solo un numero di cellulare.
@ customer
+ perfetto, ci troverete sul posto. Il numero della portineria è quello in firma.
/ benissimo. Chiedete di me all'ingresso, il cortile sarà libero.
@ customer slow photo
+ tutto arrivato e montato, i ragazzi sono stati rapidi e hanno lasciato pulito. Vi
  mando una foto.
/ consegna fatta, nessun danno. In foto il risultato: {place} sembra un'altra cosa.
@ me
+ che bella foto, grazie! La mostro anche in officina.
/ grazie a voi. Se nei prossimi giorni qualcosa si allenta o balla, ditemelo subito.

story complaint
subject Ordine {order}: pezzo danneggiato
subject Problema con {product}
@ customer photo
+ aprendo gli imballi dell'ordine {order} abbiamo trovato un bordo scheggiato, si vede
  bene nella foto.
/ purtroppo uno dei pezzi consegnati {day} ha un graffio profondo sul piano. Allego
  foto.
/ uno dei {product} non si chiude bene: il fianco è fuori squadra di qualche
  millimetro.
& L'imballo era integro, quindi credo sia successo prima della partenza.
/ Il trasportatore ha segnato la riserva sulla bolla.
& Come procediamo?
/ Potete sostituirlo?
@ me
+ mi dispiace molto. Ho già chiesto all'ufficio tecnico di guardare la foto e domani
  le dico se basta una riparazione.
/ ci scusiamo per l'inconveniente, non è il modo in cui vogliamo consegnare. Apro
  subito la pratica.
+ Nel frattempo può usarlo senza problemi, poi passiamo noi.
/ Le chiedo solo il numero sull'etichetta, sotto il piano a destra.
@ customer
+ grazie della risposta rapida. Sull'etichetta leggo {label}.
/ il numero è {label}. Non c'è fretta, ma prima della visita del {day} vorremmo averlo
  a posto.
@ me tech
+ Davide ha controllato: il pezzo va sostituito. Lo mettiamo in produzione questa
  settimana e ve lo montiamo noi, senza spese.
/ abbiamo deciso di cambiarlo per intero, parte {day} con il nostro furgone.
@ customer
+ ottimo, così siamo tranquilli. Grazie.
/ bene, apprezziamo. Ci vediamo {day}.

story invoice
subject Fattura {invoice}
subject Fattura {invoice}: dati da correggere
@ office invoice
+ in allegato la fattura {invoice} relativa all'ordine {order}, di {total} euro oltre
  IVA. La scadenza è a trenta giorni.
/ vi trasmettiamo copia di cortesia della fattura {invoice}; l'originale elettronico
  arriva dal sistema nelle prossime ore.
@ customer
+ nella fattura manca il nostro riferimento interno, senza il quale la contabilità non
  paga. Potete aggiungerlo?
/ abbiamo ricevuto la fattura ma l'indirizzo è ancora quello vecchio. Serve una nota
  di credito?
/ una verifica: nell'offerta il trasporto era compreso, in fattura lo vedo a parte.
@ me
+ ha ragione, ne parlo subito con Anna in amministrazione e le mando la versione
  corretta.
/ grazie della segnalazione, controlliamo e le facciamo sapere entro {day}.
@ office invoice
+ ecco la fattura corretta, ci scusiamo per il disguido. La precedente è da
  considerare annullata.
/ in allegato la versione rettificata con i dati che ci avete indicato.
@ customer slow
+ grazie, il bonifico è partito questa mattina.
/ tutto a posto, pagamento disposto per {day}.

story appointment
subject Sopralluogo a {city}
subject Visita in showroom
@ me
+ la settimana prossima sono dalle sue parti: potrei passare {day} mattina per
  prendere le misure di {place}. Che ne dice?
/ per chiudere il progetto mi servirebbe vedere {place} dal vivo. Le andrebbe bene
  {day}, verso le dieci?
@ customer
+ {day} va bene, ma dopo le undici: prima ho una riunione.
/ volentieri. Se viene {day} a pranzo, le faccio conoscere anche l'architetto.
& Il parcheggio è nel cortile interno, suoni al cancello grande.
/ Chieda di me alla reception.
@ me invitation
+ perfetto, le mando l'invito così resta in agenda.
/ d'accordo, ho segnato tutto. L'invito è in allegato.
@ customer
+ confermato, a {day}.
/ ricevuto, buon viaggio e a presto.

story sheet
subject Scheda tecnica {product}
subject Certificazioni per {product}
@ customer
+ il nostro responsabile della sicurezza chiede la scheda tecnica di {product}, in
  particolare la classe di reazione al fuoco.
/ per la gara ci servono le certificazioni ambientali di {product}. Le avete in
  formato digitale?
@ me sheet
+ le allego la scheda completa; il punto sul fuoco è a pagina tre.
/ eccole. Se la gara chiede la dichiarazione firmata, gliela preparo in giornata.
@ customer
+ grazie, è quello che serviva.
/ perfetto. Mi servirebbe anche la versione inglese, se esiste.
@ me list
+ in allegato anche la tabella con pesi e misure di tutta la serie.
/ la versione inglese arriva la prossima settimana, intanto le mando la tabella
  completa.

story reorder
subject Altri {qty} {product}
subject Riordino come {order}
@ customer
+ siamo cresciuti: ci servono altri {qty} {product}, identici a quelli dell'ordine
  {order}.
/ avremmo bisogno di completare {place} con {qty} {product}. Il modello è ancora in
  produzione?
& Stesso {colour}, mi raccomando.
/ Il {colour} lo fate ancora?
@ me offer
+ certo, il modello è sempre lo stesso e anche la tinta. Le allego l'offerta {offer},
  con lo stesso prezzo dell'anno scorso.
/ siamo contenti che vi troviate bene. L'offerta {offer} è in allegato: {total} euro
  in tutto, consegna in {weeks} settimane.
@ customer order
+ approvato, in allegato l'ordine.
/ va bene, procedete pure. Ordine in allegato.
@ me
+ ricevuto, grazie. Il numero è {order}-B.
/ grazie, ho passato tutto alla produzione.

story followup
subject Offerta {offer}
subject Novità sull'offerta {offer}?
@ me
+ le scrivo per sapere se ha avuto modo di guardare l'offerta {offer} per {place}.
/ volevo capire a che punto siete con la decisione sui {product}: i prezzi
  dell'offerta {offer} scadono {day}.
@ customer slow
+ ha ragione, sono in ritardo. La decisione slitta al mese prossimo, aspettiamo il
  finanziamento.
/ purtroppo per quest'anno il progetto è fermo. Se ne riparla in primavera.
/ ci stiamo pensando, ma un altro fornitore è sceso parecchio. Avete margine?
@ me
+ grazie della franchezza. Tengo l'offerta nel cassetto e la richiamo io fra un mese.
/ capisco. Sul prezzo posso fare poco, ma posso tenere fermo il listino e anticipare
  la consegna.
@ customer
+ va bene, ci sentiamo allora.
/ apprezzo, le faccio sapere dopo il consiglio di {day}.

story smalltalk
subject Saluti
subject Grazie per la visita
subject Auguri da {city}
@ customer
+ due righe solo per ringraziarla della visita: ai colleghi è piaciuto molto vedere
  l'officina al lavoro.
/ le scrivo fuori dal lavoro: ho visto il vostro stand in fiera e i nuovi tavoli sono
  davvero riusciti. Complimenti a chi li ha disegnati.
/ con l'arrivo delle feste mando a lei e a tutta la squadra i nostri auguri più cari.
@ me
+ che gentile, grazie! Lo dico subito a tutti.
/ grazie di cuore, fa piacere saperlo. La prossima volta il caffè lo offro io.
@ customer
+ ci conto. Buon fine settimana!
/ affare fatto, a presto.

story measure
subject Misure: {place}
subject Disegni aggiornati: {place}
@ customer plan
+ l'architetto ha spostato una porta: le mando la piantina nuova di {place}.
/ abbiamo rifatto le misure e la parete di fondo è più corta di quanto pensassimo. In
  allegato il disegno.
@ me tech
+ grazie, con Davide controlliamo se i {qty} {product} ci stanno ancora.
/ ricevuto. Davide, puoi guardare se dobbiamo ridurre la profondità?
@ tech plan
+ ho ridisegnato tutto: ci stanno, ma i passaggi scendono a novanta centimetri. Allego
  la nuova disposizione.
/ con due pezzi in meno il passaggio resta a norma. Nel disegno ho segnato in rosso
  dove.
@ customer
+ preferiamo tenere i passaggi larghi, togliamone pure due.
/ per noi va bene la disposizione nuova, procediamo così.
@ me offer
+ aggiorno l'offerta di conseguenza: la trova in allegato con lo stesso numero,
  {offer}.
/ ecco l'offerta {offer} rivista, adesso sono {total} euro.
@ customer
+ grazie, la giro al direttore e la firmo entro {day}.
/ approvata. Aspetto le date.

story internal
subject Interno: {company}
subject Riunione di {day}
subject Magazzino, {product}
@ colleague
+ mi confermi se per {company} dobbiamo tenere da parte {qty} {product}? In magazzino
  me ne restano pochi.
/ {day} alle nove facciamo il punto sugli ordini aperti. Porta la situazione di
  {company}.
/ ho in mano la pratica di {company}: manca la copia firmata dell'ordine {order}.
@ me
+ sì, tienili, l'ordine arriva in settimana.
/ ci sarò. Preparo due righe entro domani.
/ te la giro appena la trovo, dovrebbe essere nella posta di ieri.
@ colleague
+ grazie, segnato.
/ perfetto, grazie mille.
"""
