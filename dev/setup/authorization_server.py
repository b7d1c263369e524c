"""An OAuth 2 authorization server that stands in for Google and Microsoft.

Run by any Python, on the loopback only::

    python -m setup.authorization_server SETTINGS.json

What clients use, where KIND is `google` or `microsoft` (how these differ is told in
`authorization_grants`):

`GET /KIND/authorize`
    RFC 6749 4.1.1. A person gets a page that asks which mailbox (`login_hint` fills
    it in) with *Allow* and *Refuse*. `allow=x@live.test` in the query answers at once,
    as does `refuse=1`: with a redirect that carries `code` or `error=access_denied`.
    A redirect goes to this machine, or to a name in .test or .example.
`POST /KIND/token`
    RFC 6749 4.1.3 and 6: {access_token, expires_in (seconds), token_type, scope}, with
    refresh_token and id_token as the kind and the scope have it. Errors are those of
    5.2: {error, error_description}, status 400, or 401 for the client itself.
`GET /google/oauth2/v2/userinfo`
    {id, email, verified_email} for `access_token=...` or a Bearer token.

`POST /introspect` is what Dovecot asks (RFC 7662), with the client's name and secret by
HTTP Basic: {active, client_id, username, email, scope, token_type, exp}, and only
{active: false} for a token that is unknown, expired, withdrawn or lacks the right for
the service that Dovecot names in `X-Dovecot-Auth-Service`.

`POST /control` is for tests; JSON in, JSON out, about one mailbox, so that tests may
run side by side::

    {"action": "withdraw", "mailbox": m}                consent and all tokens end
    {"action": "expire", "mailbox": m}                  its access tokens end now
    {"action": "expires_in", "mailbox": m, "seconds": n}    life of tokens from now on
    {"action": "scope", "mailbox": m, "scope": text}    what consents grant from now on;
                                                        null: what is asked for
    {"action": "outage", "mailbox": m, "times": n}      so many token requests get a 503
    {"action": "counts", "mailbox": m}    {authorization_code, refresh_token, refused,
                                           outage, introspection}; absent means none
    {"action": "checked", "token": t}     {"times": n}: how often Dovecot asked about it

With `store` in the settings what was granted survives a restart, as the demo needs.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import logging
import re
import signal
import socketserver
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import authorization_page as page
from . import state
from .authorization_grants import KINDS, Grants, Refused

HOST = "127.0.0.1"
BODY_LIMIT = 100_000  # bytes; a form with two tokens has five thousand
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LOCAL_DOMAINS = (".test", ".example")
MAILBOX = re.compile(r"[^\s@]+@[^\s@]+")
CHANGING = ("authorize", "token", "control")
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 5.1

_logger = logging.getLogger("authorization_server")


class Server(ThreadingHTTPServer):
    """Listens at once; `grants` is used under `lock`."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, port: int, grants: Grants, store: Path | None = None) -> None:
        self.grants = grants
        self.store = store
        self.lock = threading.Lock()
        if store:
            grants.load(state.read_or_empty(store))
        super().__init__((HOST, port), Handler)

    def server_bind(self) -> None:
        # without the name look-up of HTTPServer
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    @contextlib.contextmanager
    def changing(self, keep: bool) -> Iterator[None]:
        """One request at a time; a refusal may have changed something too."""
        with self.lock:
            try:
                yield
            finally:
                if keep and self.store:
                    state.write(self.store, self.grants.dump())


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"  # Dovecot asks again on the same connection
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60  # seconds; an idle connection holds a thread

    def do_GET(self) -> None:  # the name that http.server calls
        self._answer({"authorize": self._authorize, "userinfo": self._userinfo})

    def do_POST(self) -> None:
        self._answer(
            {
                "token": self._token,
                "introspect": self._introspect,
                "control": self._control,
            }
        )

    def log_message(self, *args: Any) -> None:
        """Silent: a request's line holds codes and tokens."""

    # -- requests -------------------------------------------------------------

    def _answer(self, known: dict[str, Any]) -> None:
        url = urlsplit(self.path)
        self.query = dict(parse_qsl(url.query, keep_blank_values=True))
        found = route(url.path)
        if not found or found[1] not in known:
            self.close_connection = True  # its body was not read
            self._json(404, {"error": "not_found"})
            return
        self.kind, name = found
        try:
            body = self._read_body()
            with self.server.changing(name in CHANGING):
                reply = known[name](body)
            reply()
        except Refused as refused:
            words = {"error": refused.error, "error_description": refused.description}
            self._json(refused.status, words)

    def _read_body(self) -> bytes:
        size = int(self.headers.get("Content-Length") or 0)
        if size > BODY_LIMIT:
            self.close_connection = True
            raise Refused("invalid_request", "The request is too large.", 413)
        return self.rfile.read(size)

    def _form(self, body: bytes) -> dict[str, str]:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

    def _authorize(self, _body: bytes) -> Any:
        query = self.query
        target = query.get("redirect_uri", "")
        if query.get("client_id") != self.server.grants.client_id:
            return lambda: self._html(400, page.refusal("This client is not known."))
        if not is_local(target):
            text = f"The redirect_uri “{target}” is not one of this machine."
            return lambda: self._html(400, page.refusal(text))
        if query.get("response_type") != "code":
            return self._redirect(target, error="unsupported_response_type")
        if query.get("refuse"):
            words = "The person refused access."
            return self._redirect(
                target, error="access_denied", error_description=words
            )
        mailbox = query.get("allow", "").strip()
        if not MAILBOX.fullmatch(mailbox):
            return lambda: self._html(200, page.consent(self.kind, query))
        scope = query.get("scope", "")
        code = self.server.grants.authorize(
            self.kind,
            mailbox,
            target,
            scope,
            offline=query.get("access_type") == "offline",
            ask_again="consent" in query.get("prompt", "").split(),
        )
        return self._redirect(target, code=code)

    def _redirect(self, target: str, **answer: str) -> Any:
        if "state" in self.query:
            answer["state"] = self.query["state"]
        location = with_query(target, answer)
        return lambda: self._send(302, b"", "text/plain", {"Location": location})

    def _token(self, body: bytes) -> Any:
        form = self._form(body)
        grants = self.server.grants
        client = self._basic() or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        grants.check_client(*client)
        grant_type = form.get("grant_type")
        if grant_type == "authorization_code":
            tokens = grants.redeem(
                self.kind, form.get("code", ""), form.get("redirect_uri", "")
            )
        elif grant_type == "refresh_token":
            tokens = grants.refresh(
                self.kind, form.get("refresh_token", ""), form.get("scope", "")
            )
        else:
            raise Refused("unsupported_grant_type", f"Not known: {grant_type!r}")
        return lambda: self._json(200, tokens)

    def _userinfo(self, _body: bytes) -> Any:
        bearer = self.headers.get("Authorization", "")
        word, _space, token = bearer.partition(" ")
        if word.lower() != "bearer":
            token = self.query.get("access_token", "")
        known = self.server.grants.userinfo(token.strip())
        return lambda: self._json(200, known)

    def _introspect(self, body: bytes) -> Any:
        self.server.grants.check_client(*(self._basic() or ("", "")))
        service = self.headers.get("X-Dovecot-Auth-Service", "")
        token = self._form(body).get("token", "")
        known = self.server.grants.introspect(token, service.lower())
        return lambda: self._json(200, known)

    def _control(self, body: bytes) -> Any:
        # No page of another site can send this type without being asked first.
        if not self.headers.get("Content-Type", "").startswith("application/json"):
            raise Refused("invalid_request", "Send application/json.")
        try:
            wanted = json.loads(body)
            answer = control(self.server.grants, wanted)
        except (ValueError, KeyError, TypeError) as error:
            text = f"{type(error).__name__}: {error}"
            raise Refused("invalid_request", text) from None
        return lambda: self._json(200, answer)

    def _basic(self) -> tuple[str, str] | None:
        word, _space, encoded = self.headers.get("Authorization", "").partition(" ")
        if word.lower() != "basic":
            return None
        try:
            text = base64.b64decode(encoded).decode()
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        name, _colon, secret = text.partition(":")
        return name, secret

    # -- answers --------------------------------------------------------------

    def _json(self, status: int, value: dict[str, Any]) -> None:
        headers = dict(NO_STORE)
        if status == 401:
            headers["WWW-Authenticate"] = "Basic"  # RFC 6749 5.2
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _html(self, status: int, text: str) -> None:
        self._send(status, text.encode(), "text/html; charset=utf-8", NO_STORE)

    def _send(
        self, status: int, body: bytes, content_type: str, headers: dict[str, str]
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def route(path: str) -> tuple[str, str] | None:
    """Kind and name of what a path asks for."""
    if path in ("/introspect", "/control"):
        return "", path[1:]
    if path == "/google/oauth2/v2/userinfo":
        return "google", "userinfo"
    kind, _slash, name = path[1:].partition("/")
    if kind in KINDS and name in ("authorize", "token"):
        return kind, name
    return None


def is_local(target: str) -> bool:
    """May a code be sent there?"""
    try:
        url = urlsplit(target)
        host = url.hostname or ""
    except ValueError:
        return False
    good = host in LOCAL_HOSTS or host.endswith(LOCAL_DOMAINS)
    return good and url.scheme in ("http", "https") and not url.fragment


def with_query(target: str, extra: dict[str, str]) -> str:
    """The address with more parameters; those it has stay (RFC 6749 3.1.2)."""
    url = urlsplit(target)
    query = "&".join(filter(None, [url.query, urlencode(extra)]))
    return urlunsplit((url.scheme, url.netloc, url.path, query, ""))


def control(grants: Grants, wanted: dict[str, Any]) -> dict[str, Any]:
    """One action of the module's list; KeyError names what is missing or unknown."""
    action = wanted["action"]
    if action == "checked":
        return {"times": grants.checked(wanted["token"])}
    mailbox = str(wanted["mailbox"])
    if action == "counts":
        return grants.counts(mailbox)
    if action == "withdraw":
        grants.withdraw(mailbox)
    elif action == "expire":
        grants.expire(mailbox)
    elif action == "expires_in":
        grants.expires_in(mailbox, int(wanted["seconds"]))
    elif action == "scope":
        grants.grant_scope(mailbox, wanted["scope"])
    elif action == "outage":
        grants.outage(mailbox, int(wanted["times"]))
    else:
        raise KeyError(action)
    return {}


def main(path: str) -> None:
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    settings = json.loads(Path(path).read_text())
    client = settings["client_id"], settings["client_secret"]
    store = settings.get("store")
    server = Server(settings["port"], Grants(*client), Path(store) if store else None)

    def end(number: int, frame: Any) -> None:
        # shutdown() waits for the loop that this handler interrupts
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    main(sys.argv[1])
