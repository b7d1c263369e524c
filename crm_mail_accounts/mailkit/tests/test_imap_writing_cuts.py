"""Every writing operation, broken off at every place, and done again by its recipe.

On the live server, with MOVE, without it, without UIDPLUS and without any extension.
Nothing may be lost and nothing doubled, wherever the connection broke.
"""

from collections import Counter

import pytest

from mailkit.errors import MailError
from mailkit.imap.writing import WritingSession
from mailkit.tests.imap_proxy import (
    corrupt_answer,
    cut_answer,
    every_fault,
    stall_answer,
)
from mailkit.tests.mailbox import KINDS, Box, mail
from mailkit.tests.test_imap_append import DATE, known


class Move:
    """Three of five mails to a folder that has one of them already."""

    @staticmethod
    def prepare(box):
        box.fill(5)
        box.fill(1, "Trash")
        facts = box.known()
        with box.witness() as other:
            before = other.before("Trash")
        return {
            "expected": {uid: facts[uid] for uid in (1, 2, 4)},
            "uidvalidity": box.uidvalidity(),
            "before": before,
        }

    @staticmethod
    def run(session, facts):
        session.open_known("INBOX", uidvalidity=facts["uidvalidity"])
        validity = facts["uidvalidity"]
        return session.move(facts["expected"], "Trash", uidvalidity=validity)

    resume = WritingSession.resume_move

    @classmethod
    def again(cls, session, facts):
        return cls.resume(
            session,
            facts["expected"],
            "INBOX",
            "Trash",
            uidvalidity=facts["uidvalidity"],
            before=facts["before"],
        )

    @staticmethod
    def check(box, facts, result):
        assert result.done == {1, 2, 4}
        assert not result.gone | result.not_the_same
        assert box.subjects("Trash") == Counter([1, 1, 2, 4])
        assert box.subjects(deleted=False) == Counter([3, 5])
        if "UIDPLUS" in box.proxy.hide:
            assert result.left_behind == {1, 2, 4}
        else:
            assert box.subjects() == Counter([3, 5])
        # the UIDs that are told are those of the mails
        found = {one.uid: one.size for one in box.mails("Trash")}
        for uid, target in result.uids.items():
            assert found[target] == facts["expected"][uid].size


class Copy(Move):
    @staticmethod
    def run(session, facts):
        validity = facts["uidvalidity"]
        session.open_known("INBOX", uidvalidity=validity, writable=False)
        return session.copy(facts["expected"], "Trash", uidvalidity=validity)

    resume = WritingSession.resume_copy

    @staticmethod
    def check(box, facts, result):
        assert result.done == {1, 2, 4}
        assert box.subjects("Trash") == Counter([1, 1, 2, 4])
        assert box.subjects(deleted=False) == Counter([1, 2, 3, 4, 5])


class Append:
    @staticmethod
    def prepare(box):
        box.fill(2, "Sent")
        with box.witness() as other:
            return other.before("Sent")

    @staticmethod
    def run(session, _before):
        session.append("Sent", mail(2), ("\\Seen",), DATE)

    @staticmethod
    def again(session, before):
        if not session.find_appended("Sent", before, {0: known(2)}):
            Append.run(session, before)

    @staticmethod
    def check(box, before, result):
        assert box.subjects("Sent") == Counter([1, 2, 2])
        assert box.flags("Sent")[3] == {"\\Seen"}


class Flags:
    @staticmethod
    def prepare(box):
        box.fill(3)
        return box.uidvalidity()

    @staticmethod
    def run(session, validity):
        session.open_known("INBOX", uidvalidity=validity)
        session.store_flags([1], uidvalidity=validity, add=["$x"])
        session.store_flags([1, 2], uidvalidity=validity, add=["\\Seen"], remove=["$x"])

    again = run

    @staticmethod
    def check(box, _validity, _result):
        assert box.flags() == {1: {"\\Seen"}, 2: {"\\Seen"}, 3: set()}


class Expunge:
    @staticmethod
    def prepare(box):
        box.fill(4)
        with box.witness() as other:
            validity = other.select("INBOX").uidvalidity
            other.store_flags([2], uidvalidity=validity, add=["\\Deleted"])
        facts = box.known()
        return validity, {1: facts[1], 3: facts[3]}

    @staticmethod
    def run(session, facts):
        session.open_known("INBOX", uidvalidity=facts[0])
        return session.expunge(facts[1], uidvalidity=facts[0])

    again = run

    @staticmethod
    def check(box, _facts, result):
        assert result.expunged | result.left_behind | result.gone == {1, 3}
        assert box.subjects(deleted=False) == Counter([4])
        # somebody else's mark is theirs
        assert 2 in box.flags()


class Folders:
    @staticmethod
    def prepare(box):
        with box.witness() as other:
            other.make_folder("Old/Child")
            other.append("Old/Child", mail(1))
            other.make_folder("Gone/Child")

    @staticmethod
    def run(session, _facts):
        session.make_folder("New")
        session.move_folder("Old", "Moved")
        session.remove_folder("Gone", with_children=True)

    again = run

    @staticmethod
    def check(box, _facts, _result):
        with box.witness() as other:
            found = {one.raw: one for one in other.list_folders() if one.selectable}
        assert {"New", "Moved/Child"} <= found.keys()
        assert not [raw for raw in found if raw.startswith(("Old", "Gone"))]
        assert found["New"].subscribed
        assert box.subjects("Moved/Child") == Counter([1])


