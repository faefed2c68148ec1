"""The whole board from a folder of submissions and the printed tables. Nothing is re-scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from harness.contracts import Task
from harness.loading.catalogue import all_suites, all_tasks
from leaderboard import printed as papers
from leaderboard.board import plans
from leaderboard.board.aside import aside
from leaderboard.board.cells import Cells, task_cells
from leaderboard.board.claims import replayed
from leaderboard.board.collecting import collector_paused
from leaderboard.board.effects import EffectDrafts
from leaderboard.board.events import events
from leaderboard.board.grid import Grid
from leaderboard.board.lines import Line, SubmittedLines, instructed_benchmarks, printed_lines
from leaderboard.board.naming import Ids
from leaderboard.board.plans import Plan
from leaderboard.board.reading import Shelf, read
from leaderboard.board.records import Board, LeftOut, PerQuery, Row, System, TaskBoard
from leaderboard.board.savvy import printed_savvy
from leaderboard.board.suites import SuiteDraft
from leaderboard.board.systems import Identity, Systems
from leaderboard.board.tasks import task_board
from leaderboard.board.threads import one_thread
from leaderboard.board.uncertainty import Uncertainty
from leaderboard.printed.records import PrintedTable

SUBMISSIONS = Path(__file__).resolve().parent.parent / "submissions"
"""The project's own."""
BESIDE = "-submitted"
"""Added to the name of a suite of ours where printed tables declare one of that name."""
_MANY = 300
"""Lines from which on a process of its own for the resampling pays."""


def assemble(submissions: Path | None = None, *, printed: bool = True) -> Board:
    """Everything that the site shows.

    Args:
        submissions: folder of submissions, their records and `retractions.yaml`; default the
            project's own.
        printed: whether the printed tables are on the board.

    Returns:
        The board. The same folder gives the same board, to the last bit.

    Raises:
        UserError: `retractions.yaml` or a printed table is broken. A broken submission is left out
            with its reason in `Board.unchecked`.
    """
    with collector_paused(), one_thread():
        known = {task.card.name: task for task in all_tasks()}
        shelf = read(SUBMISSIONS if submissions is None else submissions, known)
        return _Assembly(shelf, papers.tables() if printed else (), known).board()


