"""Names and texts of any length and direction stay inside their place on a phone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from leaderboard.board.records import Board
from leaderboard.site.rendering import Renderer

ASSETS = Path(import_module("leaderboard.site").__file__ or "").parent / "assets"
LONG = "\N{RIGHT-TO-LEFT OVERRIDE}" + "W" * 10_000
PAGES = ("task", "model", "compare", "reproduction", "instructions", "about")
OPENED = (
    "tasks/toy--apples.html",
    "models/alpha.html",
    "compare.html#rows=alpha--with-instruction,bm25&task=toy%2Fapples&query=0",
    "reproduction.html",
    "instructions.html",
    "about.html",
)


@pytest.fixture
def folder(toys: Board, tmp_path: Path) -> Path:
    apples = toys.tasks["toy/apples"]
    assert apples.card is not None
    card = replace(
        apples.card,
        **dict.fromkeys(("title", "description", "licence", "domain", "citation"), LONG),
        defects=(LONG,),
    )
    queries = apples.queries[""].model_copy(update={"ids": [LONG] * 4, "texts": [LONG] * 4})
    rows = {name: replace(row, name=LONG) for name, row in toys.rows.items()}
    board = replace(
        toys,
        rows=rows,
        tasks={
            "toy/apples": replace(
                apples,
                card=card,
                queries={"": queries},
                rows=tuple(rows[row.id] for row in apples.rows),
                commands=dict.fromkeys(apples.commands, LONG),
            )
        },
        suites=tuple(replace(s, title=LONG, description=LONG) for s in toys.suites),
        systems={n: replace(s, name=LONG, expression=LONG) for n, s in toys.systems.items()},
        claims=tuple(replace(c, what=LONG, why=LONG, command=LONG) for c in toys.claims),
        effects=tuple(replace(e, name=LONG) for e in toys.effects),
        savvy=tuple(replace(s, points=((LONG, 0.1, 0.2), (LONG, 0.3, 0.1))) for s in toys.savvy),
        events=tuple(replace(e, subject=LONG, text=LONG) for e in toys.events),
    )
    shutil.copytree(ASSETS, tmp_path / "assets")
    for name in PAGES:
        module = import_module(f"leaderboard.site.pages.{name}")
        for path, content in module.pages(board, Renderer(board)):
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return tmp_path


@pytest.mark.browser
def test_no_page_grows_wider_than_a_phone(folder: Path, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    wide = {}
    for path in OPENED:
        page.goto(f"{folder.as_uri()}/{path}")
        page.wait_for_timeout(300)
        wide[path] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    context.close()
    assert wide == dict.fromkeys(OPENED, 0)
