"""Which differences between models are real: paired tests, effects with intervals, and examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError
from harness.measures import is_share, parse, statistics
from harness.scoring import DIGITS, Scores
from harness.store import Result, differing_data, find_results, read_result, setting_slug

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
"""Error rate over all tests of one comparison, held by Holm's correction."""


@dataclass(frozen=True)
class QueryDifference:
    """A query on which two models differ."""

    query: str
    first: float
    second: float


@dataclass(frozen=True)
class Difference:
    """Two models on one task, query by query.

    `difference` is second minus first, with its 95 % bootstrap interval; `p` is two-sided from a
    paired randomisation test over query clusters and `p_holm` is corrected over all tests of the
    comparison. Wins are queries on which the second model is better.
    """

    task: str
    measure: str
    first_model: str
    second_model: str
    first: float
    second: float
    difference: float
    ci_low: float
    ci_high: float
    p: float
    p_holm: float
    wins: int
    ties: int
    losses: int
    n: int
    left_out: int
    """Queries that only one of the two results has, that failed outside a model, or that the
    measure says nothing of."""
    queries: tuple[QueryDifference, ...]
    """The queries that differ most, largest difference first."""

    @property
    def verdict(self) -> str:
        """Whether the second is "better" or "worse" at the corrected level, or "not told apart".

        Of an amount, such as steps, it is "higher" or "lower": which is better nobody can say.
        """
        if self.p_holm >= LEVEL or self.difference == 0:
            return "not told apart"
        if not is_share(self.measure):
            return "higher" if self.difference > 0 else "lower"
        return "better" if self.difference > 0 else "worse"


@dataclass(frozen=True)
class Overall:
    """The mean difference over the tasks that two models share, tasks fixed, queries resampled."""

    measure: str
    first_model: str
    second_model: str
    difference: float
    ci_low: float
    ci_high: float
    tasks: int


@dataclass(frozen=True)
class Refused:
    """A task that two models share and cannot be compared on, and why."""

    task: str
    first_model: str
    second_model: str
    reason: str


@dataclass(frozen=True)
class Comparison:
    """Every task on which the first model meets another."""

    differences: tuple[Difference, ...]
    overall: tuple[Overall, ...]
    refused: tuple[Refused, ...] = ()

    @property
    def worse(self) -> tuple[Difference, ...]:
        """Where a later model is significantly worse than the first."""
        return tuple(d for d in self.differences if d.verdict == "worse")

    def to_frame(self) -> pd.DataFrame:
        """One row for each pair and task."""
        import pandas as pd

        rows = [asdict(d) | {"verdict": d.verdict} for d in self.differences]
        return pd.DataFrame(rows).drop(columns="queries")

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "differences": [asdict(d) | {"verdict": d.verdict} for d in self.differences],
            "overall": [asdict(o) for o in self.overall],
            "refused": [asdict(r) for r in self.refused],
        }


@dataclass(frozen=True)
class _Side:
    """The results of one model."""

    name: str
    fingerprint: str
    results: dict[str, tuple[Result, Scores]]
    """Task, and setting where a task was asked in several, to its result."""


def compare(
    first: object,
    second: object,
    *more: object,
    measure: str | None = None,
    seed: int = 0,
    permutations: int = 10_000,
    examples: int = 5,
) -> Comparison:
    """Compares models query by query on every task they share.

    Args:
        first: the baseline: a folder of results of one model, or one result folder.
        second: the challenger, likewise.
        *more: further challengers.
        measure: what is compared, in notation; default each task's main measure.
        seed: seed of the permutations and the bootstrap.
        permutations: sign flips drawn where they cannot all be enumerated.
        examples: how many differing queries to keep for each task.

    Raises:
        UserError: a folder without results or with several models, or no shared task whose
            results can be compared.
    """
    _refuse_repeats([Path(str(path)) for path in (first, second, *more)])
    sides = _told_apart([_side(Path(str(path))) for path in (first, second, *more)])
    wanted = parse(measure).name if measure else None
    refused = [_refused(sides[0], side, wanted) for side in sides[1:]]
    pairs = [
        (sides[0].results[task], side.results[task], sides[0].name, side.name)
        for side, apart in zip(sides[1:], refused, strict=True)
        for task in _shared(sides[0], side)
        if task not in {r.task for r in apart}
    ]
    tested = [_Paired(a, b, names, wanted) for a, b, *names in pairs]
    p_values = [pair.p(permutations, seed) for pair in tested]
    adjusted = statistics.holm(p_values)
    differences = tuple(
        pair.difference(p, float(q), seed, examples)
        for pair, p, q in zip(tested, p_values, adjusted, strict=True)
    )
    return Comparison(differences, tuple(_overall(tested, seed)), tuple(chain(*refused)))


