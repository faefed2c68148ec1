"""A lineage for tests, and a submission of a checkpoint that was really trained."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from submitted import CARD, TASK, edit_json

from harness import evaluate
from harness.training.configuration import load_producer
from harness.training.production import train
from leaderboard.submission import card_template, submit
from leaderboard.submission.gathering import first_result

PRODUCER = Path(__file__).resolve().parents[2] / "examples" / "my_producer.py"
PAIRS = [{"query": f"a seat to town {n}", "positive": ["book a flight"]} for n in range(3)]


def lineage(**changes: Any) -> dict[str, Any]:
    """A lineage with everything in it, as a card holds it."""
    told: dict[str, Any] = {
        "digest": f"sha256:{'c' * 64}",
        "method": "sft",
        "version": "1",
        "parent": {"name": "base/", "revision": None, "digest": f"sha256:{'b' * 64}"},
        "data": {"data": {"name": "rows.jsonl", "sha256": "d" * 64}},
        "config": {"lr": 1e-5, "packed": True, "stop": "/no_think", "betas": [0.9, 0.95]},
        "costs": {
            "seconds": 7560.0,
            "kwh": 0.125,
            "method": "a meter: cpu estimated",
            "amounts": {"tokens": 1_200_000, "sequences": 3},
            "sittings": 2,
            "grid_g_per_kwh": 400.0,
            "co2e_g": 50.0,  # 0.125 * 400
        },
    }
    return told | changes


def make_trained(folder: Path) -> Path:
    """Trains the example's model, runs it, and packs its results with the card's template."""
    work = folder.parent / f"{folder.name}.work"
    work.mkdir(parents=True)
    (work / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in PAIRS))
    loaded = load_producer(f"{PRODUCER}:Associations", settings=[f"data={work / 'pairs.jsonl'}"])
    train(loaded, work / "associated")
    evaluate(f"{work / 'associated'}/", [TASK], out=work / "results", cache=False)
    for info in work.rglob("run_info.json"):  # the code under test may be changed just now
        edit_json(info, lambda told: told.update(git=None))
    told = yaml.safe_load(card_template(first_result([work / "results"])))
    own = yaml.safe_load(CARD.format(kind="lexical"))
    del own["revision"], own["parent"], told["links"]
    (work / "card.yaml").write_text(yaml.safe_dump(told | own))
    return submit([work / "results"], work / "card.yaml", folder, created=date(2026, 1, 2))
