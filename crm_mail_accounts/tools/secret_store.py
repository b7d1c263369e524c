"""The key that protects passwords at rest, and the cipher made from it.

The key is never in the database, so that a dump or a copied database gives no
password away (law 13).  It is taken from the first of

1. the server configuration, ``crm_mail_accounts_key``,
2. the environment, ``CRM_MAIL_ACCOUNTS_KEY``,
3. the file ``crm_mail_accounts.key`` in the server's data directory, which is made
   with a fresh key and mode 0600 when it is missing.

Several keys may be given, separated by commas: the first one encrypts, all of them
decrypt.  To change the key, put the new one in front, run ``odoo crm_mail_rotate_keys``
(:func:`rotate_all`), and take the old one away.  Several hosts that share a database
must share the keys.
"""

import contextlib
import os
from pathlib import Path

from odoo.tools import config

from ..mailkit.errors import MailError
from ..mailkit.secrets import Cipher, new_key

CONFIG_NAME = "crm_mail_accounts_key"
ENVIRONMENT_NAME = "CRM_MAIL_ACCOUNTS_KEY"
FILE_NAME = "crm_mail_accounts.key"
TOKENS = {
    "crm.mail.account": ("password_token", "smtp_password_token"),
    "crm.mail.account.token": ("refresh_token", "access_token"),
    "crm.mail.pop3.bridge": ("password_token",),
}
"""Every column that holds an encrypted secret, by model."""


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


def rotate_all(env) -> tuple[int, int]:
    """Write every stored secret anew under the first key.

    Returns how many were written, and how many no key fits (these stay as they are, and
    their owners are asked for the password at the next check).
    """
    current = cipher()
    written = unreadable = 0
    for model, names in TOKENS.items():
        # sudo and archived ones too: every token of the database
        for record in env[model].sudo().with_context(active_test=False).search([]):
            for name in names:
                if not record[name]:
                    continue
                try:
                    record[name] = current.rotate(record[name])
                    written += 1
                except MailError:
                    unreadable += 1
    return written, unreadable


def _keys() -> list[str]:
    given = config.get(CONFIG_NAME) or os.environ.get(ENVIRONMENT_NAME)
    if not given:
        given = _keys_from_file(Path(config["data_dir"]) / FILE_NAME)
    return [key.strip() for key in given.split(",") if key.strip()]


def _keys_from_file(path: Path) -> str:
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
