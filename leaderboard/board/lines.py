"""Lines: the rows of the board with the numbers that belong to them.

A submission splits into a line for each way that it was asked: settings that differ in the depth
only are one line, in which the deeper result stands; "auto" and "yes" ask the same. Where one model
was submitted several times, a number on the published data stands before others, then what a
maintainer ran again before what was re-scored, then the newest. Anybody can claim to be that model,
so what nobody checked has lines of its own. A printed table has a line for each of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from harness.records import Setting, TaskCard
from harness.settings import setting_of
from leaderboard.board.editions import Parts, UsualData
from leaderboard.board.entries import Entry
from leaderboard.board.naming import Ids, slug
from leaderboard.board.recorded import Submission
from leaderboard.board.records import Row
from leaderboard.board.systems import Identity, Systems
from leaderboard.checked import Level, Reproduced, Retraction
from leaderboard.printed.records import PrintedCell, PrintedRow, PrintedTable
from leaderboard.records import Card

LEVELS: tuple[Level, ...] = ("as printed", "self-reported", "re-scored", "reproduced")
"""From the one that says least."""
SAME = 1e-3
"""How far a rerun may be off and still reproduce a number: the change of a main score from which
MTEB's results repository asks for an explanation."""
_DEFAULT = Setting()


class Result(NamedTuple):
    """What a line has on a task."""

    entry: Entry
    submission: str
    level: Level
    edition: Parts
    retracted: bool
    standing: tuple[bool, bool, int, int, int]
    """Of several results on a task the one with the greatest stands."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a line prints in one column, by measure."""

    edition: Parts
    cells: dict[str, PrintedCell] = field(default_factory=dict)


@dataclass
class Line:
    """A row and what belongs to it.

    Attributes:
        row: its `overlap` is filled in when the suites are known.
        origin: lines of one origin differ only in the instruction.
        results: task -> number of a submission.
        papers: task -> numbers of a paper.
        aggregates: (suite, aggregate) -> numbers of a paper.
        reference: whether the system takes part in no rank.
        model: expression of the model that a submission ran.
        way: how it was asked, the depth aside.
        card: of the submission; None for printed rows.
    """

    row: Row
    origin: tuple[object, ...]
    results: Mapping[str, Result] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    aggregates: dict[tuple[str, str], Paper] = field(default_factory=dict)
    reference: bool = False
    model: str | None = None
    way: Setting | None = None
    card: Card | None = None

    @property
    def id(self) -> str:
        """Of the row."""
        return self.row.id

    @property
    def tasks(self) -> Iterable[str]:
        """Those that it has a number for."""
        return self.results or self.papers


class SubmittedLines:
    """Makes the lines of submissions.

    Args:
        systems: every system with its submissions.
        retractions: what no longer counts.
        cards: of the registered tasks, by name.
        instructed: benchmarks whose queries carry instructions.
    """

    def __init__(
        self,
        systems: Systems,
        retractions: Sequence[Retraction],
        cards: Mapping[str, TaskCard],
        instructed: Iterable[str],
    ) -> None:
        self._systems, self._instructed = systems, frozenset(instructed)
        submissions = [s for system in systems.all() for s in system.submissions]
        submissions.sort(key=lambda s: (s.submitted, s.name))
        self._data = UsualData((entry for s in submissions for entry in s.entries), cards)
        self._retracted = {
            (retraction.submission, task)
            for retraction in retractions
            for task in retraction.tasks or (None,)
        }

    def lines(self, ids: Ids) -> Iterator[Line]:
        """All of them, system by system."""
        for system in self._systems.all():
            models: dict[tuple[str, str], list[Submission]] = {}
            for submission in system.submissions:
                key = (submission.fingerprint, "" if submission.checked else submission.name)
                models.setdefault(key, []).append(submission)
            for submissions in models.values():
                yield from self._of_model(system, submissions, ids)

    def _of_model(
        self, system: Identity, submissions: Sequence[Submission], ids: Ids
    ) -> Iterator[Line]:
        """The lines of one model, whose submissions come oldest first."""
        ways: dict[Setting, dict[str, Result]] = {}
        for age, submission in enumerate(submissions):
            for setting, entries in groupby(submission.entries, key=attrgetter("setting")):
                results = ways.setdefault(way_of(setting), {})
                for result in self._results(submission, age, setting, entries):
                    other = results.get(result.entry.task)
                    if other is None or result.standing > other.standing:
                        results[result.entry.task] = result
        counting = {r.submission for rs in ways.values() for r in rs.values() if not r.retracted}
        system.aside |= {s.name for s in submissions} - counting
        first = submissions[0].name
        newest = ([s for s in submissions if s.name in counting] or submissions)[-1]
        for way, results in sorted(ways.items(), key=lambda item: _suffix(item[0])):
            row = Row(
                id=ids.new(first + _suffix(way)),
                system=system.id,
                name=newest.card.name,
                kind=newest.card.kind,
                parameters=newest.card.parameters,
                open_weights=newest.card.open_weights,
                instruction=self._instruction(way, results),
                level=min((r.level for r in results.values()), key=LEVELS.index),
                setting=_shown(way),
                overlap={},
                released=newest.card.released,
                submission=newest.name,
            )
            asked = replace(way, instruction=_DEFAULT.instruction)
            origin = (newest.fingerprint, "" if newest.checked else newest.name, asked)
            yield Line(
                row,
                origin,
                results,
                reference=row.kind == "reference",
                model=newest.model,
                way=way,
                card=newest.card,
            )

    def _results(
        self, submission: Submission, age: int, setting: Setting, entries: Iterable[Entry]
    ) -> Iterator[Result]:
        """What a submission has under one setting."""
        name, k = submission.name, setting.k
        rerun = {task for task, how in _reruns(submission.reproduced) if how == setting}
        all_of_it = (name, None) in self._retracted
        for entry in entries:
            retracted = all_of_it or (name, entry.task) in self._retracted
            level: Level = "reproduced" if entry.task in rerun else entry.level
            edition = self._data.edition(entry)
            # The level comes before the age: anybody can send in predictions of their own making
            # under the fingerprint of a model that was run again.
            standing = (not retracted, not edition, LEVELS.index(level), age, k)
            yield Result(entry, name, level, edition, retracted, standing)

    def _instruction(self, way: Setting, tasks: Iterable[str]) -> bool | None:
        if way.instruction != _DEFAULT.instruction:
            return way.instruction != "no"
        carry = any(task.partition("/")[0] in self._instructed for task in tasks)
        return True if carry else None


