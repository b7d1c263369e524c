"""What certified mail (PEC, DM 2 November 2005) says of a mail that did not arrive.

Its receipts are no delivery reports: the kind is in ``X-Ricevuta``, the mail in
``X-Riferimento-Message-ID``, and both with the recipients in ``daticert.xml``.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

MAX_DATA = 256 * 1024
"""Bytes of daticert.xml; those of a hundred recipients have 20,000."""
_KINDS = {
    "errore-consegna": "failed",
    "non-accettazione": "failed",
    "rilevazione-virus": "failed",
    "preavviso-errore-consegna": "delayed",
}
_NOBODY = frozenset({"no-dest", "no-dominio"})


@dataclass(frozen=True)
class PecFailure:
    """``nobody``: the address or its domain does not exist."""

    action: str
    message_id: str
    recipients: tuple[str, ...]
    reason: str
    nobody: bool


def read_pec(data: bytes) -> PecFailure | None:
    """The failure that a ``daticert.xml`` tells of; ``None`` for other receipts."""
    if len(data) > MAX_DATA:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError:
        return None
    if root is None or root.tag != "postacert":
        return None
    action = _KINDS.get(root.get("tipo", ""))
    if action is None:
        return None
    recipients = _texts(root, ".//dati/consegna") or _texts(root, ".//destinatari")
    return PecFailure(
        action=action,
        message_id=next(iter(_texts(root, ".//dati/msgid")), ""),
        recipients=tuple(dict.fromkeys(recipients)),
        reason=" ".join(_texts(root, ".//dati/errore-esteso"))[:1000],
        nobody=root.get("errore", "") in _NOBODY,
    )


def _texts(root, path: str) -> list[str]:
    found = (" ".join((e.text or "").split()) for e in root.findall(path))
    return [text for text in found if text]
