"""The stand-in for Google and Microsoft answers as they and the standards do."""

import base64
import http.client
import json
import threading
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from setup.authorization_grants import CODE_LIFE, TOKEN_LIFE, Grants, Refused
from setup.authorization_server import Server, is_local, with_query

CLIENT = ("client", "secret")
TARGET = "http://localhost:8069/google_gmail/confirm"
GMAIL = "https://mail.google.com/ https://www.googleapis.com/auth/userinfo.email"
OUTLOOK = (
    "openid email offline_access https://outlook.office.com/IMAP.AccessAsUser.All "
    "https://outlook.office.com/SMTP.Send"
)
SCOPES = {"google": GMAIL, "microsoft": OUTLOOK}
ANNA = "anna@live.test"


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def grants(clock):
    return Grants(*CLIENT, clock=clock)


@pytest.fixture
def server(grants):
    with Server(0, grants) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def code_for(grants, kind, mailbox=ANNA, scope=None, **options):
    options.setdefault("offline", True)
    scope = SCOPES[kind] if scope is None else scope
    return grants.authorize(kind, mailbox, TARGET, scope, **options)


def tokens_for(grants, kind, **options):
    return grants.redeem(kind, code_for(grants, kind, **options), TARGET)


def refused(call, *args):
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value.error


# -- codes and tokens ---------------------------------------------------------


@pytest.mark.parametrize("kind", ["google", "microsoft"])
def test_a_code_works_once_and_its_second_use_ends_what_it_gave(grants, kind):
    code = code_for(grants, kind)
    tokens = grants.redeem(kind, code, TARGET)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == TOKEN_LIFE
    assert tokens["scope"] == SCOPES[kind]
    assert grants.introspect(tokens["access_token"])["email"] == ANNA
    assert refused(grants.redeem, kind, code, TARGET) == "invalid_grant"
    assert grants.introspect(tokens["access_token"]) == {"active": False}
    assert refused(grants.refresh, kind, tokens["refresh_token"]) == "invalid_grant"


def test_a_code_is_for_one_provider_one_target_and_ten_minutes(grants, clock):
    code = code_for(grants, "google")
    assert refused(grants.redeem, "microsoft", code, TARGET) == "invalid_grant"
    assert refused(grants.redeem, "google", code, TARGET + "x") == "invalid_grant"
    assert refused(grants.redeem, "google", "nonsense", TARGET) == "invalid_grant"
    clock.now += CODE_LIFE + 1
    assert refused(grants.redeem, "google", code, TARGET) == "invalid_grant"


def test_googles_refresh_token_stays(grants):
    token = tokens_for(grants, "google")["refresh_token"]
    for _time in range(2):
        fresh = grants.refresh("google", token)
        assert "refresh_token" not in fresh
        assert grants.introspect(fresh["access_token"])["active"]


def test_microsofts_refresh_token_rotates_and_the_old_one_is_refused(grants):
    old = tokens_for(grants, "microsoft")["refresh_token"]
    fresh = grants.refresh("microsoft", old)
    assert fresh["refresh_token"] != old
    assert refused(grants.refresh, "microsoft", old) == "invalid_grant"
    assert grants.refresh("microsoft", fresh["refresh_token"])["access_token"]


def test_a_refresh_token_comes_only_for_who_asks_as_the_provider_wants(grants):
    assert "refresh_token" not in tokens_for(grants, "google", offline=False)
    online = OUTLOOK.replace("offline_access ", "")
    assert "refresh_token" not in tokens_for(grants, "microsoft", scope=online)


def test_google_gives_a_refresh_token_at_the_first_consent_or_when_asked_again(grants):
    assert "refresh_token" in tokens_for(grants, "google")
    assert "refresh_token" not in tokens_for(grants, "google")
    assert "refresh_token" in tokens_for(grants, "google", ask_again=True)


def test_a_refresh_may_ask_for_less_and_never_gets_more(grants):
    token = tokens_for(grants, "google", scope="a b")["refresh_token"]
    assert grants.refresh("google", token, "a")["scope"] == "a"
    assert grants.refresh("google", token, "a b c")["scope"] == "a b"
    assert grants.refresh("google", token)["scope"] == "a b"


def test_the_id_token_tells_the_address_as_odoo_reads_it(grants):
    """See Odoo's microsoft_outlook/controllers/main.py."""
    text = tokens_for(grants, "microsoft")["id_token"].split(".")[1]
    claims = json.loads(base64.b64decode(text + "=" * (-len(text) % 4)))
    assert claims["email"] == ANNA
    assert "id_token" not in tokens_for(grants, "google")


def test_only_the_right_client_is_let_in(grants):
    grants.check_client(*CLIENT)
    for wrong in (("client", "x"), ("x", "secret"), ("", ""), ("client:s", "ecret")):
        assert refused(grants.check_client, *wrong) == "invalid_client"


