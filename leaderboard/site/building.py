"""A board as a folder of static files."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from harness.errors import UserError
from leaderboard.board.records import Board
from leaderboard.site import links
from leaderboard.site.pages import LARGE, SMALL
from leaderboard.site.rendering import Renderer
from leaderboard.site.writing import Writer, refuse_collisions

MARKER = ".assay-site"
"""Says that a folder is a built site, so that the next build may replace it."""

_ASSETS = Path(__file__).parent / "assets"
_FIXED = {
    MARKER: b"Built by assay board build. The next build replaces this folder.\n",
    ".nojekyll": b"",
    "robots.txt": b"User-agent: *\nAllow: /\n",
}
_SMALL = 50_000
"""What a kind of page that is not shared costs, in microseconds: far less than the others."""
_MANY = 200
"""Systems and tasks from which on several processes pay."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote."""

    pages: int
    """HTML files."""
    bytes: int
    """Of all files."""


def build(board: Board, out: Path, *, docs: Path | None = None) -> Built:
    """Writes the site of a board. The same board gives the same bytes.

    The site is complete before it takes the place of an earlier one.

    Args:
        board: what to show.
        out: the folder to write; an earlier site there is replaced.
        docs: folder of the documentation's Markdown, for the pages below docs/.

    Raises:
        UserError: `out` is something else than a site, or lies where nothing can be written.
    """
    out = Path(os.path.abspath(out))
    _refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise UserError(f"cannot write beside {out}: {error.strerror or error}") from error
    try:
        built = _write(board, fresh, docs)
        fresh.chmod(0o755)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return built


def _refuse_foreign(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UserError(f"{out} is no folder: name another one with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise UserError(
            f"{out} holds something else than a built site, which is not overwritten: "
            "name an empty or new folder with --out"
        )


def _swap(fresh: Path, out: Path) -> None:
    """Puts the new site in the old one's place, which is gone only once the new one is there."""
    if not out.exists():
        fresh.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}.old.", dir=out.parent))
    out.rename(old / "site")
    try:
        fresh.rename(out)
    except OSError:
        (old / "site").rename(out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _write(board: Board, folder: Path, docs: Path | None) -> Built:
    shutil.copytree(_ASSETS, folder / links.ASSETS, ignore=shutil.ignore_patterns("__pycache__"))
    copied = [path for path in folder.rglob("*") if path.is_file()]
    fixed = Writer(folder)
    for path, content in _FIXED.items():
        fixed.write(path, content)
    parts = _render(board, folder, docs)
    written = [path for paths, _ in parts for path in paths]
    refuse_collisions(written)
    return Built(
        pages=sum(path.endswith(".html") for path in written),
        bytes=sum(path.stat().st_size for path in copied) + fixed.bytes + sum(n for _, n in parts),
    )


Part = tuple[list[str], int]
"""Paths that a worker wrote, and their bytes."""


def _render(board: Board, folder: Path, docs: Path | None) -> list[Part]:
    """Writes every page, over several processes where that pays."""
    workers = min(len(os.sched_getaffinity(0)), 8) if hasattr(os, "sched_getaffinity") else 1
    if workers < 2 or len(board.systems) + len(board.tasks) < _MANY:
        return [_render_part(board, folder, docs, (0, 1))]
    # The board is shared with the others until something touches it, and then copied page by page:
    # this process takes a part as well, so that there is one copy less.
    gc.freeze()
    usual = gc.get_threshold()
    gc.set_threshold(100_000)  # pages hold few cycles, and lists of records none
    try:
        with ProcessPoolExecutor(
            workers - 1,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_Inherited.take,
            initargs=(board, folder, docs),
        ) as pool:
            others = pool.map(_Inherited.render, [(k, workers) for k in range(1, workers)])
            return [_render_part(board, folder, docs, (0, workers)), *others]
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


class _Inherited:
    """What a forked worker has from its parent without a copy."""

    board: Board
    folder: Path
    docs: Path | None

    @classmethod
    def take(cls, board: Board, folder: Path, docs: Path | None) -> None:
        cls.board, cls.folder, cls.docs = board, folder, docs

    @classmethod
    def render(cls, worker: tuple[int, int]) -> Part:
        return _render_part(cls.board, cls.folder, cls.docs, worker)


def _render_part(board: Board, folder: Path, docs: Path | None, worker: tuple[int, int]) -> Part:
    writer = Writer(folder)
    for path, content in _files(board, Renderer(board, docs=docs, worker=worker)):
        writer.write(path, content)
    return writer.paths, writer.bytes


def _files(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    for name in (*LARGE, *renderer.share(SMALL, lambda name: _SMALL)):
        yield from import_module(f"leaderboard.site.pages.{name}").pages(board, renderer)
