from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.imap.append import Before
from ..mailkit.limits import COMMAND_TIMEOUT
from ..mailkit.sync.pop3 import KnownMail, MailState
from ..tools.fields import BigInteger

APPEND_TIME = timedelta(seconds=COMMAND_TIMEOUT)
"""How long an APPEND of another worker may still be on its way."""


class CrmMailPop3Seen(models.Model):
    """How far one mail of a POP3 maildrop has come (``mailkit/sync/pop3.py``).

    The workers' own table.  ``raw`` is filled from the moment that the mail was fetched
    until it is known to be in the folder, so that what a server gave once is not lost
    with a connection; it is read and written by SQL, because a binary field would turn
    every byte into base64 and back.
    """

    _name = "crm.mail.pop3.seen"
    _description = "Mail of a POP3 mailbox"
    _log_access = False

    bridge_id = fields.Many2one(
        "crm.mail.pop3.bridge", "POP3 mailbox", required=True, ondelete="cascade"
    )
    key = fields.Char(required=True, help="UIDL with its ordinal, or a digest.")
    state = fields.Selection(
        [
            (state.value, state.name.replace("_", " ").capitalize())
            for state in MailState
        ],
        required=True,
    )
    size = BigInteger(help="Octets as LIST told them.")
    digest = fields.Char(help="SHA-256 of all bytes; empty until it was fetched.")
    first_seen = fields.Datetime(required=True)
    vanished = fields.Datetime(help="Not listed any more since then.")
    failures = fields.Integer(default=0)
    proved = fields.Boolean(
        help="The mail was found in its folder, so it may be deleted on the server."
    )
    raw = fields.Binary(attachment=False)
    arrived = fields.Datetime()
    before_uidvalidity = BigInteger()
    before_uidnext = BigInteger(
        help="The folder's UIDNEXT before the mail was sent to it: what is found from "
        "there on tells after a crash whether it is there."
    )
    busy_until = fields.Datetime(help="A worker may be sending it to its folder.")

    _key_unique = models.Constraint(
        "UNIQUE (bridge_id, key)", "A mail is remembered once."
    )
    _digest_index = models.Index("(bridge_id, digest) WHERE digest IS NOT NULL")
    _waiting_index = models.Index("(bridge_id) WHERE raw IS NOT NULL")

    @api.model
    def _known(self, bridge) -> dict[str, KnownMail]:
        """All records of a bridge by key, as the planner wants them."""
        # The bytes stay where they are.
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT key, state, size, first_seen, digest, vanished, failures
                  FROM crm_mail_pop3_seen WHERE bridge_id = %s
                """,
                bridge.id,
            )
        )
        return {row[0]: _known_mail(row) for row in self.env.cr.fetchall()}

    @api.model
    def _remember(self, bridge, mails: tuple[KnownMail, ...]):
        """Records of mails that were listed for the first time, perhaps very many."""
        if not mails:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_mail_pop3_seen
                       (bridge_id, key, state, size, first_seen, failures)
                SELECT %s, key, %s, size, %s, 0
                  FROM unnest(%s::text[], %s::int8[]) AS mail (key, size)
                """,
                bridge.id,
                MailState.SEEN.value,
                mails[0].first_seen,
                [mail.key for mail in mails],
                [mail.size for mail in mails],
            )
        )
        self.invalidate_model()

    @api.model
    def _twin(self, bridge, digest: str) -> tuple[KnownMail | None, bool]:
        """The record with these bytes that has come furthest, and whether it is
        proved to be in its folder."""
        rows = self.search([("bridge_id", "=", bridge.id), ("digest", "=", digest)])
        order = list(MailState)
        rows = rows.sorted(
            lambda row: (row.proved, order.index(MailState(row.state))), reverse=True
        )
        if not rows:
            return None, False
        found = _known_mail([rows[0][name] for name in _COLUMNS])
        return found, rows[0].proved

    @api.model
    def _put(self, bridge, mail: KnownMail, **values):
        """Make the record of ``mail.key`` this one; made when it is missing."""
        row = self._of(bridge, [mail.key])
        values = {
            "state": mail.state.value,
            "size": mail.size,
            "digest": mail.digest or False,
            "first_seen": mail.first_seen,
            "vanished": mail.vanished or False,
            "failures": mail.failures,
            **values,
        }
        if row:
            row.write(values)
        else:
            row = self.create({"bridge_id": bridge.id, "key": mail.key, **values})
        return row

    @api.model
    def _of(self, bridge, keys):
        return self.search([("bridge_id", "=", bridge.id), ("key", "in", list(keys))])

    def _store_raw(self, raw: bytes, arrived, before: Before):
        """The bytes, and how to find the mail in its folder after a crash."""
        self.ensure_one()
        self.arrived = arrived.replace(tzinfo=None)
        self._note_before(before)
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_mail_pop3_seen SET raw = %s WHERE id = %s",
            [psycopg2.Binary(raw), self.id],
        )

    def _note_before(self, before: Before):
        """Where to look for the mail if nobody hears whether it was stored."""
        self.write(
            {
                "before_uidvalidity": before.uidvalidity,
                "before_uidnext": before.uidnext,
                "busy_until": fields.Datetime.now() + APPEND_TIME,
            }
        )

    def _read_raw(self) -> bytes:
        self.ensure_one()
        self.env.cr.execute(
            "SELECT raw FROM crm_mail_pop3_seen WHERE id = %s", [self.id]
        )
        found = self.env.cr.fetchone()
        return bytes(found[0] or b"") if found else b""

    def _drop_raw(self):
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_mail_pop3_seen SET raw = NULL, busy_until = NULL"
            " WHERE id = ANY(%s)",
            [self.ids],
        )
        self.invalidate_recordset(["raw", "busy_until"], flush=False)


_COLUMNS = ("key", "state", "size", "first_seen", "digest", "vanished", "failures")


def _known_mail(row) -> KnownMail:
    key, state, size, first_seen, digest, vanished, failures = row
    return KnownMail(
        key,
        MailState(state),
        size or 0,
        first_seen,
        digest or "",
        vanished or None,
        failures or 0,
    )
