"""How far a run is: a bar in a terminal, elsewhere a line for each task that is done."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from harness import answering
from harness.render import console
from harness.render.words import setting_text

_ENDS = ("finished", "reused", "missing")


class Watch:
    """Shows progress on standard error. A context manager, and the `watch` of `evaluate`.

    Args:
        lines: whether to say something where standard error is no terminal.
    """

    def __init__(self, *, lines: bool = True) -> None:
        screen = console(stderr=True)
        self._lines = lines and not screen.is_terminal
        self._screen = screen
        self._done = 0
        self._started = time.perf_counter()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[tasks]}", style="dim"),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._now = self._bar.add_task("", total=None, tasks="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, progress: answering.Progress) -> None:
        """Takes notice of a step."""
        if progress.state == "loading":
            self._started = time.perf_counter()
            self._bar.reset(self._now, total=None)
        self._done += progress.state in _ENDS
        self._bar.update(
            self._now,
            description=f"{progress.model} · {progress.task}",
            completed=progress.done,
            total=progress.total or None,
            tasks=f"{progress.state} · {self._done} done",
        )
        if self._lines and progress.state in ("finished", "reused"):
            self._screen.print(self._line(progress), soft_wrap=True)

    def _line(self, progress: answering.Progress) -> str:
        setting = setting_text(progress.setting)
        asked = "" if setting == "defaults" else f" ({setting})"
        took = f" {progress.total:,} queries in {time.perf_counter() - self._started:.1f} s"
        return (
            f"{progress.state}: {progress.model} on {progress.task}{asked}"
            f"{took if progress.state == 'finished' else ''}"
        )
