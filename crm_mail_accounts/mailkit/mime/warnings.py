"""What a reader should know before trusting a mail.

Pure judgements about values that the caller hands in; the words are the caller's.
Nothing here blocks or hides a mail, and a mail without a warning is no proof of
anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from ..values import IndexHeader

NAME_IS_ADDRESS = "name_is_address"
NAME_OF_OTHER = "name_of_other"
LINK_LIES = "link_lies"
AUTHENTICATION = "authentication"
FIRST_TIME = "first_time"

MAX_LINKS = 2000
"""Links of one mail that are looked at."""
MAX_NAMED = 3
"""Lying links that are named; one is enough to warn."""


@dataclass(frozen=True, slots=True)
class Caution:
    """``kind`` is one of the words above; ``values`` fill the caller's sentence.

    * ``name_is_address``: ``shown``, ``real``
    * ``name_of_other``: ``name``, ``real``, ``known`` (that person's address)
    * ``link_lies``: ``shown``, ``real`` (hosts)
    * ``authentication``: ``domain``
    * ``first_time``: ``real``
    """

    kind: str
    values: Mapping[str, str]


_ADDRESS = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
_LINK = re.compile(r'<a\b([^<>]*?\bhref="([^"]*)"[^<>]*)>(.*?)</a>', re.DOTALL)
_TEXT_URL = re.compile(
    r"(?:https?://)?((?:[\w-]{1,63}\.){1,8}[a-z]{2,24}|xn--[\w.-]+)(?::\d+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_HEADER_FROM = re.compile(r"\bheader\.from=@?([\w.-]+)", re.IGNORECASE)
_COMMENTS = re.compile(r"\([^()]*\)")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
_FILE_ENDINGS = frozenset(
    """
        ai bat bin bmp csv css doc docx eml exe gif gz htm html ics ini jpeg jpg js json
        log md mp3 mp4 odt pdf php png ppt pptx ps py rar rtf sh sql svg txt xls xlsx
        xml zip
    """.split()
)
"""A text that ends so is taken for a file's name, not for a host's."""

_SAME_HOUSE = {
    "gmail.com": "google.com",
    "googlemail.com": "google.com",
    "office365.com": "outlook.com",
    "hotmail.com": "outlook.com",
    "live.com": "outlook.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
}
"""Providers whose servers sign their judgement with the name of another domain."""


def domain_of(host: str) -> str:
    """The part of a host's name that somebody registered, about.

    Without a list of public suffixes: two labels, three where the second says what
    kind of domain it is (``example.co.uk``).
    """
    labels = host.lower().strip(".").split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def _folded(name: str) -> str:
    """A name as people compare it: without accents, case, order and signs."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = re.findall(r"[^\W\d_]+", "".join(c for c in plain if not _is_mark(c)))
    return " ".join(sorted(words))


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) > 0


def _name_cautions(
    header: IndexHeader, known: Iterable[tuple[str, frozenset[str]]]
) -> Iterable[Caution]:
    sender = header.from_
    if not sender or not sender.name:
        return
    real = sender.key
    match = _ADDRESS.search(sender.name)
    if match and not _is_certified_envelope(header):
        shown = match[0].lower()
        if domain_of(shown.rpartition("@")[2]) != domain_of(real.rpartition("@")[2]):
            yield Caution(NAME_IS_ADDRESS, {"shown": match[0], "real": sender.email})
            return
    folded = _folded(sender.name)
    if " " not in folded:
        return  # a single word is no name of a person
    for name, addresses in known:
        if addresses and real not in addresses and _folded(name) == folded:
            values = {"name": name, "real": sender.email, "known": min(addresses)}
            yield Caution(NAME_OF_OTHER, values)
            return


def _is_certified_envelope(header: IndexHeader) -> bool:
    """Italian certified mail: its operator sends "on behalf of" the writer, from an
    address of its own, and signs the whole (rules of DPR 68/2005, DM 2/11/2005)."""
    sender = header.from_
    return (
        sender.name.lower().startswith("per conto di: ")
        and sender.key.startswith("posta-certificata@")
        and header.content_type.lower().startswith("multipart/signed")
    )


