"""Samples of submissions, read from disk when a page asks for them: together they are large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from leaderboard.checked import Samples


class StoredSamples(Mapping[str, Samples]):
    """Submission -> its samples.

    Args:
        folder: where `<submission>.json` lie.
        cells: submission -> cells of its record. Those without a file are not listed; samples that
            cannot be read, or belong to another number of cells, are as if nothing had been kept.
    """

    def __init__(self, folder: Path, cells: Mapping[str, int]) -> None:
        self._folder = folder
        self._cells = {name: n for name, n in cells.items() if self._path(name).is_file()}

    def __getitem__(self, name: str) -> Samples:
        cells = self._cells[name]
        try:
            found = Samples.model_validate_json(self._path(name).read_bytes())
        except (OSError, ValidationError):
            return Samples(cells=[None] * cells)
        return found if len(found.cells) == cells else Samples(cells=[None] * cells)

    def __contains__(self, name: object) -> bool:
        return name in self._cells  # Mapping's own would read the file

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
