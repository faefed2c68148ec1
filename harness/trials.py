"""What an agent answers: its attempts at every problem, and what became of them.

Attempts may be many, so the mappings here read them from where they are stored, one problem's at a
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.formats.trajectories import from_json, to_json
from harness.ranking import sum_notes
from harness.records import Trajectory


@dataclass(frozen=True)
class Trials:
    """Attempts by problem.

    Attributes:
        attempts: problem -> its trajectories, by trial.
        notes: counts worth showing.
        parts: problem -> those of its trajectories that count, where others failed outside the
            agent and are to be made again.
    """

    attempts: Mapping[str, Sequence[Trajectory]]
    notes: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Sequence[Trajectory]] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, str]:
        """Problem -> what failed outside the agent, in one of its trials at least."""
        failed = ((key, _failure(attempts)) for key, attempts in self.attempts.items())
        return {key: detail for key, detail in failed if detail is not None}

    def covers(self, key: str) -> bool:
        """True when the problem's fate is known, an infrastructure error included."""
        return key in self.attempts

    def settled(self) -> Trials:
        """The attempts that count: those at problems of which one failed are only `parts`."""
        errors = self.errors
        whole = (key for key in self.attempts if key not in errors)
        parts = Derived(errors, lambda key: [a for a in self.attempts[key] if a.end != "error"])
        return Trials(Derived(whole, self.attempts.__getitem__), self.notes, parts)

    def select(self, keys: Iterable[str]) -> Trials:
        """The attempts at these problems, and all parts."""
        chosen = (key for key in keys if key in self.attempts)
        return Trials(Derived(chosen, self.attempts.__getitem__), self.notes, self.parts)

    def __iter__(self) -> Iterator[Trajectory]:
        for attempts in self.attempts.values():
            yield from attempts


class Derived(Mapping[str, Sequence[Trajectory]]):
    """Attempts that are made out when they are asked for.

    Args:
        keys: the problems, in order.
        of: the attempts at one of them.
    """

    def __init__(self, keys: Iterable[str], of: Callable[[str], Sequence[Trajectory]]) -> None:
        self._keys, self._of = dict.fromkeys(keys), of

    def __getitem__(self, key: str) -> Sequence[Trajectory]:
        if key not in self._keys:
            raise KeyError(key)
        return self._of(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def merge(parts: Sequence[Trials], keys: Sequence[str]) -> Trials:
    """Several answers as one, in the task's order. A failure replaces no attempt."""
    found: dict[str, Trials] = {}
    some: dict[str, Trials] = {}
    for part in parts:
        for key in part.attempts:
            if key not in found or _failure(part.attempts[key]) is None:
                found[key] = part
        some |= {key: part for key, attempts in part.parts.items() if attempts}
    return Trials(
        Derived((key for key in keys if key in found), lambda key: found[key].attempts[key]),
        sum_notes(*(part.notes for part in parts)),
        Derived((key for key in some if key not in found), lambda key: some[key].parts[key]),
    )


def failed(keys: Iterable[str], trials: int, reason: str) -> Trials:
    """No attempts at these problems, because something outside the agent failed."""
    return Trials(
        Derived(keys, lambda key: [_failed(key, trial, reason) for trial in range(trials)])
    )


def _failed(key: str, trial: int, reason: str) -> Trajectory:
    return Trajectory(key, trial, end="error", detail=reason)


class Gathering:
    """Attempts on their way to problems of which every attempt has been made.

    Args:
        trials: attempts at each problem.
        kept: what was made of problems in an earlier run.
    """

    def __init__(self, trials: int, kept: Mapping[str, Sequence[Trajectory]]) -> None:
        self._trials, self._kept = trials, kept
        self._open: dict[str, dict[int, Trajectory]] = {}

    def begin(self, key: str) -> list[int]:
        """The trials of a problem that are to be made."""
        kept = {attempt.trial: attempt for attempt in self._kept.get(key, ())}
        self._open[key] = kept
        return [trial for trial in range(self._trials) if trial not in kept]

    def enter(self, attempts: Iterable[Trajectory]) -> Trials:
        """Takes attempts; returns the problems that have become whole by them."""
        whole = {}
        for attempt in attempts:
            made = self._open[attempt.problem]
            made[attempt.trial] = attempt
            if len(made) == self._trials:
                whole[attempt.problem] = self._in_order(self._open.pop(attempt.problem))
        return Trials(whole)

    def rest(self, reason: str, *, begun: bool = False) -> Trials:
        """The problems that have not become whole, what was not made as failed for a reason.

        Args:
            reason: why it was not made.
            begun: whether to leave out problems of which nothing was made.
        """
        found = {}
        for key, made in self._open.items():
            if begun and not made:
                continue
            missing = {n: _failed(key, n, reason) for n in range(self._trials) if n not in made}
            found[key] = self._in_order(made | missing)
        return Trials(found)

    @staticmethod
    def _in_order(made: Mapping[int, Trajectory]) -> list[Trajectory]:
        return [made[trial] for trial in sorted(made)]


def to_rows(trials: Trials, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The attempts at these problems as plain JSON, a row each; the first carries the notes."""
    notes = dict(trials.notes)
    for key in keys:
        row: dict[str, Any] = {"query": key}
        if key in trials.attempts:
            row["attempts"] = [to_json(attempt) for attempt in trials.attempts[key]]
        if notes:
            row["notes"], notes = notes, {}
        yield row


def from_rows(rows: Sequence[Mapping[str, Any]]) -> Trials:
    """The inverse of `to_rows`. Each row is looked at once more when its attempts are wanted."""
    places: dict[str, int] = {}
    notes: list[Mapping[str, int]] = []
    for number, row in enumerate(rows):
        if "attempts" in row:
            places[row["query"]] = number
        if "notes" in row:
            notes.append(row["notes"])
    return Trials(
        Derived(places, lambda key: [from_json(a) for a in rows[places[key]]["attempts"]]),
        sum_notes(*notes),
    )


def _failure(attempts: Sequence[Trajectory]) -> str | None:
    """What failed outside the agent in the first attempt that did."""
    return next((a.detail or "failed" for a in attempts if a.end == "error"), None)
