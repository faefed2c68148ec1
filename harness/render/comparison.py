"""A comparison: for each pair of models the tasks, the verdicts, and the queries behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from harness.comparison import LEVEL, Comparison, Difference, Overall
from harness.render.board import without_common_benchmark
from harness.render.words import (
    BAD,
    GOOD,
    QUIET,
    STRONG,
    count,
    grid,
    hundredths,
    probability,
    spread,
)

EXAMPLES = 8
"""Differing queries shown for a pair of models."""
_VERDICT = {"better": ("better", GOOD), "worse": ("worse", BAD), "not told apart": ("-", QUIET)}


def comparison(found: Comparison) -> Iterator[RenderableType]:
    """Every pair, and what the columns mean."""

    def pair(difference: Difference) -> tuple[str, str]:
        return difference.first_model, difference.second_model

    for models, members in groupby(found.differences, pair):
        overall = [o for o in found.overall if (o.first_model, o.second_model) == models]
        yield from _pair(models, list(members), overall)
    yield Text(
        f"better, worse: p < {LEVEL}, paired randomisation test, two-sided, Holm's correction over "
        f"{count(len(found.differences), 'test')}; -: not told apart. wins: queries on which the "
        "second model is better/equal/worse.",
        QUIET,
    )


def _pair(
    models: tuple[str, str], members: Sequence[Difference], overall: Sequence[Overall]
) -> Iterator[RenderableType]:
    first, second = models
    measures = ", ".join(dict.fromkeys(d.measure for d in members))
    yield Text.assemble((second, STRONG), " against ", (first, STRONG))
    yield Text(f"{measures} × 100  ± half the 95 % interval", QUIET)
    table = grid("task", "first", "second", "difference", "p", "wins", "", numbers=5)
    for title, d in zip(without_common_benchmark([d.task for d in members]), members, strict=True):
        task = Text.assemble(title, (f" {d.measure}" if "," in measures else "", QUIET))
        table.add_row(
            task,
            hundredths(d.first),
            hundredths(d.second),
            _effect(d),
            probability(d.p_holm),
            f"{d.wins}/{d.ties}/{d.losses}",
            Text(*_VERDICT[d.verdict]),
        )
    for o in overall:
        if o.tasks > 1:
            mean = Text(f"mean {o.measure}" if "," in measures else "mean", STRONG)
            table.add_row(mean, "", "", _effect(o), "", "", "")
    yield table
    yield ""
    yield from _examples(members)


def _effect(d: Difference | Overall) -> Text:
    return Text.assemble(hundredths(d.difference, sign=True), (f" {spread(d):>6}", QUIET))


def _examples(members: Sequence[Difference]) -> Iterator[RenderableType]:
    """The queries that differ most, over all tasks of the pair."""
    titles = without_common_benchmark([d.task for d in members])
    rows = [(title, q) for title, d in zip(titles, members, strict=True) for q in d.queries]
    rows.sort(key=lambda row: -abs(row[1].second - row[1].first))
    if not rows:
        return
    table = grid("queries that differ most", "first", "second", numbers=2)
    for title, q in rows[:EXAMPLES]:
        name = Text.assemble(q.query, (f" {title}", QUIET))
        table.add_row(name, hundredths(q.first), hundredths(q.second))
    yield table
    yield ""
