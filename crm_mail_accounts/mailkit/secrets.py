"""Secrets at rest: Fernet tokens under a key that is not in the database.

Several keys make a rotation: the first one encrypts, all of them decrypt, and
:meth:`Cipher.rotate` writes a token anew under the first one.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import MailError


def new_key() -> str:
    """A fresh key, in the form that :class:`Cipher` takes."""
    return Fernet.generate_key().decode("ascii")


def _unreadable(detail: str) -> MailError:
    return MailError(detail, code="secret_unreadable")


class Cipher:
    """Encrypts and decrypts short texts.  Its ``repr`` shows no key."""

    __slots__ = ("_fernet",)

    def __init__(self, keys: Sequence[str]):
        if isinstance(keys, str) or not keys:
            raise _unreadable("no key")
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys])
        except (ValueError, TypeError, AttributeError):
            # "from None": the library's error may hold the key's text
            raise _unreadable("a key is not 32 bytes in URL-safe base64") from None

    def __repr__(self) -> str:
        return "<Cipher>"

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode("utf-8")).decode("ascii")

    def decrypt(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token.encode("utf-8")).decode("utf-8")
        except (InvalidToken, UnicodeError, AttributeError):
            raise _unreadable("no key fits") from None

    def rotate(self, token: str) -> str:
        """The same secret under the first key."""
        try:
            return self._fernet.rotate(token.encode("utf-8")).decode("ascii")
        except (InvalidToken, UnicodeError, AttributeError):
            raise _unreadable("no key fits") from None
