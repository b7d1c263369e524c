# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import models

from ..tools.arrivals import HEADS, Heads


class CrmMailAccount(models.Model):
    """What happens to new mail, in this order: answered, filtered, linked.

    Called by the worker (``tools/arrivals.py``) for mails that have just come in: into
    the inbox, a folder that the server files into, or the sent folder by another
    program.  Never for the first index, older mail that is wanted later, a mail that
    was moved or copied, or folders whose UIDs became other ones.

    A hook gets the mails of one folder, as the system, with the owner's language and
    time zone; it may only write rows and operations, in the running transaction, which
    is what makes each effect happen once.  One that raises is rolled back, tried mail
    by mail and logged.  Nothing of the network may be waited for: what a hook wants to
    see of the mails is asked before, by the ``_wanted`` methods.
    """

    _inherit = "crm.mail.account"

    def _arrived_out_of_office(self, messages):
        """Answer that the owner is away."""

    def _arrived_filters(self, messages):
        """Apply the owner's filters."""

    def _arrived_linking(self, messages):
        """Link to records."""

    def _arrived_own_copies(self, messages):
        """Those of the mails that this program put on the server itself; no hook gets
        them. Whoever files copies extends this."""
        return messages.browse()

    def _arrived_heads_wanted(self, messages):
        """Those of the mails whose header or text a hook wants: see
        :meth:`_arrived_head`. Extended by hooks, each with its own mails."""
        return messages.browse()

    def _arrived_bodies_wanted(self, messages):
        """Those of the mails that a hook wants whole: they are in the cache then
        (``message._cached_raw()``), and their head is there as well."""
        return messages.browse()

    def _arrived_head(self, message) -> bytes:
        """The first bytes of a mail within a hook: header and, mostly, text; ``b""``
        when it was not asked for or could not be had."""
        heads = self.env.context.get(HEADS) or Heads()
        return heads.by_id.get(message.id) or b""
