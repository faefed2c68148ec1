"""How far a run is: a bar in a terminal, elsewhere a line for each task that is done."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from harness import answering
from harness.render import console
from harness.render.words import count, setting_text

_ENDS = ("finished", "reused", "missing")


class Watch:
    """Shows progress on standard error. A context manager, and the `watch` of `evaluate`.

    Args:
        lines: whether to say something where standard error is no terminal.
    """

    def __init__(self, *, lines: bool = True) -> None:
        self._screen = console(stderr=True)
        self._lines = lines and not self._screen.is_terminal
        self._done = 0
        self._started = time.perf_counter()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[state]}", style="dim"),
            console=self._screen,
            transient=True,
            disable=not self._screen.is_terminal,
        )

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
            for bar in self._bar.task_ids:
                self._bar.remove_task(bar)
            about = f"{progress.model} · {progress.task}"
            self._bar.add_task(about, total=None, state="")
        self._done += progress.state in _ENDS
        for bar in self._bar.task_ids:
            state = f"{progress.state}, {count(self._done, 'task')} done"
            self._bar.update(
                bar, completed=progress.done, total=progress.total or None, state=state
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
