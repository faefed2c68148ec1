"""How far a run is: a bar in a terminal, elsewhere a line for each task that is done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from harness import answering
from harness.contracts import Unreadable
from harness.render import console
from harness.render.words import count, duration, setting_text

_ENDS = ("finished", "reused", "missing")
_QUICK = ("loading", "answering", "scoring", *_ENDS)
"""States without a rate of their own."""
_PATIENCE = 20.0
"""Seconds between two lines about the same work."""
_BAR, _WIDE = 24, 110
"""Cells of the bar, and those of a terminal that has room for one."""
_NUMBERS = 58
"""Cells that numbers, times and the state take beside it, which matter more than a whole name."""


def drawn(screen: Console, *, wide: bool = False) -> Progress:
    """How much is done, for how long, what is being done (the field `state`), and what is left.

    Shown in a terminal only, and gone in the end.
    """
    return Progress(
        TextColumn("{task.description}", markup=False),
        *([BarColumn(bar_width=_BAR)] if wide else []),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}", style="dim", markup=False),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )


class Watch:
    """Shows progress on standard error. A context manager, and the `watch` of `evaluate`.

    Args:
        lines: whether to say something where standard error is no terminal.
    """

    def __init__(self, *, lines: bool = True) -> None:
        self._screen = console(stderr=True)
        self._lines = lines and not self._screen.is_terminal
        self._wide = self._screen.width >= _WIDE
        self._done = 0
        self._started = self._since = self._told = time.perf_counter()
        self._state = ""
        self._bar = drawn(self._screen, wide=self._wide)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def __call__(self, progress: answering.Progress) -> None:
        """Takes notice of a step."""
        if progress.state == "saying":
            self._screen.print(progress.message, soft_wrap=True, highlight=False, markup=False)
            return
        if progress.state != self._state:
            self._begin(progress)
        self._done += progress.state in _ENDS
        for bar in self._bar.task_ids:
            self._bar.update(
                bar,
                completed=progress.done,
                total=progress.total or None,
                state=self._said(progress),
            )
        if self._lines:
            self._report(progress)

    def _begin(self, progress: answering.Progress) -> None:
        """A bar for another kind of work, so that its rate is its own."""
        now = time.perf_counter()
        if progress.state == "loading":
            self._started = now
        self._state, self._since, self._told = progress.state, now, now
        for bar in self._bar.task_ids:
            self._bar.remove_task(bar)
        room = self._screen.width - _NUMBERS - self._wide * _BAR
        self._bar.add_task(_title(progress.model, progress.task, room), total=None, state="")

    def _said(self, progress: answering.Progress) -> str:
        """What is being done, and how fast."""
        if progress.state not in _QUICK and progress.done:
            rate = progress.done / max(time.perf_counter() - self._since, 1e-9)
            return f"{progress.state}, {rate:,.0f} a second"
        return f"{progress.state}, {count(self._done, 'task')} done"

    def _report(self, progress: answering.Progress) -> None:
        """Says something where no bar can be drawn: what is done, and long work now and then."""
        if progress.state in ("finished", "reused"):
            line = self._line(progress)
            self._screen.print(line, soft_wrap=True, highlight=False, markup=False)
        now = time.perf_counter()
        if progress.state in _QUICK or not progress.done or now - self._told < _PATIENCE:
            return
        self._told = now
        left = (progress.total - progress.done) * (now - self._since) / progress.done
        self._screen.print(
            f"{self._said(progress)}: {progress.done:,} of {progress.total:,}, "
            f"{duration(left)} left · {progress.model} on {progress.task}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )

    def _line(self, progress: answering.Progress) -> str:
        setting = setting_text(progress.setting)
        asked = "" if setting == "defaults" else f" ({setting})"
        of = f"{progress.done:,} of " if progress.done < progress.total else ""
        took = f" {of}{progress.total:,} queries in {time.perf_counter() - self._started:.1f} s"
        return (
            f"{progress.state}: {progress.model} on {progress.task}{asked}"
            f"{took if progress.state == 'finished' else ''}"
        )


def _title(model: str, task: str, room: int) -> str:
    """Who is asked what; in little room the task's own name, and the beginning of the model's."""
    if len(whole := f"{model} · {task}") <= room:
        return whole
    own = task.rpartition("/")[2]
    left = max(room - len(own) - 3, 8)
    return f"{model if len(model) <= left else f'{model[: left - 1]}…'} · {own}"


_LINE = 1_000
"""Characters of a line about an entry, which may come from anywhere."""
LISTED = 10
"""Entries that cannot be used and are spelled out; more are counted."""


class Entries:
    """Shows how many entries of a file have been looked at, and which cannot be used.

    Args:
        lines: whether to say something at all.
    """

    def __init__(self, *, lines: bool = True) -> None:
        self._screen = console(stderr=True)
        self._lines = lines
        self._seen = self._bad = 0
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._screen,
            transient=True,
            disable=not (lines and self._screen.is_terminal),
        )

    @contextmanager
    def shown(self) -> Iterator[Self]:
        """Shows the count meanwhile, and how many could not be used at the end."""
        with self._bar:
            self._task = self._bar.add_task("reading", total=None)
            yield self
        if self._lines and self._bad > LISTED:
            self._say(f"and {self._bad - LISTED:,} more entries that cannot be used")

    def __call__(self, found: Unreadable | int) -> None:
        """Takes notice of how many have been looked at; says what cannot be used, at first."""
        if isinstance(found, int):
            self._bar.update(self._task, description=f"{found:,} attempts")
            return
        self._bad += 1
        if self._lines and self._bad <= LISTED:
            self._say(f"{found.place}: {found.reason}")

    def _say(self, line: str) -> None:
        line = "".join(c if c.isprintable() else "?" for c in line)[:_LINE]
        self._screen.print(line, soft_wrap=True, highlight=False, markup=False)


class Bar:
    """A bar for one piece of work whose extent is known: its rate, and the time left.

    Args:
        noun: what is counted.
        lines: whether to say something at all.
    """

    def __init__(self, noun: str, *, lines: bool = True) -> None:
        self._screen = console(stderr=True)
        self._lines = lines
        self._bar = Progress(
            TextColumn(noun),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=self._screen,
            transient=True,
            disable=not (lines and self._screen.is_terminal),
        )
        self._task = self._bar.add_task(noun, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Takes notice of how much is done."""
        self._bar.update(self._task, completed=done, total=total)

    def tell(self, found: Unreadable | int) -> None:
        """Says what cannot be used."""
        if self._lines and isinstance(found, Unreadable):
            line = f"{found.place}: {found.reason}"
            self._screen.print(line, soft_wrap=True, highlight=False, markup=False)
