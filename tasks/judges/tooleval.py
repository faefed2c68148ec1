"""ToolEval's judge: whether an attempt solves the query, in two looks.

StableToolBench, toolbench/tooleval (eval_pass_rate.py, evaluators/registered_cls/rtl.py). Its
prompts are its own, read from the benchmark's files. Upstream forces a function call; here any chat
model is told to answer with the arguments of that call as JSON, which is part of the judge's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.records import Judgement, Problem, Trajectory
from tasks.judges.form import Examiner
from tasks.judges.templates import Templates, read_templates
from tasks.judges.toolbench_form import answer_json, final_answer

if TYPE_CHECKING:
    from harness.loading import LoadedModel
    from harness.sources import Source

NO_ANSWER = "it ended without an answer"


@dataclass(frozen=True)
class ToolEval:
    """Says Solved, Unsure or Unsolved.

    Attributes:
        examiner: the model that is asked.
        templates: what it is asked.
    """

    examiner: Examiner
    templates: Templates

    @property
    def name(self) -> str:
        """The judge's kind, model and hash."""
        return self.examiner.name

    async def judge(self, problem: Problem, trajectory: Trajectory, repeat: int = 0) -> Judgement:
        """One judgement. Raises `InfrastructureError` when the model does not fill in its form."""
        label, reason = await self.status(problem, trajectory)
        return Judgement(self.name, label, "solved", repeat, reason=reason)

    async def status(self, problem: Problem, attempt: Trajectory) -> tuple[str, str]:
        """Label and reason.

        An attempt that gave up, or ended in another way without an answer, is Unsolved and nobody
        is asked. Of an answer the text alone is looked at first; only where that leaves it Unsure
        does a second look take in all calls and replies.
        """
        if attempt.end != "finished" or attempt.answer is None:
            return "Unsolved", NO_ANSWER
        label, reason = await self._ask(
            "check_answer_status", query=problem.text, answer=final_answer(attempt)
        )
        if label == "Unsure":
            label, reason = await self._ask(
                "parse_answer_status", query=problem.text, answer=answer_json(attempt)
            )
        return label, reason

    async def _ask(self, function: str, **parts: str) -> tuple[str, str]:
        prompt = self.templates.prompt(function, **parts)
        label, reason = await self.examiner.fill(prompt, self.templates.form(function))
        return str(label), reason


def tooleval(model: LoadedModel, source: Source) -> ToolEval:
    """ToolEval's judge, asking a chat model.

    Raises:
        MissingData: the mirror lacks the templates.
        UserError: they are broken, or the model is no chat model.
    """
    templates = read_templates(source)
    examiner = Examiner.of("tooleval", model, templates.manner, templates.identity)
    return ToolEval(examiner, templates)
