"""Which call answers which expected one, and what is wrong with those that answer none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from harness.measures.attempt import CallError
from harness.measures.faults import SEVERITY
from harness.measures.matching.mistakes import Check
from harness.records import Expected, ToolCall, ToolSpec

_MOST_ERRORS = 50
"""Of one call. A call with a million parameters is no worse."""
_NO_MATCH = "parallel_function_checker_no_order:cannot_find_match"

Errors = tuple[CallError, ...]


def in_order(
    check: Check, expected: Sequence[Expected], tools: Sequence[ToolSpec], calls: Sequence[ToolCall]
) -> Errors:
    """Errors of calls that must be the expected ones in that order. As many as are expected."""
    return tuple(
        error
        for i, (wanted, call) in enumerate(zip(expected, calls, strict=True))
        for error in _errors(check, wanted, tools, i, call)
    )


def in_any_order(
    check: Check,
    expected: Sequence[Expected],
    tools: Sequence[ToolSpec],
    calls: Sequence[ToolCall],
    *,
    published: bool,
) -> Errors:
    """Errors of calls that may come in any order. As many as are expected.

    Each expected call in turn takes the first call left that is right, and does not give it back:
    the published matcher. Of the calls that nothing has taken, each expected call that found none
    is then compared with the one closest to it, which says what is wrong.
    """
    left = dict(enumerate(calls))
    unmet: list[Expected] = []
    for wanted in expected:
        right = (i for i, call in left.items() if not _errors(check, wanted, tools, i, call))
        if (taken := next(right, None)) is None:
            unmet.append(wanted)
        else:
            del left[taken]
    return tuple(_closest(check, unmet, tools, left, published))


def _closest(
    check: Check,
    unmet: Sequence[Expected],
    tools: Sequence[ToolSpec],
    left: dict[int, ToolCall],
    published: bool,
) -> Iterator[CallError]:
    for wanted in unmet:
        found = {i: _errors(check, wanted, tools, i, call) for i, call in left.items()}
        closest = min(found, key=lambda i: (left[i].name != wanted.name, _distance(found[i])))
        del left[closest]
        for error in found[closest]:
            if published:
                said = f"no call is the expected {wanted.name}, in the closest: {error.said}"
                error = replace(error, said=f"{said} ({error.upstream})", upstream=_NO_MATCH)
            yield error


def _errors(
    check: Check, wanted: Expected, tools: Sequence[ToolSpec], number: int, call: ToolCall
) -> Errors:
    tool = next((tool for tool in tools if tool.name == wanted.name), ToolSpec(wanted.name))
    found = islice(check(wanted, tool, call), _MOST_ERRORS)
    return tuple(replace(error, call=number) for error in found)


def _distance(errors: Errors) -> float:
    return sum(SEVERITY[error.fault] for error in errors)
