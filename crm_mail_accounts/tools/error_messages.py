"""The words that a person reads for a :class:`mailkit.errors.MailError`.

One sentence that says what happened and one that says what to do.  Nothing here logs
or raises.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..mailkit.errors import MailError, TlsError
from ..mailkit.values import Endpoint, Step


@dataclass(frozen=True)
class Explanation:
    """``message`` says what is wrong, ``hint`` what to do about it (may be empty)."""

    message: str
    hint: str = ""

    @property
    def text(self) -> str:
        return f"{self.message} {self.hint}".strip()


_OUT_OF_SERVICE = frozenset(
    {"connection_lost", "connection_refused", "host_unknown", "timeout", "unreachable"}
)
"""What is rather the server's state than a wrong setting, where it has worked."""


def describe(
    env, error: MailError, endpoint: Endpoint | None = None, *, worked: bool = False
) -> Explanation:
    """The sentences for an error met at a server, in the user's language.

    ``worked``: the same settings were good before, so nobody is sent to look for a
    mistake in them.
    """
    host = endpoint.host if endpoint else env._("The server")
    port = endpoint.port if endpoint else ""
    facts = error.facts
    messages = {
        "host_unknown": (
            env._("There is no server called “%(host)s”.", host=host),
            env._(
                "Check the spelling. A server inside the company's own network must be "
                "allowed by the administrator."
            ),
        ),
        "connection_refused": (
            env._("%(host)s does not answer on port %(port)s.", host=host, port=port),
            env._(
                "Check the port: usually 993 for IMAP, 465 or 587 for SMTP, 995 for "
                "POP3."
            ),
        ),
        "unreachable": (
            env._("%(host)s cannot be reached.", host=host),
            env._("Check the server name, and whether a firewall is in between."),
        ),
        "timeout": (
            env._("%(host)s did not answer in time.", host=host),
            env._(
                "Check the port and the security; if they are right, try again later."
            ),
        ),
        "connection_lost": (
            env._("%(host)s broke the connection off.", host=host),
            env._("Try again later; if it lasts, ask whoever runs the mail server."),
        ),
        "certificate_expired": (
            env._("The certificate of %(host)s has expired.", host=host)
            if facts is None
            else env._(
                "The certificate of %(host)s expired on %(date)s.",
                host=host,
                date=facts.not_after.date().isoformat(),
            ),
            env._("Whoever runs the mail server must renew it."),
        ),
        "certificate_not_yet_valid": (
            env._("The certificate of %(host)s is not valid yet.", host=host),
            env._("Check the clocks of both servers."),
        ),
        "certificate_self_signed": (
            env._(
                "The certificate of %(host)s is self-signed: nobody vouches for it.",
                host=host,
            ),
            env._(
                "Ask whoever runs the mail server for a certificate that is trusted."
            ),
        ),
        "certificate_untrusted": (
            env._(
                "The certificate of %(host)s was issued by an authority that is not "
                "trusted here.",
                host=host,
            )
            if facts is None
            else env._(
                "The certificate of %(host)s was issued by “%(issuer)s”, which is not "
                "trusted here.",
                host=host,
                issuer=facts.issuer,
            ),
            env._("Ask whoever runs the mail server, or your administrator."),
        ),
        "certificate_wrong_name": (
            env._("The certificate of %(host)s is for another server.", host=host)
            if facts is None or not facts.names
            else env._(
                "The certificate of %(host)s is for another server: %(names)s.",
                host=host,
                names=", ".join(facts.names[:5]),
            ),
            env._("Use the server name that your provider gives."),
        ),
        "certificate_changed": (
            env._(
                "The certificate of %(host)s is not the one that you trusted.",
                host=host,
            ),
            env._(
                "If whoever runs the server has renewed it, test again and trust the "
                "new one. Otherwise somebody may be in between."
            ),
        ),
        "mailbox_full": (
            env._("The mailbox is full: it takes no new mail."),
            env._("Delete or move mails to make room."),
        ),
        "inbox_missing": (
            env._("None of the folders is the inbox any more."),
            env._("Say under Folders which folder your new mail arrives in."),
        ),
        "tls_not_offered": (
            env._(
                "%(host)s does not offer STARTTLS on port %(port)s.",
                host=host,
                port=port,
            ),
            env._(
                "Choose SSL/TLS with its own port: 993 for IMAP, 465 for SMTP, 995 for "
                "POP3."
            ),
        ),
        "tls_plain_server": (
            env._(
                "Port %(port)s of %(host)s does not speak SSL/TLS.",
                host=host,
                port=port,
            ),
            env._(
                "Choose STARTTLS for this port (143 for IMAP, 587 for SMTP, 110 for "
                "POP3), or SSL/TLS with port 993, 465 or 995."
            ),
        ),
        "tls_failed": (
            env._("No secure connection to %(host)s could be made.", host=host),
            env._("Check the port and the security."),
        ),
        "auth_failed": (
            env._("%(host)s refused the user name or the password.", host=host),
            env._(
                "Check both. Some providers want a password made for this application "
                "instead of your usual one."
            ),
        ),
        "auth_not_offered": (
            env._("%(host)s offers no way to log in with a password.", host=host),
            env._("Check the port and the security, or ask your provider."),
        ),
        "auth_needs_tls": (
            env._(
                "%(host)s refuses passwords on a connection without security.",
                host=host,
            ),
            env._("Choose SSL/TLS or STARTTLS."),
        ),
        "token_refused": (
            env._("%(host)s did not accept the sign-in of your provider.", host=host),
            env._("Connect the mailbox again."),
        ),
        "token_scope": (
            env._(
                "Your sign-in does not include the right to use the mailbox on "
                "%(host)s.",
                host=host,
            ),
            env._("Connect the mailbox again and allow it."),
        ),
        "token_missing": (
            env._("This mailbox is not connected to its provider."),
            env._("Connect it: you sign in on the provider's page."),
        ),
        "token_withdrawn": (
            env._(
                "Your provider no longer lets Odoo into this mailbox: the permission "
                "was withdrawn, has expired or ended with a new password."
            ),
            env._("Connect the mailbox again."),
        ),
        "token_unavailable": (
            env._("Your provider's sign-in service does not answer."),
            env._("It is tried again by itself."),
        ),
        "oauth_not_configured": (
            env._("OAuth2 is not configured for this provider."),
            env._(
                "Your administrator must first enter the client ID and secret under "
                "Settings, General Settings: “Use a Gmail Server” or “Use an Outlook "
                "Server”. Until then use a password."
            ),
        ),
        "not_imap": (
            env._(
                "What answers on port %(port)s of %(host)s is no IMAP server.",
                host=host,
                port=port,
            ),
            env._("Check the port: 993 with SSL/TLS, 143 with STARTTLS."),
        ),
        "not_smtp": (
            env._(
                "What answers on port %(port)s of %(host)s is no SMTP server.",
                host=host,
                port=port,
            ),
            env._("Check the port: 465 with SSL/TLS, 587 with STARTTLS."),
        ),
        "not_pop3": (
            env._(
                "What answers on port %(port)s of %(host)s is no POP3 server.",
                host=host,
                port=port,
            ),
            env._("Check the port: 995 with SSL/TLS, 110 with STARTTLS."),
        ),
        "not_sieve": (
            env._(
                "What answers on port %(port)s of %(host)s is no ManageSieve server.",
                host=host,
                port=port,
            ),
            env._("Check the port: usually 4190 with STARTTLS."),
        ),
        "script_refused": (
            env._(
                "%(host)s refused the filters: %(detail)s",
                host=host,
                detail=error.detail[:200],
            ),
            env._("Nothing was changed there. Let them run in Odoo."),
        ),
        "script_missing": (
            env._("The filters are no longer on %(host)s.", host=host),
            env._("They are put there again by themselves."),
        ),
        "sieve_quota": (
            env._("%(host)s has no room for these filters.", host=host),
            env._("Delete some of them, or scripts of other programs there."),
        ),
        "sieve_elsewhere": (
            env._("%(host)s says that the filters are on another server.", host=host),
            env._("Enter that server as the mailbox's ManageSieve server."),
        ),
        "uidvalidity_changed": (
            env._("The mail server has renumbered this folder."),
            env._("The folder is being read again; try in a minute."),
        ),
        "secret_unreadable": (
            env._("The saved password can no longer be read."),
            env._("Enter the password again."),
        ),
        "limit_exceeded": (
            env._("%(host)s sent more than can be handled safely.", host=host),
            env._("This mail can be opened in another mail program."),
        ),
        "host_invalid": (
            env._("This is not the name of a server."),
            env._("It looks like imap.company.com."),
        ),
        "host_is_address": (
            env._("This is an e-mail address, not the name of a server."),
            env._("The server's name looks like imap.company.com."),
        ),
        "port_invalid": (env._("A port is a number from 1 to 65535."), ""),
        "defect": (
            env._("Fetching the mail of this mailbox failed unexpectedly."),
            env._("It is tried again. The reason is in the log of the Odoo server."),
        ),
        "host_refused": (
            env._(
                "Odoo's outgoing server cannot be used: %(detail)s",
                detail=error.detail[:200],
            ),
            env._("Ask your administrator."),
        ),
        "server_busy": (
            env._("%(host)s is busy and asks to wait.", host=host),
            env._("It is tried again by itself."),
        ),
        "not_permitted": (
            env._("%(host)s does not permit this in this folder.", host=host),
            env._("Ask whoever runs the mail server for the right to do it."),
        ),
        "folder_read_only": (
            env._("This folder can only be read: nothing can be changed in it."),
            "",
        ),
        "folder_missing": (
            env._("This folder is no longer on the mail server."),
            env._("The list of folders will catch up with the next check."),
        ),
        "target_missing": (
            env._("The folder to move to is no longer on the mail server."),
            env._("Choose another folder, or create it again."),
        ),
        "same_folder": (env._("The mail is in this folder already."), ""),
        "copy_unconfirmed": (
            env._(
                "%(host)s said that it copied the mail, but no copy is there.",
                host=host,
            ),
            env._("The mail was left where it is. Try again later."),
        ),
        "folder_exists": (
            env._("There is a folder of this name already."),
            env._("Choose another name."),
        ),
        "folder_has_children": (
            env._("This folder has other folders in it."),
            env._("Delete or move those first."),
        ),
        "folder_is_inbox": (
            env._("The inbox can neither be renamed nor deleted."),
            "",
        ),
        "folder_flat": (
            env._("%(host)s allows no folders within folders.", host=host),
            env._("Create the folder at the top of the mailbox."),
        ),
        "folder_name_empty": (env._("A folder needs a name."), ""),
        "folder_name_control": (
            env._("This name has characters that cannot be shown."),
            env._("Type the name instead of pasting it."),
        ),
        "folder_name_delimiter": (
            env._(
                "This name has the character by which %(host)s separates folders.",
                host=host,
            ),
            env._("Leave it out; to put a folder into another one, choose that one."),
        ),
        "folder_name_too_long": (env._("This name is too long for a folder."), ""),
        "folder_name_reserved": (
            env._("This is the name of the inbox."),
            env._("Choose another name."),
        ),
        "smtputf8_missing": (
            env._(
                "%(host)s takes no addresses that have letters with accents, or of "
                "another alphabet, before the @.",
                host=host,
            ),
            env._("Remove them from this mail, or write from another mailbox."),
        ),
        "message_gone": (
            env._("This mail is no longer in its folder on the mail server."),
            env._("The list will catch up with the next check."),
        ),
    }
    fallback = (
        env._("%(host)s gave an answer that could not be understood.", host=host)
        if error.code in ("protocol_error", "mail_error", "capability_missing")
        else env._(
            "%(host)s refused: %(detail)s", host=host, detail=error.detail[:200]
        ),
        "",
    )
    message, hint = messages.get(error.code, fallback)
    if worked and error.code in _OUT_OF_SERVICE:
        hint = env._(
            "It has answered before, so the server is probably out of service for a "
            "while. It is tried again by itself."
        )
    return Explanation(message, hint)


