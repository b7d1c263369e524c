"""Proxies that make of the live server one that tells more, or lies more.

A mail's id is made of its Message-ID, which the index asks for, so copies have the same
one in every folder, as RFC 8474 and Gmail have it.
"""

from __future__ import annotations

import hashlib
import re

from .imap_proxy import ImapProxy

_NAMED = re.compile(rb"Message-ID: *(<[^>]*>)", re.IGNORECASE)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class TellingProxy(ImapProxy):
    """Tells an id of each mail, and changes the sizes of mails in ``resizes``, as a
    server does that rewrites what is moved.

    ``extension``: ``OBJECTID`` or ``X-GM-EXT-1``; ``attributes``: raw name of a folder
    -> what LIST tells of it besides.
    """

    def __init__(self, host: str, port: int, *, extension: str = "OBJECTID", **options):
        self.resizes: set[bytes] = set(options.pop("resizes", ()))
        self.attributes: dict[bytes, bytes] = options.pop("attributes", {})
        self.extension = extension
        self._folder = b""
        super().__init__(host, port, **options)

    def passed(self, whole: bytes) -> bytes:
        words = whole.split(b" ")
        if words[1].upper() in (b"SELECT", b"EXAMINE"):
            self._folder = words[2].strip().strip(b'"')
        return whole.replace(b" EMAILID THREADID", b"").replace(
            b" X-GM-MSGID X-GM-THRID X-GM-LABELS", b""
        )

    def shown(self, response: bytes) -> bytes:
        if b" FETCH (" in response[:40]:
            return self._told(response)
        response = super().shown(response)
        if response[:7] == b"* LIST ":
            name = response.strip().rpartition(b" ")[2].strip(b'"')
            more = self.attributes.get(name)
            return response.replace(b"(", b"(" + more + b" ", 1) if more else response
        return response

    def _words(self, text: bytes) -> bytes:
        return super()._words(text) + b" " + self.extension.encode()

    def _told(self, response: bytes) -> bytes:
        named = _NAMED.search(response)
        if named and b"INTERNALDATE" in response:
            digest = hashlib.sha256(named[1]).digest()
            if self.extension == "OBJECTID":
                told = b"EMAILID (M%s)" % digest.hex()[:20].encode()
            else:
                told = b"X-GM-MSGID %d" % int.from_bytes(digest[:8], "big")
            response = response.replace(b" FETCH (", b" FETCH (" + told + b" ", 1)
        if self._folder in self.resizes:
            response = _SIZE.sub(
                lambda size: b"RFC822.SIZE %d" % (int(size[1]) + 7), response
            )
        return response
