from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.training import Work
from harness.training.ledger import OPEN, Ledger, read_ledger
from harness.training.work import Rows


def desk(folder: Path) -> Work:
    folder.mkdir(exist_ok=True)
    return Work(folder, folder / "out", {}, Ledger(folder, "train"))


def curves(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "curves.jsonl").read_text().splitlines()]


def test_a_step_logged_again_replaces_what_stood_from_it_on(tmp_path: Path) -> None:
    work = desk(tmp_path / "2-train")
    for step in (1, 2, 3):
        work.log(step, loss=1 / step)
    again = desk(tmp_path / "2-train")
    again.log(2, loss=7.0)
    again.log(4, loss=8.0)
    found = curves(tmp_path / "2-train")
    assert found == [{"step": 1, "loss": 1.0}, {"step": 2, "loss": 7.0}, {"step": 4, "loss": 8.0}]


def test_numbers_that_are_not_finite_are_null(tmp_path: Path) -> None:
    desk(tmp_path / "1-t").log(1, loss=math.nan, lr=math.inf)
    assert curves(tmp_path / "1-t") == [{"step": 1, "loss": None, "lr": None}]


def test_a_torn_row_is_dropped_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n{"n": ')
    rows = Rows(path)
    assert [row["n"] for row in rows] == [1, 2]
    rows.add({"n": 3})
    assert path.read_bytes() == b'{"n": 1}\n{"n": 2}\n{"n": 3}\n'


def test_a_file_that_is_one_torn_row_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"long": "' + b"x" * 200_000)
    assert list(Rows(path)) == []
    Rows(path).add({"n": 1})
    assert path.read_bytes() == b'{"n": 1}\n'


@pytest.mark.parametrize("line", [b"nonsense\n", b"[1]\n", b"\xff\n"])
def test_a_damaged_row_is_told_with_its_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"n": 1}\n' + line + b'{"n": 2}\n')
    with pytest.raises(UserError, match="line 2 is damaged"):
        list(Rows(path))


def test_a_sitting_that_was_killed_is_entered_by_the_next(tmp_path: Path) -> None:
    (tmp_path / OPEN).write_text(json.dumps({"stage": "data", "end": "killed", "seconds": 5.0}))
    with Ledger(tmp_path, "train") as ledger:
        ledger.spend({"tokens": 2})
        ledger.spend({"tokens": 3})
    first, second = read_ledger(tmp_path)
    assert (first["stage"], first["end"]) == ("data", "killed")
    assert (second["stage"], second["end"], second["amounts"]) == (
        "train",
        "finished",
        {"tokens": 5},
    )
    assert not (tmp_path / OPEN).exists()


def test_a_part_of_a_stage_has_a_folder_of_its_own_and_counts_for_the_stage(
    tmp_path: Path,
) -> None:
    told: list[tuple[str, int, int, str]] = []
    (tmp_path / "3-teach").mkdir()
    with Ledger(tmp_path, "teach") as ledger:
        stage = Work(
            tmp_path / "3-teach",
            tmp_path / "out",
            {"data": tmp_path / "1-data"},
            ledger,
            lambda *said: told.append(said),
        )
        part = stage.desk("train", out=tmp_path / "model", rows=tmp_path / "rows")
        part.rows("rows.jsonl").add({"n": 1})
        part.spend(tokens=5)
        part.tell(1, 2)
    assert (tmp_path / "3-teach" / "train" / "rows.jsonl").read_text() == '{"n": 1}\n'
    assert part.out.is_dir()
    assert stage.out != part.out
    assert part.before("data") == tmp_path / "1-data"
    assert part.before("rows") == tmp_path / "rows"
    assert told == [("teach train", 1, 2, "")]
    assert [row["amounts"]["tokens"] for row in read_ledger(tmp_path)] == [5]
