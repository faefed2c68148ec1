"""A comparison: for each pair of models the tasks, the verdicts, and the queries behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import groupby

from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from harness.comparison import LEVEL, Comparison, Difference, Overall
from harness.measures import is_share
from harness.render.board import broken, without_common_benchmark
from harness.render.words import (
    BAD,
    GOOD,
    QUIET,
    STRONG,
    WARNING,
    count,
    grid,
    half_width,
    number,
    probability,
)

EXAMPLES = 8
"""Differing queries shown for a pair of models."""
NAME = 20
"""Cells after which a task's name goes on in the next line, so that the table fits 80."""
EFFECT = "difference"
COLUMNS = ("first", "second", EFFECT, "p", "wins", "")
DISPENSABLE = ((), ("first", "second"), ("first", "second", "wins"))
"""Columns to leave out until the table fits."""
UNBOUNDED = 1_000
"""Cells that any table has room in."""
_VERDICT = {
    "better": ("better", GOOD),
    "worse": ("worse", BAD),
    "higher": ("higher", STRONG),
    "lower": ("lower", STRONG),
    "not told apart": ("", QUIET),
}


def comparison(found: Comparison) -> Iterator[RenderableType]:
    """Every pair, and what the columns mean."""

    def pair(difference: Difference) -> tuple[str, str]:
        return difference.first_model, difference.second_model

    for models, members in groupby(found.differences, pair):
        overall = [o for o in found.overall if (o.first_model, o.second_model) == models]
        yield from _pair(models, list(members), overall)
    for task, first, second, reason in map(astuple, found.refused):
        yield Text(f"{second} and {first} were not compared on {task}: {reason}", WARNING)
    # Of an amount, such as steps, nobody can say which is better.
    shares = all(is_share(d.measure) for d in found.differences)
    more, less = ("better", "worse") if shares else ("higher", "lower")
    yield Text(
        f"{more}, {less}: p < {LEVEL}, paired randomisation test, two-sided, Holm's correction "
        f"over {count(len(found.differences), 'test')}; neither: not told apart. wins: queries on "
        f"which the second model is {more}/equal/{less}.",
        QUIET,
    )


def _pair(
    models: tuple[str, str], members: Sequence[Difference], overall: Sequence[Overall]
) -> Iterator[RenderableType]:
    first, second = models
    measures = ", ".join(dict.fromkeys(d.measure for d in members))
    yield Text.assemble((second, STRONG), " against ", (first, STRONG))
    shares = all(is_share(d.measure) for d in members)
    yield Text(f"{measures}{' × 100' if shares else ''}  ± half the 95 % interval", QUIET)
    yield _Effects(members, overall)
    if apart := sum(d.left_out for d in members):
        yield Text(f"left out: {count(apart, 'query')} that not both have answered", WARNING)
    yield ""
    yield from _examples(members)


@dataclass(frozen=True)
class _Effects:
    """One row a task; in a narrow terminal without the columns that matter least."""

    members: Sequence[Difference]
    overall: Sequence[Overall]

    def __rich_console__(
        self, screen: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Called by rich."""
        for hidden in DISPENSABLE:
            table = self._table(hidden)
            natural = Measurement.get(screen, options.update(max_width=UNBOUNDED), table).maximum
            if natural <= options.max_width:
                break
        yield table

    def _table(self, hidden: Collection[str]) -> Table:
        shown = [name for name in COLUMNS if name not in hidden]
        table = grid("task", *shown, numbers=len(shown))
        table.columns[0].no_wrap = True  # names are broken where they may be
        several = len({_benchmark(d) for d in self.members}) > 1
        measures = len({d.measure for d in self.members}) > 1
        before = ""
        for d in self.members:
            if several and _benchmark(d) != before:
                table.add_row(Text(_benchmark(d), QUIET))
            before = _benchmark(d)
            task = _task(d, indent="  " if several and before else "")
            if measures:
                task.append(f"\n{d.measure}", QUIET)
            table.add_row(task, *(_cell(d, name) for name in shown))
        for o in self.overall:
            if o.tasks > 1:
                mean = Text(f"mean {o.measure}" if measures else "mean", STRONG)
                table.add_row(mean, *(_effect(o) if n == EFFECT else "" for n in shown))
        return table


def _cell(d: Difference, column: str) -> Text | str:
    cells: dict[str, Text | str] = {
        "first": number(d.measure, d.first),
        "second": number(d.measure, d.second),
        EFFECT: _effect(d),
        "p": probability(d.p_holm),
        "wins": f"{d.wins}/{d.ties}/{d.losses}",
        "": Text(*_VERDICT[d.verdict]),
    }
    return cells[column]


def _benchmark(d: Difference) -> str:
    """The benchmark of "benchmark/task"; empty for a task that belongs to none."""
    return d.task.rpartition("/")[0]


def _task(d: Difference, indent: str) -> Text:
    """The task's name below its benchmark, on as many lines as it takes."""
    lines = broken(d.task.removeprefix(f"{_benchmark(d)}/"), NAME - len(indent))
    return Text("\n".join(f"{indent}{line}" for line in lines))


def _effect(d: Difference | Overall) -> Text:
    effect, width = number(d.measure, d.difference, sign=True), half_width(d.measure, d)
    return Text.assemble(effect, (f" {width:>6}", QUIET))


def _examples(members: Sequence[Difference]) -> Iterator[RenderableType]:
    """The queries that differ most, over all tasks of the pair."""
    titles = without_common_benchmark([d.task for d in members])
    rows = [(title, d, q) for title, d in zip(titles, members, strict=True) for q in d.queries]
    rows.sort(key=lambda row: -abs(row[2].second - row[2].first))
    if not rows:
        return
    table = grid("queries that differ most", "first", "second", numbers=2)
    for title, d, q in rows[:EXAMPLES]:
        name = Text.assemble(q.query, (f" {title}", QUIET))
        table.add_row(name, number(d.measure, q.first), number(d.measure, q.second))
    yield table
    yield ""
