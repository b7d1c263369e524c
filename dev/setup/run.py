"""dev/run [--fresh]: the demo, up and running in the background.

Its database and mail are kept between runs; --fresh makes them anew. When the addon's
files have changed, the addon is updated. Run again while it runs, it only prints the
card (and updates the addon if need be).
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path

from . import ports, processes, state, template
from .commands import clean_env, run
from .errors import SetupError
from .flavour import RUN
from .paths import CHECKOUT, DEV, log_dir
from .prepare import (
    Ready,
    command_line,
    end_servers,
    prepare,
    preparing,
    publish,
)
from .steps import cached, digest, remove, say, timed, tree_digest

DATABASE = RUN.database
DEMO = DEV / "demo"
SEED = "from demo.seed_crm import seed\nseed(env, {mail!r}, {url!r})\nenv.cr.commit()\n"
START_PATIENCE = 120  # seconds; a warm start takes three

CARD = """
  CRM Mail Accounts is running:  {url}

    laura / laura    salesperson
    marco / marco    second salesperson (in Italian)
    admin / admin    administrator

  Log in as laura, open Messages, press Configure and enter
    user name  laura@demo.test        password  {password}
    IMAP       {host}, port {imap}, STARTTLS   (or {imaps}, SSL/TLS)
    SMTP       {host}, port {smtp}, STARTTLS   (or {smtps}, SSL/TLS)
  then press Test, and save. Marco's mailbox is marco@demo.test, the same password.
  POP3 answers on {pop3} (SSL/TLS on {pop3s}), ManageSieve on {sieve}.
  A stand-in for Google and Microsoft (OAuth 2) answers on {oauth}; its tokens are good
  for IMAP above and for SMTP on {submission} (STARTTLS) and {submissions} (SSL/TLS).

  Logs: {logs}
  End it with dev/stop; start anew with dev/run --fresh.
"""


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--fresh"]):
        raise SetupError("dev/run knows one argument: --fresh.")
    fresh = bool(arguments)
    with preparing():
        if fresh:
            end_servers(RUN)
            remove(RUN.servers / "dovecot/mail")
            (RUN.home / "mail.json").unlink(missing_ok=True)
            (RUN.home / "grants.json").unlink(missing_ok=True)
        ready = prepare(RUN, browser=False, keep_mail=True)
        template.require_addon()
        changed = ensure_database(ready, fresh)
        load_mail(ready)
        port = ensure_odoo(ready, restart=changed)
    say(card(ready, port))
    return 0


def ensure_database(ready: Ready, fresh: bool) -> bool:
    """Have the demo's database with the addon as it is now; was anything done?"""
    odoo = ready.odoo
    stamps = RUN.home / "database.json"
    wanted = digest(*template.addon_hashes())
    known = state.read_or_empty(stamps)
    if fresh or DATABASE not in odoo.cluster.databases() or "addon" not in known:
        with timed("Demo database"):
            stop_odoo()
            # Without its stamp the database counts as absent: it is made in steps.
            stamps.unlink(missing_ok=True)
            template.copy(odoo, ready.plain, DATABASE)
            template.install(odoo, DATABASE)
            template.pregenerate(odoo, DATABASE)
        known = {"addon": wanted}
        state.write(stamps, known)
        done = True
    elif known["addon"] != wanted:
        with timed("Addon updated"):
            stop_odoo()
            template.install(odoo, DATABASE, "-u")
            template.pregenerate(odoo, DATABASE)
        known["addon"] = wanted
        state.write(stamps, known)
        done = True
    else:
        cached("Demo database")
        done = False
    return seed(ready, stamps, known) or done


