"""Pairs of turns as rows of token ids: those that the base drew, not what a template makes of them.

So the two sides of a pair part at the very token that was forced, and what a call looked like that
could not be read is what is unlearned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from harness.training.work import Rows
from models.training.text.base import Base
from models.training.text.pairs import pair_row
from models.training.text.rendering import Encoded


@dataclass(frozen=True, slots=True)
class Sampled:
    """A step and the pairs of its turns, as `sampling` writes it.

    Attributes:
        line: of the file, from 1.
        row: what stands there.
    """

    line: int
    row: Mapping[str, Any]


def read_sampled(path: Path) -> Iterator[Sampled]:
    """The steps of a file, in order."""
    for line, row in enumerate(Rows(path), 1):
        yield Sampled(line, row)


def encode(base: Base, step: Sampled, span: int = 0) -> list[dict[str, Any]]:
    """A row for each pair of a step.

    Args:
        base: in whose tokens they are written.
        step: with its turns and pairs.
        span: tokens of each side that are learned from where the two part, and behind which both
            end; 0 for the whole turns.
    """
    turns = [turn["ids"] for turn in step.row["turns"]]
    pairs = (
        _sides(step.row["prompt"], turns[chosen], turns[rejected], span)
        for chosen, rejected in step.row["pairs"]
    )
    return [pair_row(base, step.line, *sides, broken_off=span > 0) for sides in pairs]


def _sides(
    prompt: Sequence[int], chosen: Sequence[int], rejected: Sequence[int], span: int
) -> tuple[Encoded, Encoded]:
    """Both sides of a pair behind their prompt."""
    alike = takewhile(lambda tokens: tokens[0] == tokens[1], zip(chosen, rejected, strict=False))
    start = sum(1 for _ in alike) if span else 0

    def side(turn: Sequence[int]) -> Encoded:
        ids = (*prompt, *(turn[: start + span] if span else turn))
        return Encoded(ids, ((len(prompt) + start, len(ids)),))

    return side(chosen), side(rejected)
