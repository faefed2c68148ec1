"""Agents that nobody would use: the floor and the ceiling of every benchmark of tool use."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from harness.contracts import Corpus, Session
from harness.formats.python_calls import read_python_calls
from harness.measures.matching import as_declared
from harness.records import Expected, Message, Problem, Query, ToolCall, ToolSpec, Trajectory
from harness.run import Run
from models.literals import literal

_PUBLISHED = ("python", "java", "javascript")
"""Rules by which an object's values are lists of the acceptable ones."""
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("integer", "int", "long", "short", "byte", "Bigint"), "whole"),
    **dict.fromkeys(("number", "float", "double"), "number"),
    **dict.fromkeys(("boolean", "Boolean", "bool"), "flag"),
    **dict.fromkeys(("array", "tuple", "list", "Array", "ArrayList"), "list"),
    **dict.fromkeys(("object", "dict", "HashMap", "Hashtable"), "object"),
}
"""What is drawn for the types of JSON Schema and of the benchmarks; a text for all others."""
_DEEPEST = 3


class Abstain:
    """Does nothing: no call and no word, and no document as a retriever.

    It shows what doing nothing earns, as where the right thing is to call no tool.
    """

    version = "1"

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """An empty attempt, given up at once."""
        return Trajectory(problem.id, session.trial, end="gave up")

    def index(self, corpus: Corpus) -> _NoIndex:
        """An index that finds nothing."""
        return _NoIndex()


class _NoIndex:
    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Run:
        return Run.from_rankings({query.id: [] for query in queries})


def oracle_attempt(problem: Problem, trial: int = 0) -> Trajectory:
    """The attempt that the problem's `gold` describes.

    Expected calls go into one step; of each parameter the first acceptable value is given, and none
    where it may be left out. A path is followed a call a step, without arguments. Where any call
    will do, it is one of the first tool. What a judge would say of it, or what an environment would
    give, is not known: success that such decide about is out of reach.
    """
    gold = problem.gold
    answer = gold.answers[0] if gold.answers else gold.reference
    if gold.turns:
        messages = list(_conversation(problem))
    elif gold.calls is not None:
        messages = _steps([[_expected(call, problem) for call in gold.calls]])
    elif gold.path:
        messages = _steps([ToolCall(name)] for name in gold.path)
    elif gold.wants_call and problem.tools:
        messages = _steps([[_Drawn(problem, "").call(problem.tools[0], optional=0)]])
    else:
        messages = []
    if answer is not None:
        messages.append(Message("assistant", answer))
    return Trajectory(problem.id, trial, tuple(messages), answer)


def random_attempt(problem: Problem, trial: int = 0, seed: int = 0) -> Trajectory:
    """One call of a tool drawn by chance, with arguments drawn by the types of its schema.

    Parameters that may be left out are given half of the time; a text is a word of the problem.
    Every seed, problem and trial has a draw of its own.
    """
    drawn = _Drawn(problem, f"{seed}/{trial}")
    calls = [drawn.call(drawn.one(problem.tools), optional=0.5)] if problem.tools else []
    return Trajectory(problem.id, trial, tuple(_steps([calls])))


def _steps(steps: Iterable[Sequence[ToolCall]]) -> list[Message]:
    return [Message("assistant", calls=tuple(calls)) for calls in steps if calls]


def _conversation(problem: Problem) -> Iterator[Message]:
    """The turns of a conversation: what the user says, and then the right calls, a call a step."""
    for i, calls in enumerate(problem.gold.turns):
        said = problem.turns[i] if i < len(problem.turns) else ()
        yield Message("user", "\n".join(m.content for m in said if m.role == "user"))
        steps = _steps([_written(text, problem.tools)] for text in calls)
        yield from steps or [Message("assistant")]


def _written(text: str, tools: Sequence[ToolSpec]) -> ToolCall:
    """A call written as Python; what has no name is for the tool's parameters in their order."""
    call = ast.parse(text, mode="eval").body
    if isinstance(call, ast.Call) and call.args:
        name = ast.unparse(call.func)
        own = (tool for tool in tools if tool.name.rpartition(".")[2] == name.rpartition(".")[2])
        tool = next(own, ToolSpec(name))
        named = zip(tool.parameters.get("properties", {}), call.args, strict=False)
        call.keywords[:0] = [ast.keyword(parameter, value) for parameter, value in named]
        call.args.clear()
    (read,) = read_python_calls(f"[{ast.unparse(call)}]")
    return read


def _expected(expected: Expected, problem: Problem) -> ToolCall:
    """The expected call, as few of its arguments as it needs."""
    tools = as_declared(problem).tools
    tool = next((t for t in tools if t.name == expected.name), ToolSpec(expected.name))
    properties = tool.parameters.get("properties", {})
    arguments = {}
    for name, acceptable in expected.arguments.items():
        if "" in acceptable and name not in tool.parameters.get("required", ()):
            continue
        value = next((value for value in acceptable if value != ""), "")
        if problem.gold.rules in _PUBLISHED:
            value = _first_of_each(value)
        arguments[name] = literal(value, properties.get(name, {}), problem.gold.rules)
    return ToolCall(expected.name, arguments)


def _first_of_each(value: Any) -> Any:
    """An object, or a list of objects, with the first acceptable value of each key."""
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return [_first_of_each(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    firsts = ((k, v[0] if isinstance(v, list) and v else v) for k, v in value.items())
    return {key: first for key, first in firsts if first != ""}


class _Drawn:
    """What chance gives for a problem. `Random.random` is the same on every version of Python."""

    def __init__(self, problem: Problem, key: str) -> None:
        self._draw = Random(f"{key}/{problem.id}").random
        self._words = problem.text[:10_000].split() or ["value"]

    def one(self, among: Sequence[Any]) -> Any:
        return among[int(self._draw() * len(among))]

    def call(self, tool: ToolSpec, optional: float) -> ToolCall:
        """A call of a tool that gives every parameter it must, and others with a chance."""
        properties = tool.parameters.get("properties", {})
        required = tool.parameters.get("required", ())
        given = {
            name: schema if isinstance(schema, Mapping) else {}
            for name, schema in properties.items()
            if name in required or self._draw() < optional
        }
        return ToolCall(tool.name, {name: self._value(s) for name, s in given.items()})

    def _value(self, schema: Mapping[str, Any], depth: int = 0) -> Any:
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self.one(schema["enum"])
        declared = schema.get("type")
        kind = _KINDS.get(declared, "text") if isinstance(declared, str) else "text"
        if kind == "whole":
            return int(self._draw() * 100)
        if kind == "number":
            return round(self._draw() * 100, 2)
        if kind == "flag":
            return self._draw() < 0.5
        if kind == "list":
            items = schema.get("items")
            inner = items if isinstance(items, Mapping) else {}
            n = 1 + int(self._draw() * 2) if depth < _DEEPEST else 0
            return [self._value(inner, depth + 1) for _ in range(n)]
        if kind == "object":
            inside = schema.get("properties")
            named = inside.items() if isinstance(inside, Mapping) and depth < _DEEPEST else ()
            schemas = ((name, s if isinstance(s, Mapping) else {}) for name, s in named)
            return {name: self._value(s, depth + 1) for name, s in schemas}
        return self.one(self._words)
