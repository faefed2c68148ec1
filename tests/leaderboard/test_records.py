"""What a card declares of its training, on every suite that it touches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from submitted import CARD
from synthetic_submissions import write_board

from harness.loading.catalogue import all_suites
from leaderboard.board import assemble
from leaderboard.checked import CHECKED
from leaderboard.records import Card, TrainingData
from leaderboard.submission.reading import read_yaml

SUITES = {suite.name: suite.tasks for suite in all_suites()}


def card(*overlap: str) -> Card:
    told = Card.model_validate(read_yaml(CARD.format(kind="lexical").encode()))
    training = [TrainingData(dataset="x/train", overlap=list(overlap))]
    return told.model_copy(update={"training": training})


@pytest.mark.parametrize(
    ("declared", "suite", "touches"),
    [
        ("starter", "starter-tools", True),
        ("starter-tools", "starter", True),
        ("toolret-web", "toolret", True),
        ("toolret", "toolret-web", True),
        ("toolret-web", "toolret-code", False),
        ("bfcl-v3", "bfcl", True),
        ("mair-web", "mair", True),
        ("mair-web", "beir", False),
        ("starter-tools/films", "starter", True),
        ("starter-tools/films", "starter-passages", False),
        ("nothing-of-ours", "starter", False),
    ],
)
def test_a_declared_suite_stands_for_its_tasks(declared: str, suite: str, touches: bool) -> None:
    found = card(declared).overlaps([suite, *SUITES[suite]], SUITES)
    assert found == (["x/train"] if touches else [])


def test_the_board_knows_what_a_declared_suite_holds(tmp_path: Path) -> None:
    out = write_board(tmp_path, systems=1, suite="starter-passages", queries=12)
    path = out / CHECKED / "system-0000.json"
    record = json.loads(path.read_text())
    for declared, found in (("starter", ["x/train"]), ("toolret", [])):
        record["card"]["training"] = [{"dataset": "x/train", "overlap": [declared]}]
        path.write_text(json.dumps(record))
        [row] = assemble(out, printed=False).rows.values()
        assert row.overlap["starter-passages"] == found
