"""A table of models by measures, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from harness.measures import is_share
from harness.render.board import Board, Cell, Column
from harness.render.report import DIFFERING, told_apart
from harness.render.words import (
    PARTIAL,
    QUIET,
    STRONG,
    WARNING,
    count,
    half_width,
    number,
    setting_text,
    varying,
)
from harness.table import Part, Row, Table

SHARED = "…"
"""Stands for what all agents share: the chat model that they ask."""
_INNERMOST = re.compile(r"[\w-]+\([^()]*\)")


@dataclass(frozen=True)
class _Measure(Column):
    """The values of one measure, whose name is the title: shares x 100, amounts as they are."""

    def text(self, row: int) -> Text:
        """A row's value with its spread."""
        cell = self.cells.get(row)
        if cell is None:
            return Text("-", QUIET)
        text = Text(number(self.title, cell.value.value), STRONG if cell.best else "")
        text.append(f" {half_width(self.title, cell.value):>6}", f"not bold {QUIET}")
        return text.append(f"\n{PARTIAL}", WARNING) if cell.partial and not self.partial else text


def overview(found: Table) -> Iterator[RenderableType]:
    """Every part, and what the numbers are."""
    rows = [row for part in found.parts for row in part.rows]
    several = varying([row.first.setting for row in rows])
    yield Text(
        "Shares × 100, amounts (calls, tokens, seconds) as they are, ± half the 95 % interval. "
        "The highest share is bold.",
        QUIET,
    )
    if not several and (shared := setting_text(rows[0].first.setting)) != "defaults":
        yield Text(shared, QUIET)
    chat = shared_by([row.first.model for row in rows])
    if chat:
        yield Text(f"{SHARED} is {chat}", QUIET)
    for part in found.parts:
        over = f"  mean over {count(len(part.tasks), 'task')}" if len(part.tasks) > 1 else ""
        yield Text.assemble((f"\n{part.name}", STRONG), (over, QUIET))
        yield _board(part, found, several, chat)
        yield from _remarks(part, chat)


def shared_by(models: Sequence[str]) -> str:
    """The one expression within all expressions that have one; "" where there are several."""
    within = {found for model in models for found in _INNERMOST.findall(model) if found != model}
    return within.pop() if len(within) == 1 else ""


def _board(part: Part, found: Table, fields: list[str], chat: str) -> Board:
    labels = ("model", "setting") if fields else ("model",)
    texts = [(label, setting_text(row.first.setting, fields)) for row, label in _named(part, chat)]
    columns = [_column(part, measure) for measure in found.measures]
    return Board(labels, [text[: len(labels)] for text in texts], columns)


def _column(part: Part, measure: str) -> _Measure:
    """The best of several is marked where it is a share: of amounts nobody can say."""
    known = {n: row.values[measure] for n, row in enumerate(part.rows) if measure in row.values}
    best = max((value.value for value in known.values()), default=0.0)
    marked = is_share(measure) and len({value.value for value in known.values()}) > 1
    cells = {
        n: Cell(v, measure in part.rows[n].short, marked and v.value == best)
        for n, v in known.items()
    }
    return _Measure(measure, cells)


def _named(part: Part, chat: str) -> Iterator[tuple[Row, str]]:
    """The rows and what they are called."""
    for row, name in zip(part.rows, told_apart([row.first for row in part.rows]), strict=True):
        whole = not chat or row.first.model == chat
        yield row, name if whole else name.replace(chat, SHARED)


def _remarks(part: Part, chat: str) -> Iterator[RenderableType]:
    """Rows and values that stand for less than the whole or do not compare, each reason once."""
    about: dict[str, list[str]] = {}
    for row, name in _named(part, chat):
        if row.missing:
            about.setdefault(f"without {', '.join(row.missing)}", []).append(name)
        elif row.partial:
            about.setdefault("not all problems were asked", []).append(name)
        for measure, tasks in row.short.items():
            reason = f"{measure} over {len(tasks)} of {count(len(part.tasks), 'task')}"
            about.setdefault(reason, []).append(name)
    for reason, rows in about.items():
        whom = "all rows" if len(rows) == len(part.rows) else ", ".join(rows)
        yield Text.assemble((f"{PARTIAL} ", WARNING), f"{whom}: ", (reason, QUIET))
    if part.differing:
        which = ", ".join(part.differing)
        yield Text.assemble(("not to be compared ", WARNING), f"{which}: ", (DIFFERING, QUIET))
