"""The page of a model."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from board_toys import HOSTILE
from parsed_page import Element, harmless, parsed
from trained import lineage

from leaderboard.board.records import Board, Number
from leaderboard.lineage import Lineage
from leaderboard.site.cells import LEVELS
from leaderboard.site.pages import model
from leaderboard.site.rendering import Renderer


def files(board: Board) -> dict[str, bytes]:
    return dict(model.pages(board, Renderer(board)))


@pytest.fixture(scope="module")
def built(toys: Board) -> dict[str, bytes]:
    return files(toys)


def page_of(built: dict[str, bytes], system: str) -> Element:
    return parsed(built[f"models/{system}.html"])


def lines(page: Element, table: str) -> list[list[str]]:
    rows = (row.children for row in page.one("table", id=table).one("tbody").every("tr"))
    return [[cell.text for cell in row if isinstance(cell, Element)] for row in rows]


def test_every_field_of_the_card_is_shown(built: dict[str, bytes]) -> None:
    text = page_of(built, "alpha").text
    for field in (
        *("0123abc", "alpha-base", "Apache-2.0, open weights", "33,000,000", "512 tokens"),
        *("float32", "Instruct: {instruction} Query: {query}", "2025-05-01"),
        *("A. Person <person@example.org>", "A model of **toys**.", "@misc{alpha"),
    ):
        assert field in text, field


def test_links_are_https_and_lend_nothing(built: dict[str, bytes]) -> None:
    link = page_of(built, "alpha").one("a", href="https://example.org/alpha")
    assert (link.text, link.attributes["rel"]) == ("paper", "noopener nofollow")


def test_results_are_grouped_by_suite_with_rank_group_and_coverage(
    built: dict[str, bytes],
) -> None:
    rows = lines(page_of(built, "alpha"), "by-suite")
    assert rows[0] == [
        "Toys with instructions", "Average, nDCG@10", "60.00 50.0–70.0", "1 1–2", "A", "4 of 4",
        "reproduced",
    ]  # fmt: skip
    assert rows[2][0] == "A printed benchmark A Paper of Toys, Table 4"


def test_every_result_has_its_level_and_command(built: dict[str, bytes]) -> None:
    rows = lines(page_of(built, "alpha"), "tasks-1")
    assert len(rows) == 8  # four tasks with instructions, four without
    assert rows[0][0] == "toy/apples with instructions"
    assert rows[0][1] == "70.00 60.0–80.0"
    assert rows[0][-3:] == ["reproduced", "1.5 s", "Command assay run alpha toy/apples"]
    printed = lines(page_of(built, "alpha"), "tasks-2")
    assert [row[1] for row in printed] == ["60.0", "42.5"]
    assert printed[0][-1] == "Source A Paper of Toys , Table 4 (2025)"


def test_training_data_says_what_it_shares_and_what_nobody_knows(built: dict[str, bytes]) -> None:
    assert "Toys trained on toys/train" in page_of(built, "alpha").text
    assert "Undisclosed." in page_of(built, "gamma").text
    assert "Declared: trained on nothing." in page_of(built, "bm25").text


def test_what_speaks_against_a_model_is_on_its_page(built: dict[str, bytes]) -> None:
    hostile = page_of(built, "hostile")
    assert "Retracted on 2026-03-09 : results on toy/trains of hostile ." in hostile.one(
        "div", class_="warning"
    ).text.replace("<", "<")
    assert "ties toy/apples" in hostile.one("ul", class_="flags").text
    assert "check it again" in page_of(built, "gamma").one("div", class_="warning").text


def test_a_rerun_stands_beside_what_was_submitted(built: dict[str, bytes]) -> None:
    page = page_of(built, "alpha")
    rows = lines(page, "reruns")
    assert rows[0] == ["toy/apples", "nDCG@10", "60.00", "60.00", "0.00", "identical"]
    assert rows[1][-1] == "other, the number agrees"
    assert "ran alpha again on" in page.text
    assert "3 of 4 results came out identical" in page.text


def test_a_task_that_two_suites_share_is_listed_once(toys: Board) -> None:
    whole = toys.suites[0]
    part = replace(whole, name="part", title="Part", columns=whole.columns[:3])
    board = replace(toys, suites=(whole, part))
    page = parsed(files(board)["models/bm25.html"])
    assert [row[0] for row in lines(page, "by-suite")] == [
        "Toys with instructions",
        "Part with instructions",
    ]
    assert len(list(page.every("table", id="tasks-1"))) == 1
    assert not list(page.every("table", id="tasks-2"))


def test_a_result_by_another_measure_is_not_hidden(toys: Board) -> None:
    suite = toys.suites[0]
    numbers = {**suite.numbers, ("bm25", "toy/cars"): {"R@10": Number(0.3, level="re-scored")}}
    board = replace(toys, suites=(replace(suite, numbers=numbers),))
    rows = lines(parsed(files(board)["models/bm25.html"]), "tasks-1")
    assert rows[2][:2] == ["toy/cars with instructions R@10", "30.00"]


def test_a_printed_system_says_that_nothing_was_recomputed(built: dict[str, bytes]) -> None:
    page = page_of(built, "paper-model")
    assert "Only printed tables know this system" in page.text
    source = page.one("section", aria_labelledby="card").one("a", class_="source")
    assert source.attributes["href"] == "https://example.org/paper?a=1&b=2"
    misprint = page.one("table", id="tasks-1").one("abbr")
    assert misprint.attributes["title"].startswith("The paper prints 5.00")


def test_the_download_holds_every_result_once(built: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(built["data/models/alpha.csv"].decode())))
    assert len(rows) == 10
    assert len({(row["row"], row["task"]) for row in rows}) == 10
    assert rows[-1]["printed"] == "42.5"


def test_hostile_texts_do_nothing_on_any_page(built: dict[str, bytes]) -> None:
    for path, content in built.items():
        if path.endswith(".html"):
            harmless(parsed(content))
    page = page_of(built, "hostile")
    assert page.one("h1").text == HOSTILE
    assert page.text.count(HOSTILE) >= 9  # name, revision, parent, licence, dtype, contact, ...


def test_every_level_of_the_page_is_explained_once(built: dict[str, bytes]) -> None:
    for page in (parsed(content) for path, content in built.items() if path.endswith(".html")):
        classes = [element.attributes.get("class", "") for element in page.every("span")]
        told = [note.text for note in page.every("p", class_="note")]
        for level, (css, meaning) in LEVELS.items():
            explained = sum(f"{level} {meaning}" in text for text in told)
            assert explained == (f"level {css}" in classes)


def with_lineage(board: Board, system: str | None = "bm25", **changes: object) -> Board:
    """The board, alpha being a checkpoint that was trained from a system."""
    alpha = board.systems["alpha"]
    assert alpha.card is not None
    told = Lineage.model_validate(lineage(**changes))
    card = alpha.card.model_copy(update={"lineage": told})
    return replace(
        board, systems={**board.systems, "alpha": replace(alpha, card=card, parent=system)}
    )


def lineage_of(board: Board) -> Element:
    page = parsed(files(board)["models/alpha.html"])
    return page.one("section", aria_labelledby="lineage")


def test_a_checkpoint_says_where_it_comes_from_and_what_it_took(toys: Board) -> None:
    section = lineage_of(with_lineage(toys))
    for told in (
        *("Method sft , version 1", "Data rows.jsonl dddddddddddd…", "2.1 h in 2 sittings"),
        *("1,200,000 tokens, 3 sequences", "0.125 kWh a meter: cpu estimated"),
        *("50 g CO 2 e at 400 g a kWh", "Configuration: 4 settings"),
        *("lr: 1e-05 packed: true", 'stop: "/no_think" betas: [0.9, 0.95]'),
    ):
        assert told in section.text, told
    shown = {code.text: code.attributes.get("title") for code in section.every("code")}
    assert shown["dddddddddddd…"] == f"SHA-256 {'d' * 64}"
    assert shown["bbbbbbbbbbbb…"] == f"SHA-256 {'b' * 64}"
    assert shown["cccccccccccc…"] == f"SHA-256 {'c' * 64}"


def test_a_parent_that_is_on_the_board_is_linked(toys: Board) -> None:
    section = lineage_of(with_lineage(toys))
    assert section.one("a", href="../models/bm25.html").text == "BM25"
    assert "named base/" in section.text
    alone = lineage_of(with_lineage(toys, None))
    assert "Trained from base/" in alone.text
    assert "bm25.html" not in {a.attributes["href"] for a in alone.every("a")}
    assert "Trained from nothing" in lineage_of(with_lineage(toys, None, parent=None)).text


def test_what_nobody_read_or_recorded_is_said_to_be_so(toys: Board) -> None:
    costs = lineage()["costs"] | {"kwh": None, "co2e_g": None, "amounts": {}}
    section = lineage_of(with_lineage(toys, costs=costs))
    assert "Energy not read" in section.text
    assert "Emissions" not in section.text
    assert "Costs not recorded" in lineage_of(with_lineage(toys, costs=None)).text


def test_the_lineage_is_there_in_full_as_json(toys: Board) -> None:
    built = files(with_lineage(toys))
    link = parsed(built["models/alpha.html"]).one("section", aria_labelledby="lineage")
    assert link.one("a", href="../data/lineage/alpha.json").text.startswith("JSON")
    assert json.loads(built["data/lineage/alpha.json"]) == lineage()


def test_what_was_not_trained_here_has_no_lineage(built: dict[str, bytes]) -> None:
    assert "Lineage" not in page_of(built, "alpha").text
    assert sorted(path for path in built if path.startswith("data/lineage/")) == [
        "data/lineage/hostile.json"
    ]
