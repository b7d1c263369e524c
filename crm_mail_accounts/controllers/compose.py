"""Files of a mail that is being written: in from the browser, and back."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..mailkit.mime.filenames import safe_filename
from ..mailkit.mime.urls import image_type


class ComposeController(http.Controller):
    """Checks nothing itself: ``crm.mail.client`` says whose mail it is."""

    @http.route(
        "/crm_mail_accounts/compose/<int:outgoing_id>/attach",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def attach(self, outgoing_id: int, inline: str = "", **_post):
        """Files in the field ``ufile``: JSON list of Attachment, or ``{error}``."""
        client = request.env["crm.mail.client"]
        try:
            made = [
                client._attach_upload(
                    outgoing_id,
                    safe_filename(file.filename or "") or "file",
                    file.read(),
                    file.mimetype or "application/octet-stream",
                    inline == "1",
                )
                for file in request.httprequest.files.getlist("ufile")
            ]
        except AccessError as error:
            raise NotFound() from error
        except UserError as error:
            return request.make_json_response({"error": str(error)}, status=409)
        return request.make_json_response(made)

    @http.route(
        "/crm_mail_accounts/compose/<int:outgoing_id>/attachment/<int:attachment_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def attachment(self, outgoing_id: int, attachment_id: int):
        """A picture to be shown in the editor; anything else is a download."""
        try:
            mail = request.env["crm.mail.client"]._outgoing(outgoing_id)
        except AccessError as error:
            raise NotFound() from error
        file = mail._attachments().filtered(lambda one: one.id == attachment_id)
        if not file:
            raise NotFound()
        content = file.raw or b""
        kind = image_type(content)
        headers = [
            ("Content-Type", kind or "application/octet-stream"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "private, no-store"),
        ]
        if not kind:
            headers.append(("Content-Disposition", content_disposition(file.name)))
        return request.make_response(content, headers=headers)
