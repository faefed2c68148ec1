"""A conversation made from its end, by a teacher that says what is written down for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from harness.errors import UserError
from harness.play.sessions import Told
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from models.scripted import Scripted, Turn
from models.training.preferences import wording
from models.training.preferences.reversal import Budget, GivenUp, Reversal

ROOM = {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]}
LOOK, DIM = ToolSpec("look", "Tells of a lamp.", ROOM), ToolSpec("dim", "Dims a lamp.", ROOM)
SCENE = ToolCall(
    "describe_scenario", {"scenario": "A dark house.", "facts": ["the attic"], "tools": ["look"]}
)
ANSWER = ToolCall("give_answer", {"answer": "Both are on."})
QUERY = ToolCall("give_question", {"question": "Are attic and cellar lit?"})
ATTIC, CELLAR, BARN = (ToolCall("look", {"room": room}) for room in ("attic", "cellar", "barn"))


class House(Told):
    """A world of two rooms."""

    executes = True

    async def call(self, call: ToolCall) -> Observation:
        """Fails for rooms that there are not."""
        if call.arguments.get("room") not in ("attic", "cellar"):
            return Observation('{"error": "no such room"}', failed=True)
        return Observation('{"lamp": "on"}')


def made(
    script: Sequence[Turn] | Callable[..., Turn],
    tools: tuple[ToolSpec, ...] = (LOOK, DIM),
    **budget: Any,
) -> dict[str, Any]:
    """The row that a teacher's turns lead to; of a function, as `Scripted` has them."""
    left = list(script) if not callable(script) else []
    policy = script if callable(script) else lambda messages, offered: left.pop(0)
    session = House(Problem("p", (), tools))
    given = Budget(**{"calls": (4, 4), **budget})
    return asyncio.run(Reversal(Scripted(policy), session, given, Random(0)).made())


