"""What holds on every page: it says what it is, keeps quiet, and is accessible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SETTLED = 300
"""Milliseconds in which a page has loaded what it loads by itself."""


def test_axe_finds_no_violation_in_light_and_dark(
    visit: Callable[..., Any],
    keep: Callable[..., None],
    violations: Callable[..., list[str]],
    toy_site: Path,
    kind: str,
    path: str,
) -> None:
    page = visit(toy_site, path, reduced_motion="reduce")  # no colour is half way to another
    page.wait_for_timeout(SETTLED)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("Assay")
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        keep(page, f"{kind}-{scheme}")
        found[scheme] = violations(page)
    assert found == {"light": [], "dark": []}


def test_axe_finds_no_violation_in_the_details_of_a_number(
    visit: Callable[..., Any],
    keep: Callable[..., None],
    violations: Callable[..., list[str]],
    toy_site: Path,
) -> None:
    page = visit(toy_site, "suites/toy.html")
    page.locator("tr[data-row=bm25] [data-c=average]").click()
    page.locator("dialog[open] dl").first.wait_for()
    keep(page, "suite-details")
    assert violations(page) == []


def test_pages_are_quiet_over_http_too(
    visit: Callable[..., Any], served: str, pages: dict[str, str]
) -> None:
    page = visit(served)
    for path in pages.values():
        page.goto("about:blank")
        page.goto(served + path)
        page.wait_for_timeout(SETTLED)
        assert page.locator("h1").count() == 1
