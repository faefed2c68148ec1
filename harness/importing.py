"""Outputs that were written elsewhere, converted into trajectories of a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.asking import ask
from harness.attempts import STEP, Teller, place_of
from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.flows.tool_use import ToolUseFlow
from harness.formats.trajectories import to_line, write_trajectories
from harness.records import Trajectory
from harness.registry import importers
from harness.settings import setting_of
from harness.sources import Source


@dataclass
class Imported:
    """What an import came to.

    Attributes:
        attempts: trajectories written.
        problems: how many problems of the task they are attempts at.
        of: how many problems the task has.
        unreadable: parts of the file that could not be used.
    """

    attempts: int = 0
    problems: int = 0
    of: int = 0
    unreadable: int = 0


def import_predictions(
    format: str,
    path: str | Path,
    task: str,
    out: str | Path,
    *,
    data: str | Path | None = None,
    tell: Teller = lambda _: None,
) -> Imported:
    """Converts outputs of a format and writes them as JSONL that `score` takes.

    Args:
        format: name of an importer.
        path: of the outputs; what follows a "#" chooses a part, where a format has parts.
        task: whose problems were attempted.
        out: the JSONL file to write; one that ends in ".gz" is compressed.
        data: folder that mirrors the data, as for `evaluate`.
        tell: called with every part that cannot be used, and now and then with the count.

    Raises:
        UserError: no such format, nothing at the path, a task without problems, or nothing in it
            could be used.
    """
    importer = _importer(format)
    place = Path(path)
    _require_content(place if place.exists() else Path(str(path).partition("#")[0]))
    asked = ask(task, setting_of({}), Source(data), seed=0)
    flow = asked.flow
    if not isinstance(flow, ToolUseFlow):
        raise UserError(f"{asked.task.card.name} is a retrieval task: assay score reads its runs")
    done = Imported(of=len(flow.keys))
    met: set[str] = set()

    def converted() -> Iterator[Trajectory]:
        for found in importer.convert(place, flow.problems):
            if isinstance(found, Unreadable):
                done.unreadable += 1
                tell(found)
            elif (reason := _unwritable(found)) is not None:
                done.unreadable += 1
                tell(reason)
            else:
                done.attempts += 1
                if done.attempts % STEP == 0:
                    tell(done.attempts)
                met.add(found.problem)
                yield found
        if not done.attempts:
            raise UserError(
                f"{path} holds nothing of {asked.task.card.name}: {format} is {importer.reads}"
            )

    write_trajectories(Path(out), converted())
    done.problems = len(met)
    return done


def _require_content(path: Path) -> None:
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder")
    if not path.is_file() and not path.is_dir():
        raise UserError(f"{path} is a pipe or a device: write the outputs to a file first")


def _unwritable(found: Trajectory) -> Unreadable | None:
    """Why an attempt cannot be written, where it cannot."""
    try:
        to_line(found)
    except UserError as error:
        return Unreadable(place_of(found), str(error))
    return None


def all_importers() -> Iterator[Importer]:
    """Every format that can be imported, by name."""
    for name in sorted(importers):
        yield _importer(name)


def _importer(name: str) -> Importer:
    found = importers.get(name)
    if not isinstance(found, Importer):
        raise UserError(f"the importer '{name}' is no Importer of harness.contracts")
    return found
