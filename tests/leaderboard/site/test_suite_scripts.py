"""What a suite's page loads when a reader asks for it."""

from __future__ import annotations

import json
from typing import Any

from board_toys import DEFECT, OLD

from leaderboard.board.records import Board
from leaderboard.site.suite_scripts import details_script, measure_script


def handed_over(script: bytes) -> tuple[str, Any]:
    text = script.decode().strip()
    assert text.startswith("assay.put(")
    key, value = json.loads(f"[{text.removeprefix('assay.put(').removesuffix(');')}]")
    return key, value


def test_a_measure_has_a_text_for_every_row_and_column(toys: Board) -> None:
    suite = toys.suites[0]
    key, data = handed_over(measure_script(suite, "R@10"))
    assert key == "data/suites/toy/R~4010.js"
    assert data["rows"] == [row.id for row in suite.rows]
    row, column = data["rows"].index("bm25"), data["columns"].index("average")
    assert data["values"][row][column] == "20.00"  # half of BM25's .4
    assert data["values"][data["rows"].index("gamma")][column] is None


def test_aggregates_come_with_their_intervals(toys: Board) -> None:
    _, data = handed_over(measure_script(toys.suites[0], "nDCG@10"))
    row = data["rows"].index("bm25")
    assert data["intervals"][row][data["columns"].index("average")] == ["30.00", "50.00"]


def test_marks_say_what_is_odd_about_a_number(toys: Board) -> None:
    _, data = handed_over(measure_script(toys.suites[0], "nDCG@10"))
    cell = {
        (row, column): data["values"][i][j]
        for i, row in enumerate(data["rows"])
        for j, column in enumerate(data["columns"])
    }
    assert cell["delta", "toy/pears"].endswith("‡")
    assert cell["hostile", "toy/trains"].endswith("×")
    _, printed = handed_over(measure_script(toys.suites[1], "nDCG@10"))
    row, column = printed["rows"].index("paper-model"), printed["columns"].index("paper/trees")
    assert printed["values"][row][column].endswith("†")


def test_details_hold_what_a_number_is_about_and_how_to_get_it(toys: Board) -> None:
    suite, paper = toys.suites
    rows = {row.id: row for row in suite.rows + paper.rows}
    key, data = handed_over(details_script(suite, rows["delta"]))
    assert key == "data/cells/toy/delta.js"
    text, low, high, n, _, seconds, more = data["numbers"]["toy/pears"]["0"]
    assert (text, low, high, n, seconds) == ("50.00", "40.00", "60.00", 4, 1.5)
    assert more == {"edition": OLD}
    assert data["commands"]["toy/pears"] == "assay run delta toy/pears"
    _, data = handed_over(details_script(paper, rows["paper-model"]))
    assert data["numbers"]["paper/trees"]["0"][6] == {"printed": "5.00", "defect": DEFECT}
    assert data["source"] == [
        "A Paper of Toys",
        ", Table 4 (2025)",
        "https://example.org/paper?a=1&b=2",
    ]
