"""The bytes of a mail: its body for the sandboxed frame, and its attachments."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..mailkit.mime.filenames import safe_filename
from ..tools import large_mail

BODY_STYLE = """
html{color-scheme:light;background:#fff}
body{margin:0;padding:12px 16px;color:#1f2937;background:#fff;
font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;
overflow-wrap:anywhere}
img,table{max-width:100%}
img{height:auto}
img:not([src]){outline:1px dashed #d1d5db;outline-offset:-1px;color:#6b7280}
blockquote{margin:0 0 0 4px;padding-left:12px;border-left:3px solid #d1d5db;
color:#4b5563}
pre{white-space:pre-wrap}
"""


class MessageController(http.Controller):
    """Checks that the mail may be read, and streams; decides nothing else.

    The body is shown in a frame without scripts and without the application's origin,
    under a policy that lets nothing be loaded; the policy is sent here and set on the
    frame, so that the address opened by itself is as harmless (law 12).
    """

    @http.route(
        "/crm_mail_accounts/message/<int:message_id>/body",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def body(self, message_id: int, remote: str = ""):
        """The cleaned body; ``remote=1`` lets pictures of other hosts load."""
        allow_remote = remote == "1"
        message = self._message(message_id)
        mail, _sizes = message._read()
        clean = message._clean_body(mail, allow_remote=allow_remote)
        html = (
            '<!DOCTYPE html><html><head><meta charset="utf-8">'
            '<meta name="referrer" content="no-referrer">'
            f"<style>{BODY_STYLE}</style></head><body>{clean.html}</body></html>"
        )
        images = "data: https: http:" if allow_remote else "data:"
        return request.make_response(
            html,
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; "
                    f"img-src {images}; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'self'; "
                    "sandbox allow-popups allow-popups-to-escape-sandbox",
                ),
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    @http.route(
        "/crm_mail_accounts/message/<int:message_id>/part/<string:number>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def part(self, message_id: int, number: str):
        """An attachment, always as a download: nothing received runs in our origin."""
        message = self._message(message_id)
        mail, sizes = message._read()
        for part in mail.parts:
            if part.number == number:
                break
        else:
            raise NotFound()
        content = part.content
        if number in sizes:
            content = message._stream(
                lambda session, uid: large_mail.stream_part(session, uid, number)
            )
        return self._download(content, part.filename)

    @http.route(
        "/crm_mail_accounts/message/<int:message_id>/source",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def source(self, message_id: int):
        """The mail as it came, as a file."""
        message = self._message(message_id)
        name = safe_filename(f"{message.subject or ''}.eml") or f"{message.id}.eml"
        content = message._cached_raw()
        if not content:
            content = message._stream(lambda session, uid: session.stream_body(uid))
        return self._download(content, name)

    def _download(self, content, name: str):
        """``content``: bytes, or pieces of it."""
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    def _message(self, message_id: int):
        message = request.env["crm.mail.message"].browse(message_id).exists()
        if not message or not message.has_access("read"):
            raise NotFound()
        return message
