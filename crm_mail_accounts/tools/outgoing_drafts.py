"""Versions of drafts in Drafts: the newest one is stored, older ones are removed.

What is removed was stored from here, and is known by its UID and its ``X-CRM-Op``.
"""

from __future__ import annotations

import logging

from ..mailkit.errors import MailError, UidValidityChanged
from ..mailkit.imap.append import Before
from ..mailkit.imap.verify import Expected
from .outgoing_work import Version, Work, find

_logger = logging.getLogger(__name__)

REFUSED_PAUSE = 600
"""Seconds until a server that would not remove a version is asked again."""


class ServerDrafts:
    """A part of ``OutgoingMailbox``."""

    def _push_draft(self, session, work: Work, outgoing_id: int) -> None:
        """APPEND the newest version, then forget the one before it."""
        try:
            before = session.before(work.drafts)
            version = self.commit(
                lambda env: env["crm.mail.outgoing"]
                .browse(outgoing_id)
                ._next_version(before)
            )
            if version is None:
                return
            if version.before is not None:
                self._find_lost(session, work, version)
                return
            place = session.append(work.drafts, version.content, ("\\Seen", "\\Draft"))
            if place is None:
                known = {0: Expected(operation=version.token)}
                found = session.find_appended(work.drafts, before, known)
                place = (before.uidvalidity, found.get(0, 0))
        except MailError as error:
            refused = error
            self.commit(
                lambda env: env["crm.mail.outgoing"]
                .browse(outgoing_id)
                ._draft_refused(refused)
            )
            if not error.connection_usable:
                raise
            return
        self._bound(work, version, place)

    def _find_lost(self, session, work: Work, version: Version) -> None:
        """The version whose answer was lost; the next turn stores the newest one."""
        identity = {0: Expected(operation=version.token)}
        validity, found = find(session, work.drafts, version.before, identity)
        if found:
            self._bound(work, version, (validity, found[0]))
        else:
            self.commit(
                lambda env: env["crm.mail.outgoing"].browse(version.id)._forget_lost()
            )

    def _bound(self, work: Work, version: Version, place: tuple[int, int]) -> None:
        def bind(env):
            mail = env["crm.mail.outgoing"].browse(version.id)
            old = mail._draft_stored(version, *place)
            self.touched |= set(mail.draft_folder_id.ids)
            return [(mail.id, work.drafts, *rest) for _folder, *rest in old]

        work.remove += self.commit(bind)

    def _remove(self, session, work: Work) -> None:
        for outgoing_id, raw, uidvalidity, uid, token, message_id in work.remove:
            known = Expected(message_id=message_id or None, operation=token or None)
            try:
                if not uid:
                    uids = find(session, raw, Before(uidvalidity, 1), {0: known})[1]
                    uid_now = uids.get(0)
                else:
                    uid_now = uid
                if uid_now:
                    session.open_known(raw, uidvalidity=uidvalidity)
                    session.expunge({uid_now: known}, uidvalidity=uidvalidity)
            except UidValidityChanged:
                # numbered anew: the next look finds it by what it says of itself
                told = session.state.uidvalidity or 1
                self.commit(
                    lambda env, o=outgoing_id, u=uid, t=told: env["crm.mail.outgoing"]
                    .browse(o)
                    ._old_moved(u, t)
                )
                continue
            except MailError as error:
                if not error.connection_usable:
                    raise
                if error.code != "folder_missing":
                    _logger.info("draft %s stays: %s", outgoing_id, error.code)
                    self.commit(
                        lambda env, o=outgoing_id: env["crm.mail.outgoing"]
                        .browse(o)
                        ._old_stays(REFUSED_PAUSE)
                    )
                    continue
            self.commit(
                lambda env, o=outgoing_id, u=uid, r=raw: self._removed(env, o, u, r)
            )

    def _removed(self, env, outgoing_id: int, uid: int, raw: str) -> None:
        self.touched |= set(
            self.account(env).folder_ids.filtered(lambda f: f.raw == raw).ids
        )
        env["crm.mail.outgoing"].browse(outgoing_id)._old_removed(uid)
