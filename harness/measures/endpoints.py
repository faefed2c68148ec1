"""Which of a problem's tools a call reached, for tools that are endpoints of a web service.

A tool is an endpoint when its name is one ("GET /movie/{movie_id}"), or when the problem says so in
`gold.details["endpoints"]` ({tool: "GET https://host/movie/{movie_id}"}). A call reaches it

- by the tool's name;
- as a request: its name is "GET /movie/550", or a method with the address among the arguments
  ("GET", {"url": "https://host/movie/550?language=en"}), or anything with both of them there
  ({"method": "GET", "url": ...});
- by an operation's name, the endpoint with everything but letters and digits turned into "_"
  ("GET_movie_movie_id"), as function calling needs it, which knows no slashes.

Of an address, scheme, host, query string and fragment do not count, nor does a slash at its end.
`{x}` stands for one segment that is not empty. The method must be the same. Where several
endpoints fit, one with a literal segment wins over one with a parameter there, the first segment
in which they differ deciding: "/movie/popular" before "/movie/{movie_id}", as OpenAPI orders them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from operator import not_
from typing import TypeAlias

from harness.records import Problem, ToolCall

METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"})
LONGEST = 8192
"""An address of more characters reaches nothing: servers refuse it as well (RFC 9110, 4.1)."""
_ADDRESSES = ("url", "endpoint", "path")
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_NO_WORD = re.compile(r"[^0-9A-Za-z]+")
_CALLABLE = re.compile(r"[0-9A-Za-z_-]{1,256}")


def resolve(problem: Problem, call: ToolCall | str) -> str | None:
    """The name of the tool that a call reached; None where there is none like it.

    A tool of the gold path counts as there, whether it is among the problem's tools or not.

    Args:
        problem: whose tools may be called.
        call: the call, or what would be its name.
    """
    return _directory(problem).find(ToolCall(call) if isinstance(call, str) else call)


def called(problem: Problem, call: ToolCall | str) -> str:
    """The name of the tool that a call reached, else its own name, blanks evened out."""
    found = resolve(problem, call)
    return _evened(call if isinstance(call, str) else call.name) if found is None else found


@dataclass(frozen=True)
class _Request:
    method: str
    segments: tuple[str, ...]


_Shape: TypeAlias = tuple[bool, ...]
"""Which segments of an endpoint are parameters. Sorts literal segments before parameters."""


@dataclass
class _Directory:
    """The tools of a problem by everything they can be called by.

    Attributes:
        names: by name.
        operations: by an operation's name; None where several have it.
        routes: by method and number of segments, then by shape in its order, then by what the
            literal segments are.
    """

    names: dict[str, str] = field(default_factory=dict)
    operations: dict[str, str | None] = field(default_factory=dict)
    routes: dict[tuple[str, int], dict[_Shape, dict[tuple[str, ...], str]]] = field(
        default_factory=dict
    )

    def add(self, tool: str, endpoint: str) -> None:
        """Enters a tool whose name may be an endpoint, and the endpoint that it has besides."""
        for written in (tool, endpoint):
            if (request := _parsed(written)) is None:
                continue
            shape = tuple(map(_is_parameter, request.segments))
            alike = (request.method, len(shape))
            shapes = self.routes.get(alike, {})
            shapes.setdefault(shape, {}).setdefault(_literals(request.segments, shape), tool)
            self.routes[alike] = dict(sorted(shapes.items()))
        if _parsed(tool) is not None:
            operation = _operation(tool)
            # Two endpoints may come to the same operation, which then names neither.
            self.operations[operation] = None if operation in self.operations else tool

    def find(self, call: ToolCall) -> str | None:
        name = _evened(call.name)
        if name in self.names:
            return self.names[name]
        if (request := _requested(name, call.arguments)) is None:
            return self.operations.get(_operation(name)) if _CALLABLE.fullmatch(name) else None
        segments = request.segments
        for shape, tools in self.routes.get((request.method, len(segments)), {}).items():
            tool = tools.get(_literals(segments, shape))
            if tool is not None and all(compress(segments, shape)):
                return tool
        return None


def _literals(segments: tuple[str, ...], shape: _Shape) -> tuple[str, ...]:
    return tuple(compress(segments, map(not_, shape)))


def _directory(problem: Problem) -> _Directory:
    """The problem's directory. Many attempts at one problem ask, and few problems at a time."""
    known = _KNOWN.get(id(problem))
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[id(problem)] = problem, _found(problem)
    return known[1]


def _found(problem: Problem) -> _Directory:
    given = problem.gold.details.get("endpoints")
    endpoints = given if isinstance(given, Mapping) else {}
    tools = dict.fromkeys((*(tool.name for tool in problem.tools), *problem.gold.path))
    return _built(tuple((tool, str(endpoints.get(tool, ""))) for tool in tools))


_KNOWN: dict[int, tuple[Problem, _Directory]] = {}
"""Directories by the id() of a problem, which is kept beside it so that no other gets that id."""
_MOST_KNOWN = 8192


@lru_cache(maxsize=512)
def _built(tools: tuple[tuple[str, str], ...]) -> _Directory:
    """The directory of tools with their endpoints, "" where only the name may be one."""
    directory = _Directory()
    first: dict[object, str] = {}
    for name, endpoint in tools:
        # A label may name a parameter in another way than the tool does, or have blanks around it.
        tool = first.setdefault(_shape(name), name)
        directory.names.setdefault(_evened(name), tool)
        if tool == name:
            directory.add(name, endpoint)
    return directory


def _shape(name: str) -> object:
    """What is the same in two names of one endpoint; the name itself where it is none."""
    if (request := _parsed(name)) is None:
        return _evened(name)
    return request.method, tuple("{}" if _is_parameter(s) else s for s in request.segments)


def _requested(name: str, arguments: Mapping[str, object]) -> _Request | None:
    """The request that a call is, None where it is none."""
    if (request := _parsed(name)) is not None:
        return request
    method = name if name.upper() in METHODS else arguments.get("method")
    address = next((arguments[key] for key in _ADDRESSES if key in arguments), None)
    if not isinstance(method, str) or not isinstance(address, str):
        return None
    # Some write the method into the address as well.
    return _parsed(address) or _parsed(f"{method} {address}")


def _parsed(text: str) -> _Request | None:
    """The request in "GET /a/b" or "GET https://host/a/b?c=d", None where it is none."""
    if len(text) > LONGEST:
        return None
    method, _, address = _evened(text).partition(" ")
    if method.upper() not in METHODS:
        return None
    address = _QUERY.sub("", address)
    _, scheme, rest = address.partition("://")
    if scheme:
        address = "/" + rest.partition("/")[2]
    if not address.startswith("/"):
        return None
    return _Request(method.upper(), tuple(address.strip("/").split("/")))


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _operation(text: str) -> str:
    return _NO_WORD.sub("_", text).strip("_")


def _evened(text: str) -> str:
    """Without blanks around it, and with one wherever there are several; a huge text as it is."""
    return " ".join(text.split()) if len(text) <= LONGEST else text
