"""What a suite's page loads when a reader asks for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from board_toys import DEFECT, OLD

from leaderboard.board.records import Board, Number
from leaderboard.site.grid import Grid
from leaderboard.site.suite_scripts import details_scripts, measure_script


def handed_over(script: bytes) -> tuple[str, Any]:
    text = script.decode().strip()
    assert text.startswith("assay.put(")
    key, value = json.loads(f"[{text.removeprefix('assay.put(').removesuffix(');')}]")
    return key, value


def test_a_measure_has_a_number_for_every_row_and_column(toys: Board) -> None:
    suite = toys.suites[0]
    key, data = handed_over(measure_script(Grid.of(suite), "R@10"))
    assert key == "data/suites/toy/R~4010.js"
    assert data["rows"] == [row.id for row in suite.rows]
    row, column = data["rows"].index("bm25"), data["columns"].index("average")
    assert data["values"][row][column] == 0.2  # half of BM25's .4
    assert data["values"][data["rows"].index("gamma")][column] is None


def test_aggregates_come_with_their_intervals(toys: Board) -> None:
    _, data = handed_over(measure_script(Grid.of(toys.suites[0]), "nDCG@10"))
    row = data["rows"].index("bm25")
    assert data["intervals"][row][data["columns"].index("average")] == [0.3, 0.5]


def test_marks_say_what_is_odd_about_a_number(toys: Board) -> None:
    _, data = handed_over(measure_script(Grid.of(toys.suites[0]), "nDCG@10"))
    cell = {
        (row, column): data["values"][i][j]
        for i, row in enumerate(data["rows"])
        for j, column in enumerate(data["columns"])
    }
    assert cell["delta", "toy/pears"].endswith("‡")
    assert cell["hostile", "toy/trains"].endswith("×")
    _, printed = handed_over(measure_script(Grid.of(toys.suites[1]), "nDCG@10"))
    row, column = printed["rows"].index("paper-model"), printed["columns"].index("paper/trees")
    assert printed["values"][row][column].endswith("†")


def details(board: Board, row: str) -> tuple[str, Any]:
    ((_, content),) = details_scripts(board, [board.rows[row]])
    return handed_over(content)


def test_details_hold_what_a_number_is_about_and_how_to_get_it(toys: Board) -> None:
    key, data = details(toys, "delta")
    assert key == "data/cells/delta.js"
    value, _, n, seconds, low, high, more = data["tasks"]["toy/pears"]["nDCG@10"]
    assert (value, low, high, n, seconds) == (0.5, 0.4, 0.6, 4, 1.5)
    assert more == {"edition": OLD}
    assert data["commands"]["toy/pears"] == "assay run delta toy/pears"
    _, data = details(toys, "paper-model")
    assert data["tasks"]["paper/trees"]["nDCG@10"][6] == {"printed": "5.00", "defect": DEFECT}
    assert data["source"] == [
        "A Paper of Toys",
        ", Table 4 (2025)",
        "https://example.org/paper?a=1&b=2",
    ]


def test_details_of_aggregates_are_told_by_suite_and_those_of_tasks_once(toys: Board) -> None:
    toy = toys.suites[0]
    part = replace(
        toy, name="part", numbers={k: v for k, v in toy.numbers.items() if k[1] != "average"}
    )
    _, data = details(replace(toys, suites=(toy, part)), "bm25")
    assert set(data["suites"]) == {"toy", "part"}
    # the mean of BM25's tasks is .4; the part was left without it
    assert data["suites"]["toy"]["average"]["nDCG@10"][0] == 0.4
    assert "average" not in data["suites"]["part"]
    assert set(data["tasks"]) == {c.id for c in toy.columns if c.kind == "task"}


def test_details_say_how_many_decimals_a_paper_prints(toys: Board) -> None:
    paper = toys.suites[1]
    column = next(c for c in paper.columns if c.kind == "task")
    key = ("paper-model", column.id)
    numbers = {**paper.numbers, key: {"nDCG@10": Number(value=0.314, printed="31.4")}}
    suites = (toys.suites[0], replace(paper, numbers=numbers))
    _, data = details(replace(toys, suites=suites), "paper-model")
    assert data["tasks"][column.id]["nDCG@10"][6] == {"printed": "31.4", "digits": 1}
