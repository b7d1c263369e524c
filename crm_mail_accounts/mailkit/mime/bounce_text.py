"""Bounces without a delivery status: what mail servers write to people.

Only what follows a form that programs write is taken: ``<address>: reason`` (Postfix,
qmail), an address on a line of its own with the reason behind or below it (Exim,
Exchange, Italian providers), and only from a mail system that says that a mail was not
delivered.  A sentence that mentions an address is nobody's bounce.
"""

from __future__ import annotations

import re

from ..values import IndexHeader

_TEXT = 20_000
"""Characters that are read: what was returned stands behind them.  Every repetition
below is bounded, so that no text takes time in the square of it."""
_SENDERS = re.compile(
    r"(?:mailer-daemon|mail-daemon|mail\.daemon|mdaemon|postmaster|mailerdaemon|"
    r"microsoftexchange[0-9a-f]*|mailadmin|bounce[s-]?|nondeliv\w*)@|mailer-daemon$",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"could(?: not|n't) be (?:delivered|sent)|undeliver|not (?:been )?delivered|"
    r"deliver(?:y|ing)[\w ]{0,40}fail|fail\w* to deliver|unable to deliver|"
    r"wasn't delivered|did not reach|returned (?:mail|to sender)|permanent error|"
    r"qmail-send program|cannot be reached|address(?:es)? failed|"
    r"mancata consegna|mancato recapito|(?:consegna|recapito) non riuscit|"
    r"non (?:è|e'|e) stat[oa] (?:possibile )?(?:consegna|recapita|invia)|"
    r"non (?:è|e'|e) stato possibile|impossibile (?:consegnare|recapitare|inviare)|"
    r"non può essere (?:consegna|recapita)|"
    r"nicht zugestellt|unzustellbar|pas pu être (?:remis|distribué|livré|envoyé)|"
    r"non remis|no se (?:ha podido|pudo|puede) entregar|não (?:foi|pôde ser) entregue",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\bdelay(?:ed)?\b|still (?:being|trying|waiting)|not yet been delivered|"
    r"will (?:be retried|keep trying|continue to)|temporar|in ritardo|ritardat|"
    r"verzögert|retard",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"^[ \t]{0,40}(?:-{2,80}[^\n]{0,200}(?:copy|below|original|returned|header|"
    r"messag|included).*|received: .*|return-path: .*|from: .*|da: .*|begin message.*|"
    r"original message headers:.*|diagnostic information for administrators:.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = r"[^\s<>()\[\]\"',;:@]{1,64}@[^\s<>()\[\]\"',;:@]{1,255}\w"
_NAMED = re.compile(
    rf"^[ \t]*(?:<({_ADDRESS})>[ \t]*:?|['\"]?(?:mailto:)?({_ADDRESS})['\"]?[ \t]*"
    rf"(?:$|:|;|\(|<mailto:[^>]*>|on \d|[-–]))(.*)$",
    re.MULTILINE,
)
_MESSAGE_ID = re.compile(
    r"^[ \t]{0,40}message-id:[ \t]*(<[^<>\s]{3,900}>)", re.I | re.M
)
_SPACES = re.compile(r"\s+")
_MAX_REASON = 1000


def is_from_mail_system(header: IndexHeader) -> bool:
    """An empty return path (RFC 5321 4.5.5), or a name that only mail systems have."""
    sender = header.from_.email if header.from_ else ""
    return header.return_path == "<>" or bool(_SENDERS.match(sender))


def tells_of_failure(subject: str, text: str) -> str:
    """``failed``, ``delayed``, or ``""`` where neither is said."""
    said = f"{subject}\n{_before_returned(text)[:4000]}"
    if _DELAYED.search(subject) and not _FAILED.search(subject):
        return "delayed"
    if not _FAILED.search(said):
        return ""
    if re.search(r"\bdelay|not yet been delivered|still (?:being|trying)", said, re.I):
        return "delayed"
    return "failed"


def named_recipients(text: str, not_these: frozenset[str]) -> dict[str, str]:
    """Addresses with the reason that stands beside or below each."""
    text = _before_returned(text)
    found: dict[str, str] = {}
    matches = list(_NAMED.finditer(text))
    for number, match in enumerate(matches):
        email = match[1] or match[2]
        if email.lower() in not_these:
            continue
        end = matches[number + 1].start() if number + 1 < len(matches) else len(text)
        below = text[match.end() : end].lstrip("\r\n")
        reason = f"{match[3]} {below.partition(chr(10) * 2)[0]}"
        found.setdefault(email, _SPACES.sub(" ", reason).strip(" :")[:_MAX_REASON])
    return found


def original_id(text: str) -> str:
    """The Message-ID in the header that was returned as text."""
    match = _MESSAGE_ID.search(text[: 4 * _TEXT])
    return match[1] if match else ""


def _before_returned(text: str) -> str:
    text = text[:_TEXT].replace("\r\n", "\n")
    match = _RETURNED.search(text)
    return text[: match.start()] if match else text
