"""JavaScript off: the main tables are complete, and nothing offers what cannot work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_the_whole_table_is_there(
    visit: Callable[..., Any], keep: Callable[..., None], large_site: Path
) -> None:
    page = visit(large_site, "suites/starter.html", java_script_enabled=False)
    rows = page.locator("#summary-table tbody tr")
    assert rows.count() == 130
    assert rows.last.is_visible()
    assert page.locator("#summary-table td:has(.level.rescored)").count() == 104  # four in five
    assert page.locator("#summary-table caption").text_content().startswith("Starter: systems by")
    keep(page, "suite-without-script")


def test_marks_and_levels_are_words(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, "suites/toy.html", java_script_enabled=False)
    text = page.locator("#summary-table").inner_text()
    for word in ("reproduced", "re-scored", "self-reported", "60.00", "50.0–70.0", "BM25"):
        assert word in text


def test_what_needs_javascript_is_not_offered_and_the_rest_is_said(
    visit: Callable[..., Any], toy_site: Path, pages: dict[str, str]
) -> None:
    page = visit(toy_site, java_script_enabled=False)
    for path in pages.values():
        page.goto(toy_site.as_uri() + "/" + path)
        assert page.locator("h1").is_visible()
        assert page.locator(".needs-js:visible").count() == 0
        assert page.locator("main button:visible").count() == 0
    page.goto(toy_site.as_uri() + "/compare.html")
    assert page.get_by_text("Comparing needs JavaScript").is_visible()
