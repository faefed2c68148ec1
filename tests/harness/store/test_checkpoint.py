"""Answers on their way to a result survive a kill at any byte."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.ranking import Ranking, from_rows, to_rows
from harness.records import Usage
from harness.run import Run
from harness.store.checkpoint import SITTING, Checkpoint, find_checkpoints

PLAN = {"model": "m", "task": "t"}
FIRST = Ranking(
    Run.from_scores({"a": {"d1": 0.1, "d2": 1 / 3}, "b": {}}),
    errors={"c": "429"},
    malformed={"d": "no list"},
    left_out=frozenset({"e"}),
    usage={"a": Usage(input_tokens=3)},
    notes={"truncated": 2},
)
SECOND = Ranking(Run.from_scores({"f": {"d1": -1.0}}), notes={"truncated": 1})


def filled(folder: Path, part: str = "") -> Checkpoint:
    checkpoint = Checkpoint(folder, PLAN, part)
    checkpoint.append(to_rows(FIRST, ["a", "b", "c", "d", "e"]))
    checkpoint.append(to_rows(SECOND, ["f"]))
    return checkpoint


def test_every_fate_of_a_query_comes_back(tmp_path: Path) -> None:
    loaded = from_rows(filled(tmp_path).load())
    assert loaded.run == Run.from_scores(
        {"a": {"d1": 0.1, "d2": 1 / 3}, "b": {}, "f": {"d1": -1.0}}
    )
    assert loaded.errors == {"c": "429"}
    assert loaded.malformed == {"d": "no list"}
    assert loaded.left_out == {"e"}
    assert loaded.usage == {"a": Usage(input_tokens=3)}
    assert loaded.notes == {"truncated": 3}


def test_cut_at_any_byte_the_whole_lines_remain_and_the_file_goes_on(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path)
    whole = checkpoint.path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for length in range(len(whole)):
        checkpoint.path.write_bytes(whole[:length])
        complete = whole[:length].count(b"\n") - 1  # without the plan
        assert sum(map(from_rows(checkpoint.load()).covers, "abcdef")) == max(complete, 0)
        checkpoint.append(to_rows(SECOND, ["f"]))
        assert from_rows(checkpoint.load()).covers("f")
    assert len(lines) == 7


def test_a_later_answer_replaces_an_error(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path)
    checkpoint.append(to_rows(Ranking(Run.from_scores({"c": {"d9": 2.0}})), ["c"]))
    loaded = from_rows(checkpoint.load())
    assert loaded.errors == {}
    assert loaded.run.ranked("c") == [("d9", 2.0)]


@pytest.mark.parametrize("parts", [("", "1-of-2"), ("1-of-2", "")])
def test_an_error_replaces_no_answer_in_whatever_file_it_stands(
    tmp_path: Path, parts: tuple[str, str]
) -> None:
    failed = Ranking(Run.from_scores({}), errors={"a": "429"})
    found = Ranking(Run.from_scores({"a": {"d1": 1.0}}))
    one, two = (Checkpoint(tmp_path, PLAN, part) for part in parts)
    one.append(to_rows(failed, ["a"]))
    two.append(to_rows(found, ["a"]))
    two.append(to_rows(failed, ["a"]))
    assert one.load() == [{"query": "a", "docs": [["d1", 1.0]]}]


def test_attempts_of_which_one_failed_replace_none_that_were_all_made(tmp_path: Path) -> None:
    made = {"query": "a", "attempts": [{"trial": 0}, {"trial": 1}]}
    some = {"query": "a", "attempts": [{"trial": 0}, {"trial": 1, "end": "error"}]}
    checkpoint = Checkpoint(tmp_path, PLAN)
    checkpoint.append([some])
    assert checkpoint.load() == [some]
    checkpoint.append([made])
    checkpoint.append([some])
    assert checkpoint.load() == [made]


def test_what_runs_cost_is_told_beside_the_answers(tmp_path: Path) -> None:
    one, two = Checkpoint(tmp_path, PLAN, "1-of-2"), Checkpoint(tmp_path, PLAN, "2-of-2")
    one.append([{"query": "a", SITTING: {"run": "x", "cores": 2, "seconds": 1}}])
    one.append([{"query": "a", SITTING: {"run": "x", "seconds": 3}}, {"query": SITTING}])
    two.append([{"query": "b"}, {"query": "c", SITTING: {"run": "y", "seconds": 5}}])
    other = Checkpoint(tmp_path, PLAN | {"seed": 1})
    other.append([{"query": "a", SITTING: {"run": "z", "seconds": 7}}])
    assert one.sittings() == {"x": {"cores": 2, "seconds": 3}, "y": {"seconds": 5}}
    assert [row["query"] for row in one.load()] == ["a", SITTING, "b", "c"]


def test_a_fresh_start_spares_the_other_shards_of_the_division(tmp_path: Path) -> None:
    for part in ("", "1-of-2", "2-of-2", "1-of-3"):
        Checkpoint(tmp_path, PLAN, part).append(to_rows(SECOND, ["f"]))
    Checkpoint(tmp_path, PLAN, "1-of-2").restart()
    assert [path.name for path in tmp_path.iterdir()] == ["answers.2-of-2.jsonl"]
    Checkpoint(tmp_path, PLAN).restart()
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_plan_is_put_aside_until_a_result_is_there(tmp_path: Path) -> None:
    before = filled(tmp_path).path.read_bytes()
    other = Checkpoint(tmp_path, PLAN | {"seed": 1})
    other.append(to_rows(SECOND, ["f"]))
    assert (tmp_path / "answers.jsonl.before").read_bytes() == before
    assert [path.name for path, _ in find_checkpoints(tmp_path)] == ["answers.jsonl"]
    other.clear()
    assert list(tmp_path.iterdir()) == []


def test_answers_of_another_plan_are_ignored_and_replaced(tmp_path: Path) -> None:
    filled(tmp_path)
    other = Checkpoint(tmp_path, PLAN | {"seed": 1})
    assert from_rows(other.load()).run.queries == ()
    other.append(to_rows(SECOND, ["f"]))
    assert from_rows(other.load()).run.queries == ("f",)
    assert not from_rows(Checkpoint(tmp_path, PLAN).load()).covers("a")


def test_several_may_add_to_one_file_and_none_empties_it_under_another(tmp_path: Path) -> None:
    one, two = Checkpoint(tmp_path, PLAN), Checkpoint(tmp_path, PLAN)
    large = [{"query": f"{who}{n}", "text": who * 300_000} for who in "xy" for n in range(20)]

    def add(checkpoint: Checkpoint, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            checkpoint.append([row, row | {"query": f"{row['query']}'"}])

    writers = [
        Thread(target=add, args=(checkpoint, rows))
        for checkpoint, rows in ((one, large[:20]), (two, large[20:]))
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for checkpoint, who in ((one, "x"), (two, "y")):
        mine = {row["query"]: len(row["text"]) for row in checkpoint.rows() if who in row["query"]}
        assert mine == {f"{who}{n}{more}": 300_000 for n in range(20) for more in ("", "'")}


def test_a_file_that_another_plan_replaces_is_still_there_for_who_wrote_it(tmp_path: Path) -> None:
    mine = filled(tmp_path)
    Checkpoint(tmp_path, PLAN | {"seed": 1}).append(to_rows(SECOND, ["f"]))
    assert all(map(from_rows(mine.load()).covers, "abcdef"))


def test_shards_are_read_together(tmp_path: Path) -> None:
    Checkpoint(tmp_path, PLAN, "1-of-2").append(to_rows(FIRST, "abcde"))
    Checkpoint(tmp_path, PLAN, "2-of-2").append(to_rows(SECOND, ["f"]))
    loaded = from_rows(Checkpoint(tmp_path, PLAN).load())
    assert all(map(loaded.covers, "abcdef"))
    found = [(path.name, head["plan"]) for path, head in find_checkpoints(tmp_path)]
    assert found == [("answers.1-of-2.jsonl", PLAN), ("answers.2-of-2.jsonl", PLAN)]


def test_clear_removes_every_part(tmp_path: Path) -> None:
    filled(tmp_path, "1-of-2").clear()
    assert list(tmp_path.iterdir()) == []


def test_float32_scores_come_back_exactly(tmp_path: Path) -> None:
    score = 0.1 + 2**-20
    checkpoint = Checkpoint(tmp_path, PLAN)
    before = Run.from_scores({"q": {"d": score}})
    checkpoint.append(to_rows(Ranking(before), ["q"]))
    assert from_rows(checkpoint.load()).run.scores.tobytes() == before.scores.tobytes()


def test_a_folder_that_cannot_be_written_is_a_one_line_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match=r"cannot write .*--out"):
        Checkpoint(tmp_path / "file" / "x", PLAN).append(to_rows(SECOND, ["f"]))


def test_another_process_may_finish_and_clear_at_any_moment(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path)
    checkpoint.clear()
    assert not from_rows(checkpoint.load()).run.queries
    checkpoint.append(to_rows(SECOND, ["f"]))
    assert from_rows(checkpoint.load()).covers("f")
    checkpoint.path.write_bytes(b"")
    checkpoint.append(to_rows(SECOND, ["f"]))
    assert from_rows(checkpoint.load()).covers("f")


def test_what_one_process_added_it_finds_again_though_another_has_removed_the_file(
    tmp_path: Path,
) -> None:
    checkpoint = filled(tmp_path)
    before = checkpoint.rows()
    Checkpoint(tmp_path, PLAN).clear()
    checkpoint.append(to_rows(SECOND, ["f"]))
    Checkpoint(tmp_path, PLAN).clear()
    assert all(map(from_rows(before).covers, "abcdef"))
    assert all(map(from_rows(checkpoint.rows()).covers, "abcdef"))
    assert len(Checkpoint(tmp_path, PLAN).rows()) == 0
