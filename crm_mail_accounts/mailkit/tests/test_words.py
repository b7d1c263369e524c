"""Words of a text: folded, split, and what is asked for."""

import pytest

from mailkit import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Offerta n. 2026/118", ["offerta", "n", "2026", "118"]),
        ("CITTÀ Perché", ["citta", "perche"]),
        ("l'offerta dell’ufficio", ["l", "offerta", "dell", "ufficio"]),
        ("Rosa.Conti@Ferrari-A.example", "rosa conti ferrari a example".split()),
        ("Straße Øre ﬁne Łódź", ["strasse", "ore", "fine", "lodz"]),
        ("Re: [CRM] a_b", ["re", "crm", "a", "b"]),
        ("Ｏｆｆｅｒ ①", ["offer", "1"]),
        ("Привет, мир", ["привет", "мир"]),
        ("& | ! <-> ' \\ : *", []),
        ("", []),
    ],
)
def test_words_are_folded_and_split(text, found):
    assert words.split(text) == found


def test_an_accent_may_be_written_in_two_ways():
    assert words.split("citta\u0300") == words.split("citt\u00e0")


def test_what_is_indexed_is_one_line():
    assert words.indexed("Però!", None, "", "a-b") == "pero a b"


def test_a_question_has_each_word_once_and_an_end():
    assert words.queried("offer OFFER new") == ("offer", "new")
    many = " ".join(f"w{number}" for number in range(50))
    assert len(words.queried(many)) == words.MOST_QUERIED


def test_a_key_of_a_thousand_letters_is_cut():
    assert words.split("x" * 1000) == ["x" * words.LONGEST]
