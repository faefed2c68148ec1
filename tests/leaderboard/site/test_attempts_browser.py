"""What agents answered, side by side in a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from attempted import QUESTIONS, make_attempts

from leaderboard.board.assembly import assemble
from leaderboard.checks import check, record
from leaderboard.site import build


@pytest.mark.browser
def test_answers_are_shown_as_the_texts_that_they_are(browser: Any, tmp_path: Path) -> None:
    for name, first in (("even", 0), ("odd", 1)):
        made = make_attempts(tmp_path / name / name, (QUESTIONS,), first=first)
        record(check(shutil.copytree(made, tmp_path / "board" / name)))
    build(assemble(tmp_path / "board", printed=False), tmp_path / "site")
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))

    site = (tmp_path / "site" / "compare.html").as_uri()
    page.goto(f"{site}#rows=even,odd&task=starter-qa%2Fhops-2&query=1")
    page.get_by_role("heading", name="Query hops-2-02").wait_for()
    even, odd = page.locator(".answers .answer").all()
    assert "calls: search, search" in even.inner_text()
    assert "answer: <script>alert(1)</script>" in odd.inner_text()
    compared = page.get_by_role("row").filter(has_text=QUESTIONS).first.inner_text()
    assert "20 won, 0 tied, 20 lost" in compared  # 20 of 40 each, never the same
    assert problems == []
    context.close()
