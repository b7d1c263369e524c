"""English words the stories are filled with: goods, places, greetings, endings."""

# Plural name, price in euros of one; the same goods in the same order as texts_it.
PRODUCTS = (
    ("height-adjustable desks", 640),
    ("acoustic walls", 480),
    ("phone booths", 5900),
    ("Alba swivel chairs", 310),
    ("pendant lamps", 185),
    ("staff lockers", 270),
    ("meeting tables", 1450),
    ("waiting room chairs", 390),
    ("modular bookcases", 820),
    ("bar stools", 165),
    ("desk screens", 215),
    ("drawer units on castors", 240),
)
PLACES = (
    "the meeting room",
    "our ground floor offices",
    "the waiting area",
    "the reading room",
    "the training room",
    "the drawing office",
    "the staff kitchen",
    "the new entrance",
)
COLOURS = ("light oak", "pearl grey", "sage green", "walnut", "warm white")
FLOORS = ("first", "second", "third", "fourth", "fifth")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
WEEKS = ("three", "four", "five", "six", "eight")
OPENINGS = ("Dear {first},", "Hello {first},", "Hi {first},", "Good morning {first},")
FAMILIAR_OPENINGS = ("Hi {first},", "{first},", "Hi,")
CLOSINGS = (
    "Kind regards",
    "Best wishes",
    "Many thanks",
    "With best regards",
    "All the best",
    "Yours sincerely",
)
FAMILIAR_CLOSINGS = ("Cheers", "Thanks!", "Best", "Speak soon")
# Sentences that may end any message.
ASIDES = (
    "PS: we close at four on {day} for stocktaking.",
    "PS: my new extension is in the signature, the old one no longer rings.",
    "Please forgive any slips, I am typing this on a train.",
    "I am out of the office until {day} but I do read my mail.",
)
NOTICE = (
    "This message is meant for the people named above. If it has reached you by "
    "mistake, please delete it and let us know; we would be grateful."
)
FORWARDS = (
    "over to you, could you take this one?",
    "for your information. Let us talk about it on {day}.",
    "could you help me with the answer? The technical part is beyond me.",
)
