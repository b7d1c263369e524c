"""Secrets at rest."""

import pytest

from mailkit.errors import MailError
from mailkit.secrets import Cipher, new_key


def unreadable(call, *arguments):
    with pytest.raises(MailError) as caught:
        call(*arguments)
    assert caught.value.code == "secret_unreadable"
    return caught.value


def test_a_secret_comes_back_and_its_token_does_not_show_it():
    cipher = Cipher([new_key()])
    token = cipher.encrypt("Paßwort ✉")
    assert "wort" not in token
    assert cipher.decrypt(token) == "Paßwort ✉"


def test_two_tokens_of_one_secret_differ():
    cipher = Cipher([new_key()])
    assert cipher.encrypt("same") != cipher.encrypt("same")


def test_an_older_key_still_decrypts_and_rotation_writes_under_the_first():
    old, new = new_key(), new_key()
    token = Cipher([old]).encrypt("secret")
    both = Cipher([new, old])
    assert both.decrypt(token) == "secret"
    unreadable(Cipher([new]).decrypt, token)
    assert Cipher([new]).decrypt(both.rotate(token)) == "secret"


@pytest.mark.parametrize("token", ["", "plain text", "gAAAA", "ünicode", None])
def test_what_is_no_token_is_unreadable(token):
    unreadable(Cipher([new_key()]).decrypt, token)
    unreadable(Cipher([new_key()]).rotate, token)


def test_a_token_that_was_changed_is_unreadable():
    cipher = Cipher([new_key()])
    token = cipher.encrypt("secret")
    changed = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    unreadable(cipher.decrypt, changed)


@pytest.mark.parametrize("keys", [[], ["short"], "a text", [None], [""]])
def test_a_key_that_is_none_is_refused_without_being_repeated(keys):
    error = unreadable(Cipher, keys)
    assert "short" not in f"{error!r} {error.__cause__!r}"


def test_the_cipher_shows_no_key():
    key = new_key()
    assert key not in repr(Cipher([key]))
    assert not hasattr(Cipher([key]), "__dict__")
