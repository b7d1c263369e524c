# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models


class CrmMailClient(models.AbstractModel):
    """Where filters and out of office run, in the mail screen."""

    _inherit = "crm.mail.client"

    @api.model
    def rules_engine(self, account_id) -> dict:
        """Where the filters and the out of office of a mailbox run.

        :return: ``{engine, moving, possible, place, problem, only_here}``: ``engine``
            is ``here`` or ``server``, as the owner wants it; ``moving``: it is not
            there yet; ``possible``: the mailbox has a server that may run them;
            ``place`` and ``problem`` are sentences, the second one may be empty;
            ``only_here``: ``[{id, reason}]`` of filters that no server can run
        """
        account = self._own_account(account_id)
        return {
            "engine": account.rules_engine,
            "moving": account.rules_moving,
            "place": account.rules_place,
            "problem": account.rules_problem or "",
            "possible": account.kind == "imap",
            "only_here": [
                {"id": filter_id, "reason": reason}
                for filter_id, reason in account._rules_only_here().items()
            ],
        }

    @api.model
    def rules_engine_switch(self, account_id, engine) -> dict:
        """Let them run elsewhere: ``server`` or ``here``.

        The server is asked first whether it can do all of it, and changes nothing; the
        worker then moves the rules within its next turn.

        :return: as :meth:`rules_engine`
        :raises UserError: the server cannot do it, or a filter is none that it can run
        """
        account = self._own_account(account_id)
        if engine == "server":
            account._rules_to_server()
        else:
            account._rules_to_odoo()
        return self.rules_engine(account_id)