class _Paired:
    """Two results of one task, aligned query by query."""

    def __init__(
        self,
        first: tuple[Result, Scores],
        second: tuple[Result, Scores],
        names: Sequence[str],
        measure: str | None,
    ) -> None:
        self.names = names
        self.task = first[0].task
        self.measure = measure or _common_measure(first[0], second[0])
        (_, a), (_, b) = first, second
        for result, scores in (first, second):
            if self.measure not in scores.values:
                raise UserError(
                    f"{result.model} has no {self.measure} on {result.task}: "
                    f"choose from {', '.join(scores.values)}"
                )
        rows_b = {key: i for i, key in enumerate(b.keys)}
        failed = {*first[0].errors, *second[0].errors}  # no answers: nothing to compare
        mutual = rows_b.keys() - failed
        shared = [(i, rows_b[key]) for i, key in enumerate(a.keys) if key in mutual]
        one, other = a.values[self.measure], b.values[self.measure]
        shared = [(i, j) for i, j in shared if not isnan(one[i]) and not isnan(other[j])]
        if not shared:
            raise UserError(f"the results on {self.task} share no query that both have answered")
        self.left_out = len({*a.keys, *b.keys}) - len(shared)
        index_a, index_b = np.array(shared).T
        self.keys = [a.keys[i] for i in index_a]
        self.first = a.values[self.measure][index_a]
        self.second = b.values[self.measure][index_b]
        self.clusters = a.clusters[index_a]
        self.weights = a.weights[index_a]

    def p(self, permutations: int, seed: int) -> float:
        return statistics.paired_randomization(
            self.second * self.weights,
            self.first * self.weights,
            clusters=self.clusters.tolist(),
            permutations=permutations,
            seed=f"{seed}/{self.task}",
        )

    def resampled(self, seed: int) -> NDArray[np.float64]:
        """Bootstrap means of the difference, shape (resamples,)."""
        return statistics.resample(
            (self.second - self.first)[:, None],
            clusters=self.clusters.tolist(),
            weights=self.weights,
            seed=f"{seed}/{self.task}",
        )[:, 0]

    def mean(self, values: NDArray[np.float64]) -> float:
        return round(float(self.weights @ values / self.weights.sum()), DIGITS)

    def difference(self, p: float, p_holm: float, seed: int, examples: int) -> Difference:
        gap = self.second - self.first
        low, high = statistics.interval(self.resampled(seed))
        order = np.argsort(-np.abs(gap), kind="stable")[:examples]
        return Difference(
            task=self.task,
            measure=self.measure,
            first_model=self.names[0],
            second_model=self.names[1],
            first=self.mean(self.first),
            second=self.mean(self.second),
            difference=self.mean(gap),
            ci_low=round(float(low), DIGITS),
            ci_high=round(float(high), DIGITS),
            p=p,
            p_holm=p_holm,
            wins=int((gap > 0).sum()),
            ties=int((gap == 0).sum()),
            losses=int((gap < 0).sum()),
            n=len(self.keys),
            left_out=self.left_out,
            queries=tuple(
                QueryDifference(self.keys[i], float(self.first[i]), float(self.second[i]))
                for i in order
                if gap[i] != 0
            ),
        )


