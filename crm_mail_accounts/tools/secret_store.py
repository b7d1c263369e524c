"""The key that protects passwords at rest, and the cipher made from it.

The key is never in the database, so that a dump or a copied database gives no
password away (law 13).  It is taken from the first of

1. the server configuration, ``crm_mail_accounts_key``,
2. the environment, ``CRM_MAIL_ACCOUNTS_KEY``,
3. the file ``crm_mail_accounts.key`` in the server's data directory, which is made
   with a fresh key and mode 0600 when it is missing.

Several keys may be given, separated by commas: the first one encrypts, all of them
decrypt.  Several hosts that share a database must share the key.
"""

import contextlib
import os
from pathlib import Path

from odoo.tools import config

from ..mailkit.secrets import Cipher, new_key

CONFIG_NAME = "crm_mail_accounts_key"
ENVIRONMENT_NAME = "CRM_MAIL_ACCOUNTS_KEY"
FILE_NAME = "crm_mail_accounts.key"


def cipher() -> Cipher:
    """The cipher of this server; made anew each time, so a rotated key works at once.

    :raises OSError: the key file can neither be read nor written.
    """
    return Cipher(_keys())


def encrypt(secret: str | None) -> str | bool:
    """The token to store for a secret; ``False`` for an empty one."""
    return cipher().encrypt(secret) if secret else False


def decrypt(token: str | bool) -> str:
    """The secret of a stored token; ``""`` for an empty one.

    :raises MailError: ``secret_unreadable`` when no key of this server fits.
    """
    return cipher().decrypt(token) if token else ""


def _keys() -> list[str]:
    given = config.get(CONFIG_NAME) or os.environ.get(ENVIRONMENT_NAME)
    if given:
        return [key.strip() for key in given.split(",") if key.strip()]
    return [_key_from_file(Path(config["data_dir"]) / FILE_NAME)]


def _key_from_file(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked: of two workers that start together one wins and both
    # read a whole key. Losing a key loses every stored password.
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(new_key())
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    return path.read_text().strip()
