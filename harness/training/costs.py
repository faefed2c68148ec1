"""What the training of a checkpoint has cost, as its records say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.files import replacing
from harness.loading.identity import TRAINING
from harness.training.ledger import read_ledger

GRID = 475.0
"""Grams of CO2 equivalent a kWh where nobody says otherwise: the world's mean that codecarbon 3.3
takes for countries it does not know."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What training has cost, all sittings together, those that were cut short too.

    Attributes:
        seconds: by the clock.
        kwh: of energy; None where nothing read it in some sitting.
        method: how it was read.
        amounts: what the stages counted, such as {"tokens": 1_200_000}.
        sittings: how many there were: one, and one more for each time that it was cut short.
    """

    seconds: float = 0.0
    kwh: float | None = None
    method: str = ""
    amounts: Mapping[str, int] = field(default_factory=dict)
    sittings: int = 0

    @classmethod
    def of(cls, entries: Sequence[Mapping[str, Any]]) -> Costs:
        """The sum of a ledger's entries."""
        amounts: Counter[str] = Counter()
        for entry in entries:
            amounts.update(entry.get("amounts", {}))
        read = [entry["kwh"] for entry in entries if "kwh" in entry]
        methods = dict.fromkeys(str(entry["method"]) for entry in entries if "method" in entry)
        return cls(
            seconds=round(sum(float(entry.get("seconds", 0.0)) for entry in entries), 3),
            kwh=float(f"{sum(read):.6g}") if read and len(read) == len(entries) else None,
            method="; ".join(methods),
            amounts=dict(amounts),
            sittings=bool(entries) + sum(entry.get("end") != "finished" for entry in entries),
        )

    def grams(self, grid: float) -> float | None:
        """Of CO2 equivalent, on a grid of so many a kWh."""
        return None if self.kwh is None else self.kwh * grid


def costs_of(folder: Path) -> Costs:
    """What the training of a checkpoint has cost, as its records say."""
    return Costs.of(read_ledger(folder / TRAINING))


def with_costs(card: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A checkpoint's card, with what its training has cost, where records of that are there."""
    grid = read_grid(folder / TRAINING)
    costs = costs_of(folder)
    if "lineage" not in card or not costs.sittings:
        return dict(card)
    told = {**asdict(costs), "grid_g_per_kwh": grid, "co2e_g": costs.grams(grid)}
    return {**card, "lineage": {**card["lineage"], "costs": told}}


def write_grid(training: Path, grid: float) -> None:
    """Keeps the intensity that emissions are told by."""
    with replacing(training / "grid.json") as file:
        file.write(json.dumps({"g_per_kwh": grid}).encode() + b"\n")


def read_grid(training: Path) -> float:
    """Grams of CO2 equivalent a kWh by which a training is told; `GRID` where it kept none."""
    try:
        return float(json.loads((training / "grid.json").read_bytes())["g_per_kwh"])
    except (OSError, ValueError, KeyError, TypeError):
        return GRID
