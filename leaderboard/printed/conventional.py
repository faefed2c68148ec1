"""How good a retriever is conventionally: what ToolRet sets its own numbers beside.

The paper correlates ToolRet with MTEB's retrieval tasks. Here it is the mean over those collections
of BEIR for which a printed table has a number of every one of ToolRet's systems that it lists.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from leaderboard.printed.collection import suites, tables
from leaderboard.printed.records import PrintedTable

SUITE, MEASURE = "mteb-retrieval", "nDCG@10"
STANDS_FOR = {"BM25s (MTEB)": "BM25s"}
"""MTEB's BM25 is bm25s as ToolRet's is, with a stemmer on top."""


def conventional() -> Mapping[str, float]:
    """Mean nDCG@10 over collections of BEIR, by the name of ToolRet's systems.

    Raises:
        UserError: a printed table is broken.
    """
    table, systems, columns = _table()
    rows = {STANDS_FOR.get(row.system, row.system): row for row in table.rows}
    found = {}
    for name in systems:
        cells = [rows[name].cell(column, MEASURE) for column in columns]
        found[name] = math.fsum(cell.value for cell in cells if cell) / len(columns)
    return found


def conventional_basis() -> str:
    """What those numbers are, as one sentence.

    Raises:
        UserError: as `conventional`.
    """
    table, _, columns = _table()
    titles = {column.id: column.title for column in suites()[SUITE].columns}
    listed = ", ".join(titles[column] for column in columns)
    return f"Mean {MEASURE} over {listed}: {table.source.title}, {table.source.where}."


def _table() -> tuple[PrintedTable, list[str], list[str]]:
    """The table, ToolRet's systems in it, and the collections that all of these have."""
    (table,) = (own for own in tables() if own.suite == SUITE)
    wanted = {row.system for own in tables() if own.suite == "toolret" for row in own.rows}
    rows = {STANDS_FOR.get(row.system, row.system): row for row in table.rows}
    systems = sorted(wanted & rows.keys())
    columns = [
        column.id
        for column in suites()[SUITE].columns
        if all(rows[name].cell(column.id, MEASURE) for name in systems)
    ]
    return table, systems, columns
