# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import uuid
from datetime import timedelta, timezone

from odoo import fields, models

from ..mailkit.errors import MailError
from ..mailkit.imap.append import Before
from ..mailkit.imap.verify import OPERATION_FIELD
from ..mailkit.mime.compose import make_message_id
from ..mailkit.sync.backoff import pause_after
from ..mailkit.sync.operations import LOOK_PAUSE
from ..mailkit.values import Address
from ..tools import compose_start, outgoing_mime
from ..tools.outgoing_work import Version


class CrmMailOutgoing(models.Model):
    """A draft's versions in the Drafts folder: one at a time, whoever wrote it."""

    _inherit = "crm.mail.outgoing"

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
            and (self.draft_uid or self.draft_uidnext or self._has_content())
        )

    def _has_content(self) -> bool:
        """Whether anything was written that somebody could miss."""
        self.ensure_one()
        written = (self.subject, self.preview, self.file_facts)
        return any(written) or any((self.recipients or {}).values())

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
