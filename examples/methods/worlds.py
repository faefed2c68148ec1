"""Starter worlds of other seeds as tasks: to train on, to choose on, and to hold out.

    assay run -m random -t "examples/methods/worlds.py:Errands(seed=301, calls=2)"
    assay run -m random -t "examples/methods/worlds.py:Questions(seed=301, hops=2)"
    assay run -m random -t "examples/methods/worlds.py:Calls(seed=301)"

They are the tasks of `starter-agent` and `starter-qa`, moved to another world. The suites ask about
that of seed 1, which is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, islice, zip_longest
from math import ceil
from typing import Any, cast

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.loop import run
from harness.play.programs import run_program_of
from harness.play.sessions import close
from harness.records import Expected, Gold, Problem, Setting, TaskCard, ToolCall
from harness.sources import Source
from tasks import starter_agent, starter_qa
from tasks.curriculum.checks import unfounded, untold
from tasks.starter_agent import AgentTask
from tasks.starter_qa import QuestionTask
from tasks.worlds.starter.executable import StarterWorld

LONGEST = 12
"""Calls of the longest errands; as many are drawn of each length."""
MATCHED = "ast"
ERRANDS = cast("Mapping[str, AgentTask]", starter_agent.BENCHMARK.tasks)
QUESTIONS = cast("QuestionTask", starter_qa.BENCHMARK.tasks["starter-qa/hops-1"])


@dataclass(eq=False)
class Errands:
    """Errands of all kinds, by turns, in the world of one seed.

    Attributes:
        seed: which world.
        size: of the world, in towns.
        calls: that an errand takes at most.
        fewest: calls that it takes at least.
        problems: how many.
        measures: reported by default.
        compats: none.

    Raises:
        UserError: the seed is evaluated, or the numbers make no sense.
    """

    seed: int = 101
    size: int = 16
    calls: int = 3
    fewest: int = 1
    problems: int = 64
    measures: Sequence[str] = ("solved_in_world", "path_recall", "steps", "calls")
    compats: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_other(self.seed)
        if not 1 <= self.fewest <= self.calls <= LONGEST or self.problems < 1:
            raise UserError(
                f"errands take 1 to {LONGEST} calls, and there is one at least: not "
                f"{self.fewest} to {self.calls} calls, {self.problems} problems"
            )

    @property
    def card(self) -> TaskCard:
        """What a person should know of it."""
        return _card(
            next(iter(ERRANDS.values())).card,
            f"errands-{self.seed}-calls-{self.fewest}-{self.calls}",
            f"Errands of {self.fewest} to {self.calls} calls, starter world {self.seed}",
            f"seed{self.seed}.size{self.size}.problems{self.problems}",
        )

    def load(self, source: Source, setting: Setting) -> Problems:
        """The errands with the world in which they are run, as the split "test".

        Raises:
            UserError: the world is too small for so many.
        """
        fitting = _fitting(self.seed, self.size, self.fewest, self.calls, self.problems)
        if len(fitting) < self.problems:
            raise UserError(
                f"{self.card.name} has only {len(fitting)} problems: ask for fewer, or for others"
            )
        world = StarterWorld(self.seed, self.size)
        return (ProblemSet("test", fitting, environment=world),)


@dataclass(eq=False)
class Questions:
    """Questions of so many hops about what the people of one seed's world write.

    Attributes:
        seed: which world.
        size: of the world, in towns.
        hops: 1 to 4.
        questions: how many.
        measures: reported by default.
        compats: none.

    Raises:
        UserError: the seed is evaluated.
    """

    seed: int = 101
    size: int = 16
    hops: int = 1
    questions: int = 60
    measures: Sequence[str] = QuestionTask.measures
    compats: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_other(self.seed)

    @property
    def card(self) -> TaskCard:
        """What a person should know of it."""
        return _card(
            QUESTIONS.card,
            f"questions-{self.seed}-hops-{self.hops}",
            f"Questions of {self.hops} hops, starter world {self.seed}",
            f"seed{self.seed}.size{self.size}.questions{self.questions}",
        )

    def load(self, source: Source, setting: Setting) -> Problems:
        """The questions with a search over all passages of the world, as the split "test".

        Raises:
            UserError: the setting's retriever does not parse, hops is out of range, or the world is
                too small.
        """
        moved = replace(
            QUESTIONS, hops=self.hops, seed=self.seed, size=self.size, questions=self.questions
        )
        return moved.load(source, setting)


@dataclass(eq=False)
class Calls:
    """Errands whose calls are compared with the right ones.

    Of those that take one call only the call is asked; longer ones are run in their world, and
    what comes of them can be measured, too.

    Attributes:
        seed: which world.
        size: of the world, in towns.
        calls: that an errand takes at most.
        fewest: calls that it takes at least.
        problems: how many.
        measures: reported by default; none given, how right the calls are, and what comes of them.
        compats: none.

    Raises:
        UserError: the seed is evaluated.
    """

    seed: int = 101
    size: int = 16
    calls: int = 1
    fewest: int = 1
    problems: int = 64
    measures: Sequence[str] = ()
    compats: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        outcome = self._errands().measures[:1] if self.calls > 1 else ()
        self.measures = self.measures or (MATCHED, "tool_choice", "error_score", *outcome)

    @property
    def card(self) -> TaskCard:
        """What a person should know of it."""
        errands = self._errands().card
        return replace(
            errands,
            name=f"calls-{self.seed}-{self.fewest}-{self.calls}",
            title=errands.title.replace("Errands", "Calls of errands"),
            description="The calls that an errand takes, compared with the right ones.",
            main_measure=MATCHED,
            runs="one turn" if self.calls == 1 else errands.runs,
        )

    def load(self, source: Source, setting: Setting) -> Problems:
        """The errands as the split "test"; without a world where each takes one call.

        Raises:
            UserError: the world is too small for so many.
        """
        (errands,) = self._errands().load(source, setting)
        world = cast("StarterWorld", errands.environment)
        asked = [run(_matched(problem, world)) for problem in errands.problems]
        if self.calls > 1:
            return (ProblemSet("test", asked, environment=world),)
        called = [
            replace(one, gold=Gold(MATCHED, one.gold.calls, path=one.gold.path)) for one in asked
        ]
        return (ProblemSet("test", called, single=True),)

    def _errands(self) -> Errands:
        return Errands(self.seed, self.size, self.calls, self.fewest, self.problems)


def founded(row: Mapping[str, Any]) -> str:
    """What is wrong with an example of an errand's call or of reading, or "": a `checker`.

    All values of the first call must stand in the request, see `tasks.curriculum.checks`; an answer
    without a call must stand in what is read, or say that there is none.

    Args:
        row: a line of data for `sft`, {"messages": [...]}.
    """
    asked = " ".join(m["content"] for m in row["messages"] if m["role"] == "user")
    said = next(m for m in row["messages"] if m["role"] == "assistant")
    if not said.get("tool_calls"):
        return untold(said["content"], asked)
    for call in said["tool_calls"]:
        arguments = json.loads(call["function"]["arguments"])
        if why := unfounded(asked, ToolCall(call["function"]["name"], arguments)):
            return why
    return ""


@lru_cache(maxsize=16)
def _fitting(seed: int, size: int, fewest: int, calls: int, problems: int) -> tuple[Problem, ...]:
    """The first errands of fitting length, by turns of all kinds; fewer where there are no more."""
    found: tuple[Problem, ...] = ()
    wanted = ceil(problems / len(ERRANDS) / (1 + calls - fewest)) + 1
    for drawn in (LONGEST * wanted, 2 * LONGEST * wanted, 4 * LONGEST * wanted):
        kinds = (
            [
                problem
                for problem in _moved(task, seed, size, drawn)
                if fewest <= len(problem.gold.program) <= calls
            ]
            for task in ERRANDS.values()
        )
        by_turns = chain.from_iterable(zip_longest(*kinds))
        found = tuple(islice(filter(None, by_turns), problems))
        if len(found) == problems:
            break
    return found


def _moved(task: AgentTask, seed: int, size: int, problems: int) -> Sequence[Problem]:
    """So many problems of a task of the suite in another world."""
    (part,) = replace(task, seed=seed, size=size, problems=problems).load(Source(None), Setting())
    return part.problems


async def _matched(problem: Problem, world: StarterWorld) -> Problem:
    """A problem with its program's calls, which are right or wrong with their values."""
    session = await world.open(problem)
    made = await run_program_of(problem, session)
    await close(session)
    expected = tuple(
        Expected(call.name, {name: (value,) for name, value in call.arguments.items()})
        for call in made.calls
    )
    return replace(problem, gold=replace(problem.gold, success=MATCHED, calls=expected))


def _card(suites: TaskCard, name: str, title: str, where: str) -> TaskCard:
    """A card of the suites for the same kind of problems elsewhere."""
    return replace(
        suites,
        name=name,
        title=title,
        description=f"{title}: made to train and to choose on, and part of no suite.",
        domain="",
        version=f"{suites.version.partition('+')[0]}+{where}",
        statistics={},
    )


def _require_other(seed: int) -> None:
    if seed == starter_agent.SEED or seed == starter_qa.SEED:
        raise UserError(f"the world of seed {seed} is evaluated by the suites: take another one")
