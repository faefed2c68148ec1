"""Templates to pages."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError
from parsed_page import Element, harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site.rendering import TABLES, Renderer, policy


@pytest.fixture
def page(toys: Board) -> Element:
    return parsed(Renderer(toys).page("deep/down/submit.html", "submit.html.j2", document=None)[1])


def test_links_of_a_page_lead_from_where_it_lies(page: Element) -> None:
    targets = [link.attributes["href"] for link in page.every("a")]
    assert "../../about.html" in targets
    sheets = [sheet.attributes["href"] for sheet in page.every("link", rel="stylesheet")]
    assert "../../assets/assay.css" in sheets
    harmless(page)


def test_a_page_has_landmarks_a_heading_and_a_way_past_the_navigation(page: Element) -> None:
    assert page.one("html").attributes["lang"] == "en"
    assert [tag for tag in ("header", "main", "footer") if len(list(page.every(tag))) == 1] == [
        "header",
        "main",
        "footer",
    ]
    assert len(list(page.every("h1"))) == 1
    skip = next(page.every("a"))
    assert skip.attributes["href"] == f"#{page.one('main').attributes['id']}"


def test_only_the_script_of_the_theme_may_stand_inside_a_page(page: Element) -> None:
    inline = [s for s in page.every("script") if "src" not in s.attributes]
    (script,) = inline
    digest = base64.b64encode(hashlib.sha256(str(script.children[0]).encode()).digest()).decode()
    allowed = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert allowed == policy()
    assert re.findall(r"script-src ([^;]*)", allowed) == [f"'self' 'sha256-{digest}'"]
    assert "default-src 'none'" in allowed
    assert "unsafe" not in allowed


def test_documentation_is_only_linked_where_it_is_built(toys: Board, tmp_path: object) -> None:
    with_docs = parsed(
        Renderer(toys, docs=tmp_path).page("submit.html", "submit.html.j2", document=None)[1]
    )  # type: ignore[arg-type]
    without = parsed(Renderer(toys).page("submit.html", "submit.html.j2", document=None)[1])
    assert list(with_docs.every("a", href="docs/index.html"))
    assert not list(without.every("a", href="docs/index.html"))


def test_what_a_template_lacks_is_an_error(toys: Board) -> None:
    with pytest.raises(UndefinedError):
        Renderer(toys).page("suites/a.html", "suite.html.j2")


def test_every_unit_of_work_is_exactly_one_workers(toys: Board) -> None:
    units = [f"unit {n}" for n in range(60)]
    parts = [Renderer(toys, worker=(k, 3)).share(units, lambda unit: len(unit)) for k in range(3)]
    assert sorted(unit for part in parts for unit in part) == sorted(units)
    assert all(part == sorted(part, key=units.index) for part in parts)


def test_work_is_shared_by_what_it_costs(toys: Board) -> None:
    workers = [Renderer(toys, worker=(k, 2)) for k in range(2)]
    # the dearest goes to the first worker; what is left, 5 + 3 + 2, is as much to the second
    assert [w.share([3, 10, 5, 2], lambda cost: cost) for w in workers] == [[10], [3, 5, 2]]
    # of the next units the first worker takes the dearest again, and the second the two others
    assert [w.share([1, 1, 2], lambda cost: cost) for w in workers] == [[2], [1, 1]]


def test_enhanced_tables_bring_their_scripts(toys: Board) -> None:
    from leaderboard.site.pages import suite

    page = parsed(dict(suite.pages(toys, Renderer(toys)))["suites/toy.html"])
    sources = [script.attributes.get("src") for script in page.every("script")]
    places = [sources.index(f"../assets/{name}.js") for name in TABLES]
    assert places == sorted(places)
