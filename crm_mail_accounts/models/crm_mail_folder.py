from dataclasses import asdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.imap import sets
from ..mailkit.imap.folders import propose_roles, shown_paths
from ..mailkit.sync.deletions import Suspicion
from ..mailkit.sync.delta import FolderKnown
from ..mailkit.sync.isolate import Break
from ..mailkit.values import Role, ServerFolder
from ..tools import change_writer, mail_places, unread_counts
from ..tools.fields import BigInteger

ROLES = [
    ("inbox", "Inbox"),
    ("drafts", "Drafts"),
    ("sent", "Sent"),
    ("junk", "Spam"),
    ("trash", "Trash"),
    ("archive", "Archive"),
    ("all", "All mail"),
    ("flagged", "Flagged"),
    ("important", "Important"),
    ("none", "Other"),
]
ROLE_ORDER = {role: number for number, (role, _label) in enumerate(ROLES)}
MAPPED_ROLES = ("inbox", "drafts", "sent", "junk", "trash")
"""The roles that a user maps to folders of the server (mission D1)."""
VIRTUAL_ROLES = ("all", "flagged", "important")
"""Folders whose mails also lie elsewhere: shown by the server, not indexed twice."""
MISSING_FOR = timedelta(days=1)
MISSING_PASSES = 2
"""How long a folder must be away before its rows go: a failed LIST is not a deletion,
and a server that is being moved lists half of its folders for an hour."""


