"""The plain loop, turn by turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from toy_world import PROBLEM, InRooms, Rooms, Sayings, calling, saying

from harness.contracts import Agent
from harness.errors import InfrastructureError, UserError
from harness.play.sessions import Told
from harness.records import Completion, Message, Problem, ToolCall, Trajectory, Usage
from models.agents.function_calling import FunctionCalling

LOOK = ToolCall("look", {"thing": "cat"}, "1")
MOVE = ToolCall("move", {"thing": "hat", "to": "attic"}, "2")


def attempt(
    *completions: Completion, problem: Problem = PROBLEM, told: bool = False, **options: object
) -> tuple[Trajectory, Sayings]:
    model = Sayings(completions)
    agent = FunctionCalling(model, **options)  # type: ignore[arg-type]
    assert isinstance(agent, Agent)

    async def solve() -> Trajectory:
        session = Told(problem) if told else await Rooms().open(problem, 3)
        return await agent.solve(problem, session)

    return asyncio.run(solve()), model


def test_calls_are_carried_out_and_told_until_there_is_an_answer() -> None:
    made, model = attempt(calling(LOOK), calling(MOVE), saying("It is in the attic."))
    assert (made.problem, made.trial, made.end, made.answer) == (
        "p",
        3,
        "finished",
        "It is in the attic.",
    )
    assert made.state == {"cat": "attic", "hat": "attic"}
    assert [m.role for m in made.messages] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
        "assistant",
    ]
    assert made.messages[2].content == '{"thing": "cat", "place": "attic"}'
    assert (made.messages[2].call_id, made.messages[2].failed) == ("1", False)
    assert made.usage == Usage(30, 6)
    assert model._asked[2][0] == list(made.messages[:5])
    assert model._asked[0][1] == ("look", "move")


def test_several_calls_of_one_turn_are_carried_out_in_order() -> None:
    made, _ = attempt(calling(MOVE, ToolCall("look", {"thing": "hat"}, "3")), saying("Done."))
    assert [m.content for m in made.messages if m.role == "tool"][1].endswith('"attic"}')


def test_a_mistake_is_told_to_the_agent() -> None:
    made, _ = attempt(calling(ToolCall("look", {"thing": "dog"}, "1")), saying("No dog."))
    assert made.messages[2].failed
    broken = ToolCall("look", {}, "1", problem="the arguments are no JSON")
    made, _ = attempt(calling(broken), saying("Sorry."))
    assert made.messages[2].content == "The call could not be read: the arguments are no JSON"
    assert made.end == "finished"


def test_an_attempt_without_an_answer_is_stopped() -> None:
    made, model = attempt(*[calling(LOOK)] * 4, steps=3)
    assert (made.end, made.detail) == ("stopped", "no answer after 3 steps")
    assert len(model._asked) == 3


def test_where_nothing_is_carried_out_the_first_calls_are_the_answer() -> None:
    made, _ = attempt(calling(LOOK, MOVE, text="I look."), told=True)
    assert made.calls == (LOOK, MOVE)
    assert (made.end, made.answer, made.state) == ("finished", "I look.", None)


def test_every_turn_of_the_user_is_answered() -> None:
    turns = (*PROBLEM.turns, (Message("user", "And the cat?"),))
    made, model = attempt(
        saying("First."), calling(LOOK), saying("Second."), problem=replace(PROBLEM, turns=turns)
    )
    assert [m.content for m in made.messages if m.role == "user"][1] == "And the cat?"
    assert made.answer == "Second."
    assert len(model._asked) == 3


def test_a_system_message_goes_first_and_is_no_part_of_the_trajectory() -> None:
    made, model = attempt(saying("Hm."), system="Be brief.")
    assert model._asked[0][0][0] == Message("system", "Be brief.")
    assert made.messages[0].role == "user"


def test_what_fails_outside_is_no_attempt() -> None:
    agent = FunctionCalling(Sayings([calling(LOOK)]))
    with pytest.raises(InfrastructureError, match="the world is gone"):
        asyncio.run(agent.solve(PROBLEM, InRooms(PROBLEM, 0, broken=0)))


@pytest.mark.parametrize(
    ("model", "steps", "message"),
    [("gpt", 3, "wants a chat model, and str is none"), (Sayings([]), 0, "at least one")],
)
def test_arguments_that_make_no_sense_are_refused(model: object, steps: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        FunctionCalling(model, steps=steps)  # type: ignore[arg-type]
