"""All numbers by task as arrays over the lines, from which ranks and aggregates are computed."""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leaderboard.board.editions import Parts
from leaderboard.board.lines import LEVELS, Line, Result
from leaderboard.board.resampling import Block, TaskValues, block
from leaderboard.checked import Queries

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Interned:
    """Editions as numbers, and back."""

    def __init__(self) -> None:
        self.parts: list[Parts] = [()]
        self._numbers: dict[Parts, int] = {(): 0}

    def number(self, parts: Parts) -> int:
        """The number of an edition; the current, published one is 0."""
        found = self._numbers.setdefault(parts, len(self.parts))
        if found == len(self.parts):
            self.parts.append(parts)
        return found


@dataclass(frozen=True)
class Numbers:
    """A column of the board: what each line has in it. Arrays have the shape (lines,).

    Attributes:
        values: measure -> values; NaN where a line has none.
        sizes: queries in the mean; 0 where that is not known.
        editions: number of the edition; -1 where the line has no number at all.
        levels: position in `LEVELS` of who vouches for it.
        retracted: whether the line's number no longer counts.
    """

    values: Mapping[str, Floats]
    sizes: Ints
    editions: Ints
    levels: Ints
    retracted: NDArray[np.bool_]

    @property
    def lines(self) -> list[int]:
        """Positions of the lines that have a number."""
        return [int(line) for line in np.flatnonzero(self.editions >= 0)]


@dataclass(frozen=True)
class TaskNumbers(Numbers):
    """The column of a task.

    Attributes:
        main: the measure that values by query are of.
        queries: digest of the line's queries; None where no values by query are known.
        by_query: where they are known.
        results: position of a line -> its result; papers have none.
        keys: position of a line -> (its row's id, the task); one tuple for all that refer to it.
    """

    task: str
    main: str
    queries: Sequence[str | None]
    by_query: NDArray[np.bool_]
    results: Mapping[int, Result]
    keys: Mapping[int, tuple[str, str]]


class Grid:
    """Every line and task.

    Args:
        lines: in the order in which all arrays have them.
        queries: by digest.
    """

    def __init__(self, lines: Sequence[Line], queries: Mapping[str, Queries]) -> None:
        self.lines = tuple(lines)
        self.queries = queries
        self.editions = Interned()
        self._decoded: dict[str, dict[str, tuple[Ints, NDArray[np.float32]]]] = {}
        self.tasks = {column.task: column for column in self._columns()}

    @cached_property
    def reference(self) -> NDArray[np.bool_]:
        """Which lines take part in no rank."""
        return np.array([line.reference for line in self.lines], dtype=bool)

    def known_by_query(self, task: str, measure: str) -> NDArray[np.bool_]:
        """Which lines have values by query of that measure."""
        column = self.tasks[task]
        return column.by_query & (column.main == measure)

    def task_values(self, task: str, measure: str, wanted: Ints) -> TaskValues:
        """A task for resampling: means of the measure, and values by query of the wanted lines."""
        column = self.tasks[task]
        means = column.values.get(measure, np.full(len(self.lines), np.nan))
        blocks = self._blocks(task, wanted) if measure == column.main else ()
        return TaskValues(task, means, tuple(blocks))

    def by_query(self, task: str) -> Mapping[str, tuple[Ints, NDArray[np.float32]]]:
        """Digest of queries -> lines that were asked them, and values of shape (queries, lines)."""
        if task not in self._decoded:
            groups: dict[str, list[int]] = {}
            for line, digest in enumerate(self.tasks[task].queries):
                if digest is not None:
                    groups.setdefault(digest, []).append(line)
            self._decoded[task] = {
                digest: (np.array(lines), self._values(task, lines))
                for digest, lines in sorted(groups.items())
            }
        return self._decoded[task]

    def _values(self, task: str, lines: Sequence[int]) -> NDArray[np.float32]:
        results = self.tasks[task].results
        texts = [results[line].entry.values for line in lines]
        raw = b"".join(map(a2b_base64, texts))
        return np.ascontiguousarray(np.frombuffer(raw, dtype="<f4").reshape(len(lines), -1).T)

    def _blocks(self, task: str, wanted: Ints) -> Iterator[Block]:
        for digest, (lines, values) in self.by_query(task).items():
            here = np.isin(lines, wanted)
            if here.any():
                about = self.queries[digest]
                yield block(
                    task,
                    lines[here],
                    values if here.all() else values[:, here],
                    clusters=about.clusters,
                    weights=about.weights,
                )

    def _columns(self) -> Iterator[TaskNumbers]:
        found: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines):
            for task in line.tasks:
                found.setdefault(task, []).append(number)
        for task, rows in sorted(found.items()):
            yield self._column(task, rows)

    def _column(self, task: str, rows: Sequence[int]) -> TaskNumbers:
        n = len(self.lines)
        results = {row: r for row in rows if (r := self.lines[row].results.get(task)) is not None}
        papers = {row: self.lines[row].papers[task] for row in rows if row not in results}
        main = next((result.entry.main_measure for result in results.values()), "")
        found = Filling.empty(n)
        queries: list[str | None] = [None] * n
        for row, result in results.items():
            entry = result.entry
            found.editions[row] = self.editions.number(result.edition)
            found.levels[row] = LEVELS.index(result.level)
            found.retracted[row] = result.retracted
            found.sizes[row] = entry.measured.size(entry.main_measure)
            if entry.main_measure == main:
                queries[row] = entry.queries
        for row, paper in papers.items():
            found.editions[row] = self.editions.number(paper.edition)
            for measure, cell in paper.cells.items():
                found.array(measure)[row] = cell.value
        for names, those in alike(results).items():
            table = np.array([results[row].entry.measured.means for row in those])
            for name, means in zip(names, table.T, strict=True):
                found.array(name)[those] = means
        keys = {row: (self.lines[row].id, task) for row in rows}
        return TaskNumbers(
            **vars(found.numbers()),
            task=task,
            main=main,
            queries=queries,
            by_query=np.array([digest is not None for digest in queries], dtype=bool),
            results=results,
            keys=keys,
        )


def alike(results: Mapping[int, Result]) -> dict[tuple[str, ...], list[int]]:
    """Names of measures -> positions of the lines whose results have these."""
    found: dict[tuple[str, ...], list[int]] = {}
    for line, result in results.items():
        found.setdefault(result.entry.measured.names, []).append(line)
    return found


@dataclass
class Filling:
    """`Numbers` that are being filled in."""

    values: dict[str, Floats]
    sizes: Ints
    editions: Ints
    levels: Ints
    retracted: NDArray[np.bool_]

    @classmethod
    def empty(cls, n: int) -> Filling:
        """No line has anything."""
        zeros = np.zeros(n, dtype=np.int64)
        return cls({}, zeros, zeros - 1, zeros.copy(), np.zeros(n, dtype=bool))

    def array(self, measure: str) -> Floats:
        """The values of a measure, NaN where there are none."""
        if measure not in self.values:
            self.values[measure] = np.full(len(self.sizes), np.nan)
        return self.values[measure]

    def numbers(self) -> Numbers:
        """Filled in."""
        return Numbers(self.values, self.sizes, self.editions, self.levels, self.retracted)
