"""What printed tables hold once they are read: numbers of papers, with their sources and errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from leaderboard.board.records import Column, Source
from leaderboard.records import Kind

Unit = Literal["share", "seconds", "dollars", "count"]
"""Of a measure. A share is kept as a part of 1, however it is printed; the others as they are."""


@dataclass(frozen=True, slots=True)
class PrintedMeasure:
    """A measure of a suite that only printed tables know."""

    name: str
    """In our notation where there is one: "nDCG@10", "EM"."""
    description: str
    unit: Unit = "share"
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class PrintedSuite:
    """A suite that no benchmark of ours provides: what its tables are about."""

    name: str
    title: str
    description: str
    measures: tuple[PrintedMeasure, ...]
    """The first one ranks."""
    columns: tuple[Column, ...]
    """Aggregates, then tasks; the first one ranks."""


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A number of a paper."""

    column: str
    """Aggregate or task: "average", "toolret/apibank"."""
    measure: str
    value: float
    """A share of 1 where the measure is one (nDCG@10), else in the measure's unit."""
    printed: str
    """As it stands there; "" for an aggregate that the source does not print and that follows from
    the tasks of its row."""
    step: float = 0.0
    """One unit of the last printed digit, as the value counts: .0001 for 67.89 percent."""
    defect: str = ""
    """What is wrong with it, and how that is known."""


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A system under one setting."""

    system: str
    """Its one name on the board: a key of `systems()`."""
    printed: str
    """The name that the table gives it."""
    instruction: bool | None
    """None where there are no instructions, or it is not said."""
    setting: Mapping[str, str]
    """What else tells the rows of a system apart: {"calling": "FC"}."""
    kind: Kind
    licence: str | None
    """As the table states it."""
    cells: tuple[PrintedCell, ...]
    defect: str = ""
    """What is wrong with the row itself, such as its name."""

    def cell(self, column: str, measure: str) -> PrintedCell | None:
        """The number of that column and measure, or None where the table has none."""
        for cell in self.cells:
            if (cell.column, cell.measure) == (column, measure):
                return cell
        return None


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table of a paper, as far as it is about one suite."""

    name: str
    """`leaderboard/printed/<name>.csv`. A table about two suites is two of these."""
    source: Source
    date: date | None
    """The day that the numbers stand for, where the source tells it."""
    transcribed: str
    """How the numbers came here."""
    suite: str
    """Of a benchmark of ours, or a key of `suites()`."""
    edition: str
    """Which state of the benchmark it is about; "" is the current one."""
    notes: str
    """What a reader must know before comparing."""
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What is known of a system; None is not known."""

    name: str
    kind: Kind
    parameters: int | None = None
    open_weights: bool | None = None
    licence: str | None = None
    """Of the weights, or "proprietary"."""
    hub: str | None = None
    """Id on the Hugging Face hub."""
    expressions: tuple[str, ...] = ()
    """Models of our registry that are this system, the closest first."""


@dataclass(frozen=True, slots=True)
class PublishedClaim:
    """A published number that a run of ours replays, or why none can."""

    what: str
    """"BM25 on SciFact"."""
    suite: str
    task: str
    """A task, or an aggregate of the suite."""
    measure: str
    model: str
    """Our expression; "" where nothing of ours is that system."""
    setting: Mapping[str, str]
    """What the run needs beside the defaults: {"instruction": "yes"}."""
    paper: float
    printed: str
    source: Source
    step: float
    """One unit of the last printed digit, as `paper` counts."""
    tolerance: float
    """How far off a replay may be and still agree."""
    reason: str
    """Why that far."""
    unreachable: str
    """Why it cannot be replayed with the data at hand; "" where it can."""
