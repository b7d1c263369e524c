"""The same mailbox read by others: the host's own gateway, and whatever is installed.

None of them does the same work: the gateway makes a record of every mail, one after the
other, the others write files. What is compared is how long somebody waits until all
mail is there.
"""

from __future__ import annotations

import imaplib
import shutil
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

from .servers import INBOX, fill, mail_server

LONGEST = 900
"""Seconds after which a program is no longer waited for."""
MOST_RECORDS = 1000
"""Mails that the host's gateway is asked to read: it makes eight records a second."""


def compare(engine, messages: int) -> dict:
    """Seconds for a mailbox of so many small mails: ``ours``, everything that we do
    with them until nothing is left to do; the others by name."""
    user = f"peers-{messages}@live.test"
    fill(user, {INBOX: messages})
    found = {"messages": messages, "seconds": {}}
    account = engine.account(user)
    started = time.perf_counter()
    engine.settle()
    found["seconds"]["ours"] = time.perf_counter() - started
    if engine.count(account) != messages:
        raise SystemExit("not all mails were indexed")
    others = {"mbsync": mbsync, "offlineimap": offlineimap}
    for name, run in others.items():
        if shutil.which(name):
            found["seconds"][name] = run(user, messages)
    if messages <= MOST_RECORDS:
        _mark_unread(user)
        found["seconds"]["fetchmail.server"] = gateway(engine, user, messages)
    found["times_quicker"] = {
        name: round(seconds / found["seconds"]["ours"], 1)
        for name, seconds in found["seconds"].items()
        if name != "ours"
    }
    account.unlink()  # or it would take turns of the next one
    engine.cr.commit()
    return found


def _mark_unread(user: str) -> None:
    """The gateway takes what is unread."""
    mail = mail_server()
    context = ssl.create_default_context(cafile=mail["ca_file"])
    with imaplib.IMAP4_SSL(
        mail["host"], mail["ports"]["imaps"], ssl_context=context
    ) as client:
        client.login(user, mail["password"])
        client.select("INBOX")
        client.store("1:*", "-FLAGS.SILENT", r"(\Seen)")


def gateway(engine, user: str, messages: int) -> float:
    """The host's ``fetchmail.server``, which makes an opportunity of every mail."""
    mail = mail_server()
    server = engine.env["fetchmail.server"].create(
        {
            "name": user,
            "server_type": "imap",
            "server": mail["host"],
            "port": mail["ports"]["imaps"],
            "is_ssl": True,
            "user": user,
            "password": mail["password"],
            "object_id": engine.env["ir.model"]._get("crm.lead").id,
            "state": "done",
        }
    )
    engine.cr.commit()
    leads = engine.env["crm.lead"]
    before = leads.search_count([])
    started = time.perf_counter()
    server._fetch_mail(batch_limit=messages)
    engine.cr.commit()
    seconds = time.perf_counter() - started
    made = leads.search_count([]) - before
    if made != messages:
        raise SystemExit(f"the gateway made {made} records of {messages} mails")
    return seconds


def mbsync(user: str, messages: int) -> float:
    """A full pull into a Maildir, by isync."""
    mail = mail_server()
    lines = (
        "IMAPAccount bench",
        f"Host {mail['host']}",
        f"Port {mail['ports']['imaps']}",
        f"User {user}",
        f"Pass {mail['password']}",
        "SSLType IMAPS",
        f"CertificateFile {mail['ca_file']}",
        "",  # which ends a section
        "IMAPStore far",
        "Account bench",
        "",
        "MaildirStore near",
        "Path {folder}/mail/",
        "Inbox {folder}/mail/INBOX",
        "SubFolders Verbatim",
        "",
        "Channel bench",
        "Far :far:",
        "Near :near:",
        "Create Near",
        "SyncState *",
    )
    return _run("mbsync", lines, ("-c", "{config}", "bench"), messages)


def offlineimap(user: str, messages: int) -> float:
    """A full pull into a Maildir, by OfflineIMAP."""
    mail = mail_server()
    lines = (
        "[general]",
        "accounts = bench",
        "metadata = {folder}/state",
        "[Account bench]",
        "localrepository = near",
        "remoterepository = far",
        "[Repository near]",
        "type = Maildir",
        "localfolders = {folder}/mail",
        "[Repository far]",
        "type = IMAP",
        f"remotehost = {mail['host']}",
        f"remoteport = {mail['ports']['imaps']}",
        f"remoteuser = {user}",
        f"remotepass = {mail['password']}",
        "ssl = yes",
        f"sslcacertfile = {mail['ca_file']}",
        "readonly = True",
    )
    options = ("-o", "-u", "quiet", "-c", "{config}")
    return _run("offlineimap", lines, options, messages)


def _run(program: str, lines, arguments, messages: int) -> float:
    """
    :raises SystemExit: not all mails are there when it has ended
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "mail").mkdir()
        config = Path(folder) / "config"
        config.write_text("\n".join(lines).replace("{folder}", folder) + "\n")
        config.chmod(0o600)
        command = [
            program,
            *(one.replace("{config}", str(config)) for one in arguments),
        ]
        started = time.perf_counter()
        subprocess.run(command, check=True, timeout=LONGEST, capture_output=True)
        seconds = time.perf_counter() - started
        boxes = ("new", "cur")
        mails = [path for path in Path(folder).rglob("*") if path.parent.name in boxes]
        if len(mails) != messages:
            raise SystemExit(f"{program} has {len(mails)} of {messages} mails")
        return seconds
