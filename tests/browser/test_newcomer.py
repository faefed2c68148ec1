"""A newcomer's path, as docs/submit.md tells it: run, submit, check, build, and find the row."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.loading.catalogue import load_suite
from harness.store.results import find_results

pytestmark = pytest.mark.browser

GUIDE = Path(__file__).parents[2] / "docs" / "submit.md"
SUITE, NAME = "starter-tools", "My BM25"


def blocks(language: str) -> list[str]:
    """Code of the guide, but for what is about agents, and up to where it turns to checkpoints."""
    sections = re.split(r"^## ", GUIDE.read_text(), flags=re.M)
    titles = [section.partition("\n")[0] for section in sections]
    path = sections[: titles.index("A checkpoint of your own")]
    path.pop(titles.index("Agents and question answering"))
    return re.findall(rf"^```{language}\n(.*?)^```", "".join(path), re.M | re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every command of the guide was run in its order."""
    folder = tmp_path_factory.mktemp("newcomer")
    (card,) = blocks("yaml")
    (folder / "model.yaml").write_text(card)
    programs = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "ASSAY_DATA": ""}
    for command in "".join(blocks("sh")).splitlines():
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return folder


def test_the_row_is_on_the_board_with_the_number_of_the_run(
    visit: Callable[..., Any], keep: Callable[..., None], folder: Path
) -> None:
    results = [found.result() for found in find_results(folder / "results")]
    mains = {result.task: result.main for result in results if result}
    average = load_suite(SUITE).aggregate(
        {task: main.value for task, main in mains.items()},
        {task: main.n for task, main in mains.items()},
    )["average"]
    assert average

    page = visit(folder / "site")
    page.get_by_role("link", name=load_suite(SUITE).title, exact=True).click()
    row = page.get_by_role("row", name=NAME)
    keep(page, "newcomer")
    assert row.locator("[data-c=average] .v").text_content() == f"{average * 100:.2f}"
    assert row.get_by_text("re-scored").is_visible()

    row.get_by_role("link", name=NAME).click()
    page.get_by_role("heading", name=NAME, level=1).wait_for()
    assert page.get_by_text("Ada Example").is_visible()


def test_its_number_tells_how_to_get_it_again(visit: Callable[..., Any], folder: Path) -> None:
    page = visit(folder / "site", f"suites/{SUITE}.html#tab=per-task")
    page.locator("#heat-table [data-c='starter-tools/films']").first.click()
    command = page.locator("dialog[open] code").first
    command.wait_for()
    assert command.text_content().startswith("assay run -m bm25 -t starter-tools/films")
