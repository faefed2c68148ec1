"""Pairs of turns as rows of token ids: those that the base drew, not what a template makes of them.

So the two sides of a pair part at the very token that was forced, and what a call looked like that
could not be read is what is unlearned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def encode(base: Base, step: Sampled) -> list[dict[str, Any]]:
    """A row for each pair of a step."""
    prompt = step.row["prompt"]
    turns = [
        Encoded((*prompt, *turn["ids"]), ((len(prompt), len(prompt) + len(turn["ids"])),))
        for turn in step.row["turns"]
    ]
    return [
        pair_row(base, step.line, turns[chosen], turns[rejected])
        for chosen, rejected in step.row["pairs"]
    ]
