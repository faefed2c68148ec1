"""Light and dark: the reader's system decides until a button is pressed; nothing flashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AT_FIRST = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  window.atFirst = document.documentElement.dataset.theme ?? 'system';
  observer.disconnect();
}).observe(document, {childList: true, subtree: true});
"""
"""Notes the theme when the body begins: nothing can have been painted before."""


def brightness(page: Any) -> float:
    """Of the page's background as it is seen, 0 to 255."""
    text = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(float(part) for part in text[text.index("(") + 1 : -1].split(",")[:3]) / 3


def test_the_system_decides_until_a_button_is_pressed(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    light = visit(toy_site, color_scheme="light")
    dark = visit(toy_site, color_scheme="dark")
    assert brightness(light) > 200
    assert brightness(dark) < 60
    button = light.locator("[data-theme-toggle]")
    button.click()
    assert "light" in button.text_content()
    button.click()
    assert "dark" in button.text_content()
    assert brightness(light) < 60
    button.click()
    assert "system" in button.text_content()
    assert brightness(light) > 200


def test_the_choice_stays_and_is_there_before_the_first_paint(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    page = visit(toy_site, color_scheme="light")
    page.add_init_script(AT_FIRST)
    page.reload()
    assert page.evaluate("window.atFirst") == "system"
    for _ in range(2):
        page.locator("[data-theme-toggle]").click()
    for path in ("index.html", "suites/toy.html"):
        page.goto(toy_site.as_uri() + "/" + path)
        assert page.evaluate("window.atFirst") == "dark"
        assert brightness(page) < 60


def test_less_motion_is_respected(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, "suites/toy.html", reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((element) => {"
        "const style = getComputedStyle(element);"
        "return [style.transitionDuration, style.animationDuration]"
        ".some((text) => text.split(',').some((part) => parseFloat(part) > 0.01));"
        "}).length"
    )
    assert moving == 0
