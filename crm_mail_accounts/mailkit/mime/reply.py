"""Answers and forwards: to whom, under which subject, with what quoted.

What a user reads in a quote (``On Monday Rosa wrote:``, ``Subject``) is handed in, in
the user's language.

The quote of an HTML mail is cleaned as for the reading pane, but stays whole for its
next reader: a picture from the web is put aside (``data-crm-mail-src``), so that the
editor loads nothing, and ``outgoing_html`` puts it back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape

from ..sync.subjects import bare_subject
from ..values import Address, IndexHeader
from .html import clean_fragment
from .plain_html import text_to_html
from .urls import Resources, clean_cid, scheme_of, web_url

QUOTE_CLASS = "o_crm_mail_quote"
FORWARD_CLASS = "o_crm_mail_forward"
SIGNATURE_CLASS = "o_crm_mail_signature"
ASIDE = "data-crm-mail-src"
"""Where a picture of the web waits while a mail is written."""
NO_PICTURE = (
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
)

_QUOTE_STYLE = "margin: 0 0 0 0.8ex; border-left: 2px solid #ccc; padding-left: 1ex"
_TAG = re.compile(r"\+[^@]*(?=@)")
_TOKEN = "cid:crm-mail-aside-"
_TOKENS = re.compile(rf'src="{_TOKEN}(\d+)"')


# -- recipients ---------------------------------------------------------------


def reply_recipients(
    header: IndexHeader,
    own_addresses: Collection[str],
    all: bool = False,  # pylint: disable=redefined-builtin
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """``To`` and ``Cc`` of an answer: nobody twice, oneself only if nobody else is.

    * Reply-To counts instead of From; one that names only oneself does not.
    * An answer to one's own mail goes where that went, unless it has a Reply-To of
      somebody else: a web form that writes in the name of the house.
    * To all: those it was sent to stay in To, copies stay copies; where a list says by
      Mail-Followup-To where answers to all go (mutt, Debian), they go there alone.

    ``own_addresses`` also stand for their tagged forms (``me+tag@host``).
    """
    own = {address.strip().lower() for address in own_addresses}

    def others(addresses: Iterable[Address]) -> list[Address]:
        return [a for a in addresses if "@" in a.email and not _is_own(a, own)]

    author = [a for a in (header.from_ or header.sender,) if a and a.email]
    if all and others(header.followup_to):
        return _once(others(header.followup_to), ())
    answer = others(header.reply_to) or others(author)
    if not answer:
        # One's own mail, or one from nobody.
        answer = others(header.to) or (others(header.cc) if all else [])
        cc = others(header.cc) if all else []
        return _once(answer or list(header.reply_to) or author, cc)
    if not all:
        return _once(answer, ())
    return _once([*answer, *others(header.to)], others(header.cc))


def _is_own(address: Address, own: set[str]) -> bool:
    return address.key in own or _TAG.sub("", address.key, count=1) in own


def _once(to: Iterable[Address], cc: Iterable[Address]):
    seen: set[str] = set()
    lists = []
    for addresses in (to, cc):
        kept = []
        for address in addresses:
            if address.key not in seen:
                seen.add(address.key)
                kept.append(address)
        lists.append(tuple(kept))
    return tuple(lists)


# -- subject and references ---------------------------------------------------


def reply_subject(subject: str) -> str:
    """``Re:`` once, whatever languages have piled up in front."""
    return f"Re: {bare_subject(subject)}".strip()


def forward_subject(subject: str) -> str:
    return f"Fwd: {bare_subject(subject)}".strip()


def reply_references(header: IndexHeader) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References of an answer (RFC 5322 3.6.4).

    A parent without References gives its In-Reply-To, if that is one id.
    """
    if not header.message_id:
        return "", ()
    before = header.references
    if not before and len(header.in_reply_to) == 1:
        before = header.in_reply_to
    chain = dict.fromkeys(i for i in before if i != header.message_id)
    return header.message_id, (*chain, header.message_id)


# -- quotes -------------------------------------------------------------------


class _Editable(Resources):
    """Pictures for an editor: the mail's own by ``urls``, the web's put aside."""

    def __init__(self, urls: Mapping[str, str]):
        super().__init__({}, allow_remote=False)
        self.urls = {clean_cid(cid): url for cid, url in urls.items()}
        self.aside: list[str] = []

    def image(self, value: str) -> str | None:
        scheme = scheme_of(value)
        if scheme == "cid":
            cid = clean_cid(value.strip()[4:])
            if cid in self.urls:
                return self._put(self.urls[cid], local=True)
            self.missing[cid] = None
            return None
        if scheme in ("http", "https", "//"):
            self.remote += 1
            url = web_url(value)
            return self._put(url) if url else None
        return super().image(value)

    def _put(self, url: str, *, local: bool = False) -> str:
        """A token that passes both engines; ``written`` exchanges it."""
        self.aside.append(url if local else f"\0{url}")
        return f"{_TOKEN}{len(self.aside) - 1}"

    def written(self, match: re.Match) -> str:
        number = int(match[1])
        if number >= len(self.aside):
            return 'src=""'
        url = self.aside[number]
        if not url.startswith("\0"):
            return f'src="{escape(url)}"'
        return f'src="{NO_PICTURE}" {ASIDE}="{escape(url[1:])}"'


_BACKGROUND = re.compile(
    rf"url\((?:&quot;|\"|')?{_TOKEN}\d+(?:&quot;|\"|')?\)| background=\"{_TOKEN}\d+\""
)


def editable_html(html: str, images: Mapping[str, str]) -> str:
    """The body of a mail for the editor: a draft, a mail to be written anew.

    ``images`` maps Content-IDs to the addresses under which the host shows them.
    """
    resources = _Editable(images)
    fragment = clean_fragment(html, resources)
    if resources.aside:
        fragment = _TOKENS.sub(resources.written, fragment)
        fragment = _BACKGROUND.sub(lambda m: "none" * (m[0][0] != " "), fragment)
    return fragment


def quote_html(html: str, intro: str, images: Mapping[str, str]) -> str:
    """The parent of an answer: ``intro`` as a line, then the mail, marked at the left.

    The blockquote has ``type="cite"``, by which Apple Mail and Thunderbird know it.
    """
    return (
        f'<div class="o_crm_mail_quote_intro">{escape(intro)}</div>'
        f'<blockquote class="{QUOTE_CLASS}" type="cite" style="{_QUOTE_STYLE}">'
        f"{editable_html(html, images)}</blockquote>"
    )


def quote_plain_as_html(text: str, intro: str) -> str:
    """A parent without HTML, for an answer in HTML; escaped, its links live."""
    return quote_html(text_to_html(text), intro, {})


def forward_html(
    title: str,
    lines: Sequence[tuple[str, str]],
    html: str,
    images: Mapping[str, str],
) -> str:
    """A mail passed on: ``title``, its header as ``lines`` (label, value), its body."""
    shown = "".join(
        f"<b>{escape(label)}:</b> {escape(value)}<br>" for label, value in lines
    )
    return (
        f'<div class="{QUOTE_CLASS} {FORWARD_CLASS}">'
        f"<div>---------- {escape(title)} ----------<br>{shown}<br></div>"
        f"{editable_html(html, images)}</div>"
    )
