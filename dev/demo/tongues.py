"""Texts in many charsets, declared rightly, wrongly or not at all."""

from .compose import Part, address, crlf, encode_body, header, text

Row = tuple[str, str, str, Part]

_ITALIAN = (
    "Perché no? La qualità c'è già: così com'è, il tavolo è più solido.\n\n"
    "Il costo è di 1.250 € più IVA.\n\nCordialità,\nNiccolò\n"
)
_LATIN = _ITALIAN.replace("€", "euro")
_RUSSIAN = (
    "Добрый день!\n\nПришлите, пожалуйста, каталог столов и стульев. "
    "Нам нужны двадцать рабочих мест к сентябрю.\n\nС уважением,\nПолина\n"
)
_CHINESE = "您好：\n\n请发给我办公桌和椅子的价格。我们需要三十张。\n\n谢谢，\n梅\n"
_JAPANESE = (
    "お世話になっております。\n\n会議用テーブルのカタログを送ってください。\n"
    "よろしくお願いします。\n\n春香\n"
)
_GREEK = "Καλημέρα,\n\nθα θέλαμε μια προσφορά για δέκα καρέκλες.\n\nΕυχαριστώ\n"
_HEBREW = "שלום,\n\nנשמח לקבל הצעת מחיר לשולחן ישיבות.\n\nתודה\n"
_ARABIC = "مرحبا،\n\nنرغب في شراء عشرة مكاتب للمكتب الجديد.\n\nشكرا\n"

_NICCOLO = "niccolo.dangeli@posta-libera.example"


def declared(
    content: str, charset: str, codec: str, encoding: str, subtype: str = "plain"
) -> Part:
    """A text whose declared charset name is not necessarily what it is made with."""
    data = encode_body(crlf(content).encode(codec), encoding)
    kind = f"text/{subtype}" + (f"; charset={charset}" if charset else "")
    headers = (("Content-Type", kind), ("Content-Transfer-Encoding", encoding))
    return Part(headers, data)


def raw(value: str, codec: str) -> str:
    """A header value whose bytes go out undeclared in the given codec."""
    return value.encode(codec).decode("utf-8", "surrogateescape")


def charsets() -> list[Row]:
    """Case, sender, subject and text."""
    niccolo = address("Niccolò D'Angeli", _NICCOLO, "iso-8859-1")
    return [*_european(niccolo), *_far(), *_wrong(niccolo)]


def _european(niccolo: str) -> list[Row]:
    return [
        (
            "iso-8859-1",
            niccolo,
            header("Perché è così", "iso-8859-1"),
            declared(_LATIN, "iso-8859-1", "iso-8859-1", "quoted-printable"),
        ),
        (
            "windows-1252",
            niccolo,
            header("Preventivo “tavoli” – 1.250 €", "windows-1252"),
            declared(
                "Le «virgolette» e i “trattini” – più il simbolo € – arrivano da un "
                "programma d'ufficio…\n\n" + _ITALIAN,
                "windows-1252",
                "cp1252",
                "8bit",
            ),
        ),
        (
            "iso-8859-15",
            niccolo,
            header("Costo: 1.250 €", "iso-8859-15", "B"),
            declared(_ITALIAN, "ISO-8859-15", "iso-8859-15", "8bit"),
        ),
        (
            "cp-850",
            niccolo,
            "Dal vecchio gestionale",
            declared(_LATIN, "cp-850", "cp850", "8bit"),
        ),
        (
            "utf-8-base64",
            niccolo,
            header("Perù, caffè e città", "utf-8", "B"),
            declared(_ITALIAN * 3, "UTF-8", "utf-8", "base64"),
        ),
        (
            "greek-iso-8859-7",
            address("Ελένη", "eleni@grafeio.example", "iso-8859-7", "B"),
            header("Προσφορά για καρέκλες", "iso-8859-7", "B"),
            declared(_GREEK, "iso-8859-7", "iso-8859-7", "base64"),
        ),
    ]


def _far() -> list[Row]:
    return [
        (
            "koi8-r",
            address("Полина Ветрова", "polina@vetrova.example", "koi8-r", "B"),
            header("Каталог столов и стульев", "koi8-r", "B"),
            declared(_RUSSIAN, "koi8-r", "koi8-r", "8bit"),
        ),
        (
            "gb2312",
            address("梅", "mei@studio-mei.example", "gb2312", "B"),
            header("办公桌价格", "gb2312", "B"),
            declared(_CHINESE, "gb2312", "gb2312", "base64"),
        ),
        (
            "iso-2022-jp",
            address("春香", "haruka@kaguya-design.example", "iso-2022-jp", "B"),
            header("会議用テーブル", "iso-2022-jp", "B"),
            declared(_JAPANESE, "ISO-2022-JP", "iso-2022-jp", "7bit"),
        ),
        (
            "right-to-left-hebrew",
            address("נועה לביא", "noa@lavi-office.example", "utf-8", "B"),
            header("הצעת מחיר לשולחן ישיבות", "utf-8", "B"),
            text(_HEBREW, encoding="base64"),
        ),
        (
            "right-to-left-arabic",
            address("سلمى", "salma@maktab.example", "windows-1256", "B"),
            header("عشرة مكاتب", "windows-1256", "B"),
            declared(_ARABIC, "windows-1256", "cp1256", "base64"),
        ),
        (
            "utf-7",
            address("Old Gateway", "gateway@museum.example"),
            "Sent through an old gateway",
            declared(_LATIN, "utf-7", "utf-7", "7bit"),
        ),
    ]


def _wrong(niccolo: str) -> list[Row]:
    return [
        (
            "x-unknown",
            niccolo,
            "=?x-unknown?Q?Perch=E9_no?=",
            declared(_LATIN, "x-unknown", "iso-8859-1", "8bit"),
        ),
        (
            "undeclared-8bit",
            raw(f"Niccolò D'Angeli <{_NICCOLO}>", "iso-8859-1"),
            raw("Qualità e novità senza dichiarazione", "iso-8859-1"),
            declared(_LATIN, "", "iso-8859-1", "8bit"),
        ),
        (
            "undeclared-utf-8",
            f"Niccolò D'Angeli <{_NICCOLO}>",
            "Novità in città, senza codifica",
            declared(_ITALIAN, "", "utf-8", "8bit"),
        ),
        (
            "ascii-declared-utf-8-inside",
            niccolo,
            "Declared as us-ascii",
            declared(_ITALIAN, "us-ascii", "utf-8", "8bit"),
        ),
        (
            "utf-8-declared-latin-inside",
            niccolo,
            "=?utf-8?Q?Qualit=E0_promessa?=",
            declared(_LATIN, "utf-8", "iso-8859-1", "8bit"),
        ),
        (
            "html-meta-disagrees",
            niccolo,
            "Header and page disagree",
            declared(
                '<html><head><meta charset="iso-8859-1"></head><body><p>'
                "Città e perché: la pagina dice latin, la mail dice utf-8."
                "</p></body></html>\n",
                "utf-8",
                "utf-8",
                "8bit",
                "html",
            ),
        ),
        (
            "charset-in-quotes",
            niccolo,
            "Quotes around the charset",
            declared(_ITALIAN, '" utf-8 "', "utf-8", "quoted-printable"),
        ),
    ]
