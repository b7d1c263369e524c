# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import uuid
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.errors import MailError
from ..mailkit.imap.append import Before
from ..mailkit.mime.compose import make_message_id
from ..mailkit.sync.backoff import pause_after
from ..mailkit.sync.operations import LOOK_PAUSE
from ..mailkit.values import Address
from ..tools import compose_start, outgoing_mime
from ..tools.outgoing_work import Version
from ..tools.transaction import WRITERS_MET

OPERATION_FIELD = "X-CRM-Op"
LEARNED_WITHIN = timedelta(hours=1)
"""How long after sending a second copy in Sent is looked for."""


class CrmMailOutgoing(models.Model):
    """What an outgoing mail has in the mailbox: a copy in Sent, versions in Drafts."""

    _inherit = "crm.mail.outgoing"

    # -- the copy in Sent ----------------------------------------------------------

    def _provider_files(self) -> bool:
        """Whether who sends the mail also puts it into Sent, as known or learned."""
        account = self.account_id
        provider = account.smtp_provider_id or account.provider_id
        return bool(provider.files_sent or account.lease_ids.files_sent)

    @api.model
    def _learn_who_files(self, account):
        """Copies that the provider put into Sent a moment after ours was stored.

        Ours goes, being the one whose UID is known, and is not stored again.
        """
        self.flush_model()
        self.env["crm.mail.message"].flush_model()
        doubles = self.env.execute_query(
            SQL(
                """
                SELECT sent.id, max(mail.uid)
                  FROM crm_mail_outgoing sent JOIN crm_mail_message mail
                    ON mail.folder_id = sent.filing_folder_id
                   AND mail.uidvalidity = sent.filing_uidvalidity
                   AND mail.uid >= sent.filing_uidnext
                   AND mail.message_id = sent.message_id
                 WHERE sent.account_id = %s AND sent.filing = 'filed'
                   AND sent.filed_by_us AND sent.sent_at > %s
                   AND sent.filing_uid > 0 AND mail.uid <> sent.filing_uid
                 GROUP BY sent.id
                """,
                account.id,
                fields.Datetime.now() - LEARNED_WITHIN,
            )
        )
        for outgoing_id, uid in doubles:
            mail = self.browse(outgoing_id)
            ours = [
                mail.filing_folder_id.id,
                mail.filing_uidvalidity,
                mail.filing_uid,
                "",
                mail.message_id,
            ]
            mail.write(
                {
                    "filing_uid": uid,
                    "filed_by_us": False,
                    "draft_old": [*(mail.draft_old or []), ours],
                    "next_at": fields.Datetime.now(),
                }
            )
        if doubles:
            account.lease_ids.files_sent = True

    def _note_sent_folder(self) -> dict:
        """Where a copy would turn up, from what the last sync knows."""
        folder = self.account_id.folder_ids.filtered(
            lambda folder: folder.role == "sent" and folder.selectable
        )[:1]
        return {
            "filing_folder_id": folder.id,
            "filing_uidvalidity": folder.uidvalidity,
            "filing_uidnext": folder.uidnext,
        }

    def _stored_raws(self) -> dict[int, bytes]:
        """The frozen bytes of several mails, by one search."""
        stored = (
            self.env["ir.attachment"]
            # sudo: closed to everybody; for the worker
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "raw"),
                    ("res_id", "in", self.ids),
                ]
            )
        )
        return {attachment.res_id: attachment.raw for attachment in stored}

    def _filed(self, uidvalidity, uid, by_us: bool = False):
        """The copy is in Sent; a mail of which nobody knew has left, then."""
        self.ensure_one()
        values = {
            "filing": "filed",
            "filed_by_us": by_us,
            "filing_uid": uid,
            "filing_error": False,
            "filing_tries": 0,
            "next_at": False,
        }
        if uidvalidity:
            values["filing_uidvalidity"] = uidvalidity
        if self.state == "uncertain":
            values["sent_at"] = fields.Datetime.now()
            self.write(values)
            self._was_sent()
        else:
            self.write(values)
        if self.draft_old:
            self.next_at = fields.Datetime.now()

    def _was_sent(self):
        """Found, or told by the author, to have left."""
        self.ensure_one()
        known = self.results or {}
        left = {one: "" for one in (self.envelope or {}).get("to", ())}
        self._note_results(
            {one: text for one, text in left.items() if one not in known}, "accepted"
        )
        self.write(
            {
                "state": "sent",
                "sent_at": self.sent_at or fields.Datetime.now(),
                "error_code": False,
                "error": False,
            }
        )
        self._mark_parent()
        self._drop_server_draft()
        self._tell()

    @api.model
    def _link_sent(self, account):
        """Link the copies of mails that were written for a record [F9]."""
        waiting = self.search(
            [
                ("account_id", "=", account.id),
                ("link_pending", "=", True),
                ("filing", "=", "filed"),
            ],
            limit=100,
        )
        for mail in waiting:
            message = self.env["crm.mail.message"].search(
                [
                    ("account_id", "=", account.id),
                    ("message_id", "=", mail.message_id),
                    ("folder_id", "=", mail.filing_folder_id.id),
                ]
            )
            if message:
                # of two the one that stays
                message = message.sorted(lambda one: one.uid != mail.filing_uid)
                mail._link_copy(message[:1])

    def _link_copy(self, message):
        """As the author, whose rights on the record count at this moment."""
        env = self.env(user=self.user_id.id, su=False)
        self.link_pending = False
        try:
            with self.env.cr.savepoint():
                if not message._cached_raw():
                    # what was sent, so that linking asks no server
                    message._store_raw(self._stored_raw().raw or b"")
                env["crm.mail.link"]._link_written(
                    message,
                    self.res_model,
                    self.res_id,
                    env._("Written for it by %(user)s", user=self.user_id.name),
                )
        except WRITERS_MET:
            raise  # the worker does the whole again
        except Exception as error:  # no mail and no record may stop the sync
            self.env["crm.mail.log"].create(
                {
                    "account_id": self.account_id.id,
                    "user_id": self.account_id.user_id.id,
                    "source": "outgoing",
                    "level": "warning",
                    "message": self.env._(
                        "A sent mail could not be linked to its record: %(reason)s",
                        reason=str(error)[:300],
                    ),
                }
            )

    # -- drafts on the server --------------------------------------------------------

    def _belongs_on_server(self, drafts) -> bool:
        """Whether this version should be in the Drafts folder.

        Not that of a sender shared with everybody: its owner would read what others
        have not sent yet.
        """
        self.ensure_one()
        return bool(
            drafts
            and self.sender_kind in ("own", "delegated")
            and (self.draft_uidnext or self.version != self.draft_version)
            and (self.subject or self.preview or self.recipients or self.file_facts)
        )

    def _settle_next(self, drafts):
        """Nothing is due any more where nothing can be done."""
        self.ensure_one()
        if self.draft_old:
            return
        if self.state == "discarded":
            self.unlink()
        elif self.state == "draft":
            if not self._belongs_on_server(drafts):
                self.next_at = False
        elif self.state == "sent" and self.filing not in ("waiting", "storing"):
            self.next_at = False

    def _next_version(self, before: Before) -> Version | None:
        """The version to be stored, announced; or the one that was lost on its way."""
        self.ensure_one()
        if not self.exists() or self.state != "draft":
            return None
        if self.draft_uidnext:
            lost = Before(self.draft_uidvalidity or 1, self.draft_uidnext)
            return Version(self.id, 0, self.draft_token, lost)
        if self.version == self.draft_version:
            self.next_at = False
            return None
        token = f"{uuid.uuid4().hex}.{self.version}"
        domain = (self.account_id.email or "").rpartition("@")[2] or "localhost"
        message_id = self.draft_message_id or make_message_id(domain, uuid.uuid4().hex)
        sender = self.account_id._sender(self.sender_kind)
        content = outgoing_mime.build(
            self,
            Address(sender.name or "", sender.email),
            message_id=message_id,
            date=fields.Datetime.now().replace(tzinfo=timezone.utc),
            headers=((OPERATION_FIELD, token),),
            is_draft=True,
        )
        self._push_old()
        self.write(
            {
                "draft_folder_id": self.account_id.folder_ids.filtered(
                    lambda folder: folder.role == "drafts" and folder.selectable
                )[:1].id,
                "draft_message_id": message_id,
                "draft_token": token,
                "draft_uidvalidity": before.uidvalidity,
                "draft_uidnext": before.uidnext,
                "draft_uid": False,
                "next_at": fields.Datetime.now() + timedelta(seconds=LOOK_PAUSE),
            }
        )
        return Version(self.id, self.version, token, None, content)

    def _push_old(self):
        """What is on the server now is to be removed once there is something newer."""
        if self.draft_uid:
            self.draft_old = [
                *(self.draft_old or []),
                [
                    self.draft_folder_id.id,
                    self.draft_uidvalidity,
                    self.draft_uid,
                    self.draft_token or "",
                    self.draft_message_id or "",
                ],
            ]

    def _draft_stored(self, version: Version, uidvalidity: int, uid: int) -> list:
        """The version is there; what is older may go: returns that."""
        self.ensure_one()
        number = version.version or int((version.token or "0").rpartition(".")[2] or 0)
        self.write(
            {
                "draft_uidvalidity": uidvalidity,
                "draft_uid": uid,
                "draft_uidnext": False,
                "draft_version": number,
                "next_at": fields.Datetime.now()
                if self.version != number or self.draft_old
                else False,
            }
        )
        if self.state != "draft":
            self._drop_server_draft()
        return self.draft_old or []

    def _forget_lost(self):
        """The version that was on its way is not there."""
        self.write({"draft_uidnext": False, "next_at": fields.Datetime.now()})

    def _draft_refused(self, error: MailError):
        """Refused: the draft stays here and is tried again. Lost: it is looked for."""
        pause = pause_after(error, 1)
        values = {"next_at": fields.Datetime.now() + timedelta(seconds=pause)}
        if error.connection_usable:
            values["draft_uidnext"] = False
        self.write(values)

    def _old_removed(self, uid: int):
        self.draft_old = [
            old for old in self.draft_old or [] if (old[2] or 0) != (uid or 0)
        ] or False
        if self.draft_old:
            return
        if self.state == "discarded":
            self.unlink()
        elif (self.state == "sent" and self.filing in (False, "filed")) or (
            self.state == "draft" and self.version == self.draft_version
        ):
            self.next_at = False

    def _old_stays(self, pause: float):
        """The server would not remove a version: later again."""
        self.next_at = fields.Datetime.now() + timedelta(seconds=pause)

    def _old_moved(self, uid: int, uidvalidity: int):
        """The folder was numbered anew: its UID is to be found again."""
        self.draft_old = [
            [folder, uidvalidity, 0, token, message_id]
            if old_uid == uid
            else [folder, validity, old_uid, token, message_id]
            for folder, validity, old_uid, token, message_id in self.draft_old or []
        ]
        self.next_at = fields.Datetime.now() + timedelta(seconds=60)

    def _drop_server_draft(self):
        """The mail is no draft any more: its versions are removed from the server."""
        self.ensure_one()
        self._push_old()
        self.draft_uid = False
        if self.draft_uidnext:
            # one is on its way: look for it first
            self.draft_old = [
                *(self.draft_old or []),
                [
                    self.draft_folder_id.id,
                    self.draft_uidvalidity or 1,
                    0,
                    self.draft_token or "",
                    self.draft_message_id or "",
                ],
            ]
            self.draft_uidnext = False
        if self.draft_old:
            self.next_at = fields.Datetime.now()

    # -- drafts that another program wrote -------------------------------------------

    def _adopt(self, message):
        """This row is the draft that ``message`` is: its place is replaced by the next
        version, and removed when the mail is sent."""
        self.ensure_one()
        # sudo: the mail was checked by the caller; nothing is written to it
        message = message.sudo()
        self.write(
            {
                "draft_folder_id": message.folder_id.id,
                "draft_uidvalidity": message.uidvalidity,
                "draft_uid": message.uid,
                "draft_message_id": message.message_id,
                "draft_token": False,
            }
        )

    def _take_theirs(self, message):
        """Another program has stored a newer version, and ours is unchanged since."""
        self.ensure_one()
        started = compose_start.start(
            self.env(user=self.env.uid, su=False),
            "draft",
            message,
            [compose_start.nobody(self.sender_key)],
        )
        self._attachments().unlink()
        self.write(
            {
                "subject": started["subject"],
                "recipients": {
                    kind: [[one["name"], one["email"]] for one in started[kind]]
                    for kind in ("to", "cc", "bcc")
                },
                "body_html": started["body_html"],
                "importance": started["importance"],
                "file_facts": False,
                "version": self.version + 1,
                "draft_version": self.version + 1,
            }
        )
        client = self.env["crm.mail.client"]
        client._attach_parts(self, client._parts_of(message, None))
        self._adopt(message)
        self.next_at = False
