"""A mailbox as a file, for its owner."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..mailkit.mime.filenames import safe_filename
from ..tools.account_export import stream_export

ADDRESS = "/crm_mail_accounts/account/<int:account_id>/export.zip"


class ExportController(http.Controller):
    """Checks that the mailbox is the user's own, and streams; decides nothing else."""

    @http.route(ADDRESS, type="http", auth="user", methods=["GET"])
    def export(self, account_id: int):
        """All mails that are known here, with what was said about them, as a ZIP."""
        account = request.env["crm.mail.account"].browse(account_id).exists()
        # Delegates read a mailbox; taking it away as a whole is its owner's.
        if not account or not account.has_access("write"):
            raise NotFound()
        name = safe_filename(f"{account.name}.zip") or f"{account.id}.zip"
        return request.make_response(
            stream_export(request.env.registry, request.env.uid, account.id),
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )
