"""Out of office as Sieve, run by Pigeonhole: whom it answers, and with what."""

import shutil
from dataclasses import replace
from datetime import datetime

import pytest

from mailkit.rules.sieve_script import Setting, sieve_script
from mailkit.rules.sieve_text import NotExpressible
from mailkit.rules.sieve_vacation import MAX_LISTED, Vacation
from mailkit.tests.sieve_run import EXTENSIONS, OWNER, PROGRAM, SieveRun

AWAY = Vacation(
    text='Dear {name},\nI am away: "{subject}" waits. ${other} \\ is no variable.',
    subject="Auto: {subject}",
    days=7,
    handle="h1",
    addresses=(OWNER,),
    start=datetime(2020, 1, 1),
)


@pytest.fixture(scope="module")
def pigeonhole():
    assert shutil.which(PROGRAM), "install dovecot-sieve"
    run = SieveRun()
    yield run
    run.close()


@pytest.fixture
def answer(pigeonhole):
    def answer(vacation=AWAY, sender="Rosa <rosa@conti.example>", **headers):
        fields = {"From": sender, "To": OWNER, "Subject": "Offer", **headers}
        raw = "".join(
            f"{name.replace('_', '-')}: {value}\r\n"
            for name, value in fields.items()
            if value is not None
        )
        script = sieve_script([], {}, setting(vacation))
        return pigeonhole.run(script, f"{raw}\r\nHello\r\n".encode())

    return answer


def setting(vacation, extensions=EXTENSIONS) -> Setting:
    return Setting(OWNER, {}, "", extensions=extensions, vacation=vacation)


def test_the_answer_names_sender_and_subject(answer):
    """[E6]"""
    found = answer()
    assert found.subject == "Auto: Offer"
    assert found.answer.splitlines() == [
        "Dear Rosa,",
        'I am away: "Offer" waits. ${other} \\ is no variable.',
    ]
    assert found.stored == {"INBOX": frozenset()}


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ('"Conti, Rosa" <rosa@conti.example>', "Conti, Rosa"),
        ("rosa@conti.example", "rosa@conti.example"),
        ("<rosa@conti.example>", "rosa@conti.example"),
        ("=?utf-8?q?J=C3=B6rg?= <j@conti.example>", "Jörg"),
    ],
)
def test_who_is_greeted(answer, sender, name):
    assert answer(sender=sender).answer.startswith(f"Dear {name},")


def test_what_comes_from_a_stranger_is_no_variable(answer):
    assert "waits" in answer(Subject='${name} "; discard;').answer
    assert answer(Subject='${name} "; discard;').subject == 'Auto: ${name} "; discard;'


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "<news.example>"},
        {"List_Unsubscribe": "<https://x.example>"},
        {"Feedback_ID": "1"},
        {"Precedence": "bulk"},
        {"Auto_Submitted": "auto-generated"},
        {"X_Auto_Response_Suppress": "DR, OOF"},
        {"X_Spam_Flag": "YES"},
        {"X_Spam_Status": "Yes, score=9"},
        {"Content_Type": "multipart/report; boundary=x"},
        {"Authentication_Results": "mx.corp.example; dmarc=fail"},
        {"sender": "No Reply <no-reply@conti.example>"},
        {"sender": "noreply+1@conti.example"},
        {"sender": "list-request@conti.example"},
        {"sender": "boss@corp.example"},
        {"sender": "Ours <alias@corp.example>"},
        {"To": "others@corp.example"},
    ],
)
def test_silence(answer, headers):
    """As ``autoreply.decide``. [E6]"""
    vacation = replace(
        AWAY, colleagues=("boss@corp.example",), silent=("alias@corp.example",)
    )
    assert answer(vacation).answer
    assert not answer(vacation, **headers).answer


def test_somebody_who_is_no_machine_is_answered(answer):
    assert answer(Auto_Submitted="no").answer
    assert answer(sender="Nora <nora@reply.example>").answer
    results = "mx.corp.example; dmarc=pass"
    assert answer(Authentication_Results=results).answer
    assert answer(To="Anna <ANNA+x@corp.example>").answer


def test_colleagues_get_their_own_text(answer):
    vacation = replace(
        AWAY, colleague_text="Ask Bruno.", colleagues=("boss@corp.example",)
    )
    assert (
        answer(vacation, sender="The Boss <BOSS@corp.example>").answer == "Ask Bruno."
    )
    assert answer(vacation).answer.startswith("Dear Rosa")


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        (datetime(2020, 1, 1), datetime(2099, 1, 1), True),
        (datetime(2020, 1, 1), datetime(2021, 1, 1), False),
        (datetime(2099, 1, 1), None, False),
    ],
)
def test_only_while_the_owner_is_away(answer, start, end, on):
    assert bool(answer(replace(AWAY, start=start, end=end)).answer) is on


def test_what_a_server_must_have_and_what_it_may_lack():
    with pytest.raises(NotExpressible, match="extension: vacation"):
        sieve_script([], {}, setting(AWAY, EXTENSIONS - {"vacation"}))
    script = sieve_script([], {}, setting(AWAY, EXTENSIONS - {"index"}))
    assert "index" not in script


def test_too_many_addresses_are_refused():
    many = tuple(f"u{number}@corp.example" for number in range(MAX_LISTED + 1))
    with pytest.raises(NotExpressible, match="colleagues"):
        sieve_script([], {}, setting(replace(AWAY, colleagues=many)))
