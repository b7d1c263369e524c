"""Where Google and Microsoft send the browser back to, for mailboxes of the CRM.

The addresses are the host's, which its administrator registered at the provider; for
its own mail servers nothing changes.  For a mailbox more is asked than that the state
is genuine: that its owner is the one who comes back, and that the consent is for this
very mailbox (``crm.mail.account._sign_in``).
"""

import json

from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.google_gmail.controllers.main import GoogleGmailController
from odoo.addons.microsoft_outlook.controllers.main import MicrosoftOutlookController

MODEL = "crm.mail.account"
MESSAGES = "/odoo/crm-messages"


def account_of(state, get_record):
    """The account that a state names; ``None``: it speaks of something else.

    :raises Forbidden: the state is not genuine, or the account somebody else's
    """
    try:
        named = json.loads(state or "")
    except ValueError:
        return None
    if not isinstance(named, dict) or named.get("model") != MODEL:
        return None
    try:
        record = get_record(MODEL, int(named["id"]), str(named["csrf_token"]))
    except (KeyError, TypeError, ValueError):
        raise Forbidden() from None
    return record.with_env(request.env)


def checked_owner(record):
    """``record``, unless it is a mailbox of somebody else.

    :raises Forbidden: it is; a genuine state may have been seen by others
    """
    if record._name == MODEL:
        mine = record.with_env(request.env)
        if record.user_id != request.env.user or not mine.has_access("write"):
            raise Forbidden()
    return record


def land(account, kind: str, code, error):
    """Go on to Messages, or a page that says why not; then nothing was stored."""
    if account.provider_id.oauth != kind:
        raise Forbidden()
    try:
        if error or not code:
            raise UserError(
                request.env._(
                    "You did not let Odoo into your mailbox, so it was not connected."
                )
            )
        account._sign_in(kind, code)
    except UserError as refusal:
        account._log_sign_in("error", str(refusal))
        return request.render(
            "crm_mail_accounts.oauth_landing",
            {"sentence": str(refusal), "account": account, "back": MESSAGES},
        )
    return request.redirect(f"{MESSAGES}?connected={account.id}")


class GoogleLanding(GoogleGmailController):
    @http.route()
    def google_gmail_callback(self, code=None, state=None, error=None, **kwargs):
        account = account_of(state, self._get_gmail_record)
        if account is None:
            return super().google_gmail_callback(code, state, error, **kwargs)
        return land(account, "google", code, error)

    def _get_gmail_record(self, model_name, rec_id, csrf_token):
        return checked_owner(super()._get_gmail_record(model_name, rec_id, csrf_token))

    def _check_email_and_redirect_to_gmail_record(
        self, access_token, expiration, refresh_token, record
    ):
        if record._name == MODEL:
            # Tokens in an address, as the host's own service sends them, prove nothing.
            raise Forbidden()
        return super()._check_email_and_redirect_to_gmail_record(
            access_token, expiration, refresh_token, record
        )


class MicrosoftLanding(MicrosoftOutlookController):
    @http.route()
    def microsoft_outlook_callback(
        self, code=None, state=None, error_description=None, **kwargs
    ):
        account = account_of(state, self._get_outlook_record)
        if account is None:
            return super().microsoft_outlook_callback(
                code, state, error_description, **kwargs
            )
        error = error_description or kwargs.get("error")
        return land(account, "microsoft", code, error)

    def _get_outlook_record(self, model_name, rec_id, csrf_token):
        record = super()._get_outlook_record(model_name, rec_id, csrf_token)
        return checked_owner(record)

    def _check_email_and_redirect_to_outlook_record(
        self, access_token, expiration, refresh_token, record
    ):
        if record._name == MODEL:
            # As above.
            raise Forbidden()
        return super()._check_email_and_redirect_to_outlook_record(
            access_token, expiration, refresh_token, record
        )
