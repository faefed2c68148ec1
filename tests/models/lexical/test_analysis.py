import re

import bm25s.stopwords
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.errors import UserError
from models.lexical.analysis import ENGLISH_STOP_WORDS, Analyzer, Vocabulary, split_words


def test_the_english_stop_words_are_those_of_bm25s() -> None:
    assert frozenset(bm25s.stopwords.STOPWORDS_EN) == ENGLISH_STOP_WORDS
    assert len(ENGLISH_STOP_WORDS) == 33


@given(st.text())
@example("a bc d_e1 f-gh x")
def test_words_are_scikit_learns_tokens(text: str) -> None:
    assert split_words(text) == re.findall(r"(?u)\b\w\w+\b", text.lower())


def test_lucenes_english_analysis() -> None:
    # StandardTokenizer, possessives off, lower case, stop words out, Porter: in that order, so
    # that "it's" becomes "it" and goes.
    analyzer = Analyzer("lucene", "english", "porter")
    assert analyzer("The FOX's dogs’ skies; it's possibly RUNNING") == (
        ["fox", "dog", "ski", "possibl", "run"]
    )


def test_stop_words_go_before_stemming() -> None:
    # Snowball stems "ands" to "and" and "being" to "be": no stop words when they were looked up.
    assert Analyzer("words", "english", "english")("and ands be being") == ["and", "be"]


def test_any_snowball_language_stems() -> None:
    assert Analyzer("words", "none", "german")("Häuser laufen") == ["haus", "lauf"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lucen",), "unknown tokenizer 'lucen'. Did you mean lucene"),
        (("words", "englisch"), "unknown list of stop words 'englisch'. Did you mean english"),
        (("words", "english", "portr"), "unknown stemmer 'portr'. Did you mean porter"),
    ],
)
def test_unknown_names_are_refused_with_a_guess(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Analyzer(*arguments)


def test_a_vocabulary_numbers_terms_as_they_come() -> None:
    vocabulary = Vocabulary(Analyzer("words", "english", "english"))
    assert list(vocabulary.read("The cats and a cat run")) == [-1, 0, -1, 0, 1]
    assert vocabulary.terms == {"cat": 0, "run": 1}


def test_a_lookup_adds_nothing() -> None:
    vocabulary = Vocabulary(Analyzer("words", "english", "english"))
    list(vocabulary.read("cats run"))
    assert vocabulary.lookup("running with a cat, unheard-of cats") == [1, 0, 0]
    assert vocabulary.terms == {"cat": 0, "run": 1}
    assert set(vocabulary) == {"cats", "run"}
