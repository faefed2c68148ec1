"""On paper: the table whole, on white, without what only a screen needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_paper_has_the_content_and_not_the_controls(
    visit: Callable[..., Any], keep: Callable[..., None], toy_site: Path
) -> None:
    page = visit(toy_site, "suites/toy.html", color_scheme="dark")
    page.emulate_media(media="print")
    keep(page, "suite-print")
    assert page.locator("#summary-table").is_visible()
    for selector in ("header nav", "[data-theme-toggle]", ".facets", ".downloads", "a.skip"):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    colour = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert colour == "light"
    assert page.locator(".scroll").first.evaluate("(box) => getComputedStyle(box).overflowX") == (
        "visible"
    )


def test_every_row_that_the_filters_leave_is_printed(
    visit: Callable[..., Any], large_site: Path
) -> None:
    page = visit(large_site, "suites/starter.html")
    rows = page.locator("#summary-table tbody tr")
    assert rows.count() == 100
    page.pdf()
    assert rows.count() == 130
