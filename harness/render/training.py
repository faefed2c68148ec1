"""How training is shown: its plan, how far it is, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any, Self

from rich.console import RenderableType
from rich.text import Text

from harness.contracts import Planned
from harness.errors import UserError
from harness.loading.identity import TRAINING
from harness.render import console
from harness.render.progress import drawn
from harness.render.words import QUIET, STRONG, WARNING, command, count, duration, grid
from harness.training.production import Trained

_PATIENCE = 20.0
"""Seconds between two lines where there is no bar."""
_SCORED: Mapping[str, Mapping[str, str]] = {
    "retriever": {"starter": "{}"},
    "embedder": {"starter": "{}"},
    "reranker": {"starter": "bm25 % 20 >> {}"},
    "agent": {"starter-agent": "{}", "starter-qa": "{}"},
    "chat model": {"starter-agent": "function-calling({})", "starter-qa": "rag({})"},
}
"""By what a checkpoint can be asked for: the suites that come along, and as which model."""
_ABOUT = {"starter-agent": " on errands", "starter-qa": " on questions"}


class StageWatch:
    """Shows how far a stage is, on standard error. A context manager, and the `tell` of `train`.

    Args:
        lines: whether to say something where standard error is no terminal.
    """

    def __init__(self, *, lines: bool = True) -> None:
        self._screen = console(stderr=True)
        self._lines = lines and not self._screen.is_terminal
        self._told, self._stage = time.perf_counter(), ""
        self._bar = drawn(self._screen)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def __call__(self, stage: str, done: int, total: int, state: str) -> None:
        """Takes notice of how far a stage is."""
        if stage != self._stage:
            for bar in self._bar.task_ids:
                self._bar.remove_task(bar)
            self._bar.add_task(stage, total=None, state="")
            self._stage = stage
        for bar in self._bar.task_ids:
            self._bar.update(bar, completed=done, total=total or None, state=state)
        now = time.perf_counter()
        if self._lines and now - self._told >= _PATIENCE:
            self._told = now
            of = f" of {total:,}" if total else ""
            line = f"{stage}: {done:,}{of}" + (f" · {state}" if state else "")
            self._screen.print(line, soft_wrap=True, highlight=False, markup=False)


def planned(stages: Mapping[str, Planned], intensity: float) -> Iterator[RenderableType]:
    """What would be done, stage by stage."""
    table = grid("stage", "what", "time", "energy")
    for name, found in stages.items():
        what = ", ".join(f"{value:,.10g} {what}" for what, value in found.counts.items())
        hours, kwh = found.hours, found.kwh
        table.add_row(
            name,
            what or "-",
            "-" if hours is None else duration(hours * 3600),
            "-" if kwh is None else f"{kwh:,.3g} kWh, {kwh * intensity:,.3g} g CO2e",
        )
    yield table
    for name, found in stages.items():
        for note in found.notes:
            yield Text(f"{name}: {note}", QUIET)
    yield Text("Nothing was done or written.", QUIET)


def trained(found: Trained, intensity: float) -> Iterator[RenderableType]:
    """What came of it, what it cost, and what to do next."""
    kept = [name for name, now in found.stages.items() if not now]
    if len(kept) == len(found.stages):
        yield Text(f"{found.folder} was trained before: nothing to do (--fresh trains anew)")
    elif kept:
        yield Text(f"went on behind: {', '.join(kept)}", QUIET)
    costs = found.costs
    spent = [f"{value:,} {name}" for name, value in costs.amounts.items()]
    yield Text.assemble(
        ("cost ", QUIET),
        ", ".join([duration(costs.seconds), *spent]),
        (f" in {count(costs.sittings, 'sitting')}", QUIET),
    )
    if costs.kwh is not None:
        grams = costs.grams(intensity)
        yield Text(
            f"{costs.kwh:.3g} kWh ({costs.method}), {grams:.3g} g CO2e at {intensity:g} g/kWh",
            QUIET,
        )
    yield Text(f"rows, curves and ledger are in {found.folder / TRAINING}", QUIET)
    yield from _scoring(found)


def _scoring(found: Trained) -> Iterator[RenderableType]:
    """The commands that score a checkpoint, by what it can be asked for."""
    try:
        kinds = [contract for contract in found.contracts() if contract in _SCORED]
    except UserError as error:
        yield Text(f"it cannot be loaded: {error}", WARNING)
        return
    ways = found.taught or (_SCORED[kinds[0]] if kinds else {})
    for place, (suite, model) in enumerate(ways.items()):
        about = _ABOUT.get(suite, "") if len(ways) > 1 else ""
        why = f"{'or' if place else 'score it'}{about}"
        expression = quote(model.format(found.expression))
        yield command(why, f"assay run -m {expression} -s {suite}")


def producer_list(found: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Every producer in a line."""
    table = grid("producer", "what it does")
    for each in found:
        table.add_row(each["name"], each["problem"] or each["summary"])
    yield table
    yield command("its settings", "assay producers NAME")


def producer_card(found: Mapping[str, Any]) -> Iterator[RenderableType]:
    """What a producer does, and its settings."""
    yield Text(found["name"], STRONG)
    yield Text(f"{found['problem'] or found['description']}\n")
    table = grid("setting", "default", "what it is")
    for each in found["parameters"]:
        table.add_row(each["name"], each["default"] or "needed", each["description"])
    yield table
    if beside := [each["name"] for each in found["parameters"] if not each["changes"]]:
        yield Text(f"{', '.join(beside)}: without influence on the outcome", QUIET)
