"""Every table of this folder, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from harness.errors import UserError
from leaderboard.printed.naming import Names
from leaderboard.printed.reading import read_table
from leaderboard.printed.records import PrintedSuite, PrintedTable, SystemFacts
from leaderboard.printed.suites import read_suites

HOME = Path(__file__).resolve().parent
CLOSED = "proprietary"
"""The licence of weights that are not handed out. Any other licence is one of weights that are."""


@dataclass(frozen=True)
class Collection:
    """All tables of a folder."""

    tables: tuple[PrintedTable, ...]
    suites: Mapping[str, PrintedSuite]
    systems: Mapping[str, SystemFacts]


def tables() -> tuple[PrintedTable, ...]:
    """Every printed table, by name; one about several suites comes once for each.

    Raises:
        UserError: a file is broken; the message says which and where.
    """
    return collect(HOME).tables


def suites() -> Mapping[str, PrintedSuite]:
    """The suites that printed tables declare, by name.

    Raises:
        UserError: as `tables`.
    """
    return collect(HOME).suites


def systems() -> Mapping[str, SystemFacts]:
    """What is known of every system, by each of its names.

    A system that only a table knows is there with what that table says of it.

    Raises:
        UserError: as `tables`.
    """
    return collect(HOME).systems


@cache
def collect(folder: Path) -> Collection:
    """All tables of a folder, which holds `systems.yaml` as well.

    Raises:
        UserError: as `tables`.
    """
    files = sorted(folder.glob("*.csv"))
    declared: dict[str, PrintedSuite] = {}
    for file in files:
        for suite in read_suites(file):
            if suite.name in declared:
                raise UserError(f"{file.stem}.yaml: another table declares the suite {suite.name}")
            declared[suite.name] = suite
    names = Names(folder / "systems.yaml")
    read = tuple(table for file in files for table in read_table(file, names, declared))
    return Collection(read, MappingProxyType(declared), MappingProxyType(_systems(read, names)))


def _systems(tables: tuple[PrintedTable, ...], names: Names) -> dict[str, SystemFacts]:
    found = dict(names.listed)
    for row in (row for table in tables for row in table.rows):
        if row.system not in found:
            licence = row.licence and (CLOSED if row.licence.casefold() == CLOSED else row.licence)
            found[row.system] = SystemFacts(
                name=row.system,
                kind=row.kind,
                open_weights=None if licence is None else licence != CLOSED,
                licence=licence,
            )
    return dict(sorted(found.items()))
