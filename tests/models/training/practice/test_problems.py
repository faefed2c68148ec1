"""Problems to practise on: their keys, their files, and which of them are of use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import quiz

from harness.errors import UserError
from models.training.practice.answers import answerable, target
from models.training.practice.problems import practised, unregistered
from models.training.practice.screening import Problems

QUIZ = Path(quiz.__file__)
SPLIT = f"""
from pathlib import Path
import sys
sys.path.insert(0, {str(QUIZ.parent)!r})
import quiz
from harness.contracts import ProblemSet


class Split(quiz.Quiz):
    \"\"\"Two splits, whose problems have the same ids.\"\"\"

    def load(self, source, setting):
        found = self.problems()
        return tuple(ProblemSet(split, found, environment=self) for split in ("dev", "test"))
"""


def test_problems_of_a_task_go_by_its_number_and_their_id() -> None:
    made = practised([f"{QUIZ}:Quiz(number=1)", f"{QUIZ}:Quiz(number=3)"], limit=2)
    assert list(made.problems) == ["1/Ada", "2/Ada", "2/Bo"]
    assert [problem.id for problem in made.problems.values()] == list(made.worlds)


def test_problems_of_the_same_id_in_two_splits_are_two(tmp_path: Path) -> None:
    (tmp_path / "split.py").write_text(SPLIT)
    task = f"{tmp_path / 'split.py'}:Split(number=2)"
    every = ["1/dev/Ada", "1/dev/Bo", "1/test/Ada", "1/test/Bo"]
    assert list(practised([task]).problems) == every
    assert list(practised([task], limit=3).problems) == every[:3]
    assert list(practised([task], limit=2).problems) == every[:2]


def test_a_registered_task_neither_trains_nor_chooses() -> None:
    with pytest.raises(UserError, match="trained or chosen"):
        unregistered([f"{QUIZ}:Quiz", "starter-qa/hops-1"])


def test_where_no_answer_is_known_there_is_nothing_to_plan() -> None:
    from dataclasses import replace

    from harness.records import Gold
    from models.training.practice.problems import Practice

    [ada] = quiz.Quiz(0, 1).problems()
    unknown: Any = replace(ada, gold=Gold("exact_match"))
    assert (target(ada), answerable(ada)) == ("Rome", "")
    assert (target(unknown), answerable(unknown)) == ("", "no right answer is known")
    assert Problems(lambda: Practice({"a": ada}, {}), answerable).plan({}).counts["of use"] == 1
    with pytest.raises(UserError, match="none of 1 problems is of use"):
        Problems(lambda: Practice({"a": unknown}, {}), answerable).plan({})
