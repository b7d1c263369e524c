"""What a configuration file of autoconfig says (format 1.1).

The file comes from a stranger.  A document type is refused before anything is parsed
(every attack by entities needs one); what is declared about the encoding is ignored,
because an unusual one could hide it; and the parser has neither network nor
files nor room for huge trees.

Read are the first ``emailProvider`` that names the mail domain, else the first one;
its IMAP and SMTP servers in the order of the file.  A server is left out, with a
note, when its name, port, security, user name or ways to log in are not ours.
POP3 is not proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ..errors import InvalidArgument, LimitExceeded, ProtocolError
from ..limits import MAX_CONFIG, MAX_SERVERS
from ..server_names import domain_name
from ..values import Endpoint, Security
from .address import MailAddress
from .proposal import (
    Authentication,
    Confidence,
    Proposal,
    Server,
    Source,
    paired,
    username_form,
)

_MAX_TEXT = 320
"""Characters of one value: a user name may be a whole address."""
_MAX_ELEMENTS = 50
"""Children of one element that are looked at."""

_SECURITIES = {
    "ssl": Security.TLS,
    "starttls": Security.STARTTLS,
    "plain": Security.NONE,
}
_AUTHENTICATIONS = {
    "password-cleartext": Authentication.PASSWORD,
    "plain": Authentication.PASSWORD,  # an older word for it
    "password-encrypted": Authentication.PASSWORD,
    "secure": Authentication.PASSWORD,  # an older word for it
    "oauth2": Authentication.OAUTH2,
    "none": Authentication.NONE,
    "client-ip-address": Authentication.NONE,
}
_PLACEHOLDER = re.compile(r"%([A-Z]+)%")


@dataclass(frozen=True)
class Config:
    """``unusable`` names the servers that were left out, each with its reason."""

    proposals: list[Proposal]
    unusable: list[str]


class _Unusable(Exception):
    pass


def read_config(data: bytes, mail: MailAddress) -> Config:
    """The servers that the file proposes for this address.

    :raises LimitExceeded: longer than ``MAX_CONFIG``
    :raises ProtocolError: ``autoconfig_invalid``
    """
    provider = _provider(_root(data), mail)
    unusable: list[str] = []
    imap = _servers(provider, "incomingServer", "imap", mail, unusable)
    smtp = _servers(provider, "outgoingServer", "smtp", mail, unusable)
    proposals = paired(
        imap, smtp, source=Source.AUTOCONFIG, confidence=Confidence.LIKELY
    )
    return Config([_doubted(proposal) for proposal in proposals], unusable)


def _doubted(proposal: Proposal) -> Proposal:
    """A person has to look at it before a password is sent in plain text."""
    for server in filter(None, (proposal.imap, proposal.smtp)):
        if server.endpoint.security is Security.NONE:
            return Proposal(
                proposal.source,
                Confidence.UNSURE,
                imap=proposal.imap,
                smtp=proposal.smtp,
            )
    return proposal


def _root(data: bytes):
    if len(data) > MAX_CONFIG:
        raise LimitExceeded(f"a configuration of more than {MAX_CONFIG} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        raise _invalid("a document type")
    parser = etree.XMLParser(
        encoding="utf-8",  # overrides the declaration
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _invalid("not XML") from None
    if root.tag != "clientConfig":
        raise _invalid("another kind of document")
    return root


def _provider(root, mail: MailAddress):
    found = list(_children(root, "emailProvider"))
    if not found:
        raise _invalid("no provider")
    for provider in found:
        domains = (_text(element) for element in _children(provider, "domain"))
        if mail.domain in (domain.lower() for domain in domains):
            return provider
    return found[0]


def _servers(
    provider, tag: str, kind: str, mail: MailAddress, unusable: list[str]
) -> list[Server]:
    servers: list[Server] = []
    for element in _children(provider, tag):
        if (element.get("type") or "").strip().lower() != kind:
            continue
        try:
            server = _server(element, mail)
        except _Unusable as err:
            unusable.append(f"{kind}: {err}")
            continue
        if server not in servers:
            servers.append(server)
    return servers[:MAX_SERVERS]


def _server(element, mail: MailAddress) -> Server:
    try:
        host = domain_name(_filled(_value(element, "hostname"), mail, mail.domain))
    except InvalidArgument:
        raise _Unusable("no name of a server") from None
    port = _value(element, "port")
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise _Unusable("no port")
    security = _SECURITIES.get(_value(element, "socketType").lower())
    if security is None:
        raise _Unusable("no security that is known")
    username = _value(element, "username") or "%EMAILADDRESS%"
    username = _filled(username, mail, mail.written_domain)
    if not username.isprintable():
        raise _Unusable("no user name")
    return Server(
        Endpoint(host, int(port), security),
        username,
        username_form(username, mail),
        _authentication(element),
    )


def _authentication(element) -> tuple[Authentication, ...]:
    words = [_text(child).lower() for child in _children(element, "authentication")]
    if not any(words):
        return (Authentication.PASSWORD,)
    known = [_AUTHENTICATIONS[word] for word in words if word in _AUTHENTICATIONS]
    if not known:
        raise _Unusable("no way to log in that is known")
    return tuple(dict.fromkeys(known))


def _filled(template: str, mail: MailAddress, domain: str) -> str:
    """The placeholders in one pass: an address may contain what looks like one."""
    values = {
        "EMAILADDRESS": mail.text,
        "EMAILLOCALPART": mail.local,
        "EMAILDOMAIN": domain,
    }

    def value(found: re.Match) -> str:
        if found[1] not in values:
            raise _Unusable("a placeholder that is not known")
        return values[found[1]]

    return _PLACEHOLDER.sub(value, template)


def _children(element, tag: str) -> Iterator:
    """At most ``_MAX_ELEMENTS``."""
    for index, child in enumerate(element.iterchildren(tag)):
        if index >= _MAX_ELEMENTS:
            return
        yield child


def _value(element, tag: str) -> str:
    child = element.find(tag)
    return "" if child is None else _text(child)


def _text(element) -> str:
    text = (element.text or "").strip()
    return text if len(text) <= _MAX_TEXT else ""


def _invalid(detail: str) -> ProtocolError:
    return ProtocolError(detail, code="autoconfig_invalid")
