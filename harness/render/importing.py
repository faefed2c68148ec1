"""Formats that can be imported, and what an import came to."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.contracts import Importer
from harness.importing import Imported
from harness.render.words import QUIET, STRONG, WARNING, command, count, facts


def formats(importers: Sequence[Importer]) -> Iterator[RenderableType]:
    """Every format with what it reads and what it loses."""
    for position, importer in enumerate(importers):
        if position:
            yield ""
        yield Text(importer.name, STRONG)
        yield Padding(Text(f"reads {importer.reads}"), (0, 0, 0, 2))
        if importer.loses:
            yield Padding(Text("does not carry over:", QUIET), (0, 0, 0, 2))
            yield Padding(facts([("·", loss) for loss in importer.loses]), (0, 0, 0, 2))


def imported(done: Imported, task: str, out: str, data: str | None = None) -> Iterator[Text]:
    """What was written, what could not be used, and what to do with it.

    Args:
        done: the import.
        task: whose problems were attempted.
        out: the file that was written.
        data: the mirror, where one was named.
    """
    of = f"{done.problems:,} of {count(done.of, 'problem')} of {task}"
    yield Text(f"{count(done.attempts, 'attempt')} at {of} written to {out}")
    if done.unreadable:
        yield Text(f"{count(done.unreadable, 'entry')} could not be used", WARNING)
    words = ["assay", "score", task, out, *(("--data", data) if data else ())]
    yield command("what they are worth", shlex.join(words))
