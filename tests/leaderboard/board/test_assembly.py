"""The whole board, from a small folder of synthetic submissions and from the printed tables."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from board_toys import write_board

from harness.loading import load_suite
from harness.records import Setting
from leaderboard.board import Board, assemble, assembly
from leaderboard.board.records import SuiteBoard
from leaderboard.checked import CHECKED, Cell, encoded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.leaderboard.board.conftest import Folder

SUITE = "starter-passages"
NAMES = [f"system-000{i}" for i in range(4)]
MAIN = "nDCG@10"


def _board(folder: Folder) -> Board:
    return assemble(folder.path, printed=False)


def _suite(board: Board, name: str = SUITE) -> SuiteBoard:
    return next(suite for suite in board.suites if suite.name == name)


def _cells(folder: Folder, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(folder.record(name).read_text())["cells"]
    return found


def _set_values(cell: dict[str, Any], values: np.ndarray) -> None:
    cell["values"] = encoded(values)
    cell["measures"][MAIN]["value"] = float(values.mean())


def test_every_number_of_every_record_is_on_the_board(folder: Folder) -> None:
    board = _board(folder)
    suite = _suite(board)
    for name in NAMES:
        for cell in _cells(folder, name):
            for measure, value in cell["measures"].items():
                number = suite.numbers[name, cell["task"]][measure]
                assert (number.value, number.low, number.high, number.n) == (
                    value["value"],
                    value["ci_low"],
                    value["ci_high"],
                    12,
                )
                assert board.tasks[cell["task"]].numbers[name][measure] is number
            assert suite.commands[name, cell["task"]] == cell["command"]


def test_aggregates_are_the_harness_own(folder: Folder) -> None:
    suite = _suite(_board(folder))
    definitions = {a.name: a for a in load_suite(SUITE).aggregates}
    cells = _cells(folder, NAMES[0])
    for measure in ("nDCG@10", "R@10"):
        values = {cell["task"]: cell["measures"][measure]["value"] for cell in cells}
        for name, definition in definitions.items():
            wanted = definition.value(values, dict.fromkeys(values, 12))
            assert suite.numbers[NAMES[0], name][measure].value == pytest.approx(wanted, abs=1e-9)


def test_only_the_main_measure_of_an_aggregate_has_an_interval(folder: Folder) -> None:
    number = _suite(_board(folder)).numbers[NAMES[0], "average"]
    assert number[MAIN].low is not None
    assert number[MAIN].high is not None
    assert number[MAIN].low < number[MAIN].value < number[MAIN].high
    assert number["R@10"].low is None


def test_rows_are_ranked_best_first_with_intervals_and_groups(folder: Folder) -> None:
    suite = _suite(_board(folder))
    values = [suite.numbers[row.id, "average"][MAIN].value for row in suite.rows]
    assert values == sorted(values, reverse=True)
    ranks = [suite.ranks[row.id] for row in suite.rows]
    assert [rank.rank for rank in ranks] == [1, 2, 3, 4]
    assert all(rank.low <= rank.rank <= rank.high for rank in ranks)
    assert {rank.resampled for rank in ranks} == {"tasks and queries"}
    assert ranks[0].group == 1


def test_the_suite_that_holds_another_knows_its_rows_as_incomplete(folder: Folder) -> None:
    board = _board(folder)
    whole = _suite(board, "starter")
    assert whole.coverage == dict.fromkeys(sorted(NAMES), 8)
    assert not whole.ranks
    assert whole.groups == ("No row has every task of average yet: rows are ranked task by task.",)
    assert all((name, "average") not in whole.numbers for name in NAMES)
    assert whole.numbers[NAMES[0], "starter-passages/flights"][MAIN].rank is not None
    assert [suite.name for suite in board.suites] == ["starter-passages", "starter"]


def test_a_row_that_lacks_a_task_is_ranked_by_task_only_and_comes_last(folder: Folder) -> None:
    folder.edit(NAMES[2], lambda r: r["cells"].pop())
    suite = _suite(_board(folder))
    assert suite.rows[-1].id == NAMES[2]
    assert NAMES[2] not in suite.ranks
    assert suite.coverage[NAMES[2]] == 7
    assert suite.numbers[NAMES[2], "starter-passages/flights"][MAIN].rank is not None


def test_partial_data_is_an_edition_that_is_ranked_apart(folder: Folder) -> None:
    drift = "films has 7,500 tools, 44,453 published"

    def change(record: Any) -> None:
        record["cells"][0].update(partial=True, drift=[drift])

    folder.edit(NAMES[0], change)
    folder.edit(NAMES[1], change)
    board = _board(folder)
    suite = _suite(board)
    task = _cells(folder, NAMES[0])[0]["task"]
    found = {name: suite.numbers[name, task][MAIN] for name in NAMES}
    editions = [found[name].edition for name in NAMES]
    assert editions[0] == editions[1]
    assert editions[0].startswith("data at hand: 7,500 of 44,453 tools [")
    assert editions[2:] == ["", ""]
    assert sorted(found[name].rank for name in NAMES[:2]) == [1, 2]  # type: ignore[type-var]
    assert sorted(found[name].rank for name in NAMES[2:]) == [1, 2]  # type: ignore[type-var]
    assert set(suite.ranks) == set(NAMES[2:])
    assert any("2 rows are of another edition" in note for note in suite.groups)
    assert set(board.tasks[task].queries) == {"", editions[0]}


def test_where_no_row_is_on_the_published_data_the_suite_says_so(folder: Folder) -> None:
    def change(record: Any) -> None:
        record["cells"][0].update(partial=True, drift=["x has 1 tools, 9 published"])

    for name in NAMES:
        folder.edit(name, change)
    suite = _suite(_board(folder))
    assert set(suite.ranks) == set(NAMES)
    assert suite.groups[0].startswith("No row has every task of average on the published data")


def test_another_pool_is_a_row_and_an_edition_of_its_own(folder: Folder) -> None:
    def change(record: Any) -> None:
        for cell in record["cells"]:
            cell["setting"]["pool"] = "candidates"

    folder.edit(NAMES[0], change)
    suite = _suite(_board(folder))
    number = suite.numbers[f"{NAMES[0]}--pool-candidates", "average"][MAIN]
    assert (number.edition, number.rank) == ("pool candidates", 1)
    assert f"{NAMES[0]}--pool-candidates" not in suite.ranks


def test_an_old_version_of_a_task_stays_marked(folder: Folder) -> None:
    folder.edit(NAMES[0], lambda r: r["cells"][0].update(task_version="0"))
    suite = _suite(_board(folder))
    task = _cells(folder, NAMES[0])[0]["task"]
    assert suite.numbers[NAMES[0], task][MAIN].edition == "version 0"
    assert NAMES[0] not in suite.ranks


def test_references_are_shown_and_take_part_in_no_rank(folder: Folder) -> None:
    folder.edit(NAMES[1], lambda r: r["card"].update(kind="reference"))
    board = _board(folder)
    suite = _suite(board)
    task = "starter-passages/flights"
    assert set(suite.ranks) == {NAMES[0], *NAMES[2:]}
    assert suite.numbers[NAMES[1], "average"][MAIN].rank is None
    assert suite.numbers[NAMES[1], "average"][MAIN].low is not None
    others = [n for n in NAMES if n != NAMES[1]]
    assert sorted(suite.numbers[name, task][MAIN].rank for name in others) == [1, 2, 3]  # type: ignore[type-var]
    per_query = [Cell.model_validate(_cells(folder, name)[0]).per_query() for name in others]
    first = _cells(folder, NAMES[0])[0]["task"]
    np.testing.assert_allclose(board.tasks[first].difficulty[""], np.mean(per_query, 0), atol=1e-4)


def test_several_processes_make_the_same_board(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = assemble(folder.path, printed=False)
    monkeypatch.setattr(assembly, "_MANY", 0)
    together = assemble(folder.path, printed=False)
    assert together.suites == alone.suites
    assert together.tasks == alone.tasks


def test_what_cannot_be_read_is_named_as_left_out(folder: Folder) -> None:
    (folder.path / "notes").mkdir()
    folder.record("system-0003").unlink()  # its folder holds no results that could speak for it
    left = assemble(folder.path, printed=False).left_out
    assert [found.name for found in left] == ["notes", "system-0003"]
    assert all("no check of it is on record; left out: " in found.why for found in left)


def test_retracted_numbers_stay_marked_and_out_of_ranks(folder: Folder) -> None:
    text = "- {submission: system-0003, on: 2027-01-01, reason: Trained on the test set.}\n"
    (folder.path / "retractions.yaml").write_text(text)
    board = _board(folder)
    suite = _suite(board)
    assert "system-0003" not in suite.ranks
    number = suite.numbers["system-0003", "average"][MAIN]
    assert (number.retracted, number.rank) == (True, None)
    assert board.events[0].kind == "retracted"
    assert board.events[0].text == "Trained on the test set."
    assert board.as_of == date(2027, 1, 1)


def test_systems_of_equal_values_cannot_be_told_apart_and_a_dominated_one_can(
    folder: Folder,
) -> None:
    rng = np.random.default_rng(0)
    base = rng.random((8, 12)) * 0.4 + 0.4
    swapped = base[:, ::-1]  # the same means, other queries

    def become(tables: np.ndarray) -> Any:
        def change(record: Any) -> None:
            for cell, values in zip(record["cells"], tables, strict=True):
                _set_values(cell, values)

        return change

    for name, tables in zip(NAMES, (base, swapped, base - 0.35, base), strict=True):
        folder.edit(name, become(tables))
    ranks = _suite(_board(folder)).ranks
    assert [ranks[name].group for name in NAMES] == [1, 1, 2, 1]
    assert [ranks[name].rank for name in NAMES] == [1, 1, 4, 1]


def test_a_model_submitted_twice_is_one_system_with_its_newest_numbers(folder: Folder) -> None:
    def change(record: Any) -> None:
        record["submitted"] = "2027-05-05"
        record["cells"] = record["cells"][:1]
        record["cells"][0]["measures"][MAIN]["value"] = 0.999

    folder.copy(NAMES[0], "a-newer-one", change)
    board = _board(folder)
    task = _cells(folder, NAMES[0])[0]["task"]
    assert board.systems[NAMES[0]].submissions == ("a-newer-one", NAMES[0])
    assert _suite(board).numbers[NAMES[0], task][MAIN].value == 0.999
    assert board.sample_cells[NAMES[0], "starter-passages/people"][0] == NAMES[0]
    assert "a-newer-one" not in board.rows


@pytest.mark.parametrize("off", [0.0, 0.2])
def test_a_rerun_is_told_of_a_submission_that_counts(folder: Folder, off: float) -> None:
    """One that agrees keeps its numbers before a newer submission, one that differs does not."""
    cells = [
        {
            "task": cell["task"],
            "setting": cell["setting"],
            "identical": not off,
            "main_measure": MAIN,
            "submitted": cell["measures"][MAIN]["value"],
            "rerun": cell["measures"][MAIN]["value"] + off,
        }
        for cell in _cells(folder, NAMES[0])
    ]
    folder.reproduce(NAMES[0], cells)
    folder.copy(NAMES[0], "a-newer-one", lambda record: record.update(submitted="2027-05-05"))
    board = _board(folder)
    told = board.systems[NAMES[0]].reproduced
    assert (told is not None) == (not off)
    assert board.rows[NAMES[0]].submission == ("a-newer-one" if off else NAMES[0])


def _claim(record: Any) -> None:
    for cell in record["cells"]:
        cell.update(level="self-reported", why="the data is not at hand")
        _set_values(cell, np.ones(12))


def test_self_reported_numbers_are_shown_and_take_part_in_no_rank(folder: Folder) -> None:
    folder.edit(NAMES[1], _claim)
    suite = _suite(_board(folder))
    others = [n for n in NAMES if n != NAMES[1]]
    assert set(suite.ranks) == set(others)
    assert sorted(suite.ranks[name].rank for name in others) == [1, 2, 3]
    for column in ("average", "starter-passages/flights"):
        claimed = suite.numbers[NAMES[1], column][MAIN]
        assert (claimed.value, claimed.rank, claimed.level) == (1.0, None, "self-reported")
        ranks = [suite.numbers[name, column][MAIN].rank for name in others]
        assert sorted(ranks) == [1, 2, 3]  # type: ignore[type-var]


def test_a_mean_with_one_self_reported_number_takes_no_rank(folder: Folder) -> None:
    folder.edit(NAMES[1], lambda r: r["cells"][0].update(level="self-reported", why="no data"))
    suite = _suite(_board(folder))
    assert suite.numbers[NAMES[1], "average"][MAIN].rank is None
    assert NAMES[1] not in suite.ranks
    assert suite.numbers[NAMES[1], _cells(folder, NAMES[1])[1]["task"]][MAIN].rank is not None


def test_where_everything_is_self_reported_the_suite_says_so(folder: Folder) -> None:
    for name in NAMES:
        folder.edit(name, _claim)
    suite = _suite(_board(folder))
    assert not suite.ranks
    assert suite.groups[0] == (
        "What has every task of average is self-reported, and so takes no rank."
    )


def test_values_by_query_and_samples_point_to_where_they_lie(folder: Folder) -> None:
    board = _board(folder)
    cells = _cells(folder, NAMES[0])
    found = {p.task: (p.queries, p.values) for p in board.per_query[NAMES[0]]}
    assert found == {cell["task"]: (cell["queries"], cell["values"]) for cell in cells}
    for position, cell in enumerate(cells):
        assert board.sample_cells[NAMES[0], cell["task"]] == (NAMES[0], position)


def test_overlap_is_declared_for_every_suite(folder: Folder) -> None:
    training = [{"dataset": "flights-train", "overlap": ["starter-passages/flights"]}]
    folder.edit(NAMES[0], lambda r: r["card"].update(training=training))
    board = _board(folder)
    assert board.rows[NAMES[0]].overlap == {
        "starter": ["flights-train"],
        "starter-passages": ["flights-train"],
    }
    assert board.rows[NAMES[1]].overlap[SUITE] is None  # undisclosed


def test_instructions_have_an_effect_with_its_interval(tmp_path: Path) -> None:
    settings = (Setting(), Setting(instruction="no"))
    out = write_board(tmp_path, systems=3, suite=SUITE, queries=12, settings=settings)
    path = out / CHECKED / f"{NAMES[0]}.json"
    record = json.loads(path.read_text())
    given, without = record["cells"][:8], record["cells"][8:]
    for number, (a, b) in enumerate(zip(given, without, strict=True)):
        base = np.linspace(0.2, 0.6, 12)
        gap = (0.1, 0.1, 0.1, -0.2, 0.0, 0.0, 0.0, 0.0)[number]
        _set_values(a, base + gap)
        _set_values(b, base)
    path.write_text(json.dumps(record))
    effects = {effect.system: effect for effect in assemble(out, printed=False).effects}
    found = effects[NAMES[0]]
    assert (found.suite, found.improved, found.worsened, found.unchanged) == ("starter", 3, 1, 4)
    assert found.mean == pytest.approx((0.3 - 0.2) / 8, abs=1e-6)
    # every query changes by the same, so that no resample of queries changes the difference
    assert (found.low, found.high) == pytest.approx((found.mean, found.mean), abs=1e-5)
    assert found.resampled == "queries"
    other = effects[NAMES[1]]
    assert other.low is not None
    assert other.high is not None
    assert other.low < other.mean < other.high


def test_a_submission_that_cannot_be_shown_is_listed(folder: Folder) -> None:
    folder.record(NAMES[3]).write_text("{")
    board = _board(folder)
    assert set(board.systems) == set(NAMES[:3])
    assert "left out" in board.unchecked[NAMES[3]]


def test_the_same_folder_gives_the_same_board(folder: Folder) -> None:
    first, second = _board(folder), _board(folder)
    assert first.suites == second.suites
    assert first.events == second.events
    assert list(first.rows) == list(second.rows)
    assert first.tasks == second.tasks


def test_an_empty_folder_is_an_empty_board(tmp_path: Path) -> None:
    board = assemble(tmp_path, printed=False)
    assert not board.suites
    assert not board.rows


@pytest.fixture(scope="module", name="papers")
def _papers(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return assemble(tmp_path_factory.mktemp("none"))


def test_the_printed_tables_make_a_board_by_themselves(papers: Board) -> None:
    assert {"mair", "toolret", "bfcl-v4"} <= {suite.name for suite in papers.suites}
    assert {row.level for row in papers.rows.values()} == {"as printed"}
    assert {row.id for suite in papers.suites for row in suite.rows} == set(papers.rows)


def test_effects_of_instructions_on_mair_are_those_of_its_figure(papers: Board) -> None:
    """Bars of MAIR's assets/Results_Bar.png: tasks improved and worsened, of 126."""
    bars = {
        "GritLM-7B": (106, 20),
        "NV-Embed-v1": (86, 40),
        "gte-Qwen2-1.5B-instruct": (86, 40),
        "e5-mistral-7b-instruct": (84, 42),
        "e5-base-v2": (28, 98),
        "e5-large-v2": (23, 103),
        "e5-small-v2": (17, 109),
        "bge-base-en-v1.5": (11, 115),
        "gte-large-en-v1.5": (11, 115),
        "gte-base-en-v1.5": (11, 115),
        "all-MiniLM-L6-v2": (10, 116),
        "bge-large-en-v1.5": (8, 118),
    }
    found = [effect for effect in papers.effects if effect.suite == "mair"]
    assert {effect.name: (effect.improved, effect.worsened) for effect in found} == bars
    assert {effect.resampled for effect in found} == {"tasks"}
    assert {len(effect.by_task) for effect in found} == {126}


def test_printed_rows_of_mair_are_ranked_by_resampling_tasks(papers: Board) -> None:
    suite = _suite(papers, "mair")
    assert len(suite.ranks) == 24
    assert {rank.resampled for rank in suite.ranks.values()} == {"tasks"}
    assert suite.rows[0].name == "GritLM-7B"


def test_a_cost_ranks_the_cheapest_first(papers: Board) -> None:
    suite = _suite(papers, "bfcl-v4")
    (cost,) = (m for m in suite.lower_is_better if m == "Cost")
    column = suite.columns[0].id
    ranked = {
        found[cost].rank: found[cost].value
        for (_, name), found in suite.numbers.items()
        if name == column and cost in found
    }
    assert ranked[1] == min(ranked.values())
    assert suite.units[cost] == "dollars"


def test_nothing_that_cannot_be_replayed_has_a_verdict(papers: Board) -> None:
    assert papers.claims
    assert {claim.verdict for claim in papers.claims} == {"unreachable"}
    assert all(claim.why for claim in papers.claims)
