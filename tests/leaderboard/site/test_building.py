"""A board as a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import UserError
from leaderboard.board.records import Board
from leaderboard.site import building
from leaderboard.site.building import MARKER, build
from leaderboard.site.rendering import Renderer


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_site_has_pages_data_assets_and_their_licences(toys: Board, tmp_path: Path) -> None:
    built = build(toys, tmp_path / "site")
    files = contents(tmp_path / "site")
    for path in (
        "index.html", "404.html", "suites/toy.html", "models/alpha.html", "tasks/toy--apples.html",
        "data/suites/toy.csv", "data/search.js", "assets/assay.css", ".nojekyll", "robots.txt",
        "assets/vendor/datatables.LICENSE.txt",
    ):  # fmt: skip
        assert path in files
    assert built.pages == sum(path.endswith(".html") for path in files)
    assert built.bytes == sum(map(len, files.values()))
    assert not list(tmp_path.glob(".*"))


def test_the_same_board_gives_the_same_bytes_on_any_number_of_processes(
    toys: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(toys, tmp_path / "one")
    monkeypatch.setattr(building, "_MANY", 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(3)), raising=False)
    build(toys, tmp_path / "three")
    assert contents(tmp_path / "one") == contents(tmp_path / "three")


def test_a_site_is_replaced_whole(toys: Board, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(toys, out)
    (out / "models" / "gone.html").write_text("of an earlier board")
    build(toys, out)
    assert not (out / "models" / "gone.html").exists()
    assert (out / "index.html").exists()


def test_a_folder_that_is_no_site_is_left_alone(toys: Board, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="not overwritten"):
        build(toys, tmp_path)
    assert contents(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_file_in_the_way_is_said(toys: Board, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    with pytest.raises(UserError, match="no folder"):
        build(toys, tmp_path / "site")


def test_a_failed_build_leaves_the_old_site_and_nothing_else(
    toys: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    build(toys, out)
    before = contents(out)

    def broken(self: Renderer, *args: object, **kwargs: object) -> tuple[str, bytes]:
        raise RuntimeError("a template is broken")

    monkeypatch.setattr(Renderer, "page", broken)
    with pytest.raises(RuntimeError):
        build(toys, out)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_marker_names_what_wrote_the_folder(toys: Board, tmp_path: Path) -> None:
    build(toys, tmp_path / "site")
    assert b"assay board build" in (tmp_path / "site" / MARKER).read_bytes()
