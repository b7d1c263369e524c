# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..mailkit.errors import InvalidArgument
from ..mailkit.mime.wire_address import wire_address
from ..tools import compose_payload, compose_start

LONGEST_SUBJECT = 998
KINDS = (
    "new",
    "reply",
    "reply_all",
    "forward",
    "forward_attachment",
    "edit_as_new",
    "draft",
)


LEAVING = ("scheduled", "queued", "sending", "sent", "uncertain")
LONGEST_TOKEN = 64


def _token(values: dict) -> str | bool:
    """The name that the browser gave to a window."""
    return str(values.get("token") or "")[:LONGEST_TOKEN] or False


class CrmMailClient(models.AbstractModel):
    """Writing a mail.

    ``Composition``, ``Sender`` and ``Attachment`` are the shapes of
    ``tools/compose_payload.py``.  Who may write from an address is asked anew by every
    method (``crm.mail.account._senders``), never taken from the browser.
    """

    _inherit = "crm.mail.client"

    # -- opening -----------------------------------------------------------------

    @api.model
    def compose_start(self, kind, message_id=False, values=None) -> dict:
        """What the composer shows first; writes nothing.

        :param kind: ``new``, ``reply``, ``reply_all``, ``forward``,
            ``forward_attachment``, ``edit_as_new``, or ``draft``: a mail of a Drafts
            folder, whoever wrote it
        :param values: what is entered already: ``to``, ``cc``, ``bcc``, ``subject``,
            ``body_html``, ``sender_key``, ``record: {model, res_id}``
        :return: a Composition. Attachments of the mail that it comes from have ids like
            ``part:2`` until the first save fetches them.
        :raises UserError: nobody to write as; the mail is not there any more
        """
        self._check_writer()
        if kind not in KINDS:
            raise UserError(self.env._("A mail cannot be started like that."))
        message = kind != "new" and self._started_from(kind, message_id)
        senders = self._sender_payloads()
        if kind == "draft":
            known = self._known_draft(message)
            if known:
                return compose_payload.composition(known, senders)
        started = compose_start.start(self.env, kind, message, senders)
        started.update(self._entered(values or {}, senders))
        return started

    @api.model
    def compose_open(self, outgoing_id) -> dict:
        """A mail that is stored here: a draft, one that waits, one that failed."""
        mail = self._outgoing(outgoing_id)
        return compose_payload.composition(mail, self._sender_payloads())

    # -- saving ------------------------------------------------------------------

    @api.model
    def compose_save(self, outgoing_id, version, values) -> dict:
        """Store a draft; the first save (``outgoing_id`` false) makes it.

        ``values["token"]`` names the window. A save whose answer was lost, with the
        network or with the tab, is the same mail when it is tried again, and what a
        window saved itself is no conflict for it.

        :return: ``{id, version, saved_at, conflict: false, attachments}``, or
            ``{conflict: true, composition, taken_by}`` when somebody saved a newer
            version; ``taken_by``: the name of a colleague who has taken the draft over
        :raises UserError: it is no draft any more
        """
        self._check_writer()
        mail = self._of_window(outgoing_id, values)
        if not mail:
            mail = self._new_draft(values)
        else:
            self._check_draft(mail)
            own = mail.window_token and mail.window_token == _token(values)
            taken_by = mail.user_id != self.env.user and mail.user_id.name
            if taken_by or (mail.version != int(version or 0) and not own):
                return {
                    "conflict": True,
                    "composition": compose_payload.composition(
                        mail, self._sender_payloads()
                    ),
                    "taken_by": taken_by,
                }
            parts = self._missing_parts(mail, values)
            sudoed = mail._changeable()
            sudoed._save(self._values_of(values, mail))
            self._attach_parts(sudoed, parts)
        return {
            "id": mail.id,
            "version": mail.version,
            "saved_at": fields.Datetime.to_string(fields.Datetime.now()),
            "conflict": False,
            "attachments": compose_payload.attachments(mail),
        }

    # -- sending -----------------------------------------------------------------

    @api.model
    def compose_send(self, outgoing_id, version, values, send_at=False) -> dict:
        """Save, freeze, and let it leave: when undoing is over, or at ``send_at``.

        :param send_at: UTC as the host writes dates; in the past means now
        :return: ``{id, state, undo_until}``
        :raises UserError: no recipient, a wrong address, a sender that is not the
            user's, larger than the server takes, somebody saved a newer version
        """
        known = self._of_window(outgoing_id, values)
        if known and known.state in LEAVING and known.window_token == _token(values):
            return self._leaving(known)  # the answer was lost: it is sent once
        saved = self.compose_save(outgoing_id, version, values)
        if saved["conflict"]:
            raise UserError(
                self.env._(
                    "Somebody else has changed this mail meanwhile. Open it again and "
                    "look at it before you send it."
                )
            )
        mail = self._outgoing(saved["id"])
        self._check_addresses(mail)
        sender = mail._sender_of_key(mail.sender_key)
        at = fields.Datetime.to_datetime(send_at) if send_at else False
        if at and at <= fields.Datetime.now():
            at = False
        sudoed = mail._changeable()
        # who sends it is its author from now on
        sudoed.write({"user_id": self.env.uid, "sender_kind": sender.kind})
        sudoed._queue(sender, at)
        sudoed._tell()
        return self._leaving(mail)

    @staticmethod
    def _leaving(mail) -> dict:
        return {
            "id": mail.id,
            "state": mail.state,
            "undo_until": fields.Datetime.to_string(mail.undo_until) or False,
        }

    def _of_window(self, outgoing_id, values):
        """The mail that a window writes: by its id, or by the window's own name while
        the window does not know the id."""
        if outgoing_id:
            return self._outgoing(outgoing_id)
        outgoing = self.env["crm.mail.outgoing"]
        token = _token(values)
        return token and outgoing.search(
            [("user_id", "=", self.env.uid), ("window_token", "=", token)]
        )

    @api.model
    def compose_leave(self, outgoing_id) -> bool:
        """A window is done with: wake the worker. Undoing is over, and the mail leaves;
        or a draft was shut, and is put into its Drafts folder. Both happen without this
        as well, a little later."""
        mail = self._outgoing(outgoing_id)
        sudoed = mail._changeable()
        if mail.state in ("queued", "scheduled"):
            sudoed._wake()
        elif mail.state == "draft" and mail.next_at:
            sudoed.next_at = fields.Datetime.now()
            sudoed._wake()
        return True

    @api.model
    def compose_undo(self, outgoing_id) -> dict:
        """Take a mail back before it leaves.

        :return: its Composition
        :raises UserError: it has begun to leave
        """
        mail = self._outgoing(outgoing_id)
        sudoed = mail._changeable()
        self._take_back(sudoed)
        sudoed._tell()
        # who takes back what a colleague had sent goes on with it
        if mail.user_id != self.env.user:
            sudoed._take_over(mail._sender_of_key(mail.sender_key))
        # as a draft it would go into a mailbox that its author may have lost since
        sudoed._hand_back_drafts(sudoed.account_id)
        return compose_payload.composition(mail, self._sender_payloads())

    @api.model
    def compose_discard(self, outgoing_id) -> bool:
        """Throw a draft away, here and in the Drafts folder.

        :raises UserError: it waits to be sent, or was sent
        """
        mail = self._outgoing(outgoing_id)
        sudoed = mail._changeable()
        if mail.state not in ("draft", "failed") or not sudoed._take_back():
            raise UserError(
                self.env._("Only a draft can be discarded. Take the mail back first.")
            )
        sudoed.state = "discarded"
        sudoed._drop_server_draft()
        if sudoed.draft_old:
            sudoed._wake()
        else:
            sudoed.unlink()
        return True

    # -- helpers -----------------------------------------------------------------

    @api.model
    def _check_writer(self):
        """:raises AccessError: a person who has nothing to do with mailboxes"""
        self.env["crm.mail.outgoing"].check_access("read")

    def _outgoing(self, outgoing_id):
        self._check_writer()
        mail = self.env["crm.mail.outgoing"].browse(int(outgoing_id)).exists()
        if not mail or not mail.has_access("read") or mail.state == "discarded":
            raise AccessError(
                self.env._("This mail does not exist, or it is not yours.")
            )
        return mail

    def _check_draft(self, mail):
        """:raises UserError: it is none any more"""
        if mail.state != "draft":
            raise UserError(
                self.env._(
                    "This mail is no draft any more: it waits to be sent, or was sent. "
                    "Look under Outgoing."
                )
            )

    def _take_back(self, mail):
        """:raises UserError: it has begun to leave"""
        if not mail._take_back():
            raise UserError(
                self.env._("Too late: this mail has left, or is just leaving.")
            )

    def _sender_payloads(self) -> list[dict]:
        return [
            compose_payload.sender_payload(self.env, sender)
            for sender in self.env["crm.mail.account"]._senders()
        ]

    def _known_draft(self, message):
        """Our row of a mail in Drafts, unless the mail there is newer.

        By its place, else by its Message-ID.  A version that another program stored is
        taken from the server; if ours was changed as well, both are kept.
        """
        drafts = self.env["crm.mail.outgoing"]._drafts_of(message)
        here = drafts.filtered(
            lambda mail: mail.draft_uid == message.uid
            and mail.draft_uidvalidity == message.uidvalidity
        )
        if here:
            return here[:1]
        for mail in drafts:
            if not mail.draft_uid or message.uid < mail.draft_uid:
                # an older version, or one whose place nobody has told us yet
                return mail
            if mail.version == mail.draft_version and mail.state == "draft":
                # The other program's is newer, and nothing of ours is lost by it.
                mail._changeable()._take_theirs(message)
                return mail
            mail._changeable().draft_message_id = False
        return drafts.browse()

    def _entered(self, values: dict, senders: list[dict]) -> dict:
        """The part of a Composition that ``values`` gives."""
        found = {}
        for kind in ("to", "cc", "bcc"):
            if values.get(kind):
                found[kind] = [
                    {"name": name, "email": email}
                    for name, email in self._pairs_of(values[kind])
                ]
        if values.get("subject"):
            found["subject"] = str(values["subject"])[:LONGEST_SUBJECT]
        key = values.get("sender_key")
        if key and key in [sender["key"] for sender in senders]:
            found["sender_key"] = key
        if values.get("body_html"):
            chosen = found.get("sender_key") or (senders and senders[0]["key"])
            signature = next((s for s in senders if s["key"] == chosen), None)
            found["body_html"] = compose_start.body(
                self.env, str(values["body_html"]), signature
            )
        if values.get("record"):
            found["record"] = compose_payload.record(
                self.env, *self._record_of(values["record"])
            )
        return found

    def _new_draft(self, values):
        """The row of a mail that has none yet."""
        outgoing = self.env["crm.mail.outgoing"]
        parent = self._parent_of(values)
        parts = self._missing_parts(outgoing, values)
        made = {"user_id": self.env.uid, **self._values_of(values, outgoing)}
        if parent:
            made.update(compose_start.thread_values(*parent))
        if parent and parent[1] == "draft":
            # it is this draft, no mail that is answered
            made.update(parent_id=False, parent_kind=False)
        # sudo: users create none by RPC, so that none exists whose sender was not asked
        mail = outgoing.sudo().create(made)
        if parent and parent[1] == "draft":
            mail._adopt(parent[0])
        mail._save({})
        self._attach_parts(mail, parts)
        return mail.sudo(False)

    def _parent_of(self, values):
        parent = values.get("parent")
        if not parent:
            return None
        kind = str(parent.get("kind") or "reply")
        if kind not in KINDS:
            raise UserError(self.env._("A mail cannot be started like that."))
        return self._started_from(kind, parent.get("message_id")), kind

    def _started_from(self, kind: str, message_id):
        message = self._readable("crm.mail.message", message_id)
        if kind == "draft" and message.shared_with_me:
            raise AccessError(
                self.env._("This draft is shared with you to be read, not to be sent.")
            )
        return message

    def _values_of(self, values, mail) -> dict:
        """What is stored of the browser's values, each of them checked."""
        sender = mail._sender_of_key(values.get("sender_key"))
        importance = values.get("importance") or "normal"
        if importance not in ("normal", "high", "low"):
            importance = "normal"
        model, res_id = self._record_of(values.get("record"))
        return {
            "account_id": sender.account_id,
            "sender_kind": sender.kind,
            "window_token": _token(values),
            "subject": " ".join(str(values.get("subject") or "").split())[
                :LONGEST_SUBJECT
            ],
            "recipients": {
                kind: self._pairs_of(values.get(kind) or ())
                for kind in ("to", "cc", "bcc")
            },
            "body_html": str(values.get("body_html") or ""),
            "plain": bool(values.get("plain")),
            "importance": importance,
            "read_receipt": bool(values.get("read_receipt")),
            "res_model": model,
            "res_id": res_id,
        }

    def _record_of(self, record) -> tuple[str | bool, int]:
        """:raises AccessError: a record that the user may not read"""
        if not record:
            return False, 0
        model, res_id = str(record.get("model")), int(record.get("res_id") or 0)
        if not self.env["crm.mail.link"]._has_chatter(model):
            raise UserError(
                self.env._("A mail can only be linked to a record that has a chatter.")
            )
        self.env[model].browse(res_id).check_access("read")
        return model, res_id

    @api.model
    def _pairs_of(self, addresses) -> list[list[str]]:
        return [
            [
                " ".join(str(one.get("name") or "").split())[:255],
                "".join(str(one.get("email") or "").split())[:320],
            ]
            for one in list(addresses)[:1000]
            if one.get("email")
        ]

    def _check_addresses(self, mail):
        """:raises UserError: the first address that is none"""
        for kind in ("to", "cc", "bcc"):
            for _name, email in mail._pairs(kind):
                try:
                    wire_address(email)
                except InvalidArgument as error:
                    raise UserError(
                        self.env._(
                            "“%(address)s” is not an e-mail address. Correct it, or "
                            "remove it.",
                            address=email,
                        )
                    ) from error
