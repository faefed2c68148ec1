"""Formats that can be imported, and what an import came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.contracts import Importer
from harness.importing import Imported
from harness.render.words import COMMAND, QUIET, STRONG, WARNING, count


def formats(importers: Sequence[Importer]) -> Iterator[RenderableType]:
    """Every format with what it reads and what it loses."""
    for importer in importers:
        yield Text.assemble((importer.name, STRONG), "  ", importer.reads)
        for loss in importer.loses:
            yield Padding(Text(f"not carried over: {loss}", QUIET), (0, 0, 0, 2))


def imported(done: Imported, task: str, out: str) -> Iterator[RenderableType]:
    """What was written, what could not be used, and what to do with it."""
    of = f"{done.problems:,} of {done.of:,} problems of {task}"
    yield Text(f"{count(done.attempts, 'attempt')} at {of} written to {out}")
    if done.unreadable:
        yield Text(f"{count(done.unreadable, 'entry')} could not be used", WARNING)
    yield Text(f"assay score {task} {out}", COMMAND)
