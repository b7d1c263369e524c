"""Send many mails through the queue, to the recipient's mailbox and into Sent.

``--count`` mails are queued by ``crm.mail.client.compose_send`` (frozen, committed one
by one), and turns of the worker in this process hand them over and put the copies into
Sent, until nothing waits. Every mail is then counted at the recipient's and in Sent.

The floors are of the same bytes on the same servers: smtplib on one connection; and
smtplib with an APPEND by imaplib of each mail, which is what the queue does as well.

``dev/bench send --count 500 [--json]``.
"""

from __future__ import annotations

import imaplib
import os
import smtplib
import ssl
import time

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.servers import mail_server

BODY = "<p>Good morning,</p>" + "<p>please look at the offer once more.</p>" * 8


def queue(engine: Engine, account, recipient: str, count: int) -> None:
    client = engine.env["crm.mail.client"].with_user(account.user_id)
    account.user_id.crm_mail_undo_seconds = 0
    for number in range(count):
        values = {
            "sender_key": f"account:{account.id}",
            "to": [{"name": "Friend", "email": recipient}],
            "subject": f"Offer {number}",
            "body_html": BODY,
        }
        saved = client.compose_save(False, False, values)
        client.compose_send(saved["id"], saved["version"], values)
        engine.cr.commit()


def raws(engine: Engine) -> list[bytes]:
    mails = engine.env["crm.mail.outgoing"].search([], order="id")
    found = mails._stored_raws()
    engine.cr.commit()
    return [found[mail.id] for mail in mails]


def drain(engine: Engine, count: int) -> None:
    """Turns until every mail is sent and filed."""
    for _turn in range(200):
        engine.poll()
        engine.env.invalidate_all()
        done = engine.env["crm.mail.outgoing"].search_count(
            [("state", "=", "sent"), ("filing", "=", "filed")]
        )
        engine.cr.commit()
        if done == count:
            return
    raise SystemExit(f"{done} of {count} mails were sent and filed")


def there(user: str, folder: str) -> int:
    with _imap(user) as imap:
        return int(imap.select(folder, readonly=True)[1][0])


def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=mail_server()["ca_file"])


def _imap(user: str) -> imaplib.IMAP4_SSL:
    mail = mail_server()
    imap = imaplib.IMAP4_SSL(
        mail["host"], mail["ports"]["imaps"], ssl_context=_context()
    )
    imap.login(user, mail["password"])
    return imap


def floor(mails: list[bytes], sender: str, recipient: str, *, file: bool) -> float:
    mail = mail_server()
    started = time.perf_counter()
    with smtplib.SMTP_SSL(
        mail["host"], mail["ports"]["smtps"], context=_context()
    ) as smtp:
        smtp.login(sender, mail["password"])
        imap = _imap(sender) if file else None
        for raw in mails:
            smtp.sendmail(sender, [recipient], raw)
            if imap is not None:
                imap.append("Sent", r"(\Seen)", None, raw)
        if imap is not None:
            imap.logout()
    return time.perf_counter() - started


def measure(options) -> dict:
    users = [
        f"send-{os.getpid()}-{name}@live.test"
        for name in ("ours", "friend", "floor", "floorfriend")
    ]
    ours, friend, twin, twin_friend = users
    engine = Engine(open_registry())
    # somebody: the superuser of the server is nobody's author
    author = engine.env.ref("base.user_admin").id
    account = engine.account(ours, user_id=author)
    engine.settle()
    with engine.cost() as queued:
        queue(engine, account, friend, options.count)
    mails = raws(engine)
    with engine.cost() as sent:
        drain(engine, options.count)
    for user, folder in ((friend, "INBOX"), (ours, "Sent")):
        found = there(user, folder)
        if found != options.count:
            raise SystemExit(f"{found} mails of {options.count} are in {folder}")
    bare = floor(mails, twin, twin_friend, file=False)
    both = floor(mails, twin, twin_friend, file=True)
    engine.close()
    return report.rounded(
        {
            "benchmark": "send",
            "count": options.count,
            "queue_seconds_each": queued.seconds / options.count,
            "queue_statements_each": queued.statements / options.count,
            "seconds": sent.seconds,
            "mails_per_minute": options.count / sent.seconds * 60,
            "statements_each": sent.statements / options.count,
            "transactions_each": sent.transactions / options.count,
            "cpu_seconds_each": sent.cpu_seconds / options.count,
            "smtplib_seconds": bare,
            "smtplib_and_append_seconds": both,
            "ratio_to_smtplib": sent.seconds / bare,
            "ratio_to_smtplib_and_append": sent.seconds / both,
        }
    )


def main() -> None:
    parser = report.arguments("send", __doc__)
    parser.add_argument("--count", type=int, default=500)
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
