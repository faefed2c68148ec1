"""A task loaded under a setting, and the result that answers to it make."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from harness.contracts import Material, Task
from harness.errors import UserError, blaming
from harness.flows import FLOWS
from harness.loading import load_task
from harness.material import checked
from harness.offers import accept
from harness.ranking import Ranking
from harness.records import Setting
from harness.registry import resolve
from harness.scoring import Scores, estimates, split_means
from harness.sources import Read, Source
from harness.store import Counts, Result, Value

if TYPE_CHECKING:
    from harness.flows.retrieval import RetrievalFlow


@dataclass(frozen=True)
class Asked:
    """A task loaded under a setting: its flow, and where its data came from.

    `expression` is what the task was called by, from which it can be loaded again.
    """

    task: Task
    expression: str
    setting: Setting
    seed: int
    flow: RetrievalFlow
    reads: tuple[Read, ...]
    drift: tuple[str, ...]


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
        material = checked(task.load(source, setting), name)
    flow = cast("type[RetrievalFlow]", resolve(FLOWS[task.card.kind]))(material, setting, seed)
    if strict and (count := flow.judged_outside_corpus):
        raise UserError(
            f"{name}: judged documents that the corpus lacks: {count} (--strict). "
            "Without --strict they count as relevant, as in trec_eval"
        )
    with blaming(f"the check of {name} failed"):
        drift = _sentences(task, material)
    return Asked(task, called, setting, seed, flow, tuple(reads), drift)


def _sentences(task: Task, material: Material) -> tuple[str, ...]:
    """What the task's own check says of its data, if it has one."""
    check = getattr(task, "check", None)
    said = check(material) if check else ()
    return (said,) if isinstance(said, str) else tuple(said)


def score_answers(
    asked: Asked, ranking: Ranking, measures: Sequence[str], *, model: dict[str, Any]
) -> tuple[Result, Scores]:
    """The result of a task from its answers alone.

    Args:
        asked: the loaded task.
        ranking: the answers.
        measures: what to compute, in notation.
        model: the result's fields about the model.
    """
    flow, card = asked.flow, asked.task.card
    scores = flow.score(ranking.run, measures)
    rounding = 5 if "rounded-splits" in asked.setting.compat else None
    values = estimates(scores, task=card.name, seed=asked.seed, rounding=rounding)
    several = len(set(scores.splits)) > 1
    depths = zip(ranking.run.queries, ranking.run.depths.tolist(), strict=True)
    answered = {query for query, depth in depths if depth}  # a run file holds no empty answer
    missing = [
        key
        for key in flow.keys
        if key not in answered and key not in ranking.malformed and key not in ranking.errors
    ]
    relevant = [any(grade > 0 for grade in flow.qrels[key].values()) for key in flow.keys]
    result = Result(
        **model,
        task=card.name,
        task_version=card.version,
        task_card=json.loads(json.dumps(asdict(card))),
        setting=asked.setting,
        status="incomplete" if ranking.errors else "complete",
        data_hash=flow.data_hash,
        predictions_hash=ranking.run.fingerprint,
        datasets=list(asked.reads),
        seed=asked.seed,
        main_measure=card.main_measure,
        measures={
            name: Value(value=e.value, ci_low=e.ci_low, ci_high=e.ci_high, n=e.n)
            for name, e in values.items()
        },
        splits=split_means(scores) if several else {},
        counts=Counts(
            queries=len(flow.keys),
            answered=sum(key in answered for key in flow.keys),
            missing=len(missing),
            malformed=len(ranking.malformed),
            errors=len(ranking.errors),
            without_relevant=relevant.count(False),
            judged_outside_corpus=flow.judged_outside_corpus,
            empty_queries=flow.empty_queries,
            documents=flow.documents,
            empty_documents=flow.empty_documents,
            clusters=len(set(scores.clusters.tolist())),
            tied=ranking.run.tied,
        ),
        missing=missing,
        malformed=dict(ranking.malformed),
        errors=dict(ranking.errors),
        drift=list(asked.drift),
        notes={**ranking.notes, **flow.notes},
    )
    return result, scores
