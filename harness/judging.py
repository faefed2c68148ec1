"""Has a judge look at attempts.

Judging asks models and costs money, scoring does neither: what a judge says is stored in the
trajectories, and every judgement as soon as it is made in a file, so that what was interrupted goes
on where it stood. A judge that cannot be asked has said nothing: that is no judgement, and is
asked again by the next run.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from harness.contracts import Judge
from harness.errors import InfrastructureError, TooLong, UserError, blaming
from harness.files import disk_error
from harness.formats.trajectories import digest, read_trajectories, to_line
from harness.loop import run, together
from harness.records import Judgement, Problem, Trajectory
from harness.workspace import working

PATIENCE = 16
"""Failures in a row after which a round is given up: nothing answers."""


@dataclass(frozen=True)
class Judged:
    """Attempts with what a judge said of them.

    Attributes:
        trajectories: in the order given, the new judgements behind the old ones.
        asked: how many judgements were made now, not found in the store.
        failures: what could not be judged -> what failed.
    """

    trajectories: tuple[Trajectory, ...]
    asked: int
    failures: Mapping[str, str]


def judge_all(
    problems: Mapping[str, Problem],
    trajectories: Iterable[Trajectory],
    judge: Judge,
    *,
    repeats: int = 3,
    store: Path | None = None,
    at_once: int = 8,
    rounds: int = 2,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Judged:
    """Has every attempt judged, the judgements that it has already left alone.

    A judgement is stored by the judge's name (which holds model and template), the problem, what
    was attempted, the attempt of reference if the judge compares, and the repeat: attempts that are
    alike share their judgements. Attempts that were never made are not judged.

    Args:
        problems: by key.
        trajectories: the attempts.
        judge: who is asked. One that compares has a method `reference(problem)`, which gives the
            trajectory that it compares with, or None.
        repeats: how often it is asked about each attempt. A judge that swaps the order of what it
            compares does so in every second repeat: an even number gives both orders their due.
        store: JSONL file that judgements are added to and found in.
        at_once: how many judgements are asked for at the same time.
        rounds: how often what failed is tried.
        tell: called with the number of judgements there are and of those wanted.

    Raises:
        UserError: an attempt is at no such problem, the judge is broken or refused, or the store
            cannot be written.
    """
    if repeats < 1 or at_once < 1 or rounds < 1:
        raise UserError("judging wants at least one repeat, one request at once and one round")
    attempts = tuple(trajectories)
    wanted = list(_wanted(problems, attempts, judge, repeats))
    known = _Store(store)
    keys = {each.key for each in wanted}
    asking = _Asking(judge, known, at_once, len(keys), tell, done=len(keys & known.found.keys()))
    tell(asking.done, asking.total)
    for _ in range(rounds):
        if left := [each for each in wanted if each.key not in known.found]:
            run(asking.ask(left))
    said: dict[int, list[Judgement]] = {}
    failures = {}
    for each in wanted:
        if (judgements := known.found.get(each.key)) is not None:
            said.setdefault(each.position, []).extend(judgements)
        else:
            failures[each.place] = asking.failures[each.key]
    judged = (
        replace(attempt, judgements=(*attempt.judgements, *said.get(position, ())))
        for position, attempt in enumerate(attempts)
    )
    return Judged(tuple(judged), asking.asked, failures)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A judgement to be had: whose attempt it is of, and by which key it is stored."""

    position: int
    problem: Problem
    attempt: Trajectory
    repeat: int
    key: str

    @property
    def place(self) -> str:
        return f"problem {self.attempt.problem}, trial {self.attempt.trial}, repeat {self.repeat}"


def _wanted(
    problems: Mapping[str, Problem], attempts: Sequence[Trajectory], judge: Judge, repeats: int
) -> Iterator[_Wanted]:
    reference = getattr(judge, "reference", lambda _: None)
    hashes: dict[str, str] = {}
    for position, attempt in enumerate(attempts):
        if attempt.problem not in problems:
            raise UserError(f"an attempt is at problem '{attempt.problem}', which the task has not")
        if attempt.end in ("missing", "error"):
            continue
        problem = problems[attempt.problem]
        if attempt.problem not in hashes:
            other = reference(problem)
            hashes[attempt.problem] = f"{_hash(problem)} {_content(other) if other else ''}"
        made = {j.repeat for j in attempt.judgements if j.judge == judge.name}
        for repeat in range(repeats):
            if repeat not in made:
                parts = (judge.name, hashes[attempt.problem], _content(attempt), repeat)
                yield _Wanted(position, problem, attempt, repeat, _hash(parts))


