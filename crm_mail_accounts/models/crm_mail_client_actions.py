# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.exceptions import UserError

from ..mailkit.sync.operations import Kind
from ..tools import client_payload, folder_making, unread_counts
from ..tools import flags as bits

MARKS = {"seen": bits.SEEN, "flagged": bits.FLAGGED}
"""What a person sets by hand; answered and forwarded follow from writing."""
AT_ONCE = 5000
"""Mails of one call; the screen cuts longer selections."""


class CrmMailClient(models.AbstractModel):
    """What the mail screen does to mails and folders.

    Mails: shown at once, brought to the server by the worker (``crm.mail.operation``).
    Folders: made, renamed and deleted while the user waits, because the answer may be
    a refusal and the folder is needed next.
    """

    _inherit = "crm.mail.client"

    # -- mails -------------------------------------------------------------------

    @api.model
    def mark(self, message_ids, add=(), remove=()) -> dict:
        """Set and clear ``seen`` and ``flagged``.

        :return: ``{changed: [message id], progress}``; to take it back, do the
            opposite to ``changed``, which were not like this before
        """
        messages = self._acted_on(message_ids)
        added, removed = self._bits(add), self._bits(remove)
        changed = messages.filtered(
            lambda mail: not all(mail[name] for name in add)
            or any(mail[name] for name in remove)
        )
        self._operations()._enqueue(messages, Kind.FLAGS, add=added, remove=removed)
        return {"changed": changed.ids, "progress": self.progress()}

    @api.model
    def move(self, message_ids, folder_id) -> dict:
        """Move mails to a folder of the same mailbox.

        :return: ``{moved: [[message id, folder id before]], progress}``; hand
            ``moved`` to :meth:`undo_move` to take it back
        :raises UserError: the folder is of another mailbox, or not on the server
        """
        messages = self._acted_on(message_ids)
        target = self._target(messages, folder_id)
        return self._moved(messages, lambda account: target)

    @api.model
    def copy_mails(self, message_ids, folder_id) -> dict:
        """Copy mails to another folder of the same mailbox; the server makes the
        copies, which appear with its next answers.

        :return: ``{copied: number of mails, copies, progress}``; hand ``copies`` to
            :meth:`undo_copy` to take it back
        :raises UserError: as :meth:`move`
        """
        messages = self._acted_on(message_ids)
        target = self._target(messages, folder_id)
        messages = messages.filtered(lambda mail: mail.shown_folder_id != target)
        self._operations()._enqueue(messages, Kind.COPY, target=target)
        return {
            "copied": len(messages),
            "copies": [[mail.id, target.id, target.uidnext or 1] for mail in messages],
            "progress": self.progress(),
        }

    @api.model
    def undo_copy(self, copies) -> dict:
        """Do not make copies that were not asked of the server yet, and delete for
        good those that it has made.

        :param copies: ``[[message id, folder id, UIDNEXT that was known]]``
        :return: ``{changed: message ids, late: those of copies that the server may
            have made and that are not seen here yet, progress}``
        """
        wanted = {int(mail): (int(folder), int(uid)) for mail, folder, uid in copies}
        messages = self._acted_on(wanted)
        waiting = self._operations()._withdraw_copies(
            {mail.id: wanted[mail.id][0] for mail in messages}
        )
        made, late = self.env["crm.mail.message"], []
        for mail in messages.filtered(lambda each: each.id not in waiting):
            copy = self._copy_of(mail, *wanted[mail.id])
            made |= copy
            if not copy:
                late.append([mail.id, *wanted[mail.id]])
        self._operations()._enqueue(made, Kind.EXPUNGE)
        undone = messages.filtered(lambda each: each.id not in {row[0] for row in late})
        return {"changed": undone.ids, "late": late, "progress": self.progress()}

    @api.model
    def _copy_of(self, mail, folder_id: int, uid: int):
        """The youngest mail from that UID on which is this one once more."""
        same = ("message_id", "size", "from_email", "subject")
        domain = [(name, "=", mail[name] or False) for name in same]
        domain += [("account_id", "=", mail.account_id.id), ("id", "!=", mail.id)]
        domain += [("shown_folder_id", "=", folder_id), ("uid", ">=", uid)]
        return self.env["crm.mail.message"].search(domain, order="uid desc", limit=1)

    @api.model
    def undo_move(self, moved) -> dict:
        """Move mails back to where they were: ``[[message id, folder id]]``."""
        by_folder: dict[int, list[int]] = {}
        for message_id, folder_id in moved:
            by_folder.setdefault(int(folder_id), []).append(int(message_id))
        for folder_id, message_ids in by_folder.items():
            self.move(message_ids, folder_id)
        return self.progress()

    @api.model
    def archive(self, message_ids) -> dict:
        """As :meth:`move`, to the archive, which is made when there is none."""
        messages = self._acted_on(message_ids)
        return self._moved(messages, self._archive_of)

    @api.model
    def junk(self, message_ids) -> dict:
        return self._to_role(message_ids, "junk")

    @api.model
    def not_junk(self, message_ids) -> dict:
        return self._to_role(message_ids, "inbox")

    @api.model
    def delete(self, message_ids) -> dict:
        """Move to the trash, which is made when there is none; what lies there (or in
        spam) is deleted for good.

        :return: as :meth:`move`, with ``expunged``: how many went for good
        """
        messages = self._acted_on(message_ids)
        final = messages.filtered(
            lambda mail: mail.shown_folder_id.role in ("trash", "junk")
        )
        if final and final != messages:
            raise UserError(
                self.env._(
                    "Some of these mails would go to the trash and others for good. "
                    "Delete them folder by folder."
                )
            )
        if not final:
            return self._to_role(message_ids, "trash")
        self._operations()._enqueue(final, Kind.EXPUNGE)
        return {"moved": [], "expunged": len(final), "progress": self.progress()}

    @api.model
    def mark_folder_read(self, folder_id) -> dict:
        folder = self._readable("crm.mail.folder", folder_id)
        folder.account_id._check_may_act()
        self._enqueue_all(
            [("shown_folder_id", "=", folder.id), ("seen", "=", False)],
            Kind.FLAGS,
            add=bits.SEEN,
        )
        return self.progress()

    @api.model
    def empty_folder(self, folder_id) -> dict:
        """Delete for good all mail of the trash or the spam folder.

        :raises UserError: another folder
        """
        folder = self._readable("crm.mail.folder", folder_id)
        folder.account_id._check_may_act()
        if folder.role not in ("trash", "junk"):
            raise UserError(
                self.env._("Only the trash and the spam folder can be emptied.")
            )
        self._enqueue_all([("shown_folder_id", "=", folder.id)], Kind.EXPUNGE)
        return self.progress()

    # -- folders -----------------------------------------------------------------

    @api.model
    def create_folder(self, account_id, parent_id, name) -> dict:
        """Make a folder on the server, below another one or at the top.

        :return: its payload
        """
        account = self._readable("crm.mail.account", account_id)
        account._check_may_act()
        parent = parent_id and self._readable("crm.mail.folder", parent_id)
        if parent and parent.account_id != account:
            raise UserError(self.env._("That folder belongs to another account."))
        parent_raw = parent.raw if parent else None
        typed = str(name)

        def make(session):
            raw = folder_making.raw_name(session, parent_raw, typed)
            session.make_folder(raw)
            return raw, session.list_folders()

        raw, listing = account._at_mailbox(make)
        self._store_listing(account, listing)
        made = account.folder_ids.filtered(
            lambda folder: folder.raw == raw and not folder.local
        )
        return client_payload.folder_payload(made)

    @api.model
    def rename_folder(self, folder_id, name) -> bool:
        """Give a folder another name at the same place."""
        folder = self._own_folder(folder_id)
        parent_raw, old, typed = folder.parent_id.raw or None, folder.raw, str(name)

        def rename(session):
            new = folder_making.raw_name(session, parent_raw, typed)
            return session.move_folder(old, new).names, session.list_folders()

        names, listing = folder.account_id._at_mailbox(rename)
        # sudo: users read folders; the server has just renamed these, and their mails
        # stay where they are
        for known in folder.account_id.sudo().folder_ids:
            if known.raw in names and not known.local:
                known.raw = names[known.raw]
        self._store_listing(folder.account_id, listing)
        return True

    @api.model
    def delete_folder(self, folder_id) -> bool:
        """Delete a folder with all its mail and all folders in it, on the server."""
        folder = self._own_folder(folder_id)
        account, raw = folder.account_id, folder.raw

        def delete(session):
            gone = session.remove_folder(raw, with_children=True)
            return gone, session.list_folders()

        gone, listing = account._at_mailbox(delete)
        # sudo: as in rename_folder; linked mails stay, as imported
        folders = account.sudo().folder_ids.filtered(
            lambda known: known.raw in gone and not known.local
        )
        folders._forget()
        self._store_listing(account, listing)
        return True

    @api.model
    def subscribe_folder(self, folder_id, subscribed=True) -> bool:
        """Subscribe a folder on the server, which other programs show by [D11]."""
        folder = self._readable("crm.mail.folder", folder_id)
        folder.account_id._check_may_act()
        raw, wanted = folder.raw, bool(subscribed)
        folder.account_id._at_mailbox(lambda session: session.subscribe(raw, wanted))
        folder.sudo().subscribed = wanted
        return True

    # -- helpers -----------------------------------------------------------------

    @api.model
    def _operations(self):
        # sudo: the queue is the worker's; rights were checked on the mails
        return self.env["crm.mail.operation"].sudo()

    def _enqueue_all(self, domain, kind: Kind, **change):
        """Change every mail of a domain that the change takes it out of."""
        while messages := self.env["crm.mail.message"].search(domain, limit=AT_ONCE):
            self._operations()._enqueue(messages, kind, **change)

    def _acted_on(self, message_ids):
        """The mails, which the user may change; those that vanished are left out.

        :raises AccessError: one of them is not the user's, or may only be read
        """
        ids = [int(message_id) for message_id in list(message_ids)[:AT_ONCE]]
        messages = self.env["crm.mail.message"].browse(ids).exists()
        messages.check_access("read")
        messages.account_id._check_may_act()
        return messages.filtered("account_id")

    @api.model
    def _bits(self, names) -> int:
        unknown = set(names) - set(MARKS)
        if unknown:
            raise UserError(self.env._("A mail cannot be marked like that."))
        return sum(MARKS[name] for name in set(names))

    def _target(self, messages, folder_id):
        """A folder that these mails may go to.

        :raises UserError: it is of another mailbox, or not on the server
        """
        target = self._readable("crm.mail.folder", folder_id)
        if messages.account_id - target.account_id:
            raise UserError(
                self.env._("A mail can only be moved within its own mailbox.")
            )
        if target.local or not target.selectable:
            raise UserError(
                self.env._("“%(folder)s” cannot hold mails.", folder=target.name)
            )
        return target

    def _to_role(self, message_ids, role: str) -> dict:
        messages = self._acted_on(message_ids)
        return self._moved(messages, lambda account: self._folder_of(account, role))

    def _moved(self, messages, target_of) -> dict:
        """Move the mails of each mailbox to its own target."""
        moved = []
        for account, mails in messages.grouped("account_id").items():
            target = target_of(account)
            mails = mails.filtered(
                lambda mail, target=target: mail.shown_folder_id != target
            )
            moved += [[mail.id, mail.shown_folder_id.id] for mail in mails]
            self._operations()._enqueue(mails, Kind.MOVE, target=target)
        return {"moved": moved, "expunged": 0, "progress": self.progress()}

    def _role_folder(self, account, role: str):
        return account.folder_ids.filtered(
            lambda folder: folder.role == role and folder.selectable
        )[:1]

    def _archive_of(self, account):
        """The archive; at Gmail that is All Mail."""
        return (
            self._role_folder(account, "archive")
            or self._role_folder(account, "all")
            or self._folder_of(account, "archive")
        )

    def _folder_of(self, account, role: str):
        """The folder of a role, made on the server when there is none.

        :raises UserError: there is none, and the server refuses to make one
        """
        folder = self._role_folder(account, role)
        if folder:
            return folder
        if role not in folder_making.NAMES:
            raise UserError(
                self.env._(
                    "The mailbox %(name)s has no such folder yet: map one under "
                    "Folders.",
                    name=account.name,
                )
            )
        made = self.create_folder(account.id, False, folder_making.NAMES[role])
        folder = account.folder_ids.browse(made["id"])
        # sudo: as in rename_folder
        folder.sudo()._map_role(role)
        return folder

    def _own_folder(self, folder_id):
        """A folder of the server that may be renamed or deleted.

        :raises UserError: it has a role that the mailbox cannot do without
        """
        folder = self._readable("crm.mail.folder", folder_id)
        folder.account_id._check_may_act()
        if folder.local or folder.role not in ("none", "archive"):
            raise UserError(
                self.env._(
                    "“%(folder)s” is one of the mailbox's own folders and stays as it "
                    "is.",
                    folder=folder.name,
                )
            )
        return folder

    def _store_listing(self, account, listing):
        # sudo: users read the folders of the server, only the server writes them
        self.env["crm.mail.folder"].sudo()._store_listing(account.sudo(), listing)
        unread_counts.recount_unread(self.env, self.env["crm.mail.folder"])
