"""The stage that writes down what is practised on, without what is asked in evaluations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.contracts import Planned
from harness.errors import UserError
from harness.records import Problem
from harness.training.leaks import LeakGuard
from harness.training.work import Rows, Work
from models.training.practice.answers import target
from models.training.practice.problems import Practice

PROBLEMS, REFUSED = "problems.jsonl", "refused.jsonl"


@dataclass(frozen=True, eq=False)
class Problems:
    """Writes `problems.jsonl`, and `refused.jsonl` with the reasons.

    Attributes:
        load: gives the practice.
        useless: says why a problem is of no use to the method; "" where it is of use.
        guarded: whether questions that registered tasks ask, or nearly ask, are left out.
    """

    load: Callable[[], Practice]
    useless: Callable[[Problem], str] = lambda problem: ""
    guarded: bool = True
    name: str = field(init=False, default="problems")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """How many there are, before evaluated ones are left out.

        Raises:
            UserError: none is of use.
        """
        problems = self.load().problems.values()
        useful = sum(not self.useless(problem) for problem in problems)
        if not useful:
            raise UserError(f"none of {len(problems)} problems is of use: no right answer is known")
        return Planned({"problems": len(problems), "of use": useful}, hours=0.0, kwh=0.0)

    def run(self, work: Work) -> None:
        """Writes both anew.

        Raises:
            UserError: nothing is left.
        """
        kept, refused = work.rows(PROBLEMS), work.rows(REFUSED)
        for rows in (kept, refused):
            rows.keep(lambda row: False)
        guard = LeakGuard.gather() if self.guarded else LeakGuard(())
        found = [(problem, self.useless(problem)) for problem in self.load().problems.values()]
        useless = [(problem, why) for problem, why in found if why]
        useful = [problem for problem, why in found if not why]
        allowed, twins = guard.sift(useful, lambda problem: [problem.text])
        kept.add(*map(_row, allowed))
        refused.add(*(_row(problem) | {"why": why} for problem, why in useless))
        for problem, twin in twins:
            why = f"{twin.tasks[0]} asks it ({twin.reason}): {twin.text}"
            refused.add(_row(problem) | {"why": why})
        work.spend(problems=len(allowed))
        work.summarise(
            {
                "problems": len(allowed),
                "of no use": len(useless),
                "evaluated": guard.summary(twin for _, twin in twins),
            }
        )
        if not allowed:
            raise UserError(f"no problem is left to practise on: {refused.path} says why")


def kept(practice: Practice, folder: Path) -> Practice:
    """What the stage has kept of a practice."""
    return practice.only([row["id"] for row in Rows(folder / PROBLEMS)])


def _row(problem: Problem) -> dict[str, Any]:
    return {"id": problem.id, "asks": problem.text, "answer": target(problem) or None}
