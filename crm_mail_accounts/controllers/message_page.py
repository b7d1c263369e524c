"""Documents for the frame of a mail: what is around the cleaned text, and the policy.

All of them are under one policy: no script, no origin of ours, nothing loaded but
embedded pictures (law 12).
"""

from html import escape

STYLE = """
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
details.o_crm_mail_quoted>summary{display:inline-block;margin:8px 0;padding:1px 10px;
border:1px solid #d1d5db;border-radius:10px;background:#f3f4f6;color:#374151;
font:12px/1.5 system-ui,sans-serif;cursor:pointer;list-style:none}
details.o_crm_mail_quoted>summary::-webkit-details-marker{display:none}
details.o_crm_mail_quoted>summary::before{content:"\\2026\\00a0"}
.o_crm_mail_title{margin:0 0 12px;font-size:20px;line-height:1.3;font-weight:600}
.o_crm_mail_fields{margin-bottom:16px;border-bottom:1px solid #d1d5db;
border-collapse:collapse;width:100%}
.o_crm_mail_fields th{padding:1px 12px 1px 0;text-align:left;vertical-align:top;
font-weight:600;white-space:nowrap;width:1%}
.o_crm_mail_fields td{padding:1px 0}
.o_crm_mail_fields tr:last-child>*{padding-bottom:12px}
.o_crm_mail_hint{margin:-12px -16px 16px;padding:8px 16px;background:#eef2ff;
color:#312e81}
@media print{.o_crm_mail_hint{display:none}body{padding:0}}
"""

DARK_STYLE = """
html{color-scheme:dark;background:transparent}
body{color:#e4e6eb;background:transparent}
a{color:#8ab4f8}
blockquote{border-left-color:#5f6672;color:#b6bcc7}
details.o_crm_mail_quoted>summary{border-color:#5f6672;background:#3a3f4a;
color:#e4e6eb}
.o_crm_mail_fields{border-bottom-color:#5f6672}
"""
"""For what has no looks of its own, in a dark theme, whose ground shines through: the
frame has the same colour scheme."""

HIDDEN_QUOTES = "details.o_crm_mail_quoted{display:none}"
"""Where the reading pane has the button itself: a frame that has taken its document's
height does not follow when a quote opens within it."""

SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"


def policy(allow_remote: bool = False) -> str:
    """The Content-Security-Policy of a page that shows mail."""
    images = "data: https: http:" if allow_remote else "data:"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; {SANDBOX}"
    )


def headers(allow_remote: bool = False) -> list[tuple[str, str]]:
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy(allow_remote)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "private, no-store"),
    ]


def page(body: str, title: str = "", extra_style: str = "") -> str:
    """A whole document around a cleaned fragment.

    The height of the frame follows the document where the browser can
    (``frame-sizing`` of CSS Sizing 4): the document allows whoever may embed it, which
    ``frame-ancestors`` limits to us, to know its height, and so no script has to
    measure anything.
    """
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">'
        '<meta name="responsive-embedded-sizing" content="allow-origins=*">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{extra_style}</style></head>"
        f"<body>{body}</body></html>"
    )


def fields_table(pairs) -> str:
    """Header fields above a mail: ``[(name, value)]``, plain text."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in pairs
        if value
    )
    return f'<table class="o_crm_mail_fields">{rows}</table>' if rows else ""


def title(text: str) -> str:
    """The subject, above all the rest of a page of its own."""
    return f'<h1 class="o_crm_mail_title">{escape(text)}</h1>'


def hint(text: str) -> str:
    """A line for the screen, not for paper."""
    return f'<p class="o_crm_mail_hint">{escape(text)}</p>'


def preformatted(text: str) -> str:
    """Text as it is, every sign of it."""
    return f"<pre>{escape(text)}</pre>"
