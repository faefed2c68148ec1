"""The verdict on the calls of an attempt, by the rules that its problem names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from harness.errors import unknown
from harness.measures import field_rules
from harness.measures.attempt import CallError, Verdict
from harness.measures.matching import schema
from harness.measures.matching.languages import JAVA, JAVASCRIPT, PYTHON
from harness.measures.matching.mistakes import Check
from harness.measures.matching.pairing import in_any_order, in_order
from harness.records import Expected, Gold, Problem, ToolCall, ToolSpec, Trajectory


@dataclass(frozen=True, slots=True)
class Rules:
    """How calls are compared.

    Attributes:
        check: what is wrong with a call where another is expected.
        about: what the rules are, in one line.
        published: whether errors bear the names of BFCL's checker.
    """

    check: Check
    about: str
    published: bool = False


RULES: Mapping[str, Rules] = MappingProxyType(
    {
        "json": Rules(schema.errors, "equal as JSON values; nothing is normalised"),
        "python": Rules(PYTHON.errors, "the rules of BFCL's ast_checker, Python values", True),
        "java": Rules(JAVA.errors, "the rules of BFCL's ast_checker, Java literals", True),
        "javascript": Rules(
            JAVASCRIPT.errors, "the rules of BFCL's ast_checker, JavaScript literals", True
        ),
    }
)
"""The sets of rules by the name that `Gold.rules` has."""
FIELDS = "fields"
"""The rules of `harness.measures.field_rules`, by which every tool is compared in its own way."""


DECLARED = "declared"
"""Key of `Gold.details`: fields of the tools as the rules go by them, where others are offered."""


def as_declared(problem: Problem) -> Problem:
    """The problem with its tools as the rules go by them; most are offered as they are."""
    declared = problem.gold.details.get(DECLARED)
    if declared is None:
        return problem
    return replace(problem, tools=tuple(ToolSpec(**fields) for fields in declared))


def match(problem: Problem, trajectory: Trajectory) -> Verdict:
    """What is wrong with the calls of a trajectory.

    Where the problem knows neither calls nor whether there should be one, only whether the calls
    could be read. An attempt that was not made lacks its call.

    Raises:
        UserError: the problem names rules that there are not.
    """
    problem = as_declared(problem)
    gold = problem.gold
    if gold.rules == FIELDS:
        return field_rules.match(problem, trajectory)
    if gold.rules not in RULES:
        raise unknown("rules of matching", gold.rules, [*RULES, FIELDS])
    expected = len(gold.calls) if gold.calls is not None else int(bool(gold.wants_call))
    return Verdict(tuple(_errors(problem, trajectory, RULES[gold.rules])), expected)


def _errors(problem: Problem, trajectory: Trajectory, rules: Rules) -> tuple[CallError, ...]:
    gold, calls = problem.gold, trajectory.calls
    if trajectory.end in ("missing", "error"):
        return (CallError("missing call", "there was no attempt"),)
    if broken := _unreadable(trajectory):
        name, said = broken
        return (CallError("unparsable", said, _decoding(gold, name) if rules.published else ""),)
    if gold.calls is None:
        return _presence(gold, calls, rules)
    if len(calls) != len(gold.calls):
        return _count(problem, len(gold.calls), len(calls), rules)
    if gold.ordered or len(calls) == 1:
        return in_order(rules.check, _named(problem, gold.calls, rules), problem.tools, calls)
    return in_any_order(rules.check, gold.calls, problem.tools, calls, published=rules.published)


def _named(problem: Problem, expected: tuple[Expected, ...], rules: Rules) -> tuple[Expected, ...]:
    """By the published rules an only tool is the expected one, whatever the expected call says."""
    if rules.published and len(expected) == len(problem.tools) == 1:
        return (replace(expected[0], name=problem.tools[0].name),)
    return expected


def _unreadable(trajectory: Trajectory) -> tuple[str, str] | None:
    """Why calls could not be read: the published name and a sentence; None if all could."""
    if trajectory.end == "malformed":
        return "decoder_failed", trajectory.detail or "the output could not be read"
    for call in trajectory.calls:
        if call.problem:
            return "decoder_failed", call.problem
        if not isinstance(call.name, str) or not isinstance(call.arguments, Mapping):
            return "decoder_wrong_output_format", "a call has no name or no arguments by name"
    return None


def _decoding(gold: Gold, name: str) -> str:
    """The published name of a failure to read; none where it passes for an abstention."""
    if gold.calls is not None:
        return f"ast_decoder:{name}"
    return "relevance_error:decoder_failed" if gold.wants_call else ""


def _presence(gold: Gold, calls: tuple[ToolCall, ...], rules: Rules) -> tuple[CallError, ...]:
    """Whether there is a call is all that counts, if anything does."""
    if gold.wants_call is None or gold.wants_call == bool(calls):
        return ()
    if gold.wants_call:
        error = CallError("missing call", "there is no call", "relevance_error:decoder_failed")
    else:
        error = CallError(
            "needless call", "no tool was needed", "irrelevance_error:decoder_success", call=0
        )
    return (error if rules.published else CallError(error.fault, error.said, call=error.call),)


def _count(problem: Problem, wanted: int, given: int, rules: Rules) -> tuple[CallError, ...]:
    """Too few or too many calls: an error each, no more than there are expected calls."""
    checker = (
        "parallel_function_checker_no_order"
        if wanted > 1
        else "multiple_function_checker"
        if len(problem.tools) > 1
        else "simple_function_checker"
    )
    error = CallError(
        "missing call" if given < wanted else "needless call",
        f"{given} calls where {wanted} are expected",
        f"{checker}:wrong_count" if rules.published else "",
    )
    return (error,) * min(abs(given - wanted), max(wanted, 1))
