"""The page of a suite."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from board_toys import DEFECT, HOSTILE, OLD
from parsed_page import Element, harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site.pages import suite as suite_pages
from leaderboard.site.rendering import Renderer


def page_of(board: Board, name: str = "toy") -> Element:
    return parsed(dict(suite_pages.pages(board, Renderer(board)))[f"suites/{name}.html"])


@pytest.fixture(scope="module")
def page(toys: Board) -> Element:
    return page_of(toys)


def rows(page: Element, table: str = "summary-table") -> list[Element]:
    return list(page.one("table", id=table).one("tbody").every("tr"))


def cells(row: Element) -> list[str]:
    return [cell.text for cell in row.children if isinstance(cell, Element)]


def test_every_row_stands_in_the_page_without_a_script(toys: Board, page: Element) -> None:
    assert [row.attributes["data-row"] for row in rows(page)] == [
        row.id for row in toys.suites[0].rows
    ]


def test_a_row_shows_its_rank_with_interval_group_and_numbers(toys: Board, page: Element) -> None:
    (row,) = (r for r in rows(page) if r.attributes["data-row"] == "alpha--with-instruction")
    found = cells(row)
    rank = toys.suites[0].ranks["alpha--with-instruction"]
    assert found[0] == f"{rank.rank} A {rank.low}–{rank.high}"
    assert found[1:5] == [
        "Alpha with instructions",
        "reproduced",
        "60.00 50.0–70.0",
        "60.00 50.0–70.0",
    ]
    assert found[5:8] == ["4 of 4", "embedder", "33M"]


def test_partial_coverage_is_shown_in_words(page: Element) -> None:
    (gamma,) = (r for r in rows(page) if r.attributes["data-row"] == "gamma")
    assert "3 of 4" in cells(gamma)


def test_a_group_begins_where_its_letter_changes(page: Element) -> None:
    begins = [
        row.attributes["data-row"] for row in rows(page) if "first" in row.attributes["class"]
    ]
    assert "alpha--with-instruction" in begins
    assert "alpha--without-instruction" not in begins  # in one group with the row above
    assert "bm25" in begins


def test_facets_offer_what_rows_have_and_rows_carry_it(page: Element) -> None:
    kinds = [option.text for option in page.one("select", data_facet="kind").every("option")]
    assert kinds == ["all", *sorted({row.attributes["data-kind"] for row in rows(page)})]
    levels = [option.text for option in page.one("select", data_facet="level").every("option")]
    assert levels == ["all", "self-reported", "re-scored", "reproduced"]


def test_other_data_has_a_table_of_its_own_that_is_not_hidden(toys: Board) -> None:
    suite = toys.suites[0]
    old = {"nDCG@10": replace(suite.numbers["bm25", "average"]["nDCG@10"], edition=OLD)}
    moved = replace(suite, numbers={**suite.numbers, ("bm25", "average"): old})
    page = page_of(replace(toys, suites=(moved,)))
    (row,) = rows(page, "other-table")
    assert cells(row)[:2] == ["BM25", OLD]
    assert "Other data or versions" in page.one("section", id="summary").text
    assert "bm25" not in [r.attributes["data-row"] for r in rows(page)]


def test_a_row_of_other_data_without_a_mean_says_its_tasks(toys: Board) -> None:
    suite = toys.suites[0]
    numbers = {
        key: {m: replace(n, edition=OLD) for m, n in cells.items()} if key[0] == "bm25" else cells
        for key, cells in suite.numbers.items()
        if key[0] != "bm25" or key[1] in ("toy/apples", "toy/cars")
    }
    board = replace(toys, suites=(replace(suite, numbers=numbers),))
    (row,) = rows(page_of(board), "other-table")
    apples = suite.numbers["bm25", "toy/apples"]["nDCG@10"].value
    assert f"apples {100 * apples:.2f}" in cells(row)[2]


def test_what_differs_between_states_is_one_click_away(page: Element) -> None:
    assert "#differs-h" in [link.attributes.get("href") for link in page.every("a")]
    assert OLD in page.one("dl", class_="facts states").text


def test_no_lead_is_claimed_where_no_rank_has_an_interval(toys: Board) -> None:
    board = replace(toys, suites=(toys.suites[0], replace(toys.suites[1], ranks={})))
    text = page_of(board, "paper").one("main").text
    assert "Paper Model has the best number, 55.50 as printed in A Paper of Toys, Table 4" in text
    assert "told apart from every other" not in text


def test_a_row_without_the_main_measure_says_which_it_has(toys: Board) -> None:
    suite = toys.suites[0]
    numbers = {
        key: {m: n for m, n in found.items() if m != "nDCG@10"} if key[0] == "gamma" else found
        for key, found in suite.numbers.items()
    }
    page = page_of(replace(toys, suites=(replace(suite, numbers=numbers),)))
    told = {r.attributes["data-row"]: r.one("th").text for r in rows(page)}
    assert "only R@10" in told["gamma"]
    assert "only" not in told["bm25"]


def test_known_misprints_are_listed_in_words(toys: Board) -> None:
    found = page_of(toys, "paper").text
    assert "Known errors in print, marked † (1)" in found
    assert DEFECT in found


def test_a_measure_with_a_unit_is_not_printed_times_100_and_sorts_the_better_way(
    toys: Board,
) -> None:
    suite = toys.suites[0]
    number = suite.numbers["bm25", "average"]["nDCG@10"]
    seconds = replace(
        suite,
        numbers={**suite.numbers, ("bm25", "average"): {"nDCG@10": replace(number, value=2.5)}},
        units={"nDCG@10": "seconds"},
        lower_is_better=("nDCG@10",),
    )
    page = page_of(replace(toys, suites=(seconds,)))
    (row,) = (r for r in rows(page) if r.attributes["data-row"] == "bm25")
    assert "2.50" in row.text
    assert "250.00" not in row.text
    header = page.one("table", id="summary-table").one("th", data_col="average")
    assert header.attributes["data-first"] == "asc"
    assert "nDCG@10 (seconds), lowest first" in page.one("main").text
    (measure, _) = json.loads(page.one(id="suite-data").attributes["data-about"])["measures"]
    assert (measure["unit"], measure["lower"]) == ("seconds", True)


def test_tables_are_captioned_and_their_headers_scoped(page: Element) -> None:
    for table in page.every("table"):
        assert table.one("caption").text
        assert {head.attributes["scope"] for head in table.one("thead").every("th")} == {"col"}
        for row in table.one("tbody").every("tr"):
            assert row.one("th").attributes["scope"] == "row"


def test_every_table_can_be_downloaded_and_every_task_reached(page: Element) -> None:
    targets = [link.attributes.get("href") for link in page.every("a")]
    assert "../data/suites/toy.csv" in targets
    assert "../data/suites/toy.json" in targets
    assert "../tasks/toy--pears.html" in targets
    assert "../models/bm25.html" in targets


def test_hostile_names_are_shown_and_do_nothing(page: Element) -> None:
    harmless(page)
    (row,) = (r for r in rows(page) if r.attributes["data-row"] == "hostile")
    assert " ".join(HOSTILE.split()) in row.text


def test_scripts_are_told_columns_measures_and_where_they_lie(page: Element) -> None:
    about = json.loads(page.one(id="suite-data").attributes["data-about"])
    assert [m["path"] for m in about["measures"]] == [
        "data/suites/toy/nDCG~4010.js",
        "data/suites/toy/R~4010.js",
    ]
    assert about["columns"][-1] == {
        "id": "toy/trains",
        "title": "trains",
        "kind": "task",
        "page": "tasks/toy--trains.html",
    }


def test_a_suite_writes_a_page_two_downloads_and_its_measures(toys: Board) -> None:
    paths = [path for path, _ in suite_pages.pages(toys, Renderer(toys)) if "paper" in path]
    assert paths[:4] == [
        "suites/paper.html",
        "data/suites/paper.csv",
        "data/suites/paper.json",
        "data/suites/paper/nDCG~4010.js",
    ]


def test_every_row_of_any_suite_has_one_script_of_details(toys: Board) -> None:
    paths = [path for path, _ in suite_pages.pages(toys, Renderer(toys)) if "cells" in path]
    assert sorted(paths) == sorted(
        f"data/cells/{row}.js" for row in {row.id for suite in toys.suites for row in suite.rows}
    )
