"""Published numbers that a run of ours replays, or visibly cannot: `claims.yaml`.

A claim names a cell of a printed table, so that no number stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Literal, TypeVar

from pydantic import Field

from harness.errors import UserError
from harness.files import read_yaml
from leaderboard.fields import Line, Prose, Strict
from leaderboard.printed.collection import HOME, suites, systems, tables
from leaderboard.printed.description import valid
from leaderboard.printed.records import PrintedCell, PrintedRow, PrintedTable, PublishedClaim

FILE = "claims.yaml"
BITS = 1e-9
"""What binary fractions add to a difference of decimal ones."""
Named = TypeVar("Named")


class ToleranceText(Strict):
    """How far off a replay may be."""

    within: float = Field(gt=0, lt=1)
    reason: Prose = Field(min_length=1)


class ClaimText(Strict):
    """Cells of printed tables that are claimed alike: one claim for each of them."""

    tables: list[Line] = Field(min_length=1)
    systems: list[Line] = Field(min_length=1)
    setting: dict[Line, str] = Field(default_factory=dict)
    """What of the rows' setting tells them apart."""
    columns: list[Line] = Field(min_length=1)
    measures: list[Line] = Field(min_length=1)
    model: str | None = None
    """Our expression; null is the system's first, "" is none."""
    run: dict[Line, str] = Field(default_factory=dict)
    """What the run needs beside the defaults; whether with instructions is told by the row."""
    tolerance: Line
    """Name of one of the file's."""
    unreachable: str = ""
    """Name of one of the file's reasons; "" where the number can be replayed."""


class ClaimsText(Strict):
    """The whole file."""

    tolerances: dict[Line, ToleranceText]
    reasons: dict[Line, Prose]
    claims: list[ClaimText]


@cache
def claims() -> tuple[PublishedClaim, ...]:
    """Every published number that a run of ours replays, or that none can, in the file's order.

    Raises:
        UserError: the file is broken, or names a cell that no table has.
    """
    text = valid(ClaimsText, read_yaml(HOME / FILE), FILE)
    found = tuple(claim for part in text.claims for claim in _claims(part, text))
    keys = [(claim.what, claim.measure, claim.source, str(claim.setting)) for claim in found]
    for key in keys:
        if keys.count(key) > 1:
            raise UserError(f"{FILE}: {key[0]}, {key[1]} is claimed twice from {key[2].table}")
    return found


def verdict(
    claim: PublishedClaim, ours: float | None
) -> Literal["exact", "within", "off", "unreachable"]:
    """How a replay compares with what is printed.

    Args:
        claim: what is printed.
        ours: the mean that a run of ours got, None where there is no complete run.

    Returns:
        "exact" where ours rounds to the printed digits, up to half a unit of the last of them;
        "within" the tolerance; "off"; "unreachable" without a run.
    """
    if ours is None:
        return "unreachable"
    difference = abs(ours - claim.paper) - BITS
    if difference <= claim.step / 2:
        return "exact"
    return "within" if difference <= claim.tolerance else "off"


def _claims(part: ClaimText, text: ClaimsText) -> Iterator[PublishedClaim]:
    for table, system, column, measure in product(
        part.tables, part.systems, part.columns, part.measures
    ):
        found = [
            (own, row, cell)
            for own in tables()
            for row in own.rows
            if (own.name, row.system) == (table, system)
            and part.setting.items() <= row.setting.items()
            and (cell := row.cell(column, measure)) is not None
            and cell.printed
        ]
        asked = [row.instruction for _, row, _ in found]
        if not found or len(set(asked)) != len(asked):
            raise UserError(
                f"{FILE}: {len(found)} rows of {table} are {system} {part.setting} and print "
                f"{measure} of {column}; expected one, or one with and one without instructions"
            )
        yield from (_claim(part, text, *own) for own in found)


def _claim(
    part: ClaimText, text: ClaimsText, table: PrintedTable, row: PrintedRow, cell: PrintedCell
) -> PublishedClaim:
    model = part.model
    if model is None:
        model = next(iter(systems()[row.system].expressions), "")
    tolerance = _named(text.tolerances, part.tolerance)
    asked = {} if row.instruction is None else {"instruction": "yes" if row.instruction else "no"}
    return PublishedClaim(
        what=f"{row.system} on {_title(table.suite, cell.column)}",
        suite=table.suite,
        task=cell.column,
        measure=cell.measure,
        model=model,
        setting={**asked, **part.run},
        paper=cell.value,
        printed=cell.printed,
        source=table.source,
        step=cell.step,
        tolerance=tolerance.within,
        reason=tolerance.reason,
        unreachable=part.unreachable and _named(text.reasons, part.unreachable),
    )


def _title(suite: str, column: str) -> str:
    """A column as a sentence names it: "beir/scifact", "toolret average", "HotpotQA"."""
    own = suites().get(suite)
    if own is not None:
        return next(found.title for found in own.columns if found.id == column)
    return column if "/" in column else f"{suite} {column}"


def _named(known: Mapping[str, Named], name: str) -> Named:
    if name not in known:
        raise UserError(f"{FILE} has no '{name}' among {', '.join(known)}")
    return known[name]
