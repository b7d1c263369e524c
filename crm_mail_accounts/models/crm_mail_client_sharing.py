# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import client_payload

LONGEST = 10_000
"""Characters of a comment."""
MOST_NAMED = 50
PROPOSED = 8
GROUP = "crm_mail_accounts.group_user"


class CrmMailClient(models.AbstractModel):
    """A conversation between colleagues about a mail, which is how it is shared [D3].

    Whoever is named there may read that mail (``crm.mail.share``) until that is
    withdrawn.  The mailbox's owner, and delegates who act for them, name anybody who
    uses mailboxes; the others name those who read the mail anyway.
    """

    _inherit = "crm.mail.client"

    @api.model
    def conversation(self, message_id) -> dict:
        """What colleagues say about a mail, and who can read it.

        :return: ``{comments: [{id, author: {id, name, avatar_url}, body, named: [name],
            date, mine}], readers: [{user_id, name, kind, share_id, opened_at,
            may_withdraw}], may_share}``; ``kind``: ``owner``, ``delegate``, ``shared``
        :raises AccessError: not the user's to read
        """
        message = self._readable("crm.mail.message", message_id)
        self._note_opened(message)
        # sudo: names of the mail's readers, for its readers; the mail itself was
        # checked above
        comments = message.sudo().comment_ids
        return {
            "comments": [self._comment_payload(each) for each in comments],
            "readers": self._reader_payloads(message),
            "may_share": message._may_share(),
        }

    @api.model
    def comment(self, message_id, body, named_ids=()) -> dict:
        """Say something about a mail, and give the mail to those who are named.

        :param named_ids: users
        :return: :meth:`conversation`
        :raises AccessError: not the user's mail, or not theirs to give to others
        :raises UserError: nothing was written; a named person does not use mailboxes
        """
        message = self._readable("crm.mail.message", message_id)
        text = str(body or "").strip()
        if not text:
            raise UserError(self.env._("Write something first."))
        if len(text) > LONGEST:
            raise UserError(
                self.env._(
                    "This is too long: %(most)s characters at most.", most=LONGEST
                )
            )
        named = self._named(message, named_ids)
        # sudo: users create none by RPC, so that none exists that was not checked here
        comment = self.env["crm.mail.comment"].sudo()
        comment = comment.create(
            {
                "message_id": message.id,
                "author_id": self.env.uid,
                "body": text,
                "named_ids": [fields.Command.set(named.ids)],
            }
        )
        note = {
            "message_id": message.id,
            "author": self.env.user.name,
            "subject": message.subject or "",
        }
        self.env["crm.mail.share"]._tell(named - self.env.user, note)
        comment._tell()
        return self.conversation(message.id)

    @api.model
    def delete_comment(self, comment_id) -> dict:
        """Take back what one has said; who was named by it keeps the mail.

        :return: :meth:`conversation`
        """
        comment = self._readable("crm.mail.comment", comment_id)
        if comment.author_id != self.env.user:
            raise AccessError(self.env._("Somebody else has written this."))
        message = comment.message_id
        # sudo: the author was compared just before
        comment.sudo().unlink()
        return self.conversation(message.id)

    @api.model
    def withdraw_share(self, share_id) -> dict | bool:
        """End a colleague's right to a mail; everybody may end their own.

        :return: :meth:`conversation`, or true when it was one's own
        :raises AccessError: not the user's to withdraw
        """
        share = self._readable("crm.mail.share", share_id)
        message, own = share.message_id, share.user_id == self.env.user
        if not (own or message._may_share()):
            raise AccessError(
                self.env._("Only the owner of the mailbox can withdraw this.")
            )
        # sudo: users have no right to change shares; asked just before
        share.sudo().unlink()
        return True if own else self.conversation(message.id)

    @api.model
    def share_candidates(self, message_id, term="") -> list[dict]:
        """Colleagues who may be named beside a mail.

        :return: ``[{id, name, avatar_url, reads}]``; ``reads``: they read the mail
            already
        """
        message = self._readable("crm.mail.message", message_id)
        # sudo: who reads a mail is told to its readers
        readers = message.sudo()._readers()
        domain = self._colleagues() & Domain("id", "!=", self.env.uid)
        if not message._may_share():
            domain &= Domain("id", "in", readers.ids)
        if str(term or "").strip():
            domain &= Domain("name", "ilike", str(term).strip())
        users = self.env["res.users"].search(domain, limit=PROPOSED, order="name")
        return [{**self._person(user), "reads": user in readers} for user in users]

    # -- helpers -----------------------------------------------------------------

    @api.model
    def _colleagues(self) -> Domain:
        """Users who may use mailboxes, of the user's companies."""
        # sudo: who is in a group is closed to users; only names leave
        group = self.env.ref(GROUP).sudo()
        return Domain("id", "in", group.all_user_ids.ids) & Domain(
            "company_ids", "in", self.env.companies.ids
        )

    def _named(self, message, named_ids):
        """The named users, who may read the mail from now on."""
        ids = {int(user_id) for user_id in list(named_ids or ())[:MOST_NAMED]}
        users = self.env["res.users"].search(
            self._colleagues() & Domain("id", "in", list(ids))
        )
        if len(users) != len(ids):
            raise UserError(
                self.env._("Somebody whom you named does not use mailboxes.")
            )
        # sudo: as in share_candidates; who may give the mail away is asked first
        new = users - message.sudo()._readers()
        if new and not message._may_share():
            raise AccessError(
                self.env._(
                    "Only the owner of the mailbox can give this mail to others. Name "
                    "those who read it already."
                )
            )
        self.env["crm.mail.share"].sudo().create(
            [{"message_id": message.id, "user_id": user.id} for user in new]
        )
        return users

    def _note_opened(self, message):
        # sudo: a reader has no right to change shares; this notes their own look
        shares = message.sudo().share_ids
        unopened = shares.filtered(
            lambda share: share.user_id == self.env.user and not share.opened_at
        )
        if unopened:
            unopened.opened_at = fields.Datetime.now()

    def _person(self, user) -> dict:
        return client_payload.person(user)

    def _comment_payload(self, comment) -> dict:
        return {
            "id": comment.id,
            "author": self._person(comment.author_id),
            "body": comment.body,
            "named": comment.named_ids.mapped("name"),
            "date": fields.Datetime.to_string(comment.create_date),
            "mine": comment.author_id == self.env.user,
        }

    def _reader_payloads(self, message) -> list[dict]:
        """Who can read the mail: its owner, those of the mailbox, those it is shared
        with."""
        may_share = message._may_share()
        # sudo: as in conversation
        mail = message.sudo()
        readers = [self._reader(mail.user_id, "owner")]
        readers += [
            self._reader(user, "delegate")
            for user in mail.account_id.delegate_ids._in_force().user_id
        ]
        for share in mail.share_ids:
            own = share.user_id == self.env.user
            readers.append(
                {
                    **self._reader(share.user_id, "shared"),
                    "share_id": share.id,
                    "opened_at": fields.Datetime.to_string(share.opened_at) or False,
                    "may_withdraw": own or may_share,
                }
            )
        return readers

    def _reader(self, user, kind: str) -> dict:
        return {
            "user_id": user.id,
            "name": user.name,
            "kind": kind,
            "share_id": False,
            "opened_at": False,
            "may_withdraw": False,
        }
