"""The stage that makes conversations line by line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Planned
from harness.errors import InfrastructureError, UserError
from harness.training.ledger import Ledger
from harness.training.work import Work
from models.training.making.construction import CONVERSATIONS, MADE, Construction, expected


class Maker:
    """Makes a conversation of every even number, at a cost of 1; fails at one number."""

    def __init__(self, fails_at: int = -1) -> None:
        self.fails_at, self.made = fails_at, list[int]()
        self._cost = 0

    async def make(self, item: int) -> dict[str, Any]:
        self.made.append(item)
        self._cost += 1
        if item == self.fails_at:
            raise InfrastructureError("the line is dead")
        outcome = "odd" if item % 2 else "even"
        return {
            "line": item,
            "outcome": outcome,
            "conversations": [] if item % 2 else [{"n": item}],
        }

    def spent(self) -> Mapping[str, int]:
        cost, self._cost = self._cost, 0
        return {"requests": cost}


def run(root: Path, maker: Maker, items: Sequence[int] = range(10)) -> Path:
    folder = root / "1-construct"
    folder.mkdir(parents=True, exist_ok=True)
    stage = Construction(
        lambda: items, lambda: maker, lambda items: Planned(), lambda rows: {}, concurrent=3
    )
    with Ledger(root, stage.name) as ledger:
        stage.run(Work(folder, root / "out", {}, ledger))
    return folder


def test_rows_stand_in_the_order_of_the_lines(tmp_path: Path) -> None:
    folder = run(tmp_path, Maker())
    rows = [json.loads(line) for line in (folder / MADE).read_text().splitlines()]
    assert [row["line"] for row in rows] == list(range(10))
    assert (folder / CONVERSATIONS).read_text().split() == [
        *('{"n":', "0}", '{"n":', "2}", '{"n":', "4}", '{"n":', "6}", '{"n":', "8}")
    ]
    told = json.loads((folder / "summary.json").read_text())
    assert told == {"lines": 10, "outcomes": {"even": 5, "odd": 5}, "conversations": 5}


def test_what_fails_outside_is_told_and_goes_on_where_it_was(tmp_path: Path) -> None:
    whole, cut = run(tmp_path / "whole", Maker()), tmp_path / "cut"
    broken, mended = Maker(fails_at=7), Maker()
    with pytest.raises(InfrastructureError, match="dead"):
        run(cut, broken)
    folder = cut / "1-construct"
    with (folder / MADE).open("ab") as torn:  # as if killed in the middle of a row
        torn.write(b'{"line": 6, "outc')
    run(cut, mended)
    assert broken.made == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert mended.made == [6, 7, 8, 9]
    for name in (MADE, CONVERSATIONS, "summary.json"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    entries = [json.loads(line) for line in (cut / "ledger.jsonl").read_text().splitlines()]
    assert [entry["amounts"]["requests"] for entry in entries] == [9, 4]


def test_when_all_is_made_no_model_is_opened(tmp_path: Path) -> None:
    run(tmp_path, Maker())
    again = Maker()
    run(tmp_path, again)
    assert again.made == []


def test_lines_that_give_nothing_are_told_with_why(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no line gives anything to learn from \(2 odd\)"):
        run(tmp_path, Maker(), [1, 3])


def test_what_data_expects_is_what_the_stage_guesses() -> None:
    guessed = Planned({"lines": 9, "rows": 4, "tokens": 100})
    assert expected({"construct": guessed}).counts == {"rows": 4, "tokens": 100}
