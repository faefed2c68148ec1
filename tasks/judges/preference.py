"""ToolEval's comparison of an attempt with a reference's, from which SoWR counts wins.

StableToolBench, toolbench/tooleval (eval_preference.py, evaluators/registered_cls/rtl.py), as the
code runs: both attempts are judged anew in every round, since the short-cut by stored pass rates
never fires. Only one Solved wins, else only one Unsure; else a model is asked which is better.
Different here, each on purpose: the order of the two is swapped in every second round (upstream
has the reference stand first always, its swap being switched off by a slip: `swap=False`), and two
attempts that are the same tie, where upstream draws lots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.measures.tools.judgements import AGAINST
from harness.records import Judgement, Problem, Trajectory
from tasks.judges.form import Examiner
from tasks.judges.templates import read_templates
from tasks.judges.toolbench_form import answer_json
from tasks.judges.tooleval import ToolEval

if TYPE_CHECKING:
    from harness.loading import LoadedModel
    from harness.sources import Source

SELECT = "select_better_answer"


@dataclass(frozen=True)
class ToolEvalPreference:
    """Says win, tie or loss of an attempt beside the reference's.

    Attributes:
        status: tells whether an attempt solves the query.
        references: the reference's attempts by problem id.
        against: what the reference is called.
        swap: whether the attempt stands first in every second repeat.
    """

    status: ToolEval
    references: Mapping[str, Trajectory]
    against: str
    swap: bool = True

    @property
    def name(self) -> str:
        """The judge's kind, model and hash."""
        return self.status.name

    def reference(self, problem: Problem) -> Trajectory | None:
        """The attempt that others are compared with; None where the reference never answered."""
        found = self.references.get(problem.id)
        return None if found is None or found.end in ("missing", "error") else found

    async def judge(self, problem: Problem, trajectory: Trajectory, repeat: int = 0) -> Judgement:
        """One vote. Raises `InfrastructureError` when the model does not fill in its form."""
        swapped = self.swap and repeat % 2 == 1
        label, reason = await self._vote(problem, trajectory, swapped)
        return Judgement(self.name, label, f"{AGAINST}{self.against}", repeat, swapped, reason)

    async def _vote(self, problem: Problem, attempt: Trajectory, swapped: bool) -> tuple[str, str]:
        reference = self.reference(problem)
        if reference is None:
            return "win", "the reference never answered"
        shown = (attempt, reference) if swapped else (reference, attempt)
        labels = [(await self.status.status(problem, each))[0] for each in shown]
        answers = [answer_json(each) for each in shown]
        if (first := _ahead(labels)) is not None:
            reason = f"{labels[first]} against {labels[1 - first]}"
        elif answers[0] == answers[1]:
            return "tie", "both are the same"
        else:
            first, reason = await self._better(problem, answers)
        own = 0 if swapped else 1
        return ("win" if first == own else "loss"), reason

    async def _better(self, problem: Problem, answers: Sequence[str]) -> tuple[int, str]:
        templates = self.status.templates
        prompt = templates.prompt(
            SELECT, query=problem.text, answer_0=answers[0], answer_1=answers[1]
        )
        index, reason = await self.status.examiner.fill(prompt, templates.form(SELECT))
        return int(index), reason


def _ahead(labels: Sequence[str]) -> int | None:
    """The position of the only Solved, else of the only Unsure."""
    for status in ("Solved", "Unsure"):
        if count := labels.count(status):
            return labels.index(status) if count == 1 else None
    return None


def tooleval_preference(
    model: LoadedModel,
    source: Source,
    references: Mapping[str, Trajectory],
    against: str,
    *,
    swap: bool = True,
) -> ToolEvalPreference:
    """ToolEval's comparison, asking a chat model.

    Args:
        model: a chat model.
        source: where the templates are.
        references: the reference's attempts by problem id.
        against: what the reference is called in the judgements.
        swap: False for upstream's order, in which the reference always stands first.

    Raises:
        MissingData: the mirror lacks the templates.
        UserError: they are broken, or the model is no chat model.
    """
    templates = read_templates(source)
    identity = {**templates.identity, "swap": swap}
    kind = "tooleval-preference" if swap else "tooleval-preference-unswapped"
    examiner = Examiner.of(kind, model, templates.manner, identity)
    return ToolEvalPreference(ToolEval(examiner, templates), references, against, swap)
