"""Solutions found one call at a time, divided into rounds of calls: the maker of the data of `dta`.

Graph, levels, thoughts, filters: Zhu et al., "Divide-Then-Aggregate", ACL 2025 (arXiv 2501.12432),
section 3 and figure 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from harness.errors import UserError
from models.agents.answerers.answering import Unreadable
from models.training.graphs.dag import Levels, fault, levels
from models.training.graphs.flow import Order, dependencies
from models.training.graphs.rounds import Round, aggregatable, played
from models.training.graphs.solutions import Read, Solution, Step, Unusable
from models.training.graphs.verdicts import (
    Verdict,
    asked,
    asked_to_merge,
    joined,
    merged,
    reader,
    thoughts_of,
)
from models.training.making.teachers import Teacher

PARALLEL, SERIAL = "parallel", "serial"
UNREASONABLE = "not reasonable"
NOT_PARALLEL = "not parallelizable"
NOT_AGGREGATABLE = "not aggregatable"
UNREAD = "the teacher's answers cannot be read"
NOT_FOLLOWED = "the agent would do otherwise"


class Dropped(Exception):
    """A solution of which no rounds are made. The message is counted."""


@dataclass(frozen=True, eq=False)
class Divider:
    """Makes rounds of solutions.

    Attributes:
        teacher: is asked; None where nobody needs to be.
        judging: whether the teacher gives verdicts; else graphs are found from the values that
            calls hold.
        merging: whether the teacher merges the thoughts of a round; else they are joined.
        serial: whether what cannot be parallel is kept as it is.
        order: what else keeps calls in their order, in a graph from values.
        agent: whose conversations are written, a name of `rounds.AGENTS`.
        longest: characters that it reads of what a call gave.
    """

    teacher: Teacher | None
    judging: bool
    merging: bool
    serial: bool
    order: Order
    agent: str
    longest: int

    async def make(self, item: Read) -> dict[str, Any]:
        """The row of a solution: its graph, its rounds, and the conversation where it is kept."""
        if isinstance(item, Unusable):
            return {"line": item.line, "outcome": item.why, "conversations": []}
        row: dict[str, Any] = {
            "line": item.line,
            "calls": len(item.steps),
            "before": len(item.turns),
        }
        try:
            verdict = await self._verdict(item)
            row["edges"] = [list(edge) for edge in sorted(verdict.edges)]
            ordered = divided(item, verdict)
            outcome = PARALLEL if ordered else SERIAL
            if not ordered and not self.serial:
                raise Dropped(NOT_PARALLEL)
            found = ordered or (*item.turns, (len(item.steps) + 1,))
            if not aggregatable(item, found):
                raise Dropped(NOT_AGGREGATABLE)
            said = thoughts_of(item, verdict if ordered else _AS_IT_IS, found)
            rounds = [
                Round(await self._thought(item, level, thoughts), _steps(item, level))
                for level, thoughts in zip(found[:-1], said[:-1], strict=True)
            ]
        except Dropped as dropped:
            return row | {"outcome": str(dropped), "conversations": []}
        except Unreadable as problem:
            return row | {"outcome": UNREAD, "why": str(problem), "conversations": []}
        try:
            conversation = await played(item, rounds, joined(said[-1]), self.agent, self.longest)
        except UserError as problem:
            return row | {"outcome": NOT_FOLLOWED, "why": str(problem), "conversations": []}
        if item.weight is not None:
            conversation["weight"] = item.weight
        return row | {
            "outcome": outcome,
            "after": len(rounds),
            "widest": max((len(level) for level in found[:-1]), default=0),
            "levels": [list(level) for level in found],
            "conversations": [conversation],
        }

    def spent(self) -> Mapping[str, int]:
        """What the teacher has cost."""
        return self.teacher.spent() if self.teacher is not None else {}

    async def _verdict(self, solution: Solution) -> Verdict:
        if len(solution.steps) < 2:
            return _AS_IT_IS
        if self.judging and self.teacher is not None:
            return await self.teacher.ask(asked(solution), reader(len(solution.steps) + 1))
        return Verdict(True, True, dependencies(solution, self.order))

    async def _thought(
        self, solution: Solution, level: Sequence[int], thoughts: Sequence[str]
    ) -> str:
        if not self.merging or self.teacher is None or len(level) < 2 or not any(thoughts):
            return joined(thoughts)
        return await self.teacher.ask(asked_to_merge(_steps(solution, level), thoughts), merged)


_AS_IT_IS = Verdict(reasonable=True, parallelizable=False)


def divided(solution: Solution, verdict: Verdict) -> Levels:
    """The levels of a solution's graph; none where no two calls are of one level.

    Raises:
        Dropped: the solution is not reasonable, or the graph is faulty (`dag.fault`).
    """
    if not verdict.reasonable:
        raise Dropped(UNREASONABLE)
    if not verdict.parallelizable:
        return ()
    count = len(solution.steps) + 1
    if wrong := fault(count, verdict.edges):
        raise Dropped(wrong)
    found = levels(count, verdict.edges)
    return found if any(len(level) > 1 for level in found) else ()


def statistics(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Rounds of the kept examples, before and after, and how many of them have parallel calls."""
    numbers = ("before", "after", "calls", "widest")
    kept = [[row[name] for name in numbers] for row in rows if row["conversations"]]
    if not kept:
        return {}
    before, after, calls, widest = zip(*kept, strict=True)
    return {
        "rounds before": round(fmean(before), 4),
        "rounds after": round(fmean(after), 4),
        "calls": round(fmean(calls), 4),
        "share with parallel calls": round(fmean(wide > 1 for wide in widest), 4),
        "widest round": max(widest),
    }


def _steps(solution: Solution, level: Sequence[int]) -> tuple[Step, ...]:
    return tuple(solution.steps[number - 1] for number in level)
