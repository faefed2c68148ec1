"""The about page."""

from __future__ import annotations

from dataclasses import replace

from board_toys import HOSTILE, OLD
from parsed_page import harmless, parsed

from leaderboard.board.records import Board, LeftOut
from leaderboard.site.pages import about
from leaderboard.site.rendering import Renderer


def page(board: Board):
    ((path, content),) = about.pages(board, Renderer(board))
    assert path == "about.html"
    return parsed(content)


def test_aggregates_are_described_suite_by_suite(toys: Board) -> None:
    text = page(toys).text
    assert "Average Mean over the four tasks. 4 tasks" in text
    assert "Micro Every query counts the same. 4 tasks" in text


def test_what_changed_and_what_was_retracted_is_logged(toys: Board) -> None:
    found = page(toys)
    events = [line.text for line in found.one("ol", class_="events").every("li")]
    assert events[0].startswith("2026-03-09 retracted")
    assert [line.split()[1] for line in events] == [
        "retracted", "reproduced", "submitted", "printed",
    ]  # fmt: skip
    links = [a.attributes["href"] for a in found.one("ol", class_="events").every("a")]
    assert links == ["models/hostile.html", "models/alpha.html", "models/bm25.html",
                     "suites/paper.html"]  # fmt: skip
    assert HOSTILE in found.text


def test_every_task_and_source_is_cited_once(toys: Board) -> None:
    found = page(toys)
    assert [block.text for block in found.every("pre")] == ["@misc{toys, title = {Toys}}"]
    assert found.text.count("A Paper of Toys , Table 4 (2025)") == 1


def test_old_versions_are_listed(toys: Board) -> None:
    row = page(toys).one("table", id="versions").one("tbody").one("tr")
    assert row.text == f"toy/pears 2 {OLD}"


def test_hostile_texts_do_nothing(toys: Board) -> None:
    harmless(page(toys))


def test_submissions_that_could_not_be_read_are_named_with_the_reason(toys: Board) -> None:
    assert "could not be read" not in page(toys).text
    broken = LeftOut(name="broken", why=f"manifest.json is no JSON {HOSTILE}")
    found = page(replace(toys, left_out=(broken,)))
    assert "Submissions that could not be read" in found.one("h2", id="left-out").text
    assert "broken manifest.json is no JSON" in found.text
    assert "#left-out" in [a.attributes["href"] for a in found.every("a")]
    harmless(found)
