"""The compare page: choosing rows, differences with intervals, queries, and what was found."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from board_toys import HOSTILE

pytestmark = pytest.mark.browser

PAIR = "compare.html#rows=bm25,alpha--with-instruction"


def line(page: Any, task: str) -> Any:
    """The row of a task once its difference was tested."""
    found = page.locator("[data-result] tr", has=page.get_by_role("button", name=task))
    found.locator(".verdict").first.wait_for()
    return found


def test_rows_are_chosen_on_a_suite_and_compared(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, "suites/toy.html")
    page.get_by_role("checkbox", name="Compare BM25").check()
    assert page.get_by_text("Choose another row").is_visible()
    page.get_by_role("checkbox", name="Compare Delta").check()
    page.get_by_role("link", name="Compare", exact=True).last.click()
    page.wait_for_url("**/compare.html#rows=bm25,delta")
    line(page, "toy/apples")


def test_the_difference_has_an_interval_wins_and_losses(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, PAIR)
    text = line(page, "toy/apples").text_content()
    # Apples: 0.4 0.4 0.6 0.2 against 0.9 0.7 0.8 0.4, so +0.5 +0.3 +0.2 +0.2; mean 0.3.
    # The last two share a text and are drawn together: no resample lies outside 0.2 to 0.5.
    assert "+30.00" in text
    low, high = map(float, re.search(r"\+(\d+\.\d) to \+(\d+\.\d)", text).groups())  # type: ignore[union-attr]
    assert 20 <= low < 30 < high <= 50
    assert "4 won, 0 tied, 0 lost" in text
    # Cars: 1.0 0.6 0.6 0.2 against 1.0 0.6 0.2 0.2
    assert "0 won, 3 tied, 1 lost" in line(page, "toy/cars").text_content()


def test_every_number_of_queries_that_are_few_is_not_told_apart(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    # Three clusters have 8 sign patterns: no two-sided p below 2/8 is possible.
    page = visit(toy_site, PAIR)
    assert "not told apart" in line(page, "toy/apples").text_content()


def test_systems_are_added_by_typing_and_removed(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, "compare.html")
    field = page.get_by_role("combobox", name="Add a system")
    for text in ("bm25", "delta"):
        field.fill(text)
        page.locator("#choose-options [role=option]").first.wait_for()
        field.press("ArrowDown")
        field.press("Enter")
    page.wait_for_url("**/compare.html#rows=bm25%2Cdelta")
    line(page, "toy/apples")
    page.get_by_role("button", name="Make baseline: Delta").click()
    page.wait_for_url("**/compare.html#rows=delta%2Cbm25")
    assert "−45.00" in line(page, "toy/apples").text_content()  # 0.40 minus 0.85
    page.get_by_role("button", name="Remove: BM25").click()
    page.get_by_text("Choose another system to compare.").wait_for()
    page.go_back()
    assert "−45.00" in line(page, "toy/apples").text_content()


def test_rows_without_values_of_the_same_queries_say_why(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, "compare.html#rows=bm25,gamma")
    page.get_by_text(re.compile("no task|no values")).first.wait_for()


def test_a_task_opens_query_by_query_and_a_query_opens_what_was_found(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, f"{PAIR},hostile")
    line(page, "toy/apples").get_by_role("button", name="toy/apples").click()
    page.get_by_role("heading", name="Query by query").wait_for()
    queries = page.get_by_role("table", name="Queries, the largest difference first")
    assert queries.locator("tbody th button").first.text_content() == "q1"  # 0.4 and 0.9
    queries.get_by_role("button", name="q1").click()
    answers = page.locator(".answers")
    answers.wait_for()
    assert answers.locator("blockquote").text_content() == "red"
    assert answers.get_by_text("A red apple.").count() == 3
    assert answers.get_by_text("relevant (1)").count() == 3
    queries.get_by_role("button", name=HOSTILE[:20]).click()
    answers.locator("blockquote", has_text="<script>").wait_for()
    assert answers.locator("blockquote").text_content() == HOSTILE
    assert page.locator("main script, main img").count() == 0


def test_texts_stay_away_where_the_licence_does_not_allow_them(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, f"{PAIR}&task=toy%2Fcars&query=0")
    page.locator(".answers").wait_for()
    assert "licence does not allow" in page.locator(".answers").text_content()
    assert "A red apple." not in page.locator("main").text_content()


def test_the_address_holds_the_comparison(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, f"{PAIR}&task=toy%2Fapples&query=0")
    page.locator(".answers blockquote", has_text="red").wait_for()
    page.reload()
    page.locator(".answers blockquote", has_text="red").wait_for()
    assert "+30.00" in line(page, "toy/apples").text_content()


def test_the_same_choice_gives_the_same_numbers(visit: Callable[..., Any], toy_site: Path) -> None:
    texts = []
    for _ in range(2):
        page = visit(toy_site, PAIR)
        page.get_by_text("4 shared tasks.").wait_for()
        texts.append(page.locator("[data-result]").text_content())
    assert texts[0] == texts[1]