def _common_measure(first: Result, second: Result) -> str:
    """The main measure, or where a result lacks it the first share that both have."""
    both = _both(first, second)
    if first.main_measure in both or not both:
        return first.main_measure
    return next(filter(is_share, both))


def _overall(pairs: Sequence[_Paired], seed: int) -> Iterable[Overall]:
    groups: dict[tuple[str, str, str], list[_Paired]] = {}
    for pair in pairs:
        groups.setdefault((pair.names[0], pair.names[1], pair.measure), []).append(pair)
    for (first, second, measure), members in groups.items():
        resampled = np.mean([pair.resampled(seed) for pair in members], axis=0)
        low, high = statistics.interval(resampled)
        means = [pair.mean(pair.second - pair.first) for pair in members]
        yield Overall(
            measure=measure,
            first_model=first,
            second_model=second,
            difference=round(float(np.mean(means)), DIGITS),
            ci_low=round(float(low), DIGITS),
            ci_high=round(float(high), DIGITS),
            tasks=len(members),
        )


def _side(path: Path) -> _Side:
    folders = list(find_results(path)) if path.is_dir() else []
    results = [(read_result(folder.path), folder) for folder in folders]
    if not results:
        raise UserError(f"no result under {path}: give a folder that `assay run --out` has written")
    models = sorted({(result.model, result.model_fingerprint) for result, _ in results})
    if len(models) > 1:
        names = ", ".join(f"{name} #{fingerprint[:8]}" for name, fingerprint in models)
        raise UserError(f"{path} holds several models ({names}): name the folder of one of them")
    several = len({result.task for result, _ in results}) < len(results)
    settings = {setting_slug(result.setting) for result, _ in results}
    model, fingerprint = models[0]
    name = model if len(settings) > 1 else f"{model} [{settings.pop()}]"
    return _Side(
        name,
        fingerprint,
        {
            f"{result.task} [{setting_slug(result.setting)}]" if several else result.task: (
                result,
                folder.scores(),
            )
            for result, folder in results
        },
    )


def _refuse_repeats(paths: Sequence[Path]) -> None:
    """A folder given twice would be tested twice, and weigh on every corrected p-value."""
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise UserError(f"{path} is given twice: name every folder once")
        seen.add(path.resolve())


def _told_apart(sides: Sequence[_Side]) -> list[_Side]:
    """Sides of one name get the start of their fingerprint to it."""
    names = [side.name for side in sides]
    return [
        replace(side, name=f"{side.name} #{side.fingerprint[:8]}")
        if names.count(side.name) > 1
        else side
        for side in sides
    ]


def _refused(first: _Side, second: _Side, measure: str | None) -> list[Refused]:
    """The shared tasks whose results do not measure the same.

    Raises:
        UserError: all are such; the message says why of the first one.
    """
    shared = _shared(first, second)
    reasons = {
        task: _unlike(first.results[task][0], second.results[task][0], measure) for task in shared
    }
    if all(reasons.values()):
        task, reason = next(iter(reasons.items()))
        raise UserError(f"{first.name} and {second.name} cannot be compared on {task}: {reason}")
    return [Refused(t, first.name, second.name, reason) for t, reason in reasons.items() if reason]


def _unlike(first: Result, second: Result, measure: str | None) -> str:
    """Why two results of one task cannot be compared; "" where they can."""
    if first.task_version != second.task_version:
        return f"one is of version {first.task_version}, the other of {second.task_version}"
    if differing_data([first, second]):
        return (
            "they rest on different data (documents, queries or judgements); run both again on "
            "the same"
        )
    if measure is None and not any(map(is_share, _both(first, second))):
        return f"they share no value of {first.main_measure}; choose with --measure"
    return ""


def _both(first: Result, second: Result) -> list[str]:
    return [name for name in first.measures if name in second.measures]


def _shared(first: _Side, second: _Side) -> list[str]:
    shared = [task for task in first.results if task in second.results]
    if not shared:
        raise UserError(
            f"{first.name} and {second.name} share no task under a common setting: "
            "name the folders of two settings to compare these"
        )
    return shared
