"""Thoughts, actions and observations as text, read strictly."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from toy_world import PROBLEM, Rooms, Sayings, saying

from harness.errors import UserError
from harness.play.sessions import Told
from harness.records import Message, ToolCall, Trajectory
from models.agents.react import NONE, ReAct, own_turn, read_step

LOOK = 'Thought: where is it?\nAction: look\nInput: {"thing": "cat"}'
ANSWER = "Thought: I know.\nAnswer: In the attic."


def attempt(*texts: str, told: bool = False, **options: Any) -> tuple[Trajectory, Sayings]:
    model = Sayings(map(saying, texts))
    agent = ReAct(model, **options)

    async def solve() -> Trajectory:
        session = Told(PROBLEM) if told else await Rooms().open(PROBLEM)
        return await agent.solve(PROBLEM, session)

    return asyncio.run(solve()), model


def test_an_action_is_carried_out_and_observed() -> None:
    made, model = attempt(LOOK, ANSWER)
    assert (made.end, made.answer) == ("finished", "In the attic.")
    assert made.calls == (ToolCall("look", {"thing": "cat"}, "step_0"),)
    assert [m.role for m in made.messages] == ["user", "assistant", "tool", "assistant"]
    asked = model._asked[1][0]
    assert [m.role for m in asked] == ["system", "user", "assistant", "user"]
    assert asked[-1].content == 'Observation: {"thing": "cat", "place": "attic"}'
    assert '"name": "look"' in asked[0].content
    assert model._asked[0][1] == ()  # no native tools


def test_a_turn_that_cannot_be_read_is_told_and_then_counts_as_malformed() -> None:
    made, model = attempt("I will look.", LOOK, ANSWER)
    assert made.end == "finished"
    assert "neither an action with its input nor an answer" in model._asked[1][0][-1].content
    made, _ = attempt("Hm.", "Hm.", misreadings=1)
    assert made.end == "malformed"
    assert "neither an action" in made.detail


def test_an_attempt_without_an_answer_is_stopped() -> None:
    made, _ = attempt(*[LOOK] * 3, steps=2)
    assert (made.end, made.detail) == ("stopped", "no answer after 2 steps")


def test_where_nothing_is_carried_out_the_first_action_is_the_answer() -> None:
    made, _ = attempt(LOOK, told=True)
    assert [call.name for call in made.calls] == ["look"]
    assert made.end == "finished"


@pytest.mark.parametrize(
    ("text", "call"),
    [
        (LOOK, ToolCall("look", {"thing": "cat"})),
        ('Action: look\nInput: ```json\n{"thing": "cat"}\n```', ToolCall("look", {"thing": "cat"})),
        ("Action: GET /movie/{id} \n\nInput: {}", ToolCall("GET /movie/{id}", {})),
        ("Action: look \t\r\nInput: {}", ToolCall("look", {})),
        ("Action: look\nInput: ```json \n\n{}```", ToolCall("look", {})),
        ('Action: look\nInput: {"thing": "Answer: no"}', ToolCall("look", {"thing": "Answer: no"})),
    ],
)
def test_actions_are_read(text: str, call: ToolCall) -> None:
    assert read_step(text) == call


def test_answers_are_read() -> None:
    assert read_step("Thought: so.\nAnswer: 42\nand more") == "42\nand more"
    assert read_step("Answer:") == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "neither"),
        ("The answer is Answer: 4", "neither"),
        ("Action: look", "neither"),
        ("Action: look\nInput: {broken", "the input is no JSON ("),
        ("Action: look\nInput: [1]", "the input is no JSON object"),
        ('Action: look\nInput: {"a": NaN}', "the input is no JSON ("),
        ('Action: look\nInput: {"a": 1, "a": 2}', "the input is no JSON ("),
        ("Action: look\nInput: " + "[" * 10_000, "the input is no JSON ("),
        (f'Action: look\nInput: {{"a": {"[" * 200 + "]" * 200}}}', "the input is no JSON ("),
        ('Action: look\nInput: {"a": Infinity}', "the input is no JSON ("),
        ('Action: look\nInput: {"a": 1e999}', "the input is no JSON ("),
        (f'Action: look\nInput: {{"a": {2**1024}}}', "the input is no JSON ("),
        ("Action: look\nInput: {}\nAnswer: 3", "both"),
    ],
)
def test_nothing_else_is_guessed(text: str, problem: str) -> None:
    found = read_step(text)
    assert isinstance(found, ToolCall)
    assert problem in found.problem


@pytest.mark.parametrize(
    "text",
    [
        "Action: a" + " " * 20_000 + "x\nInput: {}",
        "Action: a\nInput: ```" + "\n" * 20_000 + "x",
    ],
)
def test_turns_of_blanks_are_read_in_no_time(text: str) -> None:
    # Tried at every length of every run of blanks, each of these takes seconds.
    start = time.process_time()
    assert isinstance(read_step(text), ToolCall)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("options", [{"steps": 0}, {"misreadings": -1}])
def test_numbers_that_make_no_sense_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(UserError, match="react with"):
        ReAct(Sayings([]), **options)


def test_what_a_model_is_told_first_precedes_the_rules() -> None:
    _, model = attempt(ANSWER, system="Be brief.")
    assert model._asked[0][0][0].content.startswith("Be brief.\n\nYou solve requests")


def test_a_system_message_of_the_problem_follows_the_rules_in_one_message() -> None:
    model = Sayings([saying(ANSWER)])
    turns = ((Message("system", "It is May."), *PROBLEM.turns[0]),)
    problem = replace(PROBLEM, turns=turns)
    asyncio.run(ReAct(model).solve(problem, Told(problem)))
    asked = model._asked[0][0]
    assert [m.role for m in asked] == ["system", "user"]
    assert asked[0].content.endswith("\n\nIt is May.")


def test_without_tools_the_model_is_told_that_there_is_none() -> None:
    model = Sayings([saying(ANSWER)])
    problem = replace(PROBLEM, tools=())
    made = asyncio.run(ReAct(model).solve(problem, Told(problem)))
    assert made.answer == "In the attic."
    assert model._asked[0][0][0].content.endswith(f"Tools:\n{NONE}")


def test_an_observation_that_a_model_makes_up_ends_its_turn() -> None:
    made, model = attempt(f"{LOOK}\nObservation: in the cellar\n{ANSWER}", ANSWER)
    assert [call.name for call in made.calls] == ["look"]
    assert made.messages[1].content == LOOK
    assert "cellar" not in "".join(m.content for m in model._asked[1][0])


def test_an_answer_may_speak_of_observations() -> None:
    assert own_turn(f"{ANSWER}\nObservation: yes") == f"{ANSWER}\nObservation: yes"


def test_thoughts_between_tags_are_no_part_of_a_turn() -> None:
    made, _ = attempt(f"<think>\nAction: move\nInput: {{}}\nObservation: no\n</think>{ANSWER}")
    assert (made.answer, made.calls) == ("In the attic.", ())


def test_an_action_whose_input_cannot_be_read_is_a_call_and_told() -> None:
    made, model = attempt("Action: look\nInput: {broken", ANSWER)
    (call,) = made.calls
    assert (call.name, call.id) == ("look", "step_0")
    told = next(m for m in made.messages if m.role == "tool")
    assert told.failed
    assert told.content.startswith("The call could not be read: the input is no JSON")
    assert model._asked[1][0][-1].content == f"Observation: {told.content}"


def test_calls_of_later_turns_have_ids_of_their_own() -> None:
    turns = (*PROBLEM.turns, (Message("user", "And now?"),))
    problem = replace(PROBLEM, turns=turns)
    model = Sayings(map(saying, (LOOK, ANSWER, LOOK, "Answer: Still there.")))

    async def solve() -> Trajectory:
        return await ReAct(model).solve(problem, await Rooms().open(problem))

    made = asyncio.run(solve())
    assert [call.id for call in made.calls] == ["step_0", "step_2"]
    assert made.answer == "Still there."
