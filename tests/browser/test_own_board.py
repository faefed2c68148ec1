"""The board's own content: printed tables and what was submitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.board.assembly import assemble
from leaderboard.site import build

pytestmark = pytest.mark.browser


LOOKED_INTO = {"toolret", "bfcl-v4", "reproduction"}
"""Pages of every kind of content that are held to axe-core too, which takes long on all."""


def test_every_suite_is_quiet_accessible_and_no_wider_than_a_phone(
    visit: Callable[..., Any], violations: Callable[..., list[str]], tmp_path: Path
) -> None:
    build(assemble(), tmp_path / "site")
    pages = sorted((tmp_path / "site" / "suites").glob("*.html"))
    assert {path.stem for path in pages} > LOOKED_INTO - {"reproduction"}
    page = visit(tmp_path / "site", viewport={"width": 390, "height": 844})
    faults = {}
    for path in [*pages, tmp_path / "site" / "reproduction.html"]:
        page.goto(path.as_uri())
        page.locator("main table, main p").first.wait_for()
        wide = page.evaluate("document.scrollingElement.scrollWidth") > 390
        found = violations(page) if path.stem in LOOKED_INTO else []
        if found or wide:
            faults[path.stem] = found + ["wider than a phone"] * wide
    assert faults == {}
