"""A suite's rows as the lines of its table: what is shown of each, and what facets look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from leaderboard.board.records import Board, Column, Number, Rank, Row, SuiteBoard
from leaderboard.site.formats import is_share, letters

SIZES: tuple[tuple[str, int], ...] = (
    ("below 100M", 10**8),
    ("100M to 1B", 10**9),
    ("1B to 10B", 10**10),
    ("above 10B", 10**15),
)
"""Ranges of the size facet: what each is called and where it ends."""

YES_NO = {True: "yes", False: "no", None: "–"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a suite's table."""

    row: Row
    rank: Rank | None
    place: int | None
    """Its rank where no interval of it is known, as of a printed mean without its tasks."""
    group: str
    """Letter of its group; "" without a rank."""
    coverage: int
    edition: str
    """Of its number in the column that the suite is ranked by."""
    size: str
    training: str
    """"zero-shot", "overlap" or "not declared"."""
    overlap: tuple[str, ...]
    seconds: float | None
    retracted: bool
    comparable: bool
    """Whether its values for every query are known."""
    told: str
    """"with" or "without instructions", where rows of one name differ in nothing else."""


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a suite."""

    current: tuple[Line, ...]
    """Ranked rows, best first; then those that lack the number that ranks, most tasks first."""
    other: tuple[Line, ...]
    """Rows about other states of the tasks or their data: never ranked against the others."""


def lines(board: Board, suite: SuiteBoard) -> Lines:
    """Every row of a suite, those about the current data apart from the rest."""
    gone = {retraction.submission for retraction in board.retractions if not retraction.tasks}
    answers: dict[str, set[bool | None]] = {}
    for row in suite.rows:
        answers.setdefault(row.name, set()).add(row.instruction)
    ambiguous = {name for name, found in answers.items() if len(found) > 1}
    found = [_line(board, suite, row, gone, row.name in ambiguous) for row in suite.rows]
    return Lines(
        current=tuple(line for line in found if not line.edition),
        other=tuple(line for line in found if line.edition),
    )


def _line(board: Board, suite: SuiteBoard, row: Row, gone: set[str], ambiguous: bool) -> Line:
    ranked = main_number(suite, row.id, suite.columns[0].id) if suite.columns else None
    edition = ranked.edition if ranked else _common_edition(suite, row.id)
    rank = None if edition else suite.ranks.get(row.id)
    overlap = row.overlap.get(suite.name)
    told = "" if row.instruction is None else f"with{'' if row.instruction else 'out'} instructions"
    return Line(
        row=row,
        rank=rank,
        place=ranked.rank if ranked and not edition and row.kind != "reference" else None,
        group=letters(rank.group) if rank else "",
        coverage=suite.coverage.get(row.id, 0),
        edition=edition,
        size=size_range(row.parameters),
        training="not declared" if overlap is None else "overlap" if overlap else "zero-shot",
        overlap=tuple(overlap or ()),
        seconds=suite.seconds.get(row.id),
        retracted=row.submission in gone,
        comparable=bool(board.per_query.get(row.id)),
        told=told if ambiguous and "instruction" not in row.setting else "",
    )


def main_number(suite: SuiteBoard, row: str, column: str) -> Number | None:
    """A row's number in a column, by the suite's main measure."""
    return suite.numbers.get((row, column), {}).get(suite.measures[0])


def _common_edition(suite: SuiteBoard, row: str) -> str:
    """The edition of a row of which no number is about the current data, else ""."""
    editions = {
        number.edition
        for column in suite.columns
        for number in suite.numbers.get((row, column.id), {}).values()
    }
    return "" if "" in editions or not editions else ", ".join(sorted(editions))


def size_range(parameters: int | None) -> str:
    """The range of the size facet: "none" where nothing is learned, "unknown" for None."""
    if parameters is None:
        return "unknown"
    return next(name for name, end in SIZES if parameters < end) if parameters else "none"


def split_columns(
    suite: SuiteBoard,
) -> tuple[tuple[Column, ...], tuple[Column, ...], tuple[Column, ...]]:
    """Aggregates over the whole suite, aggregates over a part of it (its categories), tasks."""
    aggregates = [column for column in suite.columns if column.kind == "aggregate"]
    widest = max((len(set(column.tasks)) for column in aggregates), default=0)
    whole = tuple(column for column in aggregates if len(set(column.tasks)) == widest)
    parts = tuple(column for column in aggregates if len(set(column.tasks)) < widest)
    if suite.columns and suite.columns[0] in parts:  # what ranks the suite always leads
        whole = (suite.columns[0], *whole)
        parts = tuple(column for column in parts if column != suite.columns[0])
    return whole, parts, tuple(column for column in suite.columns if column.kind == "task")


def scale(suite: SuiteBoard, columns: Sequence[Column], measure: str) -> tuple[float, float]:
    """Ends of the axis that the interval bars of some columns share, at round numbers."""
    found = [
        number
        for row in suite.rows
        for column in columns
        if (number := suite.numbers.get((row.id, column.id), {}).get(measure)) is not None
    ]
    if not found:
        return 0.0, 1.0
    low = min(n.value if n.low is None else n.low for n in found)
    high = max(n.value if n.high is None else n.high for n in found)
    step = 0.1 if is_share(measure) else 10 ** floor(log10(max(high - low, 1.0)))
    left, right = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return round(left, 9), round(right if right > left else left + step, 9)
