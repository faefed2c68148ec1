from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import Literal

import pytest

from harness.measures.attempt import Attempt
from harness.measures.tools.paths import (
    call_precision,
    delta_solution_length,
    path_recall,
    path_set_all,
    path_subsequence,
)
from harness.records import Gold, Message, Problem, ToolCall, ToolSpec, Trajectory

LETTERS = ("A", "B", "C", "D")
FILMS = ("GET /search/movie", "GET /movie/{movie_id}", "GET /movie/popular", "PUT /me/tracks")


def attempt(gold: Sequence[str], calls: Sequence[str], tools: Sequence[str] = LETTERS) -> Attempt:
    """An attempt that made these calls one after the other; those that end in "!" failed."""
    messages: list[Message] = []
    for number, call in enumerate(calls):
        id = str(number)
        messages.append(Message("assistant", calls=(ToolCall(call.rstrip("!"), id=id),)))
        messages.append(Message("tool", call_id=id, failed=call.endswith("!")))
    problem = Problem("p", (), tuple(map(ToolSpec, tools)), Gold("path_set_all", path=tuple(gold)))
    return Attempt(problem, Trajectory("p", messages=tuple(messages)))


Expected = tuple[float, float, float, float, float, float]
# Gold path, calls, whether failed calls count, and then, worked by hand: path_subsequence,
# path_set_all, path_recall, path_recall(over=calls), call_precision, delta_solution_length (of
# attempts that called every gold tool).
CASES: list[tuple[str, str, Literal["count", "skip"], Expected]] = [
    ("AB", "A B", "count", (1, 1, 1, 1, 1, 0)),
    ("AB", "B A", "count", (0, 1, 1, 1, 1, 0)),  # all of it, in the wrong order
    ("AB", "A X B", "count", (1, 1, 1, 1, 2 / 3, 1)),  # what lies between does no harm
    ("AB", "C A D B C", "count", (1, 1, 1, 1, 2 / 5, 3)),  # tools that exist are as wrong as X
    ("AB", "A", "count", (0, 0, 1 / 2, 1 / 2, 1, nan)),
    ("AB", "", "count", (0, 0, 0, 0, 0, nan)),
    ("AB", "X", "count", (0, 0, 0, 0, 0, nan)),
    ("A", "A A A A", "count", (1, 1, 1, 1, 1, 3)),  # repeats are right calls, and needless ones
    ("AAB", "A B", "count", (0, 1, 1, 2 / 3, 1, -1)),  # A was wanted twice
    ("AAB", "A A B B", "count", (1, 1, 1, 1, 1, 1)),
    ("AAB", "A B A", "count", (0, 1, 1, 1, 1, 0)),  # twice, but not both before B
    ("ABA", "A B", "count", (0, 1, 1, 2 / 3, 1, -1)),
    ("ABA", "B A A B", "count", (0, 1, 1, 1, 1, 1)),  # no A behind the only B that follows an A
    ("ABC", "C B A B C", "count", (1, 1, 1, 1, 1, 2)),
    ("ABC", "A C X", "count", (0, 0, 2 / 3, 2 / 3, 2 / 3, nan)),
    ("AABB", "B A X A", "count", (0, 1, 1, 3 / 4, 3 / 4, 0)),  # two A and one B of two each
    ("AB", "A! A B", "count", (1, 1, 1, 1, 1, 1)),  # tried again: the failed call is one more
    ("AB", "A! A B", "skip", (1, 1, 1, 1, 1, 0)),
    ("AB", "A B!", "count", (1, 1, 1, 1, 1, 0)),
    ("AB", "A B!", "skip", (0, 0, 1 / 2, 1 / 2, 1, nan)),  # B never came to be
    ("AB", "A! X B!", "skip", (0, 0, 0, 0, 0, nan)),
    ("AB", "X! A X! B", "skip", (1, 1, 1, 1, 1, 0)),
]


def check(tried: Attempt, failed: Literal["count", "skip"], expected: Expected) -> None:
    values = (
        path_subsequence(tried, failed=failed),
        path_set_all(tried, failed=failed),
        path_recall(tried, failed=failed),
        path_recall(tried, over="calls", failed=failed),
        call_precision(tried, failed=failed),
    )
    assert values == pytest.approx(expected[:5])


@pytest.mark.parametrize(("gold", "calls", "failed", "expected"), CASES)
def test_paths_of_named_tools(
    gold: str, calls: str, failed: Literal["count", "skip"], expected: Expected
) -> None:
    check(attempt(gold, calls.split()), failed, expected)


@pytest.mark.parametrize(
    ("gold", "calls", "failed", "expected"), [case for case in CASES if case[2] == "count"]
)
def test_solutions_are_longer_or_shorter_than_the_gold_path(
    gold: str, calls: str, failed: Literal["count", "skip"], expected: Expected
) -> None:
    value = delta_solution_length(attempt(gold, calls.split()), failed=failed)
    assert value == pytest.approx(expected[5], nan_ok=True)


@pytest.mark.parametrize(
    ("gold", "calls", "counted", "skipped"),
    [
        ("AB", "A! A B", 1, 0),
        ("AB", "A B!", 0, -1),  # success is told from all calls, the length from those that worked
        ("AB", "X! A X! B", 2, 0),
    ],
)
def test_failed_calls_make_a_solution_longer_or_not(
    gold: str, calls: str, counted: float, skipped: float
) -> None:
    tried = attempt(gold, calls.split())
    assert delta_solution_length(tried) == counted
    assert delta_solution_length(tried, failed="skip") == skipped


