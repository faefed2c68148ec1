"""What a training by principles has cost: of each stage, and of each model.

    python -m models.training.principles.accounts FOLDER

Seconds and kilowatt-hours are those of the ledger, whatever became of an answer: rejected ones, and
sittings that were cut short, are in them. What a model behind an endpoint uses elsewhere is not:
it is estimated from its parameters, its tokens and its hardware, or unknown, and said to be either.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.loading.identity import TRAINING
from harness.training.costs import Costs, read_grid
from harness.training.ledger import read_ledger
from harness.training.work import SUMMARY

MEASURED = "of this machine"
ESTIMATED = "estimated: 2 operations a parameter and token; what this machine used is added"
UNKNOWN = "unknown: asked over the network, and parameters or operations a joule are not given"
STUDENT = "student"


def accounts(training: Path, accepted: int | None = None) -> dict[str, Any]:
    """What has been spent so far.

    Args:
        training: the folder of the training's records.
        accepted: instances that were accepted; None where none are written.

    Returns:
        Plain JSON: by stage seconds, kWh and how they were read; by model and stage tokens,
        seconds, kWh, how these were found out, and what of them was used "elsewhere" than on this
        machine; grams of CO2 equivalent in all and for an accepted instance, None where a part of
        them is not known.
    """
    stages, models = {}, {}
    for name, summary in _summaries(training):
        entries = [entry for entry in read_ledger(training) if entry.get("stage") == name]
        costs = Costs.of(entries)
        here = {"seconds": costs.seconds, "kwh": costs.kwh, "method": costs.method}
        asked = summary.get("asked") or {}
        model = asked.get("model", STUDENT if name == "train" else "")
        stages[name] = {**here, "model": model}
        if model:
            models[f"{model}, {name}"] = _model(asked, costs)
    intensity = read_grid(training)
    total = _sum([stages[name]["kwh"] for name in stages], models)
    data = {name: stage for name, stage in stages.items() if name in ("principles", "instances")}
    spent = _sum(
        [stage["kwh"] for stage in data.values()],
        {name: found for name, found in models.items() if name.partition(", ")[2] in data},
    )
    return {
        "stages": stages,
        "models": models,
        "grid, g CO2e a kWh": intensity,
        "kwh": total,
        "grams": None if total is None else total * intensity,
        "grams an accepted instance": (
            None if spent is None or not accepted else spent * intensity / accepted
        ),
    }


def _model(asked: Mapping[str, Any], costs: Costs) -> dict[str, Any]:
    """What one model took in one stage."""
    if not asked:
        learned = {"tokens": costs.amounts.get("tokens", 0), "seconds": costs.seconds}
        return {**learned, "kwh": costs.kwh, "energy": MEASURED, "elsewhere": 0.0}
    estimated = asked["estimated_kwh"]
    elsewhere = 0.0 if estimated is None else estimated
    energy = MEASURED if estimated is None else ESTIMATED
    kwh = None if costs.kwh is None else costs.kwh + elsewhere
    if estimated is None and asked["over_the_network"]:
        energy, kwh, elsewhere = UNKNOWN, None, None
    counted = {name: asked[name] for name in ("calls", "input_tokens", "output_tokens")}
    found = {**counted, "seconds": costs.seconds, "kwh": kwh}
    return {**found, "energy": energy, "elsewhere": elsewhere}


def _sum(here: Sequence[float | None], models: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Kilowatt-hours here and elsewhere; None where a part is not known."""
    known = [*here, *(found["elsewhere"] for found in models.values())]
    return None if not known or None in known else sum(kwh for kwh in known if kwh is not None)


def _summaries(training: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Stages that are over, or about to be, in order."""
    folders = [path.parent for path in training.glob(f"*-*/{SUMMARY}")]
    for folder in sorted(folders, key=lambda folder: int(folder.name.partition("-")[0])):
        yield folder.name.partition("-")[2], json.loads((folder / SUMMARY).read_bytes())


def main(arguments: list[str]) -> int:
    """Prints the accounts of a checkpoint; an error is one line, as those of `assay` are."""
    if len(arguments) != 1 or not (training := Path(arguments[0]) / TRAINING).is_dir():
        sys.stderr.write("error: give the folder of a checkpoint that `assay train` has made\n")
        return UserError.exit_code
    told = dict(_summaries(training)).get("instances", {})
    sys.stdout.write(json.dumps(accounts(training, told.get("accepted")), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
