"""Porter's stemmer against Snowball's, an independent program, and against what Lucene prints."""

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from models.lexical.porter import STEP_2, STEP_3, STEP_4, porter

SNOWBALL = Stemmer.Stemmer("porter")
ENDINGS = ["", "s", "es", "ies", "sses", "ed", "eed", "ing", "y", *STEP_2, *STEP_3, *STEP_4, "e"]
STEMS = st.text("aeiouybdlmnprst", min_size=1, max_size=7)
WORDS = st.builds(lambda *parts: "".join(parts), STEMS, *[st.sampled_from(ENDINGS)] * 2)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        # Porter's paper, section 2: the two words that are followed through all steps.
        ("generalizations", "gener"),
        ("oscillators", "oscil"),
        # and examples of its steps that no later step changes
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("feed", "feed"),
        ("plastered", "plaster"),
        ("bled", "bled"),
        ("motoring", "motor"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("hissing", "hiss"),
        ("filing", "file"),
        ("happy", "happi"),
        ("sky", "sky"),
        ("goodness", "good"),
        ("revival", "reviv"),
        ("adoption", "adopt"),
        ("rate", "rate"),
        ("cease", "ceas"),
        ("controll", "control"),
        ("roll", "roll"),
    ],
)
def test_follows_the_paper(word: str, stem: str) -> None:
    assert porter(word) == stem


@pytest.mark.parametrize(
    ("word", "lucene", "snowball"),
    # The second column is what Lucene 9.9.1's PorterStemFilter printed.
    [
        ("us", "us", "u"),
        ("as", "as", "a"),
        ("possibly", "possibl", "possibli"),
        ("psychology", "psycholog", "psychologi"),
        ("biology", "biologi", "biologi"),
        ("trekking", "trek", "trekk"),
    ],
)
def test_departs_from_snowball_where_lucene_does(word: str, lucene: str, snowball: str) -> None:
    assert porter(word) == lucene
    assert SNOWBALL.stemWord(word) == snowball


@given(WORDS)
def test_agrees_with_snowball_elsewhere(word: str) -> None:
    theirs = SNOWBALL.stemWord(word)
    if len(word) > 2 and not any(part in word for part in ("bli", "bly", "logi", "logy")):
        assert porter(word) == theirs
