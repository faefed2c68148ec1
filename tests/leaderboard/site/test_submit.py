"""The submit page without documentation: its own short guide."""

from __future__ import annotations

from parsed_page import harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site.pages import submit
from leaderboard.site.rendering import Renderer


def test_the_steps_are_commands_that_can_be_copied(toys: Board) -> None:
    ((path, content),) = submit.pages(toys, Renderer(toys))
    page = parsed(content)
    harmless(page)
    assert path == "submit.html"
    commands = [button.attributes["data-copy"] for button in page.one("ol").every("button")]
    assert [command.split()[:2] for command in commands] == [
        ["assay", "run"],
        ["assay", "submit"],
        ["assay", "check"],
        ["assay", "board"],
    ]
