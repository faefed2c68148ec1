"""Numbers that papers print: tables with their sources, and which of them our runs replay.

A new table is two files in this folder and no code: `<table>.csv`, the numbers exactly as printed,
and `<table>.yaml`, where they stand and what the columns are (`description.py` says which fields).
A system that is known by several names is listed in `systems.yaml`; a number that we can replay, or
visibly cannot, in `claims.yaml`.
"""

from leaderboard.printed.claims import claims, verdict
from leaderboard.printed.collection import suites, systems, tables
from leaderboard.printed.conventional import conventional, conventional_basis
from leaderboard.printed.records import (
    PrintedCell,
    PrintedMeasure,
    PrintedRow,
    PrintedSuite,
    PrintedTable,
    PublishedClaim,
    SystemFacts,
)

__all__ = [
    "PrintedCell",
    "PrintedMeasure",
    "PrintedRow",
    "PrintedSuite",
    "PrintedTable",
    "PublishedClaim",
    "SystemFacts",
    "claims",
    "conventional",
    "conventional_basis",
    "suites",
    "systems",
    "tables",
    "verdict",
]
