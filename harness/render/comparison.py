"""A comparison: for each pair of models the tasks, the verdicts, and the queries behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from harness.compare import LEVEL, Comparison, Difference, Overall
from harness.render.words import (
    BAD,
    GOOD,
    QUIET,
    STRONG,
    count,
    grid,
    hundredths,
    interval,
    probability,
)

EXAMPLES = 8
"""Differing queries shown for a pair of models."""
_STYLE = {"better": GOOD, "worse": BAD, "not told apart": QUIET}


def comparison(found: Comparison) -> Iterator[RenderableType]:
    """Every pair, and what the columns mean."""

    def pair(difference: Difference) -> tuple[str, str]:
        return difference.first_model, difference.second_model

    for models, members in groupby(found.differences, pair):
        overall = [o for o in found.overall if (o.first_model, o.second_model) == models]
        yield from _pair(models, list(members), overall)
    yield Text(
        f"better, worse: p < {LEVEL} in a paired randomisation test, two-sided, after Holm's "
        f"correction over {count(len(found.differences), 'test')}. wins: queries on which the "
        "second model is better / equal / worse.",
        QUIET,
    )


def _pair(
    models: tuple[str, str], members: Sequence[Difference], overall: Sequence[Overall]
) -> Iterator[RenderableType]:
    first, second = models
    yield Text.assemble((second, STRONG), " against ", (first, STRONG), ("   × 100", QUIET))
    table = grid("task", "first", "second", "difference", "p", "wins", "", numbers=6)
    for d in members:
        task = Text.assemble(d.task, (f" {d.measure}", QUIET))
        table.add_row(task, hundredths(d.first), hundredths(d.second), *_effect(d), _verdict(d))
    for o in overall:
        if o.tasks > 1:
            mean = Text.assemble((f"mean of {o.tasks} tasks", STRONG), (f" {o.measure}", QUIET))
            table.add_row(mean, "", "", _difference(o), "", "", "")
    yield table
    yield ""
    yield from _examples(members)


def _effect(d: Difference) -> tuple[Text, str, str]:
    return _difference(d), probability(d.p_holm), f"{d.wins}/{d.ties}/{d.losses}"


def _difference(d: Difference | Overall) -> Text:
    ends = interval(d.ci_low, d.ci_high, sign=True)
    return Text.assemble(hundredths(d.difference, sign=True), (f" {ends}", QUIET))


def _verdict(d: Difference) -> Text:
    return Text(d.verdict, _STYLE[d.verdict])


def _examples(members: Sequence[Difference]) -> Iterator[RenderableType]:
    """The queries that differ most, over all tasks of the pair."""
    rows = [(d, q) for d in members for q in d.queries]
    rows.sort(key=lambda row: -abs(row[1].second - row[1].first))
    if not rows:
        return
    table = grid("queries that differ most", "first", "second", numbers=2)
    for d, q in rows[:EXAMPLES]:
        name = Text.assemble(q.query, (f" {d.task}", QUIET))
        table.add_row(name, hundredths(q.first), hundredths(q.second))
    yield table
    yield ""
