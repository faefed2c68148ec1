"""A real Chromium on two built sites: the board written out by hand, and one of 130 systems.

Every page that a test opens is watched: an error or a warning on the console, a request beyond the
site, or a dialog fails the test, whatever else it looks at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from board_toys import toy_board, write_board

from leaderboard.board.assembly import assemble
from leaderboard.board.records import Board
from leaderboard.site import build
from leaderboard.site.serving import server

ARTEFACTS = Path("test-artefacts")

PAGES = {
    "home": "index.html",
    "suite": "suites/toy.html",
    "suite-per-task": "suites/toy.html#tab=per-task",
    "suite-per-category": "suites/toy.html#tab=per-category",
    "suite-plots": "suites/toy.html#tab=plots",
    "suite-printed": "suites/paper.html",
    "task": "tasks/toy--apples.html",
    "task-hostile": "tasks/toy--trains.html",
    "task-printed": "tasks/paper--maps.html",
    "model": "models/alpha.html",
    "model-hostile": "models/hostile.html",
    "model-printed": "models/paper-model.html",
    "compare": "compare.html",
    "compare-chosen": "compare.html#rows=bm25,alpha--with-instruction,hostile&task=toy%2Fapples"
    "&query=3",
    "reproduction": "reproduction.html",
    "instructions": "instructions.html",
    "submit": "submit.html",
    "about": "about.html",
    "docs": "docs/index.html",
    "docs-page": "docs/evaluate.html",
    "missing": "404.html",
}
"""Every kind of page that the toy site has."""

Open = Callable[..., Any]


@dataclass
class Watch:
    """What a page did that no page may do."""

    site: str
    faults: list[str] = field(default_factory=list)

    def follow(self, page: Any) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # the test went on to another page
            self.faults.append(f"failed: {request.url}: {request.failure}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.faults.append(f"beyond the site: {request.url}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `kind` runs for every kind of page."""
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", PAGES)


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Kind -> where the page is."""
    return PAGES


@pytest.fixture
def path(kind: str) -> str:
    """Where the page of a kind is."""
    return PAGES[kind]


@pytest.fixture(scope="session")
def toy_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven systems of every kind, one of them hostile, and pages of documentation."""
    folder = tmp_path_factory.mktemp("toy")
    build(toy_board(), folder / "site", docs=Path(__file__).parents[2] / "docs")
    return folder / "site"


@pytest.fixture(scope="session")
def large_board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """130 systems, more than a page of a table holds, on the starter suite."""
    folder = tmp_path_factory.mktemp("large")
    return assemble(write_board(folder, systems=130, suite="starter", queries=20), printed=False)


@pytest.fixture(scope="session")
def large_site(tmp_path_factory: pytest.TempPathFactory, large_board: Board) -> Path:
    """The site of `large_board`."""
    folder = tmp_path_factory.mktemp("large-site")
    build(large_board, folder / "site")
    return folder / "site"


@pytest.fixture(scope="session")
def served(toy_site: Path) -> Iterator[str]:
    """The address of the toy site over HTTP."""
    with server(toy_site, 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@pytest.fixture
def visit(browser: Any) -> Iterator[Open]:
    """Opens a page of a site (a folder or an address) in a fresh profile, watched."""
    contexts, watches = [], []

    def opened(site: Path | str, path: str = "index.html", **options: Any) -> Any:
        root = site.as_uri() + "/" if isinstance(site, Path) else site
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        context.set_default_timeout(30_000)  # of a machine that does other things too
        page = context.new_page()
        watch = Watch(root)
        watches.append(watch)
        watch.follow(page)
        page.goto(root + path)
        return page

    yield opened
    owned = [
        page.url
        for context in contexts
        for page in context.pages
        if page.evaluate("window.__owned !== undefined")
    ]
    for context in contexts:
        context.close()
    assert [fault for watch in watches for fault in watch.faults] == []
    assert owned == []


@pytest.fixture
def keep() -> Callable[[Any, str], None]:
    """Keeps a screenshot of a page as an artefact of the run."""

    def kept(page: Any, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    return kept


@pytest.fixture(scope="session")
def violations() -> Callable[[Any], list[str]]:
    """What axe-core finds on a page, with where and why; it loads nothing itself."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")

    def found(page: Any) -> list[str]:
        report = axe.Axe().run(page, options={"preload": False}).response
        return [
            f"{rule['id']} at {node['target']}: {node['failureSummary']}"
            for rule in report["violations"]
            for node in rule["nodes"]
        ]

    return found
