"""An attempt as the measures of tool use see it, and what matching its calls found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from harness.records import Problem, ToolCall, Trajectory

Amount: TypeAlias = float
"""What a measure returns whose values are no shares of 1: steps, calls, tokens. Its annotation
tells that it is shown as it is, and not times 100."""
Effort: TypeAlias = float
"""An amount of which less is better."""
Seconds: TypeAlias = float
"""An effort in time."""
Dollars: TypeAlias = float
"""An effort in money."""
Flaw: TypeAlias = float
"""A share of 1 of which less is better."""

Fault = Literal[
    "unparsable",
    "missing call",
    "needless call",
    "wrong tool",
    "missing parameter",
    "unexpected parameter",
    "wrong type",
    "wrong value",
]
"""What can be wrong with a call, the gravest first."""


@dataclass(frozen=True, slots=True)
class CallError:
    """One thing wrong with the calls of an attempt.

    Attributes:
        fault: its class.
        said: what is wrong, for a person.
        upstream: the benchmark's own name for it, such as "type_error:simple".
        call: the number of the call in question, from 0; None where there is none.
        parameter: the parameter in question, if it is one.
    """

    fault: Fault
    said: str
    upstream: str = ""
    call: int | None = None
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What matching the calls of an attempt with the expected ones found.

    Attributes:
        errors: everything found wrong; the calls are right when there is nothing.
        calls: how many calls were expected.
    """

    errors: tuple[CallError, ...] = ()
    calls: int = 0

    @property
    def valid(self) -> bool:
        """True when nothing is wrong."""
        return not self.errors


@dataclass(frozen=True)
class Attempt:
    """A problem and one trajectory. Measures share what they work out from it.

    Attributes:
        problem: what was asked.
        trajectory: what was done; of `end` "missing" where nothing was.
    """

    problem: Problem
    trajectory: Trajectory

    @property
    def missing(self) -> bool:
        """True when the attempt was never made. Measures of success give 0, of effort NaN."""
        return self.trajectory.end == "missing"

    @cached_property
    def calls(self) -> tuple[ToolCall, ...]:
        """Every call in order."""
        return self.trajectory.calls

    @cached_property
    def turns(self) -> tuple[tuple[ToolCall, ...], ...]:
        """The calls of each turn; a user message begins the next one."""
        turns: list[list[ToolCall]] = [[]]
        begun = False
        for message in self.trajectory.messages:
            if message.role == "user" and begun:
                turns.append([])
            begun = begun or message.role in ("assistant", "tool")
            turns[-1].extend(message.calls)
        return tuple(map(tuple, turns))

    @cached_property
    def verdict(self) -> Verdict:
        """The calls matched with the expected ones by the problem's rules."""
        from harness.measures.matching import match

        return match(self.problem, self.trajectory)
