"""The server's folders, and how full the mailbox is: read now and then in a turn."""

from __future__ import annotations

from datetime import timedelta

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.values import Quota
from .folder_renames import find_renamed

LIST_EVERY = timedelta(minutes=10)


class Listing:
    """By the worker that holds the account."""

    def __init__(self, worker):
        self.worker = worker

    def is_old(self, env) -> bool:
        listed_at = self.worker.account(env).lease_ids.listed_at
        return not listed_at or listed_at < fields.Datetime.now() - LIST_EVERY

    def fetch(self, session, states):
        """:param states: what the server tells of its folders, see ``list_states``"""
        listing = session.list_folders()
        quota = self._quota(session)
        renamed = find_renamed(self.worker, session, listing, states)
        self.worker.commit(lambda env: self._store(env, listing, quota, renamed))

    def _quota(self, session) -> Quota | None:
        """How full the mailbox is, where the server tells."""
        if not session.offers("QUOTA"):
            return None
        try:
            return session.quota("INBOX")
        except MailError as error:
            if not error.connection_usable:
                raise
            return None

    def _store(self, env, listing, quota, renamed):
        account = self.worker.account(env)
        env["crm.mail.folder"]._store_listing(account, listing, renamed)
        account.lease_ids.write(
            {
                "listed_at": fields.Datetime.now(),
                "quota_used": quota.used if quota else 0,
                "quota_limit": quota.limit if quota else 0,
            }
        )
