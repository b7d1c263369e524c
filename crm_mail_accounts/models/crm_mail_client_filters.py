# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError

from ..mailkit.errors import UidValidityChanged
from ..mailkit.rules import match
from ..tools import client_payload
from ..tools.arrivals import HEAD_OCTETS
from ..tools.message_rows import message_rows

TRIED = 2000
"""Newest mails among which a filter that is not saved is tried."""
TRIED_INSIDE = 200
"""Of these, how many cached ones are opened for conditions on text and header."""
SAMPLE = 8
AT_ONCE = 500
"""Mails of one call of :meth:`filter_run`."""
AT_ONCE_INSIDE = 50
"""The same, where mails must be fetched to tell."""
TRIED_IN = ("inbox", "archive", "none")
FILTER_FIELDS = ("name", "active", "match", "stop")
CONDITION_FIELDS = ("field", "header", "negated", "operator", "value")
ACTION_FIELDS = ("kind", "folder_id", "keyword", "address")


class CrmMailClient(models.AbstractModel):
    """Filters in the mail screen [E4].

    They are their owner's alone: the record rules keep everybody else out, delegates
    too, because a filter goes on acting in the owner's name.
    """

    _inherit = "crm.mail.client"

    @api.model
    def filters_list(self, account_id) -> dict:
        """The filters of a mailbox in their order, and templates for new ones.

        :return: ``{filters, templates}``, all as :meth:`filter_save` takes them
        """
        account = self._own_account(account_id)
        filters = self._filters_of(account)
        return {
            "filters": [client_payload.filter_payload(each) for each in filters],
            "templates": self._filter_templates(account),
        }

    @api.model
    def filter_save(self, account_id, values) -> dict:
        """Make a filter, or change the one whose ``id`` is among the values.

        :param values: ``{id, name, active, match, stop, conditions, actions}``;
            conditions are ``{field, header, negated, operator, value}``, actions
            ``{kind, folder_id, keyword, address}``; see ``mailkit/rules/match.py``
        :return: its payload
        :raises ValidationError: what is missing, in words
        """
        account = self._own_account(account_id)
        vals = {name: values[name] for name in FILTER_FIELDS if name in values}
        for name, target, known in (
            ("conditions", "condition_ids", CONDITION_FIELDS),
            ("actions", "action_ids", ACTION_FIELDS),
        ):
            if name in values:
                vals[target] = [Command.clear()] + [
                    Command.create(
                        {"sequence": number}
                        | {field: line[field] for field in known if field in line}
                    )
                    for number, line in enumerate(values[name])
                ]
        if values.get("id"):
            saved = self._readable("crm.mail.filter", values["id"])
            saved.write(vals)
        else:
            last = self._filters_of(account)[-1:]
            saved = self.env["crm.mail.filter"].create(
                {"account_id": account.id, "sequence": last.sequence + 1, **vals}
            )
        return client_payload.filter_payload(saved)

    @api.model
    def filter_delete(self, filter_id) -> bool:
        self._readable("crm.mail.filter", filter_id).unlink()
        return True

    @api.model
    def filter_reorder(self, account_id, filter_ids) -> bool:
        """The filters of a mailbox in another order."""
        known = self._filters_of(self._own_account(account_id))
        wanted = [int(filter_id) for filter_id in filter_ids]
        rest = [filter_id for filter_id in known.ids if filter_id not in wanted]
        order = {number: place for place, number in enumerate([*wanted, *rest])}
        for each in known:
            each.sequence = order[each.id]
        return True

    @api.model
    def filter_try(self, account_id, values) -> dict:
        """Which of the newest mails a filter would match, saved or not.

        :return: ``{count, looked_at, unknown, rows}``; ``unknown``: mails whose text
            is not here; ``rows``: the newest that match
        """
        account = self._own_account(account_id)
        rule = self.env["crm.mail.filter"]._rule_of(dict(values))
        for condition in rule.conditions:
            if condition.problem():
                raise UserError(
                    self.env._("Fill in every condition first; then it can be tried.")
                )
        messages = self.env["crm.mail.message"].search(
            [
                ("account_id", "=", account.id),
                ("shown_folder_id.role", "in", TRIED_IN),
            ],
            limit=TRIED,
        )
        kinds = any(condition.field == "sender" for condition in rule.conditions)
        facts = account._facts_for(messages, kinds)
        open_ones = messages.filtered(
            lambda mail: match.matches(rule, facts[mail.id]) is None
        )
        heads = {
            mail.id: raw[:HEAD_OCTETS]
            for mail in open_ones[:TRIED_INSIDE]
            if (raw := mail._cached_raw())
        }
        known = open_ones.browse(heads)
        facts.update(account._facts_for(known, kinds, heads))
        found = messages.filtered(lambda mail: match.matches(rule, facts[mail.id]))
        return {
            "count": len(found),
            "looked_at": len(messages),
            "unknown": len(open_ones - known),
            "rows": message_rows(self.env, found[:SAMPLE].ids),
        }

    @api.model
    def filter_run(self, filter_ids, folder_id, before=False) -> dict:
        """Apply filters to a part of a folder, the newest mails first.

        What is only for new mail, forwarding and notifying, is left out.

        Call it again with the ``before`` of its answer until that is false; hand all
        ``moved`` to :meth:`undo_move` to take the moves back.

        :return: ``{done, matched, moved: [[message id, folder id before]], before,
            total}``
        :raises UserError: the mails that must be looked into cannot be fetched
        """
        folder = self._readable("crm.mail.folder", folder_id)
        account = self._own_account(folder.account_id.id)
        filters = self.env["crm.mail.filter"].browse(map(int, filter_ids)).exists()
        filters.check_access("read")
        if filters.account_id - account:
            raise UserError(self.env._("Those filters belong to another mailbox."))
        account._repair_filters(filters)
        inside = account._look_inside(filters)
        # where the server has them: a mail that is being moved is looked at there
        here = [
            ("shown_folder_id", "=", folder.id),
            ("folder_id", "=", folder.id),
            ("uid", "!=", False),
        ]
        total = self.env["crm.mail.message"].search_count(here)
        page = [*here, ("id", "<", int(before))] if before else here
        limit = AT_ONCE_INSIDE if inside else AT_ONCE
        messages = self.env["crm.mail.message"].search(
            page, limit=limit, order="id desc"
        )
        heads = self._look_into(account, filters, messages) if inside else {}
        done = account._apply_filters(filters, messages.exists(), heads)
        return {
            "done": len(messages),
            "matched": done["matched"],
            "moved": done["moved"],
            "before": len(messages) == limit and messages[-1:].id,
            "total": total,
        }

    @api.model
    def filter_from_message(self, message_id) -> dict:
        """Values for a filter of mails like this one: of its list, else its sender."""
        message = self._readable("crm.mail.message", message_id)
        self._own_account(message.account_id.id)
        if message.list_id:
            condition = self._condition("list", "is", message.list_id)
            name = message.from_name or message.list_id
        else:
            condition = self._condition("from", "is", message.from_email or "")
            name = message.from_name or message.from_email or ""
        return {
            "name": name,
            "active": True,
            "match": "all",
            "stop": False,
            "conditions": [condition],
            "actions": [self._action("move")],
        }

    # -- helpers -----------------------------------------------------------------

    def _own_account(self, account_id):
        """:raises AccessError: somebody else's mailbox, a delegate's included"""
        account = self._readable("crm.mail.account", account_id)
        if account.user_id != self.env.user:
            raise AccessError(
                self.env._("Filters and out of office belong to the mailbox's owner.")
            )
        return account

    def _filters_of(self, account):
        filters = self.env["crm.mail.filter"].with_context(active_test=False)
        return filters.search([("account_id", "=", account.id)])

    @staticmethod
    def _condition(field, operator, value="", header="", negated=False) -> dict:
        return {
            "field": field,
            "header": header,
            "negated": negated,
            "operator": operator,
            "value": value,
        }

    @staticmethod
    def _action(kind) -> dict:
        return {"kind": kind, "folder_id": False, "keyword": "", "address": ""}

    def _filter_templates(self, account) -> list[dict]:
        """``folder_name``: of the folder that the action is to make or to use."""
        condition = self._condition
        templates = (
            (
                self.env._("Newsletters"),
                "all",
                [condition("list", "exists")],
            ),
            (
                # Receipts of Italian certified mail (DPR 68/2005); those that say that
                # a mail did not arrive stay in the inbox, and none is marked as read.
                self.env._("Certified-mail receipts"),
                "any",
                [
                    condition("subject", "begins", "ACCETTAZIONE:"),
                    condition("subject", "begins", "CONSEGNA:"),
                ],
            ),
            (
                self.env._("Unknown senders"),
                "all",
                [
                    condition("sender", "is", "unknown"),
                    condition("list", "exists", negated=True),
                ],
            ),
        )
        found = []
        for name, how, conditions in templates:
            folder = account.folder_ids.filtered(
                lambda folder, name=name: folder.name == name and folder.selectable
            )[:1]
            found.append(
                {
                    "name": name,
                    "active": True,
                    "match": how,
                    "stop": False,
                    "conditions": conditions,
                    "actions": [
                        {
                            **self._action("move"),
                            "folder_id": folder.id,
                            "folder_name": name,
                        }
                    ],
                }
            )
        return found

    def _look_into(self, account, filters, messages) -> dict[int, bytes]:
        """First bytes of the mails that must be looked into, by id."""
        rules = filters._rules()
        facts = account._facts(filters, messages)
        wanted = {
            mail.uid: mail.id
            for mail in messages
            if match.undecided(rules, facts[mail.id])
        }
        if not wanted:
            return {}
        raw_name, uidvalidity = messages.folder_id[:1].raw, messages[:1].uidvalidity

        def fetch(session):
            if (session.examine(raw_name).uidvalidity or 1) != uidvalidity:
                raise UidValidityChanged(raw_name)
            return session.fetch_heads(wanted, HEAD_OCTETS)

        fetched = account._at_mailbox(fetch)
        return {wanted[uid]: head for uid, head in fetched.items()}
