"""Lists of records as downloads: CSV, and JSON that `pandas.read_json(orient="split")` reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leaderboard.site.downloads import to_csv, to_json


class Listing:
    """A table of plain values.

    Args:
        columns: their names.
        lines: the records, a value for each column.
    """

    def __init__(self, columns: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
        self.columns, self.lines = columns, lines

    def encode(self, suffix: str) -> bytes:
        """The table as "csv" or as "json": {"columns": [...], "data": [[...], ...]}."""
        if suffix == "csv":
            return to_csv(self.columns, self.lines)
        return to_json({"columns": self.columns, "data": self.lines})
