from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..mailkit.mime.preview import preview
from ..tools.fields import BigInteger
from .crm_mail_account_access import Sender

STATES = [
    ("draft", "Draft"),
    ("scheduled", "Scheduled"),
    ("queued", "Waiting to be sent"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("failed", "Not sent"),
    ("uncertain", "May have been sent"),
    ("discarded", "Discarded"),
]
SENDER_KINDS = [
    ("own", "Own mailbox"),
    ("delegated", "On behalf of a colleague"),
    ("shared", "Shared by the administrator"),
    ("system", "Odoo's outgoing server"),
]
DRAFT_PAUSE = timedelta(seconds=30)
"""How long nobody has typed when a draft is brought to the server: each version is a
whole mail there."""


class CrmMailOutgoing(models.Model):
    """A mail that is being written, waits, leaves, or has left.

    ``next_at`` is when the worker has something to do with it, whatever that is;
    empty when nothing is left to do.  What is sent is ``raw``, made once when the mail
    is queued and never again, so that every attempt is the same mail.

    Users read their own rows and change them through ``crm.mail.client`` alone.  A mail
    of a mailbox that several people write from is theirs until it is sent; a draft is
    read by all who act in the mailbox, and written by its author alone.  Who uses a
    sender that is shared with everybody shares nothing.
    """

    _name = "crm.mail.outgoing"
    _description = "Mail being written or sent"
    _order = "id desc"
    _rec_name = "subject"

    user_id = fields.Many2one(
        "res.users", "Author", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(
        "crm.mail.account",
        "Sender's mailbox",
        index=True,
        ondelete="set null",
        help="Empty for Odoo's outgoing server, and when the mailbox was deleted.",
    )
    sender_kind = fields.Selection(SENDER_KINDS, required=True, default="own")
    state = fields.Selection(STATES, required=True, default="draft")
    version = fields.Integer(
        default=0, help="Counts the saves, so that nobody overwrites a newer one."
    )
    next_at = fields.Datetime()
    window_token = fields.Char(
        copy=False, help="Of the window that saved it last; see `compose_save`."
    )

    subject = fields.Char()
    recipients = fields.Json(
        help='{"to": [[name, email], ...], "cc": [...], "bcc": [...]}; the blind '
        "copies are nowhere else."
    )
    body_html = fields.Html(sanitize_attributes=False, sanitize_style=False)
    plain = fields.Boolean("Plain text")
    importance = fields.Selection(
        [("normal", "Normal"), ("high", "High"), ("low", "Low")],
        default="normal",
        required=True,
    )
    read_receipt = fields.Boolean("Ask for a read receipt")
    preview = fields.Char()
    file_facts = fields.Json(
        help='`{attachment id: {"type": as the author gave it, "cid": Content-ID}}`'
    )

    parent_id = fields.Many2one(
        "crm.mail.message", "Answers or forwards", ondelete="set null"
    )
    parent_kind = fields.Char(help="`reply`, `reply_all`, `forward`...")
    in_reply_to = fields.Char()
    reference_header = fields.Text()
    by_filter = fields.Char(help="The filter that forwards a mail by itself.")
    res_model = fields.Char("Model to link to")
    res_id = fields.Many2oneReference("Record to link to", model_field="res_model")
    link_pending = fields.Boolean(help="To be linked once its copy is indexed.")

    send_at = fields.Datetime("Send at", help="The time that the author chose.")
    undo_until = fields.Datetime()
    queued_at = fields.Datetime()
    message_id = fields.Char("Message-ID", index="btree_not_null")
    envelope = fields.Json(help='{"from": address, "to": [addresses still to come]}')
    raw = fields.Binary(attachment=True, groups=fields.NO_ACCESS)
    attempt = fields.Integer(
        default=0, help="Who has begun an attempt is the only one to end it."
    )
    tries = fields.Integer(default=0, help="Attempts that failed in a row.")
    phase = fields.Selection(
        [("open", "Before the final dot"), ("dot", "At the final dot")]
    )
    phase_at = fields.Datetime()
    sent_at = fields.Datetime()
    reply = fields.Char(
        "Server's answer", help="What the server said when it took the mail over."
    )
    results = fields.Json(
        help='{address: {"state": "accepted" | "refused" | "bounced", "text": ""}}'
    )
    undelivered = fields.Boolean(
        help="Somebody did not get it: refused at once, or returned later."
    )
    error_code = fields.Char()
    error = fields.Char("Problem")

    filing = fields.Selection(
        [
            ("waiting", "To be put into Sent"),
            ("storing", "Being put into Sent"),
            ("filed", "In Sent"),
        ],
        "Copy in Sent",
    )
    filing_folder_id = fields.Many2one("crm.mail.folder", ondelete="set null")
    filing_uidvalidity = BigInteger()
    filing_uidnext = BigInteger(
        help="The folder's UIDNEXT before the copy could be there."
    )
    filing_uid = BigInteger()
    filed_by_us = fields.Boolean(help="The copy in Sent was stored from here.")
    filing_tries = fields.Integer(default=0)
    filing_error = fields.Char()

    draft_folder_id = fields.Many2one("crm.mail.folder", ondelete="set null")
    draft_uidvalidity = BigInteger()
    draft_uid = BigInteger(help="Where the newest stored version is; 0: unknown.")
    draft_uidnext = BigInteger(
        help="The folder's UIDNEXT before the version on its way; empty when none is."
    )
    draft_version = fields.Integer(help="The version that the server has.")
    draft_message_id = fields.Char(
        help="Message-ID of the versions on the server.", index="btree_not_null"
    )
    draft_token = fields.Char(help="X-CRM-Op of the newest version.")
    draft_old = fields.Json(
        help="Versions to be removed from the server: `[[folder id, UIDVALIDITY, UID, "
        "X-CRM-Op, Message-ID], ...]`"
    )

    _window_unique = models.UniqueIndex(
        "(user_id, window_token) WHERE window_token IS NOT NULL"
    )
    _work_index = models.Index("(account_id, next_at) WHERE next_at IS NOT NULL")
    _filed_index = models.Index("(account_id, sent_at) WHERE filed_by_us")
    _by_filter_index = models.Index(
        "(account_id, create_date) WHERE by_filter IS NOT NULL"
    )
    _waiting_index = models.Index("(user_id, state) WHERE state <> 'sent'")
    _undelivered_index = models.Index("(user_id) WHERE undelivered")

    # -- who ---------------------------------------------------------------------

    @property
    def sender_key(self) -> str:
        """Empty when its mailbox was deleted: no sender of anybody."""
        if self.account_id:
            return f"account:{self.account_id.id}"
        return "system" if self.sender_kind == "system" else ""

    @api.model
    def _sender_of_key(self, key) -> Sender:
        """The current user's sender of this key.

        :raises UserError: it is not theirs to write from
        """
        kind, _colon, number = str(key or "").partition(":")
        account_id = int(number) if kind == "account" and number.isdigit() else False
        if not account_id and kind != "system":
            account_id = -1
        return self.env["crm.mail.account"]._check_sender(account_id)

    def _changeable(self):
        """The same rows, to be written to.

        :raises AccessError: one of them is not the user's
        :raises UserError: one of them is a draft that a colleague is writing
        """
        for mail in self:
            if not mail.exists() or not mail.has_access("read"):
                raise AccessError(
                    self.env._("This mail does not exist, or it is not yours.")
                )
            mail._check_author()
        # sudo: nobody writes to these rows but the methods that asked here
        return self.sudo()

    def _check_author(self):
        """:raises UserError: a draft that somebody else is writing"""
        if self.state == "draft" and self.user_id != self.env.user:
            raise UserError(
                self.env._(
                    "%(name)s is writing this draft. Take it over to go on with it.",
                    # sudo: a colleague's name, for those who read the draft
                    name=self.sudo().user_id.name,
                )
            )

    @api.model
    def _drafts_of(self, message):
        """Rows that a mail of a Drafts folder is a version of."""
        return self.search(
            [
                ("account_id", "=", message.account_id.id),
                ("state", "not in", ("sent", "discarded")),
                ("draft_message_id", "=", message.message_id or "-"),
            ],
            order="id desc",
        )

    def _take_over(self, sender: Sender):
        """Make the current user the author of a draft; the author before is told."""
        self.ensure_one()
        before = self.user_id
        if before == self.env.user:
            return
        self._save(
            {
                "user_id": self.env.uid,
                "sender_kind": sender.kind,
                "window_token": False,
            }
        )
        before._bus_send(
            "crm_mail_accounts/taken_over",
            {"id": self.id, "by": self.env.user.name, "subject": self.subject or ""},
        )

    def _tell_draft(self):
        """Colleagues who look at the conversation look again what is written there."""
        self.ensure_one()
        thread = self.parent_id.has_access("read") and self.parent_id.thread_id
        account = self.account_id
        if thread and thread.account_id == account:
            payload = {"account_id": account.id, "thread_id": thread.id}
            account._tell_team("draft", payload)

    # -- its parts ---------------------------------------------------------------

    def _attachments(self):
        """The files of one mail, in the order in which they came."""
        self.ensure_one()
        return (
            self.env["ir.attachment"]
            # sudo: the row itself was checked by the caller
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", False),
                ],
                order="id",
            )
        )

    def _attach(self, name: str, content: bytes, mimetype: str, cid: str = ""):
        """Add a file, byte for byte as it came."""
        self.ensure_one()
        attachment = (
            self.env["ir.attachment"]
            # sudo: as in _attachments. The context keeps the host from making text of
            # markup and smaller pictures of large ones.
            .sudo()
            .with_context(image_no_postprocess=True, attachments_mime_plainxml=True)
            .create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        # The host calls markup plain text; what is sent keeps the author's type.
        facts = {"type": mimetype or attachment.mimetype, "cid": cid}
        mail = self.sudo()
        mail.file_facts = {**(mail.file_facts or {}), str(attachment.id): facts}
        return attachment

    def _stored_raw(self):
        """The attachment that holds the frozen mail; closed to everybody."""
        self.ensure_one()
        return (
            self.env["ir.attachment"]
            # sudo: as in _attachments
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "raw"),
                    ("res_id", "=", self.id),
                ],
                ["store_fname", "db_datas"],
                limit=1,
            )
        )

    def _store_raw(self, raw: bytes):
        self._stored_raw().unlink()
        self.env["ir.attachment"].sudo().create(
            {
                "name": f"{self.id}.eml",
                "res_model": self._name,
                "res_field": "raw",
                "res_id": self.id,
                "raw": raw,
                "mimetype": "message/rfc822",
            }
        )

    def _pairs(self, kind: str) -> list[tuple[str, str]]:
        return [tuple(pair) for pair in (self.recipients or {}).get(kind, [])]

    # -- changes of state --------------------------------------------------------

    def _save(self, values: dict):
        """Store what was written; the draft is brought to the server later."""
        self.ensure_one()
        values = {
            **values,
            "version": self.version + 1,
            "preview": preview("", values.get("body_html", self.body_html) or ""),
        }
        if self.state == "draft":
            values["next_at"] = fields.Datetime.now() + DRAFT_PAUSE
        self.write(values)

    def _take_back(self) -> bool:
        """Make a draft of a mail that waits; false when it has begun to leave.

        One statement decides, so that the worker and the author cannot both have it.
        """
        self.ensure_one()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_mail_outgoing
                   SET state = 'draft', undo_until = NULL, send_at = NULL,
                       error = NULL, error_code = NULL, tries = 0,
                       next_at = (clock_timestamp() AT TIME ZONE 'UTC') + %s
                 WHERE id = %s AND state IN ('scheduled', 'queued', 'failed', 'draft')
                   AND sent_at IS NULL
                """,
                DRAFT_PAUSE,
                self.id,
            )
        )
        taken = bool(self.env.cr.rowcount)
        self.invalidate_recordset()
        if taken:
            self._stored_raw().unlink()
        return taken

    def _wake(self, at=None):
        """Have the worker look at these mails at a time (now when left out)."""
        # sudo: the lease and the crons belong to the workers
        accounts = self.env["crm.mail.account"].sudo()
        self.env["crm.mail.account.lease"].sudo()._make_due_at(
            self.sudo().account_id, at
        )
        for lane in accounts._sync_lanes():
            lane._trigger(at)

    def _tell(self, message: str = ""):
        """Tell the author's open screens what became of the mail."""
        for mail in self:
            mail.user_id._bus_send(
                "crm_mail_accounts/outgoing",
                {
                    "id": mail.id,
                    "state": mail.state,
                    "subject": mail.subject or "",
                    "message": message,
                },
            )

    @api.model
    def _undelivered_domain(self) -> list:
        """Mails of the current user that somebody did not get (mission D5, case 4)."""
        return [
            ("user_id", "=", self.env.uid),
            "|",
            ("undelivered", "=", True),
            ("state", "=", "failed"),
        ]

    @api.autovacuum
    def _gc_left_behind(self):
        """Forget what nobody needs of mails that left long ago.

        Their copies are in Sent; here stay the blind copies and what became of each
        recipient.
        """
        limit = fields.Datetime.now() - timedelta(days=30)
        done = self.search(
            [
                ("state", "=", "sent"),
                ("filing", "=", "filed"),
                ("next_at", "=", False),
                ("sent_at", "<", limit),
                ("body_html", "!=", False),
            ],
            limit=500,
        )
        for mail in done:
            (mail._attachments() | mail._stored_raw()).unlink()
        done.body_html = False
        return len(done), int(len(done) == 500)
