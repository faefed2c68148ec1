"""What an agent answers: its attempts at every problem, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """

    attempts: Mapping[str, Sequence[Trajectory]]
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, str]:
        """Problem -> what failed outside the agent, in one of its trials at least."""
        failed = ((key, _failure(attempts)) for key, attempts in self.attempts.items())
        return {key: detail for key, detail in failed if detail is not None}

    def covers(self, key: str) -> bool:
        """True when the problem's fate is known, an infrastructure error included."""
        return key in self.attempts

    def settled(self) -> Trials:
        """The attempts without the problems of which one failed outside the agent."""
        errors = self.errors
        return Trials({k: a for k, a in self.attempts.items() if k not in errors}, self.notes)

    def select(self, keys: Iterable[str]) -> Trials:
        """The attempts at these problems."""
        return Trials({k: self.attempts[k] for k in keys if k in self.attempts}, self.notes)

    def __iter__(self) -> Iterator[Trajectory]:
        for attempts in self.attempts.values():
            yield from attempts


def merge(parts: Sequence[Trials], keys: Sequence[str]) -> Trials:
    """Several answers as one, in the task's order. A failure replaces no attempt."""
    found: dict[str, Sequence[Trajectory]] = {}
    for part in parts:
        for key, attempts in part.attempts.items():
            if key not in found or _failure(attempts) is None:
                found[key] = attempts
    return Trials({k: found[k] for k in keys if k in found}, sum_notes(*(p.notes for p in parts)))


def failed(keys: Iterable[str], trials: int, reason: str) -> Trials:
    """No attempts at these problems, because something outside the agent failed."""
    return Trials(
        {
            key: [Trajectory(key, trial, end="error", detail=reason) for trial in range(trials)]
            for key in keys
        }
    )


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
    """The inverse of `to_rows`."""
    return Trials(
        {
            row["query"]: [from_json(a) for a in row["attempts"]]
            for row in rows
            if "attempts" in row
        },
        sum_notes(*(row.get("notes", {}) for row in rows)),
    )


def _failure(attempts: Sequence[Trajectory]) -> str | None:
    """What failed outside the agent in the first attempt that did."""
    return next((a.detail or "failed" for a in attempts if a.end == "error"), None)
