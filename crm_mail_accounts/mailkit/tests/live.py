"""The real mail servers of the developers' machine, when they run.

The environment variable CRM_MAIL_DEV_STATE names a JSON file with hosts, ports and
the demo password.  Any ``name@live.test`` may log in and finds a fresh mailbox, so
each test takes a user of its own.  Tokens come from the authorization server that
stands in for the providers (``dev/setup/authorization_server.py``).
"""

from __future__ import annotations

import http.client
import json
import os
import urllib.parse
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from ..values import Credentials, Endpoint, Security

VARIABLE = "CRM_MAIL_DEV_STATE"
REDIRECT = "http://localhost:8069/test/confirm"
"""Where codes are sent; nothing needs to listen there."""
SCOPES = {
    "google": "https://mail.google.com/ https://www.googleapis.com/auth/userinfo.email",
    "microsoft": "openid email offline_access "
    "https://outlook.office.com/IMAP.AccessAsUser.All "
    "https://outlook.office.com/SMTP.Send",
}
"""What Odoo's own mixins ask each provider for."""


@dataclass(frozen=True)
class Live:
    """What the state file says about mail."""

    host: str
    ports: dict[str, int]
    password: str
    ca_file: str
    certificates: dict[str, tuple[str, str]]
    """``expired`` and ``selfsigned``: certificate and key file."""
    oauth: dict = field(default_factory=dict, repr=False)
    """``endpoint``, ``port``, ``client_id``, ``client_secret``."""

    def endpoint(self, port: str, security: Security, **options) -> Endpoint:
        options.setdefault("ca_file", self.ca_file)
        return Endpoint(self.host, self.ports[port], security, **options)

    def user(self) -> Credentials:
        """Somebody whose mailbox nobody has ever opened."""
        return Credentials(f"t{uuid.uuid4().hex[:12]}@live.test", self.password)

    # -- the authorization server ---------------------------------------------

    def token(self, user: str, kind: str = "microsoft", scope: str = "") -> str:
        """An access token of ``user``, by the whole round trip of a consent."""
        return self.consent(user, kind, scope)["access_token"]

    def consent(self, user: str, kind: str = "microsoft", scope: str = "") -> dict:
        """The tokens that a client gets once ``user`` has agreed: ``access_token``,
        ``refresh_token``, ``expires_in`` (seconds), ``scope``..."""
        query = {
            "client_id": self.oauth["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": scope or SCOPES[kind],
            "state": "s",
            "access_type": "offline",
            "prompt": "consent",
            "allow": user,
        }
        path = f"/{kind}/authorize?{urllib.parse.urlencode(query)}"
        status, headers, _body = self.ask("GET", path)
        if status != 302:
            raise AssertionError(f"no consent: {status}")
        answer = urllib.parse.urlsplit(headers["Location"]).query
        code = dict(urllib.parse.parse_qsl(answer))["code"]
        return self.exchange(
            kind, grant_type="authorization_code", code=code, redirect_uri=REDIRECT
        )

    def refresh(self, kind: str, refresh_token: str) -> dict:
        """The tokens for a refresh token."""
        return self.exchange(
            kind, grant_type="refresh_token", refresh_token=refresh_token
        )

    def exchange(self, kind: str, **form: str) -> dict:
        """The token endpoint's answer."""
        form["client_id"] = self.oauth["client_id"]
        form["client_secret"] = self.oauth["client_secret"]
        status, _headers, body = self.ask(
            "POST",
            f"/{kind}/token",
            urllib.parse.urlencode(form),
            "application/x-www-form-urlencoded",
        )
        answer = json.loads(body)
        if status != 200:
            raise AssertionError(f"no token: {status} {answer['error']}")
        return answer

    def control(self, action: str, **wanted) -> dict:
        """One action of the authorization server's ``/control``."""
        status, _headers, body = self.ask(
            "POST",
            "/control",
            json.dumps({"action": action, **wanted}),
            "application/json",
        )
        if status != 200:
            raise AssertionError(f"{action}: {body!r}")
        return json.loads(body)

    def ask(self, method: str, path: str, body: str = "", content_type: str = ""):
        """Status, headers and body of one request; redirects are not followed."""
        connection = http.client.HTTPConnection(
            "localhost", self.oauth["port"], timeout=60
        )
        headers = {"Content-Type": content_type} if content_type else {}
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


def load() -> Live | None:
    """The running servers, or ``None``: then the tests are skipped."""
    path = os.environ.get(VARIABLE)
    if not path or not Path(path).is_file():
        return None
    mail = json.loads(Path(path).read_text(encoding="utf-8"))["mail"]
    certificates = {
        name: (mail[name]["cert_file"], mail[name]["key_file"])
        for name in ("expired", "selfsigned")
        if name in mail
    }
    return Live(
        mail["host"],
        mail["ports"],
        mail["password"],
        mail["ca_file"],
        certificates,
        mail.get("oauth", {}),
    )
