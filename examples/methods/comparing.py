"""Methods and their baseline: trained from the same base with the same seeds, asked the same.

What is over is not done again: trainings and evaluations go on where they were cut short.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, TypeAlias

from examples.methods.paired import FAULT, Gap, Key, corrected, gap, values_of
from examples.methods.spending import Spent, spent, together
from harness import evaluate
from harness.errors import UserError, unknown
from harness.records import Setting
from harness.store import ResultFolder
from harness.training import LoadedProducer, load_producer, plan, train

SEEDS = (0, 1, 2)
HELDOUT = (400, 401, 402, 403)
"""Worlds that are asked about, where a comparison has none of its own."""
CHOOSING = (380, 381)
"""Worlds by which rounds of training are compared."""
_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Budget:
    """Steps of the optimizer, as many as cost what another training has cost.

    What has led to that counts, too, but for trainings that lead to both: where one side needs a
    model of its own besides the one that both begin with, the other side gets what that has cost.

    Attributes:
        of: the training's name.
        share: of that.
    """

    of: str
    share: float = 1.0


Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | Budget"
Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """One run of a producer.

    Attributes:
        producer: its name.
        settings: by name. In texts stand {base} and {lessons} for what the command names, {worlds}
            for the file of plug-in tasks, {seed} for the seed of training, and the names of other
            trainings for their checkpoints, which are then trained first.
    """

    producer: str
    settings: Mapping[str, Value]


@dataclass(frozen=True)
class Choice:
    """A side that may choose, as a method chooses among its rounds: the first of the best agents.

    Attributes:
        agents: expressions as those of sides, from the one that was trained least.
        tasks: expressions of tasks by which they are compared, with {worlds}.
        measure: of theirs, whose mean over the tasks counts, and of which more is better.
    """

    agents: tuple[str, ...]
    tasks: tuple[str, ...]
    measure: str


@dataclass(frozen=True)
class Comparison:
    """A method that is compared with a baseline, and controls that are compared with both.

    Attributes:
        trainings: by name.
        sides: agents by name, the baseline first, then the method, then controls: expressions in
            which the name of a training in braces stands for its checkpoint's folder; or a choice
            among several.
        tasks: expressions of tasks, with {worlds} and {world}, the seed of the world -> measures,
            of which the first is the one that counts; or "fault: wrong value", see `paired`.
        worlds: seeds of the worlds that are asked about, where nobody says otherwise.
        asked: fields of the setting of all evaluations.
    """

    trainings: Mapping[str, Training]
    sides: Mapping[str, str | Choice]
    tasks: Mapping[str, Sequence[str]]
    worlds: Sequence[int] = HELDOUT
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a comparison takes place.

    Attributes:
        base: the model that all start from.
        lessons: folder of what they learn from.
        out: where checkpoints and results are.
        seeds: of training.
        worlds: seeds of the worlds that are asked about; without any, those of the comparison.
    """

    base: str
    lessons: Path
    out: Path
    seeds: Sequence[int] = SEEDS
    worlds: Sequence[int] = ()


@dataclass(frozen=True)
class Side:
    """What came of one side.

    Attributes:
        name: of the side.
        costs: of all trainings that lead to it, by seed.
        values: task, measure -> seed -> problem by problem.
    """

    name: str
    costs: Mapping[int, Spent]
    values: Mapping[tuple[str, str], Mapping[int, Mapping[Key, float]]]


