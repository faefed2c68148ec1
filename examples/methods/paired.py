"""Values of two models problem by problem, over seeds of training and worlds, and how they differ.

A problem is the unit of every test: its values are averaged over the seeds of training first, so
that a model that was trained three times does not count for three. What the seeds differ by is told
beside it, seed by seed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from statistics import fmean

from harness.contracts import ProblemSet, Unreadable
from harness.errors import UserError
from harness.formats.trajectories import read_trajectories
from harness.loading import load_task
from harness.measures import statistics
from harness.measures.attempt import Attempt
from harness.records import Problem, Setting
from harness.sources import Source
from harness.store import ResultFolder

Key = tuple[str, str]
"""A task and a problem of it."""
Values = Mapping[Key, float]
Seeds = Mapping[int, Values]
"""The values of each seed of training."""
Interval = tuple[float, float, float]
"""A mean with its 95 % bootstrap interval over problems."""
FAULT = "fault: "
"""What the names of classes of faults begin with, where measures are named."""


@dataclass(frozen=True)
class Gap:
    """A measure of two models.

    Attributes:
        measure: in notation, or the class of a fault.
        sides: what the two are called, the baseline first.
        by_seed: seed -> the means of both with their intervals.
        means: of both over seeds and problems.
        difference: second less first, with its interval.
        p: of a paired randomisation test over problems, two-sided.
        p_holm: corrected for all tests that are told together.
        n: problems.
        left_out: those that the measure says nothing of, in some seed of either.
    """

    measure: str
    sides: tuple[str, str]
    by_seed: Mapping[int, tuple[Interval, Interval]]
    means: tuple[float, float]
    difference: Interval
    p: float
    n: int
    left_out: int
    p_holm: float = nan

    @property
    def agreeing(self) -> int:
        """Seeds in which the difference has the sign that it has over all."""
        sign = (self.difference[0] > 0) - (self.difference[0] < 0)
        gaps = (second[0] - first[0] for first, second in self.by_seed.values())
        return sum(((gap > 0) - (gap < 0)) == sign for gap in gaps)


def gap(measure: str, sides: tuple[str, str], first: Seeds, second: Seeds) -> Gap:
    """Compares two models that were trained with the same seeds and asked the same problems.

    Args:
        measure: whose values they are.
        sides: what the two are called, the baseline first.
        first: the values of the baseline.
        second: those of the other.

    Raises:
        UserError: there is no problem that the measure says something of throughout.
    """
    runs = [*first.values(), *second.values()]
    every = list(runs[0])
    if first.keys() != second.keys() or any(run.keys() != runs[0].keys() for run in runs):
        raise UserError(f"{' and '.join(sides)} were not asked the same problems")
    keys = [key for key in every if not any(isnan(run[key]) for run in runs)]
    if not keys:
        raise UserError(f"{measure} says nothing of any problem: leave it out")
    one, other = (
        [fmean(run[key] for run in side.values()) for key in keys] for side in (first, second)
    )
    gaps = [b - a for a, b in zip(one, other, strict=True)]
    return Gap(
        measure,
        sides,
        {
            seed: (_interval(measure, first[seed], keys), _interval(measure, second[seed], keys))
            for seed in first
        },
        (fmean(one), fmean(other)),
        _mean(gaps, measure),
        statistics.paired_randomization(other, one, seed=measure),
        len(keys),
        len(every) - len(keys),
    )


def corrected(gaps: Sequence[Gap]) -> list[Gap]:
    """The same with p-values corrected by Holm's method for all of them."""
    adjusted = statistics.holm([one.p for one in gaps])
    return [replace(one, p_holm=float(p)) for one, p in zip(gaps, adjusted, strict=True)]


def values_of(
    folder: ResultFolder, task: str, measures: Sequence[str]
) -> dict[str, dict[Key, float]]:
    """The values of a result by measure, problem by problem.

    Args:
        folder: of the result.
        task: its expression, by which problems are told apart.
        measures: in notation; or classes of faults, "fault: wrong value": how many there are for
            each call that the problem takes.

    Raises:
        UserError: the result lacks one.
    """
    scores = folder.scores()
    found: dict[str, dict[Key, float]] = {}
    for measure in measures:
        if measure.startswith(FAULT):
            continue
        if measure not in scores.values:
            raise UserError(f"there is no {measure} on {task}: {', '.join(scores.values)}")
        numbers = scores.values[measure].tolist()
        found[measure] = {(task, k): v for k, v in zip(scores.keys, numbers, strict=True)}
    wanted = [measure for measure in measures if measure.startswith(FAULT)]
    counted = _faults(folder, task) if wanted else {}
    for measure in wanted:
        found[measure] = {
            (task, key): fmean(one[measure.removeprefix(FAULT)] for one in counted[key])
            for key in scores.keys
        }
    return found


def _faults(folder: ResultFolder, task: str) -> Mapping[str, list[Mapping[str, float]]]:
    """Of each problem's attempts, how many faults of each class there are for a call."""
    problems = _problems(task)
    counted: defaultdict[str, list[Mapping[str, float]]] = defaultdict(list)
    for made in read_trajectories(folder.predictions):
        if isinstance(made, Unreadable):
            raise UserError(f"{folder.predictions} {made.place}: {made.reason}")
        verdict = Attempt(problems[made.problem], made).verdict
        faults = Counter(error.fault for error in verdict.errors)
        counted[made.problem].append(
            defaultdict(float, {k: n / max(verdict.calls, 1) for k, n in faults.items()})
        )
    return counted


def _problems(task: str) -> Mapping[str, Problem]:
    parts = [p for p in load_task(task).load(Source(None), Setting()) if isinstance(p, ProblemSet)]
    return {problem.id: problem for part in parts for problem in part.problems}


def _interval(measure: str, values: Values, keys: Sequence[Key]) -> Interval:
    return _mean([values[key] for key in keys], measure)


def _mean(values: Sequence[float], seed: str) -> Interval:
    drawn = statistics.resample([[value] for value in values], seed=seed)[:, 0]
    return (fmean(values), *statistics.interval(drawn))
