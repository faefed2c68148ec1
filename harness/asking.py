"""A task loaded under a setting, and the result that answers to it make."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from harness.contracts import Material, Problems, Task
from harness.errors import UserError, blaming
from harness.flows import FLOWS
from harness.flows.flow import Flow, Scored
from harness.flows.retrieval import RetrievalFlow
from harness.loading import load_task
from harness.material import checked
from harness.offers import accept
from harness.records import Setting, TaskCard
from harness.registry import resolve
from harness.scoring import Scores, estimates, split_means
from harness.sources import Read, Source
from harness.store import Result, Value

_JUDGED = ", judged by "


@dataclass(frozen=True)
class Asked:
    """A task loaded under a setting: its flow, and where its data came from.

    `expression` is what the task was called by, from which it can be loaded again.
    """

    task: Task
    expression: str
    setting: Setting
    seed: int
    flow: Flow[Any]
    reads: tuple[Read, ...]
    drift: tuple[str, ...]

    @property
    def retrieval(self) -> RetrievalFlow:
        """The flow of a retrieval task. Raises `UserError` where the task is of another kind."""
        if not isinstance(self.flow, RetrievalFlow):
            raise UserError(f"{self.task.card.name} is no retrieval task")
        return self.flow


def ask(
    expression: object, setting: Setting, source: Source, seed: int, *, strict: bool = False
) -> Asked:
    """Loads a task, by name or as an object, and opens its flow.

    Raises:
        MissingData: its data is not to be had.
        UserError: there is no such task, its data is broken, or with `strict` it judges documents
            that the corpus lacks.
    """
    task = load_task(expression)
    called = expression if isinstance(expression, str) else task.card.name
    name = task.card.name
    accept(task, setting)
    with source.recording() as reads, blaming(f"{name} cannot be loaded"):
        material = checked(task.load(source, setting), task.card)
    make = cast("Callable[..., Flow[Any]]", resolve(FLOWS[task.card.kind]))
    live = {"task": task, "source": source} if task.card.kind == "tool_use" else {}
    flow = make(material, setting, seed, **live)
    strict = strict and isinstance(flow, RetrievalFlow)
    if strict and (count := cast("RetrievalFlow", flow).judged_outside_corpus):
        raise UserError(
            f"{name}: judged documents that the corpus lacks: {count} (--strict). "
            "Without --strict they count as relevant, as in trec_eval"
        )
    with blaming(f"the check of {name} failed"):
        drift = _sentences(task, material)
    return Asked(task, called, setting, seed, flow, tuple(reads), drift)


def _sentences(task: Task, material: Material | Problems) -> tuple[str, ...]:
    """What the task's own check says of its data, if it has one."""
    check = getattr(task, "check", None)
    said = check(material) if check else ()
    return (said,) if isinstance(said, str) else tuple(said)


def score_answers(
    asked: Asked, answers: object, measures: Sequence[str], *, model: dict[str, Any]
) -> tuple[Result, Scores]:
    """The result of a task from its answers alone.

    Args:
        asked: the loaded task.
        answers: those of its flow.
        measures: what to compute, in notation.
        model: the result's fields about the model.
    """
    scored = asked.flow.score(answers, measures)
    return result_of(asked, scored, model=model), scored.scores


def _plain(card: TaskCard) -> dict[str, Any]:
    """A card as results carry it; `runs` of tasks that an agent can attempt here."""
    fields: dict[str, Any] = json.loads(json.dumps(asdict(card)))
    return {n: v for n, v in fields.items() if n != "runs" or v}


def judged_version(version: str, judges: Sequence[str]) -> str:
    """A task's version; where judges decide, who they are is a part of it."""
    return f"{version}{_JUDGED}{' and '.join(judges)}" if judges else version


def unjudged_version(version: str) -> str:
    """The task's own part of a version that `judged_version` gave."""
    return version.partition(_JUDGED)[0]


def result_of(asked: Asked, scored: Scored, *, model: dict[str, Any]) -> Result:
    """The result of a task whose answers have been scored."""
    flow, card, scores = asked.flow, asked.task.card, scored.scores
    rounding = 5 if "rounded-splits" in asked.setting.compat else None
    values = estimates(scores, task=card.name, seed=asked.seed, rounding=rounding)
    several = len(set(scores.splits)) > 1
    return Result(
        **model,
        task=card.name,
        task_version=judged_version(card.version, scored.judges),
        task_card=_plain(card),
        setting=asked.setting,
        status="incomplete" if scored.errors else "complete",
        data_hash=flow.data_hash,
        predictions_hash=scored.fingerprint,
        datasets=list(asked.reads),
        seed=asked.seed,
        main_measure=card.main_measure,
        measures={
            name: Value(value=e.value, ci_low=e.ci_low, ci_high=e.ci_high, n=e.n)
            for name, e in values.items()
        },
        splits=split_means(scores) if several else {},
        counts=scored.counts,
        missing=list(scored.missing),
        malformed=dict(scored.malformed),
        errors=dict(scored.errors),
        drift=list(asked.drift),
        undefined=[name for name in scores.values if name not in values],
        notes=dict(scored.notes),
        breakdown={
            label: {value: dict(means) for value, means in by.items()}
            for label, by in scored.breakdown.items()
        },
        deviations=dict(scored.deviations),
    )
