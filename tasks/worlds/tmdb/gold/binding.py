"""Arguments for a path of operations, bound by meaning: ids by the type of what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import UserError
from harness.records import ToolCall
from tasks.worlds.tmdb.gold.picks import Pick

Answering = Callable[[str, Mapping[str, Any]], Any]
"""Carries out an operation."""


@dataclass(frozen=True)
class Bound:
    """A program and what its calls gave.

    Attributes:
        calls: with references such as "$1.results.0.id" to what was given before.
        given: the answer to each call.
    """

    calls: tuple[ToolCall, ...]
    given: tuple[Any, ...]


def bind(
    path: Sequence[str],
    names: Sequence[str],
    chosen: Mapping[int, Mapping[str, Any]],
    answering: Answering,
) -> Bound:
    """The path as a program.

    An id that nothing is said of is that of the first thing of its type in the latest answer that
    has any: a movie_id comes from films, never from people.

    Args:
        path: operations, "GET /movie/{movie_id}".
        names: what the searches of the path look for, in order.
        chosen: arguments by position in the path from 0. A `Pick` is looked up in the latest answer
            that has the list.
        answering: carries the operations out, in the world that the program is for.

    Raises:
        UserError: an id can come from no earlier answer, or a search has no name.
    """
    calls: list[ToolCall] = []
    given: list[Any] = []
    left = iter(names)
    for position, operation in enumerate(path):
        written: dict[str, Any] = {}
        meant: dict[str, Any] = {}
        told = dict(chosen.get(position, {}))
        if "/search/" in operation:
            told.setdefault("query", next(left, None))
        for name in (*_ids(operation), *told):
            if name in written:
                continue
            value = told[name] if name in told else _first(name, calls)
            if value is None:
                raise UserError(f"nothing tells the {name} of {operation}")
            if isinstance(value, Pick):
                written[name], meant[name] = _picked(value, name, calls, given)
            else:
                written[name] = meant[name] = value
        calls.append(ToolCall(operation, written))
        given.append(answering(operation, meant))
    return Bound(tuple(calls), tuple(given))


def lists(operation: str, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The lists of things in an operation's answer, each with the type of what is in it.

    A path "" stands for the answer itself.
    """
    segments = operation.partition(" ")[2].strip("/").split("/")
    kind, last = segments[0], segments[-1]
    if kind == "trending":
        yield "results", str(arguments.get("media_type"))
    elif kind in ("search", "discover"):
        yield "results", last
    elif last in ("movie_credits", "tv_credits"):
        yield from ((part, last.partition("_")[0]) for part in ("cast", "crew"))
    elif last == "credits":
        yield from ((part, "person") for part in ("cast", "crew"))
    elif segments == ["collection", "{collection_id}"]:
        yield "parts", "movie"
    elif len(segments) == 2 and (last.startswith("{") or last == "latest"):
        yield "", kind
        if kind in ("movie", "tv"):
            yield "production_companies", "company"
        if kind == "tv":
            yield "networks", "network"
    elif len(segments) == 2 or last in ("similar", "recommendations"):
        yield "results", kind


def _ids(operation: str) -> Iterator[str]:
    for segment in operation.split("/"):
        if segment.startswith("{") and segment.endswith("_id}"):
            yield segment[1:-1]


def _first(name: str, calls: Sequence[ToolCall]) -> Pick | None:
    kind = name.removesuffix("_id")
    for call in reversed(calls):
        for path, type in lists(call.name, call.arguments):
            if type == kind:
                return Pick(path)
    return None


def _picked(
    pick: Pick, name: str, calls: Sequence[ToolCall], given: Sequence[Any]
) -> tuple[str, Any]:
    """The reference and its value, from the latest call whose answer has things of that type."""
    kind = name.removesuffix("_id")
    for number in range(len(calls), 0, -1):
        call = calls[number - 1]
        if (pick.path, kind) in lists(call.name, call.arguments):
            return pick.one(given[number - 1], number)
    raise UserError(f"no earlier call gives a {kind} in '{pick.path}'")
