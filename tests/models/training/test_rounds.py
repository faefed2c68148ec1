"""Rounds: by what they are compared, and when no other begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import quiz

from harness.errors import UserError
from harness.training.ledger import Ledger
from harness.training.work import Work
from models.training.rounds import Judging, Rounds

TASK = f"{Path(quiz.__file__)}:Quiz(number=1)"


def rounds(*heldout: str, number: int = 4, patience: int = 1) -> Rounds:
    def none(*told: Any) -> Any:
        raise AssertionError("no model is wanted")

    return Rounds(number, heldout, "exact_match", patience, none, none)


def desk(root: Path, *values: float | None) -> Work:
    """A desk behind the scores of some rounds; None did not take place."""
    earlier = {}
    for number, value in enumerate(values):
        folder = earlier[f"judge_{number}"] = root / str(number)
        folder.mkdir()
        told: dict[str, Any] = {"skipped": "over"} if value is None else {"value": value}
        (folder / "summary.json").write_text(json.dumps(told))
    return Work(root / "own", root, earlier, Ledger(root, "own"))


@pytest.mark.parametrize(
    ("values", "patience", "over", "best"),
    [
        ([0.5, 0.6, 0.7, 0.8, 0.9], 1, [False, False, False, False], 4),
        ([0.5, 0.6, 0.6, None, None], 1, [False, False, True, True], 1),  # of equals the first
        ([0.5, 0.4, None, None, None], 1, [False, True, True, True], 0),
        ([0.5, 0.4, 0.6, 0.5, 0.5], 2, [False, False, False, False], 2),
        ([0.5, 0.4, 0.3, None, None], 2, [False, False, True, True], 0),
    ],
)
def test_no_round_begins_behind_so_many_without_a_better_one(
    tmp_path: Path, values: list[float | None], patience: int, over: list[bool], best: int
) -> None:
    """Before rounds 1, 2, 3 and 4."""
    given, work = rounds(TASK, patience=patience), desk(tmp_path, *values)
    assert [bool(given.over(work, number)) for number in range(1, 5)] == over
    assert given.best(work) == best


def test_where_nothing_is_held_out_all_rounds_take_place_and_the_last_is_taken(
    tmp_path: Path,
) -> None:
    given, work = rounds(), desk(tmp_path, None, None, None, None, None)
    assert [given.over(work, number) for number in range(1, 5)] == [""] * 4
    assert given.best(work) == 4
    plan = Judging(given, 1).plan({})
    assert (plan.hours, plan.kwh) == (0.0, 0.0)  # nothing is scored, which takes no time
    assert Judging(rounds(TASK), 1).plan({}).hours is None


def test_rounds_are_not_compared_by_what_is_there_to_evaluate(tmp_path: Path) -> None:
    stage = Judging(rounds(TASK, "starter-qa/hops-1"), 0)
    with pytest.raises(UserError, match="there to evaluate"):
        stage.plan({})
    with pytest.raises(UserError, match="there to evaluate"):
        stage.run(desk(tmp_path))