# -- what the mail server and tests ask ---------------------------------------


def test_a_token_ends_with_its_time(grants, clock):
    token = tokens_for(grants, "google")["access_token"]
    clock.now += TOKEN_LIFE - 1
    assert grants.introspect(token)["exp"] == int(clock.now + 1)
    clock.now += 1
    assert grants.introspect(token) == {"active": False}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("https://mail.google.com/", {"imap", "pop3", "submission"}),
        ("https://outlook.office.com/SMTP.Send", {"submission"}),
        ("https://outlook.office365.com/IMAP.AccessAsUser.All", {"imap"}),
        ("openid email XSMTP.Send", set()),
        ("", set()),
    ],
)
def test_each_service_wants_its_own_right(grants, scope, allowed):
    token = tokens_for(grants, "google", scope=scope)["access_token"]
    for service in ("imap", "pop3", "submission"):
        assert grants.introspect(token, service)["active"] == (service in allowed)


def test_a_withdrawn_consent_ends_everything_of_that_mailbox_only(grants):
    anna = tokens_for(grants, "google")
    other = tokens_for(grants, "google", mailbox="bob@live.test")
    pending = code_for(grants, "google")
    grants.withdraw("Anna@live.test")
    assert grants.introspect(anna["access_token"]) == {"active": False}
    assert refused(grants.refresh, "google", anna["refresh_token"]) == "invalid_grant"
    assert refused(grants.redeem, "google", pending, TARGET) == "invalid_grant"
    assert refused(grants.userinfo, anna["access_token"]) == "invalid_token"
    assert grants.introspect(other["access_token"])["active"]
    # who agrees again gets everything anew
    assert "refresh_token" in tokens_for(grants, "google")


def test_what_tests_may_have(grants):
    tokens = tokens_for(grants, "microsoft")
    grants.expire(ANNA)
    assert grants.introspect(tokens["access_token"]) == {"active": False}
    grants.expires_in(ANNA, 7)
    grants.outage(ANNA, 1)
    token = tokens["refresh_token"]
    with pytest.raises(Refused) as caught:
        grants.refresh("microsoft", token)
    assert caught.value.status == 503
    assert grants.refresh("microsoft", token)["expires_in"] == 7
    grants.grant_scope(ANNA, "openid")
    assert tokens_for(grants, "microsoft")["scope"] == "openid"
    assert grants.counts(ANNA) == {
        "authorization_code": 2,
        "refresh_token": 1,
        "introspection": 1,
        "outage": 1,
    }


def test_what_was_granted_survives_a_restart(grants, clock):
    tokens = tokens_for(grants, "microsoft")
    tokens_for(grants, "google", mailbox="bob@live.test")
    grants.withdraw("bob@live.test")
    again = Grants(*CLIENT, clock=clock)
    again.load(json.loads(json.dumps(grants.dump())))
    assert again.introspect(tokens["access_token"])["active"]
    assert again.refresh("microsoft", tokens["refresh_token"])
    assert [grant.mailbox for grant in again.grants.values()] == [ANNA]


# -- over HTTP ----------------------------------------------------------------


