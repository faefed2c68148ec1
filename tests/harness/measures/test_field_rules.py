from __future__ import annotations

from typing import Any

import pytest

from harness.measures import field_rules
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory

ADD = {"token": "t1", "content": "call Mom today", "time": "2023-03-05 09:00:00"}
FIELDS = {"token": ["equal", "any"], "content": "words"}
TOOL = ToolSpec(
    "Add", parameters={"type": "object", "properties": {name: {} for name in (*ADD, "note")}}
)


def problem(*arguments: dict[str, Any], **details: Any) -> Problem:
    calls = tuple(Expected("Add", {k: [v] for k, v in one.items()}) for one in arguments or (ADD,))
    known = {"fields": [FIELDS] * len(calls), "optional": [["note"]] * len(calls), **details}
    return Problem("p", (), (TOOL,), Gold(calls=calls, rules="fields", details=known))


def verdict(*calls: ToolCall, of: Problem | None = None) -> list[tuple[str, str, str]]:
    trajectory = Trajectory("p", messages=(Message("assistant", calls=calls),))
    found = field_rules.match(of or problem(), trajectory)
    return [(error.fault, error.upstream, error.parameter) for error in found.errors]


def changed(**values: Any) -> ToolCall:
    return ToolCall("Add", {**ADD, **values})


def test_the_right_call_is_right() -> None:
    assert verdict(changed()) == []
    assert verdict(changed(content="call Mom")) == []  # two of three words


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (ToolCall("Delete", ADD), ("wrong tool", "API_NAME_MISMATCH", "")),
        (ToolCall("Аdd", ADD), ("wrong tool", "API_NAME_MISMATCH", "")),  # a Cyrillic letter
        (ToolCall("Add", problem="cut off"), ("unparsable", "FAILED_PARSE_API_CALL", "")),
        (ToolCall("", problem="none"), ("missing call", "NO_API_CALL", "")),
        (changed(place="x"), ("unexpected parameter", "INVALID_INPUT_PARAMETER", "place")),
        (changed(time="2023-03-06 09:00:00"), ("wrong value", "INPUT_MISMATCH", "time")),
        (changed(note="x"), ("wrong value", "INPUT_MISMATCH", "note")),  # known, and not wanted
        (changed(time=["2023"]), ("wrong type", "", "time")),
        (changed(time=float("nan")), ("wrong value", "INPUT_MISMATCH", "time")),
        (changed(token="t2"), ("wrong value", "OUTPUT_MISMATCH", "token")),
    ],
)
def test_what_is_wrong_has_its_class(call: ToolCall, error: tuple[str, str, str]) -> None:
    assert verdict(call) == [error]


def test_a_parameter_left_out_is_missing_unless_it_is_optional() -> None:
    short = {name: value for name, value in ADD.items() if name != "time"}
    missing = ("missing parameter", "MISS_INPUT_ARGUMENT", "time")
    assert verdict(ToolCall("Add", short)) == [missing]
    with_note = problem({**ADD, "note": "x"})
    assert verdict(changed(), of=with_note) == [("wrong value", "INPUT_MISMATCH", "note")]
    assert verdict(changed(note="x"), of=with_note) == []


def test_only_what_may_give_the_right_result_is_undecided() -> None:
    def undecided(call: ToolCall) -> bool:
        return field_rules.undecided(field_rules.compare(problem(), [call])[0])

    assert undecided(changed(token="t2"))
    assert not undecided(changed())
    assert not undecided(changed(token="t2", time="never"))


def test_calls_are_compared_in_their_places() -> None:
    two = problem(ADD, {**ADD, "time": "2023-03-07 09:00:00"})
    second = changed(time="2023-03-07 09:00:00")
    assert verdict(changed(), second, of=two) == []
    assert [error[2] for error in verdict(second, changed(), of=two)] == ["time", "time"]
    assert verdict(changed(), of=two) == [("missing call", "NO_API_CALL", "")]
    assert verdict(changed(), second, second, of=two) == [("needless call", "", "")]


def test_a_call_marked_unwinnable_is_wrong_and_the_others_are_not() -> None:
    two = problem(ADD, ADD, unwinnable=["", "no such parameter"])
    found = field_rules.compare(two, [changed(), changed()])
    assert [bool(errors) for errors in found] == [False, True]
    assert found[1][0].said == "no such parameter"


def test_equality_knows_no_ways_and_reads_types() -> None:
    expected = Expected("Add", {"n": [2], "s": ["x"]})
    assert field_rules.equal(expected, ToolCall("Add", {"s": "x", "n": "2"}))
    assert not field_rules.equal(expected, ToolCall("Add", {"s": "x", "n": "two"}))
    assert not field_rules.equal(expected, ToolCall("Add", {"s": "x"}))
    assert not field_rules.equal(expected, ToolCall("Add", {"s": "x", "n": 2, "more": 1}))


def test_a_hostile_argument_is_judged() -> None:
    deep: Any = "x"
    for _ in range(10_000):
        deep = [deep]
    for value in (deep, {"a": deep}, "x" * 50_000_000, 10**10_000, None):
        assert verdict(changed(content=value))
