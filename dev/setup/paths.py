"""Where things are: the checkout, the state folder `.dev`, and the servers' folder.

The servers (PostgreSQL, Dovecot) do not run as root. When we are root they run as
other users, who may be unable to enter the checkout (below root's home, say); and the
path of a Unix socket may have 107 bytes at most. For both reasons their folder moves
to /var/tmp, under a name derived from the checkout, where `.dev` will not do.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from .errors import SetupError

DEV = Path(__file__).resolve().parents[1]
CHECKOUT = DEV.parent

# CRM_MAIL_ADDON_ROOT lets the tests of this set-up put a tiny addon in its place.
ADDON_ROOT = Path(os.environ.get("CRM_MAIL_ADDON_ROOT") or CHECKOUT).resolve()
ADDON_NAME = "crm_mail_accounts"
ADDON = ADDON_ROOT / ADDON_NAME

# 107 bytes, less the longest name that we or Dovecot put below the folder:
# "/bench/dovecot/base/token-login/imap-urlauth" has 44; the rest is reserve.
LONGEST_SERVER_DIR = 56
NOBODY = 65534
VAR_TMP = Path("/var/tmp")  # unlike /tmp it survives a reboot, as the demo must


def dev_dir() -> Path:
    """The folder of what is fetched, built and logged (CRM_MAIL_DEV_DIR moves it)."""
    chosen = os.environ.get("CRM_MAIL_DEV_DIR")
    folder = Path(chosen).expanduser().resolve() if chosen else CHECKOUT / ".dev"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"The folder {folder} cannot be made: {error}.") from None
    return folder


def log_dir() -> Path:
    folder = dev_dir() / "log"
    folder.mkdir(exist_ok=True)
    return folder


def is_root() -> bool:
    return os.geteuid() == 0


def reachable_by_others(folder: Path) -> bool:
    """Can an ordinary user enter `folder`? Asked of the kernel: ACLs count too."""
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    command += ["test", "-x", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def server_dir() -> Path:
    """The folder of the servers' data and sockets."""
    wanted = dev_dir() / "srv"
    fits = len(os.fsencode(wanted)) <= LONGEST_SERVER_DIR
    if fits and (not is_root() or reachable_by_others(wanted.parent)):
        wanted.mkdir(exist_ok=True)
        return wanted
    name = hashlib.sha256(os.fsencode(dev_dir())).hexdigest()[:10]
    folder = VAR_TMP / f"crm-mail-{name}"
    try:
        folder.mkdir(mode=0o711 if is_root() else 0o700)
    except FileExistsError:
        # The name can be guessed: never trust a folder that another user put there.
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise SetupError(f"{folder} belongs to somebody else.") from None
    return folder