class _Assembly:
    def __init__(
        self, shelf: Shelf, tables: Sequence[PrintedTable], known: Mapping[str, Task]
    ) -> None:
        self.shelf, self.tables, self.known = shelf, tables, known
        self.systems = Systems(shelf.submissions, tables, papers.systems() if tables else {})
        self.grid = Grid(self._lines(), shelf.queries)
        self.by_system: dict[str, list[Line]] = {}
        for line in self.grid.lines:
            self.by_system.setdefault(line.row.system, []).append(line)
        self.plans = self._plans()
        self.rows = {i: self._row(line) for i, line in enumerate(self.grid.lines)}

    def board(self) -> Board:
        uncertainty = Uncertainty(self.grid)
        drafts = [
            SuiteDraft(plan, self.grid, uncertainty, self._sources(plan)) for plan in self.plans
        ]
        effects = [EffectDrafts(plan, self.grid, uncertainty) for plan in self._largest()]
        lower = frozenset[str]().union(*(plan.lower for plan in self.plans))
        with aside(uncertainty.run, pays=len(self.grid.lines) >= _MANY):
            cells = {task: task_cells(self.grid, c, lower) for task, c in self.grid.tasks.items()}
            tasks = {task: self._task(task, found) for task, found in cells.items()}
            per_query = {line.id: q for line in self.grid.lines if (q := _per_query(line))}
            sample_cells = self._sample_cells()
        suites = tuple(draft.board(cells, self.rows) for draft in drafts)
        titles = {plan.name: plan.title for plan in self.plans}
        happened = events(self.shelf, self.tables, titles, self.systems)
        return Board(
            version=version("assay-harness"),
            as_of=max((event.on for event in happened), default=date.min),
            suites=suites,
            tasks=tasks,
            systems={known.id: self._system(known) for known in self.systems.all()},
            rows={row.id: row for row in self.rows.values()},
            per_query=per_query,
            samples=self.shelf.samples,
            sample_cells=sample_cells,
            claims=tuple(
                replayed(
                    papers.claims() if self.tables else (),
                    {suite.name: suite for suite in suites},
                    self.grid.lines,
                )
            ),
            effects=tuple(effect for draft in effects for effect in draft.effects()),
            savvy=tuple(
                printed_savvy(self.tables, papers.conventional(), papers.conventional_basis())
                if self.tables
                else ()
            ),
            events=happened,
            retractions=self.shelf.retractions,
            unchecked=self.shelf.unchecked,
            left_out=self._left_out(),
        )

    def _lines(self) -> list[Line]:
        """All lines, by id, so that nothing depends on the order of files."""
        ids = Ids()
        cards = {name: task.card for name, task in self.known.items()}
        instructed = instructed_benchmarks(self.shelf.submissions, self.tables)
        submitted = SubmittedLines(self.systems, self.shelf.retractions, cards, instructed)
        lines = [*submitted.lines(ids), *printed_lines(self.systems, self.tables, ids)]
        return sorted(lines, key=lambda line: line.id)

    def _plans(self) -> list[Plan]:
        """The suites of which something is known.

        Where printed tables declare a suite that a benchmark of ours provides too, papers print
        other measures and columns: ours stands beside theirs, once something of it is submitted.
        """
        there = set(self.grid.tasks)
        submitted = {task for task, column in self.grid.tasks.items() if column.results}
        aggregates = {suite for line in self.grid.lines for suite, _ in line.aggregates}
        declared = papers.suites() if self.tables else {}
        ours = [suite for suite in all_suites() if suite.name not in declared]
        both = [suite for suite in all_suites() if suite.name in declared]
        found = [plans.registered(suite, self.known, self._measures(suite.tasks)) for suite in ours]
        for _, suite in sorted(declared.items()):
            found.append(plans.printed(suite, self._measures([c.id for c in suite.columns])))
        return [
            *(p for p in found if p.name in aggregates or there.intersection(p.tasks)),
            *(
                plans.registered(suite, self.known, self._measures(suite.tasks), beside=BESIDE)
                for suite in both
                if submitted.intersection(suite.tasks)
            ),
        ]

    def _measures(self, tasks: Iterable[str]) -> set[str]:
        """Every measure that submissions have of these tasks."""
        columns = (self.grid.tasks[task] for task in tasks if task in self.grid.tasks)
        results = (result for column in columns for result in column.results.values())
        return {measure for result in results for measure in result.entry.measured.names}

    def _largest(self) -> list[Plan]:
        """Suites that are no part of another one, so that an effect is told once."""
        sets = [frozenset(plan.tasks) for plan in self.plans]
        return [
            plan
            for plan, tasks in zip(self.plans, sets, strict=True)
            if not any(tasks < other for other in sets)
        ]

    def _sources(self, plan: Plan) -> list[str]:
        """Where the suite's printed numbers stand, and what their readers must know."""
        return [
            f"{table.source.title}, {table.source.where}{': ' if table.notes else ''}{table.notes}"
            for table in self.tables
            if table.suite == plan.name
        ]

    def _row(self, line: Line) -> Row:
        """The line's row, with what is declared about every suite."""
        if line.card is None:
            overlap: dict[str, list[str] | None] = {plan.name: None for plan in self.plans}
        else:
            overlap = {
                plan.name: line.card.overlaps([plan.name, *plan.tasks], self._tasks_of_suites)
                for plan in self.plans
            }
        return replace(line.row, overlap=overlap)

    @cached_property
    def _tasks_of_suites(self) -> Mapping[str, frozenset[str]]:
        """Every suite that a card can name, on the board or not, with its tasks."""
        suites = [(suite.name, suite.tasks) for suite in all_suites()]
        suites += [(plan.name, plan.tasks) for plan in self.plans]
        found: dict[str, frozenset[str]] = {}
        for name, tasks in suites:  # papers may have one that is called as one of ours
            found[name] = found.get(name, frozenset()).union(tasks)
        return found

    def _task(self, task: str, cells: Cells) -> TaskBoard:
        suites = [plan for plan in self.plans if task in plan.tasks]
        column, known = self.grid.tasks[task], self.known.get(task)
        return task_board(self.grid, column, cells, self.rows, task=known, plans=suites)

    def _system(self, known: Identity) -> System:
        lines = self.by_system.get(known.id, [])
        newest = known.newest
        counting = [s for s in known.submissions if s.name not in known.aside]
        reruns = [s.reproduced for s in counting if s.reproduced is not None]
        sources = [line.row.source for line in lines if line.row.source is not None]
        parent = self.systems.parent_of(known)
        return System(
            id=known.id,
            name=known.name,
            expression=None if newest is None else newest.model,
            kind=known.kind,
            card=None if newest is None else newest.card,
            environment=None if newest is None else newest.environment,
            submissions=tuple(
                s.name
                for s in sorted(
                    known.submissions, key=lambda s: (s.submitted, s.name), reverse=True
                )
            ),
            sources=tuple(dict.fromkeys(sources)),
            rows=tuple(line.id for line in lines),
            flags=tuple(flag for s in reversed(known.submissions) for flag in s.flags),
            reproduced=reruns[-1] if reruns else None,
            parent=None if parent is None else parent.id,
        )

    def _left_out(self) -> tuple[LeftOut, ...]:
        shown = {submission.name for submission in self.shelf.submissions}
        unchecked = self.shelf.unchecked.items()
        return tuple(LeftOut(name, why) for name, why in unchecked if name not in shown)

    def _sample_cells(self) -> dict[tuple[str, str], tuple[str, int]]:
        return {
            column.keys[line]: (result.submission, result.entry.position)
            for column in self.grid.tasks.values()
            for line, result in column.results.items()
            if result.submission in self.shelf.samples
        }


def _per_query(line: Line) -> tuple[PerQuery, ...]:
    return tuple(
        PerQuery(line.id, task, result.entry.queries, result.entry.values)
        for task, result in sorted(line.results.items())
        if result.entry.queries is not None
    )