def ask(server, method, path, form=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    body = None
    if isinstance(form, dict):
        body = urlencode(form)
    elif form is not None:
        body = form
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def authorize(server, kind="google", **extra):
    query = {
        "client_id": "client",
        "redirect_uri": TARGET,
        "response_type": "code",
        "scope": SCOPES[kind],
        "state": '{"id": 1}',
        "access_type": "offline",
        **extra,
    }
    return ask(server, "GET", f"/{kind}/authorize?{urlencode(query)}")


def redirected(response):
    assert response.status == 302
    location = response.headers["Location"]
    assert location.startswith(TARGET + "?")
    return dict(parse_qsl(urlsplit(location).query))


def exchange(server, kind, **form):
    form = {"client_id": "client", "client_secret": "secret", **form}
    response, text = ask(server, "POST", f"/{kind}/token", form)
    assert response.headers["Cache-Control"] == "no-store"
    return response.status, json.loads(text)


@pytest.mark.parametrize("kind", ["google", "microsoft"])
def test_the_whole_round_trip(server, kind):
    response, _text = authorize(server, kind, allow=ANNA)
    answer = redirected(response)
    assert answer["state"] == '{"id": 1}'
    status, tokens = exchange(
        server,
        kind,
        grant_type="authorization_code",
        code=answer["code"],
        redirect_uri=TARGET,
    )
    assert status == 200
    token = tokens["access_token"]
    basic = base64.b64encode(b"client:secret").decode()
    response, text = ask(
        server,
        "POST",
        "/introspect",
        {"token": token},
        Authorization=f"Basic {basic}",
        **{"X-Dovecot-Auth-Service": "imap"},
    )
    assert json.loads(text)["email"] == ANNA
    response, text = ask(server, "POST", "/introspect", {"token": token})
    assert (response.status, json.loads(text)["error"]) == (401, "invalid_client")
    status, fresh = exchange(
        server, kind, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert status == 200
    assert fresh["access_token"] != token


def test_a_person_is_asked_with_the_mailbox_filled_in(server):
    hint = 'anna"><script>@live.test'
    response, text = authorize(server, login_hint=hint)
    assert response.status == 200
    assert "Local authorization server" in text
    assert "<script>" not in text
    assert 'value="anna&quot;&gt;&lt;script&gt;@live.test"' in text
    assert 'name="state" value="{&quot;id&quot;: 1}"' in text


@pytest.mark.parametrize("mailbox", ["", "anna", "a b@live.test", "a@b\r\nX: y"])
def test_what_is_no_mailbox_is_asked_for_again(server, mailbox):
    response, text = authorize(server, allow=mailbox)
    assert response.status == 200
    assert "Allow" in text


def test_a_refusal_goes_back_to_the_client(server):
    # the button is in the same form as the field
    response, _text = authorize(server, refuse="1", allow=ANNA)
    answer = redirected(response)
    assert answer["error"] == "access_denied"
    assert answer["error_description"]
    assert answer["state"] == '{"id": 1}'
    assert "code" not in answer


def test_nothing_is_sent_to_who_is_not_known(server):
    response, _text = authorize(server, allow=ANNA, client_id="other")
    assert response.status == 400
    response, _text = authorize(server, allow=ANNA, redirect_uri="https://evil.com/")
    assert response.status == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("target", "local"),
    [
        ("http://localhost:8069/x", True),
        ("http://127.0.0.1:18069/x", True),
        ("https://crm.example/x", True),
        ("https://crm.demo.test/x", True),
        ("https://example.com/x", False),
        ("https://localhost.example.com/x", False),
        ("https://example.com/?localhost", False),
        ("javascript://localhost/x", False),
        ("http://localhost/x#y", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_codes_are_sent_to_this_machine_only(target, local):
    assert is_local(target) == local


def test_a_targets_own_parameters_stay():
    assert with_query("http://localhost/x?a=1", {"code": "b c"}) == (
        "http://localhost/x?a=1&code=b+c"
    )


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
    ],
)
def test_errors_are_those_of_the_standard(server, form, status, error):
    """RFC 6749 5.2."""
    answer = exchange(server, "google", **form)
    assert (answer[0], answer[1]["error"]) == (status, error)
    assert answer[1]["error_description"]


def test_google_tells_whose_token_it_is(server, grants):
    token = tokens_for(grants, "google")["access_token"]
    path = "/google/oauth2/v2/userinfo"
    known = {"id": f"local-{ANNA}", "email": ANNA, "verified_email": True}
    _response, text = ask(server, "GET", f"{path}?access_token={token}")
    assert json.loads(text) == known
    _response, text = ask(server, "GET", path, Authorization=f"Bearer {token}")
    assert json.loads(text) == known
    response, _text = ask(server, "GET", f"{path}?access_token=x")
    assert response.status == 401
    token = tokens_for(grants, "google", scope="https://mail.google.com/")
    response, _text = ask(
        server, "GET", path, Authorization=f"Bearer {token['access_token']}"
    )
    assert response.status == 403


def test_tests_control_it_by_json_only(server, grants):
    token = tokens_for(grants, "google")["access_token"]
    action = json.dumps({"action": "withdraw", "mailbox": ANNA})
    response, _text = ask(server, "POST", "/control", action)
    assert response.status == 400
    assert grants.introspect(token)["active"]
    json_type = {"Content-Type": "application/json"}
    response, text = ask(server, "POST", "/control", action, **json_type)
    assert (response.status, text) == (200, "{}")
    assert not grants.introspect(token)["active"]
    for bad in ("{", "[]", "{}", '{"action": "x", "mailbox": "a"}'):
        response, _text = ask(server, "POST", "/control", bad, **json_type)
        assert response.status == 400


@pytest.mark.parametrize(
    "path", ["/", "/token", "/other/token", "/google/", "/google/control", "/x/control"]
)
def test_other_paths_are_not_found(server, path):
    for method in ("GET", "POST"):
        response, _text = ask(server, method, path, {"a": "b"})
        assert response.status == 404


def test_what_the_demo_grants_is_kept_in_a_file(tmp_path, grants, clock):
    store = tmp_path / "grants.json"
    with Server(0, grants, store) as first, first.changing(keep=True):
        token = tokens_for(grants, "google")["access_token"]
    fresh = Grants(*CLIENT, clock=clock)
    with Server(0, fresh, store):
        assert fresh.introspect(token)["active"]
