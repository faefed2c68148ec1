"""Tables as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from board_toys import DEFECT, HOSTILE

from leaderboard.board.records import Board
from leaderboard.site.downloads import to_csv
from leaderboard.site.grid import Grid
from leaderboard.site.suite_downloads import suite_csv, suite_json


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_suite_as_csv_has_a_line_for_each_row_with_ranks_and_intervals(toys: Board) -> None:
    (suite, _) = toys.suites
    lines = records(suite_csv(Grid.of(suite)))
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
    (gamma,) = (x for x in records(suite_csv(Grid.of(toys.suites[0]))) if x["row"] == "gamma")
    assert [gamma[name] for name in ("rank", "average", "toy/trains", "parameters")] == [""] * 4
    assert gamma["tasks"] == "3"
    assert gamma["training_overlap"] == ""


def test_a_suite_as_json_holds_every_measure_with_a_place_for_each_column(toys: Board) -> None:
    found = json.loads(suite_json(toys, Grid.of(toys.suites[0])))
    rows = {row["id"]: row for row in found["rows"]}
    numbers = rows["bm25"]["numbers"]
    assert list(numbers) == ["nDCG@10", "R@10"]
    assert all(len(x) == len(found["columns"]) for told in numbers.values() for x in told.values())
    average = [column["id"] for column in found["columns"]].index("average")
    # half of the mean of BM25's tasks, and the toys' intervals reach .1 to both sides of that mean
    assert numbers["R@10"]["value"][average] == 0.2
    assert [numbers["nDCG@10"][end][average] for end in ("low", "high")] == [0.3, 0.5]
    trains = [column["id"] for column in found["columns"]].index("toy/trains")
    assert rows["gamma"]["numbers"]["nDCG@10"]["value"][trains] is None
    assert rows["hostile"]["name"] == HOSTILE
    assert rows["bm25"]["commands"]["toy/apples"] == "assay run bm25 toy/apples"


def test_a_suite_as_json_says_what_is_odd_about_a_number(toys: Board) -> None:
    toy, paper = (json.loads(suite_json(toys, Grid.of(suite))) for suite in toys.suites)
    rows = {row["id"]: row for row in toy["rows"]}
    assert rows["delta"]["remarks"]["nDCG@10"]["toy/pears"]["edition"] == "version 1"
    assert rows["hostile"]["remarks"]["nDCG@10"]["toy/trains"]["retracted"] is True
    assert "remarks" not in rows["bm25"]
    printed = next(row for row in paper["rows"] if row["id"] == "paper-model")
    assert printed["remarks"]["nDCG@10"]["paper/trees"] == {"printed": "5.00", "defect": DEFECT}
    assert printed["source"]["where"] == "Table 4"


def test_json_says_units_and_which_measures_are_better_when_less(toys: Board) -> None:
    timed = replace(toys.suites[0], units={"R@10": "seconds"}, lower_is_better=("R@10",))
    found = json.loads(suite_json(toys, Grid.of(timed)))
    assert (found["units"], found["lower_is_better"]) == ({"R@10": "seconds"}, ["R@10"])


def test_no_text_runs_as_a_formula_in_a_spreadsheet() -> None:
    content = to_csv(["name", "value"], [["=HYPERLINK(1)", -0.5], ["@x", True], ["a,b\n", None]])
    assert list(csv.reader(io.StringIO(content.decode()))) == [
        ["name", "value"],
        ["'=HYPERLINK(1)", "-0.5"],
        ["'@x", "yes"],
        ["a,b\n", ""],
    ]


def test_numbers_as_csv_read_back_as_they_are() -> None:
    values = [1e-7, 0.1 + 0.2, 1.0, None, 3.5e22]
    lines = to_csv(["value", "count"], zip(values, range(5), strict=True)).decode().splitlines()
    read = [line.split(",") for line in lines[1:]]
    assert [float(value) if value else None for value, _ in read] == values
    assert [count for _, count in read] == ["0", "1", "2", "3", "4"]


def test_texts_are_quoted_as_a_reader_of_csv_expects() -> None:
    texts = ["plain", "a,b", 'say "so"', "two\r\nlines", "\N{SNOWMAN}", ""]
    content = to_csv(["text", "mixed"], zip(texts, [1, "x", None, 0.5, True, "-1"], strict=True))
    read = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert [text for text, _ in read[1:]] == texts
    assert [mixed for _, mixed in read[1:]] == ["1", "x", "", "0.5", "yes", "'-1"]
