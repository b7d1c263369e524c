"""Deleting for good, on the live server with UIDPLUS and without."""

from collections import Counter
from dataclasses import replace

import pytest

from mailkit.errors import ServerRefused, UidValidityChanged
from mailkit.imap.append import NewMail
from mailkit.tests.imap_proxy import cut_answer, cut_before
from mailkit.tests.mailbox import KINDS, Box, mail


@pytest.fixture(params=["all", "no-uidplus", "bare"])
def box(live, request):
    with Box(live, KINDS[request.param]) as box:
        box.fill(4)
        yield box


def test_exactly_the_chosen_mails_go(box):
    """[D12] Law 6."""
    with box.witness() as other:
        validity = other.select("INBOX").uidvalidity
        other.store_flags([4], uidvalidity=validity, add=["\\Deleted"])
    facts = box.known()
    facts = {1: facts[1], 2: replace(facts[2], size=1), 3: facts[3], 9: facts[1]}
    with box.open() as session:
        session.select("INBOX")
        done = session.expunge(facts, uidvalidity=validity)
    assert (done.not_the_same, done.gone) == ({2}, {9})
    if "UIDPLUS" in box.proxy.hide:
        assert (done.expunged, done.left_behind) == (frozenset(), {1, 3})
        assert box.subjects() == Counter([1, 2, 3, 4])
        assert box.subjects(deleted=False) == Counter([2])
    else:
        assert (done.expunged, done.left_behind) == ({1, 3}, frozenset())
        assert box.subjects() == Counter([2, 4])
    assert not {b"EXPUNGE", b"CLOSE"} & set(box.proxy.names())


def test_nothing_goes_under_another_uidvalidity_or_from_a_folder_for_reading(box):
    facts = box.known()
    with box.open() as session:
        state = session.select("INBOX")
        with pytest.raises(UidValidityChanged):
            session.expunge(facts, uidvalidity=state.uidvalidity + 1)
        with pytest.raises(UidValidityChanged):
            session.empty_folder("INBOX", uidvalidity=state.uidvalidity + 1)
        session.examine("INBOX")
        with pytest.raises(ServerRefused) as caught:
            session.expunge(facts, uidvalidity=state.uidvalidity)
        assert caught.value.code == "folder_read_only"
    assert not any(box.flags().values())


def test_a_folder_is_emptied_of_what_is_in_it_now(box):
    seen = []
    validity = box.uidvalidity()

    def progress(done, total):
        seen.append((done, total))
        box.fill(1)  # arrives meanwhile

    with box.open() as session:
        done = session.empty_folder("INBOX", uidvalidity=validity, on_progress=progress)
        assert session.empty_folder("Sent", uidvalidity=box.uidvalidity("Sent")) == (
            replace(done, expunged=0, left_behind=0)
        )
    assert seen == [(4, 4)]
    assert done.finished
    assert box.subjects(deleted=False) == Counter([1])
    if "UIDPLUS" in box.proxy.hide:
        assert (done.expunged, done.left_behind) == (0, 4)
        assert len(box.mails()) == 5
    else:
        assert (done.expunged, done.left_behind) == (4, 0)
        assert len(box.mails()) == 1


def test_a_mail_that_arrives_before_the_list_is_made_stays(live, monkeypatch):
    with Box(live) as box:
        box.fill(2)
        with box.open() as session:
            search = session.search_uids

            def late(first, last):
                box.fill(1)
                session.noop()
                return search(first, last)

            monkeypatch.setattr(session, "search_uids", late)
            session.empty_folder("INBOX", uidvalidity=box.uidvalidity())
        assert box.subjects() == Counter([1])


def test_emptying_goes_in_groups_and_can_be_stopped(live):
    with Box(live) as box:
        with box.witness() as session:
            session.append_many("Trash", [NewMail(mail(n)) for n in range(1, 301)])
        seen = []
        with box.open() as session:
            done = session.empty_folder(
                "Trash",
                uidvalidity=box.uidvalidity("Trash"),
                on_progress=lambda *numbers: seen.append(numbers),
                stop=lambda: bool(seen),
            )
        assert seen == [(250, 300)]
        assert (done.expunged, done.finished) == (250, False)
        assert len(box.mails("Trash")) == 50


@pytest.mark.parametrize("name", [b"UID STORE", b"UID EXPUNGE"])
@pytest.mark.parametrize("fault", [cut_before, cut_answer])
def test_a_deletion_that_broke_off_is_done_again(live, name, fault):
    with Box(live) as box:
        box.fill(3)
        facts = box.known()
        facts = {1: facts[1], 3: facts[3]}
        session = box.open()
        validity = session.select("INBOX").uidvalidity
        box.proxy.arm(fault(name))
        with pytest.raises(Exception) as caught:
            session.expunge(facts, uidvalidity=validity)
        assert caught.value.facts.expunged == frozenset()
        with box.open() as session:
            session.select("INBOX")
            done = session.expunge(facts, uidvalidity=validity)
        assert done.expunged | done.gone == {1, 3}
        assert box.subjects() == Counter([2])
