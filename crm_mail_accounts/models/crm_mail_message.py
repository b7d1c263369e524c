from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..mailkit import limits
from ..mailkit.errors import MailError, UidValidityChanged
from ..mailkit.mime.html import clean_html, text_to_html
from ..mailkit.mime.parse import parse_mail
from ..mailkit.mime.quotes import fold_quotes
from ..mailkit.sync.subjects import is_forward
from ..mailkit.values import CleanHtml, ParsedMail
from ..tools import large_mail, search_writer
from ..tools.error_messages import describe
from ..tools.fields import BigInteger, UnboundMany2one


class CrmMailMessage(models.Model):
    """One mail at one place, with an id that links point to.

    Three kinds of columns.  What the server says (``folder_id``, ``uid``,
    ``server_flags``...), written by the sync alone in bulk SQL
    (``tools/index_writer``, ``change_writer``; there is no ORM ``create`` in the
    product).  What its owner wants and the server does not know yet
    (``pending_add``, ``moving_to_id``...), written with ``crm.mail.operation``.  And
    what is shown (``seen``, ``shown_folder_id``...), which follows from both in the
    same statement that writes either, so that lists, searches and counts read plain
    columns.  The whole mail is fetched when it is first opened and then cached in
    ``raw``.
    """

    _name = "crm.mail.message"
    _description = "Mail"
    _order = "internal_date desc, uid desc, id desc"
    _rec_name = "subject"
    _log_access = False

    account_id = UnboundMany2one(
        "crm.mail.account",
        index=True,
        help="Empty when the account was deleted and the mail is linked to a record.",
    )
    user_id = UnboundMany2one(
        "res.users",
        "Owner",
        required=True,
        index=True,
        help="Stored on each mail, so that the privacy rule is one comparison.",
    )
    folder_id = UnboundMany2one("crm.mail.folder", index=True)
    shown_folder_id = UnboundMany2one(
        "crm.mail.folder",
        "Shown in",
        help="Where the list shows it: where the server has it, or where its owner has "
        "just moved it; empty when it is deleted.",
    )
    local_folder_id = fields.Many2one(
        "crm.mail.folder",
        "Folder in the CRM",
        index="btree_not_null",
        ondelete="set null",
        help="A folder that only the CRM knows and that shows this mail as well.",
    )
    state = fields.Selection(
        [
            ("ok", "Readable"),
            ("unreadable", "Unreadable"),
            ("unplaced", "Not found on the server"),
        ],
        required=True,
        default="ok",
    )
    uidvalidity = BigInteger()
    uid = BigInteger()
    modseq = BigInteger()
    server_flags = fields.Integer(
        default=0, help="Bits of `tools/flags.py`, as the server has them."
    )
    pending_add = fields.Integer(default=0, help="What waiting operations set.")
    pending_remove = fields.Integer(default=0, help="What they clear.")
    local_flags = fields.Integer(
        default=0, help="What was set and the server cannot keep."
    )
    moving_to_id = UnboundMany2one(
        "crm.mail.folder", help="Where a waiting operation moves."
    )
    vanishing = fields.Boolean(default=False, help="To be deleted for good.")
    seen = fields.Boolean("Read")
    flagged = fields.Boolean()
    answered = fields.Boolean()
    forwarded = fields.Boolean()
    draft = fields.Boolean()
    keywords = fields.Char(help="The server's other keywords, separated by spaces.")
    internal_date = fields.Datetime("Arrived")
    size = BigInteger("Size in bytes")
    fingerprint = fields.Char(help="Recognizes the mail when its UID changes.")
    server_key = fields.Char(
        help="The server's own id of the content, where it gives one: EMAILID or "
        "X-GM-MSGID."
    )

    ahead = fields.Selection(
        [("alone", "By itself"), ("never", "Never")],
        "Read ahead",
        help="The server failed when this mail was read before anybody asked for it.",
    )
    tries = fields.Integer(default=0, help="How often it could not be read again.")
    retry_at = fields.Datetime(help="When an unreadable mail is tried again.")
    unplaced_at = fields.Datetime(help="The server had it nowhere from then on.")
    unplaced_pass = fields.Integer()
    filed_by = fields.Char(help="Name of the filter that moved it last.")
    filed_by_id = fields.Many2one(
        "crm.mail.filter",
        "Filter that moved it",
        index="btree_not_null",
        ondelete="set null",
    )
    filed_in_id = UnboundMany2one(
        "crm.mail.folder",
        help="Where that filter moved it: if it lies elsewhere, somebody else did.",
    )
    quiet = fields.Boolean(help="A filter wants nobody to be notified of it.")
    arrived = fields.Boolean(
        "Not handled yet",
        help="New mail that nothing was done with yet: no answer, filter or link. Set "
        "by the statement that stores the mail, cleared together with what was done.",
    )

    message_id = fields.Char("Message-ID")
    in_reply_to = fields.Char("In-Reply-To")
    reference_header = fields.Text("References")
    subject = fields.Char()
    from_name = fields.Char("Sender")
    from_email = fields.Char("Sender's address", index="btree_not_null")
    recipients = fields.Json(
        help='{"to": [[name, email], ...], "cc": [...], "reply_to": [...]}'
    )
    sent_at = fields.Datetime("Sent")
    list_id = fields.Char("List-Id")
    auto_submitted = fields.Char("Auto-Submitted")
    precedence = fields.Char()
    has_attachments = fields.Boolean()
    preview = fields.Char()
    raw = fields.Binary(attachment=True, groups=fields.NO_ACCESS)
    thread_id = fields.Many2one(
        "crm.mail.thread",
        "Conversation",
        ondelete="set null",
        help="Given a moment after the mail was indexed.",
    )
    subject_key = BigInteger(
        help="Stands for its subject without the prefixes of answers; set with the "
        "conversation."
    )
    guess_key = BigInteger(
        help="The same, of an answer that only its subject leads to a conversation."
    )
    link_ids = fields.One2many("crm.mail.link", "message_id", "Links")

    _place_unique = models.UniqueIndex(
        "(folder_id, uidvalidity, uid) WHERE uid IS NOT NULL"
    )
    _list_index = models.Index("(shown_folder_id, internal_date DESC, uid DESC)")
    _unread_index = models.Index("(shown_folder_id) WHERE NOT seen")
    _fingerprint_index = models.Index("(account_id, fingerprint)")
    _server_key_index = models.Index(
        "(account_id, server_key) WHERE server_key IS NOT NULL"
    )
    _threadless_index = models.Index("(account_id, id) WHERE thread_id IS NULL")
    _unplaced_index = models.Index("(account_id) WHERE state = 'unplaced'")
    _unreadable_index = models.Index(
        "(account_id, shown_folder_id) WHERE state = 'unreadable'"
    )
    _arrived_index = models.Index("(account_id, folder_id, id) WHERE arrived")
    _quiet_index = models.Index(
        "(shown_folder_id) WHERE (quiet OR arrived) AND NOT seen"
    )
    _imported_index = models.Index(
        "(user_id, internal_date DESC, uid DESC) WHERE state = 'unplaced'"
    )
    _flagged_index = models.Index(
        "(account_id, internal_date DESC, uid DESC) WHERE flagged"
    )
    _thread_index = models.Index(
        "(thread_id, shown_folder_id, internal_date DESC, uid DESC)"
        " WHERE thread_id IS NOT NULL"
    )

    _subject_index = models.Index(
        "(account_id, subject_key, internal_date) WHERE subject_key IS NOT NULL"
    )
    _guess_index = models.Index("(account_id, guess_key) WHERE guess_key IS NOT NULL")

    def init(self):
        """Values that bulk writing leaves out."""
        numbers = ("server_flags", "pending_add", "pending_remove", "local_flags")
        for name in (*numbers, "tries"):
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE crm_mail_message ALTER COLUMN %s SET DEFAULT 0",
                    SQL.identifier(name),
                )
            )
        self.env.cr.execute(
            "ALTER TABLE crm_mail_message ALTER COLUMN vanishing SET DEFAULT false"
        )
        search_writer.create_column(self.env.cr)
        search_writer.fill(self.env)

    @api.depends("subject")
    def _compute_display_name(self):
        for message in self:
            message.display_name = message.subject or self.env._("(no subject)")

    # -- the whole mail ------------------------------------------------------------

    def _read(self) -> tuple[ParsedMail, dict[str, int]]:
        """The mail to show, and the sizes of the parts that were left out of it.

        One that is large and was never fetched as a whole is read by its parts.

        :raises UserError: the server is away, or the mail is not there any more.
        """
        if self.size >= large_mail.LARGE and not self._cached_raw():
            found = self._at_server(large_mail.read_parts)
            if found is not None:
                reduced, sizes = found
                return parse_mail(reduced), sizes
        return parse_mail(self._read_raw()), {}

    def _read_raw(self) -> bytes:
        """The mail as it came: from the cache, else from the server (F2).

        :raises UserError: the server is away, or the mail is not there any more.
        """
        raw = self._cached_raw()
        if not raw:
            raw = self._at_server(lambda session, uid: session.fetch_body(uid))
            self._store_raw(raw)
        return raw

    def _at_server(self, work):
        """``work(session, uid)`` with the mail's folder open for reading.

        One connection of its own, nothing marked as read (law 1), and the running
        transaction ended before waiting (law 8).

        :raises UserError: the server is away, or the mail is not there any more.
        """

        def connected(session, uid):
            with session:
                return work(session, uid)

        return self._connected(connected)

    def _stream(self, work):
        """What ``work(session, uid)`` yields; the connection is closed at its end."""

        def streamed(session, uid):
            with session:
                yield from work(session, uid)

        return self._connected(streamed)

    def _connected(self, work):
        if self.account_id.kind == "pop3":
            raise UserError(
                self.env._(
                    "The content of this mail is missing in Odoo's file store. Ask "
                    "your administrator to restore it from a backup."
                )
            )
        folder, uidvalidity, uid = self.folder_id, self.uidvalidity, self.uid
        if not folder or not uid:
            raise UserError(
                self.env._(
                    "This mail is no longer on the mail server, and it was never "
                    "opened here, so there is nothing to show."
                )
            )
        account = self._mailbox()
        # sudo: a colleague with whom the mail is shared reads no folder
        endpoint, folder_name = account._imap_endpoint(), folder.sudo().raw

        def connect(credentials):
            session = account._open_imap__(endpoint, credentials)
            try:
                server = session.examine(folder_name)
                if server.uidvalidity and server.uidvalidity != uidvalidity:
                    raise UidValidityChanged(folder_name)
                return work(session, uid)
            except BaseException:
                session.close()
                raise

        try:
            return account._with_login(connect)
        except MailError as error:
            raise UserError(describe(self.env, error, endpoint).text) from error

    @staticmethod
    def _clean_body(mail: ParsedMail, allow_remote: bool = False) -> CleanHtml:
        """The body to show: cleaned HTML, or the text dressed as HTML."""
        if not mail.html:
            return CleanHtml(html=text_to_html(mail.text))
        inline = {
            part.content_id: (part.content_type, part.content)
            for part in mail.parts
            if part.content_id and part.size <= limits.MAX_INLINE_IMAGE
        }
        return clean_html(mail.html, inline=inline, allow_remote=allow_remote)

    def _shown_body(
        self, mail: ParsedMail, allow_remote: bool = False, fold: bool = True
    ) -> str:
        """The body as the reading pane shows it: cleaned, quotes folded."""
        html = self._clean_body(mail, allow_remote=allow_remote).html
        if not fold:
            return html
        forwarded = is_forward(mail.header.subject)
        return fold_quotes(html, self.env._("Quoted text"), forwarded=forwarded)

    def _link_content(self) -> str:
        """What is posted of it when nothing else is said."""
        return self._mailbox().link_content or "whole"

    def _visibility(self) -> str:
        """What colleagues see of it at most, on the records that it is linked to."""
        # sudo: whom the mail alone is shared with reads no conversation; they link it
        mail = self.sudo()
        return mail.thread_id.visibility or mail.account_id.visibility or "all"

    def _forget_unlinked(self):
        """Remove mails that only their links kept: nothing else has them any more."""
        self.filtered(
            lambda message: not message.account_id and not message.link_ids
        ).unlink()

    @api.model
    def _has_quotes(self, mail: ParsedMail, clean_html: str) -> bool:
        """Whether the body that is shown has quotes that are folded."""
        forwarded = is_forward(mail.header.subject)
        return len(fold_quotes(clean_html, "", forwarded=forwarded)) > len(clean_html)

    # -- who is it about -------------------------------------------------------------

    def _correspondent(self) -> tuple[str, str]:
        """Name and address of the other side: the sender, or whom I wrote to."""
        self.ensure_one()
        mine = (self._mailbox().email or "").lower()
        if self.from_email and self.from_email != mine:
            return self.from_name or "", self.from_email
        for name, email in (self.recipients or {}).get("to", []):
            if email.lower() != mine:
                return name, email
        return self.from_name or "", self.from_email or ""