def seed(ready: Ready, stamps: Path, known: dict) -> bool:
    """Customers, leads and users of the demo, once for each version of the seed.

    The seed may run again at any time: what it made stays as it is.
    """
    if not (DEMO / "seed_crm.py").is_file():
        say("[ skipped] Demo CRM (there is no dev/demo/seed_crm.py)")
        return False
    inputs = tree_digest(DEMO, sorted(DEMO.glob("*.py")))
    inputs += f" {sorted(ready.mail['ports'].items())}"
    if known.get("seeded") == inputs:
        cached("Demo CRM")
        return False
    with timed("Demo CRM"):
        stop_odoo()
        # The template has the address of the tests; sign-ins must come back here.
        port = state.read(RUN.state_file)["odoo"]["port"]
        script = SEED.format(mail=ready.mail, url=f"http://localhost:{port}")
        ready.odoo.shell("Filling the demo CRM", DATABASE, script, "seed", DEV)
    known["seeded"] = inputs
    state.write(stamps, known)
    return True


def load_mail(ready: Ready) -> None:
    """The demo's mailboxes, once per generator and per folder of mail."""
    label = "Demo mail"
    if not (DEMO / "load.py").is_file():
        say("[ skipped] Demo mail (there is no dev/demo/load.py)")
        return
    files = [path for path in DEMO.rglob("*") if path.is_file()]
    files = [path for path in files if "__pycache__" not in path.parts]
    inputs = tree_digest(DEMO, files)
    mailboxes = RUN.servers / "dovecot/mail"
    stamp = RUN.home / "mail.json"
    known = state.read_or_empty(stamp)
    # The mailboxes of another generator stay: they may hold the developer's own mail.
    if known and mailboxes.is_dir() and any(mailboxes.iterdir()):
        same = known["inputs"] == inputs
        cached(label if same else f"{label} (its generator changed: --fresh loads it)")
        return
    with timed(label):
        # Without its stamp the mail counts as absent: it may be half loaded.
        for domain in mailboxes.glob("*"):
            remove(domain)
        command = [ready.odoo.python, "-m", "demo.load", "--state", RUN.state_file]
        env = clean_env({**ready.env, "PYTHONPATH": str(DEV)})
        run("Loading the demo mail", command, log="demo-mail", env=env, cwd=CHECKOUT)
        state.write(stamp, {"inputs": inputs})


def stop_odoo() -> None:
    processes.stop(RUN.pid_file("odoo"))


def ensure_odoo(ready: Ready, restart: bool) -> int:
    """Odoo in the background, answering; returns its port."""
    pid_file = RUN.pid_file("odoo")
    known = state.read(RUN.state_file)["odoo"]["port"]
    if processes.running(pid_file) and not restart:
        wait_for_odoo(known, pid_file)
        cached("Odoo")
        return known
    with timed("Odoo"):
        stop_odoo()
        port = ports.choose("Odoo", known)
        publish(RUN, ready.odoo, ready.mail, port)
        processes.start(
            pid_file,
            ready.odoo.command("server"),
            log=log_dir() / "odoo.log",
            env=ready.odoo.env(ready.env),
            cwd=CHECKOUT,
        )
        wait_for_odoo(port, pid_file)
    return port


def wait_for_odoo(port: int, pid_file: Path) -> None:
    """Wait until the login page comes, which needs the registry and the assets."""
    deadline = time.monotonic() + START_PATIENCE
    url = f"http://127.0.0.1:{port}/web/login"
    log = log_dir() / "odoo.log"
    while True:
        if not processes.running(pid_file):
            raise SetupError(f"Odoo did not start; see {log}.")
        try:
            with urllib.request.urlopen(url, timeout=START_PATIENCE):
                return
        except urllib.error.HTTPError as error:
            text = f"Odoo answers with error {error.code}; see {log}."
            raise SetupError(text) from None
        except OSError:
            if time.monotonic() > deadline:
                raise SetupError(f"Odoo gave no answer; see {log}.") from None
            time.sleep(0.1)


def card(ready: Ready, port: int) -> str:
    return CARD.format(
        url=f"http://localhost:{port}",
        host=ready.mail["host"],
        password=ready.mail["password"],
        logs=log_dir(),
        **ready.mail["ports"],
    )


if __name__ == "__main__":
    command_line("run", main)
