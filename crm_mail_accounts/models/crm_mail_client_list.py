# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import message_query
from ..tools.message_query import Search, View
from ..tools.message_rows import message_row, message_rows, page_rows, tell_threads
from .crm_mail_folder import ROLE_ORDER

PAGE = 50
LARGEST_PAGE = 200
MOST_SELECTED = 10_000
"""Mails that "select all" selects; more is done folder by folder."""
MOST_RECORDS = 200
"""Records of a name; mails that are linked to one of them are found."""
FOLDER_VALUES = ("local", "server_total", "indexed_total")
"""What a page needs of its folder."""
SPECIALS = ("flagged", "imported", "shared")
DATES = ("since", "before")


class CrmMailClient(models.AbstractModel):
    """Lists of mails: folders, the same role in all mailboxes, special folders, and
    what is searched for in them.

    A *view* names one: a folder's id, or a dictionary with one of ``folder_id``,
    ``role`` and ``special``, or none of them for all folders; and ``search``::

        {words: [[place, text]], flags: [name], since: datetime, before: datetime,
         account_id: int, record: {model, res_id}, linked_to: part of a name,
         assigned: "me" or "nobody"}

    where each part may be left out (``tools/message_query`` has the names).
    """

    _inherit = "crm.mail.client"

    @api.model
    def list_messages(self, view, before=False, limit=PAGE, threads=False) -> dict:
        """A page of a view, newest first.

        :param before: the ``before`` of the page above, or false: ``[date, uid, id]``,
            and 1 where few mails have the words that are searched for
        :param threads: one row for a conversation, its newest mail in the view, with
            ``thread``: ``{count, unread, people, ids}``
        :return: ``{rows, before, total, indexed}``; ``before`` false on the last page;
            ``total`` only on the first page of a search, up to 1,000
        :raises AccessError: the folder is not the user's
        """
        shown = self._view(view)
        limit = max(1, min(int(limit), LARGEST_PAGE))
        # of a conversation that is shared mail by mail there is nothing to tell
        threads = threads and not self._is_special(view, "shared")
        self._flush_mails()
        totals = self._totals(view, shown, counted=not before)
        total = totals["total"]
        # false where it was not counted
        few = total is not False and total < message_query.COUNTED
        few = few and bool(shown.search.words)
        if before:
            # It was counted above the first page alone.
            before, few = before[:3], len(before) > 3
        page = shown.page(self._cursor(before), limit, threads=bool(threads), few=few)
        ids, rows = page_rows(self.env, page)
        if threads:
            known = {row["thread_id"] for row in rows if row["thread_id"]}
            tell_threads(rows, message_query.threads(self.env, shown, known))
        has_more = len(ids) == limit and bool(rows)
        return {
            "rows": rows,
            "before": has_more and [*self._place(rows[-1]), *([1] if few else [])],
            **totals,
        }

    @api.model
    def select_all(self, view) -> dict:
        """Every mail of a view, for what is done to all of them.

        :return: ``{mails: [[id, account id, folder id, seen, flagged]], more}``;
            ``more``: there are others beyond 10,000
        """
        ids = self._found(self._view(view).ids(MOST_SELECTED + 1))
        names = ["account_id", "shown_folder_id", "seen", "flagged"]
        messages = self.env["crm.mail.message"].search_fetch(
            [("id", "in", ids[:MOST_SELECTED])], names
        )
        return {
            "mails": [
                [
                    message.id,
                    message.account_id.id,
                    message.shown_folder_id.id,
                    message.seen,
                    message.flagged,
                ]
                for message in messages
            ],
            "more": len(ids) > MOST_SELECTED,
        }

    @api.model
    def open_thread(self, thread_id) -> dict:
        """The mails of a conversation in all folders, oldest first, as rows.

        The newest 200 of a longer one.

        :return: ``{rows}``
        :raises AccessError: not the user's
        """
        thread = self._readable("crm.mail.thread", thread_id)
        messages = self.env["crm.mail.message"].search(
            [("thread_id", "=", thread.id), ("shown_folder_id", "!=", False)],
            limit=message_query.THREAD_MAILS,
        )
        return {"rows": message_rows(self.env, messages.ids[::-1])}

    @api.model
    def newest_unread(self, folder_id) -> dict | bool:
        """The mail that came into a folder last: unread, and not kept quiet.

        As it came, not as it is dated: a mail may have been days on its way, and one
        that another client has moved is older than its neighbours.

        :return: ``{id, from, subject}``, or false; see :func:`message_row`
        :raises AccessError: the folder is not the user's
        """
        folder = self._readable("crm.mail.folder", folder_id)
        self._flush_mails()
        loud = [("seen", "=", False), ("quiet", "=", False), ("arrived", "=", False)]
        there = [("folder_id", "=", folder.id), ("shown_folder_id", "=", folder.id)]
        message = self.env["crm.mail.message"].search(
            there + loud, order="uid desc", limit=1
        )
        if not message:
            return False
        row = message_row(message)
        return {name: row[name] for name in ("id", "from", "subject")}

    # -- views -------------------------------------------------------------------

    @api.model
    def _view(self, view) -> View:
        """The mails that a view names, as a query.

        :raises AccessError: a folder that is not the user's
        :raises UserError: there is no such view
        """
        if not isinstance(view, dict):
            view = {"folder_id": view}
        search = view.get("search") or {}
        parts = self._parts(view, search.get("account_id"))
        return View(tuple(parts), self._search_of(search))

    @api.model
    def _parts(self, view: dict, account_id) -> list[message_query.Condition]:
        if view.get("folder_id"):
            folder = self._readable("crm.mail.folder", view["folder_id"], FOLDER_VALUES)
            if folder.local:
                return [message_query.in_local_folder(folder.id)]
            return [message_query.in_folder(folder.id)]
        special = view.get("special")
        if special and special not in SPECIALS:
            raise UserError(self.env._("There is no such list of mails."))
        accounts, folders = self._accounts_and_folders()
        if account_id:
            account = self._readable("crm.mail.account", account_id)
            accounts &= account
            folders = folders.filtered(lambda folder: folder.account_id == account)
        if special == "flagged":
            return [message_query.flagged_in(account.id) for account in accounts]
        if special:
            query = self.env["crm.mail.message"]._search(self._special_domain(special))
            return [message_query.among(query.subselect())]
        return [
            message_query.in_folder(folder.id)
            for folder in self._of_role(folders, view.get("role"))
        ]

    @api.model
    def _of_role(self, folders, role):
        """The folders of a unified one; all that have mails when there is no role."""
        if role and role not in ROLE_ORDER:
            raise UserError(self.env._("There is no such list of mails."))
        return folders.filtered(
            lambda folder: not folder.local
            and (folder.role == role if role else folder.selectable)
        )

    @api.model
    def _is_special(self, view, kind: str) -> bool:
        return isinstance(view, dict) and view.get("special") == kind

    @api.model
    def _special_domain(self, kind: str) -> Domain:
        """The mails of a special folder.

        ``imported`` [D4]: on no server any more (or never), kept for their links;
        ``shared`` [D3]: given by colleagues (``crm_mail_client_sharing``).
        """
        if kind == "flagged":
            return Domain("flagged", "=", True) & Domain("shown_folder_id", "!=", False)
        if kind == "imported":
            return (
                Domain("user_id", "=", self.env.uid)
                & Domain("state", "=", "unplaced")
                & Domain("shown_folder_id", "=", False)
                & Domain("link_ids", "!=", False)
            )
        return Domain("share_ids.user_id", "=", self.env.uid)

    @api.model
    def _search_of(self, search: dict) -> Search:
        """
        :raises UserError: something that cannot be searched for
        """
        words = tuple(
            (str(place), str(text)) for place, text in search.get("words") or ()
        )
        flags = tuple(str(name) for name in search.get("flags") or ())
        try:
            dates = {
                name: fields.Datetime.to_string(fields.Datetime.to_datetime(value))
                for name in DATES
                if (value := search.get(name))
            }
        except (TypeError, ValueError):
            dates = None
        known = {place for place, _text in words} <= set(message_query.PLACES)
        assigned = {None: None, False: None, "me": self.env.uid, "nobody": 0}
        known &= search.get("assigned") in assigned
        if not known or not set(flags) <= set(message_query.FLAGS) or dates is None:
            raise UserError(self.env._("Mails cannot be searched like that."))
        return Search(
            words=words,
            flags=flags,
            records=self._linked_to(search),
            assigned_to=assigned[search.get("assigned")],
            **dates,
        )

    @api.model
    def _linked_to(self, search: dict) -> tuple[tuple[str, int], ...] | None:
        """The records that a search names, by id or by a part of the name."""
        if search.get("record"):
            record = search["record"]
            return ((str(record["model"]), int(record["res_id"])),)
        if not search.get("linked_to"):
            return None
        linked = self.env["crm.mail.link"]._read_group([], ["res_model"])
        return tuple(
            (model, res_id)
            for (model,) in linked
            if model in self.env and self.env[model].has_access("read")
            for res_id, _name in self.env[model].name_search(
                str(search["linked_to"]), limit=MOST_RECORDS
            )
        )

    @api.model
    def _cursor(self, before) -> message_query.Cursor | None:
        if not before:
            return None
        date, uid, message_id = before
        return str(date), int(uid), int(message_id)

    @api.model
    def _place(self, row: dict) -> list:
        return [row["date"], row["uid"] or message_query.NO_UID, row["id"]]

    # -- rows --------------------------------------------------------------------

    @api.model
    def _found(self, query: SQL) -> list[int]:
        self._flush_mails()
        return [row[0] for row in self.env.execute_query(query)]

    @api.model
    def _flush_mails(self) -> None:
        """What was written through the ORM and not stored yet is to be found too."""
        self.env["crm.mail.message"].flush_model()

    @api.model
    def _totals(self, view, shown: View, *, counted: bool) -> dict:
        if shown.search or (isinstance(view, dict) and not view.get("folder_id")):
            if isinstance(view, dict) and view.get("role") and not shown.search:
                _accounts, folders = self._accounts_and_folders()
                folders = self._of_role(folders, view["role"])
            else:
                total = counted and self.env.execute_query(shown.count())[0][0]
                return {"total": total, "indexed": total}
        else:
            folder_id = view["folder_id"] if isinstance(view, dict) else view
            folders = self.env["crm.mail.folder"].browse(int(folder_id))
        return {
            "total": sum(folders.mapped("server_total")),
            "indexed": sum(folders.mapped("indexed_total")),
        }

    @api.model
    def _special_counts(self, accounts) -> dict[str, int]:
        """How many mails the special folders hold, up to 1,000 each."""
        views = {
            "flagged": View(
                tuple(message_query.flagged_in(account.id) for account in accounts),
                Search(),
            )
        }
        for kind in SPECIALS[1:]:
            query = self.env["crm.mail.message"]._search(self._special_domain(kind))
            views[kind] = View((message_query.among(query.subselect()),), Search())
        self._flush_mails()
        (counts,) = self.env.execute_query(
            SQL(
                "SELECT %s",
                SQL(", ").join(SQL("(%s)", view.count()) for view in views.values()),
            )
        )
        return dict(zip(views, counts, strict=True))
