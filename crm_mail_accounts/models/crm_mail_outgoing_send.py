# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.errors import MailError
from ..mailkit.limits import FINAL_DOT_TIMEOUT
from ..mailkit.sync.operations import Kind
from ..mailkit.sync.sending import Action, Refused, Verdict
from ..mailkit.values import Delivery
from ..tools import flags as bits
from ..tools.error_messages import describe

LAST_WORD = timedelta(seconds=FINAL_DOT_TIMEOUT + 60)
"""How long the answer to a final dot may be on its way."""
ABANDONED = timedelta(minutes=15)
"""How long an attempt may take where no lease tells that its worker is gone."""
MOST = 100
"""Mails of one look into the queue."""
PARENT_FLAGS = {
    "reply": bits.ANSWERED,
    "reply_all": bits.ANSWERED,
    "forward": bits.FORWARDED,
    "forward_attachment": bits.FORWARDED,
}


@dataclass(frozen=True)
class Attempt:
    """The right to hand one mail over once; ``number`` is what ends it."""

    outgoing_id: int
    number: int
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    age: float
    tries: int


class CrmMailOutgoing(models.Model):
    """How a mail leaves: at most once (law 7).

    queued -> sending, ``open`` -> sending, ``dot`` -> sent, failed or uncertain; each
    arrow is a transaction.  The second one is what tells a mail that certainly did not
    leave from one that may have: without it every worker that dies in the middle would
    leave a mail of which nobody knows.  It costs one commit for each mail, a
    millisecond beside an SMTP dialogue.

    An attempt has a number.  Every later statement asks for it, so a worker that was
    thought dead stops before the dot, and its answer to a dot is stored still if nobody
    has decided meanwhile.
    """

    _inherit = "crm.mail.outgoing"

    # -- what is to be sent --------------------------------------------------------

    @api.model
    def _to_send(self, account) -> list[int]:
        """Ids of the mails of this account (none: of the host) whose time has come.

        What an earlier worker left behind is decided first.
        """
        self._recover(account)
        self.flush_model()
        now = fields.Datetime.now()
        waiting = self.search(
            [
                ("account_id", "=", account.id),
                ("sender_kind", "=" if not account else "!=", "system"),
                ("state", "in", ("queued", "scheduled")),
                ("next_at", "<=", now),
            ],
            limit=MOST,
            order="next_at, id",
        )
        allowed = {
            user: user.active
            and any(
                sender.account_id == account.id
                for sender in account.with_user(user)._senders()
            )
            for user in waiting.user_id
        }
        for mail in waiting:
            if not allowed[mail.user_id]:
                mail._fail_for_good(
                    "sender_refused",
                    mail.env._(
                        "You may no longer write from this address. Choose another "
                        "one and send the mail again."
                    ),
                )
        return waiting.filtered(lambda mail: allowed[mail.user_id]).ids

    @api.model
    def _recover(self, account):
        """Decide about attempts whose worker is gone.

        Before the dot was announced the server has nothing: the mail waits again.  Once
        it was, the answer may still come; after that nobody knows.
        """
        now = fields.Datetime.now()
        left = self.search(
            [
                ("account_id", "=", account.id),
                ("sender_kind", "=" if not account else "!=", "system"),
                ("state", "=", "sending"),
            ]
        )
        for mail in left:
            if mail.phase == "open":
                if account or mail.phase_at < now - ABANDONED:
                    mail.write({"state": "queued", "next_at": now})
            elif mail.phase_at < now - LAST_WORD:
                mail._become_uncertain()
            else:
                mail.next_at = mail.phase_at + LAST_WORD + timedelta(seconds=1)

    def _begin(self) -> Attempt | None:
        """Take the mail; ``None`` when it is no longer to be sent."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_mail_outgoing
                   SET state = 'sending', phase = 'open', attempt = attempt + 1,
                       phase_at = clock_timestamp() AT TIME ZONE 'UTC'
                 WHERE id = %s AND state IN ('queued', 'scheduled')
                   AND next_at <= clock_timestamp() AT TIME ZONE 'UTC'
             RETURNING attempt, envelope, tries,
                       extract(epoch FROM
                               (clock_timestamp() AT TIME ZONE 'UTC') - queued_at)
                """,
                self.id,
            )
        )
        self.invalidate_recordset()
        if not rows:
            return None
        number, envelope, tries, age = rows[0]
        return Attempt(
            outgoing_id=self.id,
            number=number,
            envelope_from=envelope["from"],
            recipients=tuple(envelope["to"]),
            raw=self._stored_raw().raw or b"",
            age=float(age or 0),
            tries=tries + 1,
        )

    @api.model
    def _announce_dot(self, attempt: Attempt) -> bool:
        """From now on the mail may leave; false when the attempt is no longer ours."""
        self.env.cr.execute(
            """
            UPDATE crm_mail_outgoing
               SET phase = 'dot', phase_at = clock_timestamp() AT TIME ZONE 'UTC'
             WHERE id = %s AND state = 'sending' AND phase = 'open' AND attempt = %s
            """,
            [attempt.outgoing_id, attempt.number],
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _of_attempt(self, attempt: Attempt):
        """The mail, locked, while the attempt is still the one that decides."""
        self.env.cr.execute(
            "SELECT id FROM crm_mail_outgoing"
            " WHERE id = %s AND state = 'sending' AND attempt = %s FOR UPDATE",
            [attempt.outgoing_id, attempt.number],
        )
        return self.browse([row[0] for row in self.env.cr.fetchall()])

    # -- what became of it -----------------------------------------------------------

    def _handed_over(self, delivery: Delivery, refused: Refused, pause: float):
        """The server took it, for ``delivery.accepted``.

        Whom it would not take for now is tried again, and nobody else: ``envelope``
        says who is left.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        first = not self.sent_at
        self._note_results(dict.fromkeys(delivery.accepted, ""), "accepted")
        self._note_results(refused.for_good, "refused")
        values = {"reply": delivery.reply[:500], "sent_at": self.sent_at or now}
        if first:
            values["filing"] = self._first_filing()
        if refused.for_now and pause:
            values.update(
                state="queued",
                envelope={**self.envelope, "to": list(refused.for_now)},
                next_at=now + timedelta(seconds=pause),
                tries=self.tries + 1,
                error=self._words_of(refused.for_now),
            )
            self.write(values)
        else:
            self._note_results(refused.for_now, "refused")
            self.write(values)
            self._end_sent()
        if first:
            self._mark_parent()
        self._tell(self.error or "")

    def _end_sent(self):
        """Nobody is left to be sent to."""
        refused = {
            address: result["text"]
            for address, result in (self.results or {}).items()
            if result["state"] == "refused"
        }
        self.write(
            {
                "state": "sent",
                "phase": False,
                "undo_until": False,
                "tries": 0,
                "undelivered": bool(refused),
                "error_code": "recipient_refused" if refused else False,
                "error": self._words_of(refused) if refused else False,
                "next_at": fields.Datetime.now(),
            }
        )
        self._drop_server_draft()

    def _not_taken(self, error: MailError, verdict: Verdict, endpoint=None):
        """An attempt failed; what for is in the verdict."""
        self.ensure_one()
        env = self.env(context={"lang": self.user_id.lang})
        if verdict.action is Action.UNCERTAIN:
            self._become_uncertain()
            return
        refused = error.facts if isinstance(error.facts, dict) else {}
        text = self._words_of(refused) if refused else ""
        if not text:
            text = describe(env, error, endpoint).text
            if error.detail and error.code == "server_refused":
                text = env._(
                    "The mail server said: %(words)s", words=error.detail[:300]
                )
        if verdict.action is Action.FAIL:
            if self.sent_at:
                # some of the recipients have it: what is left is no mail of its own
                left = dict.fromkeys(self.envelope["to"], text)
                self._note_results({**left, **refused}, "refused")
                self._end_sent()
                self._tell(self.error or "")
            else:
                self._note_results(refused, "refused")
                self._fail_for_good(error.code, text, undelivered=bool(refused))
            return
        self.write(
            {
                "state": "queued",
                "phase": False,
                "tries": self.tries + 1,
                "next_at": fields.Datetime.now() + timedelta(seconds=verdict.pause),
                "error_code": error.code,
                "error": text,
            }
        )
        if self.tries == 1:
            self._tell(text)

    def _fail_for_good(self, code: str, text: str, undelivered: bool = False):
        self.write(
            {
                "state": "failed",
                "phase": False,
                "next_at": False,
                "undelivered": undelivered,
                "error_code": code,
                "error": text,
            }
        )
        self._tell(text)

    def _become_uncertain(self):
        env = self.env(context={"lang": self.user_id.lang})
        text = env._(
            "The connection broke at the last moment: the mail may have been sent. "
            "Check whether it arrived, then say so, or send it again."
        )
        self.write(
            {
                "state": "uncertain",
                "phase": False,
                "error_code": "uncertain",
                "error": text,
                # first a look into Sent: some providers put the mail there themselves
                "next_at": fields.Datetime.now() if self.account_id else False,
            }
        )
        self._tell(text)

    def _note_results(self, texts: dict[str, str], state: str):
        if texts:
            known = dict(self.results or {})
            for address, text in texts.items():
                known[address] = {"state": state, "text": text[:500]}
            self.results = known

    def _words_of(self, refused: dict[str, str]) -> str:
        """Who did not get it and why, in the author's language."""
        env = self.env(context={"lang": self.user_id.lang})
        return " ".join(
            env._(
                "%(address)s does not get this mail. The server said: %(words)s",
                address=address,
                words=words[:300],
            )
            for address, words in list(refused.items())[:20]
        )

    # -- what follows ----------------------------------------------------------------

    def _first_filing(self) -> str | bool:
        """Whether a copy has to be put into Sent: there is a mailbox that has one."""
        has_mailbox = self.account_id and self.account_id.kind != "smtp"
        return "waiting" if has_mailbox else False

    def _mark_parent(self):
        """The answered or forwarded mail shows it, here and on the server."""
        parent = self.parent_id.with_user(self.user_id)
        flag = PARENT_FLAGS.get(self.parent_kind)
        if not (flag and parent.account_id and parent.has_access("read")):
            return
        if parent.account_id._has_right("act"):
            # sudo: the queue is the worker's; the right was asked just before
            operations = self.env["crm.mail.operation"].with_user(self.user_id).sudo()
            operations._enqueue(parent, Kind.FLAGS, add=flag)

    def _came_back(self, bounce):
        """A report says that somebody did not get it after all."""
        self.ensure_one()
        known = {address.lower(): address for address in self.results or {}}
        failed = {
            known[one.email.lower()]: one.diagnostic or one.status
            for one in bounce.recipients
            if one.action == "failed" and one.email.lower() in known
        }
        if not failed:
            return
        self._note_results(failed, "bounced")
        env = self.env(context={"lang": self.user_id.lang})
        text = " ".join(
            env._(
                "The mail to %(address)s came back: %(words)s",
                address=address,
                words=words[:300],
            )
            for address, words in failed.items()
        )
        self.write(
            {"undelivered": True, "error_code": "recipient_bounced", "error": text}
        )
        if self.state == "uncertain":
            # a mail that came back had left
            self._was_sent()
            self.write({"error_code": "recipient_bounced", "error": text})
        self._tell(text)
