"""The bytes of a mail: its body for the sandboxed frame, and its attachments."""

from datetime import timezone

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import format_datetime

from ..mailkit.mime.filenames import safe_filename
from ..mailkit.mime.html import clean_html
from ..mailkit.mime.paper import needs_paper
from ..mailkit.mime.parse import parse_mail
from ..mailkit.mime.plain_html import text_to_html
from ..mailkit.mime.urls import image_type
from ..tools import large_mail, reading
from ..tools.zip_stream import stream_zip, unique_names
from . import message_page

PREFIX = "/crm_mail_accounts/message/<int:message_id>"
NO_CACHE = ("Cache-Control", "private, no-store")
MAX_SOURCE = 512 * 1024
"""Bytes of the source that are shown; the whole is a download."""


class MessageController(http.Controller):
    """Checks that the mail may be read, and streams; decides nothing else.

    The body is shown in a frame without scripts and without the application's origin,
    under a policy that lets nothing be loaded; the policy is sent here and set on the
    frame, so that the address opened by itself is as harmless (law 12).  What the body
    shows is within it, so the frame asks for nothing and needs no cookie.
    """

    @http.route(f"{PREFIX}/body", type="http", auth="user", methods=["GET"])
    def body(self, message_id: int, remote: str = "", quotes: str = "", dark: str = ""):
        """The cleaned body; ``remote=1`` lets pictures of other hosts load.

        ``quotes``: ``shown``; ``hidden``, when there is a button for them outside; else
        folded, to be opened by the reader.  ``dark=1``: around the frame it is dark.
        """
        allow_remote = remote == "1"
        message = self._message(message_id)
        mail, _sizes = message._read()
        html = message._shown_body(
            mail, allow_remote=allow_remote, fold=quotes != "shown"
        )
        style = self._theme(html, dark)
        if quotes == "hidden":
            style += message_page.HIDDEN_QUOTES
        return self._page(html, message.display_name, allow_remote, style)

    @http.route(f"{PREFIX}/print", type="http", auth="user", methods=["GET"])
    def print_view(self, message_id: int, remote: str = ""):
        """The mail on paper: its header, its text with all quotes, its file names.

        No script opens the browser's dialog, because none may run beside a mail.
        """
        allow_remote = remote == "1"
        message = self._message(message_id)
        mail, _sizes = message._read()
        html = (
            message_page.hint(
                request.env._("Print this page with Ctrl+P, or ⌘P on a Mac.")
            )
            + self._head(mail)
            + message._shown_body(mail, allow_remote=allow_remote, fold=False)
        )
        return self._page(html, message.display_name, allow_remote)

    @http.route(
        f"{PREFIX}/part/<string:number>", type="http", auth="user", methods=["GET"]
    )
    def part(self, message_id: int, number: str):
        """An attachment, always as a download: nothing received runs in our origin."""
        message = self._message(message_id)
        part, size = self._part(message, number)
        content = part.content
        if size is not None:
            content = message._stream(
                lambda session, uid: large_mail.stream_part(session, uid, number)
            )
        return self._download(content, part.filename)

    @http.route(
        f"{PREFIX}/part/<string:number>/view", type="http", auth="user", methods=["GET"]
    )
    def part_view(self, message_id: int, number: str, dark: str = ""):
        """An attachment to look at: a picture, a PDF, or a page for the frame.

        A picture and a PDF are what their first bytes say, never what the sender
        says; what is text of any kind becomes a page as harmless as a mail's.
        """
        message = self._message(message_id)
        part, size = self._part(message, number)
        kind = reading.preview_kind(part, size)
        if not kind:
            raise NotFound()
        content = part.content
        if size is not None:
            pieces = message._stream(
                lambda session, uid: large_mail.stream_part(session, uid, number)
            )
            content = b"".join(pieces)
        if kind == "image":
            return self._inline(content, image_type(content))
        if kind == "pdf":
            is_pdf = content[:1024].lstrip().startswith(b"%PDF-")
            return self._inline(content, is_pdf and "application/pdf")
        html = self._fragment(kind, content)
        return self._page(html, part.filename, extra_style=self._theme(html, dark))

    @http.route(f"{PREFIX}/attachments.zip", type="http", auth="user", methods=["GET"])
    def attachments(self, message_id: int):
        """All attachments in one ZIP, made while it is sent."""
        message = self._message(message_id)
        mail, sizes = message._read()
        parts = mail.attachments
        names = unique_names(part.filename for part in parts)

        def files(session, uid):
            for name, part in zip(names, parts, strict=True):
                if part.number in sizes:
                    yield name, large_mail.stream_part(session, uid, part.number)
                else:
                    yield name, [part.content]

        if any(part.number in sizes for part in parts):
            content = message._stream(
                lambda session, uid: stream_zip(files(session, uid))
            )
        else:
            content = stream_zip(files(None, 0))
        name = safe_filename(f"{message.subject or ''}.zip") or f"{message.id}.zip"
        return self._download(content, name)

    @http.route(f"{PREFIX}/source", type="http", auth="user", methods=["GET"])
    def source(self, message_id: int, view: str = "", dark: str = ""):
        """The mail as it came: as a file, or ``view=1`` its beginning as a page."""
        message = self._message(message_id)
        content = message._cached_raw()
        if not content:
            content = message._stream(lambda session, uid: session.stream_body(uid))
        if view == "1":
            shown = content if isinstance(content, bytes) else b"".join(content)
            text = shown[:MAX_SOURCE].decode("utf-8", "replace")
            # However many colours it speaks of, it has none.
            style = message_page.DARK_STYLE if dark == "1" else ""
            return self._page(
                self._plain(text), message.display_name, extra_style=style
            )
        name = safe_filename(f"{message.subject or ''}.eml") or f"{message.id}.eml"
        return self._download(content, name)

    # -- helpers -----------------------------------------------------------------

    def _message(self, message_id: int):
        message = request.env["crm.mail.message"].browse(message_id).exists()
        if not message or not message.has_access("read"):
            raise NotFound()
        return message

    def _part(self, message, number: str):
        """The part, and its size when it was left on the server."""
        mail, sizes = message._read()
        for part in mail.parts:
            if part.number == number:
                return part, sizes.get(number)
        raise NotFound()

    def _head(self, mail) -> str:
        """Above a mail that stands by itself: what people read of its header, in their
        language and time zone, and the names of its files."""
        env, header = request.env, mail.header

        def people(addresses):
            return ", ".join(
                f"{address.name} <{address.email}>" if address.name else address.email
                for address in addresses
            )

        sent = header.sent_at and header.sent_at.astimezone(timezone.utc)
        date = (
            format_datetime(env, sent.replace(tzinfo=None), dt_format="long")
            if sent
            else ""
        )
        pairs = [
            (env._("From"), people([header.from_] if header.from_ else [])),
            (env._("To"), people(header.to)),
            (env._("Cc"), people(header.cc)),
            (env._("Date"), date),
            (
                env._("Attachments"),
                ", ".join(part.filename for part in mail.attachments),
            ),
        ]
        subject = header.subject or env._("(no subject)")
        return message_page.title(subject) + message_page.fields_table(pairs)

    def _fragment(self, kind: str, content: bytes) -> str:
        """What a frame may show of a file of this kind."""
        if kind == "mail":
            mail = parse_mail(content)
            message = request.env["crm.mail.message"]
            return self._head(mail) + message._shown_body(mail, fold=False)
        text = reading.shown_text(content)
        if kind == "html":
            return clean_html(text, inline={}).html
        return self._plain(text) if kind == "calendar" else text_to_html(text)

    def _theme(self, html: str, dark: str) -> str:
        """Style sheet for the theme around the frame, where the fragment follows it."""
        return "" if dark != "1" or needs_paper(html) else message_page.DARK_STYLE

    def _plain(self, text: str) -> str:
        return message_page.preformatted(text)

    def _page(
        self, html: str, title: str, allow_remote: bool = False, extra_style: str = ""
    ):
        return request.make_response(
            message_page.page(html, title, extra_style),
            headers=message_page.headers(allow_remote),
        )

    def _inline(self, content: bytes, content_type):
        if not content_type:
            raise NotFound()
        return request.make_response(
            content,
            headers=[
                ("Content-Type", content_type),
                ("Content-Disposition", "inline"),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("X-Content-Type-Options", "nosniff"),
                NO_CACHE,
            ],
        )

    def _download(self, content, name: str):
        """``content``: bytes, or pieces of it."""
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("X-Content-Type-Options", "nosniff"),
                NO_CACHE,
            ],
        )