def instructed_benchmarks(
    submissions: Iterable[Submission], tables: Iterable[PrintedTable]
) -> set[str]:
    """Benchmarks of which something is known with or without instructions: theirs carry some."""
    asked = {
        entry.task.partition("/")[0]
        for submission in submissions
        for entry in submission.entries
        if entry.setting.instruction != _DEFAULT.instruction
    }
    printed = {table.suite for table in tables for row in table.rows if row.instruction is not None}
    return asked | printed


def printed_lines(systems: Systems, tables: Sequence[PrintedTable], ids: Ids) -> Iterator[Line]:
    """The lines of printed tables; a table about several suites has one line for each row."""
    lines: dict[tuple[object, ...], Line] = {}
    for table in tables:
        for row in table.rows:
            setting = tuple(sorted(row.setting.items()))
            key = (table.name, row.printed, row.instruction, setting)
            if key not in lines:
                origin = (row.system, table.source.title, setting)
                lines[key] = Line(_printed_row(systems.of_printed(row.system), table, row), origin)
            _add(lines[key], table, row)
    for line in lines.values():
        line.row = replace(line.row, id=ids.new(line.row.id))
        yield line


def _add(line: Line, table: PrintedTable, row: PrintedRow) -> None:
    edition = (table.edition,) if table.edition else ()
    for cell in row.cells:
        if "/" in cell.column:
            paper = line.papers.setdefault(cell.column, Paper(edition))
        else:
            paper = line.aggregates.setdefault((table.suite, cell.column), Paper(edition))
        paper.cells[cell.measure] = cell


def _printed_row(system: Identity, table: PrintedTable, row: PrintedRow) -> Row:
    facts = system.facts
    instruction = {True: ("with-instruction",), False: ("without-instruction",), None: ()}
    parts = (slug(table.name.replace("_", "-")), *map(slug, row.setting.values()))
    return Row(
        id="--".join((system.id, *parts, *instruction[row.instruction])),
        system=system.id,
        name=system.name,
        kind=row.kind if facts is None else facts.kind,
        parameters=None if facts is None else facts.parameters,
        open_weights=None if facts is None else facts.open_weights,
        instruction=row.instruction,
        level="as printed",
        setting=dict(row.setting),
        overlap={},
        released=table.date or date(table.source.year, 1, 1),
        source=table.source,
        defect=row.defect,
    )


@lru_cache(maxsize=4096)
def way_of(setting: Setting) -> Setting:
    """How a system was asked: everything but the depth; "yes" is the default."""
    instruction = _DEFAULT.instruction if setting.instruction == "yes" else setting.instruction
    return replace(setting, instruction=instruction, k=_DEFAULT.k)


def _differences(way: Setting) -> dict[str, Any]:
    found = {name: getattr(way, name) for name in Setting.__dataclass_fields__}
    return {name: value for name, value in found.items() if value != getattr(_DEFAULT, name)}


def _suffix(way: Setting) -> str:
    """What an id says about the setting; "" for the default."""
    found = _differences(way)
    instruction = found.pop("instruction", None)
    parts = [f"{name}-{'+'.join(v) if isinstance(v, tuple) else v}" for name, v in found.items()]
    if instruction is not None:
        start = "without" if instruction == "no" else instruction
        parts.insert(0, f"{start}-instruction")
    return "".join(f"--{slug(part)}" for part in parts)


def _shown(way: Setting) -> dict[str, Any]:
    """The differences that no facet shows: everything but whether there was an instruction."""
    found = _differences(way)
    if found.get("instruction") == "no":
        del found["instruction"]
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def _reruns(reproduced: Reproduced | None) -> set[tuple[str, Setting]]:
    """What a maintainer's rerun confirms: the same predictions, or a number close to it."""
    return {
        (cell.task, setting_of(cell.setting))
        for cell in (reproduced.cells if reproduced is not None else ())
        if cell.identical or abs(cell.rerun - cell.submitted) <= SAME
    }
