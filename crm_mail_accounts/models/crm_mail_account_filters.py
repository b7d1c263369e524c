# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from collections import defaultdict

from odoo import fields, models

from ..mailkit.rules import match
from ..mailkit.sync.operations import Kind
from ..tools import filter_facts
from ..tools import flags as bits
from ..tools.arrivals import HEADS, Heads


class CrmMailAccount(models.Model):
    """What filters do with mails.

    Every effect is a row of the running transaction: an operation for the mail server,
    a link, an opportunity.  So it happens once for a new mail, wherever a worker dies.
    """

    _inherit = "crm.mail.account"

    filter_ids = fields.One2many("crm.mail.filter", "account_id", "Filters")

    # -- new mail ----------------------------------------------------------------

    def _arrived_filters(self, messages):
        super()._arrived_filters(messages)
        here = self._filterable(messages)
        filters = self.filter_ids if here else self.filter_ids.browse()
        if not filters:
            return
        self._repair_filters(filters)
        heads = (self.env.context.get(HEADS) or Heads()).by_id
        self._apply_filters(filters, here, heads, new=True)

    def _arrived_heads_wanted(self, messages):
        wanted = super()._arrived_heads_wanted(messages)
        filters = self.filter_ids
        if not self._look_inside(filters):
            return wanted
        here = self._filterable(messages)
        return wanted | self._undecided(filters, here)

    def _arrived_bodies_wanted(self, messages):
        """Whole, what may be forwarded."""
        wanted = super()._arrived_bodies_wanted(messages)
        forwarding = self.filter_ids.filtered(
            lambda each: "forward" in each.action_ids.mapped("kind")
        )
        here = self._filterable(messages) if forwarding else messages.browse()
        if not here:
            return wanted
        rules = forwarding._rules()
        facts = self._facts(forwarding, here)
        return wanted | here.filtered(
            lambda mail: any(
                match.matches(rule, facts[mail.id]) is not False for rule in rules
            )
        )

    def _filterable(self, messages):
        """Filters are for what comes into the inbox and still is there: another client
        may have moved a mail meanwhile."""
        return messages.filtered(
            lambda mail: mail.uid and mail.shown_folder_id.role == "inbox"
        )

    @staticmethod
    def _look_inside(filters) -> bool:
        """Whether a filter asks for more than the index knows."""
        return any(
            condition.field in ("body", "header") for condition in filters.condition_ids
        )

    def _undecided(self, filters, messages):
        """Those of the mails that must be fetched to know which filters are theirs."""
        rules = filters._rules()
        facts = self._facts(filters, messages)
        return messages.filtered(lambda mail: match.undecided(rules, facts[mail.id]))

    def _facts(self, filters, messages, heads=None):
        kinds = any(condition.field == "sender" for condition in filters.condition_ids)
        return self._facts_for(messages, kinds, heads)

    def _facts_for(self, messages, kinds: bool, heads=None):
        """``kinds``: whether it matters who the senders are."""
        known = {}
        if kinds:
            # what the owner may read decides who is a contact
            env = self.env(user=self.user_id.id, su=False)
            known = filter_facts.sender_kinds(env, set(messages.mapped("from_email")))
        return filter_facts.facts_of(messages, known, heads)

    # -- applying ------------------------------------------------------------------

    def _apply_filters(self, filters, messages, heads=None, new=False) -> dict:
        """Do what the filters want with mails of this account.

        ``heads``: first bytes of mails by id, for conditions that look inside. ``new``:
        the mails have just come in; others are neither told of nor forwarded.

        :return: ``{matched, moved: [[message id, folder id before]]}``
        """
        self.ensure_one()
        rules = filters._rules()
        facts = self._facts(filters, messages, heads)
        plans = {mail: match.plan(rules, facts[mail.id]) for mail in messages}
        plans = {mail: plan for mail, plan in plans.items() if plan.matched}
        if not plans:
            return {"matched": 0, "moved": []}
        names = {each.id: each.name for each in filters}
        if new:
            muted = [mail.id for mail, plan in plans.items() if plan.mute]
            self.env["crm.mail.message"].browse(muted).quiet = True
            self._forward_plans(plans, names)
        self._enqueue_marks(plans)
        moved = self._enqueue_places(plans, names)
        for mail, plan in plans.items():
            for number, deed in (
                (plan.link, "_filter_link"),
                (plan.opportunity, "_filter_opportunity"),
                (new and plan.notify, "_filter_notify"),
            ):
                if number:
                    self._do_filter(deed, mail, names[number])
        self._count_matched(filters, plans.values())
        return {"matched": len(plans), "moved": moved}

    def _operations_of_owner(self):
        # sudo: the queue is the worker's; what cannot be done is told to the owner
        return self.env["crm.mail.operation"].with_user(self.user_id).sudo()

    def _enqueue_marks(self, plans):
        groups = defaultdict(list)
        for mail, plan in plans.items():
            add = bits.SEEN * plan.read | bits.FLAGGED * plan.flag
            words = tuple(sorted(plan.keywords))
            if add or words:
                groups[add, words].append(mail.id)
        for (add, words), ids in groups.items():
            self._operations_of_owner()._enqueue(
                self.env["crm.mail.message"].browse(ids),
                Kind.FLAGS,
                add=add,
                add_words=words,
            )

    def _enqueue_places(self, plans, names) -> list[list[int]]:
        """Copies first: what was moved away cannot be copied any more."""
        operations = self._operations_of_owner()
        copies, moves = defaultdict(list), defaultdict(list)
        filed_by, moved = [], []
        trash = self.folder_ids.filtered(
            lambda folder: folder.role == "trash" and folder.selectable
        )[:1]
        for mail, plan in plans.items():
            for target in plan.copy_to:
                copies[target].append(mail.id)
            target = trash.id if plan.delete else plan.move_to
            if target and target != mail.shown_folder_id.id:
                moves[target].append(mail.id)
                moved.append([mail.id, mail.shown_folder_id.id])
                filed_by.append(
                    (mail.id, names[plan.placed_by], plan.placed_by, target)
                )
        messages = self.env["crm.mail.message"]
        folders = self.env["crm.mail.folder"]
        for target, ids in copies.items():
            operations._enqueue(
                messages.browse(ids), Kind.COPY, target=folders.browse(target)
            )
        if filed_by:
            self.env.cr.execute_values(
                "UPDATE crm_mail_message"
                "   SET filed_by = filed.name, filed_by_id = filed.filter,"
                "       filed_in_id = filed.folder"
                " FROM (VALUES %s) AS filed (id, name, filter, folder)"
                " WHERE crm_mail_message.id = filed.id",
                filed_by,
            )
            messages.invalidate_model(["filed_by", "filed_by_id", "filed_in_id"])
        for target, ids in moves.items():
            operations._enqueue(
                messages.browse(ids), Kind.MOVE, target=folders.browse(target)
            )
        return moved

    @staticmethod
    def _count_matched(filters, plans):
        counts = defaultdict(int)
        for plan in plans:
            for number in plan.matched:
                counts[number] += 1
        now = fields.Datetime.now()
        for each in filters:
            if counts[each.id]:
                # sudo: counting is not the owner's edit
                each.sudo().write(
                    {"matched": each.matched + counts[each.id], "matched_at": now}
                )

    # -- folders that are gone -------------------------------------------------------

    def _repair_filters(self, filters):
        """Find folders again by their names; say once which ones are gone.

        A folder that was renamed is followed anyway: it is the same row.
        """
        actions = filters.action_ids
        if all(action._is_possible() for action in actions):
            return
        # sudo: users read folders and own filters; this repairs what they chose
        actions.sudo()._find_again()
        for action in actions:
            if action._is_possible() or action.told_missing:
                continue
            action.sudo().told_missing = True
            self._log_filter(
                self.env._(
                    "The filter “%(name)s”: %(problem)s",
                    name=action.filter_id.name,
                    problem=action._problem(),
                ),
                tell=True,
            )

    def _log_filter(self, text: str, tell: bool = False):
        # sudo: the log is written by the system
        self.env["crm.mail.log"].sudo().create(
            {
                "account_id": self.id,
                "user_id": self.user_id.id,
                "source": "incoming",
                "level": "warning",
                "message": text,
            }
        )
        if tell:
            self.user_id._bus_send(
                "simple_notification",
                {"type": "warning", "title": self.name, "message": text},
            )