class CrmMailFolder(models.Model):
    """One folder of the server, and how far we know it.

    ``uidnext`` is the first UID that we have not asked for yet, ``low_uid`` the lowest
    one already indexed: the first index walks down from there to 1.  Both are written
    together with the mails they speak of (law 2).
    """

    _name = "crm.mail.folder"
    _description = "Mail folder"
    _order = "account_id, sequence, path, id"
    _rec_name = "path"

    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        related="account_id.user_id", store=True, index=True, string="Owner"
    )
    raw = fields.Char(
        "Name on the server",
        required=True,
        help="Exactly as the server writes it; never shown, always sent.",
    )
    name = fields.Char(required=True, help="The last part of the path.")
    path = fields.Char(required=True, help="All names from the top, readable.")
    delimiter = fields.Char()
    parent_id = fields.Many2one("crm.mail.folder", index=True, ondelete="set null")
    role = fields.Selection(ROLES, default="none", required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    selectable = fields.Boolean(default=True)
    subscribed = fields.Boolean(default=True)
    local = fields.Boolean(
        "Only in the CRM",
        help="A folder of ours that no mail server knows.",
    )
    skipped = fields.Boolean(
        "Not synchronized", help="Its owner does not want the mail of this folder here."
    )
    monitored = fields.Boolean(
        "Synchronized",
        compute="_compute_monitored",
        store=True,
        help="Mail of this folder is indexed.",
    )
    missing_since = fields.Datetime(
        help="The server stopped listing the folder then; it goes after a day."
    )
    missing_pass = fields.Integer()
    resets = fields.Integer(
        default=0, help="Passes in a row in which the UIDs were other ones."
    )
    aside_until = fields.Datetime(
        "Left alone until", help="It could not be read; see the problem."
    )
    refusals = fields.Integer(default=0, help="Passes in a row that were refused.")
    problem = fields.Char(help="Why this folder is not followed, in words.")

    uidvalidity = BigInteger()
    uidnext = BigInteger()
    low_uid = BigInteger()
    modseq = BigInteger()
    server_total = fields.Integer("Mails on the server")
    indexed_total = fields.Integer("Mails known here")
    unread = fields.Integer()
    quiet_unread = fields.Integer(
        compute="_compute_counts",
        help="Unread mails that nobody is notified of, or not yet.",
    )
    unreadable = fields.Integer(
        compute="_compute_counts", help="Mails that could not be read from the server."
    )
    server_unseen = fields.Integer("Unread on the server")
    mode = fields.Selection(
        [
            ("qresync", "QRESYNC"),
            ("condstore", "CONDSTORE"),
            ("bare", "IMAP4rev1 only"),
        ],
        "Changes followed by",
        help="What the server can tell of changes in this folder.",
    )
    checked_at = fields.Datetime()
    scan_uid = BigInteger(help="The next older window of flags ends there.")
    scanned_at = fields.Datetime(help="Flags were read window by window.")
    audited_at = fields.Datetime(help="Every mail was compared with the server.")
    excess = fields.Integer(
        help="Mails that the server counts and does not list; found by an audit."
    )
    ahead_left = fields.Boolean(help="Reading ahead was cut off in this folder.")
    suspicion = fields.Json(help="A mass removal that one connection told.")
    broken = fields.Json(help="UIDs that made the server hang up; see sync/isolate.")

    _raw_unique = models.Constraint(
        "UNIQUE (account_id, raw, local)", "The server lists a folder once."
    )

    @api.depends("role")
    def _compute_sequence(self):
        for folder in self:
            folder.sequence = ROLE_ORDER[folder.role]

    @api.depends("role", "selectable", "skipped", "local")
    def _compute_monitored(self):
        for folder in self:
            folder.monitored = (
                folder._may_be_monitored()
                and folder.selectable
                and (not folder.skipped or folder.role == "inbox")
            )

    def _compute_counts(self):
        counts = {}
        if self.ids:
            # as ``unread``: a number of the folder, whose reader has been asked for
            names = ["quiet", "arrived", "seen", "state", "shown_folder_id"]
            self.env["crm.mail.message"].flush_model(names)
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT shown_folder_id, 'quiet', count(*) FROM crm_mail_message
                     WHERE shown_folder_id = ANY(%(folders)s)
                       AND (quiet OR arrived) AND NOT seen
                     GROUP BY shown_folder_id
                     UNION ALL
                    SELECT shown_folder_id, 'unreadable', count(*) FROM crm_mail_message
                     WHERE shown_folder_id = ANY(%(folders)s) AND state = 'unreadable'
                     GROUP BY shown_folder_id
                    """,
                    folders=self.ids,
                )
            )
            counts = {(folder_id, name): count for folder_id, name, count in rows}
        for folder in self:
            folder.quiet_unread = counts.get((folder.id, "quiet"), 0)
            folder.unreadable = counts.get((folder.id, "unreadable"), 0)

    def _retry_unreadable(self):
        """Let the next check read what it could not."""
        unreadable = self.env["crm.mail.message"].search(
            [("folder_id", "in", self.ids), ("state", "=", "unreadable")]
        )
        unreadable.retry_at = fields.Datetime.now()

    def _may_be_monitored(self) -> bool:
        """Whether its owner can choose to have the mail of this folder here."""
        self.ensure_one()
        return not self.local and self.role not in VIRTUAL_ROLES

    # -- what the server lists ---------------------------------------------------

    @api.model
    def _store_listing(self, account, server_folders: list[ServerFolder], renamed=None):
        """Make our folders those of a LIST answer; the roles of known ones stay.

        A folder that is no longer listed is marked, and goes when it stayed away: one
        failed LIST must never empty a mailbox (law 4).  ``renamed``: old raw names to
        new ones, of folders that are the same (``tools/folder_renames``).
        """
        if not server_folders:
            return  # every mailbox has an inbox: this was no answer
        known = {
            folder.raw: folder for folder in account.folder_ids if not folder.local
        }
        for raw, new_raw in (renamed or {}).items():
            if raw in known and new_raw not in known:
                known[new_raw] = known.pop(raw)
                known[new_raw].raw = new_raw
        proposed = {
            folder.raw: role for role, folder in propose_roles(server_folders).items()
        }
        taken = set(account.folder_ids.mapped("role")) & set(MAPPED_ROLES)
        new = []
        paths = shown_paths(server_folders)
        for server_folder in server_folders:
            if server_folder.raw not in paths:
                continue
            path = paths[server_folder.raw]
            values = {
                "name": path[-1] or server_folder.name,
                "path": " / ".join(path),
                "delimiter": server_folder.delimiter,
                "selectable": server_folder.selectable,
                "subscribed": server_folder.subscribed,
                "missing_since": False,
            }
            folder = known.pop(server_folder.raw, None)
            if folder is None:
                role = proposed.get(server_folder.raw, Role.NONE).value
                if role in taken:
                    # The roles were mapped at the first listing, perhaps by hand: a
                    # folder that comes later takes none that another folder has.
                    role = "none"
                new.append(
                    {
                        "account_id": account.id,
                        "raw": server_folder.raw,
                        "role": role,
                        "skipped": not account.sync_new_folders,
                        **values,
                    }
                )
            else:
                changed = {
                    name: value
                    for name, value in values.items()
                    if (folder[name] or False) != (value or False)
                }
                if changed:
                    folder.write(changed)
        self.create(new)
        self.browse([folder.id for folder in known.values()])._store_missing()
        account.invalidate_recordset(["folder_ids"])
        account.folder_ids._store_parents(paths)

    def _store_missing(self):
        """These were not listed: marked, and removed when that is old news."""
        for folder in self:
            number = folder.account_id.lease_ids.pass_number
            if not folder.missing_since:
                folder.write(
                    {
                        "missing_since": fields.Datetime.now(),
                        "missing_pass": number,
                        "selectable": False,
                    }
                )
            elif (
                folder.missing_since < fields.Datetime.now() - MISSING_FOR
                and number >= folder.missing_pass + MISSING_PASSES
            ):
                folder._forget()

    def _store_parents(self, paths: dict[str, tuple[str, ...]]):
        """``paths`` as ``shown_paths`` gives them."""
        by_raw = {folder.raw: folder for folder in self if not folder.local}
        by_path = {path: by_raw[raw] for raw, path in paths.items() if raw in by_raw}
        for path, folder in by_path.items():
            parent = by_path.get(path[:-1])
            if folder.parent_id != (parent or self.browse()):
                folder.parent_id = parent

    def _map_role(self, role: str):
        """Give this folder a role, and take it from the one that had it.

        An empty recordset is refused by the caller: a role without a folder is
        simply not mapped.
        """
        self.ensure_one()
        others = self.account_id.folder_ids.filtered(
            lambda folder: folder.role == role and folder != self
        )
        others.role = "none"
        if self.role != role:
            self.role = role

    @api.model
    def _local(self, account, name: str):
        """The folder of this name that exists only here; made when it is missing."""
        known = account.folder_ids.filtered(
            lambda folder: folder.local and folder.name == name
        )
        return known or self.create(
            {
                "account_id": account.id,
                "raw": name,
                "name": name,
                "path": name,
                "local": True,
            }
        )

    def _count_local(self):
        """Bring the counts of these local folders up to date."""
        messages = self.env["crm.mail.message"]
        for folder in self:
            here = [
                ("local_folder_id", "=", folder.id),
                ("shown_folder_id", "!=", False),
            ]
            total = messages.search_count(here)
            values = {
                "server_total": total,
                "indexed_total": total,
                "unread": messages.search_count([*here, ("seen", "=", False)]),
            }
            if any(folder[name] != value for name, value in values.items()):
                folder.write(values)

    def _forget(self):
        """Remove folders that the server deleted; their linked mails stay, as imported
        ones, and the others are found elsewhere or forgotten."""
        for folder in self:
            mail_places.unplace(
                self.env,
                folder,
                folder.uidvalidity or 1,
                [(1, sets.MAX_UID)],
                folder.account_id.lease_ids.pass_number,
            )
        self.unlink()

    def unlink(self):
        # sudo: mails are the sync's to write
        mails = self.env["crm.mail.message"].sudo()
        on_their_way = mails.search([("moving_to_id", "in", self.ids)])
        mails._leave_folders(self)
        result = super().unlink()
        # their moves went with the target, so they are shown where they lie
        change_writer.show_pending(self.env, on_their_way.ids)
        unread_counts.recount_unread(self.env, on_their_way.shown_folder_id)
        return result

    def _known(self) -> FolderKnown:
        """How far we know this folder, as the planner wants it."""
        self.ensure_one()
        now = fields.Datetime.now()

        def age(moment) -> float | None:
            return (now - moment).total_seconds() if moment else None

        return FolderKnown(
            uidvalidity=self.uidvalidity or None,
            uidnext=self.uidnext or None,
            low_uid=self.low_uid or None,
            modseq=self.modseq or None,
            count=self.indexed_total,
            unseen=self.server_unseen if self.checked_at else None,
            excess=self.excess,
            scan_uid=self.scan_uid or None,
            scan_age=age(self.scanned_at),
            audit_age=age(self.audited_at),
        )

    def _suspicion(self) -> Suspicion | None:
        return Suspicion(**self.suspicion) if self.suspicion else None

    def _set_aside(self, pause: timedelta, problem: str):
        self.write(
            {
                "aside_until": fields.Datetime.now() + pause,
                "checked_at": fields.Datetime.now(),
                "problem": problem,
            }
        )

    def _break(self) -> Break | None:
        return Break(**self.broken) if self.broken else None

    def _broke(self, known: Break | None):
        self.broken = asdict(known) if known else False

    def _suspect(self, suspicion: Suspicion | None):
        self.suspicion = asdict(suspicion) if suspicion else False
