"""LIST lines to folders, and which folder is for what.

A role comes from the server's special-use attribute (RFC 6154, case-insensitive;
also the older XLIST names), else from the folder's name in the languages of the
servers and programs that our users have.  Each role is given at most once.  Names
count only directly below the root of the mailbox (a prefix such as ``INBOX.`` or
``[Gmail]/`` is not a level): a customer's folder that happens to be called
"Archive" must never receive mail by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..errors import LimitExceeded, ProtocolError
from ..values import Role, ServerFolder
from . import tokens, utf7
from .wire import Untagged

_ATTRIBUTES = {
    "inbox": Role.INBOX,
    "drafts": Role.DRAFTS,
    "sent": Role.SENT,
    "junk": Role.JUNK,
    "spam": Role.JUNK,
    "trash": Role.TRASH,
    "archive": Role.ARCHIVE,
    "all": Role.ALL,
    "allmail": Role.ALL,
    "flagged": Role.FLAGGED,
    "starred": Role.FLAGGED,
    "important": Role.IMPORTANT,
}
_NAMES = {
    Role.DRAFTS: (
        "drafts|draft|bozze|bozza|entwurfe|entwurf|brouillons|brouillon|borradores"
        "|borrador|draft messages|unsent messages"
    ),
    Role.SENT: (
        "sent|sent items|sent messages|sent mail|sent email|sent emails|inviata|inviati"
        "|posta inviata|elementi inviati|messaggi inviati|mail inviate|gesendet"
        "|gesendete|gesendete objekte|gesendete elemente|gesendete nachrichten"
        "|envoyes|elements envoyes|messages envoyes|courrier envoye|objets envoyes"
        "|boite d envoi envoyes|enviados|elementos enviados|mensajes enviados"
        "|correo enviado|correos enviados"
    ),
    Role.JUNK: (
        "junk|spam|junk e mail|junk email|junk mail|bulk mail|bulk|posta indesiderata"
        "|indesiderata|indesiderati|posta indesiderati|posta spazzatura|spamverdacht"
        "|unerwunscht|junk e mails|courrier indesirable|indesirables|pourriel"
        "|pourriels|messages indesirables|correo no deseado|no deseado|correo basura"
        "|correo spam|probablemente spam"
    ),
    Role.TRASH: (
        "trash|deleted|deleted items|deleted messages|bin|rubbish|cestino"
        "|posta eliminata|elementi eliminati|messaggi eliminati|eliminati|eliminata"
        "|papierkorb|geloscht|geloschte|geloschte objekte|geloschte elemente"
        "|geloschte nachrichten|corbeille|elements supprimes|messages supprimes"
        "|supprimes|papelera|papelera de reciclaje|elementos eliminados"
        "|mensajes eliminados|eliminados|borrados"
    ),
    Role.ARCHIVE: (
        "archive|archives|archived|archivio|archivi|archiviati|archiviata|archiv"
        "|archiviert|archivees|archivo|archivos|archivados|archivado"
    ),
}
_BY_NAME = {
    name: (role, rank)
    for role, names in _NAMES.items()
    for rank, name in enumerate(names.split("|"))
}
_ROOTS = re.compile(r"inbox|mail|\[[^\]]*\]", re.IGNORECASE)
"""Prefixes under which a whole mailbox lies on some servers."""
_LINE = re.compile(rb'\(([^)]*)\) +(?:NIL|"(?:\\?(.))") +(.*)', re.IGNORECASE | re.S)


# -- reading ------------------------------------------------------------------


def read_list(response: Untagged) -> ServerFolder | None:
    """The folder of a LIST or LSUB response; ``None`` if it cannot be read or its
    name could not be sent back in any command."""
    try:
        parts = tokens.parse(response.segments, response.start)
    except (ProtocolError, LimitExceeded):
        parts = []
    # more than a name, and not the extended items of RFC 5258: a name with spaces
    # that the server forgot to quote
    extended = len(parts) == 4 and isinstance(parts[3], list)
    if len(parts) == 3 or extended:
        attributes, delimiter, name = parts[:3]
        if not isinstance(attributes, list):
            return None
    else:
        match = _LINE.match(response.text) if len(response.segments) == 1 else None
        if not match:
            return None
        attributes, delimiter, name = match.groups()
        attributes = attributes.split()
    if name is None:
        name = b"NIL"  # a folder of that name, unquoted
    if not isinstance(name, bytes) or not name or _has_control(name):
        return None
    if (
        not isinstance(delimiter, bytes)
        or len(delimiter) != 1
        or _has_control(delimiter)
    ):
        delimiter = None
    words = frozenset(
        word.decode("latin-1").lstrip("\\").lower()
        for word in attributes
        if isinstance(word, bytes)
    )
    return ServerFolder(
        raw=bytes(name).decode("latin-1"),
        name=utf7.decode(bytes(name)),
        delimiter=delimiter.decode("latin-1") if delimiter else None,
        attributes=words,
        subscribed="subscribed" in words,
    )


def _has_control(name: bytes) -> bool:
    return any(byte < 0x20 or byte == 0x7F for byte in name)


# -- roles --------------------------------------------------------------------


def propose_roles(folders: Iterable[ServerFolder]) -> dict[Role, ServerFolder]:
    """The best folder of each role that any folder has; a folder has one role."""
    candidates = [folder for folder in folders if folder.selectable]
    found: dict[Role, ServerFolder] = {}
    taken: set[str] = set()

    def give(role: Role, ranked: Sequence[tuple[tuple, ServerFolder]]) -> None:
        free = [pair for pair in ranked if pair[1].raw not in taken]
        if role not in found and free:
            best = min(free, key=lambda pair: (pair[0], pair[1].raw))[1]
            found[role] = best
            taken.add(best.raw)

    give(Role.INBOX, [((), f) for f in candidates if f.raw.upper() == "INBOX"])
    marked: dict[Role, list] = {}
    for folder in candidates:
        for word in folder.attributes:
            if word in _ATTRIBUTES:
                rank = (len(folder.path), _rank_by_name(folder)[1])
                marked.setdefault(_ATTRIBUTES[word], []).append((rank, folder))
    for role in Role:  # the enumeration's order, so that the outcome is stable
        give(role, marked.get(role, []))
    # a folder that the server gave one role gets no second one by its name
    special = {folder.raw for pairs in marked.values() for _rank, folder in pairs}
    named: dict[Role, list] = {}
    for folder in candidates:
        role, rank = _rank_by_name(folder)
        if role is not Role.NONE and folder.raw not in special:
            named.setdefault(role, []).append(((rank, len(folder.path)), folder))
    for role in Role:
        give(role, named.get(role, []))
    return found


def with_roles(folders: Sequence[ServerFolder]) -> list[ServerFolder]:
    """The same folders in the same order, their roles filled in."""
    roles = {folder.raw: role for role, folder in propose_roles(folders).items()}
    return [
        replace(folder, role=roles.get(folder.raw, Role.NONE)) for folder in folders
    ]


# -- the tree that is shown ---------------------------------------------------


def shown_paths(folders: Iterable[ServerFolder]) -> dict[str, tuple[str, ...]]:
    """Raw name to the names by which a reader finds the folder, from the top.

    Where the whole mailbox lies below a root (``INBOX.Sent``, ``[Gmail]/Trash``) the
    folders below it are shown without it, and a root that cannot be opened not at all:
    nobody thinks of the trash as a part of the inbox.
    """
    folders = list(folders)
    paths = {folder.raw: folder.path for folder in folders}
    special = [f.path for f in folders if f.role not in (Role.NONE, Role.INBOX)]
    if any(len(path) == 1 for path in special):
        return paths
    roots = {p[0] for p in special if len(p) == 2 and _ROOTS.fullmatch(p[0])}
    taken = {path for path in paths.values() if path[0] not in roots}
    for folder in folders:
        path = folder.path
        if path[0] not in roots:
            continue
        if len(path) > 1 and path[1:] not in taken:
            paths[folder.raw] = path[1:]
            taken.add(path[1:])
        elif len(path) == 1 and not folder.selectable:
            del paths[folder.raw]
    return paths


def _rank_by_name(folder: ServerFolder) -> tuple[Role, int]:
    """The role that the name means and how usual that name is (0 the most)."""
    path = folder.path
    if len(path) == 2 and _ROOTS.fullmatch(path[0]):
        path = path[1:]
    if len(path) != 1:
        return Role.NONE, len(_BY_NAME)
    return _BY_NAME.get(_plain(path[0]), (Role.NONE, len(_BY_NAME)))


def _plain(name: str) -> str:
    """Without accents, case and punctuation: ``Éléments envoyés`` and
    ``elements-envoyes`` are the same name."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())


def with_subscriptions(
    found: dict[str, ServerFolder], subscribed: set[str] | None
) -> list[ServerFolder]:
    """What LSUB told added to LIST; ``None``: the server has no subscriptions, so
    every folder counts as subscribed."""
    return [
        replace(folder, subscribed=subscribed is None or raw in subscribed)
        for raw, folder in found.items()
    ]
