"""Follow a few changes that another client made in a large inbox.

Another client adds, flags and removes mails; then the engine does one turn. The floor,
in the same run and over the same proxy, is the bare QRESYNC exchange (RFC 7162): one
EXAMINE that tells all three changes.

``dev/bench delta --messages 100000 --new 1 --flags 1 --expunged 1 [--mode all]
[--json]``. For each mode: ``commands`` after the login, ``work_bytes_received`` of
them and ``bytes_received`` with the login, ``by_command`` (name, bytes sent, bytes
received), seconds and processor time of the turn. ``change_bytes`` is the work without
the texts of the new mails, which preview lines need. ``flags_found`` and
``expunged_found`` are what one turn has found: a server without extensions tells
nothing of the flag of an old mail, which is then found by later turns.
"""

from __future__ import annotations

import re

from benchmarks.kit import report
from benchmarks.kit.engine import PATIENCE, Engine, open_registry
from benchmarks.kit.proxy import MODES, CountingProxy, summary
from benchmarks.kit.raw import RawImap
from benchmarks.kit.servers import fill, mail_server, small_mails
from demo.imap_append import Connection
from demo.mail import INBOX

NUMBERS = re.compile(rb"\* STATUS .*?\(([^)]*)\)")


class Folder:
    """The other client, with the inbox open for writing."""

    def __init__(self, user: str):
        self.user = user
        self.raw = RawImap(user)
        self.raw.command("SELECT INBOX")
        self.number = 10_000_000

    def numbers(self) -> dict[str, int]:
        answer = self.raw.command("NOOP").answer
        answer = self.raw.command(
            "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"
        ).answer
        words = NUMBERS.search(answer)[1].split()
        return {
            key.decode(): int(value)
            for key, value in zip(words[::2], words[1::2], strict=True)
        }

    def uids(self) -> list[int]:
        answer = self.raw.command("UID SEARCH RETURN (ALL) NOT FLAGGED").answer
        found: list[int] = []
        for part in re.search(rb"ALL ([\d:,]+)", answer)[1].split(b","):
            low, _colon, high = part.partition(b":")
            found += range(int(low), int(high or low) + 1)
        return found

    def change(self, options) -> tuple[list[int], list[int]]:
        """UIDs that were flagged and removed: not among the newest, and apart."""
        uids = self.uids()
        middle = len(uids) // 2
        flagged = uids[middle : middle + options.flags]
        removed = uids[middle // 2 : middle // 2 + options.expunged]
        if flagged:
            self.raw.command(f"UID STORE {_set(flagged)} +FLAGS.SILENT (\\Flagged)")
        if removed:
            self.raw.command(f"UID STORE {_set(removed)} +FLAGS.SILENT (\\Deleted)")
            self.raw.command(f"UID EXPUNGE {_set(removed)}")
        if options.new:
            self._append(options.new)
        return flagged, removed

    def _append(self, count: int) -> None:
        mail = mail_server()
        with Connection(
            mail["host"], mail["ports"]["imaps"], mail["ca_file"]
        ) as server:
            server.login(self.user, mail["password"])
            server.append(list(small_mails({INBOX: count}, self.number, ())))
            server.logout()
        self.number += count


def _set(uids: list[int]) -> str:
    return ",".join(map(str, uids))


def floor(user: str, port: int, before: dict[str, int], after: dict[str, int]) -> dict:
    """The bare QRESYNC exchange, and what the index must fetch of the new mails."""
    with RawImap(user, port) as raw:
        raw.command("ENABLE QRESYNC")
        told = raw.command(
            f"EXAMINE INBOX (QRESYNC ({before['UIDVALIDITY']}"
            f" {before['HIGHESTMODSEQ']}))"
        )
        new = None
        if after["UIDNEXT"] > before["UIDNEXT"]:
            new = raw.command(
                f"UID FETCH {before['UIDNEXT']}:{after['UIDNEXT'] - 1} (UID FLAGS"
                " INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[HEADER])"
            )
    return {
        "floor_bytes": told.received,
        "floor_seconds": told.seconds,
        "floor_new_mail_bytes": new.received if new else 0,
    }


def one_mode(engine: Engine, account, folder: Folder, mode: str, options) -> dict:
    mail = mail_server()
    with CountingProxy(mode, mail["host"], mail["ports"]["imap"]) as proxy:
        engine.connect_by(account, proxy.port)
        rest(engine, proxy)
        before = folder.numbers()
        flagged, removed = folder.change(options)
        after = folder.numbers()
        proxy.take()
        with engine.cost() as cost:
            engine.poll()
        said = proxy.take()
        result = {**summary(said), **cost.each(1)}
        result["change_bytes"] = (
            result["work_bytes_received"] - result["body_bytes_received"]
        )
        result |= found(engine, account, flagged, removed, after)
        if mode == "qresync":
            result |= floor(folder.user, proxy.port, before, after)
        rest(engine, proxy)
    return result


def rest(engine: Engine, proxy: CountingProxy) -> None:
    """Until no audit is due in this mode, and the texts that are fetched ahead are."""
    engine.settle()
    proxy.take()
    for _turn in range(PATIENCE):
        engine.look_everywhere()
        if not any("BODY.PEEK[]" in item.line for item in proxy.take()):
            break
    engine.settle()
    proxy.take()


def found(engine: Engine, account, flagged, removed, after) -> dict:
    """What the turn brought to our rows.

    :raises SystemExit: a new mail is missing
    """
    inbox = account.folder_ids.filtered(lambda one: one.role == "inbox")
    engine.cr.execute(
        "SELECT count(*) FILTER (WHERE uid = ANY(%s) AND flagged),"
        "       count(*) FILTER (WHERE uid = ANY(%s)),"
        "       max(uid)"
        "  FROM crm_mail_message WHERE folder_id = %s",
        [flagged, removed, inbox.id],
    )
    marked, still, newest = engine.cr.fetchone()
    engine.cr.commit()
    if newest != after["UIDNEXT"] - 1:
        raise SystemExit("a new mail was not found")
    return {"flags_found": marked, "expunged_found": len(removed) - still}


def measure(options) -> dict:
    user = f"delta-{options.messages}@live.test"
    fill(user, {INBOX: options.messages})
    engine = Engine(open_registry())
    account = engine.account(user)
    with engine.cost() as first:
        engine.settle()
    engine.vacuum()
    folder = Folder(user)
    if engine.count(account) != folder.numbers()["MESSAGES"]:
        raise SystemExit("not all mails were indexed")
    result = {
        "benchmark": "delta",
        "messages": engine.count(account),
        "new": options.new,
        "flags": options.flags,
        "expunged": options.expunged,
        "first_index_seconds": first.seconds,
    }
    modes = MODES if options.mode == "all" else [options.mode]
    for mode in modes:
        result[mode] = one_mode(engine, account, folder, mode, options)
    if engine.count(account) != folder.numbers()["MESSAGES"]:
        raise SystemExit("the counts differ at the end")
    engine.close()
    return report.rounded(result)


def main() -> None:
    parser = report.arguments("delta", __doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--new", type=int, default=1)
    parser.add_argument("--flags", type=int, default=1)
    parser.add_argument("--expunged", type=int, default=1)
    parser.add_argument("--mode", choices=(*MODES, "all"), default="qresync")
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
