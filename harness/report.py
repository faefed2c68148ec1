"""What an evaluation returns: results, aggregates, and what was missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from harness.budget import Spent
from harness.records import Setting
from harness.scoring import Scores, aggregate
from harness.store import Result, differing_data, setting_slug, setting_to_json
from harness.suites import Suite

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Missing:
    """A task that could not be asked under a setting, and why."""

    task: str
    setting: Setting
    reason: str
    data: bool = True
    """True when its data is not here; False when it has not what the setting asks for."""


@dataclass(frozen=True)
class AggregateValue:
    """One number over the tasks of a suite.

    `partial` says that a task is missing, unfinished or cut short; `tasks` are those that count.
    """

    suite: str
    name: str
    model: str
    model_fingerprint: str
    setting: Setting
    measure: str
    value: float
    ci_low: float
    ci_high: float
    n: int
    partial: bool
    tasks: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Everything that one call of `evaluate` has to say."""

    results: tuple[Result, ...]
    aggregates: tuple[AggregateValue, ...] = ()
    missing: tuple[Missing, ...] = ()
    unfinished: tuple[str, ...] = ()
    """Tasks of which this shard answered its part; `assay merge` finishes them."""
    spent: Spent | None = None
    """What chat models were asked for, and what it cost; None where none was asked."""

    @property
    def complete(self) -> bool:
        """True when nothing is missing and no infrastructure error is left."""
        return not self.missing and all(r.status == "complete" for r in self.results)

    @property
    def differing(self) -> tuple[str, ...]:
        """Tasks of which results rest on different data, so that they do not compare."""
        return differing_data(self.results)

    def to_frame(self) -> pd.DataFrame:
        """One row for each model, task, setting and measure."""
        import pandas as pd

        rows = [
            {
                "model": result.model,
                "task": result.task,
                **setting_to_json(result.setting),
                "measure": name,
                **value.model_dump(),
                "partial": result.partial,
            }
            for result in self.results
            for name, value in result.measures.items()
        ]
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "results": [result_row(result) for result in self.results],
            "aggregates": [aggregate_row(value) for value in self.aggregates],
            "missing": [
                {"task": m.task, "setting": setting_to_json(m.setting), "reason": m.reason}
                for m in self.missing
            ],
            "unfinished": list(self.unfinished),
            **({"differing_data": list(self.differing)} if self.differing else {}),
            **({"spent": asdict(self.spent)} if self.spent else {}),
        }


def result_row(result: Result) -> dict[str, Any]:
    """A result as `--json` prints it."""
    return {
        "model": result.model,
        "task": result.task,
        "setting": setting_to_json(result.setting),
        "partial": result.partial,
        "status": result.status,
        "measures": {name: value.model_dump() for name, value in result.measures.items()},
        "counts": result.counts.model_dump(),
        "drift": result.drift,
        "task_version": result.task_version,
        "undefined": result.undefined,
        "breakdown": result.breakdown,
        "deviations": result.deviations,
        "notes": result.notes,
    }


def aggregate_row(value: AggregateValue) -> dict[str, Any]:
    """An aggregate as `--json` prints it."""
    row = {name: getattr(value, name) for name in AggregateValue.__dataclass_fields__}
    return row | {
        "setting": setting_to_json(value.setting),
        "tasks": list(value.tasks),
        "missing": list(value.missing),
    }


def aggregates(suite: Suite, results: Iterable[tuple[Result, Scores]]) -> list[AggregateValue]:
    """Every aggregate of a suite for every model, setting and measure that has a value.

    Results with infrastructure errors left are not aggregated: their tasks count as missing.
    """
    groups: dict[tuple[str, str, int], list[tuple[Result, Scores]]] = {}
    for result, scores in results:
        if result.task in suite.tasks and result.status == "complete":
            key = (result.model_fingerprint, setting_slug(result.setting), result.seed)
            groups.setdefault(key, []).append((result, scores))
    return [
        value
        for group in groups.values()
        for definition in suite.aggregates
        for value in _values(suite, definition.name, group)
    ]


def _values(
    suite: Suite, name: str, group: Sequence[tuple[Result, Scores]]
) -> Iterable[AggregateValue]:
    definition = next(a for a in suite.aggregates if a.name == name)
    first = group[0][0]
    by_task: Mapping[str, tuple[Result, Scores]] = {result.task: (result, s) for result, s in group}
    scores = {task: s for task, (_, s) in by_task.items()}
    for measure in dict.fromkeys(name for result, _ in group for name in result.measures):
        values = {
            t: r.measures[measure].value for t, (r, _) in by_task.items() if measure in r.measures
        }
        present = tuple(task for task in definition.tasks if task in values)
        absent = tuple(task for task in definition.tasks if task not in values)
        estimate = aggregate(definition, measure, values, scores, seed=first.seed)
        if estimate is None:
            continue
        yield AggregateValue(
            suite=suite.name,
            name=name,
            model=first.model,
            model_fingerprint=first.model_fingerprint,
            setting=first.setting,
            measure=measure,
            value=estimate.value,
            ci_low=estimate.ci_low,
            ci_high=estimate.ci_high,
            n=estimate.n,
            partial=bool(absent) or any(by_task[task][0].partial for task in present),
            tasks=present,
            missing=absent,
        )
