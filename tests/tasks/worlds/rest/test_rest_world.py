from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.loop import run
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from tasks.worlds.rest import HttpError, RestWorld, page_of, window_of


def spec(name: str, required: tuple[str, ...] = (), **properties: Any) -> ToolSpec:
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return ToolSpec(name, parameters=parameters)


OPERATIONS = (
    spec(
        "GET /thing/{thing_id}",
        ("thing_id",),
        thing_id={"type": "integer"},
        page={"type": "integer", "default": 1},
        kind={"type": "string", "enum": ["a", "b"]},
        score={"type": "number"},
        adult={"type": "boolean"},
    ),
    spec("GET /thing/newest"),
    spec("PUT /thing/{thing_id}", ("thing_id",), thing_id={"type": "integer"}),
)


class Echo:
    """Says what it was asked, and counts how often."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        self.asked += 1
        if arguments.get("thing_id") == 404:
            raise HttpError(404, "none such")
        return None if operation.startswith("PUT") else [operation, dict(arguments)]

    def refused(self, error: HttpError) -> Any:
        return {"status": error.status, "parameter": error.parameter}

    @property
    def state(self) -> Any:
        return {"asked": self.asked}


WORLD = RestWorld(OPERATIONS, lambda problem: Echo(), "https://api.example.org/3")
PROBLEM = Problem("p", ((Message("user", "do"),),))


def asked(name: str, arguments: Mapping[str, Any] | None = None) -> Observation:
    async def ask() -> Observation:
        session = await WORLD.open(PROBLEM)
        return await session.call(ToolCall(name, dict(arguments or {})))

    return run(ask())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("GET /thing/{thing_id}", {"thing_id": 7, "page": 2}),
        ("GET /thing/{thing_id}", {"thing_id": "7", "page": "2", "api_key": "x"}),
        ("GET_thing_thing_id", {"thing_id": 7.0, "page": 2}),
        ("GET /thing/7?page=2", {}),
        ("GET https://api.example.org/3/thing/7?page=2", {}),
        ("GET", {"url": "https://api.example.org/3/thing/7", "params": {"page": 2}}),
        ("call", {"method": "GET", "url": "/thing/7?page=2", "headers": {"a": "b"}}),
    ],
)
def test_a_call_reaches_its_operation_however_it_is_written(
    name: str, arguments: Mapping[str, Any]
) -> None:
    observed = asked(name, arguments)
    assert json.loads(observed.content) == ["GET /thing/{thing_id}", {"thing_id": 7, "page": 2}]


def test_a_literal_segment_goes_before_a_parameter() -> None:
    assert json.loads(asked("GET /thing/newest").content)[0] == "GET /thing/newest"


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({}, "thing_id"),
        ({"thing_id": None}, "thing_id"),
        ({"thing_id": "seven"}, "thing_id"),
        ({"thing_id": True}, "thing_id"),
        ({"thing_id": 7.5}, "thing_id"),
        ({"thing_id": 10**30}, "thing_id"),
        ({"thing_id": [7]}, "thing_id"),
        ({"thing_id": 7, "score": 10**400}, "score"),
        ({"thing_id": 7, "kind": "c"}, "kind"),
        ({"thing_id": 7, "score": float("nan")}, "score"),
        ({"thing_id": 7, "adult": "perhaps"}, "adult"),
        ({"thing_id": 7, "kind": "\ud800"}, "kind"),
    ],
)
def test_arguments_of_a_wrong_type_are_refused(
    arguments: Mapping[str, Any], parameter: str
) -> None:
    observed = asked("GET /thing/{thing_id}", arguments)
    assert observed.failed
    assert json.loads(observed.content) == {"status": 400, "parameter": parameter}


@pytest.mark.parametrize("name", ["DELETE /thing/7", "nothing", "GET http://[/3", "GET /thing//"])
def test_what_is_no_operation_is_not_found(name: str) -> None:
    assert json.loads(asked(name).content)["status"] == 404


def test_an_answer_may_have_no_body() -> None:
    assert asked("PUT /thing/7") == Observation("")


def test_only_the_problems_tools_may_be_called() -> None:
    async def ask() -> Observation:
        session = await WORLD.open(Problem("p", (), (ToolSpec("GET_thing_newest"),)))
        assert not (await session.call(ToolCall("GET_thing_newest"))).failed
        return await session.call(ToolCall("GET /thing/7"))

    assert run(ask()).failed


def test_sessions_share_no_state() -> None:
    async def ask() -> list[Any]:
        session, other = await WORLD.open(PROBLEM), await WORLD.open(PROBLEM)
        await session.call(ToolCall("GET /thing/7"))
        again = await session.again()
        assert await again.listen() == PROBLEM.turns[0]
        return [session.state, other.state, again.state]

    assert run(ask()) == [{"asked": 1}, {"asked": 0}, {"asked": 0}]


def test_pages_and_windows_cut_lists() -> None:
    page = page_of(range(45), 3, 20)
    assert (list(page.items), page.pages, page.total) == ([40, 41, 42, 43, 44], 3, 45)
    assert not page_of([1], 9, 20).items
    assert window_of([1, 2, 3, 4], 1, 2) == [2, 3]
