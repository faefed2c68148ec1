"""The board in memory: what pages, downloads and figures are made from.

Numbers are shares of 1 for measures that are (nDCG@10 = 0.4577); pages print them times 100.
Everything is sorted and plain, so that the same inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from harness.records import TaskCard
from leaderboard.checked import Flag, Level, Queries, Reproduced, Retraction, Samples
from leaderboard.records import Card, Environment


@dataclass(frozen=True, slots=True)
class Source:
    """Where a printed table stands."""

    title: str
    """Of the paper or the page."""
    where: str
    """"Table 4", "README at 1ee5249"."""
    url: str
    year: int
    table: str
    """Name of our transcription: `leaderboard/printed/<table>.csv`."""


@dataclass(slots=True)  # a million of them: frozen ones take five times as long to make
class Number:
    """One cell of the board."""

    value: float
    low: float | None = None
    """95 % interval; None where no per-query values are known."""
    high: float | None = None
    n: int | None = None
    """Queries in the mean."""
    level: Level = "as printed"
    edition: str = ""
    """Which state of the task and its data it is about; "" is the current, published one. Only
    numbers of one edition are ranked against each other."""
    printed: str = ""
    """As the paper prints it."""
    defect: str = ""
    """A printing error that is known of this number."""
    rank: int | None = None
    """Among the numbers of its column and edition, ties sharing the better rank."""
    seconds: float | None = None
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a row stands, and how sure that is."""

    rank: int
    low: int
    """Best and worst rank within the 95 % of bootstrap resamples of tasks and queries."""
    high: int
    group: int
    """Rows of one number cannot be told apart from the best row of it; 1 is the leading group."""
    resampled: Literal["tasks and queries", "tasks", "queries"]
    """What was resampled: printed tables know no queries."""


@dataclass(frozen=True, slots=True)
class Row:
    """A system under one setting, from one origin: a line of a suite's table."""

    id: str
    """Unique on the board, safe in a URL: "bm25-lucene--with-instruction"."""
    system: str
    """Id of the system, whose page it links to."""
    name: str
    kind: str
    parameters: int | None
    open_weights: bool | None
    instruction: bool | None
    """Whether the model was given instructions; None where there are none or it is not known."""
    level: Level
    """The lowest of its cells."""
    setting: Mapping[str, Any]
    """What differs from the defaults, for reading: {"pool": "category"}."""
    overlap: Mapping[str, list[str] | None]
    """Suite -> declared training data that overlaps; [] zero-shot; None not declared."""
    released: date | None
    """Of the model, or of the paper for printed rows."""
    submission: str | None = None
    source: Source | None = None
    defect: str = ""
    """A printing error of the row itself, such as its name."""


@dataclass(frozen=True, slots=True)
class Column:
    """Something a suite is ranked by: an aggregate, or one task."""

    id: str
    """"average", "toolret/apibank"."""
    title: str
    kind: Literal["aggregate", "task"]
    description: str = ""
    tasks: tuple[str, ...] = ()
    """What an aggregate averages."""


@dataclass(frozen=True)
class SuiteBoard:
    """Everything about one suite."""

    name: str
    title: str
    description: str
    measures: tuple[str, ...]
    """Every measure that some cell has; the first is the main one."""
    columns: tuple[Column, ...]
    """Aggregates first (the first of them is what the suite is ranked by), then tasks."""
    rows: tuple[Row, ...]
    """Best first, by the first column; rows without that number follow, most tasks first."""
    numbers: Mapping[tuple[str, str], Mapping[str, Number]]
    """(row id, column id) -> measure -> number."""
    ranks: Mapping[str, Rank]
    """Row id -> rank in the first column, main measure; rows that cover it completely."""
    coverage: Mapping[str, int]
    """Row id -> tasks of the suite that it has a number for."""
    commands: Mapping[tuple[str, str], str]
    """(row id, task) -> what to type."""
    seconds: Mapping[str, float]
    """Row id -> wall seconds over the suite's tasks, where all are known."""
    groups: tuple[str, ...] = ()
    """Names of the sources and notes that a reader of the suite must know."""
    lower_is_better: tuple[str, ...] = ()
    """Measures that rank ascending, such as a cost."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Of the measures that are no share of 1: "seconds", "dollars", "count"."""