def _said_host(text: str) -> str:
    """The host that the text of a link names, if it names one."""
    text = unescape(re.sub(r"<[^<>]*>", "", text)).strip()
    match = _TEXT_URL.fullmatch(text)
    if not match:
        return ""
    host = match[1].lower()
    if "://" not in text and "/" not in text and not host.startswith("www."):
        if host.rpartition(".")[2] in _FILE_ENDINGS:
            return ""
    return host


def link_cautions(html: str) -> tuple[Caution, ...]:
    """Links of cleaned HTML whose text names another site than they lead to."""
    found: dict[tuple[str, str], Caution] = {}
    for number, match in enumerate(_LINK.finditer(html)):
        if number >= MAX_LINKS or len(found) >= MAX_NAMED:
            break
        try:
            target = urlsplit(unescape(match[2]))
            real = (target.hostname or "").lower()
        except ValueError:
            continue
        if target.scheme not in ("http", "https") or not real:
            continue
        said = _said_host(match[3])
        if not said and target.username and "." in target.username:
            said = target.username  # https://bank.example@elsewhere.example
        if said and domain_of(said) != domain_of(real):
            key = (said, real)
            found.setdefault(key, Caution(LINK_LIES, {"shown": said, "real": real}))
    return tuple(found.values())


def _is_own_word(authority: str, own_hosts: Iterable[str]) -> bool:
    """Whether the server that judged is one of the account's own provider."""
    judge = domain_of(authority)
    for host in own_hosts:
        own = domain_of(host)
        if judge == own or judge == _SAME_HOUSE.get(own):
            return True
    return False


def authentication_caution(
    header: IndexHeader, own_hosts: Iterable[str]
) -> Caution | None:
    """Whether the account's own server said that the sender is not who it claims.

    Only the topmost ``Authentication-Results`` is read, and only from a server of the
    account's own provider: everybody may write such a field into a mail (RFC 8601 5).
    ``own_hosts``: the incoming server and the domain of the account's address.
    """
    value = _COMMENTS.sub(" ", header.authentication_results)
    authority, _, results = value.partition(";")
    authority = authority.split()[0] if authority.split() else ""
    if "=" in authority:
        # Microsoft's servers leave their own name out.
        if not _is_own_word("outlook.com", own_hosts):
            return None
        results = value
    elif not _is_own_word(authority, own_hosts):
        return None
    verdicts: dict[str, set[str]] = {}
    for method, verdict in _RESULT.findall(results):
        verdicts.setdefault(method.lower(), set()).add(verdict.lower())
    if "dmarc" in verdicts:
        # DMARC is the judgement about the address that is shown (RFC 7489 3.1).
        failed = verdicts["dmarc"] == {"fail"}
    else:
        failed = "fail" in verdicts.get("spf", ()) and "pass" not in verdicts.get(
            "dkim", ()
        )
    if not failed:
        return None
    sender = header.from_
    said = _HEADER_FROM.search(results)
    domain = said[1] if said else sender.key.rpartition("@")[2] if sender else ""
    return Caution(AUTHENTICATION, {"domain": domain})


def cautions(
    header: IndexHeader,
    clean_html: str,
    *,
    own_hosts: Iterable[str] = (),
    known: Iterable[tuple[str, frozenset[str]]] = (),
    first_time: bool = False,
) -> tuple[Caution, ...]:
    """All that speaks against trusting the mail, the gravest first.

    ``known``: names of people with the addresses (lower case) that are theirs.
    """
    found: list[Caution] = []
    failed = authentication_caution(header, tuple(own_hosts))
    if failed:
        found.append(failed)
    found += _name_cautions(header, known)
    found += link_cautions(clean_html)
    if first_time and header.from_:
        found.append(Caution(FIRST_TIME, {"real": header.from_.email}))
    return tuple(found)
