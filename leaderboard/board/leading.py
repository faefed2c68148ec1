"""The first column of a suite: who is ranked there, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from harness.suites import Aggregate
from leaderboard.board.aggregates import Peers
from leaderboard.board.cells import in_ranks
from leaderboard.board.editions import written
from leaderboard.board.grid import Grid, Ints, Numbers
from leaderboard.board.lines import LEVELS
from leaderboard.board.ranking import standings
from leaderboard.board.records import Rank
from leaderboard.board.resampling import Resampled
from leaderboard.board.uncertainty import Uncertainty

FEWEST = 40
"""Distinct resamples that a 95 % interval needs: each tail is one of 40. Four tasks have 20, three
draws of four, so that rows without values by query are not resampled over so few; five have 70."""
What = Literal["tasks and queries", "tasks", "queries"]


class Leading:
    """Ranks the rows of one edition.

    It is the published one; where none of its rows can be resampled, the one with most that can.

    Args:
        grid: every line and task.
        aggregate: the first column.
        means: its numbers.
        classes: its peers.
        measure: the suite's main measure.
        lower: whether less of it is better.
        uncertainty: where to ask for replicates.
    """

    def __init__(
        self,
        grid: Grid,
        aggregate: Aggregate,
        means: Numbers,
        classes: Sequence[Peers],
        measure: str,
        *,
        lower: bool,
        uncertainty: Uncertainty,
    ) -> None:
        self._grid, self._aggregate, self._measure = grid, aggregate, measure
        self._values = means.values.get(measure, np.full(len(grid.lines), np.nan))
        self._counts = in_ranks(grid, means, self._values)
        claimed = means.levels == LEVELS.index("self-reported")
        self._claimed = bool((np.isfinite(self._values) & claimed & ~grid.reference).any())
        self._editions = means.editions
        self._sign = -1 if lower else 1
        groups = (aggregate.tasks,) if aggregate.weighting == "micro" else aggregate.groups
        self._freedom = sum(len(group) - 1 for group in groups)
        self._outcomes = math.prod(
            math.comb(2 * len(group) - 2, len(group) - 1) for group in groups
        )
        rankable = [(peers, self._rankable(peers)) for peers in classes]
        rankable = [(peers, lines) for peers, lines in rankable if lines.size]
        self._chosen = min(rankable, key=self._preference, default=None)
        self._resampled: Resampled | None = None
        if self._chosen is not None:
            chosen, lines = self._chosen
            self._resampled = uncertainty.wish(aggregate, chosen.sizes, measure, lines, tasks=True)

    def ranks(self) -> dict[int, Rank]:
        """Position of a line -> its rank, for the lines that could be resampled."""
        if self._chosen is None or self._resampled is None:
            return {}
        chosen, lines = self._chosen
        among = np.flatnonzero(self._counts & (self._editions == chosen.edition))
        known = np.isin(among, lines)
        drawn = self._resampled.replicates()
        replicates = np.zeros((len(drawn), len(among)), dtype=np.float32)
        replicates[:, known] = self._sign * drawn
        names = [self._grid.lines[line].id for line in among]
        freedom = self._freedom or math.inf
        values = self._sign * self._values[among]
        found = standings(values, replicates, names, freedom=freedom, known=known)
        by_query = self._by_query(among)
        return {
            line: Rank(s.rank, s.low, s.high, s.group, self._what(with_queries))
            for line, s, with_queries in zip(among.tolist(), found, by_query.tolist(), strict=True)
            if s is not None
        }

    def note(self) -> str:
        """What a reader must know about the ranks; "" where there is nothing."""
        name = self._aggregate.name
        if not self._counts.any() and self._claimed:
            return f"What has every task of {name} is self-reported, and so takes no rank."
        if not self._counts.any():
            return f"No row has every task of {name} yet: rows are ranked task by task."
        if self._chosen is None:
            return f"No row of {name} can be resampled, so that none has a rank interval."
        edition = written(self._grid.editions.parts[self._chosen[0].edition])
        if not edition:
            return ""
        return (
            f"No row has every task of {name} on the published data; ranks and groups are those "
            f"among the rows of another edition ({edition})."
        )

    def _rankable(self, peers: Peers) -> Ints:
        """The peers of which something can be resampled, and that count."""
        tasks = [self._grid.tasks[task] for task in self._aggregate.tasks]
        whole = [np.isfinite(t.values[self._measure]) for t in tasks if self._measure in t.values]
        if len(whole) < len(tasks):
            return np.zeros(0, dtype=np.int64)
        counts = self._counts & np.all(whole, axis=0)
        lines: Ints = peers.lines[counts[peers.lines]]
        if self._outcomes >= FEWEST:
            return lines
        return np.asarray(lines[self._by_query(lines)])

    def _by_query(self, lines: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        tasks = self._aggregate.tasks
        known = [self._grid.known_by_query(task, self._measure)[lines] for task in tasks]
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.all(known, axis=0)
        return found

    def _what(self, by_query: bool) -> What:
        if not self._freedom:
            return "queries"
        return "tasks and queries" if by_query else "tasks"

    def _preference(self, option: tuple[Peers, Ints]) -> tuple[bool, int, int]:
        peers, lines = option
        return (peers.edition != 0, -len(lines), peers.edition)
