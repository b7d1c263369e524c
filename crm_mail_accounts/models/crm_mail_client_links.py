# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.exceptions import UserError

from ..tools import client_payload, link_audience, link_rules, link_search


class CrmMailClient(models.AbstractModel):
    """What the mail screen does to link mails to records."""

    _inherit = "crm.mail.client"

    @api.model
    def link_message(self, message_id, model, res_id, content=False) -> dict:
        """Link the mail to a record and show it in the record's chatter.

        :param content: ``whole``, ``text`` or ``fact``; false: as the mailbox says
        :return: the link, see ``tools/client_payload.link_payload``
        :raises AccessError: not the user's mail, or no right to post on the record
        """
        message = self._linked_by_user(message_id)
        link = self.env["crm.mail.link"]._link(
            message,
            model,
            int(res_id),
            self._by_hand(),
            content or message._link_content(),
        )
        return client_payload.link_payload(link)

    @api.model
    def link_thread(self, message_id, model, res_id, content=False) -> list[dict]:
        """Link every mail of the mail's conversation.

        Those that were never opened are posted when the worker has fetched them.

        :return: the links, see ``tools/client_payload.link_payload``
        :raises AccessError: as :meth:`link_message`
        """
        message = self._linked_by_user(message_id)
        links = self.env["crm.mail.link"]._link_later(
            self._conversation(message),
            model,
            int(res_id),
            self._by_hand(),
            content or message._link_content(),
        )
        message.account_id._request_sync()
        return [client_payload.link_payload(link) for link in links]

    @api.model
    def unlink_message(self, link_id) -> bool:
        """Take a link back, with what it posted."""
        link = self._readable("crm.mail.link", link_id)
        message = link.message_id
        own = message.shared_with_me and link.create_uid == self.env.user
        if not own:
            message.account_id._check_may_act()
        # sudo: the rules let the owner alone remove links; a delegate who may act, and
        # a colleague who had linked what is shared with them, were checked above
        link.sudo().unlink()
        return True

    # -- what to link to -------------------------------------------------------------

    @api.model
    def search_records(self, message_id, term="", model=False) -> list[dict]:
        """Records that the mail may be linked to; what the user may read.

        What has to do with the mail's people comes first; without a term only that.

        :param model: search this model alone, one of those of :meth:`link_options`
        :return: ``[{model, model_label, res_id, name, subtitle}]``
        """
        message = self._readable("crm.mail.message", message_id)
        partner = self._partner_of(message._correspondent()[1])
        if model and not self.env["crm.mail.link"]._has_chatter(model):
            raise UserError(
                self.env._("A mail can only be linked to a record that has a chatter.")
            )
        return link_search.search(self.env, partner, str(term or "").strip(), model)

    @api.model
    def link_options(self, message_id) -> dict:
        """What there is to choose before the mail is linked.

        :return: ``{models, content, mails, visibility}``: what the user reads and mails
            can be linked to (``[{model, label}]``), what the mailbox posts unless told
            otherwise, how many mails :meth:`link_thread` would link, and what
            colleagues see at most (see :meth:`visibility`)
        """
        message = self._readable("crm.mail.message", message_id)
        return {
            "models": link_search.linkable_models(self.env),
            "content": message._link_content(),
            "mails": len(self._conversation(message)),
            "visibility": message._visibility(),
        }

    @api.model
    def link_audience(self, model, res_id) -> dict:
        """Who can read what is posted on a record, beside the user.

        Asked of each colleague while they are few, and always of people outside who
        have a login and to do with the record.

        :return: ``{names, more, outside}``: some colleagues by name and how many there
            are beside them, ``names`` false where they are too many to be asked;
            ``outside`` names customers who read it in the portal
        :raises AccessError: the record is not the user's to read
        """
        return link_audience.audience(self._readable_record(model, res_id))

    # -- suggestions -------------------------------------------------------------------

    @api.model
    def link_suggestions(self, message_id) -> list[dict]:
        """What the rules would link the open mail to, where they are set to ask.

        :return: as :meth:`search_records`, with ``reason`` in words
        """
        message = self._readable("crm.mail.message", message_id)
        account = message.account_id
        if (
            message.shared_with_me
            or account.link_rule != "ask"
            or not account._has_right("act")
        ):
            return []
        # sudo: the rules read tables that are closed to users (the keys of
        # conversations, what was refused), and propose only what the mailbox's owner
        # may post on; a delegate sees of it what they may read
        found = link_rules.propose(account.sudo(), message.sudo())
        reasons = self.env["crm.mail.link"]._names_of_reasons()
        suggestions = []
        for one in found.get(message.id, ()):
            record = self.env[one.model].browse(one.res_id)
            if link_rules.postable(self.env[one.model], [one.res_id]):
                payload = link_search.record_payload(record)
                suggestions.append({**payload, "reason": reasons[one.rule]})
        return suggestions

    @api.model
    def dismiss_suggestion(self, message_id, model, res_id) -> bool:
        """The mail does not belong to that record: no rule says so again."""
        message = self._linked_by_user(message_id)
        # sudo: what was refused is the rules' own table
        refusals = self.env["crm.mail.link.refusal"].sudo()
        refusals._remember({(message.id, str(model), int(res_id))})
        return True

    # -- helpers -----------------------------------------------------------------------

    def _conversation(self, message):
        """The mail and the others of its conversation; not what is being written."""
        mails = self.env["crm.mail.message"]
        if message.thread_id:
            mails = mails.search(
                [
                    ("thread_id", "=", message.thread_id.id),
                    ("account_id", "=", message.account_id.id),
                    ("draft", "=", False),
                ]
            )
        return mails | message

    def _linked_by_user(self, message_id):
        """The mail, when the user may link it.

        A colleague with whom the mail is shared may: linking changes no mailbox.

        :raises AccessError: not the user's, or theirs to read only
        """
        message = self._readable("crm.mail.message", message_id)
        if not message.shared_with_me:
            message.account_id._check_may_act()
        return message

    def _by_hand(self) -> str:
        return self.env._("Linked by %(user)s", user=self.env.user.name)
