"""The page on which a person lets a client into a mailbox, and pages of refusal."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local authorization server</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em; }}
input, button {{ font: inherit; padding: .4em .8em; }}
input {{ width: 100%; box-sizing: border-box; margin-bottom: 1em; }}
</style>
</head>
<body>
<h1>Local authorization server</h1>
{content}
</body>
</html>
"""
FORM = """
<p>This stands in for {provider} on this machine: it is no real sign-in, and it asks for
no password.</p>
<p><b>{client}</b> wants to:</p>
<ul>{rights}</ul>
<form method="get">
{hidden}
<label for="allow">Mailbox</label>
<input id="allow" name="allow" value="{hint}" autofocus required>
<button type="submit">Allow</button>
<button type="submit" name="refuse" value="1" formnovalidate>Refuse</button>
</form>
"""
PROVIDERS = {"google": "Google", "microsoft": "Microsoft"}
ANSWERS = ("allow", "refuse", "login_hint")


def consent(kind: str, parameters: Mapping[str, str]) -> str:
    """The question, with all parameters of the request carried on."""
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in parameters.items()
        if name not in ANSWERS
    )
    scopes = parameters.get("scope", "").split()
    return FRAME.format(
        content=FORM.format(
            provider=PROVIDERS[kind],
            client=escape(parameters["client_id"]),
            rights="".join(f"<li>{escape(scope)}</li>" for scope in scopes),
            hidden=hidden,
            hint=escape(parameters.get("login_hint", "")),
        )
    )


def refusal(text: str) -> str:
    return FRAME.format(content=f"<p>{escape(text)}</p>")
