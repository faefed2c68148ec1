"""What the cache holds, what is wrong with it, and what was removed from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from harness.cache import (
    Checked,
    CompletionsInfo,
    Pruned,
    PrunedCompletions,
    SpaceInfo,
    Verification,
)
from harness.render.words import BAD, GOOD, QUIET, STRONG, WARNING, command, count, grid

UNITS = ("B", "kB", "MB", "GB", "TB")
"""Each a thousand of the one before."""


def space_list(
    found: Sequence[SpaceInfo], root: Path, said: Sequence[CompletionsInfo] = ()
) -> Iterator[RenderableType]:
    """A line a space, then a line for each model's completions, and what they take together."""
    if not found and not said:
        yield Text(f"The cache is empty: {root}")
        return
    if found:
        yield _spaces(found)
        yield ""
    if said:
        yield _completions(said)
        yield ""
    size = sum(info.bytes for info in found) + sum(info.bytes for info in said)
    yield Text.assemble((_size(size), STRONG), f" in {root}")
    if found:
        yield command("check every block", "assay cache verify")
        yield command("make room", "assay cache prune --older-than 30d")
    if said:
        yield command("forget answers", "assay cache prune --completions --older-than 90d")


def verification(found: Verification) -> Iterator[RenderableType]:
    """What is damaged or not ours, space by space; all else is said in one line."""
    for checked in found.spaces:
        yield from _checked(checked)
    for path in found.foreign:
        yield Text(f"{path}: not ours, left alone", QUIET)
    blocks = count(found.sound + found.damaged, "block")
    if not found.damaged:
        yield Text(f"{blocks} checked: none is damaged", GOOD)
        return
    fate = "removed: their texts are encoded anew when they are needed"
    if not found.removed:
        fate = "left there until their model is used next, or until they are removed:"
    yield Text(f"{found.damaged:,} of {blocks} damaged, {fate}", BAD)
    if not found.removed:
        yield command("remove them", "assay cache verify --remove")


def pruned(done: Pruned) -> Iterator[RenderableType]:
    """What was removed, or would be, and what is left."""
    if done.removed:
        yield _spaces(done.removed)
        yield ""
    doing = "would be freed" if done.dry_run else "freed"
    left = _size(sum(info.bytes for info in done.kept))
    yield Text.assemble(
        (f"{_size(done.freed)} {doing}", STRONG),
        f" in {count(len(done.removed), 'model')}; {left} in {count(len(done.kept), 'model')} left",
    )


def pruned_completions(done: PrunedCompletions) -> Iterator[RenderableType]:
    """Whose completions were removed, or would be, and what is left."""
    if done.removed:
        yield _completions(done.removed)
        yield ""
    doing = "would be freed" if done.dry_run else "freed"
    left = _size(sum(info.bytes for info in done.kept))
    models = count(len(done.removed), "model")
    yield Text.assemble(
        (f"{_size(done.freed)} {doing}", STRONG),
        f" in completions of {models}; {left} of {count(len(done.kept), 'model')} left",
    )


def _completions(said: Sequence[CompletionsInfo]) -> Table:
    table = grid("completions of", "last added", "answers", "size", numbers=2)
    for info in said:
        name = info.model or info.file.name
        table.add_row(Text(name), _day(info.used), f"{info.entries:,}", _size(info.bytes))
    return table


def _spaces(found: Sequence[SpaceInfo]) -> Table:
    table = grid("model", "last used", "dimensions", "texts", "size", numbers=3)
    for info in found:
        name = Text(info.name or info.folder.name)
        if info.problem:
            name.append(f"\n{info.problem}", WARNING)
        weights = info.ragged and info.dimension == 2  # pairs of a dimension and its weight
        dimension = "" if info.dimension is None or weights else f"{info.dimension:,}"
        table.add_row(name, _day(info.used), dimension, f"{info.texts:,}", _size(info.bytes))
    return table


def _checked(checked: Checked) -> Iterator[RenderableType]:
    name = checked.space.name or checked.space.folder.name
    if checked.space.problem:
        yield Text(f"{name}: {checked.space.problem}", WARNING)
    for path in checked.damaged:
        yield Text(f"{name}: damaged: {path}", BAD)
    for path in checked.foreign:
        yield Text(f"{name}: not ours, left alone: {path}", QUIET)


def _day(time: datetime | None) -> str:
    """The day, where the reader is."""
    return f"{time.astimezone():%Y-%m-%d}" if time else ""


def _size(size: int) -> str:
    """Bytes in the largest unit that leaves at least one, with three digits."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = 0 if unit == 0 or amount >= 99.95 else 1 if amount >= 9.995 else 2
    return f"{amount:,.{digits}f} {UNITS[unit]}"
