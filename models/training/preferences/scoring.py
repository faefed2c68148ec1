"""How wrong the calls of a turn are: what is wrong, by class, and what each class weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from harness.measures.attempt import CallError, Fault
from harness.measures.matching import match
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

CLASSES: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "unparsable": ("unparsable",),
        "call": ("missing call", "needless call"),
        "tool": ("wrong tool",),
        "missing": ("missing parameter",),
        "unexpected": ("unexpected parameter",),
        "type": ("wrong type",),
        "value": ("wrong value",),
    }
)
"""The seven classes of error -> the faults of `harness.measures.attempt` that belong to each."""


def weights(by_class: Mapping[str, float]) -> dict[Fault, float]:
    """What each fault weighs, from what each of `CLASSES` does."""
    return {fault: by_class[name] for name, faults in CLASSES.items() for fault in faults}


def errors(
    said: Completion, gold: Sequence[ToolCall], tools: Sequence[ToolSpec]
) -> tuple[CallError, ...]:
    """Everything wrong with the calls of a turn where others are right.

    Compared by the rules "json" of `harness.measures.matching`: values equal as JSON values are,
    calls in any order. A right argument that is the empty text may be left out.

    Args:
        said: the turn.
        gold: the calls that are right.
        tools: what could be called.
    """
    expected = tuple(
        Expected(call.name, {name: (value,) for name, value in call.arguments.items()})
        for call in gold
    )
    turn = Message("assistant", said.text, said.calls)
    return match(
        Problem("", (), tuple(tools), Gold(calls=expected)), Trajectory("", messages=(turn,))
    ).errors


def score(found: Sequence[CallError], calls: int, weights: Mapping[Fault, float]) -> float:
    """1 less the weights of all errors for each right call, not below 0.

    With the weights of `harness.measures.faults.SEVERITY` it is the measure `error_score`. A
    reconstruction of the error-oriented scoring of TTPA (Huang et al., Findings of EMNLP 2025).

    Args:
        found: what is wrong.
        calls: how many calls are right.
        weights: what a fault of each kind takes away.
    """
    return max(0.0, 1 - sum(weights[error.fault] for error in found) / max(calls, 1))
