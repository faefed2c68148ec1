"""ToolAlpaca's judge: whether the steps and the final response agree with the standard answer.

ToolAlpaca, evaluation.py. Its prompt is its own, read from the benchmark's files; one answer to it
holds both judgements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from string import Template
from typing import TYPE_CHECKING

from harness.errors import InfrastructureError, UserError
from harness.formats import strict_json
from harness.records import Judgement, Message, Problem, Trajectory
from tasks.judges.form import MAX_REASON, Examiner, Manner
from tasks.judges.toolbench_form import replies
from tasks.judges.tooleval import NO_ANSWER
from tasks.reading.toolalpaca import MIRROR

if TYPE_CHECKING:
    from harness.loading import LoadedModel
    from harness.sources import Source

TEMPLATE = "prompts/Evaluation.txt"
NO_CALL = "it made no call"
MANNER = Manner(max_tokens=2000, temperature=0.2)
"""Upstream's temperature."""
_RESULTS = "## Results"
_ASKED = {
    "process": re.compile(r"Process Correctness: (Yes|No|Uncertain)\b"),
    "response": re.compile(r"Final Response Correctness: (Yes|No|Uncertain)\b"),
}


@dataclass(frozen=True)
class ToolAlpacaJudge:
    """Says Yes, No or Uncertain, of the process and of the response.

    Attributes:
        examiner: the model that is asked.
        template: what it is asked.
    """

    examiner: Examiner
    template: str

    @property
    def name(self) -> str:
        """The judge's kind, model and hash."""
        return self.examiner.name

    async def judge(
        self, problem: Problem, trajectory: Trajectory, repeat: int = 0
    ) -> tuple[Judgement, ...]:
        """Two judgements, "process" and "response".

        An attempt without a call is wrong in both, and nobody is asked, as upstream counts it; so
        is one that ended without an answer.

        Raises:
            UserError: the problem has no standard answer.
            InfrastructureError: the model does not say its two words.
        """
        if trajectory.end != "finished" or trajectory.answer is None:
            labels, reason = dict.fromkeys(_ASKED, "No"), NO_ANSWER
        elif not trajectory.calls:
            labels, reason = dict.fromkeys(_ASKED, "No"), NO_CALL
        else:
            labels, reason = await self._ask(self._prompt(problem, trajectory))
        return tuple(
            Judgement(self.name, label, question, repeat, reason=reason)
            for question, label in labels.items()
        )

    def _prompt(self, problem: Problem, attempt: Trajectory) -> str:
        details = problem.gold.details
        try:
            standard = "".join(
                f"{number}. Function: {step['Action']}\nParameters: {step['Action_Input']}\n"
                for number, step in enumerate(details["standard"], 1)
            )
            return Template(self.template).substitute(
                documentation=details["documentation"],
                instruction=problem.text,
                standard=standard,
                solution="\n".join(_solution(attempt)),
            )
        except (KeyError, ValueError) as error:
            raise UserError(
                f"problem '{problem.id}' cannot be put into {MIRROR.folder}/{TEMPLATE}: "
                f"{type(error).__name__} {error}"
            ) from None

    async def _ask(self, prompt: str) -> tuple[dict[str, str], str]:
        said = "nothing"
        manner = self.examiner.manner
        for attempt in range(manner.attempts):
            with manner.drawn(attempt):
                completion = await self.examiner.model.complete(
                    [Message("user", prompt)],
                    max_tokens=manner.max_tokens,
                    temperature=manner.temperature,
                )
            try:
                return read_answer(completion.text)
            except strict_json.Refused as refused:
                said = f"{refused} ({completion.finish})"
        raise InfrastructureError(
            f"{self.name} has not said its two words in {manner.attempts} attempts: {said}"
        )


def toolalpaca(model: LoadedModel, source: Source) -> ToolAlpacaJudge:
    """ToolAlpaca's judge, asking a chat model.

    Raises:
        MissingData: the mirror lacks the template.
        UserError: it is broken, or the model is no chat model.
    """
    template = MIRROR.path(source, TEMPLATE).read_bytes()
    identity = {"template": sha256(template).hexdigest()}
    examiner = Examiner.of("toolalpaca", model, MANNER, identity)
    return ToolAlpacaJudge(examiner, template.decode("utf-8", "replace"))


def read_answer(text: str) -> tuple[dict[str, str], str]:
    """The word on each question, looked for behind the results' title, and what stands before.

    Raises:
        strict_json.Refused: a word is missing, or none of the three; upstream fails there.
    """
    analysis, _, results = text.partition(_RESULTS)
    labels = {}
    for question, pattern in _ASKED.items():
        found = pattern.search(results or text)
        if found is None:
            raise strict_json.Refused(f"there is no word on the {question}")
        labels[question] = found[1]
    return labels, analysis.strip()[:MAX_REASON]


def _solution(attempt: Trajectory) -> Iterator[str]:
    """Calls with what they gave, then the response, as upstream shows them (its spelling too)."""
    gave = replies(attempt)
    for number, call in enumerate(attempt.calls, 1):
        arguments = call.problem or json.dumps(call.arguments, ensure_ascii=False)
        yield f"{number}. Function: {call.name}\nParameters: {arguments}\nRetruns: {next(gave)}"
    yield f"{len(attempt.calls) + 1}. Final Response: {attempt.answer}"
