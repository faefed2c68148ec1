"""What the commands about the board print."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from harness.render import console
from harness.render.words import (
    BAD,
    GOOD,
    QUIET,
    STRONG,
    WARNING,
    command,
    count,
    grid,
    hundredths,
)
from leaderboard.board.records import Board
from leaderboard.checked import Reproduced
from leaderboard.checks.outcomes import Outcome
from leaderboard.records import Manifest
from leaderboard.site import Built


@contextmanager
def checking(name: str) -> Iterator[Callable[[Outcome], None]]:
    """Shows which check of which task is on, where standard error is a terminal.

    Yields:
        What is to be called with every outcome.
    """
    screen = console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    quiet = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=quiet) as bar:
        task = bar.add_task(f"checking {name}", total=None)

        def tell(outcome: Outcome) -> None:
            about = f" · {outcome.task}" if outcome.task else ""
            bar.update(task, description=f"checking {name}{about} · {outcome.check}")

        yield tell


def packed(folder: Path, manifest: Manifest) -> Iterator[RenderableType]:
    """What a new submission holds, and what to do with it."""
    size = sum(entry.bytes for entry in manifest.files.values())
    results = count(len(manifest.results), "result")
    yield Text(f"{results} of {manifest.model} in {folder} ({size / 1e6:.1f} MB)", STRONG)
    yield command("check it", f"assay check {folder}")


def recorded(path: Path) -> Text:
    """Where a record was written."""
    return command("recorded in", os.path.relpath(path))


def reproduction(found: Reproduced) -> Iterator[RenderableType]:
    """Submitted and rerun numbers side by side."""
    table = grid("task", "measure", "predictions", "submitted", "again", numbers=2)
    for cell in found.cells:
        table.add_row(
            Text(cell.task),
            Text(cell.main_measure, QUIET),
            Text("identical", GOOD) if cell.identical else Text("differ", WARNING),
            hundredths(cell.submitted),
            Text(hundredths(cell.rerun), GOOD if cell.agrees else BAD),
        )
    yield table
    yield ""
    same = sum(cell.agrees for cell in found.cells)
    yield Text(
        f"{same} of {count(len(found.cells), 'result')} reproduced",
        GOOD if same == len(found.cells) else BAD,
    )


def site(board: Board, built: Built, out: Path) -> Iterator[RenderableType]:
    """What was built, what could not be vouched for, and how to look at it."""
    systems, suites = count(len(board.systems), "system"), count(len(board.suites), "suite")
    pages = f"{count(built.pages, 'page')}, {built.bytes / 1e6:.1f} MB"
    yield Text(f"{systems} on {suites}: {pages} in {out}", STRONG)
    for name, why in board.unchecked.items():
        yield Text(f"  {name}: {why}", WARNING)
    yield command("look at it", f"assay board serve {out}")


def written(files: Sequence[Path]) -> Iterator[RenderableType]:
    """The files that were written."""
    for file in files:
        yield Text(str(file), no_wrap=True)
