"""The compare page and the data that it loads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from board_toys import HOSTILE, TASKS
from parsed_page import harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site.pages import compare
from leaderboard.site.rendering import Renderer


def files(board: Board) -> dict[str, bytes]:
    return dict(compare.pages(board, Renderer(board)))


def handed_over(content: bytes) -> tuple[str, Any]:
    """Key and value of a data script."""
    text = content.decode().removeprefix("assay.put(").removesuffix(");\n")
    key, _, value = text.partition(",")
    return json.loads(key), json.loads(value)


@pytest.fixture(scope="module")
def built(toys: Board) -> dict[str, bytes]:
    return files(toys)


def test_every_script_hands_over_its_own_path(built: dict[str, bytes]) -> None:
    scripts = [path for path in built if path.endswith(".js")]
    assert {path.split("/")[1] for path in scripts} == {
        "compare.js", "rows", "queries", "samples",
    }  # fmt: skip
    assert all(handed_over(built[path])[0] == path for path in scripts)


def test_the_index_lists_every_row_with_what_tells_it_apart(built: dict[str, bytes]) -> None:
    index = handed_over(built["data/compare.js"])[1]
    rows = {row[0]: row for row in index["rows"]}
    assert rows["alpha--without-instruction"][1:] == [
        "Alpha", "without instructions, pool category", "embedder", "reproduced", [0],
    ]  # fmt: skip
    assert rows["alpha--as-printed"][2] == "printed in A Paper of Toys, Table 4"
    assert [suite[:2] for suite in index["suites"]] == [
        ["toy", "Toys"],
        ["paper", "A printed benchmark"],
    ]
    assert index["suites"][0][2] == list(TASKS)


def test_values_by_query_pass_through_as_they_are(toys: Board, built: dict[str, bytes]) -> None:
    row = handed_over(built["data/rows/bm25.js"])[1]
    values = {known.task: known for known in toys.per_query["bm25"]}
    assert set(row["tasks"]) == set(TASKS)
    for task, told in row["tasks"].items():
        assert told["values"] == values[task].values
        assert told["measure"] == "nDCG@10"
        assert told["queries"] in built
    assert row["tasks"]["toy/apples"]["value"] == 0.4
    assert row["tasks"]["toy/apples"]["sample"] == ["data/samples/bm25.js", 0]


def test_a_row_of_which_only_means_are_known_has_no_values(built: dict[str, bytes]) -> None:
    for name in ("gamma", "paper-model"):
        row = handed_over(built[f"data/rows/{name}.js"])[1]
        assert row["tasks"]
        assert not any("values" in told for told in row["tasks"].values())


def test_a_number_about_another_version_says_so(built: dict[str, bytes]) -> None:
    tasks = handed_over(built["data/rows/delta.js"])[1]["tasks"]
    assert tasks["toy/pears"]["edition"] == "version 1"
    assert "edition" not in tasks["toy/apples"]


def test_queries_leave_out_what_says_nothing(toys: Board, built: dict[str, bytes]) -> None:
    row = handed_over(built["data/rows/bm25.js"])[1]
    told = handed_over(built[row["tasks"]["toy/cars"]["queries"]])[1]
    # One split and equal weights say nothing; two queries of one text say something.
    assert told == {
        "task": "toy/cars",
        "ids": ["q1", "q2", "q3", "q4"],
        "clusters": [0, 1, 2, 2],
    }


def test_texts_are_handed_over_only_where_the_licence_allows_it(toys: Board) -> None:
    forbidden = replace(toys.tasks["toy/apples"], licence_shows_text=False)
    board = replace(toys, tasks={**toys.tasks, "toy/apples": forbidden})
    shown, hidden = files(toys), files(board)
    samples = handed_over(shown["data/samples/alpha.js"])[1]
    assert samples["texts"]["toy/apples"]["d1"] == "A red apple."
    assert not any(b"A red apple." in content for content in hidden.values())
    assert not any(b'"texts":["red"' in content for content in hidden.values())


def test_hostile_texts_cannot_leave_their_script(built: dict[str, bytes]) -> None:
    for path, content in built.items():
        if path.endswith(".js"):
            assert content.isascii()
            assert not set("<>&").intersection(content.decode())
    names = [row[1] for row in handed_over(built["data/compare.js"])[1]["rows"]]
    assert HOSTILE in names


def test_the_page_is_harmless_and_says_what_it_needs(built: dict[str, bytes]) -> None:
    page = parsed(built["compare.html"])
    harmless(page)
    assert "Comparing needs JavaScript" in page.one("p", class_="no-js warning").text
