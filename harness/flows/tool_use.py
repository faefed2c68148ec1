"""Tool use: every problem goes to an agent, and what it said and called comes back."""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.attempts import MOST_TRIALS, Noter, Tally, Teller, breakdown
from harness.contracts import Agent, Problems, Task, ToolEnvironment, Unreadable
from harness.corpus import fingerprint
from harness.errors import NotAsked, UserError
from harness.files import sha256_of
from harness.flows.flow import Scored
from harness.formats.trajectories import read_trajectories, write_trajectories
from harness.loading import LoadedModel
from harness.loop import Flight
from harness.measures import Measure, parse
from harness.play.faulty import parse_faults
from harness.play.playing import Play
from harness.play.story import OUTGROWN
from harness.play.toolsets import Toolsets
from harness.play.verdicts import Verdicts, unjudged
from harness.play.ways import SCORED_ONLY
from harness.records import Message, Problem, Setting, Trajectory
from harness.scoring import Scores, cluster_numbers
from harness.sources import Source
from harness.store.results import TRAJECTORIES
from harness.store.rows import Rows
from harness.store.schema import Counts, Result
from harness.trials import Gathering, Trials, failed, from_rows, merge, to_rows
from harness.workspace import workspace

WINDOW = 64
"""Attempts that an agent is at, at a time; its `query_batch` attribute overrides it. How many
requests go out is for its model to say."""
_OURS = ("harness", "tasks")
"""Packages whose worlds change with the version of their task."""
STOPPED = "not asked: the run was stopped"
"""Why an attempt was not made when a run was interrupted."""


