"""The write-back queue's decisions, case by case."""

from datetime import datetime, timedelta, timezone

import pytest

from mailkit.errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
    UidValidityChanged,
)
from mailkit.sync import operations
from mailkit.sync.operations import (
    Action,
    Kind,
    Operation,
    after_error,
    claim,
    coalesce,
)

T0 = datetime(2026, 1, 1, tzinfo=timezone.utc)
INBOX, TRASH, WORK = 1, 2, 3


def op(number, kind=Kind.FLAGS, message=7, folder=INBOX, target=None, **values):
    add, remove = values.pop("add", ()), values.pop("remove", ())
    return Operation(
        number,
        kind,
        message,
        folder,
        values.pop("uid", message * 10),
        T0 + timedelta(seconds=number),
        frozenset(add),
        frozenset(remove),
        target,
        **values,
    )


def move(number, folder, target, **values):
    return op(number, Kind.MOVE, folder=folder, target=target, **values)


def told(chain):
    return [
        (step.kind.value, step.folder, sorted(step.add), sorted(step.remove),
         step.target, step.ids)
        for step in chain.steps
    ]  # fmt: skip


def test_flags_become_one_step_and_the_last_word_counts():
    chain = coalesce(
        [op(1, add=["a", "b"]), op(2, remove=["B", "c"]), op(3, add=["c"])]
    )
    assert told(chain) == [("flags", INBOX, ["a", "c"], ["B"], None, (1, 2, 3))]
    assert chain.settled == ()


@pytest.mark.parametrize(
    ("flags", "steps", "settled"),
    [
        (frozenset(), 0, (1, 2)),
        # the mail was read already: then "unread" is a change
        (frozenset({"\\seen"}), 1, ()),
        # nobody knows
        (None, 1, ()),
    ],
)
def test_opposite_flags_cancel_where_the_server_has_it_so(flags, steps, settled):
    chain = coalesce([op(1, add=["\\Seen"]), op(2, remove=["\\Seen"])], flags=flags)
    assert (len(chain.steps), chain.settled) == (steps, settled)
    if steps:
        assert told(chain)[0][3] == ["\\Seen"]


def test_a_flag_that_is_set_already_is_set_all_the_same():
    """Only a pair proves that the first of the two never left."""
    chain = coalesce([op(1, add=["\\Seen"])], flags=frozenset({"\\Seen"}))
    assert len(chain.steps) == 1


def test_moves_become_one_and_flags_go_before_it():
    chain = coalesce(
        [
            move(1, INBOX, WORK),
            op(2, folder=WORK, add=["\\Seen"], uid=None),
            move(3, WORK, TRASH, uid=None),
        ]
    )
    assert told(chain) == [
        ("flags", INBOX, ["\\Seen"], [], None, (2,)),
        ("move", INBOX, [], [], TRASH, (1, 3)),
    ]
    assert {step.uid for step in chain.steps} == {70}


def test_the_last_move_stands_for_those_before_it():
    """They were not sent, so after a crash nothing of them is to be looked for."""
    (step,) = coalesce([move(1, INBOX, WORK), move(3, WORK, TRASH, uid=None)]).steps
    assert step.superseded == (1,)
    (step,) = coalesce([op(1, add=["x"]), op(2, add=["y"])]).steps
    assert step.superseded == ()


def test_a_tried_move_whose_mail_is_there_by_now_is_over():
    chain = coalesce([move(1, TRASH, TRASH, tries=2), op(2, folder=TRASH, add=["x"])])
    assert (chain.steps, chain.settled) == ((), (1,))


def test_a_move_back_is_no_move():
    chain = coalesce([move(1, INBOX, WORK), move(2, WORK, INBOX), op(3, add=["x"])])
    assert told(chain) == [("flags", INBOX, ["x"], [], None, (3,))]
    assert chain.settled == (1, 2)


