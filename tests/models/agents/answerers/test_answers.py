"""Reading answers, conclusions and citations."""

from __future__ import annotations

import pytest

from models.agents.answerers.answering import Unreadable
from models.agents.answerers.answers import cited, concluded, concludes, plain_answer
from models.agents.answerers.answers import without_citations as without
from models.agents.answerers.passages import Passage


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Paris", "Paris"),
        ("Answer: Paris", "Paris"),
        ("I think.\n**Answer:** Paris", "Paris"),
        ("The answer: none", "The answer: none"),
    ],
)
def test_plain_answers(text: str, answer: str) -> None:
    assert plain_answer(text) == answer


@pytest.mark.parametrize("text", ["", " \n"])
def test_no_answer_is_none(text: str) -> None:
    with pytest.raises(Unreadable):
        plain_answer(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("A is B. So the answer is: C.", "C"),
        ("the answer is C", "C"),
        ("So the answer is: x. No, the answer is: y\nand more", "y"),
        ("So the answer is: U.S.", "U.S."),
        ("So the answer is: 3.5", "3.5"),
    ],
)
def test_conclusions(text: str, answer: str) -> None:
    assert concluded(text) == answer


def test_a_chain_without_a_conclusion_cannot_be_read() -> None:
    assert not concludes("A is B.")
    with pytest.raises(Unreadable, match="So the answer is:"):
        concluded("A is B.")


def test_long_texts_are_read_in_time() -> None:
    blanks = " " * 200_000
    assert plain_answer(f"answer:{blanks}x") == "x"
    assert concluded(f"the answer is{blanks}x{blanks}") == "x"
    assert not concludes(f"the answer is{blanks}")
    assert without(f"x{blanks}[1]{blanks}y") == f"x{blanks}y"
    assert cited("[" * 100_000 + f"[1{blanks}", [])[0] == ()


def test_citations_are_places_in_what_was_shown() -> None:
    shown = [Passage("x"), Passage("y"), Passage("z")]
    assert cited("Paris [3][1, 2] [3] [9] [year]", shown) == (("z", "x", "y"), 1)
    assert without("Paris [3][1, 2], France [9]") == "Paris, France"
    assert without("the [year] 1984") == "the [year] 1984"
