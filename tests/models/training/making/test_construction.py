"""The stage that makes conversations line by line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schooling

from harness.contracts import Planned
from harness.errors import InfrastructureError, UserError
from harness.training.ledger import Ledger
from harness.training.work import Rows, Work
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


def run(root: Path, maker: Maker, items: Sequence[int] = range(10), concurrent: int = 3) -> Path:
    folder = root / "1-construct"
    folder.mkdir(parents=True, exist_ok=True)
    stage = Construction(
        lambda: items, lambda: maker, lambda items: Planned(), lambda rows: {}, concurrent
    )
    with Ledger(root, stage.name) as ledger:
        stage.run(Work(folder, root / "out", {}, ledger))
    return folder


def require_equal(folder: Path, whole: Path) -> None:
    """What was cut short has left the same bytes as what was not."""
    names = [MADE, CONVERSATIONS, "summary.json"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    schooling.require_equal(folder, whole, names)


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
    assert mended.made == [7, 9]  # 6 and 8 were made beside 7
    require_equal(folder, whole)
    entries = [json.loads(line) for line in (cut / "ledger.jsonl").read_text().splitlines()]
    assert [entry["amounts"]["requests"] for entry in entries] == [9, 2]


def test_of_lines_at_once_those_are_made_again_that_were_not_made(tmp_path: Path) -> None:
    """The second of three fails when the third is made, and the first still at work."""

    class Slow(Maker):
        async def make(self, item: int) -> dict[str, Any]:
            if item == 3:
                await asyncio.Event().wait()
            if item == 4:
                await third.wait()
            row = await super().make(item)
            if item == 5:
                third.set()
            return row

    third = asyncio.Event()
    whole, broken, mended = run(tmp_path / "whole", Maker()), Slow(fails_at=4), Maker()
    with pytest.raises(InfrastructureError, match="dead"):
        run(tmp_path / "cut", broken)
    assert broken.made == [0, 1, 2, 5, 4]
    folder = run(tmp_path / "cut", mended)
    assert mended.made == [3, 4, 6, 7, 8, 9]
    require_equal(folder, whole)


def test_what_is_kept_is_found_with_fewer_lines_at_once(tmp_path: Path) -> None:
    whole, mended = run(tmp_path / "whole", Maker()), Maker()
    with pytest.raises(InfrastructureError, match="dead"):
        run(tmp_path / "cut", Maker(fails_at=0), concurrent=8)
    folder = run(tmp_path / "cut", mended, concurrent=2)
    assert mended.made == [0, 8, 9]
    require_equal(folder, whole)


@pytest.mark.parametrize("torn", [0, 5])
def test_killed_at_any_write_it_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: int
) -> None:
    """Killed at each write of rows, behind it or within it."""
    add, keep = Rows.add, Rows.keep
    last = writes = 0

    class Killed(Exception):
        pass

    def write(change: Callable[[], None]) -> None:
        nonlocal writes
        writes += 1
        if writes <= last:
            change()
        if writes >= last:
            raise Killed

    def added(rows: Rows, *more: Mapping[str, Any]) -> None:
        def change() -> None:
            add(rows, *more)
            if torn and writes == last:
                with rows.path.open("rb+") as file:
                    file.truncate(rows.path.stat().st_size - torn)

        write(change)

    whole = run(tmp_path / "whole", Maker())
    for last in count(1):
        cut, writes = tmp_path / f"cut {last}", 0
        with monkeypatch.context() as patched:
            patched.setattr(Rows, "add", added)
            patched.setattr(Rows, "keep", lambda rows, wanted: write(lambda: keep(rows, wanted)))
            try:
                run(cut, Maker())
                break
            except Killed:
                pass
        require_equal(run(cut, Maker()), whole)
    assert last - 1 == 10 + 2 * 4  # a write of each line and two of each group


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
