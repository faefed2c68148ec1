"""What each class of error takes from a score."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.measures.attempt import Attempt, Fault
from harness.measures.faults import SEVERITY
from harness.measures.tools.calls import error_score
from harness.records import (
    Completion,
    Expected,
    Gold,
    Message,
    Problem,
    ToolCall,
    ToolSpec,
    Trajectory,
)
from models.training.preferences.scoring import CLASSES, errors, score, weights

BOOK = ToolSpec(
    "book",
    "",
    {
        "type": "object",
        "properties": {"seat": {"type": "integer"}, "name": {"type": "string"}},
        "required": ["seat", "name"],
    },
)
CANCEL = ToolSpec("cancel")
TOOLS = (BOOK, CANCEL)
GOLD = (ToolCall("book", {"seat": 4, "name": "Ada"}),)
RIGHT = GOLD[0]
SAID: Sequence[tuple[tuple[ToolCall, ...], list[Fault]]] = [
    ((RIGHT,), []),
    ((ToolCall("", problem="no JSON"),), ["unparsable"]),
    ((), ["missing call"]),
    ((RIGHT, ToolCall("cancel")), ["needless call"]),
    ((ToolCall("cancel", {"seat": 4}),), ["wrong tool"]),
    ((ToolCall("invented", {"seat": 4, "name": "Ada"}),), ["wrong tool"]),
    ((ToolCall("book", {"seat": 4}),), ["missing parameter"]),
    ((ToolCall("book", {"seat": 4, "name": "Ada", "x": 1}),), ["unexpected parameter"]),
    ((ToolCall("book", {"seat": "4", "name": "Ada"}),), ["wrong type"]),
    ((ToolCall("book", {"seat": 5, "name": "Ada"}),), ["wrong value"]),
    ((ToolCall("book", {"seat": 4.0, "name": "Ada"}),), []),  # the same number in JSON
    (
        (ToolCall("book", {"seat": 5, "x": 1}),),
        ["wrong value", "unexpected parameter", "missing parameter"],
    ),
]


def said(calls: tuple[ToolCall, ...]) -> Completion:
    return Completion("", calls=calls)


@pytest.mark.parametrize(("calls", "faults"), SAID)
def test_errors_are_of_the_classes_of_the_harness(
    calls: tuple[ToolCall, ...], faults: list[Fault]
) -> None:
    assert [error.fault for error in errors(said(calls), GOLD, TOOLS)] == faults


def test_every_fault_belongs_to_one_of_seven_classes() -> None:
    assert len(CLASSES) == 7
    assert sorted(fault for faults in CLASSES.values() for fault in faults) == sorted(SEVERITY)


def test_a_score_is_1_less_the_weights_for_each_right_call() -> None:
    by_class = dict.fromkeys(CLASSES, 0.0) | {"value": 0.3, "missing": 0.5}
    wrong = errors(said((ToolCall("book", {"seat": 5}),)), GOLD, TOOLS)
    assert score(wrong, 1, weights(by_class)) == pytest.approx(1 - 0.3 - 0.5)
    assert score(wrong, 4, weights(by_class)) == pytest.approx(1 - 0.8 / 4)
    assert score(wrong, 1, weights({**by_class, "value": 0.6})) == 0.0  # 1 - 1.1 is below 0
    assert score((), 1, weights(by_class)) == 1.0


def test_each_class_has_a_weight_of_its_own() -> None:
    """With the powers of 1/2 as weights every sum tells which they were."""
    by_class = {name: 0.5 ** (place + 1) for place, name in enumerate(CLASSES)}
    for calls, faults in SAID[1:10]:
        [fault] = faults
        [name] = [name for name, kinds in CLASSES.items() if fault in kinds]
        found = score(errors(said(calls), GOLD, TOOLS), 1, weights(by_class))
        assert found == 1 - by_class[name]


@pytest.mark.parametrize("calls", [calls for calls, _ in SAID])
def test_with_the_weights_of_the_harness_it_is_its_measure(calls: tuple[ToolCall, ...]) -> None:
    gold = Gold(calls=tuple(Expected("book", {"seat": [4], "name": ["Ada"]}) for _ in GOLD))
    made = Trajectory("p", messages=(Message("assistant", calls=calls),))
    expected = error_score(Attempt(Problem("p", (), TOOLS, gold), made))
    assert score(errors(said(calls), GOLD, TOOLS), 1, SEVERITY) == expected


def test_calls_of_one_turn_may_come_in_any_order() -> None:
    two = (RIGHT, ToolCall("cancel", {}))
    assert errors(said(two[::-1]), two, TOOLS) == ()
