"""A table in Markdown, as GitHub reads it."""

from __future__ import annotations

from leaderboard.export.table import Entry, Line, Table

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {
    char: f"\\{char}" for char in "\\`*_{}[]#|~$"
}


def escape(text: str) -> str:
    """The text as Markdown shows it: no markup, no HTML, all on one line."""
    return "".join(_ESCAPES.get(char, char) for char in " ".join(text.split()))


def markdown(table: Table) -> str:
    """A table and what its marks mean: best bold, second underlined, intervals in small type."""
    lines = [
        _cells(["Model", *map(escape, table.headers)]),
        _cells(["---", *["---:"] * len(table.headers)]),
        *map(_line, table.lines),
        "",
        "\n".join(f"- {_raised(note.mark)}{escape(note.text)}" for note in table.notes),
    ]
    return "\n".join(lines) + "\n"


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line) -> str:
    letters = [line.group, *[""] * len(line.entries)]
    cells = [_entry(*both) for both in zip(line.entries, letters, strict=False)]
    return _cells([escape(line.label) + _raised(line.marks), *cells])


def _entry(entry: Entry | None, group: str) -> str:
    if entry is None:
        return "–"
    # GitHub removes <u>; <ins> it shows underlined.
    text = {"best": f"**{entry.text}**", "second": f"<ins>{entry.text}</ins>"}.get(
        entry.place, entry.text
    )
    spread = f" <sub>±{entry.spread}</sub>" if entry.spread else ""
    return text + _raised(entry.marks, group) + spread


def _raised(marks: str, letters: str = "") -> str:
    inside = escape(marks) + letters
    return f"<sup>{inside}</sup>" if inside else ""
