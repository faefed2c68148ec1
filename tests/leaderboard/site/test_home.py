"""The home page."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from parsed_page import Element, harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site.pages import home
from leaderboard.site.rendering import Renderer


def files(board: Board) -> dict[str, bytes]:
    return dict(home.pages(board, Renderer(board)))


@pytest.fixture(scope="module")
def page(toys: Board) -> Element:
    return parsed(files(toys)["index.html"])


def cards(page: Element) -> dict[str, Element]:
    return {card.one("h3").text: card for card in page.every("li", class_="card")}


def test_every_suite_has_a_card_with_its_best_system(page: Element) -> None:
    toys, paper = cards(page)["Toys"], cards(page)["A printed benchmark"]
    assert toys.one("p", class_="score").text == "60.00 50.0–70.0"  # Alpha's, not the oracle's
    assert toys.one("p", class_="who").text == "Alpha reproduced cannot be told apart from 1 more"
    assert "6 systems · 4 tasks" in toys.text
    assert paper.one("p", class_="score").text == "55.5"  # as many digits as the paper prints
    assert "A Paper of Toys, Table 4" in paper.text


def test_the_best_of_a_suite_needs_no_interval_of_its_rank(toys: Board) -> None:
    bare = replace(toys, suites=tuple(replace(suite, ranks={}) for suite in toys.suites))
    found = cards(parsed(files(bare)["index.html"]))
    assert found["A printed benchmark"].one("p", class_="who").text == "Paper Model as printed"


def test_a_suite_inside_another_stands_on_its_card(toys: Board) -> None:
    suite = toys.suites[0]
    kept = [column for column in suite.columns if column.id in ("average", "toy/apples")]
    part = replace(suite, name="toy-apples", title="Apples only", columns=tuple(kept))
    page = parsed(files(replace(toys, suites=(suite, part)))["index.html"])
    assert list(cards(page)) == ["Toys"]
    links = [link.attributes["href"] for link in cards(page)["Toys"].every("a")]
    assert links == ["suites/toy.html", "suites/toy-apples.html"]


def test_events_link_to_what_they_are_about(page: Element) -> None:
    changes = page.one("section", aria_labelledby="changes-h")
    targets = [link.attributes["href"] for link in changes.every("a")]
    assert targets == [
        "models/hostile.html",
        "models/alpha.html",
        "models/bm25.html",
        "suites/paper.html",
    ]
    latest = page.one("section", aria_labelledby="latest-h")
    assert [link.text for link in latest.every("a")] == ["BM25"]


def test_the_search_finds_everything_that_has_a_page(toys: Board) -> None:
    text = files(toys)["data/search.js"].decode().strip()
    _, entries = json.loads(f"[{text.removeprefix('assay.put(').removesuffix(');')}]")
    assert len(entries) == len(toys.suites) + len(toys.systems) + len(toys.tasks)
    assert ["task", "Toys: apples", "toy/apples", "tasks/toy--apples.html"] in entries
    assert ["system", "BM25", "lexical bm25", "models/bm25.html"] in entries


def test_hostile_names_do_nothing(page: Element) -> None:
    harmless(page)


def test_an_empty_board_has_a_home(toys: Board) -> None:
    empty = replace(toys, suites=(), systems={}, tasks={}, events=())
    page = parsed(files(empty)["index.html"])
    assert "Nothing is on the board yet" in page.text


def test_a_board_without_events_has_no_date(toys: Board) -> None:
    empty = replace(toys, suites=(), systems={}, tasks={}, events=(), as_of=date.min)
    page = parsed(files(empty)["index.html"])
    assert "last change –" in page.one("ul", class_="figure-row").text
    assert "0001-01-01" not in page.text
    assert "state of –." in page.one("footer").text


def test_an_address_that_leads_nowhere_has_a_page(toys: Board) -> None:
    assert parsed(files(toys)["404.html"]).one("h1").text == "There is nothing here"


def test_the_page_of_a_lost_address_needs_no_other_file_at_any_depth(toys: Board) -> None:
    page = parsed(files(toys)["404.html"])
    assert not list(page.every("link"))
    assert not [x for x in page.every("script") if "src" in x.attributes]
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    for inline in (page.one("style"), page.one("script")):
        digest = base64.b64encode(
            sha256("".join(map(str, inline.children)).encode()).digest()
        ).decode()
        assert f"'sha256-{digest}'" in policy
