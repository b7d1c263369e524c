"""The pauses after a failure."""

from mailkit.errors import AuthError, NetworkError, ServerRefused, TlsError
from mailkit.sync.backoff import (
    FIRST_AUTH_PAUSE,
    FIRST_PAUSE,
    LONGEST_AUTH_PAUSE,
    LONGEST_PAUSE,
    pause_after,
)


def test_an_outage_is_tried_again_soon_and_then_ever_more_rarely():
    pauses = [pause_after(NetworkError(), failures) for failures in range(1, 12)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_a_wrong_password_never_hammers_the_server():
    assert pause_after(AuthError(), 1) == FIRST_AUTH_PAUSE
    assert pause_after(AuthError(), 50) == LONGEST_AUTH_PAUSE


def test_a_certificate_that_only_a_person_can_mend_is_tried_rarely():
    assert pause_after(TlsError(code="certificate_expired"), 1) == FIRST_AUTH_PAUSE


def test_a_pause_that_the_server_asked_for_is_not_cut_short():
    error = ServerRefused("throttled", retry=True, retry_after=4000.0)
    assert pause_after(error, 1) == 4000.0