SEARCH, FILM, POPULAR, SAVE = FILMS
# As above, for requests to a service. All calls count.
REQUESTS: list[tuple[list[str], list[str], Expected]] = [
    ([SEARCH, FILM], ["GET /search/movie?query=Heat", "GET /movie/949"], (1, 1, 1, 1, 1, 0)),
    ([SEARCH, FILM], ["GET /movie/949"], (0, 0, 1 / 2, 1 / 2, 1, nan)),
    ([FILM], ["GET /movie/949", "GET /movie/550"], (1, 1, 1, 1, 1, 1)),
    ([FILM, FILM], ["GET /movie/949", "GET /movie/550"], (1, 1, 1, 1, 1, 0)),
    ([FILM, FILM], ["GET /movie/949"], (0, 1, 1, 1 / 2, 1, -1)),
    ([POPULAR], ["GET /movie/popular"], (1, 1, 1, 1, 1, 0)),  # literal wins
    ([FILM], ["GET /movie/popular"], (0, 0, 0, 0, 0, nan)),
    ([POPULAR], ["GET /movie/949"], (0, 0, 0, 0, 0, nan)),
    ([SAVE], ["GET /me/tracks"], (0, 0, 0, 0, 0, nan)),  # another method
    ([SAVE], ["PUT https://api.example.org/me/tracks?ids=1"], (1, 1, 1, 1, 1, 0)),
    ([" GET /search/movie "], ["GET   /search/movie"], (1, 1, 1, 1, 1, 0)),
    (["GET /movie/{id}"], ["GET /movie/949"], (1, 1, 1, 1, 1, 0)),  # a label's own placeholder
    (["GET /film/{id}"], ["GET /movie/949"], (0, 0, 0, 0, 0, nan)),  # a label of no tool
    ([SEARCH, FILM], ["GET_search_movie", "GET_movie_movie_id"], (1, 1, 1, 1, 1, 0)),
    ([SEARCH, FILM], ["GET /search/film", "GET /movie/949"], (0, 0, 1 / 2, 1 / 2, 1 / 2, nan)),
]


@pytest.mark.parametrize(("gold", "calls", "expected"), REQUESTS)
def test_paths_of_requests(gold: list[str], calls: list[str], expected: Expected) -> None:
    tried = attempt(gold, calls, FILMS)
    check(tried, "count", expected)
    assert delta_solution_length(tried) == pytest.approx(expected[5], nan_ok=True)


MEASURES = (path_subsequence, path_set_all, path_recall, call_precision)


def test_nothing_is_said_about_a_problem_without_a_gold_path() -> None:
    assert all(isnan(measure(attempt("", "AB"))) for measure in (*MEASURES, delta_solution_length))


def test_an_attempt_that_was_never_made_earns_nothing_and_has_no_length() -> None:
    problem = attempt("AB", "").problem
    missing = Attempt(problem, Trajectory("p", end="missing"))
    assert [measure(missing) for measure in MEASURES] == [0, 0, 0, 0]
    assert isnan(delta_solution_length(missing))


def test_without_a_measure_of_success_there_are_no_successes() -> None:
    problem = Problem("p", (), (ToolSpec("A"),), Gold(path=("A",)))
    called = Message("assistant", calls=(ToolCall("A"),))
    assert isnan(delta_solution_length(Attempt(problem, Trajectory("p", messages=(called,)))))


def failing(*messages: Message) -> float:
    """The share of A in what did not fail."""
    problem = Problem("p", (), (), Gold(path=("A",)))
    return call_precision(Attempt(problem, Trajectory("p", messages=messages)), failed="skip")


def test_an_answer_belongs_to_the_call_of_its_id() -> None:
    asked = Message("assistant", calls=(ToolCall("A", id="1"), ToolCall("B", id="2")))
    answers = [Message("tool", call_id="2", failed=True), Message("tool", call_id="1")]
    assert failing(asked, *answers) == 1  # B failed: A is left


def test_answers_without_ids_belong_to_the_calls_in_order() -> None:
    asked = Message("assistant", calls=(ToolCall("A"), ToolCall("B")))
    answers = [Message("tool", failed=True), Message("tool", failed=False)]
    assert failing(asked, *answers) == 0  # A failed: B is left


def test_one_id_used_twice_is_answered_twice() -> None:
    a = Message("assistant", calls=(ToolCall("A", id="1"),))
    b = Message("assistant", calls=(ToolCall("B", id="1"),))
    good, bad = (Message("tool", call_id="1", failed=failed) for failed in (False, True))
    assert failing(a, good, b, bad) == 1


def test_a_call_whose_arguments_cannot_be_read_failed() -> None:
    asked = Message("assistant", calls=(ToolCall("A"), ToolCall("B", problem="no JSON")))
    assert failing(asked) == 1


def test_an_answer_to_no_call_is_ignored() -> None:
    asked = Message("assistant", calls=(ToolCall("A", id="1"),))
    assert (
        failing(Message("tool", failed=True), asked, Message("tool", call_id="9", failed=True)) == 1
    )


@pytest.mark.parametrize(
    "written",
    ["path_recall(over=calls)", "path_subsequence(failed=skip)", "Path_Set_All", "call_precision"],
)
def test_the_measures_go_by_their_notation(written: str) -> None:
    from harness.measures import parse

    assert parse(written).compute(attempt("AB", ["A", "B"])) == 1
