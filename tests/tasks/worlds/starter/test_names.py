from __future__ import annotations

import re

import pytest

from tasks.worlds.draw import Draw
from tasks.worlds.starter.names import SYLLABLES, NameBook, is_coined


@pytest.mark.parametrize("word", ["Velba", "Osma", "Dridrugri", "norvel"])
def test_words_of_two_syllables_or_more_are_coined(word: str) -> None:
    assert is_coined(word)


@pytest.mark.parametrize("word", ["Vel", "Harbour", "Velbax", "", "Vel ba"])
def test_other_words_are_not(word: str) -> None:
    assert not is_coined(word)


def test_no_name_is_given_twice_even_when_short_names_run_out() -> None:
    book = NameBook(Draw("names"))
    n = len(SYLLABLES) ** 2 + 500
    names = [book.coin(2) for _ in range(n)]
    assert len(set(names)) == n
    assert all(is_coined(name) for name in names)


def test_no_syllable_follows_itself_and_no_vowel_follows_the_end_of_another_syllable() -> None:
    book = NameBook(Draw("sound"))
    for name in (book.coin(2).lower() for _ in range(500)):
        assert name not in {syllable * 2 for syllable in SYLLABLES}
        # "ui" is inside the syllable "qui"; no other two vowels meet.
        assert not re.search("[aeiou][aeiou]", name.replace("qui", "qi"))


def test_a_composed_name_that_stays_taken_gets_a_word_of_its_own() -> None:
    book = NameBook(Draw("signs"))
    first, second = (book.unique(lambda: "The Copper Kettle") for _ in range(2))
    assert first == "The Copper Kettle"
    assert second.startswith("The Copper Kettle ")
    assert is_coined(second.split()[-1])