def test_the_query_comes_first_and_was_written_last() -> None:
    row = made([SCENE, ATTIC, CELLAR, ANSWER, QUERY])
    roles = [message["role"] for message in row["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "tool", "assistant"]
    assert row["messages"][0]["content"] == "Are attic and cellar lit?"
    called = [m["tool_calls"][0]["function"] for m in row["messages"] if "tool_calls" in m]
    assert [json.loads(call["arguments"]) for call in called] == [
        {"room": "attic"},
        {"room": "cellar"},
    ]
    assert row["messages"][2]["content"] == '{"lamp": "on"}'
    assert row["messages"][-1]["content"] == "Both are on."
    assert [tool["function"]["name"] for tool in row["tools"]] == ["look"]  # of the scenario
    assert (row["scenario"], row["facts"]) == ("A dark house.", ["the attic"])


def test_calls_that_failed_are_no_part_of_it() -> None:
    row = made([SCENE, ATTIC, BARN, CELLAR, ANSWER, QUERY])
    assert "barn" not in json.dumps(row["messages"])
    assert sum("tool_calls" in message for message in row["messages"]) == 2


def test_of_several_calls_the_first_alone_is_carried_out() -> None:
    row = made([SCENE, [ATTIC, BARN], CELLAR, ANSWER, QUERY])
    assert sum("tool_calls" in message for message in row["messages"]) == 2


def seen(turns: Sequence[Turn], **budget: Any) -> list[tuple[list[str], str]]:
    """What the teacher is offered and told last, turn by turn."""
    left, found = list(turns), list[tuple[list[str], str]]()

    def speak(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        found.append(([tool.name for tool in offered], messages[-1].content))
        return left.pop(0)

    made(speak, **budget)
    return found


def test_the_budget_of_calls_closes_in_on_the_answer() -> None:
    """Four calls, the last of which is the answer's: two more may follow the first, then none."""
    told = seen([SCENE, ATTIC, CELLAR, ATTIC, ANSWER, QUERY])
    every = ["give_answer", "start_over", "look"]
    assert told[0][0] == ["describe_scenario"]
    assert told[1:5] == [
        (every, wording.BEGIN_TEXT),
        (every, wording.NEXT_TEXT),
        (every, wording.LAST_TEXT),
        (["give_answer"], wording.OVER_TEXT),
    ]
    assert told[5][0] == ["give_question"]


def test_the_teacher_sees_its_calls_and_only_the_last_word_of_who_leads_it() -> None:
    shown: list[list[str]] = []
    left = [SCENE, ATTIC, CELLAR, ANSWER, QUERY]

    def speak(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        shown.append([message.role for message in messages])
        return left.pop(0)

    made(speak)
    assert shown[3] == ["system", "user", *("assistant", "tool") * 2, "user"]


def test_who_says_what_should_be_called_is_reminded() -> None:
    told = seen([SCENE, "I would look.", ATTIC, CELLAR, ANSWER, QUERY])
    assert told[2][1] == wording.NEXT_TEXT


def test_an_answer_before_enough_has_worked_is_refused() -> None:
    row = made([SCENE, ATTIC, ANSWER, CELLAR, ANSWER, QUERY])
    assert sum("tool_calls" in message for message in row["messages"]) == 2


@pytest.mark.parametrize(
    ("turns", "budget", "reason"),
    [
        ([SCENE, ToolCall("start_over", {"reason": "dull"})], {}, "the teacher started over"),
        ([SCENE, BARN, BARN, BARN, ANSWER], {}, "too few calls worked"),
        ([SCENE, ATTIC, "hm", "hm"], {"turns": 3}, "no answer"),
        (["hm"] * 3, {}, "no scenario"),
        ([ToolCall("describe_scenario", {"scenario": "", "facts": [], "tools": []})] * 3, {}, "no"),
        ([ToolCall("describe_scenario", {"scenario": "x", "facts": "y"})] * 3, {}, "no scenario"),
        ([SCENE, ATTIC, CELLAR, ANSWER, "hm", "hm", "hm"], {}, "no query"),
        ([SCENE, ATTIC, ToolCall("", problem="?"), BARN, ANSWER], {}, "too few calls worked"),
        ([SCENE, ATTIC, ToolCall("dim", {"room": "attic"}), BARN, ANSWER], {}, "too few"),
    ],
)
def test_what_leads_nowhere_is_given_up(
    turns: list[Turn], budget: dict[str, Any], reason: str
) -> None:
    with pytest.raises(GivenUp, match=reason):
        made(turns, **budget)


def test_a_report_that_lacks_something_is_asked_for_again() -> None:
    lacking = ToolCall("give_question", {"question": " "})
    row = made([SCENE, ATTIC, CELLAR, ANSWER, lacking, "Are they lit?", QUERY])
    assert row["messages"][0]["content"] == "Are attic and cellar lit?"


def test_a_scenario_that_names_no_tool_gets_some_by_chance() -> None:
    nameless = ToolCall(
        "describe_scenario", {"scenario": "A house.", "facts": [], "tools": ["lamp", "oven"]}
    )
    row = made([nameless, ATTIC, CELLAR, ANSWER, QUERY])
    assert {tool["function"]["name"] for tool in row["tools"]} == {"look", "dim"}


def test_tools_are_meant_by_the_names_that_the_teacher_is_told() -> None:
    """A dot is sent as "_"; what the scenario names by that is the tool, not chance."""
    many = (LOOK, *(ToolSpec(f"lamp.{name}", "", ROOM) for name in ("dim", "light", "swap")))
    scene = ToolCall(SCENE.name, {**SCENE.arguments, "tools": ["look", "lamp_light"]})
    row = made([scene, ATTIC, ToolCall("lamp.light", {"room": "attic"}), ANSWER, QUERY], many)
    assert [tool["function"]["name"] for tool in row["tools"]] == ["look", "lamp_light"]
    called = [m["tool_calls"][0]["function"]["name"] for m in row["messages"] if "tool_calls" in m]
    assert called == ["look", "lamp_light"]


@pytest.mark.parametrize(("number", "said"), [(2, "the 2 to 2 tools"), (30, "the 7 to 10 tools")])
def test_no_more_tools_are_asked_for_than_there_are(number: int, said: str) -> None:
    asked: list[str] = []

    def speak(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        asked.append(messages[0].content)
        return "hm"

    with pytest.raises(GivenUp):
        made(speak, tuple(ToolSpec(f"t{n}") for n in range(number)))
    assert said in asked[0]


def test_the_teacher_is_shown_a_window_of_neighbours() -> None:
    many = tuple(ToolSpec(f"t{n:02d}") for n in range(50))
    asked: list[str] = []

    def speak(messages: Sequence[Message], offered: Sequence[ToolSpec]) -> Turn:
        asked.append(messages[0].content)
        return "hm"

    with pytest.raises(GivenUp):
        made(speak, many)
    named = [tool.name for tool in many if f'"{tool.name}"' in asked[0]]
    first = int(named[0][1:])
    assert named == [tool.name for tool in many[first : first + 20]]
    assert len(named) >= 6  # the last window begins six tools before the end


@pytest.mark.parametrize(
    ("tools", "why"),
    [((), "nothing can be called"), ((ToolSpec("give_answer"),), "a tool 'give_answer'")],
)
def test_worlds_in_which_it_cannot_work_are_refused(tools: tuple[ToolSpec, ...], why: str) -> None:
    with pytest.raises(UserError, match=why):
        made([SCENE], tools)
