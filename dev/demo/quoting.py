"""How mail programs lay out a letter and quote the one it answers.

Four habits, in two languages and in both forms of the text: web mail ("gmail"),
the office program ("outlook": history as a block of headers, unmarked), the phone
("apple") and the desktop program ("thunderbird": signature delimiter, flowed text).
"""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .cast import company_of
from .clock import apple_date, gmail_date, numeric_date, outlook_date
from .texts_en import NOTICE as NOTICE_EN
from .texts_it import NOTICE as NOTICE_IT

if TYPE_CHECKING:
    from .letters import Letter

# Firms whose lawyers want a notice below every mail.
_WITH_NOTICE = ("ferrantesavi", "valtrebbia", "bluestem")
_OUTLOOK_STYLE = """<style><!--
@font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}
p.MsoNormal, li.MsoNormal, div.MsoNormal
  {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}
a:link, span.MsoHyperlink {color:#0563C1; text-decoration:underline;}
span.StileMessaggio18 {font-family:"Calibri",sans-serif; color:windowtext;}
.MsoChpDefault {font-size:10.0pt;}
@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 2.0cm 2.0cm 2.0cm;}
div.WordSection1 {page:WordSection1;}
--></style>"""
_BLOCK = {
    "en": ("From", "Sent", "To", "Cc", "Subject"),
    "it": ("Da", "Inviato", "A", "Cc", "Oggetto"),
}


@dataclass(frozen=True)
class Body:
    """Both forms of one letter, history included."""

    text: str
    html: str


def render(letter: "Letter") -> Body:
    """The letter as its author's program lays it out."""
    fragment = _html(letter, shown=True)
    client = letter.author.client
    if client == "outlook":
        page = (
            '<html xmlns:o="urn:schemas-microsoft-com:office:office">\n<head>\n'
            '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
            f'{_OUTLOOK_STYLE}\n</head>\n<body lang="IT" link="#0563C1">\n'
            f'<div class="WordSection1">\n{fragment}\n</div>\n</body>\n</html>\n'
        )
    elif client == "apple":
        page = (
            '<html><head><meta http-equiv="content-type" content="text/html; '
            'charset=utf-8"></head><body style="overflow-wrap: break-word; '
            f'-webkit-nbsp-mode: space; line-break: after-white-space;">{fragment}'
            "</body></html>"
        )
    elif client == "thunderbird":
        page = (
            "<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="
            '"Content-Type" content="text/html; charset=UTF-8">\n</head>\n'
            f"<body>\n{fragment}\n</body>\n</html>\n"
        )
    else:
        page = f'<div dir="ltr">{fragment}</div>\n'
    return Body(_text(letter), page)


def has_logo(letter: "Letter") -> bool:
    """Whether the signature shows the firm's mark as a picture."""
    author = letter.author
    return author.client == "outlook" and len(author.company) > 8 and not letter.plain


def logo_id(letter: "Letter") -> str:
    return f"image001.png@{letter.message_id[:16].replace('-', '')}"


def signature_lines(letter: "Letter") -> tuple[str, ...]:
    """Name, job, firm and telephone of the author."""
    author = letter.author
    company = company_of(author)
    place = (
        f"{company.street}, {company.zip} {company.city}" if company else author.city
    )
    lines = (author.name, author.job, company.name if company else "", place)
    return (*(line for line in lines if line), f"Tel. {author.phone}")


def _notice(letter: "Letter") -> str:
    if letter.author.company not in _WITH_NOTICE:
        return ""
    return NOTICE_IT if letter.language == "it" else NOTICE_EN


def _text(letter: "Letter") -> str:
    delimiter = "-- \n" if letter.author.client == "thunderbird" else ""
    own = "\n\n".join(letter.paragraphs)
    own += f"\n\n{delimiter}" + "\n".join(signature_lines(letter)) + "\n"
    if notice := _notice(letter):
        own += f"\n{notice}\n"
    return own + _text_history(letter)


def _text_history(letter: "Letter") -> str:
    parent = letter.parent
    if parent is None:
        return ""
    if letter.forwards or letter.author.client == "outlook":
        line = {
            "outlook": "_" * 32,
            "gmail": "---------- Forwarded message ---------",
            "apple": "",
            "thunderbird": "-------- Forwarded Message --------",
        }[letter.author.client]
        block = "\n".join(f"{name}: {value}" for name, value in _block(letter, parent))
        return f"\n{line}\n{block}\n\n{_text(parent)}"
    quoted = "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip()
        for line in _text(parent).rstrip("\n").split("\n")
    )
    return f"\n{_attribution(letter, parent)}\n\n{quoted}\n"


def _attribution(letter: "Letter", parent: "Letter") -> str:
    italian = letter.language == "it"
    name, email = parent.author.name, parent.author.email
    if letter.author.client == "gmail":
        date = gmail_date(parent.date, letter.language)
        if italian:
            return f"Il giorno {date} {name} <{email}> ha scritto:"
        return f"On {date} {name} <{email}> wrote:"
    if letter.author.client == "apple":
        date = apple_date(parent.date, letter.language)
        if italian:
            return f"Il giorno {date}, {name} <{email}> ha scritto:"
        return f"On {date}, {name} <{email}> wrote:"
    date = numeric_date(parent.date)
    return f"Il {date}, {name} ha scritto:" if italian else f"On {date}, {name} wrote:"


