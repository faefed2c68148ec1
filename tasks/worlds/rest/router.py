"""Which operation of a service a call reaches, and with which arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from harness.measures.endpoints import METHODS, resolve
from harness.records import Problem, ToolCall, ToolSpec
from tasks.worlds.rest.errors import HttpError

_ADDRESSES = ("url", "endpoint", "path")
_CARRIERS = ("params", "parameters", "query_params", "data", "json", "body")
"""Arguments that hold the arguments, where a call is written as a request."""
_REQUEST = frozenset({"method", "headers", "description", "output_instructions"})
"""Arguments of a request that are none of the operation's."""
LONGEST = 8192


class Router:
    """The operations of a service, found by what a call says.

    Args:
        operations: named "GET /movie/{movie_id}".
        base: the address that every path is appended to.
    """

    def __init__(self, operations: Sequence[ToolSpec], base: str = "") -> None:
        self.operations = {operation.name: operation for operation in operations}
        self._known = Problem("service", (), tuple(operations))
        self._prefix = urlsplit(base).path.rstrip("/")

    def match(self, call: ToolCall) -> tuple[ToolSpec, dict[str, Any]]:
        """The operation, and the arguments as they were given in path, query and call.

        Raises:
            HttpError: there is no such operation (404).
        """
        told = self._below(call)
        name = resolve(self._known, told)
        if name is None or name not in self.operations:
            raise HttpError(404, "The resource you requested could not be found.")
        address = _address(told)
        if address is None:
            return self.operations[name], dict(told.arguments)
        return self.operations[name], dict(_of_request(name, address, told))

    def name_of(self, tool: str) -> str | None:
        """The operation that a tool's name stands for; None where there is none."""
        return resolve(self._known, tool)

    def _below(self, call: ToolCall) -> ToolCall:
        """The call with the base's own path taken out of its address: "/3/movie/5", "/movie/5"."""
        if not self._prefix or len(call.name) > LONGEST:
            return call
        name = self._cut(call.name)
        arguments = {
            key: self._cut(value) if key in _ADDRESSES and isinstance(value, str) else value
            for key, value in call.arguments.items()
        }
        return ToolCall(name, arguments)

    def _cut(self, text: str) -> str:
        method, blank, address = text.strip().rpartition(" ")
        parts = urlsplit(address) if len(address) <= LONGEST and _fine(address) else None
        if parts is None or not parts.path.startswith(self._prefix + "/"):
            return text
        query = f"?{parts.query}" if parts.query else ""
        return f"{method}{blank}{parts.path[len(self._prefix) :]}{query}"


def _fine(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:  # an address with one bracket
        return False
    return True


def _address(call: ToolCall) -> str | None:
    """What follows the method in a call that is a request; None in one that is no request."""
    method, _, address = call.name.strip().partition(" ")
    if address:
        return address.strip() if "{" not in address else None
    if method.upper() in METHODS or isinstance(call.arguments.get("method"), str):
        for key in _ADDRESSES:
            if isinstance(value := call.arguments.get(key), str):
                written = value.strip().rpartition(" ")[2]
                return written if "{" not in written else None
    return None


def _of_request(name: str, address: str, call: ToolCall) -> Iterator[tuple[str, Any]]:
    parts = urlsplit(address)
    template = name.partition(" ")[2].strip("/").split("/")
    segments = parts.path.strip("/").split("/")[-len(template) :]
    for place, segment in zip(template, segments, strict=False):
        if place.startswith("{"):
            yield place[1:-1], unquote(segment)
    try:
        asked = parse_qs(parts.query, max_num_fields=100)
    except ValueError as error:
        raise HttpError(400, str(error)) from None
    yield from ((key, values[-1]) for key, values in asked.items())
    for key, value in call.arguments.items():
        if key in _CARRIERS and isinstance(value, Mapping):
            yield from ((str(inner), given) for inner, given in value.items())
        elif key not in _REQUEST and key not in _ADDRESSES:
            yield key, value