@dataclass
class _Asking:
    """Asks a judge for judgements, at most some at a time."""

    judge: Judge
    store: _Store
    at_once: int
    total: int
    tell: Callable[[int, int], None]
    done: int = 0
    asked: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    _in_a_row: int = 0

    async def ask(self, wanted: Iterable[_Wanted]) -> None:
        """Asks for all of them; what fails is told by `failures`."""
        self._in_a_row = 0
        gate = asyncio.Semaphore(self.at_once)
        alike: dict[str, _Wanted] = {}
        for each in wanted:
            alike.setdefault(each.key, each)  # the first one's draw, however many there are
        await together(self._one(each, gate) for each in alike.values())

    async def _one(self, wanted: _Wanted, gate: asyncio.Semaphore) -> None:
        async with gate:
            if self._in_a_row >= PATIENCE:
                self.failures.setdefault(wanted.key, "not asked: the judge kept failing")
                return
            try:
                with blaming(f"the judge {self.judge.name} failed"):
                    judgements = await judged(
                        self.judge, wanted.problem, wanted.attempt, wanted.repeat
                    )
            except InfrastructureError as error:
                self.failures[wanted.key] = str(error)
                self._in_a_row += 1
                return
        self._in_a_row = 0
        self.store.add(wanted.key, judgements)
        self.asked += 1
        self.done += 1
        self.tell(self.done, self.total)


def draw_of(trial: int, repeat: int) -> int:
    """The number under which a judge's completions are drawn, another for every such pair.

    Cantor's pairing: it does not depend on how many trials and repeats there are, so that what a
    cache knows of them stays true when more are asked for. (0, 0) is 0.
    """
    return (trial + repeat) * (trial + repeat + 1) // 2 + repeat


async def judged(
    judge: Judge, problem: Problem, attempt: Trajectory, repeat: int
) -> tuple[Judgement, ...]:
    """What a judge says of an attempt in one repeat, drawn apart from every other trial and repeat.

    Raises:
        InfrastructureError: it cannot be asked.
        UserError: it gives something else than judgements, or the same one twice.
    """
    try:
        with working(trial=draw_of(attempt.trial, repeat)):
            said: object = await judge.judge(problem, attempt, repeat)
    except (ConnectionError, TimeoutError, TooLong) as error:
        raise InfrastructureError(str(error) or type(error).__name__) from error
    return _judgements_of(judge, said, repeat)


def _judgements_of(judge: Judge, said: object, repeat: int) -> tuple[Judgement, ...]:
    """What a judge gave as judgements of its own in that repeat.

    Raises:
        UserError: it is neither a judgement nor a tuple of some.
    """
    found = said if isinstance(said, tuple) else (said,)
    for each in found:
        if not isinstance(each, Judgement):
            raise UserError(
                f"the judge {judge.name} gave a {type(each).__name__}: a Judgement is wanted, or "
                "a tuple of them"
            )
    return tuple(replace(each, judge=judge.name, repeat=repeat) for each in found)


class _Store:
    """Judgements by key: the lines of a file of trajectories whose problems are the keys."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.found: dict[str, tuple[Judgement, ...]] = {}
        if path is None or not path.exists():
            return
        for row in read_trajectories(path):
            if isinstance(row, Trajectory) and row.judgements:
                self.found[row.problem] = row.judgements

    def add(self, key: str, judgements: tuple[Judgement, ...]) -> None:
        """Enters what was said at once, on disk before anything else is done with it."""
        if self.path is not None:
            line = to_line(Trajectory(key, judgements=judgements))
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a+b") as file:
                    file.write(line if _ends_whole(file) else b"\n" + line)
            except OSError as error:
                raise disk_error(error, self.path) from error
        self.found[key] = judgements


def _ends_whole(file: BinaryIO) -> bool:
    """False where whoever wrote last was killed within a line."""
    if not file.seek(0, os.SEEK_END):
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _content(attempt: Trajectory) -> str:
    """Digest of what there is to judge: not what it cost, nor what others said of it."""
    return digest(replace(attempt, trial=0, usage=None, seconds=None, reward=None, judgements=()))


def _hash(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=_fields).encode()).hexdigest()


def _fields(value: Any) -> dict[str, Any]:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return dict(value)
