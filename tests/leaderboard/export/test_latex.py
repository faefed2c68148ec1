from __future__ import annotations

import re

import pytest
from board_toys import HOSTILE

from leaderboard.board.records import Board
from leaderboard.export.latex import escape, latex
from leaderboard.export.selection import select
from leaderboard.export.table import tabulate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the ten special characters of LaTeX2e, as Lamport's book says to type them
        ("&", r"\&"),
        ("%", r"\%"),
        ("$", r"\$"),
        ("#", r"\#"),
        ("_", r"\_"),
        ("{", r"\{"),
        ("}", r"\}"),
        ("~", r"\textasciitilde{}"),
        ("^", r"\textasciicircum{}"),
        ("\\", r"\textbackslash{}"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("bge-m3", "bge-m3"),
        ("a--b", "a{-}{-}b"),
        ("[x]*", "{[}x{]}{*}"),
        ("two\n\tlines", "two lines"),
    ],
)
def test_special_characters_are_text(text: str, expected: str) -> None:
    assert escape(text) == expected


def body(text: str) -> list[str]:
    return re.search(r"\\midrule\n(.*)\n\\bottomrule", text, re.S)[1].split("\n")  # type: ignore[index]


def balanced(text: str) -> bool:
    """Braces that are not escaped open and close."""
    depth = 0
    for brace in re.findall(r"(?<!\\)(?:\\\\)*([{}])", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize("suite", ["toy", "paper"])
def test_every_line_has_a_cell_a_column_and_braces_are_balanced(toys: Board, suite: str) -> None:
    part = select(toys, suite, columns=["aggregates", "tasks"])
    text = latex(tabulate(part))
    assert balanced(text)
    lines = body(text)
    assert len(lines) == len(part.rows)
    for line in lines:
        assert line.endswith(r" \\")
        assert len(re.findall(r"(?<!\\)&", line)) == len(part.columns)
        assert len(re.findall(r"(?<!\\)\$", line)) % 2 == 0
        assert not re.search(r"(?<!\\)[%#~]", line)


def test_best_is_bold_second_underlined_and_intervals_are_small(toys: Board) -> None:
    lines = body(latex(tabulate(select(toys, "toy"))))
    assert lines[0] == (
        r"Alpha (w/ inst.) & \textbf{60.0}$^{\mathrm{a}}$ {\scriptsize$\pm$10.0}"
        r" & \textbf{60.0} {\scriptsize$\pm$10.0} & \textbf{65.0} {\scriptsize$\pm$10.0} \\"
    )
    assert r"\underline{58.8}" in lines[1]
    assert lines[-2].startswith("Oracle & 100.0 ")


def test_printed_rows_are_marked_and_the_caption_names_their_source(toys: Board) -> None:
    text = latex(tabulate(select(toys, "paper")))
    assert body(text)[0].startswith(r"Paper Model$^{\ast}$ & \textbf{55.5}")
    caption = next(line for line in text.split("\n") if line.startswith(r"\caption"))
    assert r"$^{\ast}$As printed: A Paper of Toys, Table 4 (2025)." in caption


def test_a_hostile_name_starts_no_command(toys: Board) -> None:
    text = latex(tabulate(select(toys, "toy", rows=["hostile"])))
    commands = set(re.findall(r"\\([A-Za-z]+)", escape(HOSTILE)))
    assert commands <= {
        "textless", "textgreater", "textbar", "textasciigrave", "textasciitilde",
        "textasciicircum", "textbackslash", "symbol",
    }  # fmt: skip
    assert escape(HOSTILE) in text