def _block(letter: "Letter", parent: "Letter") -> list[tuple[str, str]]:
    """The headers of the parent as a block above its text."""
    values = (
        f"{parent.author.name} <{parent.author.email}>",
        outlook_date(parent.date, letter.language),
        "; ".join(f"{p.name} <{p.email}>" for p in parent.to),
        "; ".join(f"{p.name} <{p.email}>" for p in parent.cc),
        parent.subject,
    )
    names = _BLOCK[letter.language]
    return [(n, v) for n, v in zip(names, values, strict=True) if v]


def _lines(value: str) -> str:
    return escape(value, quote=False).replace("\n", "<br>\n")


def _html(letter: "Letter", shown: bool) -> str:
    """The letter without page frame; pictures only where they travel along."""
    client = letter.author.client
    pieces = [_paragraph(client, _lines(p)) for p in letter.paragraphs]
    if shown:
        pieces += [
            _paragraph(
                client,
                f'<img src="cid:{letter.content_id(index)}" alt="{escape(name)}" '
                'style="max-width:100%">',
            )
            for index, (name, _data) in enumerate(letter.inline)
        ]
    pieces.append(_html_signature(letter, shown))
    if notice := _notice(letter):
        small = f'<span style="font-size:8.0pt;color:gray">{_lines(notice)}</span>'
        pieces.append(_paragraph(client, small))
    return "\n".join(pieces) + _html_history(letter)


def _paragraph(client: str, content: str) -> str:
    if client == "outlook":
        return f'<p class="MsoNormal">{content}</p>\n<p class="MsoNormal">&nbsp;</p>'
    if client == "thunderbird":
        return f"<p>{content}</p>"
    return f"<div>{content}</div><div><br></div>"


def _html_signature(letter: "Letter", shown: bool) -> str:
    lines = [_lines(line) for line in signature_lines(letter)]
    client = letter.author.client
    if letter.author.company == "house":
        rest = "<br>\n".join(lines[1:])
        return (
            '<table cellpadding="0" cellspacing="0" style="font-family:Arial,'
            'sans-serif;font-size:12px;color:#343a40;border-left:3px solid #8ba288">\n'
            f'<tr><td style="padding-left:10px"><b>{lines[0]}</b><br>\n'
            f"{rest}</td></tr>\n</table>"
        )
    if client == "outlook":
        logo = ""
        if shown and has_logo(letter):
            logo = (
                '<p class="MsoNormal"><img width="120" height="40" '
                f'src="cid:{logo_id(letter)}" alt=""></p>\n'
            )
        body = "<br>\n".join(lines[1:])
        return (
            f'<p class="MsoNormal"><b><span style="color:#1F3864">{lines[0]}</span></b>'
            f'<br>\n<span style="font-size:9.0pt;color:#44546A">{body}</span></p>\n'
            f"{logo}"
        )
    body = "<br>\n".join(lines)
    if client == "thunderbird":
        return f'<div class="moz-signature">-- <br>\n{body}</div>'
    if client == "apple":
        return f"<div>{body}</div>"
    return (
        '<span class="gmail_signature_prefix">-- </span><br><div dir="ltr" '
        f'class="gmail_signature">{body}</div>'
    )


def _html_history(letter: "Letter") -> str:
    parent = letter.parent
    if parent is None:
        return ""
    inner = _html(parent, shown=False)
    client = letter.author.client
    if letter.forwards or client == "outlook":
        block = "<br>\n".join(
            f"<b>{name}:</b> {_lines(value)}" for name, value in _block(letter, parent)
        )
        if client == "outlook":
            return (
                '\n<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;'
                'padding:3.0pt 0cm 0cm 0cm">\n<p class="MsoNormal">'
                f'{block}</p></div></div>\n<p class="MsoNormal">&nbsp;</p>\n{inner}'
            )
        kind = "gmail_quote" if client == "gmail" else "moz-forward-container"
        return f'\n<br>\n<div class="{kind}">{block}<br><br>\n{inner}</div>'
    said = _lines(_attribution(letter, parent))
    if client == "gmail":
        return (
            '\n<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
            f'class="gmail_attr">{said}<br></div><blockquote class="gmail_quote" '
            'style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
            f'rgb(204,204,204);padding-left:1ex">{inner}</blockquote></div>'
        )
    if client == "apple":
        return (
            '\n<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite">'
            f'<div>{said}</div><br class="Apple-interchange-newline"><div>{inner}</div>'
            "</blockquote></div><br>"
        )
    return (
        f'\n<div class="moz-cite-prefix">{said}<br>\n</div>\n<blockquote type="cite" '
        f'cite="mid:{escape(parent.message_id)}">\n{inner}\n</blockquote>'
    )
