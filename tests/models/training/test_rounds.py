"""Rounds: by what they are compared, and when no other begins."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import quiz

from harness.contracts import Session
from harness.errors import InfrastructureError, UserError
from harness.loading.identity import folder_digest
from harness.records import Problem, Trajectory
from harness.training.ledger import Ledger
from harness.training.work import Work
from models.training.rounds import Choosing, Judging, Rounds

TASK = f"{Path(quiz.__file__)}:Quiz(number=1)"


def rounds(*heldout: str, number: int = 4, patience: int = 1) -> Rounds:
    def none(*told: Any) -> Any:
        raise AssertionError("no model is wanted")

    return Rounds(number, heldout, "exact_match", patience, none, none)


class Searcher:
    """Answers rightly; the search that it needs fails before the first few attempts have one."""

    def __init__(self, failures: int) -> None:
        self.failures, self._asked = failures, 0

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        self._asked += 1
        if self._asked <= self.failures:
            raise InfrastructureError("the search is away")
        return Trajectory(problem.id, answer=quiz.HOMES[problem.id])


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


def test_rounds_are_not_compared_by_what_is_there_to_evaluate() -> None:
    with pytest.raises(UserError, match="there to evaluate"):
        rounds(TASK, "starter-qa/hops-1")


def test_two_tasks_of_one_name_are_not_told_apart(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "mine.py").write_text(Path(quiz.__file__).read_text())
    twice = [f"{tmp_path / place / 'mine.py'}:Quiz(number=1)" for place in ("a", "b")]
    for heldout in (twice, [TASK, TASK]):
        with pytest.raises(UserError, match="'quiz-0-1': leave one out"):
            rounds(*heldout)


def test_what_fails_outside_the_models_chooses_no_round(tmp_path: Path) -> None:
    """Two of three attempts fail, which are no wrong answers; the third is kept."""
    three = f"{Path(quiz.__file__)}:Quiz(number=3)"
    agent, work = Searcher(failures=2), desk(tmp_path)
    stage = Judging(replace(rounds(three), agent=lambda work, number: agent), 0)
    with pytest.raises(UserError, match="quiz-0-3: 2 failed outside the model"):
        stage.run(work)
    assert not (work.folder / "summary.json").exists()
    assert agent._asked == 3
    stage.run(work)
    assert agent._asked == 5
    assert json.loads((work.folder / "summary.json").read_text())["value"] == 1.0


def test_the_checkpoint_is_the_rounds_models_and_not_how_they_came_to_be(tmp_path: Path) -> None:
    made = tmp_path / "made"
    (made / "training" / "1-data").mkdir(parents=True)
    (made / "training" / "ledger.jsonl").write_text("1 h")
    (made / ".cache").mkdir()
    (made / "weights").write_text("0.5")
    work = Work(tmp_path / "own", tmp_path / "out", {}, Ledger(tmp_path, "own"))
    (tmp_path / "out").mkdir()
    Choosing(replace(rounds(number=1), places=lambda work, number: {"model": made})).run(work)
    assert [path.name for path in (tmp_path / "out" / "model").iterdir()] == ["weights"]
    assert folder_digest(tmp_path / "out" / "model") == folder_digest(made)
