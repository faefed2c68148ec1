from __future__ import annotations

import pytest

from harness.measures.attempt import Attempt
from harness.measures.tools.answers import answer_contained
from harness.records import Gold, Message, Problem, ToolCall, Trajectory


def attempt(*accepted: str, **made: object) -> Attempt:
    problem = Problem(
        "p", ((Message("user", "?"),),), gold=Gold("answer_contained", answers=accepted)
    )
    return Attempt(problem, Trajectory("p", **made))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accepted", "said", "right"),
    [
        ("Zhang Yiming", "It is zhang yiming.", True),
        ("Zhang Yiming", "It is ZhangYiming.", False),  # blanks count
        ("April 1, 2024", "on april 1 2024", True),
        ("10", "It costs 100.", False),  # within a word
        ("10", "It costs (10).", True),
        ("1.5", "15 of them", True),  # as upstream: points are taken out
        ("O'Neil", 'by o"neil', True),
        ("a+b", "the sum a+b here", True),  # no pattern
        ("Michael", "I do not know.", False),
        ("", "anything", False),
    ],
)
def test_an_accepted_answer_stands_in_what_is_said(accepted: str, said: str, right: bool) -> None:
    assert answer_contained(attempt(accepted, answer=said)) == float(right)


def test_any_accepted_answer_will_do() -> None:
    assert answer_contained(attempt("one", "1", answer="It is 1")) == 1.0


def test_without_a_final_answer_the_last_text_without_calls_counts() -> None:
    messages = (
        Message("assistant", "Blue, I think."),
        Message("assistant", "Red", (ToolCall("look"),)),
        Message("tool", "Red"),
        Message("assistant", ""),
    )
    assert answer_contained(attempt("blue", messages=messages)) == 1.0
    assert answer_contained(attempt("red", messages=messages)) == 0.0


@pytest.mark.parametrize("end", ["missing", "malformed", "stopped"])
def test_no_answer_is_a_wrong_one(end: str) -> None:
    assert answer_contained(attempt("blue", end=end)) == 0.0


def test_a_giant_answer_is_read() -> None:
    assert answer_contained(attempt("blue", answer="x " * 5_000_000 + "blue")) == 1.0