class ToolUseFlow:
    """How an agent is asked.

    Args:
        material: the task's sets of problems.
        setting: how it is asked.
        seed: of the tools that are drawn by chance; attempts are told apart by their number.
        task: what the problems are of, and
        source: where its judge's templates lie: both only for a judge within a run.

    Raises:
        NotAsked: the setting asks for instructions.
        UserError: the setting makes no sense for tool use.
    """

    predictions: ClassVar[str] = TRAJECTORIES
    large: ClassVar[bool] = True

    def __init__(
        self,
        material: Problems,
        setting: Setting,
        seed: int,
        *,
        task: Task | None = None,
        source: Source | None = None,
    ) -> None:
        if setting.instruction not in ("auto", "no"):
            raise NotAsked("problems of tool use have no instructions of their own")
        if not 1 <= setting.trials <= MOST_TRIALS:
            raise UserError(f"trials={setting.trials}: from 1 to {MOST_TRIALS:,} can be made")
        self.setting, self._seed, self._material = setting, seed, material
        self._task, self._source = task, source
        several = len(material) > 1
        self._sets = [
            replace(part, problems=tuple(part.problems)[: setting.limit]) for part in material
        ]
        self.problems: dict[str, Problem] = {}
        self._worlds: dict[str, ToolEnvironment] = {}
        for part in self._sets:
            for problem in part.problems:
                key = f"{part.split}/{problem.id}" if several else problem.id
                self.problems[key] = problem
                if part.environment is not None:
                    self._worlds[key] = part.environment

    @property
    def keys(self) -> tuple[str, ...]:
        """Every problem, in order: its id, preceded by its split where a task has several."""
        return tuple(self.problems)

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 of everything that an attempt or a score depends on, however it was stored."""
        tools: dict[int, str] = {}
        return fingerprint(
            text
            for part in self._sets
            for text in (
                part.split,
                repr(part.weight),
                *_contents(part.problems, tools),
                *_code_of(part.environment),
            )
        )

    def join_of(self, model: LoadedModel) -> str:
        """Problems have no instruction to join."""
        return "own"

    def answer(
        self,
        model: LoadedModel,
        keys: Collection[str],
        task: str = "",
        kept: Trials | None = None,
    ) -> Iterator[Trials]:
        """Lets the agent attempt the problems of these keys; yields those that are finished.

        So many attempts are out at a time, see `WINDOW`, and problems come in the order in which
        their last attempt ends. When the budget is spent, no further attempt begins.
        """
        play = self._play(self._agent(model), task)
        left = (key for key in self.problems if key in keys)
        gathering = Gathering(self.setting.trials, kept.parts if kept else {})
        wanted = ((key, trial) for key in left for trial in gathering.begin(key))
        begins = (partial(play.attempt, *attempt) for attempt in _affordable(wanted))
        flight = Flight(begins, int(getattr(play.agent, "query_batch", WINDOW)))
        outgrown = 0
        try:
            for landed in flight:
                outgrown += sum(made.detail.startswith(OUTGROWN) for made in landed)
                yield gathering.enter(landed)
        except GeneratorExit:
            flight.stop()
            raise
        except BaseException:
            yield gathering.enter(flight.stop())
            yield gathering.rest(STOPPED, begun=True)
            raise
        if (spent := _spent()) is not None:
            for _ in wanted:  # enters every problem
                pass
            yield gathering.rest(f"not asked: {spent}")
        for said in (_stopped_short(outgrown), self._unjudged(play)):
            if said:
                workspace().say(said)

    def _agent(self, model: LoadedModel) -> Agent:
        """The model as an agent.

        Raises:
            UserError: it is none.
            NotAsked: it wants a world, and these problems have none here.
        """
        agent = model.model
        if not isinstance(agent, Agent):
            raise UserError("it is no agent: a task of tool use wants a model with solve()")
        if getattr(agent, "needs_world", False) and not self._playable:
            why = getattr(self._task, "unplayed", "") or SCORED_ONLY
            raise NotAsked(f"{model.name} wants to be told what its calls give, and {why}")
        return agent

    def _play(self, agent: Agent, task: str) -> Play:
        """How the agent attempts them. A retriever of tools is asked here, before anything else."""
        setting, verdicts, toolsets = self.setting, None, None
        if (setting.tools, setting.tool_order) != ("own", "own"):
            toolsets = Toolsets(setting, self._material, seed=self._seed, task=task)
        if setting.judge and self._task is not None and self._source is not None:
            verdicts = Verdicts.of(self._task, setting.judge, self._source)
        faults = parse_faults(setting.faults)
        return Play(agent, self.problems, self._worlds, toolsets, faults, verdicts)

    def _unjudged(self, play: Play) -> str:
        """What a person should know of judgements that are missing; "" where none is."""
        if play.verdicts is not None:
            return play.verdicts.told
        return unjudged(self._task) if self._task is not None else ""

    @property
    def _playable(self) -> bool:
        """Whether an attempt can be made here: in a world, or with one turn."""
        return all(part.single or part.environment is not None for part in self._sets)

    def failed(self, keys: Iterable[str], reason: str) -> Trials:
        """No attempts at these problems, because something outside the agent failed."""
        return failed(keys, self.setting.trials, reason)

    def merge(self, parts: Sequence[Trials]) -> Trials:
        """Several answers as one, in the task's order."""
        return merge(parts, self.keys)

    def select(self, answers: Trials, keys: Iterable[str]) -> Trials:
        """The attempts at these problems, and all parts; notes only where there is an attempt."""
        chosen = answers.select(keys)
        return chosen if chosen.attempts else replace(chosen, notes={})

    def settled(self, answers: Trials) -> Trials:
        """The attempts without what failed outside the agent."""
        return answers.settled()

    def rows(self, answers: Trials, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The attempts as plain JSON."""
        return to_rows(answers, keys)

    def from_rows(self, rows: Sequence[Mapping[str, Any]]) -> Trials:
        """The inverse of `rows`."""
        return from_rows(rows)

    def write(self, path: Path, answers: Trials, tag: str) -> None:
        """Writes trajectories as JSONL."""
        write_trajectories(path, answers)

    def kept(self, path: Path, result: Result) -> Trials | None:
        """The attempts that a result was made of, settled; None where they are damaged."""
        tally = Tally(self.problems, ())
        try:
            rows = Rows.of(_rows(path, tally))
        except UserError:
            return None
        return from_rows(rows).settled() if tally.fingerprint == result.predictions_hash else None

    def score(self, answers: Trials, measures: Sequence[str]) -> Scored:
        """What the attempts are worth."""
        return self.score_all(answers, measures, notes=answers.notes)

    def score_all(
        self,
        trajectories: Iterable[Trajectory | Unreadable],
        measures: Sequence[str],
        *,
        notes: Mapping[str, int] | None = None,
        tell: Teller | None = None,
        note: Noter | None = None,
    ) -> Scored:
        """What attempts are worth, each looked at once.

        Args:
            trajectories: in any order; problems go by key, or by id where that is unique.
            measures: in notation.
            notes: counts that came with the attempts.
            tell: called with every `Unreadable`, and now and then with how many were looked at.
            note: called with every attempt that is used, and its values.

        Raises:
            UserError: a measure is none of tool use, or nothing could be used.
        """
        tally = Tally(self.problems, _parsed(measures), self.setting.trials)
        tally.tell, tally.note = tell or tally.tell, note
        tally.add(t if isinstance(t, Unreadable) else self.known(t) for t in trajectories)
        if tally.unreadable and not tally.answered:
            raise UserError(
                f"none of the {tally.unreadable:,} entries can be used: they should be attempts "
                f"at problems such as '{next(iter(self.problems))}'"
            )
        values = tally.values()
        scores = self._scores(values)
        made = tally.answered
        missing = [key for key in self.keys if key not in made]
        counts = Counts(
            queries=len(self.keys),
            answered=len(made - tally.errors.keys()),
            missing=len(missing),
            malformed=len(tally.malformed),
            errors=len(tally.errors),
            without_relevant=0,
            judged_outside_corpus=0,
            empty_queries=sum(not problem.text.strip() for problem in self.problems.values()),
            documents=None,
            empty_documents=0,
            clusters=len(set(scores.clusters.tolist())),
            tied=0,
        )
        own = Counter(tally.notes)
        for part in self._sets:
            own.update(part.notes)
        return Scored(
            scores,
            counts,
            tally.fingerprint,
            missing,
            tally.malformed,
            tally.errors,
            {**(notes or {}), **own},
            breakdown(self.problems, values),
            tally.deviations(),
            tally.judges,
        )

    def known(self, found: Trajectory) -> Trajectory:
        """The attempt under our key, where it goes by the bare id of a problem."""
        if found.problem in self.problems:
            return found
        key = self._bare.get(found.problem)
        return replace(found, problem=key) if key else found

    @cached_property
    def _bare(self) -> dict[str, str]:
        """Ids that only one set has, to our keys."""
        counts = Counter(problem.id for problem in self.problems.values())
        return {p.id: key for key, p in self.problems.items() if counts[p.id] == 1}

    def _scores(self, values: Mapping[str, NDArray[np.float64]]) -> Scores:
        weights = [
            1.0 if part.weight is None else part.weight / max(1, len(part.problems))
            for part in self._sets
            for _ in part.problems
        ]
        return Scores(
            keys=self.keys,
            splits=tuple(part.split for part in self._sets for _ in part.problems),
            clusters=cluster_numbers([p.text or key for key, p in self.problems.items()]),
            weights=np.array(weights),
            values=values,
        )


def _affordable(attempts: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """One by one, until the budget is spent."""
    while _spent() is None and (attempt := next(attempts, None)) is not None:
        yield attempt


def _stopped_short(attempts: int) -> str:
    """What a person should know of attempts that a model could not go on with; "" without any."""
    if not attempts:
        return ""
    what = "1 attempt was" if attempts == 1 else f"{attempts:,} attempts were"
    return f"{what} stopped: {OUTGROWN}. Fewer tools or steps make it shorter"


def _spent() -> str | None:
    """Why nothing more may be asked; None while something may."""
    budget = workspace().budget
    return budget.spent if budget else None


def _rows(path: Path, tally: Tally) -> Iterator[dict[str, Any]]:
    """The attempts that a result wrote, problem by problem. Raises `UserError` if damaged."""

    def entered() -> Iterator[Trajectory]:
        for found in read_trajectories(path):
            if isinstance(found, Unreadable):
                raise UserError(f"{path}, {found.place}: {found.reason}")
            tally.add([found])
            yield found

    seen: set[str] = set()
    for key, attempts in groupby(entered(), key=lambda found: found.problem):
        if key in seen:
            raise UserError(f"{path}: attempts at {key} stand apart, as no run writes them")
        seen.add(key)
        yield from to_rows(Trials({key: list(attempts)}), [key])


def _parsed(names: Sequence[str]) -> list[Measure]:
    parsed = [parse(name) for name in names]
    if strange := [measure.name for measure in parsed if measure.kind == "ranking"]:
        raise UserError(f"{strange[0]} measures rankings: tool use has success, path_recall, ...")
    return parsed


def _code_of(world: ToolEnvironment | None) -> Iterator[str]:
    """SHA-256 of the file of a user's own world: other code may answer otherwise."""
    if world is None or type(world).__module__.partition(".")[0] in _OURS:
        return
    with suppress(TypeError, OSError):  # it has no file
        yield sha256_of(Path(inspect.getfile(type(world))))


def _contents(problems: Sequence[Problem], tools: dict[int, str]) -> Iterator[str]:
    """Everything of problems that counts. A tool that many share is looked at once."""
    for problem in problems:
        yield problem.id
        for turn in problem.turns:
            yield _canonical([_said(message) for message in turn])
        for tool in problem.tools:
            if id(tool) not in tools:
                tools[id(tool)] = fingerprint([_canonical(asdict(tool))])
            yield tools[id(tool)]
        yield _canonical(asdict(problem.gold))
        yield _canonical(dict(problem.labels))


def _said(message: Message) -> dict[str, Any]:
    """All of a message; its pictures where it has some."""
    found = asdict(message)
    if not message.images:
        del found["images"]
    return found


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
