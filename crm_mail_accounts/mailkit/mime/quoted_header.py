"""The header that Outlook and its like write above what they quote.

    From: Rosa Conti
    Sent: Monday, March 2, 2026 9:30
    To: Anna Rossi
    Subject: Offer

It comes without a mark of its own as often as with one, in the writer's language, its
labels bold or not, its lines parted by ``<br>`` or by paragraphs.
"""

from __future__ import annotations

import re
from html import unescape

MAX_HEADER = 4000
"""Characters of text in which the header's lines stand; many recipients are long."""
_MAX_RECIPIENT_LINES = 12
_LABELS = {
    "from": "from|da|de|von|van|från|fra|od|от|від|lähettäjä|gönderen",
    "date": (
        "sent|date|inviato|inviata|data|envoyé|gesendet|datum|enviado|enviada|fecha|"
        "enviado el|verzonden|skickat|sendt|wysłano|дата|отправлено|gönderilen"
    ),
    "to": "to|a|à|an|para|aan|till|til|do|кому|alıcı",
    "subject": (
        "subject|oggetto|objet|betreff|asunto|assunto|onderwerp|ämne|emne|temat|тема|"
        "konu"
    ),
}
_KINDS = {label: kind for kind, them in _LABELS.items() for label in them.split("|")}
_LABEL = re.compile(
    r"[ \t\xa0]*\*{0,2}(" + "|".join(sorted(_KINDS, key=len, reverse=True)) + r")"
    r"[ \t\xa0]{0,3}\*{0,2}[ \t\xa0]{0,3}:\*{0,2}[ \t\xa0]*(.*)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>")
_LINES_END = frozenset(
    """
        blockquote br center dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul
    """.split()
)


def _lines(html: str, start: int):
    """Each line of text with the offset at which its text begins in the HTML."""
    words: list[str] = []
    begin = -1
    position = start

    def flush():
        text = unescape("".join(words)).replace("\u200e", "")
        words.clear()
        return text

    for match in _TAG.finditer(html, start):
        for index, piece in enumerate(html[position : match.start()].split("\n")):
            if index and words:
                yield begin, flush()
            if piece.strip():
                if not words:
                    begin = position
                words.append(piece)
            position += len(piece) + 1
        position = match.end()
        if match[2] in _LINES_END and words:
            yield begin, flush()
    if words or html[position:].strip():
        words.append(html[position:])
        yield (begin if begin >= 0 else position), flush()


def find_quoted_header(html: str, start: int = 0) -> int | None:
    """Where in cleaned HTML the first such header begins, or None.

    It names at least three of sender, date, recipient and subject, the sender among
    them, and either the subject or an address: a list of "from, to, date" alone is a
    journey.
    """
    if ":" not in html:
        return None
    run: list[tuple[str, int, bool]] = []  # kind, offset, whether it has an address
    between = length = 0
    for offset, line in _lines(html, start):
        match = _LABEL.match(line)
        if not match:
            between += 1
            length += len(line)
            # Only recipients go on for lines.
            if run and between > (_MAX_RECIPIENT_LINES if run[-1][0] == "to" else 2):
                run = []
            continue
        if length > MAX_HEADER:
            run = []
        kind = _KINDS[match[1].lower()]
        known = [one for one, _offset, _address in run]
        if kind in known:
            run = run[known.index(kind) + 1 :]
        address = "@" in line or "mailto:" in html[offset : offset + 300]
        run.append((kind, offset, address))
        between = length = 0
        if _is_header(run):
            return run[0][1]
    return None


def _is_header(run: list[tuple[str, int, bool]]) -> bool:
    kinds = {kind for kind, _offset, _address in run}
    addressed = any(kind == "from" and address for kind, _offset, address in run)
    return len(kinds) >= 3 and "from" in kinds and ("subject" in kinds or addressed)
