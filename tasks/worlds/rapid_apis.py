"""StableToolBench's world: recorded answers first, then a chat model that plays the APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.records import Problem, ToolSpec
from tasks.worlds.response_cache import ErrorAndResponse, Place, ResponseCache
from tasks.worlds.simulated import Answerer, Arguments, Asked, Simulated
from tasks.worlds.simulator import Simulator

_DOCUMENTED = (
    "category_name",
    "tool_name",
    "api_name",
    "api_description",
    "method",
    "template_response",
)
"""What a query's list of APIs says of one that its function does not; the model is told."""


@dataclass(frozen=True)
class RapidApis:
    """The APIs behind the functions of problems.

    Attributes:
        known: problem -> function -> where its answers lie, and the API as the query lists it.
    """

    known: Mapping[str, Mapping[str, tuple[Place, Mapping[str, Any]]]]

    def place(self, asked: Asked) -> Place | None:
        """Where the recorded answers of a function lie; None of one that no problem has."""
        found = self._found(asked.problem, asked.tool)
        return None if found is None else found[0]

    def documentation(self, problem: Problem, tool: ToolSpec) -> Mapping[str, Any]:
        """The function as the agent sees it, and what else is known of its API."""
        found = self._found(problem, tool)
        api = {} if found is None else found[1]
        return {**{key: api[key] for key in _DOCUMENTED if api.get(key)}, "function": asdict(tool)}

    def places(self) -> Iterator[Place]:
        """All of them."""
        return (place for functions in self.known.values() for place, _ in functions.values())

    def _found(self, problem: Problem, tool: ToolSpec) -> tuple[Place, Mapping[str, Any]] | None:
        """By the problem's own list; a function that was found for it elsewhere by all lists."""
        return self.known.get(problem.id, {}).get(tool.name) or self._everywhere.get(tool.name)

    @cached_property
    def _everywhere(self) -> dict[str, tuple[Place, Mapping[str, Any]]]:
        found: dict[str, tuple[Place, Mapping[str, Any]]] = {}
        for functions in self.known.values():
            for name, known in functions.items():
                found.setdefault(name, known)
        return found


class RapidWorld(Simulated):
    """The world of these APIs.

    Upstream looks an answer up before it looks at a call, and has a mistaken one answered by an
    error of Python's that the API's wrapper raises; here a call of unknown or missing parameters
    for which nothing is recorded is refused.

    Args:
        apis: what is known of the functions.
        recorded: the folder of recorded answers, if there is one.
        simulator: expression of the chat model that answers the rest; "" for none.
    """

    def __init__(self, apis: RapidApis, recorded: Path | None, simulator: str) -> None:
        self.apis, self._recorded, self._simulator = apis, recorded, simulator
        super().__init__(self._stand_ins, ErrorAndResponse())

    def _stand_ins(self) -> Iterator[Answerer]:
        cache = ResponseCache(self._recorded, self.apis.place) if self._recorded else None
        if cache:
            yield cache
        yield Arguments(self.manner)
        if self._simulator:
            examples = cache.examples if cache else lambda _: ()
            yield Simulator(self._simulator, self.manner, self.apis.documentation, examples)