def test_a_permanent_deletion_swallows_everything_where_the_mail_still_is():
    chain = coalesce(
        [
            op(1, add=["x"]),
            move(2, INBOX, TRASH),
            op(3, Kind.EXPUNGE, folder=TRASH, uid=None),
            op(4, remove=["x"]),
        ]
    )
    assert told(chain) == [("expunge", INBOX, [], [], None, (1, 2, 3))]
    assert chain.steps[0].uid == 70
    assert chain.settled == (4,)


def test_a_move_to_the_trash_keeps_the_flags():
    chain = coalesce([op(1, add=["\\Seen"]), move(2, INBOX, TRASH)])
    assert [step.kind for step in chain.steps] == [Kind.FLAGS, Kind.MOVE]


@pytest.mark.parametrize(
    ("kind", "look"),
    [(Kind.MOVE, True), (Kind.COPY, True), (Kind.APPEND, True),
     (Kind.FLAGS, False), (Kind.EXPUNGE, False)],
)  # fmt: skip
def test_what_was_tried_goes_first_and_alone_and_is_looked_at(kind, look):
    first = op(1, kind, target=WORK, tries=1)
    chain = coalesce([first, move(2, WORK, TRASH), op(3, add=["x"])])
    assert [step.ids for step in chain.steps] == [(1,)]
    assert chain.steps[0].look is look
    assert chain.settled == ()


def test_nothing_behind_a_tried_operation_or_a_copy_is_taken():
    for barrier in (
        move(3, INBOX, WORK, tries=1),
        op(3, Kind.COPY, target=WORK),
        op(3, Kind.APPEND, target=WORK),
    ):
        chain = coalesce([op(2, add=["x"]), barrier, op(4, remove=["x"])])
        assert [step.ids for step in chain.steps] == [(2,)]
        assert told(chain)[0][2] == ["x"]


def test_the_order_is_that_of_the_person_not_that_of_the_list():
    chain = coalesce([move(2, WORK, TRASH), move(1, INBOX, WORK)])
    assert told(chain) == [("move", INBOX, [], [], TRASH, (1, 2))]


def test_mails_with_the_same_change_go_by_one_command():
    found = claim(
        [op(n, message=n, add=["\\Seen"]) for n in (3, 1, 2)]
        + [op(4, message=4, add=["\\Flagged"])]
        + [op(5, message=5, folder=WORK, add=["\\Seen"])]
    )
    assert [
        [step.message for step in group.steps] for group in found.groups
    ] == [[1, 2, 3], [4], [5]]  # fmt: skip
    assert found.groups[0].ids == (1, 2, 3)


def test_all_flags_go_before_all_moves():
    found = claim(
        [
            move(1, INBOX, TRASH, message=1),
            move(2, INBOX, TRASH, message=2),
            op(3, message=2, folder=TRASH, uid=None, add=["\\Seen"]),
        ]
    )
    assert [(g.kind.value, g.ids) for g in found.groups] == [
        ("flags", (3,)),
        ("move", (1, 2)),
    ]


def test_groups_are_bounded_and_settled_operations_are_told():
    found = claim(
        [op(n, message=n, add=["x"]) for n in range(1, 8)]
        + [move(8, INBOX, WORK, message=9), move(9, WORK, INBOX, message=9)],
        most=3,
    )
    assert [len(group.steps) for group in found.groups] == [3, 3, 1]
    assert found.settled == (8, 9)


def test_a_mail_to_be_looked_at_does_not_go_with_those_that_are_not():
    found = claim(
        [move(1, INBOX, WORK, message=1, tries=1), move(2, INBOX, WORK, message=2)]
    )
    assert len(found.groups) == 2


def test_the_servers_flags_are_those_of_each_mail():
    pair = [op(1, message=1, add=["x"]), op(2, message=1, remove=["x"])]
    assert claim(pair, flags={1: frozenset()}).settled == (1, 2)
    assert claim(pair, flags={2: frozenset()}).settled == ()


