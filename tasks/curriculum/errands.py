"""Errands of the starter world as lessons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.play.programs import ANSWER, resolve
from harness.records import Problem, ToolCall
from tasks.curriculum.lesson import DONE, Lesson, Turn
from tasks.worlds.starter.assignments import assign
from tasks.worlds.starter.executable import StarterWorld


@dataclass(frozen=True, slots=True)
class ErrandGuide:
    """Goes through the gold program of a problem, call by call.

    An entry that the program takes from a later page of a list is looked for from the first page
    on, as it must be by who does not know where it stands.

    Attributes:
        problem: with its gold program.
    """

    problem: Problem

    def next(self, observed: Sequence[str]) -> Turn:
        """The next call with its references replaced by what was observed, or the answer."""
        left, given = iter(observed), list[Any]()
        for call in self.problem.gold.program:
            arguments = {name: resolve(value, given) for name, value in call.arguments.items()}
            for page in _pages(replace(call, arguments=arguments)):
                content = next(left, None)
                if content is None:
                    return Turn(page)
            given.append(json.loads(content or "null"))
        return Turn(self._answer(given))

    def _answer(self, given: Sequence[Any]) -> str:
        told = self.problem.gold.details.get(ANSWER)
        if told is None:
            return DONE
        if isinstance(told, Mapping):
            return str(sum(resolve(told["sum"], given)))
        return str(resolve(told, given))


def errands(seed: int, size: int, errand: str, n: int, longest: int) -> Iterator[Lesson]:
    """The problems of an errand whose programs have at most so many calls.

    Args:
        seed: of the world.
        size: of the world, in towns.
        errand: one of `tasks.worlds.starter.assignments.ERRANDS`.
        n: problems that are drawn, before those that are too long are left out. A twelfth of them
            has one call, a twelfth two, and so on up to 12.
        longest: calls of a program.

    Raises:
        UserError: the world is too small.
    """
    world = StarterWorld(seed, size)
    for problem in assign(seed, size, errand, n):
        if len(problem.gold.program) <= longest:
            yield Lesson(problem, world, ErrandGuide(problem))


def _pages(call: ToolCall) -> Iterator[ToolCall]:
    """The call for the first page of a list, for the second, ..., and the call itself."""
    page = call.arguments.get("page", 1)
    rest = {name: value for name, value in call.arguments.items() if name != "page"}
    yield replace(call, arguments=rest)
    for number in range(2, page + 1):
        yield replace(call, arguments=rest | {"page": number})
