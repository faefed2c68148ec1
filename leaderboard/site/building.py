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
from pathlib import Path, PurePosixPath

from harness.errors import UserError
from leaderboard.board.records import Board
from leaderboard.site import links
from leaderboard.site.pages import PAGES
from leaderboard.site.rendering import Renderer

MARKER = ".assay-site"
"""Says that a folder is a built site, so that the next build may replace it."""

_ASSETS = Path(__file__).parent / "assets"
_FIXED = {
    MARKER: b"Built by assay board build. The next build replaces this folder.\n",
    ".nojekyll": b"",
    "robots.txt": b"User-agent: *\nAllow: /\n",
}
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
    for path, content in _FIXED.items():
        (folder / path).write_bytes(content)
    written = _render(board, folder, docs)
    _refuse_collisions(written)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Built(
        pages=sum(path.suffix == ".html" for path in files),
        bytes=sum(path.stat().st_size for path in files),
    )


def _refuse_collisions(written: list[str]) -> None:
    """Two names must not become one file, not even where letters' case does not count."""
    seen: dict[str, str] = {}
    for path in written:
        other = seen.setdefault(path.casefold(), path)
        if other is not path:
            raise UserError(f"two things of the board want the file {path}: rename one of them")


def _render(board: Board, folder: Path, docs: Path | None) -> list[str]:
    """Writes every page, over several processes where that pays. Returns the paths, sorted."""
    workers = min(len(os.sched_getaffinity(0)), 8) if hasattr(os, "sched_getaffinity") else 1
    if workers < 2 or len(board.systems) + len(board.tasks) < _MANY:
        return sorted(_render_part(board, folder, docs, (0, 1)))
    gc.freeze()  # the board is shared with the workers until something touches it
    try:
        with ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_Inherited.take,
            initargs=(board, folder, docs),
        ) as pool:
            parts = list(pool.map(_Inherited.render, [(k, workers) for k in range(workers)]))
    finally:
        gc.unfreeze()
    return sorted(path for part in parts for path in part)


class _Inherited:
    """What a forked worker has from its parent without a copy."""

    board: Board
    folder: Path
    docs: Path | None

    @classmethod
    def take(cls, board: Board, folder: Path, docs: Path | None) -> None:
        cls.board, cls.folder, cls.docs = board, folder, docs

    @classmethod
    def render(cls, worker: tuple[int, int]) -> list[str]:
        return _render_part(cls.board, cls.folder, cls.docs, worker)


def _render_part(
    board: Board, folder: Path, docs: Path | None, worker: tuple[int, int]
) -> list[str]:
    renderer = Renderer(board, docs=docs, worker=worker)
    written = []
    for path, content in _files(board, renderer):
        if renderer.mine(path):
            _write_file(folder, path, content)
            written.append(path)
    return written


def _files(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    for name in PAGES:
        yield from import_module(f"leaderboard.site.pages.{name}").pages(board, renderer)


def _write_file(folder: Path, path: str, content: bytes) -> None:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path:
        raise ValueError(f"a page cannot be written to {path!r}")
    target = folder.joinpath(*parts)
    try:
        target.write_bytes(content)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
