"""The submit page: the documentation's own steps, or a short version where there is none."""

from __future__ import annotations

from collections.abc import Iterator

from leaderboard.board.records import Board
from leaderboard.site import links, markdown
from leaderboard.site.pages.docs import link_targets
from leaderboard.site.rendering import Renderer

SOURCE = "submit.md"


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page: `submit.md` of the documentation as it is."""
    document = None
    if renderer.docs is not None and (source := renderer.docs / SOURCE).is_file():
        targets = link_targets(renderer.docs, "docs/")
        document = markdown.render(source.read_text(encoding="utf-8"), targets)
    yield renderer.page(links.SUBMIT, "submit.html.j2", document=document)
