"""A part of the network's door: asking an OAuth 2 provider for tokens.

By ``requests``, as the host does for its own mail servers, and unlike ``net_http``:
the provider's address is the administrator's or fixed, never a user's, and what the
administrator configured for the web (a proxy, a company's own authorities) must count
here too.  No redirection is followed: it would carry the secrets elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests

from .errors import NetworkError
from .oauth import TokenAnswer, TokenRequest, read_google_identity, read_token_answer

TIMEOUT = 10.0
"""Seconds for connecting, and for each part of the answer."""
TOTAL = 30.0
"""Seconds for the whole answer."""
MAX_ANSWER = 128 * 1024
"""Bytes; two of Microsoft's tokens are eight thousand."""


def ask_token(
    request: TokenRequest, *, clock: Callable[[], float] = time.monotonic
) -> TokenAnswer:
    """Post ``request``. :raises MailError: see :func:`oauth.read_token_answer`."""
    status, body = _exchange(
        clock,
        "POST",
        request.url,
        data=request.form,
        headers={"Accept": "application/json"},
    )
    return read_token_answer(status, body, request.secrets)


def ask_google_identity(
    url: str, access_token: str, *, clock: Callable[[], float] = time.monotonic
) -> str:
    """Whose token this is. :raises MailError: see :func:`oauth.read_google_identity`.

    The token travels in a header: addresses are written into logs.
    """
    headers = {"Authorization": f"Bearer {access_token}"}
    return read_google_identity(*_exchange(clock, "GET", url, headers=headers))


def _exchange(clock, method: str, url: str, **content) -> tuple[int, bytes]:
    end = clock() + TOTAL
    body = b""
    try:
        with requests.request(
            method,
            url,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
            **content,
        ) as response:
            for chunk in response.iter_content(8192):
                body += chunk
                if len(body) > MAX_ANSWER or clock() > end:
                    raise _away(url, "too much or too slow")
            return response.status_code, body
    except requests.RequestException as err:
        # The error's own text may hold what was sent.
        raise _away(url, type(err).__name__) from None


def _away(url: str, why: str) -> NetworkError:
    host = urlsplit(url).hostname or ""
    return NetworkError(f"{host}: {why}", code="token_unavailable")
