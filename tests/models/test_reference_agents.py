"""The floor and the ceiling of every benchmark of tool use."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy_world import PROBLEM as ROOMS
from toy_world import Rooms

from harness.contracts import Agent
from harness.corpus import ListCorpus
from harness.formats.trajectories import to_line
from harness.measures.attempt import Attempt
from harness.measures.matching import match
from harness.play.sessions import Told
from harness.records import (
    Document,
    Expected,
    Gold,
    Message,
    Problem,
    Query,
    ToolCall,
    ToolSpec,
    Trajectory,
)
from models.reference import Oracle, RandomRanking
from models.reference_agents import Abstain


def tool(name: str, required: tuple[str, ...] = (), /, **types: Any) -> ToolSpec:
    properties = {p: {"type": t} if isinstance(t, str) else t for p, t in types.items()}
    return ToolSpec(
        name,
        parameters={"type": "object", "properties": properties, "required": list(required)},
    )


WEATHER = tool("weather", ("city",), city="string", days="integer")
ASKED = ((Message("user", "What is the weather in Oslo today?"),),)


def problem(gold: Gold, *tools: ToolSpec, turns: Any = ASKED) -> Problem:
    return Problem("p1", turns, tools or (WEATHER,), gold)


def solved(agent: Agent, asked: Problem, trial: int = 0) -> Trajectory:
    return asyncio.run(agent.solve(asked, Told(asked, trial)))


def test_all_are_agents_and_only_the_oracle_sees_what_is_right() -> None:
    agents = [Oracle(), RandomRanking(), Abstain()]
    assert all(isinstance(agent, Agent) for agent in agents)
    assert [getattr(agent, "sees_gold", False) for agent in agents] == [True, False, False]


def test_abstain_makes_no_call_and_says_nothing() -> None:
    made = solved(Abstain(), problem(Gold(calls=())), 3)
    assert made == Trajectory("p1", 3, end="gave up")


def test_abstain_finds_nothing() -> None:
    index = Abstain().index(ListCorpus([Document("d1", "text")]))
    assert index.search([Query("q1", "text")], 10).ranked("q1") == []


def test_doing_nothing_is_right_where_no_call_is_wanted() -> None:
    for wanted, valid in ((False, True), (True, False)):
        asked = problem(Gold(wants_call=wanted))
        assert match(asked, solved(Abstain(), asked)).valid == valid
        assert match(asked, solved(Oracle(), asked)).valid


@pytest.mark.parametrize(
    ("acceptable", "given"),
    [
        ({"city": ["Oslo", "Oslo, Norway"]}, {"city": "Oslo"}),
        ({"city": ["", "Oslo"]}, {"city": "Oslo"}),  # it must be given
        ({"city": [""]}, {"city": ""}),
        ({"city": ["Oslo"], "days": ["", 1]}, {"city": "Oslo"}),
        ({"city": ["Oslo"], "days": [1, ""]}, {"city": "Oslo"}),  # it may be left out
        ({"city": ["Oslo"], "days": [0]}, {"city": "Oslo", "days": 0}),
    ],
)
def test_the_oracle_gives_the_first_value_of_what_must_be_given(
    acceptable: dict[str, Any], given: dict[str, Any]
) -> None:
    gold = Gold(calls=(Expected("weather", acceptable),), rules="python")
    made = solved(Oracle(), problem(gold))
    assert made.messages == (Message("assistant", calls=(ToolCall("weather", given),)),)
    assert made.end == "finished"


def test_by_published_rules_the_values_of_an_object_are_lists_of_acceptable_ones() -> None:
    item = {"name": ["Tea", "tea"], "size": ["", "big"], "tags": [["hot"]]}
    for value in (item, [item]):
        asked = problem(Gold(calls=(Expected("order", {"x": [value]}),), rules="python"))
        first = {"name": "Tea", "tags": ["hot"]}
        expected = first if value is item else [first]
        assert solved(Oracle(), asked).calls[0].arguments == {"x": expected}
        plain = replace(asked, gold=replace(asked.gold, rules="json"))
        assert solved(Oracle(), plain).calls[0].arguments == {"x": value}


def test_the_oracle_calls_in_parallel_what_is_expected_together() -> None:
    calls = tuple(Expected("weather", {"city": [city]}) for city in ("Oslo", "Bonn"))
    made = solved(Oracle(), problem(Gold(calls=calls)))
    assert [len(message.calls) for message in made.messages] == [2]
    assert match(problem(Gold(calls=calls)), made).valid


def test_the_oracle_follows_a_path_and_answers() -> None:
    made = solved(Oracle(), problem(Gold(path=("a", "b", "a"), answers=("7", "seven"))), 1)
    assert [call.name for call in made.calls] == ["a", "b", "a"]
    assert [len(message.calls) for message in made.messages] == [1, 1, 1, 0]
    assert (made.answer, made.trial) == ("7", 1)
    assert solved(Oracle(), problem(Gold(reference="Sunny."))).answer == "Sunny."


def test_the_oracle_makes_any_call_where_any_will_do() -> None:
    asked = problem(Gold(wants_call=True, rules="python"))
    (call,) = solved(Oracle(), asked).calls
    assert call.name == "weather"
    assert set(call.arguments) == {"city"}


def test_the_oracle_holds_a_conversation_turn_by_turn() -> None:
    turns = (
        (Message("system", "Be brief."), Message("user", "Make a file.")),
        (Message("user", "Wait."),),
        (Message("user", "Sort it."), Message("user", "And close.")),
    )
    gold = Gold(
        turns=(("touch('a.txt')", "cd(folder='b')"), (), ("Files.sort('a.txt', desc=True)",))
    )
    tools = (tool("touch", name="string"), tool("sort", file="string", desc="boolean"))
    asked = problem(gold, *tools, turns=turns)
    made = solved(Oracle(), asked)
    assert Attempt(asked, made).turns == (
        (ToolCall("touch", {"name": "a.txt"}), ToolCall("cd", {"folder": "b"})),
        (),
        (ToolCall("Files.sort", {"file": "a.txt", "desc": True}),),
    )
    assert [m.content for m in made.messages if m.role == "user"] == [
        "Make a file.",
        "Wait.",
        "Sort it.\nAnd close.",
    ]


@pytest.mark.parametrize("rules", ["java", "javascript"])
def test_the_oracle_writes_code_where_code_is_wanted(rules: str) -> None:
    flag, many = ("boolean", "Array") if rules == "java" else ("Boolean", "array")
    asked = problem(
        Gold(
            calls=(Expected("f", {"on": [True], "ids": [[1, 2]], "to": ["target"]}),),
            rules=rules,
        ),
        tool("f", ("on",), on=flag, ids={"type": many, "items": {"type": "integer"}}, to="any"),
    )
    made = solved(Oracle(), asked)
    assert set(map(type, made.calls[0].arguments.values())) == {str}
    assert match(asked, made).valid


RICH = tool(
    "rich",
    ("kind", "n", "x", "on", "list", "inner", "odd"),
    kind={"type": "string", "enum": ["a", "b"]},
    n="integer",
    x="number",
    on="boolean",
    list={"type": "array", "items": {"type": "integer"}},
    inner={"type": "object", "properties": {"deep": {"type": "string"}}},
    odd={"type": ["string", "null"]},
    maybe="string",
)


def test_random_draws_arguments_by_type() -> None:
    draws = [solved(RandomRanking(), problem(Gold(), RICH), trial) for trial in range(200)]
    given = [made.calls[0].arguments for made in draws]
    words = set(ASKED[0][0].content.split())
    for arguments in given:
        assert arguments["kind"] in ("a", "b")
        assert type(arguments["n"]) is int
        assert type(arguments["x"]) is float
        assert type(arguments["on"]) is bool
        assert arguments["list"]
        assert {type(item) for item in arguments["list"]} == {int}
        assert set(arguments["inner"]) == {"deep"}
        assert arguments["odd"] in words
    # Of 200 fair coins 65 to 135 fall on a side, but for once in a million times.
    assert 65 < sum("maybe" in arguments for arguments in given) < 135
    assert 65 < Counter(arguments["kind"] for arguments in given)["a"] < 135


def test_random_draws_every_tool_equally_often() -> None:
    tools = [tool(name) for name in "abcd"]
    names = (
        solved(RandomRanking(), problem(Gold(), *tools), trial).calls[0].name
        for trial in range(2000)
    )
    # Pearson's chi-squared with 3 degrees of freedom exceeds 16.27 once in a thousand draws.
    assert sum((n - 500) ** 2 / 500 for n in Counter(names).values()) < 16.27


def test_random_is_the_same_each_time_and_differs_by_seed_problem_and_trial() -> None:
    asked = problem(Gold(), RICH)
    other = replace(asked, id="p2")
    first = solved(RandomRanking(), asked)
    assert first == solved(RandomRanking(), asked)
    draws = [
        first,
        solved(RandomRanking(), asked, 1),
        solved(RandomRanking(seed=1), asked),
        solved(RandomRanking(), other),
    ]
    assert len({str(made.calls[0].arguments) for made in draws}) == 4


def test_random_does_not_look_at_what_is_right() -> None:
    asked = problem(Gold(), RICH)
    told = replace(asked, gold=Gold(calls=(Expected("rich"),), path=("a",), answers=("7",)))
    assert solved(RandomRanking(), asked) == solved(RandomRanking(), told)


def test_strange_schemas_and_empty_problems_are_no_trouble() -> None:
    endless: dict[str, Any] = {"type": "array"}
    endless["items"] = endless
    strange = tool(
        "strange", ("a", "b", "c", "d"), a=endless, b=None, c={"enum": []}, d={"type": 7}
    )
    made = solved(RandomRanking(), problem(Gold(), strange, turns=()))
    assert made.calls[0].arguments["b"] == "value"
    assert to_line(made)
    assert solved(RandomRanking(), Problem("p", ())).messages == ()
    assert solved(Oracle(), Problem("p", ())).messages == ()
    assert solved(Oracle(), Problem("p", (), gold=Gold(wants_call=True))).messages == ()


CATEGORIES = (
    "simple_python",
    "simple_java",
    "simple_javascript",
    "multiple",
    "parallel",
    "parallel_multiple",
    "live_simple",
    "live_multiple",
    "live_parallel",
    "live_parallel_multiple",
)
OUT_OF_REACH = {
    # No value of a parameter is acceptable, or one that must be given is not expected.
    "live_simple_106-63-0",
    "live_simple_112-68-0",
    "live_multiple_862-181-3",
    "live_multiple_964-207-0",
    # The elements of an ArrayList of "any" are read as texts, and numbers are expected.
    "simple_java_36",
    "simple_java_65",
    # Acceptable values are the letters of a text that stands where a list of texts should.
    "simple_java_64",
}


@pytest.mark.realdata
@pytest.mark.parametrize("category", CATEGORIES)
def test_the_oracle_is_right_on_every_problem_of_bfcl_that_can_be_solved(
    data: Path, category: str
) -> None:
    folder, name = data / "tooluse/bfcl_v4", f"BFCL_v4_{category}.json"
    answers = {row["id"]: row["ground_truth"] for row in rows(folder / "possible_answer" / name)}
    language = category.removeprefix("simple_")
    rules = language if language in ("java", "javascript") else "python"
    wrong = set()
    for row in rows(folder / name):
        tools = tuple(ToolSpec(f["name"], "", f["parameters"]) for f in row["function"])
        calls = tuple(Expected(n, a) for call in answers[row["id"]] for n, a in call.items())
        asked = Problem(row["id"], (), tools, Gold(calls=calls, rules=rules))
        if not match(asked, solved(Oracle(), asked)).valid:
            wrong.add(row["id"])
    assert wrong == {id for id in OUT_OF_REACH if id in answers}


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def test_the_oracle_carries_out_the_program_where_there_is_a_world() -> None:
    program = (
        ToolCall("look", {"thing": "cat"}),
        ToolCall("move", {"thing": "hat", "to": "$1.place"}),
    )
    asked = replace(ROOMS, gold=Gold(program=program))

    async def made() -> Trajectory:
        return await Oracle().solve(asked, await Rooms().open(asked, 2))

    found = asyncio.run(made())
    assert (found.trial, found.state) == (2, {"cat": "attic", "hat": "attic"})
    assert [call.arguments.get("to") for call in found.calls] == [None, "attic"]