def step_payload(env, server: str, step: Step, endpoint: Endpoint) -> dict:
    """One step of a connection test as the screen shows it.

    Shape: ``{server, name, label, ok, seconds, detail, message, hint, certificate}``.
    """
    labels = {
        "resolve": env._("Find the server"),
        "connect": env._("Reach the server"),
        "tls": env._("Secure the connection"),
        "greeting": env._("Greeting"),
        "capability": env._("Capabilities"),
        "login": env._("Log in"),
        "folders": env._("Read the folders"),
        "quota": env._("Read the quota"),
        "append": env._("Store a mail and remove it"),
        "mailbox": env._("Read the mailbox"),
    }
    notes = {
        "append_skipped": env._(
            "Not tried: this server offers no safe way to remove one mail."
        ),
        "mail_left": env._(
            "The test's mail may have been left behind: %(where)s", where=step.detail
        ),
    }
    explanation = (
        describe(env, step.error, endpoint)
        if isinstance(step.error, MailError)
        else Explanation("")
    )
    return {
        "server": server,
        "name": step.name,
        "label": labels.get(step.name, step.name),
        "ok": step.ok,
        "seconds": round(step.seconds, 3),
        "detail": notes.get(step.note, step.detail),
        "message": explanation.message,
        "hint": explanation.hint,
        "certificate": certificate_payload(step.error),
    }


def certificate_payload(error) -> dict | None:
    """What a person compares before trusting a certificate that was refused.

    Shape: ``{subject, issuer, not_before, not_after, sha256}``; dates as ISO text.
    """
    if not isinstance(error, TlsError) or error.facts is None:
        return None
    facts = error.facts
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "not_before": facts.not_before.date().isoformat(),
        "not_after": facts.not_after.date().isoformat(),
        "sha256": facts.sha256,
    }


def certificate_text(env, facts: dict) -> str:
    """``certificate_payload`` in lines; the fingerprint as browsers and
    ``openssl x509 -fingerprint`` write it, so that it can be compared."""
    digest = facts["sha256"].upper()
    pairs = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    return env._(
        "Name: %(subject)s\nIssued by: %(issuer)s\n"
        "Valid: %(not_before)s to %(not_after)s\nSHA-256: %(sha256)s",
        **{**facts, "sha256": pairs},
    )
