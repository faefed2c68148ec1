"""`<table>.yaml`: what a transcribed table is, and which of its columns the board shows.

See `toolret_table4.yaml` for a table about a suite of ours, and `bfcl_v4.yaml` for one that
declares its own.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from harness.errors import UserError
from harness.files import read_yaml
from leaderboard.fields import Line, Link, Prose, Strict
from leaderboard.printed.records import Unit
from leaderboard.records import Kind

Model = TypeVar("Model", bound=Strict)
Target = Annotated[list[Line], Field(min_length=2, max_length=2)]
"""[column of the board, measure]."""
SuiteName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]


class SourceText(Strict):
    """Where a table stands."""

    title: Line
    """Of the paper or the page."""
    where: Line
    """"Table 4", "README at 1ee5249"."""
    url: Link
    year: int = Field(ge=2000, le=2100)
    date: Annotated[datetime.date, Field(strict=False)] | None = None
    """The day that the numbers stand for, where the source tells it."""
    transcribed: Prose = Field(min_length=1)
    """How the numbers came here."""


class RowsText(Strict):
    """How a row names a system and its setting. Headers are those of the CSV file."""

    system: Line
    """Header of the column that names the system."""
    kind: Kind
    """Of the systems that `systems.yaml` does not list."""
    instruction: bool | Line | None = None
    """For all rows, or the header of a column of "yes" and "no"."""
    setting: dict[Line, Line] = Field(default_factory=dict)
    """What else tells rows apart: key -> header. An empty field says nothing."""
    always: dict[Line, Line] = Field(default_factory=dict)
    """What holds for all rows: key -> value."""
    licence: Line | None = None
    """Header of the column that states it."""
    names: dict[Line, Line] = Field(default_factory=dict)
    """Name as printed -> name of the system, where only this table means it by that: "Ours"."""


class MeasureText(Strict):
    """A measure of an own suite."""

    description: Line
    unit: Unit = "share"
    lower_is_better: bool = False


class ColumnText(Strict):
    """A column of an own suite."""

    title: Line
    description: Prose = ""
    tasks: list[Line] = Field(default_factory=list)
    """What an aggregate averages, each with the same weight; [] where that is not so."""


class SuiteText(Strict):
    """A suite that no benchmark of ours provides."""

    title: Line
    description: Prose
    measures: dict[Line, MeasureText] = Field(min_length=1)
    """The first one ranks."""
    columns: dict[Line, ColumnText] = Field(min_length=1)
    """Tasks are "suite/task"; what has no "/" is an aggregate and comes first. The first ranks."""


class BoardText(Strict):
    """What one suite takes from the table."""

    suite: SuiteName
    """Of ours, or one that this or another table declares."""
    declares: SuiteText | None = None
    """What that suite is, where no benchmark of ours provides it."""
    edition: str = ""
    """Which state of the benchmark; "" is the current one."""
    columns: dict[Line, Target] = Field(min_length=1)
    """Header -> [column, measure]. In "* N@10" the star is any text, which {} repeats; headers
    that stand for themselves, here or in `rows`, are left out."""
    averages: list[Line] = Field(default_factory=list)
    """Aggregates of a suite of ours that the source does not print and that follow from a row's
    tasks. Computed where the row has all of them."""


class DefectText(Strict):
    """A printing error."""

    row: dict[Line, str] = Field(min_length=1)
    """Header -> what stands there, enough to tell the row."""
    cells: list[Line] = Field(default_factory=list)
    """Headers; ["*"] for all numbers of the row, [] for the row itself, such as its name."""
    what: Line
    """What is wrong."""
    how: Line
    """How it is known."""

    @property
    def text(self) -> str:
        """Both, as one sentence."""
        return f"{self.what}: {self.how}."


class TableText(Strict):
    """The whole file."""

    source: SourceText
    rows: RowsText
    transposed: bool = False
    """Whether a line of the CSV file is a column of the table, and the first lines name systems."""
    unit: Literal["percent", "share"]
    """How shares of 1 are printed."""
    notes: Prose = ""
    """What a reader must know before comparing."""
    suites: list[BoardText] = Field(min_length=1)
    defects: list[DefectText] = Field(default_factory=list)


def read_description(path: Path) -> TableText:
    """The description of a table.

    Raises:
        UserError: there is none, or a field is wrong; the message names the file and the field.
    """
    return valid(TableText, read_yaml(path), path.name)


def valid(model: type[Model], found: object, name: str) -> Model:
    """What was found in the file of that name, as a record.

    Raises:
        UserError: a field is missing, unknown or wrong.
    """
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{name}: {where or 'the file'}: {first['msg']}") from error
