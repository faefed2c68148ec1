"""Tables as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from board_toys import DEFECT, HOSTILE

from leaderboard.board.records import Board
from leaderboard.site.downloads import suite_csv, suite_json, to_csv


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_suite_as_csv_has_a_line_for_each_row_with_ranks_and_intervals(toys: Board) -> None:
    (suite, _) = toys.suites
    lines = records(suite_csv(suite))
    assert [line["row"] for line in lines] == [row.id for row in suite.rows]
    (alpha,) = (line for line in lines if line["row"] == "alpha--with-instruction")
    rank = suite.ranks["alpha--with-instruction"]
    assert [alpha[f"rank{end}"] for end in ("", "_low", "_high")] == [
        str(rank.rank),
        str(rank.low),
        str(rank.high),
    ]
    # the mean of Alpha's tasks, .7 .6 .5 .6, and the toys' intervals reach .1 to both sides
    assert [alpha[f"average{end}"] for end in ("", "_low", "_high")] == ["0.6", "0.5", "0.7"]
    assert alpha["toy/apples"] == "0.7"
    assert alpha["instruction"] == "yes"


def test_what_a_row_lacks_is_empty(toys: Board) -> None:
    (gamma,) = (x for x in records(suite_csv(toys.suites[0])) if x["row"] == "gamma")
    assert [gamma[name] for name in ("rank", "average", "toy/trains", "parameters")] == [""] * 4
    assert gamma["tasks"] == "3"
    assert gamma["training_overlap"] == ""


def test_a_suite_as_json_holds_every_measure_and_what_is_odd_about_a_number(toys: Board) -> None:
    toy, paper = (json.loads(suite_json(toys, suite)) for suite in toys.suites)
    rows = {row["id"]: row for row in toy["rows"]}
    assert list(rows["bm25"]["numbers"]["average"]) == ["nDCG@10", "R@10"]
    assert rows["delta"]["numbers"]["toy/pears"]["nDCG@10"]["edition"] == "version 1"
    assert rows["hostile"]["numbers"]["toy/trains"]["nDCG@10"]["retracted"] is True
    assert rows["hostile"]["name"] == HOSTILE
    assert rows["bm25"]["commands"]["toy/apples"] == "assay run bm25 toy/apples"
    printed = next(row for row in paper["rows"] if row["id"] == "paper-model")
    number = printed["numbers"]["paper/trees"]["nDCG@10"]
    assert (number["printed"], number["defect"]) == ("5.00", DEFECT)
    assert printed["source"]["where"] == "Table 4"


def test_json_says_units_and_which_measures_are_better_when_less(toys: Board) -> None:
    timed = replace(toys.suites[0], units={"R@10": "seconds"}, lower_is_better=("R@10",))
    found = json.loads(suite_json(toys, timed))
    assert (found["units"], found["lower_is_better"]) == ({"R@10": "seconds"}, ["R@10"])


def test_no_text_runs_as_a_formula_in_a_spreadsheet() -> None:
    content = to_csv(["name", "value"], [["=HYPERLINK(1)", -0.5], ["@x", True], ["a,b\n", None]])
    assert list(csv.reader(io.StringIO(content.decode()))) == [
        ["name", "value"],
        ["'=HYPERLINK(1)", "-0.5"],
        ["'@x", "yes"],
        ["a,b\n", ""],
    ]
