# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_mail_client_panel import SHOWN

TASK = "project.task"
"""Project need not be installed, so nothing here depends on it."""
OPEN = Domain("is_closed", "=", False)
ASSIGNEES = "user_ids"
USERS = "project.group_project_user"
"""With To-Do everybody may make tasks, but only these can open Project's form."""


class CrmMailClient(models.AbstractModel):
    """Tasks of Project: what is to do for the sender, and a task made of a mail.

    Every task is read and written with the reader's own rights.
    """

    _inherit = "crm.mail.client"

    @api.model
    def message_context(self, message_id) -> dict:
        """Adds ``may_create_task`` and ``tasks`` to what is known.

        * ``may_create_task``: Project is installed, and the user may make tasks
        * ``tasks``: open ones of the contact and its company, those of the user first:
          ``{id, name, project, stage}``
        """
        context = super().message_context(message_id)
        partner = context["partner"]
        return {
            **context,
            "may_create_task": self._may_create_task(),
            "tasks": self._open_tasks(partner["id"]) if partner else [],
        }

    @api.model
    def create_task(self, message_id, values) -> dict:
        """Make a task of the mail for the user, and link the mail to it.

        It belongs to no project yet, so only the user sees it until it gets one. The
        attachments come with the linked mail.

        :param values: ``{name}``; the mail's subject where it is empty
        :return: ``{id, name, context}``; ``context`` as :meth:`message_context`
        :raises AccessError: not the user's mail
        :raises UserError: Project is not installed, or the user may not make tasks
        """
        message = self._linked_by_user(message_id)
        if not self._may_create_task():
            raise UserError(
                self.env._(
                    "Tasks can only be created where Project is installed and you are "
                    "one of its users. Ask your administrator."
                )
            )
        task = self.env[TASK].create(self._task_values(message, values))
        self.link_message(message_id, TASK, task.id)
        return {
            "id": task.id,
            "name": task.name,
            "context": self.message_context(message_id),
        }

    # -- helpers -----------------------------------------------------------------

    def _may_create_task(self) -> bool:
        return self._uses_tasks() and self.env[TASK].has_access("create")

    def _uses_tasks(self) -> bool:
        return TASK in self.env and self.env.user.has_group(USERS)

    def _task_values(self, message, values: dict) -> dict:
        partner = self._partner_of(message._correspondent()[1])
        return {
            "name": self._title_of(message, values),
            "partner_id": partner.id,
            "description": self._text_of(message),
            ASSIGNEES: [Command.set(self.env.user.ids)],
        }

    def _open_tasks(self, partner_id: int) -> list[dict]:
        if not self._uses_tasks() or not self.env[TASK].has_access("read"):
            return []
        partner = self.env["res.partner"].browse(partner_id)
        tasks = self.env[TASK].search(
            OPEN & Domain("partner_id", "child_of", partner.commercial_partner_id.ids),
            limit=SHOWN * 4,
        )
        tasks = tasks.sorted(lambda task: self.env.user not in task[ASSIGNEES])
        return [self._task_payload(task) for task in tasks[:SHOWN]]

    def _task_payload(self, task) -> dict:
        return {
            "id": task.id,
            "name": task.name,
            "project": task.project_id.display_name or "",
            "stage": task.stage_id.name or "",
        }
