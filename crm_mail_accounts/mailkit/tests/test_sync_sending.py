"""What follows from an attempt to hand a mail over."""

import pytest

from mailkit.errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    MailError,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
)
from mailkit.sync.sending import GIVE_UP, Action, after_error, by_patience

LATER = ServerRefused("451 later", response_code="451", retry=True)
NEVER = ServerRefused("550 no", response_code="550")


def at(step: str, error: MailError) -> MailError:
    error.step = step
    return error


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "content"])
@pytest.mark.parametrize(
    ("error", "action"),
    [
        (NEVER, Action.FAIL),
        (LATER, Action.AGAIN),
        (NetworkError("lost"), Action.AGAIN),
        (ProtocolError("odd"), Action.AGAIN),
        (CapabilityMissing("SMTPUTF8"), Action.FAIL),
        (InvalidArgument("no"), Action.FAIL),
    ],
)
def test_before_the_final_dot_trying_again_is_safe(step, error, action):
    assert after_error(at(step, error), tries=1, age=0).action is action


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (NEVER, Action.FAIL),
        (LATER, Action.AGAIN),
        (NetworkError("lost"), Action.UNCERTAIN),
        (NetworkError("late", code="timeout"), Action.UNCERTAIN),
        (ProtocolError("odd"), Action.UNCERTAIN),
        (MailError("anything"), Action.UNCERTAIN),
    ],
)
def test_after_the_final_dot_silence_is_never_sent_again(error, action):
    """Law 7."""
    assert after_error(at("dot", error), tries=1, age=0).action is action
    if action is Action.UNCERTAIN:
        assert after_error(error, tries=9, age=GIVE_UP).action is action


@pytest.mark.parametrize(
    "error", [NetworkError("refused"), TlsError("no"), AuthError("no"), NEVER, LATER]
)
def test_what_goes_wrong_before_any_mail_concerns_all_of_them(error):
    error = at("", error)
    verdict = after_error(error, tries=1, age=0)
    assert (verdict.action, verdict.connection) == (Action.AGAIN, True)
    assert verdict.pause >= 60
    assert after_error(error, tries=1, age=GIVE_UP).action is Action.FAIL


def test_pauses_grow():
    pauses = [
        after_error(at("rcpt", LATER), tries=tries, age=0).pause
        for tries in range(1, 8)
    ]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] <= 1800


def test_recipients_that_may_be_tried_again():
    found = by_patience({"a@x.test": "450 greylisted", "b@x.test": "550 unknown"})
    assert found.for_now == {"a@x.test": "450 greylisted"}
    assert found.for_good == {"b@x.test": "550 unknown"}
