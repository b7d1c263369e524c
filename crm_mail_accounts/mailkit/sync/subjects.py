"""Subjects as threads see them: without the prefixes that programs put in front.

A subject alone never joins two mails: unrelated ones share "Invoice".  It is the last
resort for answers of programs that write no References (:func:`thread_by_subject`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b

WITHIN = 30 * 24 * 3600.0
"""Seconds between a mail and an answer that names it by its subject only."""
_MAX_PREFIXES = 50

_REPLY = (
    "re|r|ri|rif|risp|aw|antw|antwort|sv|vs|ref|rép|rep|resp|res|odp|od|atb|ynt|yan|"
    "отв|ответ|απ|σχετ|回复|回覆|答复|答覆|返信|회신|답장|תגובה|رد|ตอบ|vá|bls|"
    "vastaus|odg"
)
"""Danish VS is "forwarded", Finnish VS is "answer": the answer wins, since in doubt the
other conditions decide."""
_FORWARD = (
    "fw|fwd|i|inoltra|wg|weitergeleitet|tr|rv|enc|pd|vb|vl|doorst|továbbítás|fs|ilt|"
    "пересл|转发|轉寄|転送|전달|הועבר|إعادة توجيه|πρθ|hl|vid|trs"
)
_PREFIX = re.compile(
    rf"\s*(?:(?P<reply>{_REPLY})|(?:{_FORWARD}))\.?"
    r"\s?(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\*\d{1,4})?\s?[:：]",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*\[[^\[\]]{1,60}\]\s*(?=\S)")
_SPACES = re.compile(r"\s+")


def base_subject(subject: str) -> tuple[str, bool]:
    """The subject that a conversation has in common, folded for comparison, and
    whether the outermost prefix is that of an answer.

    ``Re: [list] AW: Offer`` gives ``("offer", True)``.
    """
    answer: bool | None = None
    rest = subject
    for _prefix in range(_MAX_PREFIXES):
        match = _PREFIX.match(rest)
        if match:
            if answer is None:
                answer = match["reply"] is not None
        else:
            match = _TAG.match(rest)
            if not match:
                break
        rest = rest[match.end() :]
    return _SPACES.sub(" ", rest).strip().casefold(), bool(answer)


def is_forward(subject: str) -> bool:
    """Whether the outermost prefix is that of a forwarded mail (``FW:``, ``I:``)."""
    match = _PREFIX.match(subject)
    return bool(match) and match["reply"] is None


_WORDS = frozenset({"ref", "ref.", "vid", "res"})
"""Prefixes that are also the writer's own words ("Ref: 2026/15"): they may hide in a
comparison, but not vanish from a subject."""


def bare_subject(subject: str) -> str:
    """The subject as written, without the prefixes of answers and forwards.

    Tags in brackets stay, each once: ``Re: [list] AW: Offer`` gives ``[list] Offer``.
    """
    tags: dict[str, None] = {}
    rest = subject
    for _prefix in range(_MAX_PREFIXES):
        match = _PREFIX.match(rest)
        if match:
            word = re.split(r"[\s\[(^*:：]", match[0].strip(), maxsplit=1)[0]
            if word.casefold() in _WORDS:
                break
        else:
            match = _TAG.match(rest)
            if not match:
                break
            tags[match[0].strip()] = None
        rest = rest[match.end() :]
    return _SPACES.sub(" ", " ".join([*tags, rest])).strip()


@dataclass(frozen=True)
class SubjectFacts:
    """``answers``: it has In-Reply-To or References.  ``people``: the addresses of
    From, To and Cc in lower case.  ``at``: seconds since 1970.  ``thread``: where it
    is, for candidates."""

    subject: str
    answers: bool
    people: frozenset[str]
    at: float
    thread: int | None = None


def guessed_by_subject(mail: SubjectFacts) -> bool:
    """Whether nothing but its subject can tell what this mail answers."""
    base, is_answer = base_subject(mail.subject)
    return is_answer and bool(base) and not mail.answers


def subject_key(subject: str) -> int | None:
    """63 bits and a sign that stand for :func:`base_subject`; ``None`` for an empty
    one."""
    base = base_subject(subject)[0]
    if not base:
        return None
    digest = blake2b(base.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def thread_by_subject(
    mail: SubjectFacts,
    candidates: Iterable[SubjectFacts],
    own: Collection[str] = (),
) -> int | None:
    """The one thread that this mail may join although no id leads there, or ``None``.

    All must hold: the mail names no other mail, its subject is that of an answer, a
    candidate has the same subject and at least one person in common who is not the
    owner (``own``: their addresses), within :data:`WITHIN`; and all such candidates
    are in one thread.
    """
    if not guessed_by_subject(mail):
        return None
    base = base_subject(mail.subject)[0]
    people = mail.people - {address.lower() for address in own}
    threads = {
        other.thread
        for other in candidates
        if other.thread is not None
        and abs(mail.at - other.at) <= WITHIN
        and other.people & people
        and base_subject(other.subject)[0] == base
    }
    return threads.pop() if len(threads) == 1 else None
