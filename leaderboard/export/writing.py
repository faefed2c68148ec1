"""Writes tables and figures of a suite into a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import UserError, unknown
from harness.files import replacing
from leaderboard.board.records import Board
from leaderboard.export.latex import latex
from leaderboard.export.markdown import markdown
from leaderboard.export.selection import Selection, select
from leaderboard.export.table import tabulate

FORMATS = ("latex", "markdown", "svg", "pdf")


def export(
    board: Board,
    suite: str,
    out: Path,
    *,
    formats: Sequence[str] = FORMATS,
    measure: str | None = None,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    digits: int = 1,
) -> list[Path]:
    """Writes a suite for a paper: the same board gives the same bytes.

    `<suite>.tex` and `<suite>.md` are tables. `<suite>-intervals` and `<suite>-size`, as SVG or
    PDF, are figures of the first column; one that would show no row is left out.

    Args:
        board: where the suite is.
        suite: its name.
        out: folder to write to; made if need be.
        formats: of "latex", "markdown", "svg", "pdf".
        measure: what to show; by default the suite's main measure.
        rows: ids of rows; by default all that have a number.
        columns: ids of columns, or "aggregates" and "tasks"; by default the aggregates.
        digits: decimals of a percentage, 0 to 6.

    Returns:
        The files, in order of formats.

    Raises:
        UserError: a name is unknown, nothing is left to show, or the folder cannot be written.
        MissingExtra: a figure was asked for and matplotlib is not installed.
    """
    for name in formats:
        if name not in FORMATS:
            raise unknown("format", name, FORMATS, f"Of: {', '.join(FORMATS)}")
    if not 0 <= digits <= 6:
        raise UserError(f"digits is {digits}: choose 0 to 6 decimals")
    part = select(board, suite, measure=measure, rows=rows, columns=columns)
    files = [file for name in dict.fromkeys(formats) for file in _files(part, name, digits)]
    paths = [out / name for name, _ in files]
    for path, (_, data) in zip(paths, files, strict=True):
        with replacing(path) as file:
            file.write(data)
    return paths


def _files(part: Selection, form: str, digits: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a format's files."""
    name = part.suite.name
    if form == "latex":
        yield f"{name}.tex", latex(tabulate(part, digits)).encode()
    elif form == "markdown":
        yield f"{name}.md", markdown(tabulate(part, digits)).encode()
    else:
        from leaderboard.export.intervals import draw_intervals
        from leaderboard.export.size import draw_size

        for kind, draw in (("intervals", draw_intervals), ("size", draw_size)):
            if (figure := draw(part, form)) is not None:
                yield f"{name}-{kind}.{form}", figure
