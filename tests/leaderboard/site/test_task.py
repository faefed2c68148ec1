"""The page of a task."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from board_toys import HOSTILE, OLD
from parsed_page import Element, harmless, parsed

from leaderboard.board.records import Board, Number
from leaderboard.site.cells import LEVELS
from leaderboard.site.pages import task as task_pages
from leaderboard.site.rendering import Renderer

APPLES, PEARS, TRAINS, MAPS = (
    f"tasks/{name}.html" for name in ("toy--apples", "toy--pears", "toy--trains", "paper--maps")
)


def files(board: Board) -> dict[str, bytes]:
    return dict(task_pages.pages(board, Renderer(board)))


@pytest.fixture(scope="module")
def built(toys: Board) -> dict[str, bytes]:
    return files(toys)


def systems(page: Element, table: str = "systems-1") -> list[list[str]]:
    body = page.one("table", id=table).one("tbody")
    rows = (row.children for row in body.every("tr"))
    return [[cell.text for cell in row if isinstance(cell, Element)] for row in rows]


def test_a_task_has_a_page_and_three_files(built: dict[str, bytes]) -> None:
    assert {path for path in built if "apples" in path} == {
        "tasks/toy--apples.html",
        "data/tasks/toy--apples.csv",
        "data/tasks/toy--apples.json",
        "data/tasks/toy--apples.js",
    }


def test_systems_stand_best_first_with_rank_value_interval_and_command(
    built: dict[str, bytes],
) -> None:
    rows = systems(parsed(built[APPLES]))
    assert rows[1][0] == "Delta with instructions"  # 0.85, the best but for the oracle
    assert rows[1][1:3] == ["1", "85.00 75.0–95.0"]
    assert rows[1][-1] == "42.50"  # R@10, half of it in the toys
    assert rows[1][-2] == "Command assay run delta toy/apples"
    assert [row[0].split()[0] for row in rows[:3]] == ["Oracle", "Delta", "Alpha"]


def test_numbers_about_another_version_have_a_table_of_their_own(built: dict[str, bytes]) -> None:
    page = parsed(built[PEARS])
    assert "Delta" not in page.one("table", id="systems-1").text
    old = systems(page, "systems-2")
    assert [row[0].split()[0] for row in old] == ["Delta"]
    assert old[0][2] == "50.00 40.0–60.0"  # the heading says which version: no mark is needed
    assert OLD in page.one("h3", class_="old").text


def test_rows_with_values_of_queries_can_be_picked_for_a_comparison(
    toys: Board, built: dict[str, bytes]
) -> None:
    page = parsed(built[APPLES])
    body = page.one("table", id="systems-1").one("tbody")
    known = [
        row.attributes["data-row"]
        for row in body.every("tr")
        if "data-comparable" in row.attributes
    ]
    assert known == [row.id for row in toys.tasks["toy/apples"].rows if toys.per_query.get(row.id)]
    assert page.one("section", data_task="toy/apples")


def test_columns_without_a_number_are_not_drawn(toys: Board) -> None:
    task = toys.tasks["toy/apples"]
    bare = {row: {"nDCG@10": cells["nDCG@10"]} for row, cells in task.numbers.items()}
    board = replace(toys, tasks={**toys.tasks, "toy/apples": replace(task, numbers=bare)})
    heads = [
        th.text
        for th in parsed(files(board)[APPLES]).one("table", id="systems-1").one("thead").every("th")
    ]
    assert "R@10" not in heads


def test_units_and_directions_are_those_of_the_task(toys: Board) -> None:
    task = toys.tasks["toy/apples"]
    cells = {**task.numbers, "bm25": {"nDCG@10": Number(value=2.5)}}
    slow = replace(task, numbers=cells, units={"nDCG@10": "seconds"}, lower_is_better=("nDCG@10",))
    page = parsed(files(replace(toys, tasks={**toys.tasks, "toy/apples": slow}))[APPLES])
    table = page.one("table", id="systems-1")
    (head,) = (th for th in table.one("thead").every("th") if th.text == "nDCG@10 (seconds)")
    assert head.attributes["data-first"] == "asc"
    (row,) = (r for r in table.one("tbody").every("tr") if r.attributes["data-row"] == "bm25")
    assert "2.50" in row.text


def test_a_task_that_only_papers_know_says_so(built: dict[str, bytes]) -> None:
    page = parsed(built[MAPS])
    assert "Only printed tables know this task" in page.text
    assert systems(page)[0][2] == "61.0"  # the digits that the paper prints
    assert "data/tasks/paper--maps.js" not in built


def test_the_card_is_shown_with_its_defects_and_links(built: dict[str, bytes]) -> None:
    page = parsed(built[APPLES])
    facts = page.one("dl").text
    for fact in ("toy/apples", "CC-BY-4.0", "toys", "4 queries, 3 documents"):
        assert fact in facts
    assert "Two queries have one text." in page.one("ul", class_="defects").text
    assert "@misc{toys, title = {Toys}}" in page.text
    homepage = page.one("a", href="https://example.org/toys")
    assert homepage.attributes["rel"] == "noopener nofollow"


def test_hard_and_easy_queries_are_listed(built: dict[str, bytes]) -> None:
    # Means over alpha with and without, bm25, hostile, gamma and delta, the rows but the oracle:
    # q1 3.7/6, q2 3.3/6, q3 3.8/6, q4 2.4/6.
    table = parsed(built[APPLES]).one("table", id="hardest-1").one("tbody")
    found = [row.one("td").text for row in table.every("tr")]
    assert found == ["40.00", "55.00", "61.67", "63.33"]


def test_texts_are_shown_only_where_the_licence_allows_it(toys: Board) -> None:
    cars = toys.tasks["toy/cars"]
    secret = cars.queries[""].model_copy(update={"texts": ["secret"] * 4})
    board = replace(toys, tasks={**toys.tasks, "toy/cars": replace(cars, queries={"": secret})})
    assert not any(b"secret" in content for content in files(board).values())
    allowed = replace(cars, queries={"": secret}, licence_shows_text=True)
    board = replace(toys, tasks={**toys.tasks, "toy/cars": allowed})
    assert any(b"secret" in content for content in files(board).values())


def test_downloads_hold_every_system_unrounded(built: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(built["data/tasks/toy--apples.csv"].decode())))
    assert len(rows) == 7
    assert (rows[1]["row"], rows[1]["nDCG@10"], rows[1]["R@10"]) == ("delta", "0.85", "0.425")
    table = json.loads(built["data/tasks/toy--apples.json"])
    assert len(table["data"]) == 7
    delta = dict(zip(table["columns"], table["data"][1], strict=True))
    assert (delta["low"], delta["high"], delta["level"]) == (0.75, 0.95, "re-scored")


def test_the_script_holds_the_difficulty_of_every_query(built: dict[str, bytes]) -> None:
    content = built["data/tasks/toy--apples.js"].decode()
    key, _, value = content.removeprefix("assay.put(").removesuffix(");\n").partition(",")
    assert json.loads(key) == "data/tasks/toy--apples.js"
    state = json.loads(value)[""]
    assert state["ids"] == ["q1", "q2", "q3", HOSTILE]
    assert state["values"] == [0.6167, 0.55, 0.6333, 0.4]


def test_a_system_without_the_first_measure_is_not_hidden(toys: Board) -> None:
    cars = toys.tasks["toy/cars"]
    other = {**cars.numbers, "bm25": {"R@10": Number(0.3, level="re-scored")}}
    board = replace(toys, tasks={**toys.tasks, "toy/cars": replace(cars, numbers=other)})
    row = next(r for r in systems(parsed(files(board)["tasks/toy--cars.html"])) if "BM25" in r[0])
    assert (row[1], row[2], row[-1]) == ("–", "–", "30.00")


def test_hostile_texts_do_nothing(built: dict[str, bytes]) -> None:
    for path, content in built.items():
        if path.endswith(".html"):
            harmless(parsed(content))
    page = parsed(built[TRAINS])
    assert HOSTILE in page.one("p", class_="lead").text
    assert not any("</script" in c.decode() for p, c in built.items() if p.endswith(".js"))


@pytest.mark.parametrize("homepage", ["javascript:alert(1)", "http://example.org", 'https" x="'])
def test_a_homepage_that_is_no_https_link_is_plain_text(toys: Board, homepage: str) -> None:
    apples = toys.tasks["toy/apples"]
    assert apples.card is not None
    board = replace(
        toys, tasks={"toy/apples": replace(apples, card=replace(apples.card, homepage=homepage))}
    )
    page = parsed(files(board)[APPLES])
    harmless(page)
    assert homepage in page.one("dl").text
    assert not [a for a in page.every("a") if "javascript" in a.attributes["href"]]


def test_every_level_of_the_page_is_explained_once(built: dict[str, bytes]) -> None:
    for page in (parsed(content) for path, content in built.items() if path.endswith(".html")):
        classes = [element.attributes.get("class", "") for element in page.every("span")]
        told = [note.text for note in page.every("p", class_="note")]
        for level, (css, meaning) in LEVELS.items():
            explained = sum(f"{level} {meaning}" in text for text in told)
            assert explained == (f"level {css}" in classes)
