"""A table in Markdown, as GitHub reads it."""

from __future__ import annotations

from collections.abc import Iterator

from leaderboard.export.layout import Grid, Head, grids
from leaderboard.export.table import Entry, Table

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {
    char: f"\\{char}" for char in "\\`*_{}[]#|~$"
}


def escape(text: str) -> str:
    """The text as Markdown shows it: no markup, no HTML, all on one line."""
    return "".join(_ESCAPES.get(char, char) for char in " ".join(text.split()))


def markdown(table: Table) -> str:
    """A table and what its marks mean: best bold, second underlined, intervals in small type."""
    lines = [line for grid in grids(table) for line in (*_grid(grid), "")]
    notes = [f"- {_raised(note.mark)}{escape(note.text)}" for note in table.notes]
    return "\n".join([*lines, *notes]) + "\n"


def _grid(grid: Grid) -> Iterator[str]:
    yield _cells([grid.corner, *map(_head, grid.heads)])
    yield _cells(["---", *["---:"] * len(grid.heads)])
    for head, entries in grid.rows:
        yield _cells([_head(head), *map(_entry, entries)])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(head: Head) -> str:
    return escape(head.text) + _raised(head.marks)


def _entry(entry: Entry | None) -> str:
    if entry is None:
        return "–"
    # GitHub removes <u>; <ins> it shows underlined.
    text = {"best": f"**{entry.text}**", "second": f"<ins>{entry.text}</ins>"}.get(
        entry.place, entry.text
    )
    spread = f" <sub>±{entry.spread}</sub>" if entry.spread else ""
    return text + _raised(entry.marks, entry.group) + spread


def _raised(marks: str, letters: str = "") -> str:
    inside = escape(marks) + letters
    return f"<sup>{inside}</sup>" if inside else ""
