"""Reading what OAuth 2 providers answer (RFC 6749 5, OpenID Connect Core 2)."""

import base64
import json

import pytest

from mailkit.errors import AuthError, MailError, NetworkError
from mailkit.oauth import (
    DEFAULT_LIFE,
    TokenAnswer,
    TokenRequest,
    identities,
    missing_rights,
    read_google_identity,
    read_token_answer,
)


def answer(**values):
    return json.dumps(values).encode()


def jwt(**claims):
    parts = ({"alg": "none"}, claims)
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return ".".join([*(text.decode().rstrip("=") for text in texts), "signature"])


def test_a_whole_answer_is_read():
    read = read_token_answer(
        200,
        answer(
            access_token="a",
            refresh_token="r",
            expires_in="3599",
            scope="x y",
            id_token="i",
        ),
    )
    assert read == TokenAnswer("a", 3599, "r", "x y", "i")


@pytest.mark.parametrize("life", [None, "soon", {}, float("inf")])
def test_a_life_that_cannot_be_read_is_the_usual_one(life):
    body = json.dumps({"access_token": "a", "expires_in": life}).encode()
    assert read_token_answer(200, body).expires_in == DEFAULT_LIFE


def test_a_life_is_never_below_zero_nor_without_end():
    for life, seconds in ((-5, 0), (10**9, 2 * 86400)):
        body = answer(access_token="a", expires_in=life)
        assert read_token_answer(200, body).expires_in == seconds


@pytest.mark.parametrize(
    ("status", "error", "code", "retry"),
    [
        (400, "invalid_grant", "token_withdrawn", False),
        (400, "interaction_required", "token_withdrawn", False),
        (400, "invalid_client", "oauth_not_configured", False),
        (401, "invalid_client", "oauth_not_configured", False),
        (400, "invalid_scope", "oauth_not_configured", False),
        (400, "temporarily_unavailable", "token_unavailable", True),
        (503, "", "token_unavailable", True),
        (429, "invalid_request", "token_unavailable", True),
        (403, "", "token_unavailable", True),
    ],
)
def test_a_refusal_says_who_can_mend_it(status, error, code, retry):
    with pytest.raises(MailError) as caught:
        read_token_answer(status, answer(error=error))
    assert (caught.value.code, caught.value.retry) == (code, retry)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", answer(access_token=5), b"[" * 100_000]
)
def test_an_answer_without_a_token_is_tried_again(body):
    with pytest.raises(NetworkError) as caught:
        read_token_answer(200, body)
    assert caught.value.code == "token_unavailable"


def test_no_secret_is_in_an_error_or_in_a_repr():
    request = TokenRequest("https://p.example", {"refresh_token": "very-secret"})
    body = answer(error="invalid_grant", error_description="very-secret ended")
    with pytest.raises(AuthError) as caught:
        read_token_answer(400, body, request.secrets)
    assert "ended" in caught.value.detail
    shown = [repr(request), repr(caught.value), str(caught.value)]
    shown.append(repr(TokenAnswer("very-secret", 1, "very-secret", "", "very-secret")))
    assert "very-secret" not in "".join(shown)


def test_an_id_token_names_the_mailbox_and_what_the_server_calls_it():
    token = jwt(email="Rosa@Conti.example", preferred_username="r@t.example", upn="x")
    assert identities(token) == {"rosa@conti.example", "r@t.example"}


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.!!!.c", "é.é.é", "a.bnVsbA.c"])
def test_an_id_token_that_cannot_be_read_names_nobody(token):
    assert identities(token) == frozenset()


def test_google_names_a_verified_address_only():
    body = answer(email="rosa@conti.example", verified_email=True)
    assert read_google_identity(200, body) == "rosa@conti.example"
    for other in ("true", 1, False, None):
        body = answer(email="rosa@conti.example", verified_email=other)
        assert read_google_identity(200, body) == ""
    assert read_google_identity(403, answer(error="denied")) == ""
    with pytest.raises(NetworkError):
        read_google_identity(500, b"")


@pytest.mark.parametrize(
    ("kind", "scope", "missing"),
    [
        ("google", None, ()),
        ("google", "openid https://mail.google.com/ email", ()),
        ("google", "https://www.googleapis.com/auth/gmail.readonly", ("imap", "smtp")),
        ("google", "https://mail.google.com.evil.example/", ("imap", "smtp")),
        ("microsoft", None, ()),
        (
            "microsoft",
            "https://outlook.office.com/IMAP.AccessAsUser.All"
            " https://outlook.office.com/SMTP.Send",
            (),
        ),
        ("microsoft", "https://outlook.office.com/IMAP.AccessAsUser.All", ("smtp",)),
        ("microsoft", "https://outlook.office365.com/smtp.send email", ("imap",)),
        ("microsoft", "", ("imap", "smtp")),
    ],
)
def test_the_rights_that_are_missing_are_named(kind, scope, missing):
    assert missing_rights(kind, scope) == missing
