"""Attempts on their way to scores: one look at each, so that any number of them fits in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Unreadable
from harness.corpus import fingerprint
from harness.errors import UserError
from harness.formats.trajectories import digest
from harness.measures.attempt import Attempt
from harness.measures.notation import Measure
from harness.records import Problem, Trajectory

Teller = Callable[[Unreadable | int], None]
"""Called with what cannot be used, and now and then with how many attempts have been looked at."""

STEP = 500
"""Attempts from one such number to the next."""
FAULTS = "calls at fault"
"""What a note on wrong calls begins with."""


@dataclass
class Tally:
    """The values of every attempt.

    Args:
        problems: by key.
        measures: what is computed.
        trials: attempts that each problem should have had; more are taken as they come.
        tell: called with what cannot be used, and with the count.
    """

    problems: Mapping[str, Problem]
    measures: Sequence[Measure]
    trials: int = 1
    tell: Teller = lambda _: None
    unreadable: int = 0
    malformed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _values: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    _digests: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    _repeats: dict[str, dict[str, tuple[float, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _faults: Counter[str] = field(default_factory=Counter)
    _judges: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self._direct = [m for m in self.measures if m.kind == "attempt"]
        if any(m.kind == "trials" for m in self.measures):
            from harness.measures.tools.outcome import success

            self._direct = [*self._direct, Measure("success", success, "attempt")]

    def add(self, trajectories: Iterable[Trajectory | Unreadable]) -> None:
        """Enters attempts, each once; what cannot be used is told and counted."""
        for number, found in enumerate(trajectories):
            if number % STEP == 0:
                self.tell(number)
            reason = found if isinstance(found, Unreadable) else self._enter(found)
            if reason is not None:
                self.unreadable += 1
                self.tell(reason)

    def _enter(self, found: Trajectory) -> Unreadable | None:
        key, trial = found.problem, found.trial
        place = f"problem {key}, trial {trial}"
        if key not in self.problems:
            return Unreadable(place, "the task has no such problem")
        if trial in self._digests[key]:
            return Unreadable(place, "a second attempt of the same number; the first one counts")
        self._digests[key][trial] = digest(found)
        if found.end == "malformed":
            self.malformed.setdefault(key, found.detail or "malformed")
        if found.end == "error":
            self.errors.setdefault(key, found.detail or "failed")
        attempt = Attempt(self.problems[key], found)
        self._values.setdefault(key, {})[trial] = [m.compute(attempt) for m in self._direct]
        for measure in self._direct:
            repeats = getattr(getattr(measure.compute, "func", None), "repeats", None)
            if repeats is not None:
                self._repeats[measure.name][key] = tuple(repeats(attempt))
        for judgement in found.judgements:
            self._judges[judgement.question].add(judgement.judge)
        gold = attempt.problem.gold
        if found.end != "error" and (gold.calls is not None or gold.wants_call is not None):
            self._faults.update(f"{FAULTS}: {e.fault}" for e in attempt.verdict.errors)
        return None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every attempt, in whatever order they came."""
        return fingerprint(
            text
            for key in sorted(self._digests)
            for trial, hash in sorted(self._digests[key].items())
            for text in (key, str(trial), hash)
        )

    @property
    def judges(self) -> tuple[str, ...]:
        """Who judged, by name.

        Raises:
            UserError: several judges answered one question, so that a mean would mix them.
        """
        for question, judges in self._judges.items():
            if len(judges) > 1:
                raise UserError(
                    f"{' and '.join(sorted(judges))} judged the same question, '{question}': keep "
                    "the judgements of one of them, their verdicts are not comparable"
                )
        return tuple(sorted(set().union(*self._judges.values())))

    @property
    def answered(self) -> set[str]:
        """Problems with at least one attempt."""
        return set(self._values)

    @property
    def notes(self) -> dict[str, int]:
        """Attempts that were not made, what could not be used, and what was wrong with calls."""
        made = sum(map(len, self._values.values()))
        wanted = len(self._values) * self._expected
        notes = {"attempts not made": wanted - made, "entries that cannot be used": self.unreadable}
        return {what: n for what, n in {**notes, **dict(sorted(self._faults.items()))}.items() if n}

    def values(self) -> dict[str, NDArray[np.float64]]:
        """Each measure's value of every problem, the mean over its trials, shape (problems,).

        NaN where a measure says nothing about a problem.
        """
        cubes = self._cube
        mean: NDArray[np.float64] = _nanmean(cubes, axis=1)
        columns = {m.name: mean[:, i] for i, m in enumerate(self._direct)}
        return {
            m.name: self._over_trials(m) if m.kind == "trials" else columns[m.name]
            for m in self.measures
        }

    def deviations(self) -> dict[str, float]:
        """Population standard deviation of each mean over repeated judgements, or over trials."""
        if self._expected > 1:
            spread = np.std(_nanmean(self._cube, axis=0), axis=0, ddof=0)
            named = {measure.name for measure in self.measures}
            by_trial = {m.name: float(spread[i]) for i, m in enumerate(self._direct)}
            found = {name: value for name, value in by_trial.items() if name in named}
        else:
            several = {name: self._per_repeat(name) for name in self._repeats}
            found = {n: float(np.std(means, ddof=0)) for n, means in several.items() if len(means)}
        return {name: round(value, 10) for name, value in found.items() if not isnan(value)}

    @property
    def _expected(self) -> int:
        """Attempts that every problem should have had."""
        return max(self.trials, *(max(t) + 1 for t in self._values.values() if t), 1)

    @cached_property
    def _cube(self) -> NDArray[np.float64]:
        """Every value, shape (problems, trials, measures)."""
        shape = (len(self.problems), self._expected, len(self._direct))
        cube = np.empty(shape)
        for row, (key, problem) in enumerate(self.problems.items()):
            made = self._values.get(key, {})
            for trial in range(shape[1]):
                cube[row, trial] = made[trial] if trial in made else self._blank(key, problem)
        return cube

    def _blank(self, key: str, problem: Problem) -> list[float]:
        """The values of an attempt that was never made."""
        attempt = Attempt(problem, Trajectory(key, end="missing"))
        return [m.compute(attempt) for m in self._direct]

    def _over_trials(self, measure: Measure) -> NDArray[np.float64]:
        column = [m.name for m in self._direct].index("success")
        return np.array([measure.compute(row) for row in self._cube[:, :, column].tolist()])

    def _per_repeat(self, name: str) -> NDArray[np.float64]:
        """The mean over problems of each repeat, shape (repeats,); empty where nothing repeats."""
        values, rows = self.values()[name], self._repeats[name]
        n = max(map(len, rows.values()))
        if n < 2:
            return np.empty(0)
        table = [
            rows[key] if len(rows.get(key, ())) == n else (value,) * n
            for key, value in zip(self.problems, values, strict=True)
            if not isnan(value)
        ]
        return np.asarray(np.array(table).reshape(-1, n).mean(axis=0))


def breakdown(
    problems: Mapping[str, Problem], values: Mapping[str, NDArray[np.float64]]
) -> dict[str, dict[str, dict[str, float]]]:
    """The mean of every measure by label of the problems and its value."""
    groups: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, problem in enumerate(problems.values()):
        for label, value in problem.labels.items():
            groups[label][value].append(row)
    return {
        label: {value: dict(_means(values, rows)) for value, rows in sorted(by.items())}
        for label, by in sorted(groups.items())
    }


def _means(
    values: Mapping[str, NDArray[np.float64]], rows: Sequence[int]
) -> Iterator[tuple[str, float]]:
    for name, column in values.items():
        mean = float(_nanmean(column[rows], axis=0))
        if not isnan(mean):
            yield name, round(mean, 10)


def _nanmean(table: NDArray[np.float64], axis: int) -> Any:
    """The mean of what is not NaN; NaN where nothing is."""
    known = ~np.isnan(table)
    counts = known.sum(axis=axis)
    sums = np.where(known, table, 0.0).sum(axis=axis)
    return np.where(counts > 0, sums / np.maximum(counts, 1), nan)
