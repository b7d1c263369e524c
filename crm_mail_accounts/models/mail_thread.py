import logging

from psycopg2 import Error as DatabaseError

from odoo import api, models

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """A mail that the gateway posts may be linked from a mailbox already."""

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        header_id = message_dict.get("message_id")
        result = super()._message_route_process(message, message_dict, routes)
        if header_id:
            try:
                with self.env.cr.savepoint():
                    # sudo: the gateway runs as any user; only copies of this very
                    # mail give way to it
                    self.env["crm.mail.link"].sudo()._give_way(header_id)
            except DatabaseError:
                # The gateway must not stumble over us; the worker settles it.
                _logger.info("a linked copy is left to the next turn", exc_info=True)
        return result
