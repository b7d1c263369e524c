"""Newsletters: table layouts, pictures from afar, a tracking dot, a way out.

They carry everything that a client has to handle with care: remote images, a link
for each article that passes through a counter, List-Unsubscribe with one click
(RFC 8058), and styles in the head, in attributes and in old presentational tags.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from random import Random

from . import newsletter_texts, transport
from .clock import header_date, on_day
from .compose import Header, address, boundary, header, message, multipart, text
from .people import Person


@dataclass(frozen=True)
class Sender:
    """Who publishes a newsletter."""

    name: str
    email: str
    colour: str
    language: str
    title: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


@cache
def senders() -> tuple[Sender, ...]:
    rows = newsletter_texts.SENDERS.strip().splitlines()
    return tuple(Sender(*(cell.strip() for cell in row.split("|"))) for row in rows)


@cache
def articles(language: str) -> tuple[tuple[str, str], ...]:
    """Headline and text of every article."""
    table = (
        newsletter_texts.ARTICLES_IT
        if language == "it"
        else newsletter_texts.ARTICLES_EN
    )
    rows = table.strip().replace("\n  ", " ").splitlines()
    return tuple(
        (headline.strip(), said.strip())
        for headline, said in (row.split("|") for row in rows)
    )


def issue(
    rng: Random, sender: Sender, reader: Person, end: datetime, age: int
) -> tuple[datetime, bytes]:
    """One issue to one reader: its date and its bytes."""
    date = on_day(end, age, rng.randrange(5 * 60, 9 * 60), "rome")
    date = date.replace(second=rng.randrange(60))
    number = 240 - age // 7
    chosen = rng.sample(articles(sender.language), rng.randrange(3, 6))
    title = sender.title.format(issue=number)
    subject = f"{title}: {chosen[0][0]}"
    token = f"{rng.getrandbits(96):024x}"
    page = _page(sender, title, chosen, token)
    plain = _plain(sender, title, chosen, token)
    part = multipart(
        "alternative",
        boundary(rng, "other"),
        [text(plain), text(page, "html", encoding="quoted-printable")],
    )
    unsubscribe = f"https://news.{sender.domain}/u/{token}"
    headers: list[Header] = [
        *transport.journey(
            rng,
            sender.email,
            reader.email,
            date,
            bounce=f"bounce+{token[:10]}@news.{sender.domain}",
        ),
        ("From", address(sender.name, sender.email)),
        ("To", address(reader.name, reader.email)),
        ("Reply-To", f"noreply@{sender.domain}"),
        ("Subject", header(subject, method="B")),
        ("Date", header_date(date)),
        ("Message-ID", f"<{token}.{number}@news.{sender.domain}>"),
        ("List-Id", f"{sender.name} <news.{sender.domain}>"),
        (
            "List-Unsubscribe",
            f"<{unsubscribe}>,\r\n <mailto:leave@{sender.domain}?subject={token[:8]}>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
        ("X-Campaign", f"{sender.domain.partition('.')[0]}-{number}"),
    ]
    return date, message(headers, part)


def _plain(
    sender: Sender, title: str, chosen: list[tuple[str, str]], token: str
) -> str:
    reason, leave, _browser = newsletter_texts.FOOTERS[sender.language]
    blocks = [f"{title}\n{'=' * len(title)}"]
    for index, (headline, said) in enumerate(chosen):
        link = f"https://news.{sender.domain}/c/{token[:12]}/{index}"
        blocks.append(f"{headline}\n{said}\n{link}")
    blocks.append(f"--\n{reason}\n{leave}: https://news.{sender.domain}/u/{token}")
    return "\n\n".join(blocks) + "\n"


_HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<title>{title}</title>
<style type="text/css">
body {{ margin:0; padding:0; background-color:#eeeae4; }}
table {{ border-collapse:collapse; mso-table-lspace:0pt; mso-table-rspace:0pt; }}
img {{ border:0; line-height:100%; outline:none; text-decoration:none; }}
.headline {{ font-family:Georgia,serif; font-size:20px; color:{colour}; }}
.button a {{ color:#ffffff !important; text-decoration:none; }}
@media only screen and (max-width:620px) {{
  .column {{ width:100% !important; display:block !important; }}
  .hero img {{ width:100% !important; height:auto !important; }}
}}
</style>
</head>
"""


def _page(sender: Sender, title: str, chosen: list[tuple[str, str]], token: str) -> str:
    reason, leave, browser = newsletter_texts.FOOTERS[sender.language]
    button = newsletter_texts.BUTTONS[sender.language]
    images = f"https://img.{sender.domain}"
    news = f"https://news.{sender.domain}"
    preheader = escape(chosen[0][1][:80])
    rows = "\n".join(
        _article(sender, button, index, headline, said, token)
        for index, (headline, said) in enumerate(chosen)
    )
    return (
        _HEAD.format(title=escape(title), colour=sender.colour)
        + f"""<body bgcolor="#eeeae4">
<div style="display:none;max-height:0;overflow:hidden">{preheader}</div>
<table width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#eeeae4">
<tr><td align="center" style="padding:24px 8px">
<table width="600" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff">
<tr><td align="right" style="padding:8px 24px;font-size:11px"><a
 href="{news}/v/{token}" style="color:#888888">{browser}</a></td></tr>
<tr><td bgcolor="{sender.colour}" style="padding:28px 24px;color:#ffffff;
font-family:Georgia,serif;font-size:28px"><font color="#ffffff">{escape(title)}</font>
</td></tr>
<tr><td class="hero"><img src="{images}/hero/{token[:6]}.jpg" width="600" height="260"
 alt="{escape(chosen[0][0])}" style="display:block" /></td></tr>
{rows}
<tr><td align="center" bgcolor="#f6f3ee" style="padding:20px 24px;font-family:Arial,
sans-serif;font-size:11px;line-height:16px;color:#777777">{reason}<br />
<a href="{news}/u/{token}" style="color:#777777">{leave}</a></td></tr>
</table>
</td></tr>
</table>
<img src="https://t.{sender.domain}/o/{token}.gif" width="1" height="1" alt="" />
</body>
</html>
"""
    )


def _article(
    sender: Sender, button: str, index: int, headline: str, said: str, token: str
) -> str:
    link = f"https://news.{sender.domain}/c/{token[:12]}/{index}?utm_source=mail"
    image = f"https://img.{sender.domain}/a/{token[6:12]}-{index}.jpg"
    return f"""<tr><td style="padding:20px 24px">
<table width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="column" width="180" valign="top"><a href="{link}"><img src="{image}"
 width="160" height="110" alt="" style="display:block" /></a></td>
<td class="column" valign="top"><div class="headline">{escape(headline)}</div>
<p style="font-family:Arial,sans-serif;font-size:14px;line-height:21px;color:#444444;
margin:8px 0 14px 0">{escape(said)}</p>
<table cellpadding="0" cellspacing="0" border="0"><tr><td class="button"
 bgcolor="{sender.colour}" style="padding:8px 16px;border-radius:3px;font-size:13px">
<a href="{link}" style="color:#ffffff">{button}</a></td></tr></table></td>
</tr></table>
</td></tr>
<tr><td style="padding:0 24px"><div style="border-top:1px solid #e4ded4"></div>
</td></tr>"""
