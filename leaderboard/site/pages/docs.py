"""The documentation: every Markdown file of the docs folder as a page, and their index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from leaderboard.board.records import Board
from leaderboard.site import links, markdown
from leaderboard.site.rendering import Renderer

INDEX = "docs/index.html"
KEPT = (".json",)
"""Other files that documents link to; they are copied."""


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """A page for each document and their index; nothing where the site has no documentation."""
    if renderer.docs is None:
        return
    sources = documents(renderer.docs)
    targets = link_targets(renderer.docs)
    rendered = {
        name: markdown.render(path.read_text(encoding="utf-8"), targets)
        for name, path in sources.items()
    }
    titles = [(name, document.title or name) for name, document in rendered.items()]
    yield renderer.page(INDEX, "doc.html.j2", here="docs", titles=titles, name="", document=None)
    for name, document in rendered.items():
        yield renderer.page(
            links.doc_page(name),
            "doc.html.j2",
            here="docs",
            titles=titles,
            name=name,
            document=document,
        )
    for path in sorted(renderer.docs.iterdir()):
        if path.suffix in KEPT:
            yield f"docs/{path.name}", path.read_bytes()


def documents(docs: Path) -> Mapping[str, Path]:
    """Name -> Markdown file, sorted; the folder's README is not part of the site."""
    found = sorted(docs.glob("*.md"))
    return {path.stem: path for path in found if path.stem.lower() not in ("readme", "index")}


def link_targets(docs: Path, folder: str = "") -> dict[str, str]:
    """How documents link to each other -> where that lies, seen from a page.

    Args:
        docs: folder of the documents.
        folder: what leads from the page to the folder of the rendered documents: "docs/".
    """
    pages = {f"{name}.md": f"{folder}{Path(links.doc_page(name)).name}" for name in documents(docs)}
    kept = {p.name: f"{folder}{p.name}" for p in docs.iterdir() if p.suffix in KEPT}
    return pages | kept
