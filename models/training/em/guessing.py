"""What a plan says of warm-ups and rounds whose samples are yet to be drawn.

Reading a token takes a third of what training on it takes: a forward pass, and no backward pass of
twice the operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.contracts import Planned
from models.training.text.conversations import read_dialogues
from models.training.text.data import Data
from models.training.text.settings import TextTraining
from models.training.text.supervised import encode

Before = Mapping[str, Planned]


def warmed(settings: TextTraining, path: Path, before: Before) -> Planned:
    """Learning from a file of conversations."""
    rows, tokens, notes = _file(settings, path)
    return _learned(settings, rows, tokens, notes)


def drawn(settings: TextTraining, samples: int, each: int, before: Before) -> Planned:
    """Drawing so many samples for a question, each of so many tokens."""
    tokens = before["problems"].counts["of use"] * samples * each
    return _planned(settings, {"tokens": tokens}, tokens / 3)


def weighed(settings: TextTraining, sampled: str, each: int, before: Before) -> Planned:
    """Asking about each sample of a stage, with so many tokens."""
    attempts = before[sampled].counts["attempts"]
    tokens = attempts * each
    return _planned(settings, {"samples": attempts, "tokens": tokens}, tokens / 3)


def taught(
    settings: TextTraining, sampled: str, each: int, beside: Path | None, before: Before
) -> Planned:
    """Learning from each sample of a stage, if no two are the same, and from a file beside it."""
    attempts = round(before[sampled].counts["attempts"])
    rows, tokens, notes = _file(settings, beside) if beside else (0, 0, ())
    return _learned(settings, attempts + rows, attempts * each + tokens, notes)


def once(settings: TextTraining, epochs: int) -> TextTraining:
    """The same training for so many epochs, whatever steps are given."""
    return replace(settings, epochs=epochs, steps=0)


def _file(settings: TextTraining, path: Path) -> tuple[int, int, tuple[str, ...]]:
    """Rows of a file, their tokens together, and what is to be known of it."""
    found = Data(settings, read_dialogues, encode, lambda work: path).count(path)
    return round(found.counts["rows"]), round(found.counts["tokens"]), found.notes


def _learned(
    settings: TextTraining, rows: int, tokens: float, notes: tuple[str, ...] = ()
) -> Planned:
    """Learning from so many rows, of so many tokens together."""
    passed = round(tokens * settings.passes(rows)) if rows else 0
    counts = {"rows": rows, "steps": settings.total_steps(rows), "tokens": passed}
    return _planned(settings, counts, passed, notes)


def _planned(
    settings: TextTraining,
    counts: Mapping[str, float],
    tokens: float,
    notes: tuple[str, ...] = (),
) -> Planned:
    hours = settings.hours(tokens)
    return Planned(counts, hours, settings.kwh(hours), notes)
