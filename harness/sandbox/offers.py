"""Tools as the functions that a program sees, and calls of these functions as tool calls."""

from __future__ import annotations

import inspect
import json
import keyword
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from harness.errors import AssayError, InfrastructureError, UserError
from harness.records import Observation, ToolCall, ToolSpec

_OUTSIDE = (ConnectionError, TimeoutError, socket.gaierror)
"""What a function raises that did not reach something outside: no mistake of the program."""


class Tools(Protocol):
    """What carries out calls: a `Session`, of which only this much is wanted."""

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """What may be called now."""
        ...

    def call(self, call: ToolCall) -> Awaitable[Observation]:
        """Carries out a call."""
        ...


class Functions:
    """Plain functions, or coroutine functions, as tools.

    What a function returns is handed over as JSON; an exception that it raises is an observation
    that failed. Errors of Assay itself, `InfrastructureError` above all, are passed on, and a
    network that fails or does not answer becomes one.

    Args:
        functions: what may be called, by name.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = dict(functions)
        self.tools = tuple(_spec(name, made) for name, made in self._functions.items())

    async def call(self, call: ToolCall) -> Observation:
        """Calls the function with these arguments by keyword.

        Raises:
            InfrastructureError: a connection failed, or something took too long.
        """
        try:
            found = self._functions[call.name](**call.arguments)
            if inspect.isawaitable(found):
                found = await found
            return Observation(json.dumps(found))
        except AssayError:
            raise
        except _OUTSIDE as error:
            why = f"{type(error).__name__}: {error}"
            raise InfrastructureError(f"the tool {call.name} failed: {why}") from error
        except Exception as error:
            return Observation(f"{type(error).__name__}: {error}", failed=True)


def function_names(tools: Sequence[ToolSpec]) -> dict[str, ToolSpec]:
    """The name under which a program finds each tool, such as "math_sqrt" for "math.sqrt".

    Raises:
        UserError: two tools would have the same name.
    """
    named: dict[str, ToolSpec] = {}
    for tool in tools:
        name = re.sub(r"\W", "_", tool.name, flags=re.ASCII)
        if not name.isidentifier() or name.startswith("__"):
            name = f"tool_{name}"
        if keyword.iskeyword(name):
            name += "_"
        if name in named:
            raise UserError(
                f"a program calls both '{named[name].name}' and '{tool.name}' as {name}(): "
                "rename one of the tools"
            )
        named[name] = tool
    return named


def bind(tool: ToolSpec, positional: Sequence[Any], named: Mapping[str, Any]) -> ToolCall:
    """A call of the function as a call of the tool; its parameters are in the schema's order.

    Whether something is missing or unknown is for the tool to say. What no tool could tell, an
    argument without a parameter or a parameter with two arguments, is the call's `problem`.
    """
    properties = tool.parameters.get("properties")
    parameters = [str(name) for name in properties] if isinstance(properties, Mapping) else []
    if len(positional) > len(parameters):
        takes = f"takes {len(parameters)} arguments but {len(positional)} were given"
        return ToolCall(tool.name, problem=takes)
    arguments = dict(zip(parameters, positional, strict=False))
    if twice := [name for name in named if name in arguments]:
        return ToolCall(tool.name, problem=f"got several values for argument '{twice[0]}'")
    return ToolCall(tool.name, arguments | dict(named))


def contents(observation: Observation) -> Any:
    """What a call gave: the value where that is JSON, otherwise the text."""
    try:
        return json.loads(observation.content)
    except (ValueError, RecursionError):
        return observation.content


def _spec(name: str, function: Callable[..., Any]) -> ToolSpec:
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise UserError(f"tool '{name}': its parameters cannot be told: {error}") from error
    parameters = [p.name for p in signature.parameters.values() if p.kind not in kinds]
    return ToolSpec(
        name,
        inspect.getdoc(function) or "",
        {"type": "object", "properties": {parameter: {} for parameter in parameters}},
    )
