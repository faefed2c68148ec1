"""What trainings have cost, in tokens, seconds and energy, as their records say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path

from harness.loading.identity import TRAINING
from harness.training import costs_of
from harness.training.ledger import read_ledger
from harness.training.work import CURVES

TOKENS = "tokens"
_PASSING = re.compile(r"_tokens$|^tokens_")
"""What producers call tokens that a model reads or writes, in whatever stage."""
_READ = 1 / 3
"""What a token costs that a model reads or writes, against one that it learns: 2 and 6 operations
for each weight (arXiv 2001.08361, section 2.1)."""


@dataclass(frozen=True)
class Spent:
    """What trainings have cost.

    Attributes:
        learned: tokens that a model has learned from, each as often as it did.
        passed: tokens that models have read or written besides, as far as they were counted.
        seconds: by the clock.
        kwh: None where nothing read it.
    """

    learned: int
    passed: int
    seconds: float
    kwh: float | None

    @property
    def budget(self) -> float:
        """Tokens that would have cost as much, had all been learned from."""
        return self.learned + _READ * self.passed


def spent(checkpoint: Path) -> Spent:
    """What a training has cost, as its records say.

    Tokens are learned in stages that have drawn curves; in others they are read or written.
    """
    training = checkpoint / TRAINING
    learning = {
        path.relative_to(training).parts[0].partition("-")[2] for path in training.rglob(CURVES)
    }
    learned = passed = 0
    for entry in read_ledger(training):
        for name, number in entry.get("amounts", {}).items():
            if name == TOKENS and entry["stage"] in learning:
                learned += number
            elif name == TOKENS or _PASSING.search(name):
                passed += number
    costs = costs_of(checkpoint)
    return Spent(learned, passed, costs.seconds, costs.kwh)


def together(parts: Sequence[Spent]) -> Spent:
    """What several trainings have cost."""
    kwh = [part.kwh for part in parts if part.kwh is not None]
    return Spent(
        sum(part.learned for part in parts),
        sum(part.passed for part in parts),
        fsum(part.seconds for part in parts),
        fsum(kwh) if len(kwh) == len(parts) else None,
    )
