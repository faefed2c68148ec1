from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import isnan

import pytest

from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.notation import attempt_measures
from harness.measures.tools.outcome import success
from harness.measures.tools.state import state
from harness.records import Gold, Judgement, Message, Problem, ToolCall, Trajectory
from harness.records.tools import End

PROBLEM = Problem("p1", (), gold=Gold("state"))
CALL = Message("assistant", calls=(ToolCall("ls"),))


def said(*labels: str, judge: str = "j", question: str = "state") -> tuple[Judgement, ...]:
    return tuple(Judgement(judge, label, question, n) for n, label in enumerate(labels))


def of(*judgements: Judgement, end: End = "finished") -> Attempt:
    return Attempt(PROBLEM, Trajectory("p1", 2, end=end, judgements=judgements))


@pytest.mark.parametrize("end", ["finished", "gave up", "stopped", "malformed"])
@pytest.mark.parametrize(
    ("labels", "value"),
    [
        (("valid",), 1),
        (("invalid",), 0),
        (("valid", "valid"), 1),
        (("valid", "invalid"), 0),
    ],
)
def test_what_the_check_said_counts(labels: tuple[str, ...], value: float, end: End) -> None:
    assert state(of(*said(*labels), end=end)) == value
    assert success(of(*said(*labels), end=end)) == value


@pytest.mark.parametrize("end", ["missing", "error"])
def test_what_was_never_attempted_is_wrong(end: End) -> None:
    assert state(of(end=end)) == 0
    assert success(of(end=end)) == 0


@pytest.mark.parametrize("measure", [state, success])
@pytest.mark.parametrize("others", [(), said("Solved", question="solved")])
def test_nothing_is_said_of_what_nobody_checked(
    measure: Callable[[Attempt], float], others: tuple[Judgement, ...]
) -> None:
    assert isnan(measure(of(*others)))


def test_whoever_calls_nothing_where_something_was_to_be_called_needs_no_check() -> None:
    asked = replace(PROBLEM, gold=Gold("state", turns=((), ("ls()",))))
    nothing, something = Trajectory("p1"), Trajectory("p1", messages=(CALL,))
    assert state(Attempt(asked, nothing)) == 0
    assert isnan(state(Attempt(asked, something)))
    silent = replace(asked, gold=Gold("state", turns=((), ())))
    assert isnan(state(Attempt(silent, nothing)))  # doing nothing may be right


def test_two_checks_are_not_mixed() -> None:
    with pytest.raises(UserError, match=r"checked by 2 judges \(bfcl-state 1, bfcl-state 2\)"):
        state(of(*said("valid", judge="bfcl-state 2"), *said("valid", judge="bfcl-state 1")))


@pytest.mark.parametrize("label", ["Valid", "", "yes", "x" * 10_000])
def test_other_words_are_no_answer(label: str) -> None:
    with pytest.raises(UserError, match="is said of its state: valid or invalid is") as told:
        state(of(*said("valid", label)))
    assert len(str(told.value)) < 200


def test_it_is_a_measure_by_name() -> None:
    assert attempt_measures()["state"] is state
