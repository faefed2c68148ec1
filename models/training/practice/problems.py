"""Problems to practise on, with the worlds in which they are solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.contracts import ProblemSet, Task, ToolEnvironment
from harness.errors import UserError
from harness.loading import load_task
from harness.loading.catalogue import all_tasks
from harness.records import Problem, Setting
from harness.sources import Source


@dataclass(frozen=True, eq=False)
class Practice:
    """What there is to practise on.

    Attributes:
        problems: by key, which is also their id; what is right stands in each one's `gold`.
        worlds: in which they are solved, by the same keys.
    """

    problems: Mapping[str, Problem]
    worlds: Mapping[str, ToolEnvironment]

    def only(self, keys: Sequence[str]) -> Practice:
        """Some of the problems, in that order."""
        return Practice({k: self.problems[k] for k in keys}, {k: self.worlds[k] for k in keys})


def practised(tasks: Sequence[str], limit: int = 0, setting: Setting | None = None) -> Practice:
    """The problems of tasks, each under the key "number of its task from 1/its id".

    Of a task that has several splits, the key is "number/split/id".

    Args:
        tasks: expressions, as `assay run -t` takes them.
        limit: problems of each task at most; 0 for all.
        setting: how they are asked; None leaves all as it is.

    Raises:
        UserError: a task is registered, and so is there to evaluate; or its problems have no world.
    """
    problems: dict[str, Problem] = {}
    worlds: dict[str, ToolEnvironment] = {}
    for number, task in enumerate(unregistered(tasks), 1):
        parts = task.load(Source(), setting or Setting())
        left = limit or None
        for part in parts:
            if not isinstance(part, ProblemSet) or part.environment is None:
                raise UserError(
                    f"{tasks[number - 1]} has no world in which its problems could be solved; "
                    'questions with passages of their own have one with pool="pooled"'
                )
            taken = part.problems[:left]
            left = None if left is None else left - len(taken)
            for problem in taken:
                split = f"{part.split}/" if len(parts) > 1 else ""
                key = f"{number}/{split}{problem.id}"
                problems[key] = replace(problem, id=key)
                worlds[key] = part.environment
    return Practice(problems, worlds)


def unregistered(tasks: Sequence[str]) -> list[Task]:
    """Tasks by which a model may be trained or chosen.

    Args:
        tasks: expressions.

    Raises:
        UserError: one is registered, and so is there to evaluate.
    """
    registered = {(task.card.name, task.card.version) for task in all_tasks()} if tasks else set()
    found = [load_task(expression) for expression in tasks]
    for expression, task in zip(tasks, found, strict=True):
        if (task.card.name, task.card.version) in registered:
            raise UserError(
                f"{expression} is there to evaluate models, so none is trained or chosen by it: "
                "name a task of your own, such as another seed's"
            )
    return found
