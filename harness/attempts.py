"""Attempts on their way to scores: one look at each, so that any number of them fits in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from harness.measures.qa.invariants import broken_invariants
from harness.records import Problem, Trajectory

Teller = Callable[[Unreadable | int], None]
"""Called with what cannot be used, and now and then with how many attempts have been looked at."""

Noter = Callable[[Attempt, Mapping[str, float]], None]
"""Called with every attempt and its values by measure."""

STEP = 500
"""Attempts from one such number to the next."""
MOST_TRIALS = 10_000
"""Attempts at one problem. Those below a number that were never made count: a number beyond any
that somebody would make stands for nothing."""
_LONGEST_SHOWN = 80
"""Characters that are shown of a problem's id."""
_LONGEST_DETAIL = 500
"""Characters that are kept of why an attempt failed, which may be a whole answer."""
FAULTS = "calls at fault"
"""What a note on wrong calls begins with."""
IMPOSSIBLE = "values that cannot be"
"""What a note on measures that contradict each other begins with: a mistake in one of them."""


class Roll:
    """Which attempts there are and whose judgements they carry: told without their task.

    Attributes:
        trials: problem -> number of the attempt -> its SHA-256.
    """

    def __init__(self) -> None:
        self.trials: dict[str, dict[int, str]] = {}
        self._judges: dict[str, set[str]] = defaultdict(set)

    def add(self, found: Trajectory) -> bool:
        """Enters an attempt; False where there is one of its number already, which stands."""
        made = self.trials.setdefault(found.problem, {})
        if found.trial in made:
            return False
        made[found.trial] = digest(replace(found, seconds=None))  # never the same twice
        for judgement in found.judgements:
            self._judges[judgement.question].add(judgement.judge)
        return True

    @property
    def fingerprint(self) -> str:
        """SHA-256 over every attempt but how long it took, in whatever order they came."""
        return fingerprint(
            text
            for key in sorted(self.trials)
            for trial, hash in sorted(self.trials[key].items())
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
                named = " and ".join(name[:60] for name in sorted(judges)[:3])
                raise UserError(
                    f"{named} judged the same question, '{question[:60]}': keep the judgements of "
                    "one of them, their verdicts are not comparable"
                )
        return tuple(sorted(set().union(*self._judges.values())))


@dataclass
class Tally:
    """The values of every attempt.

    Args:
        problems: by key.
        measures: what is computed.
        trials: attempts that each problem should have had; more are taken as they come.
        tell: called with what cannot be used, and with the count.
        note: called with every attempt that is used.
    """

    problems: Mapping[str, Problem]
    measures: Sequence[Measure]
    trials: int = 1
    tell: Teller = lambda _: None
    note: Noter | None = None
    unreadable: int = 0
    malformed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _values: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    _roll: Roll = field(default_factory=Roll)
    _repeats: dict[str, dict[str, tuple[float, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _faults: Counter[str] = field(default_factory=Counter)

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
        if key not in self.problems:
            return Unreadable(place_of(found), "the task has no such problem")
        if trial >= MOST_TRIALS:
            return Unreadable(place_of(found), f"trials have numbers from 0 to {MOST_TRIALS - 1:,}")
        if not self._roll.add(found):
            reason = "a second attempt of the same number; the first one counts"
            return Unreadable(place_of(found), reason)
        if found.end == "malformed":
            self.malformed.setdefault(key, found.detail[:_LONGEST_DETAIL] or "malformed")
        if found.end == "error":
            self.errors.setdefault(key, found.detail[:_LONGEST_DETAIL] or "failed")
        attempt = Attempt(self.problems[key], found)
        values = [m.compute(attempt) for m in self._direct]
        self._values.setdefault(key, {})[trial] = values
        named = {m.name: value for m, value in zip(self._direct, values, strict=True)}
        self._faults.update(f"{IMPOSSIBLE}: {what}" for what in broken_invariants(named))
        if self.note is not None:
            self.note(attempt, named)
        for measure in self._direct:
            repeats = getattr(getattr(measure.compute, "func", None), "repeats", None)
            if repeats is not None:
                self._repeats[measure.name][key] = tuple(repeats(attempt))
        gold = attempt.problem.gold
        if found.end != "error" and (gold.calls is not None or gold.wants_call is not None):
            self._faults.update(f"{FAULTS}: {e.fault}" for e in attempt.verdict.errors)
        return None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every attempt but how long it took, in whatever order they came."""
        return self._roll.fingerprint

    @property
    def judges(self) -> tuple[str, ...]:
        """Who judged, by name. Raises as `Roll.judges`."""
        return self._roll.judges

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
        return {m.name: self._means.by_problem[m.name] for m in self.measures}

    def deviations(self) -> dict[str, float]:
        """Population standard deviation of each mean over repeated judgements, or over trials."""
        if self._expected > 1:
            spread = np.std(self._means.by_trial, axis=0, ddof=0)
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
    def _means(self) -> _Means:
        """The values of all attempts, one problem after the other in memory."""
        names = [m.name for m in self._direct]
        over = {m.name: m for m in self.measures if m.kind == "trials"}
        over_trials: dict[str, list[float]] = {name: [] for name in over}
        means: list[NDArray[np.float64]] = []
        sums = np.zeros((self._expected, len(names)))
        counts = np.zeros(sums.shape, dtype=np.int64)
        for table in self._tables(sums.shape):
            known = ~np.isnan(table)
            sums += np.where(known, table, 0.0)
            counts += known
            means.append(_nanmean(table, axis=0))
            for name, measure in over.items():
                successes = table[:, names.index("success")].tolist()
                over_trials[name].append(measure.compute(successes))
        columns = np.array(means).reshape(len(means), len(names)).T
        by_problem = dict(zip(names, columns, strict=True))
        by_problem |= {name: np.array(values) for name, values in over_trials.items()}
        return _Means(by_problem, np.where(counts > 0, sums / np.maximum(counts, 1), nan))

    def _tables(self, shape: tuple[int, int]) -> Iterator[NDArray[np.float64]]:
        """The values of each problem, shape (trials, measures)."""
        for key, problem in self.problems.items():
            made = self._values.get(key, {})
            table = np.empty(shape)
            if len(made) < len(table):
                attempt = Attempt(problem, Trajectory(key, end="missing"))
                table[:] = [m.compute(attempt) for m in self._direct]
            for trial, values in made.items():
                table[trial] = values
            yield table

    def _per_repeat(self, name: str) -> NDArray[np.float64]:
        """The mean over problems of each repeat, shape (repeats,); empty where nothing repeats."""
        rows = self._repeats[name]
        sums = np.zeros(max(map(len, rows.values())))
        if len(sums) < 2:
            return np.empty(0)
        by_problem = zip(self.problems, self.values()[name].tolist(), strict=True)
        known = {key: value for key, value in by_problem if not isnan(value)}
        for key, value in known.items():
            sums += rows[key] if len(rows.get(key, ())) == len(sums) else value
        return sums / max(1, len(known))


@dataclass(frozen=True)
class _Means:
    """Means of every measure by name over trials, shape (problems,); and over problems.

    Attributes:
        by_problem: of each measure.
        by_trial: of those of single attempts, shape (trials, measures).
    """

    by_problem: Mapping[str, NDArray[np.float64]]
    by_trial: NDArray[np.float64]


def place_of(found: Trajectory) -> str:
    """The attempt in words, in one short line whatever its problem is called."""
    key = found.problem
    shown = key if len(key) <= _LONGEST_SHOWN and key.isprintable() else f"{key[:_LONGEST_SHOWN]!a}"
    return f"problem {shown}, trial {found.trial}"


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
