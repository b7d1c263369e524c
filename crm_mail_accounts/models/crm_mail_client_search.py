# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import dataclasses

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..mailkit.errors import MailError
from ..mailkit.imap.text_search import MOST_WORDS
from ..tools import message_query
from ..tools.error_messages import describe
from ..tools.message_query import Search, View
from ..tools.message_rows import message_rows

SHOWN = 200
"""Newest mails that a search on the server shows."""
MOST_FOLDERS = 40
"""Folders of a mailbox that are searched in one request, by their order."""


class CrmMailClient(models.AbstractModel):
    """Searching on the mail server, which knows what mails say that were never opened
    here."""

    _inherit = "crm.mail.client"

    @api.model
    def search_server(self, view) -> dict:
        """Ask the mail servers for what :meth:`list_messages` was asked for.

        What is found and not indexed (yet) is left out.

        :param view: with words in its ``search``
        :return: ``{rows, failed, more}``: newest first, 200 at most; ``failed``: the
            sentences of mailboxes that could not be asked; ``more``: there were others
        :raises UserError: there is no word to search for
        """
        shown = self._view(view)
        words = [
            (place, word)
            for place, text in shown.search.words
            for word in text.split()
            if word.isprintable()
        ]
        if not words:
            raise UserError(self.env._("Type a word to search for."))
        found, failed = [], []
        folders = self._searched(view)
        for account, inside in folders.grouped("account_id").items():
            try:
                found += self._ask_server(account, inside[:MOST_FOLDERS], words)
            except MailError as error:
                text = describe(self.env, error, account._imap_endpoint()).text
                failed.append(f"{account.name}: {text}")
        rest = dataclasses.replace(shown.search, words=())
        ids = self._known(found, rest) if found else []
        return {
            "rows": message_rows(self.env, ids[:SHOWN]),
            "failed": failed,
            "more": len(ids) > SHOWN,
        }

    @api.model
    def _searched(self, view):
        """The server folders of a view; all of them for a special one.

        Mailboxes that are kept here have no server, and every word is known already.
        """
        view = view if isinstance(view, dict) else {"folder_id": view}
        _accounts, folders = self._accounts_and_folders()
        folders = self._of_role(folders, view.get("role")).filtered(
            lambda folder: folder.monitored and folder.account_id.kind == "imap"
        )
        account_id = (view.get("search") or {}).get("account_id")
        if view.get("folder_id"):
            folders &= self._readable("crm.mail.folder", view["folder_id"])
        if account_id:
            account = self._readable("crm.mail.account", account_id)
            folders = folders.filtered(lambda folder: folder.account_id == account)
        return folders

    @api.model
    def _ask_server(self, account, folders, words) -> list[tuple[int, int, list[int]]]:
        """Folder, UIDVALIDITY and UIDs that were found, on one connection.

        :raises MailError: the mailbox could not be asked
        """
        names = [(folder.id, folder.raw) for folder in folders]

        def search(session):
            found = []
            for folder_id, raw in names:
                state = session.examine(raw)
                if not state.exists:
                    continue
                uids = session.search_text(words[:MOST_WORDS])
                if uids:
                    found.append((folder_id, state.uidvalidity, uids))
            return found

        return account._with_mailbox(search)

    @api.model
    def _known(self, found, rest: Search) -> list[int]:
        """The ids of mails that we have, newest first."""
        places = SQL(" OR ").join(
            SQL(
                "(placed.folder_id = %s AND placed.uidvalidity = %s"
                " AND placed.uid = ANY(%s::int8[])"
                " AND placed.shown_folder_id IS NOT NULL)",
                *place,
            )
            for place in found
        )
        ids = SQL("(SELECT placed.id FROM crm_mail_message placed WHERE %s)", places)
        view = View((message_query.among(ids),), rest)
        return self._found(view.page(None, SHOWN + 1, threads=False))
