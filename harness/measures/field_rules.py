"""Calls compared with the right ones parameter by parameter, each in the way its tool asks for.

What a benchmark that executes calls wants to know is whether the call does the same as the right
one. Some of it can be told from what the call was given; where it cannot, the call is undecided.

Read from `gold.details`, one entry a call of `gold.calls`:

- "fields": {parameter: way}, or {parameter: [way, other way]}. A way is a name of
  `harness.measures.comparisons`; a parameter that is not mentioned must be equal. Where there are
  two, a value that is the same in the first way is right, one that is not even in the other is
  wrong, and between them only the result of the call could tell.
- "optional": names of parameters that may be left out.
- "unwinnable": why no call is judged right, "" where one may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from harness.measures.attempt import CallError, Verdict
from harness.measures.comparisons import WrongType, same, typed
from harness.measures.faults import API_BANK
from harness.records import Expected, Problem, ToolCall, ToolSpec, Trajectory

UNDECIDED = "OUTPUT_MISMATCH"
"""The name of an error of a call that may give the right result in spite of what differs. The
benchmarks that execute calls have it for a call that did not."""


def match(problem: Problem, trajectory: Trajectory) -> Verdict:
    """The calls of a trajectory, in order, against the expected ones."""
    steps = compare(problem, trajectory.calls)
    errors = tuple(error for step in steps for error in step)
    return Verdict(errors, len(problem.gold.calls or ()))


def compare(problem: Problem, calls: Sequence[ToolCall]) -> list[tuple[CallError, ...]]:
    """What is wrong with each call; one more entry for each that is missing."""
    tools = {tool.name: tool for tool in problem.tools}
    fields, optional, unwinnable = (
        _entries(problem, name) for name in ("fields", "optional", "unwinnable")
    )
    found = []
    for number, (expected, call) in enumerate(zip_longest(problem.gold.calls or (), calls)):
        if expected is None:
            said = f"{call.name[:60]!r} is called after the last call that is expected"
            errors = [CallError("needless call", said)]
        elif call is None or not call.name:
            errors = [_error("NO_API_CALL", f"no call where one of {expected.name} is expected")]
        elif reason := _at(unwinnable, number, ""):
            errors = [CallError("wrong value", str(reason))]
        else:
            ways, free = _at(fields, number, {}), _at(optional, number, ())
            errors = list(_wrong(expected, ways, free, tools.get(expected.name), call))
        found.append(tuple(replace(error, call=number) for error in errors))
    return found


def undecided(errors: Sequence[CallError]) -> bool:
    """Whether only the result of the call could tell that it is right: nothing else is wrong."""
    return bool(errors) and all(error.upstream == UNDECIDED for error in errors)


def equal(expected: Expected, call: ToolCall) -> bool:
    """Whether a call is the expected one, its values equal in the expected values' types."""
    if (
        call.name != expected.name
        or call.problem
        or call.arguments.keys() != expected.arguments.keys()
    ):
        return False
    try:
        return all(
            _gold(values) == typed(_gold(values), call.arguments[name])
            for name, values in expected.arguments.items()
        )
    except WrongType:
        return False


def _wrong(
    expected: Expected,
    ways: Mapping[str, Any],
    optional: Sequence[str],
    tool: ToolSpec | None,
    call: ToolCall,
) -> Iterator[CallError]:
    if call.problem:
        yield _error("FAILED_PARSE_API_CALL", f"the call cannot be read: {call.problem[:200]}")
        return
    if call.name != expected.name:
        said = f"{call.name[:60]!r} is called where {expected.name} is expected"
        yield _error("API_NAME_MISMATCH", said)
        return
    documented = tool.parameters.get("properties", {}) if tool else {}
    for name in call.arguments:
        if not (name in documented or name in expected.arguments or name in ways):
            yield _error("INVALID_INPUT_PARAMETER", f"there is no parameter {name[:60]!r}", name)
    for name in dict.fromkeys((*expected.arguments, *call.arguments)):
        if name not in call.arguments and name not in optional:
            yield _error("MISS_INPUT_ARGUMENT", f"{name} is missing", name)
        elif name in expected.arguments or name in documented:
            gold = _gold(expected.arguments.get(name, ()))
            yield from _differing(name, ways.get(name, "equal"), gold, call.arguments.get(name))


def _differing(name: str, way: Any, gold: Any, value: Any) -> Iterator[CallError]:
    """What is wrong with the value of one parameter; None stands for one that is left out."""
    sure, possible = (way, way) if isinstance(way, str) else way
    if sure == "any":
        return
    if gold is not None and value is not None:
        try:
            value = typed(gold, value)
        except WrongType as error:
            yield CallError("wrong type", f"{name}: {error}", parameter=name)
            return
    if same(sure, gold, value):
        return
    if same(possible, gold, value):
        said = f"{name} differs: executing the call would tell whether its result is right"
        yield _error(UNDECIDED, said, name)
    else:
        yield _error("INPUT_MISMATCH", f"{name} has another value than is expected", name)


def _error(upstream: str, said: str, parameter: str = "") -> CallError:
    return CallError(API_BANK[upstream], said, upstream, parameter=parameter)


def _gold(values: Sequence[Any]) -> Any:
    """The first of the acceptable values is the one that counts here; None where there is none."""
    return values[0] if values else None


def _entries(problem: Problem, name: str) -> Sequence[Any]:
    value = problem.gold.details.get(name)
    return value if isinstance(value, list | tuple) else ()


def _at(entries: Sequence[Any], number: int, default: Any) -> Any:
    return entries[number] if number < len(entries) else default
