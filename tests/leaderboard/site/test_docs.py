"""The documentation's pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from parsed_page import parsed

from leaderboard.board.records import Board
from leaderboard.site.pages import docs, submit
from leaderboard.site.rendering import Renderer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("# Read me\n")
    (tmp_path / "beta.md").write_text("# Beta\n\nSee [alpha](alpha.md#two).\n")
    (tmp_path / "alpha.md").write_text("# Alpha\n\n## One\n\n## Two\n\n[s](x.schema.json)\n")
    (tmp_path / "x.schema.json").write_text("{}")
    return tmp_path


def test_every_document_has_a_page_and_the_readme_none(toys: Board, folder: Path) -> None:
    found = dict(docs.pages(toys, Renderer(toys, docs=folder)))
    assert list(found) == [
        "docs/index.html",
        "docs/alpha.html",
        "docs/beta.html",
        "docs/x.schema.json",
    ]
    assert found["docs/x.schema.json"] == b"{}"


def test_the_index_links_to_every_document_by_its_title(toys: Board, folder: Path) -> None:
    page = parsed(dict(docs.pages(toys, Renderer(toys, docs=folder)))["docs/index.html"])
    links = [(a.text, a.attributes["href"]) for a in page.one("ul", class_="doc-index").every("a")]
    assert links == [("Alpha", "../docs/alpha.html"), ("Beta", "../docs/beta.html")]


def test_a_document_lists_its_headings_and_links_to_others(toys: Board, folder: Path) -> None:
    found = dict(docs.pages(toys, Renderer(toys, docs=folder)))
    alpha, beta = parsed(found["docs/alpha.html"]), parsed(found["docs/beta.html"])
    contents = alpha.one("nav", class_="contents")
    assert [a.attributes["href"] for a in contents.every("a")] == ["#one", "#two"]
    assert [a.attributes["href"] for a in beta.one("article").every("a")] == ["alpha.html#two"]
    assert len(list(beta.every("h1"))) == 1


def test_a_board_without_documentation_has_no_such_pages(toys: Board) -> None:
    assert list(docs.pages(toys, Renderer(toys))) == []


def test_the_submit_page_is_the_guide_where_there_is_one(toys: Board, folder: Path) -> None:
    (folder / "submit.md").write_text("# Hand it in\n\nFirst [alpha](alpha.md).\n")
    ((path, content),) = submit.pages(toys, Renderer(toys, docs=folder))
    page = parsed(content)
    assert path == "submit.html"
    assert page.one("h1").text == "Hand it in"
    assert [a.attributes["href"] for a in page.one("article").every("a")] == ["docs/alpha.html"]
