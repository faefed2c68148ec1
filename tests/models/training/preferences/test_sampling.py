"""What a plan of sampling says of conversations that are yet to be made."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs trl")

from harness.contracts import Planned
from models.training.preferences.policy import Branching
from models.training.preferences.sampling import Preferring, Sample
from models.training.text.settings import TextTraining

CONSTRUCTED = {"construct": Planned({"instances": 10, "calls": 60, "tokens an instance": 1500})}


def counts(*, answers: bool = False, against: str = "every") -> dict[str, float]:
    settings = TextTraining("some/model-of-the-hub", "", device="cpu")
    branching = Branching(0.2, 2, 3, 0.01, 0.0, 64)  # two places, two other tokens at each
    preferring = Preferring({}, 0.1, against, answers=answers)
    stage = Sample(settings, branching, preferring, lambda work: Path("instances.jsonl"))
    return dict(stage.plan(CONSTRUCTED).counts)


def test_each_call_is_a_step() -> None:
    found = counts()
    assert found["steps"] == 60
    assert found["turns"] == 60 * (1 + 2 * 2)
    assert found["pairs"] == 60 * 2 * 2
    assert counts(against="worst")["pairs"] == 60


def test_with_answers_so_is_the_end_of_each_conversation() -> None:
    found = counts(answers=True)
    assert found["steps"] == 60 + 10
    assert found["turns"] == 70 * (1 + 2 * 2)
    assert found["pairs"] == 70 * 2 * 2
    assert counts(answers=True, against="worst")["pairs"] == 70
