"""Pictures of one record's HTML put into it, for readers without a right to the record.

A mailbox's signature is its owner's; who sends for them shows its pictures, too.
"""

from __future__ import annotations

import re
from base64 import b64encode

from markupsafe import Markup

from ..mailkit.mime.urls import image_type

MAX_PICTURE = 512 * 1024
"""Bytes of one picture: logos have a tenth of it."""
_STORED = re.compile(r'(?<=src=")/web/(?:image|content)/(\d+)[^"]*(?=")')


def embed_pictures(html: Markup, record) -> Markup:
    """``html`` with ``data:`` pictures instead of ``record``'s stored ones.

    Pictures of any other record stay addresses, which each reader's rights decide.
    """

    def data(match: re.Match) -> str:
        # sudo: the picture is a part of the text that the caller may read, since it
        # was stored with that record
        picture = record.env["ir.attachment"].sudo().browse(int(match[1])).exists()
        if picture.res_model != record._name or picture.res_id != record.id:
            return match[0]
        content = picture.raw or b""
        kind = image_type(content)
        if kind is None or len(content) > MAX_PICTURE:
            return match[0]
        return f"data:{kind};base64,{b64encode(content).decode('ascii')}"

    return Markup(_STORED.sub(data, html))
