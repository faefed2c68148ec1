"""Requests to a model that helps, and what becomes of their answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UserError
from harness.records import Message
from harness.training.ledger import Ledger
from harness.training.work import Work
from models.scripted import Scripted
from models.training.principles.asking import PENDING, Helper, Requests

ASKED = [Message("user", "well?")]


def test_half_a_character_in_an_answer_breaks_nothing(tmp_path: Path) -> None:
    helper = Helper("small", lambda: Scripted(["a \ud83d b"]), 0.0, 10, 1)
    with Ledger(tmp_path, "stage") as ledger:
        work = Work(tmp_path / "1-stage", tmp_path, {}, ledger)
        requests = Requests(work, helper)
        [answer] = requests.answered({3: ASKED})
        assert (answer.number, answer.text) == (3, "a \ufffd b")
        assert [row["text"] for row in work.rows(PENDING)] == ["a \ufffd b"]
        requests.settle()
        assert not len(work.rows(PENDING))


def test_a_model_that_cannot_be_opened_is_tried_once(tmp_path: Path) -> None:
    opened: list[int] = []

    def opens() -> Scripted:
        opened.append(1)
        raise UserError("there is none")

    helper = Helper("small", opens, 0.0, 10, 8)
    with Ledger(tmp_path, "stage") as ledger:
        requests = Requests(Work(tmp_path / "1-stage", tmp_path, {}, ledger), helper)
        with pytest.raises(UserError, match="there is none"):
            requests.answered(dict.fromkeys(range(8), ASKED))
    assert len(opened) == 1
