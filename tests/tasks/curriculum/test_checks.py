"""Checks of examples without a world."""

from __future__ import annotations

from typing import Any

import pytest

from harness.records import ToolCall
from tasks.curriculum import errands
from tasks.curriculum.checks import unfounded, untold
from tasks.worlds.starter.assignments import ERRANDS

DIARY = 'Put "walk along the weir" in my diary for Thursday 5 June 2031 at 12:15.'
READ = "Passages:\n[1] Title: Kella. Content: Kella was founded in 1111.\n\nQuestion: "


def call(**arguments: Any) -> ToolCall:
    return ToolCall("diary.add", arguments)


@pytest.mark.parametrize("errand", ERRANDS)
def test_calls_of_errands_of_one_call_follow_from_the_request(errand: str) -> None:
    for lesson in errands(41, 12, errand, 60, 1):
        problem = lesson.problem
        assert unfounded(problem.text, problem.gold.program[0]) == ""


@pytest.mark.parametrize(
    "arguments",
    [
        {"title": "Walk along the Weir", "day": "2031-06-05", "time": "12:15"},
        {"titles": ["the weir", {"of": "diary"}], "urgent": True, "n": 1, "at": None},
        {"number": 2031},
    ],
)
def test_values_stand_in_the_request(arguments: dict[str, Any]) -> None:
    assert unfounded(DIARY, call(**arguments)) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "order firewood"),
        ("title", "walk along the wei"),  # words are words of their own
        ("day", "2031-06-06"),
        ("day", "2031-13-45"),
        ("time", "2:15"),
        ("number", 203),
    ],
)
def test_values_that_do_not_are_named(name: str, value: object) -> None:
    told = unfounded(DIARY, call(**{name: value}))
    assert told == f"{name}={value} of diary.add does not stand in the request"


def test_answers_stand_in_the_passages_and_not_in_the_question() -> None:
    assert untold("1111", READ + "When was Kella founded?") == ""
    assert untold("unanswerable", READ + "Who founded Kella?") == ""
    assert "does not stand" in untold("Bajo", READ + "Is Kella larger than Bajo?")
    assert "does not stand" in untold("111", READ + "When was Kella founded?")
    assert untold(" ", READ + "Who?") == "there is no answer"


@pytest.mark.parametrize("word", ["1", "Passages", "Title", "Content"])
def test_what_stands_around_passages_tells_nothing(word: str) -> None:
    assert "does not stand" in untold(word, READ + "How many?")
    assert untold(word, READ.replace("1111", f"1111 with {word} bells") + "How many?") == ""
