"""Which suites the board has, and their columns: registered ones, and those of printed tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.contracts import Task
from harness.measures import lower_is_better, unit_of
from harness.suites import Aggregate, Suite
from leaderboard.board.records import Column
from leaderboard.printed.records import PrintedSuite

RUN_HERE = ", submitted"
"""Added to the title of a suite of ours beside one of printed tables."""


@dataclass(frozen=True)
class Plan:
    """A suite before it has numbers.

    Attributes:
        columns: aggregates, the one that ranks first; then tasks.
        aggregates: column -> what it averages; None where only papers know.
        measures: the main one first; other measures that turn up follow them.
        lower: measures of which less is better.
        units: of the measures that are no share of 1.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    aggregates: Mapping[str, Aggregate | None]
    measures: tuple[str, ...]
    lower: frozenset[str] = frozenset()
    units: Mapping[str, str] | None = None

    @property
    def main(self) -> str:
        """The measure that ranks."""
        return self.measures[0]

    @property
    def tasks(self) -> tuple[str, ...]:
        """Its tasks, in order."""
        return tuple(column.id for column in self.columns if column.kind == "task")


def lower_of(measures: Iterable[str]) -> frozenset[str]:
    """Those of our measures of which less is better."""
    return frozenset(filter(lower_is_better, measures))


def units_of(measures: Iterable[str]) -> dict[str, str]:
    """The units of our measures that are no share of 1."""
    return {name: unit for name in measures if (unit := unit_of(name))}


def registered(
    suite: Suite, tasks: Mapping[str, Task], found: Iterable[str] = (), *, beside: str = ""
) -> Plan:
    """The plan of a suite of ours.

    Args:
        suite: of tasks that are all of one kind.
        tasks: the registered ones.
        found: measures that submissions have of its tasks.
        beside: added to its name, where a suite of printed tables has the same.
    """
    aggregates = [
        Column(a.name, a.name.capitalize(), "aggregate", a.description, a.tasks)
        for a in suite.aggregates
    ]
    cards = [tasks[name].card for name in suite.tasks]
    columns = [
        Column(
            card.name, card.name.partition("/")[2] or card.name, "task", card.title, (card.name,)
        )
        for card in cards
    ]
    main = cards[0].main_measure if cards else "nDCG@10"
    order = dict.fromkeys((main, *(m for name in suite.tasks for m in tasks[name].measures)))
    return Plan(
        name=f"{suite.name}{beside}",
        title=f"{suite.title}{RUN_HERE if beside else ''}",
        description=suite.description,
        columns=(*aggregates, *columns),
        aggregates={a.name: a for a in suite.aggregates},
        measures=tuple(order),
        lower=lower_of({*order, *found}),
        units=units_of(sorted({*order, *found})),
    )


def printed(suite: PrintedSuite, found: Iterable[str] = ()) -> Plan:
    """The plan of a suite that printed tables declare.

    Args:
        suite: the suite.
        found: measures that submissions have of its tasks, where these are ours too.
    """
    declared = {measure.name for measure in suite.measures}
    ours = sorted(set(found) - declared)
    return Plan(
        name=suite.name,
        title=suite.title,
        description=suite.description,
        columns=suite.columns,
        aggregates={
            column.id: Aggregate(column.id, (column.tasks,)) if column.tasks else None
            for column in suite.columns
            if column.kind == "aggregate"
        },
        measures=tuple(measure.name for measure in suite.measures),
        lower=lower_of(ours).union(m.name for m in suite.measures if m.lower_is_better),
        units=units_of(ours) | {m.name: m.unit for m in suite.measures if m.unit != "share"},
    )


def ordered(measures: Sequence[str], found: Mapping[str, object] | set[str]) -> Iterator[str]:
    """Those that were found: the known ones in their order, then the others by name."""
    yield from (measure for measure in measures if measure in found)
    yield from sorted(set(found) - set(measures))
