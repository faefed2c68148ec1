"""Judging within a run: every attempt is judged as soon as it is made.

An attempt is worth more than what is said of it: a judge that cannot be asked leaves the attempt as
it is, with the judgements that were made. Measures say nothing of what nobody judged, and
`assay judge` asks for what is missing, and for nothing else.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from harness.contracts import Judge, Task
from harness.errors import InfrastructureError, UserError, blaming
from harness.judging import PATIENCE, judged
from harness.loading import load_model
from harness.loop import together
from harness.records import Judgement, Problem, Trajectory
from harness.registry import judges
from harness.sources import Source
from harness.workspace import working

REPEATS = 3
"""Times that an attempt is judged, where the judge does not say how often."""
AT_ONCE = 8
"""Judgements that are asked for at the same time."""


@dataclass
class Verdicts:
    """Has attempts judged, one by one.

    Attributes:
        judge: who is asked.
        task: name of the task, for what people are told.
        asks: what the judge is called by, and the expression of the model that it asks.
        repeats: how often it is asked about each attempt.
        asked: how many judgements were made.
        failures: what could not be judged -> what failed.
    """

    judge: Judge
    task: str
    asks: tuple[str, str]
    repeats: int = REPEATS
    asked: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    _in_a_row: int = field(default=0, init=False)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), init=False)

    @classmethod
    def of(cls, task: Task, model: str, source: Source) -> Verdicts:
        """The verdicts of the judge that a task names, asking a chat model.

        Args:
            task: has the judge's name in its attribute `judge`.
            model: expression of the chat model.
            source: where the judge's templates lie.

        Raises:
            MissingData: its templates are not there.
            UserError: the task names no judge, the judge asks no model or wants more than one, or
                there is no such model.
        """
        called = judge_of(task)
        if called is None:
            raise UserError(
                f"judge={model}: {task.card.name} leaves nothing to a judge; assay judge --list "
                "says who could be asked of its attempts afterwards"
            )
        factory = cast("Callable[..., Any]", judges.get(called))
        takes = inspect.signature(factory).parameters
        given = {"model": load_model(model), "source": source}
        required = {n for n, p in takes.items() if p.default is inspect.Parameter.empty}
        if "model" not in takes or required - given.keys():
            raise UserError(
                f"judge={model}: {called}, the judge of {task.card.name}, cannot be made of a chat "
                "model alone: leave it out, and have the attempts judged by assay judge"
            )
        judge = cast("Judge", factory(**{name: given[name] for name in takes if name in given}))
        repeats = int(getattr(judge, "repeats", REPEATS))
        return cls(judge, task.card.name, (called, model), repeats)

    async def on(self, problem: Problem, trajectory: Trajectory) -> Trajectory:
        """The attempt with what the judge says of it behind what was said before.

        Repeats that were judged already are not judged again; an attempt that was never made is not
        judged at all. What it costs is charged to the run's budget, and is no part of the attempt's
        usage. Judgements are no completions that a cache could answer: each is asked for.

        Raises:
            UserError: the judge is broken or refused.
        """
        if trajectory.end in ("missing", "error"):
            return trajectory
        made = {j.repeat for j in trajectory.judgements if j.judge == self.judge.name}
        left = (repeat for repeat in range(self.repeats) if repeat not in made)
        said = await together(self._one(problem, trajectory, repeat) for repeat in left)
        new = [judgement for several in said for judgement in several]
        return replace(trajectory, judgements=(*trajectory.judgements, *new))

    @property
    def told(self) -> str:
        """What a person should know: how many judgements are missing; "" where none is."""
        if not self.failures:
            return ""
        place, reason = next(iter(self.failures.items()))
        return (
            f"{len(self.failures):,} judgements could not be had ({place}: {reason}). The attempts "
            f"are kept; {_command(self.task, *self.asks)} asks for the missing ones alone"
        )

    async def _one(
        self, problem: Problem, trajectory: Trajectory, repeat: int
    ) -> tuple[Judgement, ...]:
        """What is said in one repeat; nothing where the judge cannot be asked."""
        place = f"problem {trajectory.problem}, trial {trajectory.trial}, repeat {repeat}"
        async with self._gate:
            if self._in_a_row >= PATIENCE:
                self.failures[place] = "not asked: the judge kept failing"
                return ()
            try:
                with blaming(f"the judge {self.judge.name} failed"), working(cache=None):
                    said = await judged(self.judge, problem, trajectory, repeat)
            except InfrastructureError as error:
                self.failures[place] = str(error)
                self._in_a_row += 1
                return ()
        self._in_a_row = 0
        self.failures.pop(place, None)
        self.asked += len(said)
        return said


def judge_of(task: Task) -> str | None:
    """The name of the judge that decides a task's measures; None where none does."""
    found = getattr(task, "judge", None)
    return found if isinstance(found, str) and found else None


def unjudged(task: Task) -> str:
    """What to tell a person whose attempts nobody judged; "" where no judge is wanted."""
    called = judge_of(task)
    if called is None:
        return ""
    return (
        "nobody judged these attempts, so that nothing is known of their success: "
        f"{_command(task.card.name, called, 'MODEL')} has them judged, and so does --judge MODEL "
        "in a run"
    )


def _command(task: str, judge: str, model: str) -> str:
    quoted = f'"{model}"' if '"' not in model else f"'{model}'"
    return f"assay judge {task} trajectories.jsonl --judge {judge} -m {quoted}"
