import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..mailkit.rules.match import Action

INTO_FOLDER = ("move", "copy")
_KEYWORD = re.compile(r"[A-Za-z0-9$_.+-]{1,60}")


class CrmMailFilterAction(models.Model):
    """One thing that a filter does."""

    _name = "crm.mail.filter.action"
    _description = "Action of a mail filter"
    _order = "sequence, id"

    filter_id = fields.Many2one(
        "crm.mail.filter", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(related="filter_id.account_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("move", "Move to"),
            ("copy", "Copy to"),
            ("delete", "Delete"),
            ("read", "Mark as read"),
            ("flag", "Flag"),
            ("keyword", "Give the keyword"),
            ("link", "Link to the sender's record"),
            ("opportunity", "Create an opportunity"),
            ("forward", "Forward to"),
            ("notify", "Notify me"),
            ("mute", "Do not notify"),
        ],
        "Do",
        required=True,
        default="move",
    )
    folder_id = fields.Many2one("crm.mail.folder", ondelete="set null")
    folder_path = fields.Char(
        compute="_compute_folder_path",
        store=True,
        help="What the folder was called; it is found again by that name.",
    )
    keyword = fields.Char(help="A word that mail programs show as a tag.")
    address = fields.Char(
        "Forward to", help="Mails that a machine has sent are not forwarded."
    )
    told_missing = fields.Boolean(
        help="Its owner has heard that the folder is not there."
    )

    @api.depends("folder_id", "folder_id.path")
    def _compute_folder_path(self):
        for action in self:
            # Kept when the folder is gone: it tells which one it was.
            action.folder_path = action.folder_id.path or action.folder_path

    @api.constrains("kind", "folder_id", "keyword", "address", "filter_id")
    def _check_usable(self):
        for action in self:
            folder = action.folder_id
            if folder and folder.account_id != action.filter_id.account_id:
                raise ValidationError(
                    self.env._("A filter moves mails within its own mailbox only.")
                )
            if action.kind in INTO_FOLDER and not (folder or action.folder_path):
                raise ValidationError(self.env._("Choose the folder of the action."))
            if folder and (folder.local or not folder.selectable):
                raise ValidationError(
                    self.env._("“%(folder)s” cannot hold mails.", folder=folder.name)
                )
            if action.kind == "forward":
                action._check_address()
            if action.kind == "keyword" and not _KEYWORD.fullmatch(
                action.keyword or ""
            ):
                raise ValidationError(
                    self.env._(
                        "A keyword is one word of letters without accents, digits and "
                        "$ _ . + -"
                    )
                )

    def _check_address(self):
        """:raises ValidationError: nobody, or oneself, to forward to"""
        address = email_normalize(self.address or "")
        if not address:
            raise ValidationError(
                self.env._("Enter the one e-mail address that the mails go on to.")
            )
        if address == email_normalize(self.filter_id.account_id.email or ""):
            raise ValidationError(
                self.env._(
                    "A filter cannot forward to its own mailbox. Enter another address."
                )
            )

    def _value(self) -> Action:
        self.ensure_one()
        words = {"keyword": self.keyword, "forward": email_normalize(self.address)}
        return Action(self.kind, self._target().id or 0, words.get(self.kind) or "")

    def _target(self):
        """The folder that the action files into."""
        if self.kind == "delete":
            return self._trash()
        return self.folder_id if self.kind in INTO_FOLDER else self.folder_id.browse()

    def _trash(self):
        return self.filter_id.account_id.folder_ids.filtered(
            lambda folder: folder.role == "trash" and folder.selectable
        )[:1]

    def _is_possible(self) -> bool:
        self.ensure_one()
        if self.kind not in (*INTO_FOLDER, "delete"):
            return True
        folder = self._target()
        return bool(folder and folder.selectable and not folder.missing_since)

    def _problem(self) -> str:
        self.ensure_one()
        if self.kind == "delete":
            return self.env._("The mailbox has no trash: map one under Folders.")
        return self.env._(
            "The folder “%(folder)s” is not on the mail server any more: choose "
            "another one.",
            folder=self.folder_path or "",
        )

    def _find_again(self):
        """Take the folder of the same name, where the one that was chosen is gone."""
        for action in self.filtered(lambda action: action.kind in INTO_FOLDER):
            folder = action.folder_id
            if folder and not folder.missing_since:
                continue
            same = action.filter_id.account_id.folder_ids.filtered(
                lambda other, path=action.folder_path: (
                    other.path == path
                    and other.selectable
                    and not other.local
                    and not other.missing_since
                )
            )[:1]
            if same:
                action.write({"folder_id": same.id, "told_missing": False})
