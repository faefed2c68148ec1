"""A simulated web service as an environment: a session an attempt, each with its own service."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from tasks.worlds.rest.arguments import checked
from tasks.worlds.rest.errors import HttpError
from tasks.worlds.rest.router import Router


class Service(Protocol):
    """One attempt's own copy of a service."""

    def answer(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """The body of the answer, plain JSON; None where it has none.

        Args:
            operation: its name, "GET /movie/{movie_id}".
            arguments: of path, query and body, checked.

        Raises:
            HttpError: the service cannot do it.
        """
        ...

    def refused(self, error: HttpError) -> Any:
        """The body of an answer that is an error."""
        ...

    @property
    def state(self) -> Any:
        """What the service is like, of what counts, as plain JSON; None where nothing does."""
        ...


class RestWorld:
    """A simulated service in which calls are carried out.

    Args:
        operations: what may be called, named "GET /movie/{movie_id}".
        opened: a new service for one attempt at a problem, as it is before the first call.
        base: the address that every path is appended to.
    """

    def __init__(
        self,
        operations: Sequence[ToolSpec],
        opened: Callable[[Problem], Service],
        base: str = "",
    ) -> None:
        self.router, self._opened = Router(operations, base), opened

    async def open(self, problem: Problem, trial: int = 0) -> RestSession:
        """A session with a service of its own."""
        return RestSession(problem, trial, self.router, self._opened)


class RestSession:
    """One attempt's copy of a service. Answers are JSON, "" where there is no body.

    Args:
        problem: its tools are what may be called, under names that stand for operations; all
            operations where it names none.
        trial: which attempt at it.
        router: the operations.
        opened: makes the service.
    """

    executes = True

    def __init__(
        self, problem: Problem, trial: int, router: Router, opened: Callable[[Problem], Service]
    ) -> None:
        self.trial = trial
        self._problem, self._router, self._opened = problem, router, opened
        self._tools = problem.tools or tuple(router.operations.values())
        self._callable = {router.name_of(tool.name) for tool in self._tools}
        self._turns = iter(problem.turns)
        self._service = opened(problem)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """The tools of the problem, the same in every turn."""
        return self._tools

    async def listen(self) -> Sequence[Message] | None:
        """The next turn of the problem; None after the last."""
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        """Carries a call out. Whatever is wrong with it comes back as the service's error."""
        try:
            body = self._answer(call)
        except HttpError as error:
            return Observation(_json(self._service.refused(error)), failed=True)
        return Observation("" if body is None else _json(body))

    @property
    def state(self) -> Any:
        """What the service says of itself."""
        return self._service.state

    async def again(self) -> RestSession:
        """The service as it was before the first call."""
        return RestSession(self._problem, self.trial, self._router, self._opened)

    async def close(self) -> None:
        """Nothing is held open."""

    def _answer(self, call: ToolCall) -> Any:
        if call.problem:
            raise HttpError(400, f"the arguments cannot be read: {call.problem[:200]}")
        operation, given = self._router.match(call)
        if operation.name not in self._callable:
            raise HttpError(404, "The resource you requested could not be found.")
        return self._service.answer(operation.name, checked(operation, given))


def _json(value: Any) -> str:
    """JSON that can be written as UTF-8, whatever a model has put into a call."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
