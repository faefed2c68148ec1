from __future__ import annotations

from math import isnan
from typing import Any

import pytest

from harness.errors import UserError
from harness.measures import parse
from harness.measures.attempt import Attempt
from harness.measures.tools.mentions import number_named, questions_answered
from harness.records import Gold, Message, Problem, Trajectory


def attempt(answer: str | None, gold: Gold, **more: Any) -> Attempt:
    return Attempt(Problem("p", (), gold=gold), Trajectory("p", answer=answer, **more))


ASKED = Gold(details={"accepted": [["Sunset Blvd", "Sunset Boulevard"], ["Exile"], ["x"]]})


@pytest.mark.parametrize(
    ("story", "count"),
    [
        ("On SUNSET boulevard nobody sang.", 1),
        ("Exiled from Sunset Blvd.", 3),  # Exile within "Exiled", and the x within that
        ("A box.", 1),  # the x
        ("Nothing.", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_an_accepted_answer_counts_wherever_it_stands(story: str | None, count: int) -> None:
    assert questions_answered(attempt(story, ASKED)) == pytest.approx(count / 3)


@pytest.mark.parametrize(
    ("story", "count"),
    [
        ("Exiled from Sunset Blvd.", 1),
        ("In exile, at Sunset Boulevard, marked with an X.", 3),
        ("A box.", 0),
        ("x_y", 0),
    ],
)
def test_by_words_it_neither_begins_nor_ends_within_one(story: str, count: int) -> None:
    assert questions_answered(attempt(story, ASKED), by="words") == pytest.approx(count / 3)


def test_answers_that_do_not_begin_with_a_letter_are_found_by_words() -> None:
    gold = Gold(details={"accepted": [["$100"], ["Yahoo!"]]})
    assert questions_answered(attempt("It cost $100. Yahoo!", gold), by="words") == 1


def test_a_question_is_counted_once_however_many_of_its_answers_stand_there() -> None:
    gold = Gold(details={"accepted": [["a b", "a"], ["zz"]]})
    assert questions_answered(attempt("a b a b", gold)) == 0.5


def test_an_attempt_that_was_never_made_answers_nothing() -> None:
    assert questions_answered(attempt(None, ASKED, end="missing")) == 0
    assert number_named(attempt(None, Gold(answers=("2",)), end="missing")) == 0


def test_what_was_said_on_the_way_is_no_answer() -> None:
    said = (Message("assistant", "Exile, x, Sunset Blvd"),)
    assert questions_answered(attempt(None, ASKED, messages=said, end="stopped")) == 0


TWO = Gold(answers=("2",))


@pytest.mark.parametrize(
    ("answer", "words", "substring", "anywhere"),
    [
        ("2", 1, 1, 1),
        ("House 2.", 1, 1, 1),
        ("**2**", 1, 1, 1),
        ("the second house", 1, 1, 1),
        ("the 2nd house", 1, 1, 1),
        ("3", 0, 0, 0),
        ("", 0, 0, 0),
        ("1 or 2", 0, 0, 1),
        ("a number between 1 and 5", 0, 0, 0),
        ("the first, not the second", 0, 0, 1),
        ("2 (of 12)", 1, 0, 1),  # the 1 of 12
        ("Firstly: 2", 1, 0, 1),  # the first of firstly
        ("12", 0, 0, 1),
        ("2.5", 0, 0, 1),
        ("within seconds", 0, 1, 1),
        ("two", 0, 0, 0),
        ("Clue 1 rules 3 out.\nAnswer: 2", 1, 1, 1),
        ("**Final answer:** 2", 1, 1, 1),
        ("Answer:\n\n  2", 1, 1, 1),
        ("Answer: 3? No.\nanswer: 2", 1, 1, 1),
        ("Answer: 2\nBecause of clue 1.", 1, 0, 1),
        ("1 and 3 are not the answer, 2 is", 0, 0, 1),
        ("٢", 0, 0, 0),  # another script's digit
        ("9" * 5000, 0, 0, 0),
    ],
)
def test_one_number_must_be_named_by_one_of_three_rules(
    answer: str, words: int, substring: int, anywhere: int
) -> None:
    asked = attempt(answer, TWO)
    found = [number_named(asked, by=by) for by in ("words", "substring", "anywhere")]
    assert found == [words, substring, anywhere]
    assert number_named(asked) == words


def test_ten_is_no_one() -> None:
    assert number_named(attempt("10", Gold(answers=("1",)))) == 0
    assert number_named(attempt("10", Gold(answers=("1",))), by="anywhere") == 1
    assert number_named(attempt("10", Gold(answers=("10",)))) == 1
    # By the released rule nothing ever names 10 by its digits: they hold a 1.
    assert number_named(attempt("10", Gold(answers=("10",))), by="substring") == 0


def test_hostile_answers_are_read_in_a_moment() -> None:
    for text in ("answer:" * 20_000, "1st" * 50_000, "\n" * 100_000, "x" * 10**6):
        for by in ("words", "substring", "anywhere"):
            number_named(attempt(text, TWO), by=by)
        questions_answered(attempt(text, ASKED), by="words")


@pytest.mark.parametrize("answers", [(), ("2", "3"), ("11",), ("0",), ("two",)])
def test_of_a_problem_without_such_a_number_nothing_is_said(answers: tuple[str, ...]) -> None:
    assert isnan(number_named(attempt("2", Gold(answers=answers))))


def test_of_a_problem_without_questions_nothing_is_said() -> None:
    assert isnan(questions_answered(attempt("2", TWO)))


def test_the_rules_are_chosen_in_the_notation() -> None:
    assert parse("number_named(by=words)").name == "number_named"
    assert parse("questions_answered(by=words)").compute(attempt("box", ASKED)) == 0
    with pytest.raises(UserError, match="by is one of"):
        parse("number_named(by=luck)")
