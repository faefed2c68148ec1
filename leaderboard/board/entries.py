"""One result of a submission, as little of it as the board needs: there are 100,000 of them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from sys import intern
from typing import Any, NamedTuple

from harness.commands import command
from harness.records import Setting
from harness.settings import setting_of
from harness.store.schema import Result, Value
from leaderboard.checked import Cell, Level, vouched


class Measured(NamedTuple):
    """Means of several measures: columns, since a million small records take gigabytes.

    Attributes:
        names: of the measures; one tuple for all entries with these.
        means: of every measure.
        lows: lower ends of the 95 % intervals.
        highs: upper ends.
        sizes: how many queries each mean is over.
    """

    names: tuple[str, ...] = ()
    means: tuple[float, ...] = ()
    lows: tuple[float | None, ...] = ()
    highs: tuple[float | None, ...] = ()
    sizes: tuple[int | None, ...] = ()

    def size(self, name: str) -> int:
        """Queries in the mean of that measure; 0 where that is not known."""
        return (self.sizes[self.names.index(name)] or 0) if name in self.names else 0


class Entry(NamedTuple):
    """A result on a task under a setting.

    Attributes:
        position: of its cell in the record, and so of its samples.
        queries: digest of the queries that `values` (base64 of float32) are about; None where no
            values by query are vouched for.
    """

    task: str
    version: str
    data_hash: str
    setting: Setting
    level: Level
    partial: bool
    vouched: bool
    drift: tuple[str, ...]
    main_measure: str
    measured: Measured
    command: str
    position: int
    queries: str | None = None
    values: str = ""
    seconds: float | None = None


class Shared:
    """What is the same in many entries, kept once."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._sizes: dict[tuple[int | None, ...], tuple[int | None, ...]] = {}
        self._settings: dict[str, Setting] = {}
        self._last: tuple[Mapping[str, Any], Setting] = ({}, Setting())

    def measured(self, values: Mapping[str, Value]) -> Measured:
        """The means that a result states."""
        names, found = tuple(values), values.values()
        sizes = tuple([value.n for value in found])
        return Measured(
            self._names.setdefault(names, names),
            tuple([value.value for value in found]),
            tuple([value.ci_low for value in found]),
            tuple([value.ci_high for value in found]),
            self._sizes.setdefault(sizes, sizes),
        )

    def setting(self, fields: Mapping[str, Any]) -> Setting:
        """The setting that a record states. Raises `UserError` for one that is none."""
        if fields != self._last[0]:  # a record's cells come setting by setting
            key = repr(fields)
            if key not in self._settings:
                self._settings[key] = setting_of(fields)
            self._last = (fields, self._settings[key])
        return self._last[1]


def checked_entries(cells: Sequence[Cell], shared: Shared) -> Iterator[Entry]:
    """What a record says of its results.

    Args:
        cells: of the record.
        shared: what entries have in common, over all records.

    Raises:
        UserError: a setting that is none.
    """
    for position, cell in enumerate(cells):
        yield Entry(
            cell.task,
            cell.task_version,
            intern(cell.data_hash),
            shared.setting(cell.setting),
            cell.level,
            cell.partial,
            cell.vouched,
            tuple(cell.drift),
            cell.main_measure,
            shared.measured(cell.measures),
            cell.command,
            position,
            intern(cell.queries),
            cell.values,
            cell.seconds,
        )


def claimed_entry(result: Result, position: int, measures: Container[str]) -> Entry:
    """What a submission says of one result of its own, which nobody computed again.

    Args:
        result: the claim.
        position: of the result in the submission.
        measures: those of the task; others are not taken in.
    """
    return Entry(
        task=result.task,
        version=result.task_version,
        data_hash=result.data_hash,
        setting=result.setting,
        level="self-reported",
        partial=result.partial,
        vouched=vouched(result.datasets, result.task_card.get("statistics") or {}),
        drift=tuple(result.drift),
        main_measure=result.main_measure,
        measured=Shared().measured(
            {name: value for name, value in result.measures.items() if name in measures}
        ),
        command=command(result.model, result.task, result.setting),
        position=position,
    )