@dataclass(frozen=True)
class TaskBoard:
    """Everything about one task."""

    name: str
    card: TaskCard | None
    """None for a task that only printed tables know."""
    suites: tuple[str, ...]
    measures: tuple[str, ...]
    rows: tuple[Row, ...]
    """Best first."""
    numbers: Mapping[str, Mapping[str, Number]]
    """Row id -> measure -> number."""
    queries: Mapping[str, Queries]
    """Edition -> its queries."""
    difficulty: Mapping[str, tuple[float, ...]]
    """Edition -> for every query the mean of the main measure over systems (not references)."""
    commands: Mapping[str, str]
    licence_shows_text: bool = False
    lower_is_better: tuple[str, ...] = ()
    """Measures that rank ascending, such as a cost."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Of the measures that are no share of 1: "seconds", "dollars", "count"."""


@dataclass(frozen=True)
class System:
    """A model: its page."""

    id: str
    name: str
    expression: str | None
    """None for systems that only printed tables know."""
    kind: str
    card: Card | None
    environment: Environment | None
    submissions: tuple[str, ...]
    sources: tuple[Source, ...]
    rows: tuple[str, ...]
    """Ids of its rows."""
    flags: tuple[Flag, ...] = ()
    reproduced: Reproduced | None = None
    parent: str | None = None
    """Id of the system that it was trained from, where that is on the board."""


@dataclass(frozen=True, slots=True)
class PerQuery:
    """A row's values on one task, for the compare page; arrays are passed through encoded."""

    row: str
    task: str
    queries: str
    """Digest of the query file."""
    values: str
    """float32, little endian, base64."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A published number beside ours: a line of the reproduction page."""

    what: str
    """"BM25 on SciFact"."""
    task: str
    measure: str
    paper: float
    printed: str
    source: Source
    ours: float | None
    command: str
    verdict: Literal["exact", "within", "off", "unreachable"]
    """exact: equal to the printed digits; within: inside the stated tolerance."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What instructions do to one model on one suite: a line of the instruction page."""

    suite: str
    system: str
    name: str
    level: Level
    improved: int
    worsened: int
    unchanged: int
    mean: float
    """Mean difference over the tasks, with minus without."""
    low: float | None
    high: float | None
    by_task: Mapping[str, float] = field(default_factory=dict)
    resampled: Literal["queries", "tasks"] = "tasks"
    """What the interval is about: the queries of these tasks, or other tasks like them."""


@dataclass(frozen=True)
class Savvy:
    """Tool retrieval against conventional retrieval: is a good retriever good at tools?"""

    points: tuple[tuple[str, float, float], ...]
    """(model, conventional, tools)."""
    conventional: str
    """What the first number is, with its source."""
    tools: str
    pearson: float
    spearman: float
    low: float
    high: float
    """95 % bootstrap interval of Pearson's r over models."""


class LeftOut(NamedTuple):
    """A submission of which the board shows nothing."""

    name: str
    """Of its folder, safe to print."""
    why: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of "what changed"."""

    on: date
    kind: Literal["submitted", "reproduced", "retracted", "printed"]
    subject: str
    """Name to show."""
    link: str
    """Id of a system or a suite."""
    text: str


@dataclass(frozen=True)
class Board:
    """All of it."""

    version: str
    """Of the harness."""
    as_of: date
    """The newest thing on the board: no clock is read, so the same inputs give the same site."""
    suites: tuple[SuiteBoard, ...]
    tasks: Mapping[str, TaskBoard]
    systems: Mapping[str, System]
    rows: Mapping[str, Row]
    per_query: Mapping[str, tuple[PerQuery, ...]]
    """Row id -> its tasks."""
    samples: Mapping[str, Samples]
    """Submission -> what it answered."""
    sample_cells: Mapping[tuple[str, str], tuple[str, int]]
    """(row id, task) -> (submission, position in its samples)."""
    claims: tuple[Claim, ...]
    effects: tuple[Effect, ...]
    savvy: tuple[Savvy, ...]
    events: tuple[Event, ...]
    """Newest first."""
    retractions: tuple[Retraction, ...]
    unchecked: Mapping[str, str]
    """Submissions without a record that counts, self-reported or left out -> why."""
    left_out: tuple[LeftOut, ...] = ()
    """Those of them that could not be read at all, by name."""