def test_operations_that_make_no_sense_are_refused():
    with pytest.raises(InvalidArgument):
        op(1, Kind.MOVE)
    with pytest.raises(InvalidArgument):
        op(1, add=["x"], remove=["x"])
    with pytest.raises(InvalidArgument):
        coalesce([op(1), op(2, message=8)])
    assert coalesce([]).steps == ()


# -- errors -------------------------------------------------------------------


def bad():
    error = ProtocolError("UID MOVE: what?")
    error.connection_usable = True
    return error


def refused(response_code, **values):
    return ServerRefused("no", response_code=response_code, **values)


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (NetworkError("gone"), Action.AGAIN),
        (ProtocolError("garbage"), Action.AGAIN),
        (refused(""), Action.AGAIN),
        (refused("UNAVAILABLE", retry=True, code="server_busy"), Action.AGAIN),
        (refused("OVERQUOTA", retry=True, code="server_busy"), Action.AGAIN),
        (AuthError(), Action.AGAIN),
        (TlsError(), Action.AGAIN),
        (UidValidityChanged(), Action.RESOLVE),
        (refused("NONEXISTENT", code="message_gone"), Action.RESOLVE),
        (refused("TRYCREATE", code="target_missing"), Action.CREATE),
        (refused("NONEXISTENT"), Action.PARK),
        (refused("CANNOT"), Action.PARK),
        (refused("NOPERM"), Action.PARK),
        (refused("OVERQUOTA"), Action.PARK),
        (refused("READ-ONLY"), Action.PARK),
        (bad(), Action.PARK),
        (InvalidArgument(), Action.PARK),
        (CapabilityMissing(), Action.PARK),
        (LimitExceeded(), Action.PARK),
    ],
    ids=lambda value: str(getattr(value, "value", repr(value))),
)
def test_what_an_error_means(error, action):
    assert after_error(error, kind=Kind.MOVE, tries=0).action is action


def test_one_bad_mail_does_not_park_the_others():
    for error in (bad(), LimitExceeded()):
        verdict = after_error(error, kind=Kind.MOVE, tries=0, size=3)
        assert verdict.action is Action.SPLIT


def test_a_target_is_created_once():
    error = refused("TRYCREATE", code="target_missing")
    verdict = after_error(error, kind=Kind.MOVE, tries=0, created_target=True)
    assert verdict.action is Action.PARK


def test_pauses_double_up_to_a_quarter_of_an_hour():
    pauses = [
        after_error(NetworkError(), kind=Kind.FLAGS, tries=n).pause for n in range(10)
    ]
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    spread = after_error(NetworkError(), kind=Kind.FLAGS, tries=0, jitter=1.0)
    assert spread.pause == 6.25


def test_a_pause_that_the_server_asked_for_is_kept():
    error = refused("THROTTLED", retry=True, retry_after=299.961, code="server_busy")
    verdict = after_error(error, kind=Kind.FLAGS, tries=0)
    assert verdict.pause == 299.961
    assert verdict.account


def test_nobody_looks_while_the_server_may_still_be_busy():
    for kind in Kind:
        pause = after_error(NetworkError(), kind=kind, tries=0).pause
        assert pause == (5 if kind.repeatable else operations.LOOK_PAUSE)
    # a clear no is an answer
    assert after_error(refused(""), kind=Kind.MOVE, tries=0).pause == 5


def test_after_many_tries_or_days_it_is_parked():
    last = operations.MAX_TRIES - 1
    again = after_error(NetworkError(), kind=Kind.FLAGS, tries=last - 1)
    assert again.action is Action.AGAIN
    assert after_error(NetworkError(), kind=Kind.FLAGS, tries=last).action is (
        Action.PARK
    )
    old = after_error(NetworkError(), kind=Kind.FLAGS, tries=1, age=operations.MAX_AGE)
    assert old.action is Action.PARK


def test_a_wrong_password_is_no_operations_fault():
    verdict = after_error(AuthError(), kind=Kind.MOVE, tries=99, age=1e9)
    assert verdict.action is Action.AGAIN
    assert verdict.account
    assert not verdict.counts