OPERATIONS = {
    "move": Move,
    "copy": Copy,
    "append": Append,
    "flags": Flags,
    "expunge": Expunge,
    "folders": Folders,
}


def broken(box, operation, fault):
    """Run it with a fault, then again by its recipe; whether the fault mattered."""
    facts = operation.prepare(box)
    session = box.open()
    box.proxy.arm(fault)
    try:
        operation.run(session, facts)
        failed = False
    except MailError:
        failed = True
    session.close()
    assert box.proxy.struck == [fault]
    with box.open() as session:
        operation.check(box, facts, operation.again(session, facts))
    return failed


def places(live, kind, operation, **options):
    """All faults of a run without any."""
    with Box(live, KINDS[kind]) as box:
        facts = operation.prepare(box)
        with box.open() as session:
            box.proxy.forget()
            result = operation.run(session, facts)
            commands = list(box.proxy.commands)
        if result is not None:
            operation.check(box, facts, result)
    return list(every_fault(commands, **options))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, kind) for name in ("move", "expunge") for kind in KINDS),
        *((name, kind) for name in OPERATIONS for kind in ("all", "bare")
          if name not in ("move", "expunge")),
    ],
)  # fmt: skip
def test_an_operation_that_is_cut_anywhere_is_finished_by_doing_it_again(
    live, name, kind
):
    """Laws 6, 7."""
    operation = OPERATIONS[name]
    faults = places(live, kind, operation, answer_bytes=1)
    assert len(faults) >= 5
    for fault in faults:
        with Box(live, KINDS[kind]) as box:
            assert broken(box, operation, fault), fault


@pytest.mark.parametrize("kind", ["all", "no-move", "no-uidplus"])
def test_a_second_cut_while_a_move_is_finished_does_no_harm(live, kind):
    names = [b"UID MOVE"] if kind == "all" else [b"UID COPY", b"UID STORE"]
    names += [b"UID EXPUNGE"] if kind == "no-move" else []
    for first in names:
        for second in (*names, b"EXAMINE", b"UID FETCH"):
            with Box(live, KINDS[kind]) as box:
                facts = Move.prepare(box)
                session = box.open()
                box.proxy.arm(cut_answer(first))
                with pytest.raises(MailError):
                    Move.run(session, facts)
                session = box.open()
                box.proxy.arm(cut_answer(second))
                try:
                    Move.again(session, facts)
                except MailError:
                    assert session.closed
                session.close()
                box.proxy.arm()
                with box.open() as session:
                    Move.check(box, facts, Move.again(session, facts))


@pytest.mark.parametrize("kind", ["all", "no-move"])
def test_a_stalled_or_corrupt_answer_to_a_move_does_no_harm(live, kind):
    """A COPYUID may have become another one unnoticed; the look afterwards is right."""
    name = b"UID MOVE" if kind == "all" else b"UID COPY"
    faults = [stall_answer(name, byte) for byte in (0, 7)]
    faults += [corrupt_answer(name, byte) for byte in range(0, 60, 4)]
    for fault in faults:
        with Box(live, KINDS[kind]) as box:
            facts = Move.prepare(box)
            session = box.open()
            session.set_limits(connect_timeout=5, read_timeout=0.3, command_timeout=10)
            box.proxy.arm(fault)
            try:
                Move.run(session, facts)
            except MailError:
                box.proxy.arm()
            session.close()
            with box.open() as session:
                result = Move.again(session, facts)
                Move.check(box, facts, result)


def test_mails_that_somebody_else_moved_meanwhile_are_told_as_gone(live):
    with Box(live) as box:
        facts = Move.prepare(box)
        with box.witness() as other:
            other.select("INBOX")
            one = {1: facts["expected"][1]}
            other.move(one, "Junk", uidvalidity=facts["uidvalidity"])
        with box.open() as session:
            result = Move.again(session, facts)
        assert (result.done, result.gone) == ({2, 4}, {1})
        assert box.subjects("Junk") == Counter([1])
        assert box.subjects("Trash") == Counter([1, 2, 4])


def test_a_mail_that_only_looks_like_the_copy_saves_no_original(live):
    """The same Message-ID with another size is another mail: the original moves."""
    with Box(live) as box:
        box.fill(1)
        facts = box.known()
        with box.open() as session:
            before = session.before("Trash")
            with box.witness() as other:
                other.append("Trash", mail(1) + b"footer of a list\r\n")
            result = session.resume_move(
                facts, "INBOX", "Trash", uidvalidity=box.uidvalidity(), before=before
            )
        assert result.uids == {1: 2}
        assert len(box.mails("Trash")) == 2


@pytest.mark.parametrize("arrived", [(), (2,)])
def test_a_move_goes_on_when_its_target_was_made_anew(live, arrived):
    """Its numbers of before mean nothing then: all its mails are looked at."""
    with Box(live) as box:
        box.fill(2)
        facts = box.known()
        with box.witness() as other:
            other.make_folder("Made")
            before = other.before("Made")
            other.delete_folder("Made")
            other.make_folder("Spare")  # so that the number is not given again
            other.make_folder("Made")
            other.select("INBOX")
            copied = {uid: facts[uid] for uid in arrived}
            other.copy(copied, "Made", uidvalidity=box.uidvalidity())
        with box.open() as session:
            result = session.resume_move(
                facts, "INBOX", "Made", uidvalidity=box.uidvalidity(), before=before
            )
        assert result.done == {1, 2}
        assert result.uidvalidity != before.uidvalidity
        assert box.subjects("Made") == Counter([1, 2])
        assert not box.subjects()
