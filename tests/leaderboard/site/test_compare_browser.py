"""The compare page in a browser, opened from a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leaderboard.board.records import Board, PerQuery
from leaderboard.checked import encoded
from leaderboard.site.pages import compare
from leaderboard.site.rendering import Renderer

ASSETS = Path(compare.__file__).parents[1] / "assets"


@pytest.fixture
def site(toys: Board, tmp_path: Path) -> str:
    """The page as files in a folder. A task of 60 queries lets two systems be told apart."""
    many = np.linspace(0, 0.5, 60)
    queries = toys.tasks["toy/cars"].queries[""].model_copy(
        update={"ids": [f"q{i}" for i in range(60)], "splits": ["test"] * 60,
                "clusters": list(range(60)), "weights": [1.0] * 60}
    )  # fmt: skip
    cars = replace(toys.tasks["toy/cars"], queries={"": queries})
    per_query = {
        row: tuple(
            PerQuery(row, known.task, known.queries, encoded(many + 0.3 * (row == "bm25")))
            if known.task == "toy/cars"
            else known
            for known in tasks
        )
        for row, tasks in toys.per_query.items()
    }
    board = replace(toys, tasks={**toys.tasks, "toy/cars": cars}, per_query=per_query)
    shutil.copytree(ASSETS, tmp_path / "assets")
    for path, content in compare.pages(board, Renderer(board)):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return (tmp_path / "compare.html").as_uri()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    found = context.new_page()
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.on("console", lambda m: m.type == "error" and problems.append(m.text))
    yield found
    context.close()
    assert problems == []


@pytest.mark.browser
def test_two_systems_are_chosen_by_keyboard_and_compared(page: Any, site: str) -> None:
    page.goto(site)
    box = page.get_by_role("combobox", name="Add a system")
    for wanted in ("bm25", "alpha without"):
        box.fill(wanted)
        box.press("Enter")
    page.get_by_text("4 shared tasks.").wait_for()
    assert "rows=bm25%2Calpha--without-instruction" in page.url
    cars = page.get_by_role("row").filter(has_text="toy/cars")
    assert "worse" in cars.inner_text()
    assert "0 won, 0 tied, 60 lost" in cars.inner_text()
    assert "−30.00" in cars.inner_text()
    apples = page.get_by_role("row").filter(has_text="toy/apples")
    assert "+25.00" in apples.inner_text()  # 0.65 - 0.40
    assert "not told apart" in apples.inner_text()
    assert "better on 0, worse on 1, not told apart on 3" in page.locator(".overall").inner_text()


@pytest.mark.browser
def test_a_permanent_link_opens_a_task_and_a_query(page: Any, site: str) -> None:
    page.goto(f"{site}#rows=bm25,alpha--with-instruction&task=toy%2Fapples&query=0")
    answers = page.get_by_role("heading", name="Query q1")
    answers.wait_for()
    assert page.locator(".answers .found li").count() == 4  # two documents each
    assert "A red apple." in page.locator(".answers").inner_text()
    page.get_by_role("button", name="q2", exact=True).click()
    page.get_by_role("heading", name="Query q2").wait_for()
    assert "query=1" in page.url
    page.go_back()
    answers.wait_for()


@pytest.mark.browser
def test_a_printed_row_says_why_it_has_no_interval(page: Any, site: str) -> None:
    page.goto(f"{site}#rows=alpha--as-printed,paper-model")
    page.get_by_text("2 shared tasks.").wait_for()
    assert "+1.00" in page.get_by_role("row").filter(has_text="paper/maps").inner_text()
    assert "only means are known" in page.locator("table.compare").inner_text()
    assert "Without an interval" in page.locator(".overall").inner_text()


@pytest.mark.browser
def test_hostile_texts_do_nothing_in_the_browser(page: Any, site: str) -> None:
    page.goto(f"{site}#rows=bm25,hostile&task=toy%2Fapples&query=3")
    page.get_by_role("heading", name="Query <script>").wait_for()
    assert page.evaluate("window.__owned") is None
    assert page.locator("main img, main iframe").count() == 0
