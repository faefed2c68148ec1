from __future__ import annotations

import html
import re

import pytest
from board_toys import HOSTILE
from markdown_it import MarkdownIt

from leaderboard.board.records import Board
from leaderboard.export.markdown import escape, markdown
from leaderboard.export.selection import select
from leaderboard.export.table import tabulate


def read(text: str) -> str:
    """HTML of a Markdown text with tables; raw HTML of it is kept."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE[:199],
        "a|b",
        "[x](javascript:alert(1)) ![x](y)",
        "**bold** _it_ ~~gone~~ `code`",
        r"back\slash \| pipe",
        "<!-- comment -->",
        "$x^2$ # heading",
    ],
)
def test_a_reader_of_markdown_sees_the_text_itself(text: str) -> None:
    cell = re.search(r"<td>(.*)</td>", read(f"| A |\n| --- |\n| {escape(text)} |\n"))
    assert cell
    assert "<" not in cell[1]
    assert html.unescape(cell[1]) == text


def test_every_line_of_the_table_has_its_cells(toys: Board) -> None:
    part = select(toys, "toy", columns=["aggregates", "tasks"])
    page = read(markdown(tabulate(part)))
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    assert len(rows) == 1 + len(part.rows)
    assert {len(re.findall(r"<t[hd]", row)) for row in rows} == {1 + len(part.columns)}
    assert "<script" not in page
    assert "<img" not in page


def test_best_is_bold_second_underlined_and_intervals_are_small(toys: Board) -> None:
    lines = markdown(tabulate(select(toys, "toy"))).split("\n")
    assert lines[0] == "| Model | Average | Micro | Fruit |"
    assert lines[1] == "| --- | ---: | ---: | ---: |"
    assert lines[2] == (
        "| Alpha (w/ inst.) | **60.0**<sup>a</sup> <sub>±10.0</sub> "
        "| **60.0** <sub>±10.0</sub> | **65.0** <sub>±10.0</sub> |"
    )
    assert "<ins>58.8</ins>" in lines[3]


def test_marks_are_explained_below(toys: Board) -> None:
    text = markdown(tabulate(select(toys, "paper")))
    assert r"| Paper Model<sup>\*</sup> | **55.5**<sup>a</sup> |" in text
    assert r"- <sup>\*</sup>As printed: A Paper of Toys, Table 4 (2025)." in text
