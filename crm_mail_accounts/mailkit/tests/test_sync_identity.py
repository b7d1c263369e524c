"""Recognising a mail whose UID changed."""

from dataclasses import replace
from datetime import datetime, timezone

from mailkit.sync.identity import fingerprint
from mailkit.values import Address, IndexHeader

ARRIVED = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
HEADER = IndexHeader(subject="Offer", message_id="<a1@example.test>")
ANONYMOUS = IndexHeader(
    subject="Offer", from_=Address("Rosa", "rosa@example.test"), sent_at=ARRIVED
)


def test_the_same_mail_has_the_same_fingerprint_after_a_move():
    assert fingerprint(HEADER, 900, ARRIVED) == fingerprint(HEADER, 900, ARRIVED)


def test_two_mails_with_one_message_id_differ_by_size_or_arrival():
    prints = {
        fingerprint(HEADER, 900, ARRIVED),
        fingerprint(HEADER, 901, ARRIVED),
        fingerprint(HEADER, 900, ARRIVED.replace(minute=31)),
    }
    assert len(prints) == 3


def test_mails_without_message_id_differ_by_their_other_fields():
    other = replace(ANONYMOUS, subject="Another offer")
    assert fingerprint(ANONYMOUS, 900, ARRIVED) != fingerprint(other, 900, ARRIVED)


def test_a_lone_surrogate_in_the_subject_is_no_obstacle():
    odd = replace(ANONYMOUS, subject="\ud800")
    assert len(fingerprint(odd, 1, None)) == 32
