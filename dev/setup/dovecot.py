"""A private Dovecot: IMAP, POP3, ManageSieve, LMTP and submission on high ports of the
loopback.

Any user name may log in with the one password, or with a token of its own that the
authorization server vouches for; home and mail are made at first use.
So each test takes a fresh user and cleans nothing up. The whole server runs without
rights: as us, or as Debian's user dovecot when we are root. Its folder, sockets and
instance name are its own: a Dovecot of the machine goes on undisturbed.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import processes
from .commands import as_user, clean_env
from .errors import SetupError
from .paths import is_root, log_dir
from .steps import remove

PASSWORD = "demo"  # of a server that only this machine reaches
PROGRAM = "/usr/sbin/dovecot"

# mail_max_userip_connections: many tests connect at once from one address.
# auth_failure_delay: 2 s for each wrong password would be most of a test run.
# Drafts, Sent, Junk and Trash exist at once as at most providers; Archive has its role
# but must be created, so that both cases are met.
# sdbox: one file per mail as Maildir, without rereading folders; UIDs, MODSEQ and
# MULTIAPPEND are the same in both.
CONFIG = """
instance_name = crm-mail-{flavour}
base_dir = {home}/base
state_dir = {home}/state
log_path = {log}
protocols = imap pop3 lmtp sieve submission
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 400
default_client_limit = 4000
default_vsz_limit = 1G
shutdown_clients = yes
verbose_proctitle = no
stats_writer_socket_path =

ssl = yes
ssl_cert = <{certificates}/server.pem
ssl_key = <{certificates}/server.key
ssl_min_protocol = TLSv1.2

disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_cache_size = 0
auth_username_chars =
# Each mechanism has a passdb of its own: a password never reaches the authorization
# server, and the one password is no token.
passdb {{
  driver = static
  args = password={password}
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  args = {home}/oauth2.conf
  mechanisms = xoauth2 oauthbearer
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%Ld/%Ln allow_all_users=yes
}}
first_valid_uid = {uid}
first_valid_gid = 0

mail_location = sdbox:~/sdbox
mailbox_list_index = yes
mail_fsync = never
mail_max_userip_connections = 500
mail_plugins = quota
plugin {{
  quota = count:User quota
  quota_rule = *:storage=1G
  quota_vsizes = yes
  sieve = file:~/sieve;active=~/.dovecot.sieve
  sieve_max_redirects = 5
}}
# Sieve's redirect and vacation go out by our own SMTP server, and so does what is
# submitted: that one refuses recipients outside of this machine.
submission_host = 127.0.0.1:{smtp_plain}
submission_relay_host = 127.0.0.1
submission_relay_port = {smtp_plain}
submission_max_mail_size = 30M
postmaster_address = postmaster@demo.test
hostname = localhost

namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = no
  }}
}}

protocol imap {{
  mail_plugins = quota imap_quota
}}
protocol lmtp {{
  mail_plugins = quota sieve
}}

service anvil {{
  chroot =
  # Wrong passwords from one address would be answered later and later.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 1000
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service submission-login {{
  chroot =
  service_count = 0
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = {submissions}
    ssl = yes
  }}
}}
service managesieve-login {{
  chroot =
  service_count = 0
  inet_listener sieve {{
    port = {sieve}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""

# "post" is RFC 7662; the name and the secret in the address are sent by HTTP Basic.
# The headers name the service, and so the right, that a token is used for.
OAUTH2 = """
introspection_url = http://{client_id}:{client_secret}@127.0.0.1:{port}/introspect
introspection_mode = post
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = email
username_format = %Lu
send_auth_headers = yes
timeout_msecs = 60000
max_parallel_connections = 20
"""


@dataclass(frozen=True)
class Dovecot:
    """The Dovecot of one flavour; `home` holds its sockets and the mail."""

    flavour: str
    home: Path
    certificates: Path
    pid_file: Path

    @property
    def user(self) -> str | None:
        return "dovecot" if is_root() else None

    @property
    def log(self) -> Path:
        return self.home / "log" / "dovecot.log"

    def start(
        self, ports: dict[str, int], oauth: dict[str, Any], keep_mail: bool
    ) -> None:
        """Start it; without `keep_mail` all mailboxes are empty afterwards."""
        require_version()
        if not keep_mail:
            remove(self.home / "mail")
        self._write_config(ports, oauth)
        output = log_dir() / f"dovecot-{self.flavour}.log"
        command = [PROGRAM, "-F", "-c", str(self.home / "dovecot.conf")]
        processes.start(
            self.pid_file,
            as_user(self.user, command),
            log=output,
            env=clean_env(),
            cwd=Path("/"),
            stop_signal=signal.SIGTERM,
        )
        wait_for_port(ports["imap"], "Dovecot", self.pid_file, self.log)

    def _write_config(self, ports: dict[str, int], oauth: dict[str, Any]) -> None:
        account = pwd.getpwnam(self.user) if self.user else pwd.getpwuid(os.geteuid())
        for name in ("", "base", "state", "mail", "log"):
            folder = self.home / name
            folder.mkdir(parents=True, exist_ok=True)
            if self.user:
                os.chown(folder, account.pw_uid, account.pw_gid)
        text = CONFIG.format(
            flavour=self.flavour,
            home=self.home,
            log=self.log,
            user=account.pw_name,
            group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid,
            gid=account.pw_gid,
            certificates=self.home / "certificates",
            password=PASSWORD,
            **ports,
        )
        # A copy that the server's user can read, wherever the checkout lies.
        remove(self.home / "certificates")
        (self.home / "certificates").mkdir()
        for name in ("server.pem", "server.key"):
            shutil.copy(self.certificates / name, self.home / "certificates" / name)
        (self.home / "dovecot.conf").write_text(text.lstrip())
        (self.home / "oauth2.conf").write_text(OAUTH2.format(**oauth).lstrip())


def require_version() -> None:
    """The configuration language changed with 2.4; we speak that of 2.3."""
    try:
        done = subprocess.run(
            [PROGRAM, "--version"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise SetupError(f"Dovecot is not installed ({PROGRAM} is missing).") from None
    if not re.match(r"2\.3\.", done.stdout):
        raise SetupError(
            f"Dovecot {done.stdout.split()[0] if done.stdout else '?'} is installed; "
            "this set-up speaks the configuration of 2.3 (Debian 12)."
        )


def wait_for_port(
    port: int, name: str, pid_file: Path, log: Path, patience: float = 120
) -> None:
    """Wait until something answers there and our process still lives."""
    deadline = time.monotonic() + patience
    while True:
        if not processes.running(pid_file):
            raise SetupError(f"{name} did not start; see {log}.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                text = f"{name} gave no answer in {patience:.0f} s; see {log}."
                raise SetupError(text) from None
            time.sleep(0.03)
