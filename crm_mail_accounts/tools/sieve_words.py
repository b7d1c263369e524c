"""Where rules run and why they cannot run on a server, in words."""

from __future__ import annotations

from ..mailkit.rules.sieve_text import NotExpressible
from ..mailkit.values import Endpoint


def place(env, row) -> str:
    """Of a ``crm.mail.account.sieve``, which may be empty."""
    if row.state == "activating" or (row.state == "here" and row.wanted == "server"):
        return env._(
            "Filters and out of office are being moved to the mail server. It takes a "
            "minute."
        )
    if row.state == "deactivating" or (row.state == "server" and row.wanted == "here"):
        return env._(
            "Filters and out of office are being taken back from the mail server. "
            "Until that is done they run nowhere else."
        )
    if row.state != "server":
        return env._("Filters and out of office run in Odoo, when it fetches the mail.")
    if row.beside:
        return env._(
            "Filters and out of office run on the mail server, also while Odoo is "
            "down, behind your own script “%(name)s”, which is unchanged.",
            name=row.beside,
        )
    return env._(
        "Filters and out of office run on the mail server, also while Odoo is down."
    )


def not_offered(env, endpoint: Endpoint) -> str:
    return env._(
        "%(host)s does not answer to ManageSieve on port %(port)s, so it cannot run "
        "filters. Ask your provider whether it offers ManageSieve, and where; "
        "otherwise they go on running in Odoo.",
        host=endpoint.host,
        port=endpoint.port,
    )


def conflict(env, name: str) -> str:
    return env._(
        "Your script “%(name)s” on the mail server answers or refuses mails itself. "
        "Take that out of it, or switch it off, before the rules run there too.",
        name=name,
    )


def replaced(env, name: str) -> str:
    return env._(
        "Another program has put “%(name)s” in the place of the filters on the mail "
        "server, so they run in Odoo again.",
        name=name or env._("nothing"),
    )


def reason(env, error: NotExpressible) -> str:
    """Why a rule, or the out of office, cannot run on a server."""
    fields = {
        "attachment": env._("Attachment"),
        "address": env._("My address used"),
        "body": env._("Text"),
        "from": env._("Sender"),
        "to": env._("To"),
        "cc": env._("Cc"),
        "recipient": env._("Any recipient"),
        "list": env._("Mailing list"),
        "subject": env._("Subject"),
        "header": env._("Header field"),
    }
    name = fields.get(error.detail, error.detail)
    known_here = {
        "sender": env._("Whether a sender is known is known in Odoo alone."),
        "link": env._("Linking to a record is done in Odoo alone."),
        "opportunity": env._("Opportunities are created in Odoo alone."),
        "notify": env._("Notices are given by Odoo alone."),
        "follow_host": env._("It follows your absence in Odoo."),
        "only_known": env._("Who is a contact is known in Odoo alone."),
    }
    sentences = {
        "crm": known_here.get(error.detail, error.detail),
        "extension": env._(
            "The mail server's filters lack “%(name)s”, which this needs.",
            name=error.detail,
        ),
        "field": env._(
            "“%(name)s” cannot be compared in this way on a mail server.", name=name
        ),
        "characters": env._(
            "A value has characters that a mail server cannot compare here."
        ),
        "question_mark": env._(
            "A pattern has a question mark, which mail servers read differently."
        ),
        "letters": env._(
            "A value has many letters whose capitals the mail server does not know. "
            "Shorten it."
        ),
        "size": env._("This size is beyond what a mail server compares."),
        "folder": env._(
            "The name of the folder “%(name)s” cannot be written into a script.",
            name=error.detail,
        ),
        "blind_copies": env._("A mail server does not answer blind copies."),
        "colleagues": env._("There are more than %(most)s colleagues.", most=name),
    }
    return sentences[error.reason]


def explain(account, error: NotExpressible) -> str:
    """Which rule it is about, why, and what to do."""
    env = account.env
    sentence = reason(env, error)
    if error.rule:
        rule = env["crm.mail.filter"].sudo().browse(error.rule)
        return env._(
            "The filter “%(name)s” cannot run on the mail server: %(reason)s",
            name=rule.name,
            reason=sentence,
        )
    if error.reason == "extension" and error.detail == "include":
        return env._(
            "Another script is active on the mail server, and the server cannot run "
            "two. Switch that one off first."
        )
    return env._("The rules cannot run on the mail server: %(reason)s", reason=sentence)
