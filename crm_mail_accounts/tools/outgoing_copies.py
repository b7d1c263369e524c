"""Copies of sent mails in Sent: there exactly once, whoever puts them there.

Before a mail is appended, Sent is looked through for it: many providers file what they
send by themselves, and only some are known for it.  What an account's provider does is
learned (``crm.mail.account.lease.files_sent``) and unlearned.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta, timezone

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.imap.append import Before, NewMail
from ..mailkit.imap.verify import Expected
from ..mailkit.sync.backoff import pause_after
from ..mailkit.sync.operations import LOOK_PAUSE
from .error_messages import describe
from .outgoing_work import Copy, Work, find

BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
LOOKS = (5, 15, 30, 120, 420)
"""Seconds between looks for a copy that the provider may put into Sent itself."""
NO_FOLDER_PAUSE = 600


class SentCopies:
    """A part of ``OutgoingMailbox``."""

    def _look(self, session, work: Work) -> None:
        """Is it there already? Its provider may have filed it, or it was lost on its
        way, or nobody knows whether it left."""
        wanted = defaultdict(dict)
        lowest: dict[tuple, int] = {}
        for copy in work.copies:
            if copy.before is None or not copy.raw_name:
                continue
            key = (copy.raw_name, copy.before.uidvalidity)
            wanted[key][copy.id] = Expected(message_id=copy.message_id)
            lowest[key] = min(copy.before.uidnext, lowest.get(key, copy.before.uidnext))
        found: dict[int, tuple[int, int]] = {}
        for (raw, uidvalidity), identities in wanted.items():
            before = Before(uidvalidity, lowest[raw, uidvalidity])
            validity, uids = find(session, raw, before, identities)
            found |= {one: (validity, uid) for one, uid in uids.items()}
        if found:
            self.commit(lambda env: self._filed(env, found, work.copies))
        rest = []
        for copy in work.copies:
            if copy.id in found:
                continue
            if copy.uncertain:
                self.commit(lambda env, c=copy: self._look_again(env, c))
            elif (
                copy.provider_files
                and not copy.storing
                and copy.before
                and copy.looks < len(LOOKS)
            ):
                self.commit(lambda env, c=copy: self._look_again(env, c))
            else:
                rest.append(copy)
        if any(copy.provider_files and copy.looks >= len(LOOKS) for copy in rest):
            # looked for often enough: this provider does not, or does no longer
            self.commit(lambda env: self._learn(env, False))
        work.copies = rest

    def _look_again(self, env, copy: Copy) -> None:
        mail = env["crm.mail.outgoing"].browse(copy.id)
        more = copy.looks < len(LOOKS) and mail.filing_uidnext
        mail.write(
            {
                "filing_tries": copy.looks + 1,
                "next_at": fields.Datetime.now() + timedelta(seconds=LOOKS[copy.looks])
                if more
                else False,
            }
        )

    def _filed(self, env, places: dict[int, tuple[int, int]], copies) -> None:
        storing = {copy.id for copy in copies if copy.storing}
        for mail in env["crm.mail.outgoing"].browse(list(places)):
            uidvalidity, uid = places[mail.id]
            mail._filed(uidvalidity, uid, by_us=mail.id in storing)
            self.touched |= set(mail.filing_folder_id.ids)
        if places.keys() - storing:
            self._learn(env, True)

    def _learn(self, env, files: bool) -> None:
        lease = self.account(env).lease_ids
        if lease.files_sent != files:
            lease.files_sent = files

    def _store(self, session, work: Work) -> None:
        if not work.copies:
            return
        if work.sent is None:
            ids = [copy.id for copy in work.copies]
            self.commit(lambda env: self._no_folder(env, ids))
            return
        try:
            before = session.before(work.sent)
            while work.copies:
                batch, work.copies = work.copies[:BATCH], work.copies[BATCH:]
                self._store_batch(session, work.sent, before, batch)
        except MailError as error:
            refused = error
            ids = [copy.id for copy in work.copies]
            self.commit(lambda env: self._not_stored(env, ids, refused))
            if not error.connection_usable:
                raise

    def _store_batch(self, session, raw, before: Before, batch: list[Copy]) -> None:
        mails = self.commit(lambda env: self._announce(env, batch, before))
        while mails:
            now, size = {}, 0
            while mails and (not now or size < BATCH_BYTES):
                outgoing_id = next(iter(mails))
                now[outgoing_id] = mails.pop(outgoing_id)
                size += len(now[outgoing_id].content)
            ids = list(now)
            try:
                results = session.append_many(raw, list(now.values()))
                lost = None
            except MailError as error:
                results, lost = error.facts or [], error
            self.commit(
                lambda env, i=ids, r=results, e=lost: self._stored(env, i, r, e)
            )
            if lost is not None:
                if mails:
                    rest = list(mails)
                    self.commit(lambda env, i=rest, e=lost: self._not_stored(env, i, e))
                raise lost

    def _announce(self, env, batch: list[Copy], before: Before) -> dict[int, NewMail]:
        """From now on the copies may be there."""
        mails = env["crm.mail.outgoing"].browse([copy.id for copy in batch])
        mails.write(
            {
                "filing": "storing",
                "filing_folder_id": mails.account_id.folder_ids.filtered(
                    lambda folder: folder.role == "sent"
                )[:1].id,
                "filing_uidvalidity": before.uidvalidity,
                "filing_uidnext": before.uidnext,
                "next_at": fields.Datetime.now() + timedelta(seconds=LOOK_PAUSE),
            }
        )
        contents = mails._stored_raws()
        return {
            mail.id: NewMail(
                contents.get(mail.id, b""),
                ("\\Seen",),
                mail.sent_at.replace(tzinfo=timezone.utc),
            )
            for mail in mails
        }

    def _stored(self, env, ids: list[int], results, lost: MailError | None) -> None:
        """``results`` may be shorter than ``ids``: what follows is not known."""
        mails = env["crm.mail.outgoing"].browse(ids)
        for mail, result in zip(mails, results, strict=False):
            if result.error is not None:
                self._not_stored(env, [mail.id], result.error)
            else:
                mail._filed(*(result.place or (False, False)), by_us=True)
                self.touched |= set(mail.filing_folder_id.ids)
        if lost is not None and lost.connection_usable:
            # refused, hence certainly not there
            self._not_stored(env, ids[len(results) :], lost)

    def _not_stored(self, env, ids: list[int], error: MailError) -> None:
        """Tried for ever, and shown: the mail has left, only its copy is missing.

        A copy whose fate is open stays ``storing``, to be looked for.
        """
        for mail in env["crm.mail.outgoing"].browse(ids):
            language = env(context={"lang": mail.user_id.lang})
            mail.write(
                {
                    "filing": "waiting" if error.connection_usable else mail.filing,
                    "filing_tries": mail.filing_tries + 1,
                    "filing_error": describe(language, error, self.endpoint).text,
                    "next_at": fields.Datetime.now()
                    + timedelta(seconds=pause_after(error, mail.filing_tries + 1)),
                }
            )

    def _no_folder(self, env, ids: list[int]) -> None:
        for mail in env["crm.mail.outgoing"].browse(ids):
            language = env(context={"lang": mail.user_id.lang})
            mail.write(
                {
                    "filing_tries": mail.filing_tries + 1,
                    "filing_error": language._(
                        "The mail was sent, but this mailbox has no folder for sent "
                        "mail: map one under Folders."
                    ),
                    "next_at": fields.Datetime.now()
                    + timedelta(seconds=NO_FOLDER_PAUSE),
                }
            )


def copy_of(mail) -> Copy:
    folder = mail.filing_folder_id
    return Copy(
        id=mail.id,
        message_id=mail.message_id,
        sent_at=mail.sent_at,
        looks=mail.filing_tries,
        before=Before(mail.filing_uidvalidity, mail.filing_uidnext)
        if mail.filing_uidnext
        else None,
        raw_name=folder.raw or None,
        uncertain=mail.state == "uncertain",
        storing=mail.filing == "storing",
        provider_files=mail._provider_files(),
    )
