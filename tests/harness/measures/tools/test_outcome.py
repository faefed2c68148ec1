"""How attempts came out."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

import pytest

from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.notation import attempt_measures
from harness.measures.tools import effort
from harness.measures.tools.outcome import finished, gave_up, reward, success
from harness.records import Gold, Message, Problem, ToolCall, Trajectory


def of(end: Any = "finished", *, decides: str = "reward", **fields: Any) -> Attempt:
    return Attempt(Problem("p7", (), gold=Gold(decides)), Trajectory("p7", end=end, **fields))


@pytest.mark.parametrize(
    ("given", "expected"),
    [(1.0, 1), (0.9999999, 1), (1.0000001, 1), (0.99, 0), (0.5, 0), (0.0, 0), (7.0, 0), (-1.0, 0)],
)
def test_success_is_a_value_of_one_of_the_measure_that_the_problem_names(
    given: float, expected: float
) -> None:
    assert success(of(reward=given)) == expected


def test_any_measure_of_an_attempt_may_decide() -> None:
    once = (Message("assistant", calls=(ToolCall("f"),)),)
    assert success(of(decides="calls", messages=once)) == 1
    assert success(of(decides="calls", messages=once * 2)) == 0
    assert success(of("gave up", decides="gave_up")) == 1


def test_success_is_unknown_where_that_measure_says_nothing() -> None:
    assert isnan(success(of(decides="latency")))
    assert success(of("missing", decides="latency")) == 0


@pytest.mark.parametrize("end", ["finished", "missing"])
def test_a_problem_that_names_no_measure_or_a_strange_one_is_an_error(end: str) -> None:
    with pytest.raises(UserError, match="problem 'p7' does not say what success is: choose"):
        success(of(end, decides=""))
    with pytest.raises(UserError, match=r"measure of tool use 'rewards'. Did you mean reward"):
        success(of(end, decides="rewards"))
    with pytest.raises(UserError, match="unknown measure of tool use 'success'"):
        success(of(end, decides="success"))


@pytest.mark.parametrize(
    ("end", "ended", "gave"),
    [
        ("finished", 1, 0),
        ("gave up", 0, 1),
        ("stopped", 0, 0),
        ("malformed", 0, 0),
        ("error", 0, nan),
        ("missing", 0, nan),
    ],
)
def test_how_an_attempt_ended(end: str, ended: float, gave: float) -> None:
    assert finished(of(end)) == ended
    assert gave_up(of(end)) == pytest.approx(gave, nan_ok=True)


def test_a_reward_that_nobody_gave_is_none() -> None:
    assert reward(of(reward=0.25)) == 0.25
    assert reward(of()) == 0
    assert reward(of("missing")) == 0
    assert reward(of("error", reward=0.0)) == 0


def test_they_all_are_measures_by_name() -> None:
    known = attempt_measures()
    for measure in (success, finished, gave_up, reward, effort.steps, effort.executable_rate):
        assert known[measure.__name__] is measure
