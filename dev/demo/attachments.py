"""Files that hang on the demo mail: small, valid, and written here."""

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from . import pictures

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_PACKAGE = "application/vnd.openxmlformats-package.relationships+xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class File:
    """A file to attach; ``style`` is how its name is written in the headers."""

    name: str
    kind: str
    data: bytes
    style: str = "rfc2231"


@cache
def pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """One page of text, with a correct table of object positions."""
    drawing = ["BT /F1 18 Tf 56 780 Td", f"({_pdf_text(title)}) Tj", "/F1 11 Tf"]
    for line in lines:
        drawing.append(f"0 -20 Td ({_pdf_text(line)}) Tj")
    drawing.append("ET 0.85 0.66 0.30 rg 56 800 120 6 re f")
    content = "\n".join(drawing).encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
        b"/Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _pdf_text(value: str) -> str:
    """A PDF string literal in ASCII; other letters as octal codes of cp1252."""
    shown = []
    for byte in value.encode("cp1252", "replace"):
        char = chr(byte)
        if char in "()\\":
            shown.append("\\" + char)
        else:
            shown.append(char if 32 <= byte < 127 else f"\\{byte:03o}")
    return "".join(shown)


def _zipped(members: dict[str, str]) -> bytes:
    """A zip whose bytes do not depend on the clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _types(part: str, kind: str) -> str:
    return (
        f'{_XML}<Types xmlns="{_TYPES}"><Default Extension="rels" '
        f'ContentType="{_PACKAGE}"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="{part}" '
        f'ContentType="{kind}"/></Types>'
    )


def _relation(kind: str, target: str) -> str:
    return (
        f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


@cache
def spreadsheet(rows: tuple[tuple[str, ...], ...]) -> bytes:
    """A workbook of one sheet with inline strings."""
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row
        )
        + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return _zipped(
        {
            "[Content_Types].xml": _types(
                "/xl/workbook.xml", f"{_SHEET}.sheet.main+xml"
            ).replace(
                "</Types>",
                f'<Override PartName="/xl/worksheets/sheet1.xml" '
                f'ContentType="{_SHEET}.worksheet+xml"/></Types>',
            ),
            "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": (
                f'{_XML}<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>'
                '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": _relation(
                "worksheet", "worksheets/sheet1.xml"
            ),
            "xl/worksheets/sheet1.xml": (
                f'{_XML}<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
                "</worksheet>"
            ),
        }
    )


@cache
def document(paragraphs: tuple[str, ...]) -> bytes:
    """A text document of plain paragraphs."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(
        f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in paragraphs
    )
    return _zipped(
        {
            "[Content_Types].xml": _types(
                "/word/document.xml", f"{_WORD}.document.main+xml"
            ),
            "_rels/.rels": _relation("officeDocument", "word/document.xml"),
            "word/document.xml": (
                f'{_XML}<w:document xmlns:w="{main}"><w:body>{body}</w:body>'
                "</w:document>"
            ),
        }
    )


def pdf_file(
    name: str, title: str, lines: tuple[str, ...], style: str = "rfc2231"
) -> File:
    return File(name, "application/pdf", pdf(title, lines), style)


def spreadsheet_file(name: str, rows: tuple[tuple[str, ...], ...]) -> File:
    return File(name, f"{_SHEET}.sheet", spreadsheet(rows))


def document_file(name: str, paragraphs: tuple[str, ...]) -> File:
    return File(name, f"{_WORD}.document", document(paragraphs), "rfc2047")


def picture_file(name: str, data: bytes) -> File:
    return File(name, "image/png", data)


def archive_file(name: str, members: dict[str, str]) -> File:
    return File(name, "application/zip", _zipped(members))


def text_file(name: str, content: str) -> File:
    return File(name, "text/plain; charset=utf-8", content.encode())


def for_mark(mark: str, known: dict[str, str], language: str, variant: int) -> File:
    """The file a story asks for by a word: offer, order, invoice, sheet, list, plan."""
    italian = language == "it"
    common = (
        known["company"],
        f"{known['qty']} x {known['product']}",
        f"EUR {known['price']} -> EUR {known['total']}",
        known["colour"],
    )
    if mark == "offer":
        title = f"Offerta {known['offer']}" if italian else f"Offer {known['offer']}"
        return pdf_file(f"{title.replace(' ', '_')}.pdf", title, common)
    if mark == "order":
        title = f"{'Ordine firmato' if italian else 'Signed order'} {known['offer']}"
        if variant % 3 == 0:
            return document_file(f"{title}.docx", (title, *common))
        return pdf_file(f"{title}.pdf", title, common)
    if mark == "invoice":
        number = known["invoice"].replace("/", "-")
        title = f"{'Fattura' if italian else 'Invoice'} {number}"
        return pdf_file(f"{title}.pdf", title, (known["order"], *common))
    if mark == "sheet":
        name = (
            f"Scheda tecnica {known['product']} – reazione al fuoco e qualità dei "
            "materiali, edizione riveduta.pdf"
            if italian
            else f"Data sheet {known['product']} – reaction to fire, materials and "
            "care instructions, revised edition.pdf"
        )
        style = ("rfc2231", "rfc2047", "raw")[variant % 3]
        return pdf_file(name, known["product"], common, style)
    if mark == "list":
        header = ("Codice", "Kg", "cm") if italian else ("Code", "kg", "cm")
        rows = tuple(
            (f"AL-{10 + n}", str(8 + n * 3), f"{80 + n * 20} x 80") for n in range(9)
        )
        name = "Pesi e misure.xlsx" if italian else "Weights and measures.xlsx"
        return spreadsheet_file(name, (header, *rows))
    name = "Piantina.png" if italian else "Floor plan.png"
    return picture_file(name, pictures.plan(variant))
