"""Message ids, and the ids that may lead a mail to its conversation.

An id is kept in one form for ever, since it is compared and hashed: with angle
brackets, without spaces and comments, case as written (RFC 5322 3.6.4: the left
side is case-sensitive).  Changing this form would unthread what is stored.
"""

from __future__ import annotations

import re

from ..limits import MAX_MESSAGE_ID, MAX_REFERENCES
from .charsets import clean_text
from .encoded_words import decode_words

_BRACKETED = re.compile(r"<([^<>]*)>")
_BETWEEN = re.compile(r"[\s<>,;\"()]+")
_COMMENT = re.compile(r"\([^()]*\)")
_SPACE = re.compile(r"\s+")
_SMALLEST_LOCAL = 3
"""Characters before the @ of an id that may join mails: shorter ones are counters
(``<1@localhost>``) that unrelated mails share."""
_SHARED_HOSTS = frozenset({"", "localhost", "localhost.localdomain", "127.0.0.1"})
_MAX_FIELD = 128 * 1024


_USUAL = re.compile(rb"<[!-;=?-~]+>(?: <[!-;=?-~]+>)*")
"""Ids in brackets with one space between them, and nothing to decode or to mend."""


def _ids(value: bytes | str) -> list[str]:
    if isinstance(value, bytes):
        if len(value) <= MAX_MESSAGE_ID and _USUAL.fullmatch(value):
            if b"=?" not in value:
                return value.decode("ascii").split(" ")
        value = value[-_MAX_FIELD:]
        value = value.decode("utf-8", "replace")
    if "=?" in value:
        value = decode_words(value)  # some clients encode long chains
    value = clean_text(value)
    if "<" in value and (found := _BRACKETED.findall(value)):
        # A fold inside the brackets left a space; an id has none.
        found = [i if " " not in i and i.isprintable() else _SPACE.sub("", i)
                 for i in found]  # fmt: skip
    else:
        words = _BETWEEN.split(_COMMENT.sub(" ", value))
        found = [word.strip("[]'") for word in words if "@" in word.strip("@")]
    return [f"<{i}>" for i in found if i and len(i) <= MAX_MESSAGE_ID - 2]


def message_id(value: bytes | str) -> str:
    """The id of a Message-ID field, or ``""`` when it holds none.

    An id without ``@`` counts if it is in brackets: broken, but it is an identity.
    """
    ids = _ids(value)
    return ids[0] if ids else ""


def message_ids(value: bytes | str) -> tuple[str, ...]:
    """The ids of References or In-Reply-To, oldest first, each once.

    Of very long chains the first and the last ones are kept: the root finds the
    conversation, the last ones the place in it.
    """
    ids = _ids(value)
    if len(ids) > 1:
        ids = list(dict.fromkeys(reversed(ids)))[::-1]
    if len(ids) > MAX_REFERENCES:
        ids = ids[:1] + ids[1 - MAX_REFERENCES :]
    return tuple(ids)


def is_thread_key(identifier: str) -> bool:
    """Whether an id is particular enough to join two mails by it.

    Joining too much hides mails, joining too little is seen and mended; so ids that
    broken mailers share among unrelated mails do not count.
    """
    local, at, host = identifier.strip("<>").rpartition("@")
    return (
        bool(at)
        and len(local) >= _SMALLEST_LOCAL
        and (host.lower() not in _SHARED_HOSTS or len(local) >= 16)
    )
