"""Wide tables are turned and cut; what stood in a cell stays beside its model and its task."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from leaderboard.board.records import Board, Column
from leaderboard.export.latex import TALL, latex
from leaderboard.export.layout import ACROSS, WIDE, grids
from leaderboard.export.markdown import markdown
from leaderboard.export.selection import select
from leaderboard.export.table import Table, tabulate


def board(toys: Board, *, rows: int, tasks: int) -> Board:
    """One average and any number of tasks; row i has i + j/100 on task j, times 100."""
    suite = toys.suites[0]
    model = next(row for row in suite.rows if row.id == "bm25")
    number = replace(suite.numbers["bm25", "average"]["nDCG@10"], low=None, high=None, rank=1)
    columns = tuple(Column(f"t{j}", f"task {j}", "task") for j in range(tasks))
    every = tuple(replace(model, id=f"r{i:02}", name=f"Model {i:02}") for i in range(rows))
    numbers = {
        (row.id, column.id): {"nDCG@10": replace(number, value=i + j / 100)}
        for i, row in enumerate(every)
        for j, column in enumerate(columns)
    }
    wide = replace(suite, rows=every, columns=columns, numbers=numbers, ranks={})
    return replace(toys, suites=(wide,))


def table(toys: Board, *, rows: int, tasks: int) -> Table:
    return tabulate(select(board(toys, rows=rows, tasks=tasks), "toy"), digits=0)


def test_a_narrow_table_has_a_row_for_each_model(toys: Board) -> None:
    [grid] = grids(table(toys, rows=20, tasks=WIDE))
    assert (grid.corner, len(grid.heads), len(grid.rows), grid.turned) == ("Model", 6, 20, False)


@pytest.mark.parametrize(
    ("rows", "widths"),
    [(8, [8]), (9, [5, 4]), (34, [7, 7, 7, 7, 6])],  # 34 models in ceil(34 / 8) = 5 parts
)
def test_a_wide_table_has_a_row_for_each_task_in_parts_of_equal_width(
    toys: Board, rows: int, widths: list[int]
) -> None:
    parts = grids(table(toys, rows=rows, tasks=WIDE + 1))
    assert ACROSS == 8
    assert [len(part.heads) for part in parts] == widths
    assert [head.text for part in parts for head in part.heads] == [
        f"Model {i:02}" for i in range(rows)
    ]
    for part in parts:
        assert (part.corner, part.turned) == ("Task", True)
        assert [head.text for head, _ in part.rows] == [f"task {j}" for j in range(7)]


def test_every_number_stays_with_its_model_and_its_task(toys: Board) -> None:
    for part in grids(table(toys, rows=9, tasks=7)):
        for task, entries in part.rows:
            for model, entry in zip(part.heads, entries, strict=True):
                # i + j/100, times 100
                assert entry
                assert int(entry.text) == 100 * int(model.text[-2:]) + int(task.text[-1])


def test_parts_of_a_wide_table_are_tables_of_their_own(toys: Board) -> None:
    text = latex(table(toys, rows=9, tasks=7))
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 2
    assert re.findall(r"\\begin\{tabular\}\{(\w+)\}", text) == ["lrrrrr", "lrrrr"]
    assert re.findall(r"\\label\{(.+?)\}", text) == ["tab:toy", "tab:toy-2"]
    assert r"Part 2 of 2, continued from Table~\ref{tab:toy}." in text
    assert r"\rotatebox{90}{Model 08}" in text
    assert "{graphicx}" in text.split("\n")[0]
    shown = MarkdownIt("commonmark").enable("table").render(markdown(table(toys, rows=9, tasks=7)))
    assert shown.count("<table>") == 2
    assert shown.count("<tr>") == 2 * (1 + 7)


def test_a_tall_table_goes_on_over_pages(toys: Board) -> None:
    short, long = (latex(table(toys, rows=n, tasks=2)) for n in (TALL, TALL + 1))
    assert "longtable" not in short
    assert r"\begin{table}[t]" in short
    assert r"\begin{longtable}{lrr}" in long
    assert "{longtable}" in long.split("\n")[0]
    assert long.count(r"Model & task 0 & task 1 \\") == 2  # on the first page, and on the others
    assert re.findall(r"\\(begin|end)\{(\w+)\}", long) == [
        ("begin", "longtable"),
        ("end", "longtable"),
    ]
    assert long.count("{") == long.count("}")
