"""Everything can be reached and used with keys, and the focus is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement"


def focused(page: Any, selector: str) -> bool:
    """Whether what has the focus is what a selector names."""
    return page.evaluate(f"(selector) => {FOCUSED}.matches(selector)", selector)


def tab_to(page: Any, selector: str, most: int = 60) -> int:
    """Presses Tab until what a selector names has the focus; how often that was."""
    for presses in range(1, most + 1):
        page.keyboard.press("Tab")
        if focused(page, selector):
            return presses
    raise AssertionError(f"Tab does not reach {selector}")


def test_the_first_key_offers_to_skip_to_the_content(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, "suites/toy.html")
    page.keyboard.press("Tab")
    assert focused(page, "a.skip")
    assert page.locator("a.skip").bounding_box()["y"] >= 0  # it is seen once it has the focus
    page.keyboard.press("Enter")
    assert focused(page, "main")


@pytest.mark.parametrize("path", ["suites/toy.html", "compare.html", "tasks/toy--apples.html"])
def test_the_focus_is_always_seen(visit: Callable[..., Any], toy_site: Path, path: str) -> None:
    page = visit(toy_site, path)
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page, "body"):
            break
        seen = page.evaluate(
            f"(() => {{ const style = getComputedStyle({FOCUSED});"
            "return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1"
            " || style.boxShadow !== 'none'; })()"
        )
        if not seen:
            unseen.append(page.evaluate(f"{FOCUSED}.outerHTML.slice(0, 80)"))
    assert unseen == []


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_header_sorts_by_key(visit: Callable[..., Any], toy_site: Path, key: str) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page = visit(toy_site, "suites/toy.html")
    tab_to(page, "th[data-col=average] *, th[data-col=average]")
    header = page.locator("#summary-table th[data-col=average]")
    for order in ("descending", "ascending"):
        page.keyboard.press(key)
        expect(header).to_have_attribute("aria-sort", order)  # waits, on a busy machine


def test_arrows_move_between_numbers_enter_opens_one_and_escape_closes_it(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, "suites/toy.html")
    tab_to(page, "#summary-table tbody [data-c]")
    start = page.evaluate(f"{FOCUSED}.closest('tr').dataset.row")
    page.keyboard.press("ArrowDown")
    below = page.evaluate(f"{FOCUSED}.closest('tr').dataset.row")
    assert below != start
    column = page.evaluate(f"{FOCUSED}.dataset.c")
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    dialog.locator("dl").first.wait_for()
    assert page.evaluate(f"!!{FOCUSED}.closest('dialog')")
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    assert focused(page, f"tr[data-row='{below}'] [data-c='{column}']")


def test_tabs_are_changed_with_arrows(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, "suites/toy.html")
    tab_to(page, "[role=tab]")
    page.keyboard.press("ArrowRight")
    assert page.locator("[role=tab][aria-selected=true]").text_content() == "Per task"
    assert focused(page, "[role=tab][aria-selected=true]")
    assert page.locator("#heat-table").is_visible()


def test_a_search_field_lists_moves_and_closes(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site)
    tab_to(page, "#find")
    page.keyboard.type("toy")
    page.locator("#found li").first.wait_for()
    page.keyboard.press("ArrowDown")
    active = page.locator("#find").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden()
    assert page.locator("#find").get_attribute("aria-expanded") == "false"


def test_a_table_that_scrolls_can_be_scrolled_with_keys(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, "suites/toy.html", viewport={"width": 700, "height": 700})
    region = page.locator("#summary-table-block .scroll")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert region.evaluate("(box) => box.scrollLeft") > 0