class Trainings:
    """The trainings of a comparison with one seed, each carried out when it is first needed.

    Args:
        comparison: whose they are.
        place: where they are.
        seed: of training.
        tell: is told what begins.
    """

    def __init__(self, comparison: Comparison, place: Place, seed: int, tell: Tell) -> None:
        self._comparison, self._place, self._seed, self._tell = comparison, place, seed, tell
        self._out = place.out / f"seed-{seed}"
        self._done: set[str] = set()

    def trained(self, name: str) -> Path:
        """The folder of a checkpoint. Raises `UserError` where it cannot be trained."""
        if name in self._done:
            return self._out / name
        training = self._comparison.trainings[name]
        for other in self._needed(training):
            self.trained(other)
        steps = {
            key: self._steps(training, value)
            for key, value in training.settings.items()
            if isinstance(value, Budget)
        }
        self._tell(f"seed {self._seed}: training {name}")
        train(self.loaded(training, steps), self._out / name)
        self._done.add(name)
        return self._out / name

    def costs(self, side: str) -> Spent:
        """What all trainings have cost that lead to a side."""
        named = [name for agent in self._choice(side).agents for name in self._named(agent)]
        return together([spent(self._out / name) for name in self._leading(named)])

    def agent(self, side: str) -> str:
        """A side's expression, its checkpoints trained; where it may choose, the first of the best.

        Raises:
            UserError: a training is impossible, or the agents cannot be compared.
        """
        choice = self._choice(side)
        for agent in choice.agents:
            for name in self._named(agent):
                self.trained(name)
        agents = [self._filled(agent) for agent in choice.agents]
        if len(agents) == 1:
            return agents[0]
        best = max(agents, key=lambda agent: self._value(choice, agent))
        self._tell(f"seed {self._seed}: {side} is {best}")
        return best

    def _choice(self, side: str) -> Choice:
        told = self._comparison.sides[side]
        return Choice((told,), (), "") if isinstance(told, str) else told

    def _value(self, choice: Choice, agent: str) -> float:
        """The measure by which an agent is chosen."""
        tasks = [_filled(task, {"worlds": worlds_file()}) for task in choice.tasks]
        report = evaluate(
            agent, tasks, measures=choice.measure, out=self._out / "results" / "chosen", cache=False
        )
        if not report.complete:
            raise UserError(f"{agent} on {tasks[0]} was cut short: run the same command again")
        return fmean(result.main.value for result in report.results)

    def _leading(self, names: Sequence[str]) -> list[str]:
        """Trainings, and all those that lead to them, each once."""
        found: dict[str, None] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = None
                waiting += self._needed(self._comparison.trainings[name])
        return list(found)

    def _filled(self, text: str) -> str:
        folders = {name: str(self._out / name) for name in self._comparison.trainings}
        told = {
            "base": self._place.base,
            "lessons": str(self._place.lessons),
            "worlds": worlds_file(),
            "seed": str(self._seed),
        }
        return _filled(text, {**told, **folders})

    def _named(self, text: str) -> list[str]:
        return [name for name in _NAMED.findall(text) if name in self._comparison.trainings]

    def _needed(self, training: Training) -> list[str]:
        """The trainings whose checkpoints another one names."""
        texts = (
            text
            for value in training.settings.values()
            if isinstance(value, str | tuple)
            for text in ([value] if isinstance(value, str) else value)
        )
        return [name for text in texts for name in self._named(text)]

    def loaded(self, training: Training, steps: Mapping[str, int]) -> LoadedProducer:
        """The producer of a training.

        Args:
            training: which.
            steps: by the settings that are budgets.

        Raises:
            UserError: there is no such producer, or it refuses its settings.
        """
        return load_producer(
            training.producer,
            settings=[
                f"{key}={self._written(steps.get(key, value))}"
                for key, value in training.settings.items()
            ],
        )

    def _written(self, value: object) -> str:
        """A setting as a person would give it on the command line."""
        if isinstance(value, str):
            return self._filled(value)
        if isinstance(value, tuple):
            return json.dumps([self._filled(text) for text in value])
        return json.dumps(value)

    def _steps(self, training: Training, budget: Budget) -> int:
        """The steps that cost as much as a training and what leads to it, to it alone."""
        self.trained(budget.of)
        shared = self._leading(self._needed(training))
        behind = [name for name in self._leading([budget.of]) if name not in shared]
        once = {"steps": 0, "epochs": 1}
        settings = {k: v for k, v in training.settings.items() if not isinstance(v, Budget)}
        counts = plan(self.loaded(Training(training.producer, {**settings, **once}), {}))["train"]
        a_step = counts.counts["tokens"] / counts.counts["steps"]
        whole = together([spent(self._out / name) for name in behind]).budget
        return max(1, round(budget.share * whole / a_step))


def compared(
    comparison: Comparison, place: Place, tell: Tell = lambda what: None
) -> tuple[list[Side], dict[str, list[Gap]]]:
    """Trains and evaluates all sides.

    Args:
        comparison: which.
        place: where.
        tell: is told what begins.

    Returns:
        The sides, and by task how they differ: each but the first from that, and the controls
        from the method.

    Raises:
        UserError: something is not as the comparison says, or was cut short by something outside
            the models; the same command goes on.
    """
    trainings = {seed: Trainings(comparison, place, seed, tell) for seed in place.seeds}
    sides = []
    for name in comparison.sides:
        values: dict[tuple[str, str], dict[int, dict[Key, float]]] = {}
        for seed, own in trainings.items():
            expression = own.agent(name)
            tell(f"seed {seed}: evaluating {name}")
            out = place.out / f"seed-{seed}" / "results" / name
            for (task, measure), found in _evaluated(comparison, place, expression, out):
                values.setdefault((task, measure), {}).setdefault(seed, {}).update(found)
        costs = {seed: own.costs(name) for seed, own in trainings.items()}
        sides.append(Side(name, costs, values))
    # That an effect is there with the method and not with a control does not say that they differ.
    pairs = [(of, other) for place, of in enumerate(sides[:2], 1) for other in sides[place:]]
    gaps = [
        (task, gap(measure, (of.name, other.name), of.values[task, measure], found))
        for of, other in pairs
        for (task, measure), found in other.values.items()
    ]
    tested = corrected([one for _, one in gaps])
    by_task: dict[str, list[Gap]] = {}
    for (task, _), one in zip(gaps, tested, strict=True):
        by_task.setdefault(task, []).append(one)
    return sides, by_task


def _evaluated(
    comparison: Comparison, place: Place, agent: str, out: Path
) -> Iterator[tuple[tuple[str, str], dict[Key, float]]]:
    """The values of an agent: of each task and world by measure."""
    for task, measures in comparison.tasks.items():
        told = [measure for measure in measures if not measure.startswith(FAULT)]
        for world in place.worlds or comparison.worlds:
            asked = _filled(task, {"worlds": worlds_file(), "world": str(world)})
            setting = Setting(**comparison.asked)
            report = evaluate(agent, asked, measures=told, out=out, cache=False, settings=[setting])
            if not report.complete:
                raise UserError(f"{agent} on {asked} was cut short: run the same command again")
            (result,) = report.results
            folder = ResultFolder.of(
                out, result.model, result.model_fingerprint, result.task, result.setting
            )
            for measure, found in values_of(folder, asked, measures).items():
                yield (task, measure), found


def worlds_file() -> str:
    """The file of plug-in tasks, as a person names it."""
    path = Path(__file__).with_name("worlds.py")
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _filled(text: str, told: Mapping[str, str]) -> str:
    missing = next((name for name in _NAMED.findall(text) if name not in told), None)
    if missing is not None:
        raise unknown("name in braces", missing, told, f"There are: {', '.join(told)}")
    return _NAMED.sub(lambda found: told[found[1]], text)
