"""The reproduction page."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from board_toys import HOSTILE
from parsed_page import Element, harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site.pages import reproduction
from leaderboard.site.rendering import Renderer


def files(board: Board) -> dict[str, bytes]:
    return dict(reproduction.pages(board, Renderer(board)))


def test_every_claim_stands_beside_ours_with_the_difference_in_points(toys: Board) -> None:
    page = parsed(files(toys)["reproduction.html"])
    harmless(page)
    rows = [
        [cell.text for cell in row.children if isinstance(cell, Element)]
        for row in page.one("tbody").every("tr")
    ]
    assert [row[1:5] for row in rows] == [
        ["70.0", "70.00", "0.00", "exact"],
        ["70.0", "70.04", "+0.04", "within another tokenizer"],
        ["70.0", "65.00", "\N{MINUS SIGN}5.00", "off the data moved"],
        ["70.0", "–", "–", f"unreachable {HOSTILE}"],
    ]
    assert rows[0][-1] == "Command assay run alpha toy/apples"
    assert rows[0][5].startswith("A Paper of Toys")


def test_verdicts_are_counted_at_the_top(toys: Board) -> None:
    board = replace(toys, claims=(*toys.claims, toys.claims[0]))
    page = parsed(files(board)["reproduction.html"])
    counts = [tile.one("b").text for tile in page.one("dl").every("div")]
    assert counts == ["2", "1", "1", "1"]
    assert "4 of 5 claims ran" in page.text


def test_downloads_hold_the_numbers_as_they_are(toys: Board) -> None:
    built = files(toys)
    rows = list(csv.DictReader(io.StringIO(built["data/reproduction.csv"].decode())))
    assert [row["difference"] for row in rows] == ["0.0", "0.0004", "-0.05", ""]
    table = json.loads(built["data/reproduction.json"])
    assert len(table["data"]) == 4
    assert dict(zip(table["columns"], table["data"][1], strict=True))["why"] == "another tokenizer"


def test_a_board_without_claims_says_so(toys: Board) -> None:
    page = parsed(files(replace(toys, claims=()))["reproduction.html"])
    assert "No claim is recorded yet." in page.text


def test_ours_stands_in_the_unit_of_the_paper(toys: Board) -> None:
    share = replace(toys.claims[0], printed="0.7000", ours=0.70013)
    row = parsed(files(replace(toys, claims=(share,)))["reproduction.html"]).one("tbody").one("tr")
    cells = [cell.text for cell in row.children if isinstance(cell, Element)]
    assert cells[1:4] == ["0.7000", "0.70013", "+0.00013"]
