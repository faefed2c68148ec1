"""A phone's width: only tables scroll sideways, and their first column stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_no_page_scrolls_sideways(
    visit: Callable[..., Any], keep: Callable[..., None], toy_site: Path, pages: dict[str, str]
) -> None:
    page = visit(toy_site, **PHONE)
    wide = {}
    for kind, path in pages.items():
        page.goto("about:blank")
        page.goto(toy_site.as_uri() + "/" + path)
        page.wait_for_timeout(200)
        keep(page, f"{kind}-phone")
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > 390:
            wide[kind] = width
    assert wide == {}


def test_the_systems_stay_in_view_while_a_table_scrolls(
    visit: Callable[..., Any], large_site: Path
) -> None:
    page = visit(large_site, "suites/starter.html", **PHONE)
    region = page.locator("#summary-table-block .scroll")
    assert region.evaluate("(box) => box.scrollWidth > box.clientWidth + 100")
    heading = page.locator("#summary-table tbody th[scope=row]").first
    cell = page.locator("#summary-table tbody td[data-c=average]").first
    before = cell.bounding_box()["x"]
    region.evaluate("(box) => { box.scrollLeft = 150; }")
    assert cell.bounding_box()["x"] == pytest.approx(before - 150, abs=1)
    box = heading.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390 * 0.75  # the numbers have room beside it


def test_what_is_pressed_is_large_enough(visit: Callable[..., Any], toy_site: Path) -> None:
    # WCAG 2.2, 2.5.8: 24 by 24 CSS pixels for what is no link in a text.
    page = visit(toy_site, "suites/toy.html", **PHONE)
    for button in page.locator("button:visible, select:visible, input[type=search]:visible").all():
        box = button.bounding_box()
        assert box["height"] >= 24
        assert box["width"] >= 24
