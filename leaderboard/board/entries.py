"""One result of a submission, as little of it as the board needs: there are 100,000 of them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from sys import intern
from typing import Any, NamedTuple, TypeAlias

from harness.commands import command
from harness.records import Setting
from harness.settings import setting_of
from harness.store.schema import Result, Value
from leaderboard.checked import Cell, Level, vouched

Measured: TypeAlias = tuple[float, float | None, float | None, int | None]
"""A mean, the ends of its 95 % interval, and how many queries it is over."""


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
    measures: Mapping[str, Measured]
    command: str
    position: int
    queries: str | None = None
    values: str = ""
    seconds: float | None = None


def checked_entry(cell: Cell, position: int, settings: dict[str, Setting]) -> Entry:
    """What a record says of one result.

    Args:
        cell: of the record.
        position: of the cell in it.
        settings: those met so far, so that equal ones are one object.

    Raises:
        UserError: a setting that is none.
    """
    return Entry(
        task=cell.task,
        version=cell.task_version,
        data_hash=intern(cell.data_hash),
        setting=_setting(cell.setting, settings),
        level=cell.level,
        partial=cell.partial,
        vouched=cell.vouched,
        drift=tuple(cell.drift),
        main_measure=cell.main_measure,
        measures=_measured(cell.measures),
        command=cell.command,
        position=position,
        queries=intern(cell.queries),
        values=cell.values,
        seconds=cell.seconds,
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
        measures=_measured({m: v for m, v in result.measures.items() if m in measures}),
        command=command(result.model, result.task, result.setting),
        position=position,
    )


def _measured(values: Mapping[str, Value]) -> dict[str, Measured]:
    return {name: (v.value, v.ci_low, v.ci_high, v.n) for name, v in values.items()}


def _setting(fields: Mapping[str, Any], settings: dict[str, Setting]) -> Setting:
    key = repr(fields)
    if key not in settings:
        settings[key] = setting_of(fields)
    return settings[key]
