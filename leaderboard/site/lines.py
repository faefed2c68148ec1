"""A suite's rows as the lines of its table: what is shown of each, and what facets look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.board.records import Board, Column, Number, Rank, Row, SuiteBoard
from leaderboard.site.cells import axis
from leaderboard.site.formats import letters, number_text
from leaderboard.site.states import plain

SIZES: tuple[tuple[str, int], ...] = (
    ("below 100M", 10**8),
    ("100M to 1B", 10**9),
    ("1B to 10B", 10**10),
    ("above 10B", 10**15),
)
"""Ranges of the size facet: what each is called and where it ends."""

YES_NO = {True: "yes", False: "no", None: "–"}

TRAINING: dict[str, str] = {
    "no overlap declared": "the submission lists what it was trained on: no task of this suite",
    "overlap": "the submission says that its training data shares something with a task here",
    "undisclosed": "the submission does not say what it was trained on",
    "not declared": "a printed row: its table declares no training data",
}
"""What is known of a row's training data, and what that means. All of it is as declared."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a suite's table."""

    row: Row
    rank: Rank | None
    place: int | None
    """Its rank where no interval of it is known, as of a printed mean without its tasks."""
    group: str
    """Letter of its group; "" without a rank."""
    number: Number | None
    """In the column that the suite is ranked by, main measure."""
    coverage: int
    edition: str
    """Of its number in the column that the suite is ranked by."""
    size: str
    training: str
    """One of `TRAINING`."""
    overlap: tuple[str, ...]
    seconds: float | None
    retracted: bool
    """Whether it shows numbers here, and all of them are retracted."""
    comparable: bool
    """Whether its values for every query are known."""
    told: str
    """"with" or "without instructions", where rows of one name differ in nothing else."""
    only: tuple[str, ...]
    """Measures that it has, where the suite's main one is not among them."""


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a suite."""

    current: tuple[Line, ...]
    """Ranked rows, best first; then those that lack the number that ranks, most tasks first."""
    other: tuple[Line, ...]
    """Rows about other states of the tasks or their data: never ranked against the others."""


def lines(board: Board, suite: SuiteBoard) -> Lines:
    """Every row of a suite, those about the current data apart from the rest."""
    answers: dict[str, set[bool | None]] = {}
    for row in suite.rows:
        answers.setdefault(row.name, set()).add(row.instruction)
    ambiguous = {name for name, found in answers.items() if len(found) > 1}
    found = [_line(board, suite, row, row.name in ambiguous) for row in suite.rows]
    return Lines(
        current=tuple(line for line in found if not line.edition),
        other=tuple(line for line in found if line.edition),
    )


def _line(board: Board, suite: SuiteBoard, row: Row, ambiguous: bool) -> Line:
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
        number=ranked,
        coverage=suite.coverage.get(row.id, 0),
        edition=edition,
        size=size_range(row.parameters),
        training=_training(board, row, overlap),
        overlap=tuple(overlap or ()),
        seconds=suite.seconds.get(row.id),
        retracted=_retracted(suite, row.id),
        comparable=bool(board.per_query.get(row.id)),
        told=told if ambiguous and "instruction" not in row.setting else "",
        only=_only(suite, row.id),
    )


def _retracted(suite: SuiteBoard, row: str) -> bool:
    shown = [
        number.retracted
        for column in suite.columns
        for number in suite.numbers.get((row, column.id), {}).values()
    ]
    return bool(shown) and all(shown)


def _only(suite: SuiteBoard, row: str) -> tuple[str, ...]:
    main, *rest = suite.measures
    held: set[str] = set()
    for column in suite.columns:
        found = suite.numbers.get((row, column.id), {})
        if main in found:
            return ()
        held.update(found)
    return tuple(measure for measure in rest if measure in held)


def _training(board: Board, row: Row, overlap: list[str] | None) -> str:
    if overlap:
        return "overlap"
    system = board.systems.get(row.system)
    if overlap is None:
        own = row.submission is not None and system is not None and system.card is not None
        return "undisclosed" if own else "not declared"
    return "no overlap declared"


def best_lines(found: Lines) -> tuple[Line, ...]:
    """Who leads on the current data, references and retracted rows apart.

    The leading group where the best row has an interval of its rank; else the best row alone, or
    those that share its number: nothing is known of their differences.
    """
    placed = [line for line in found.current if line.place and not line.retracted]
    first = min((line.place or 0 for line in placed), default=0)
    best = [line for line in placed if line.place == first]
    if any(line.rank and line.rank.group == 1 for line in best):
        return tuple(line for line in placed if line.rank and line.rank.group == 1)
    return tuple(best)


def by_task(suite: SuiteBoard, row: str) -> list[tuple[Column, str]]:
    """A row's numbers task by task, as text, where no aggregate says them shorter."""
    main = suite.measures[0]
    unit = suite.units.get(main, "")
    found = [
        (column, number)
        for column in suite.columns
        if (number := suite.numbers.get((row, column.id), {}).get(main)) is not None
    ]
    if any(column.kind == "aggregate" for column, _ in found):
        return []
    return [(column, number_text(number, unit)) for column, number in found]


@dataclass(frozen=True, slots=True)
class Misprint:
    """A printing error that is known of some numbers of a row, or of the row itself."""

    row: Row
    columns: tuple[str, ...]
    """Titles; none where it is about the row."""
    text: str


def misprints(suite: SuiteBoard) -> tuple[Misprint, ...]:
    """Every printing error that is known of what a suite shows, row by row."""
    marked: dict[tuple[str, str], list[str]] = {}
    for key, numbers in suite.numbers.items():
        for number in numbers.values():
            if number.defect:
                marked.setdefault(key, []).append(number.defect)
    with_some = {row for row, _ in marked}
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in suite.rows:
        if row.defect:
            found[row.id, row.defect] = {}
        for column in suite.columns if row.id in with_some else ():
            for text in marked.get((row.id, column.id), ()):
                found.setdefault((row.id, text), {})[column.title] = None
    rows = {row.id: row for row in suite.rows}
    return tuple(Misprint(rows[row], tuple(titles), t) for (row, t), titles in found.items())


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
    if "" in editions or not editions:
        return ""
    found = sorted(editions)
    return found[0] if len(found) == 1 else "; or ".join(dict.fromkeys(map(plain, found)))


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
    """Ends of the axis that the bars of some columns share, references apart."""
    found = [
        number
        for row in suite.rows
        if row.kind != "reference"
        for column in columns
        if (number := suite.numbers.get((row.id, column.id), {}).get(measure)) is not None
    ]
    return axis(found, suite.units.get(measure, ""))
