"""A suite's table: sorting, searching, facets, and all of it in the address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.board.records import Board, Number

pytestmark = pytest.mark.browser

STARTER, TOY = "suites/starter.html", "suites/toy.html"
SHOWN = 100
"""Rows of a page of the table."""


def names(page: Any, table: str = "summary-table") -> list[str]:
    """What the rows in view are called, top to bottom."""
    links = page.locator(f"#{table} tbody th[scope=row] a")
    return [text.strip() for text in links.all_text_contents()]


def header(page: Any, column: str, table: str = "summary-table") -> Any:
    return page.locator(f"#{table} thead th[data-col='{column}']")


def averages(board: Board) -> dict[str, Number]:
    """Name of a system -> its average on the starter suite; every system has one row."""
    suite = next(suite for suite in board.suites if suite.name == "starter")
    return {row.name: suite.numbers[row.id, "average"]["nDCG@10"] for row in suite.rows}


@pytest.mark.parametrize("way", ["desc", "asc"])
def test_a_click_on_a_header_sorts_by_value(
    visit: Callable[..., Any], large_site: Path, large_board: Board, way: str
) -> None:
    page = visit(large_site, STARTER)
    header(page, "average").click()
    if way == "asc":
        header(page, "average").click()
    values = averages(large_board)
    shown = [values[name].value for name in names(page)]
    every = sorted((number.value for number in values.values()), reverse=way == "desc")
    assert shown == every[:SHOWN]
    sorting = {"desc": "descending", "asc": "ascending"}[way]
    assert header(page, "average").get_attribute("aria-sort") == sorting
    assert f"sort=average%3A{way}" in page.url


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_rows_without_a_number_come_last_whichever_way_a_column_is_sorted(
    visit: Callable[..., Any], toy_site: Path, way: str
) -> None:
    page = visit(toy_site, f"{TOY}#sort=average:{way}")
    assert set(names(page)[-2:]) == {"Gamma", "Delta"}


def test_a_search_leaves_the_rows_that_hold_every_word(
    visit: Callable[..., Any], large_site: Path
) -> None:
    page = visit(large_site, STARTER)
    page.locator("[data-search]").fill("12 system")
    # of 0 to 129: 12, 112, and 120 to 129
    assert sorted(names(page)) == sorted(
        ["System 12", "System 112", *(f"System {i}" for i in range(120, 130))]
    )
    assert page.locator("[data-count]").text_content() == "12 of 130 rows"
    page.locator("[data-search]").fill("no such thing")
    assert names(page) == []
    assert "No row matches" in page.locator("#summary-table tbody").text_content()


def test_facets_narrow_together(
    visit: Callable[..., Any], large_site: Path, large_board: Board
) -> None:
    page = visit(large_site, STARTER)
    page.locator("[data-facet=kind]").select_option("lexical")
    page.locator("[data-facet=level]").select_option("self-reported")
    page.locator("[data-facet=open]").select_option("yes")
    suite = next(suite for suite in large_board.suites if suite.name == "starter")
    wanted = {
        row.name
        for row in suite.rows
        if row.kind == "lexical" and row.level == "self-reported" and row.open_weights
    }
    assert wanted
    assert set(names(page)) == wanted


@pytest.mark.parametrize("facet", ["kind", "size", "open", "instruction", "level", "training"])
def test_every_facet_leaves_some_rows_and_not_others(
    visit: Callable[..., Any], toy_site: Path, facet: str
) -> None:
    page = visit(toy_site, TOY)
    everything = set(names(page))
    options = page.locator(f"[data-facet={facet}] option").all()
    values = [option.get_attribute("value") or option.text_content() for option in options[1:]]
    found = []
    for value in values:
        page.locator(f"[data-facet={facet}]").select_option(value)
        found.append(set(names(page)))
        assert found[-1]
    assert len(found) > 1
    assert set.union(*found) == everything


def test_the_address_holds_the_whole_view(visit: Callable[..., Any], large_site: Path) -> None:
    page = visit(large_site, STARTER)
    page.locator("[data-search]").fill("system 1")
    page.locator("[data-facet=kind]").select_option("reranker")
    header(page, "average").click()
    header(page, "average").click()
    seen = names(page)
    assert seen
    page.reload()
    assert names(page) == seen
    assert page.locator("[data-search]").input_value() == "system 1"
    assert page.locator("[data-facet=kind]").input_value() == "reranker"
    assert header(page, "average").get_attribute("aria-sort") == "ascending"
    other = visit(large_site, page.url.partition("/site/")[2])
    assert names(other) == seen


def test_an_address_that_is_typed_in_is_followed(
    visit: Callable[..., Any], large_site: Path
) -> None:
    page = visit(large_site, STARTER)
    page.evaluate("location.hash = '#q=system+77'")
    page.locator("[data-count]", has_text="1 of 130").wait_for()
    assert names(page) == ["System 77"]


def test_back_and_forward_go_through_the_views(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, f"{TOY}#q=alpha")
    selected = page.locator("[role=tab][aria-selected=true]")
    page.get_by_role("tab", name="Per task").click()
    page.get_by_role("tab", name="Per category").click()
    assert selected.text_content() == "Per category"
    page.go_back()
    assert selected.text_content() == "Per task"
    page.go_back()
    assert selected.text_content() == "Summary"
    assert names(page) == ["Alpha", "Alpha"]
    page.go_forward()
    assert selected.text_content() == "Per task"


def test_reset_brings_every_row_back(visit: Callable[..., Any], large_site: Path) -> None:
    page = visit(large_site, f"{STARTER}#q=77&kind=reranker&sort=average:asc")
    page.locator("[data-reset]").click()
    assert page.locator("[data-count]").text_content() == "130 rows"
    assert page.url.endswith(STARTER)


def test_a_long_table_has_pages_and_can_be_shown_whole(
    visit: Callable[..., Any], large_site: Path
) -> None:
    page = visit(large_site, STARTER)
    pager = page.get_by_role("navigation", name="Pages of the table Starter: systems by Average")
    first = names(page)
    assert len(first) == SHOWN
    pager.get_by_role("button", name="Next").click()
    assert len(names(page)) == 30
    assert not set(first) & set(names(page))
    pager.get_by_role("button", name="Show all").click()
    assert len(names(page)) == 130


def test_another_measure_shows_its_numbers(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, TOY)
    cell = page.locator("tr[data-row=bm25] td[data-c=average] .v")
    assert cell.text_content() == "40.00"
    page.locator("[data-measure]").select_option("R@10")
    page.locator("caption", has_text="R@10").first.wait_for()
    assert cell.text_content() == "20.00"
    page.reload()
    page.locator("caption", has_text="R@10").first.wait_for()
    assert cell.text_content() == "20.00"


def test_a_hidden_column_stays_hidden_for_whoever_gets_the_link(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, TOY)
    page.locator("[data-columns] summary").click()
    page.get_by_role("checkbox", name="Micro").uncheck()
    assert header(page, "micro").count() == 0
    page.reload()
    assert header(page, "micro").count() == 0
    assert header(page, "average").count() == 1


def test_every_number_opens_what_it_is_about_and_the_command(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, f"{TOY}#tab=per-task")
    page.locator("#heat-table tr[data-row=bm25] [data-c='toy/cars']").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_text("60.00", exact=True).wait_for()
    assert "50.00 to 70.00" in dialog.text_content()
    assert dialog.locator("code", has_text="assay run bm25 toy/cars").is_visible()


def test_the_heat_table_is_searched_and_sorted_like_the_summary(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, f"{TOY}#tab=per-task")
    header(page, "toy/apples", "heat-table").click()
    # 1.00, 0.85, 0.70, 0.65, 0.50, 0.40, 0.20
    assert names(page, "heat-table")[:6] == ["Oracle", "Delta", "Alpha", "Alpha", "Gamma", "BM25"]
    page.locator("[data-search]").fill("alpha")
    assert names(page, "heat-table") == ["Alpha", "Alpha"]


def test_the_search_of_the_home_page_leads_to_systems_tasks_and_suites(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site)
    for text, target in (
        ("bm25", "models/bm25.html"),
        ("apples", "tasks/toy--apples.html"),
        ("printed bench", "suites/paper.html"),
    ):
        page.locator("#find").fill(text)
        page.locator("#found li").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{target}")
        page.go_back()
