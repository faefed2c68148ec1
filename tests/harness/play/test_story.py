"""What a trajectory says of how an attempt went."""

from __future__ import annotations

import asyncio

import pytest
from toy_world import PROBLEM, InRooms, calling, saying

from harness.play.story import Story, opening
from harness.records import Completion, Message, ToolCall, Usage

LOOK = ToolCall("look", {"thing": "cat"}, "1")


def story(*said: Completion) -> Story:
    found = Story(PROBLEM, InRooms(PROBLEM, 0, 99))
    for completion in said:
        found.said(completion)
    return found


def test_the_answer_is_what_was_said_last() -> None:
    assert story(saying("First."), saying("Second.")).ended().answer == "Second."
    assert story(calling(LOOK, text="I look."), saying("")).ended().answer is None
    assert story(saying("<think>maybe</think>\nYes.")).ended().answer == "Yes."
    assert story().ended().answer is None


def test_an_attempt_that_did_not_end_has_no_answer() -> None:
    made = story(calling(LOOK, text="I look.")).ended("stopped", why="no answer after 1 steps")
    assert (made.answer, made.detail) == (None, "no answer after 1 steps")


@pytest.mark.parametrize(
    ("finish", "detail"),
    [
        ("stop", ""),
        ("length", "the last turn was cut at its limit of tokens"),
        ("content_filter", "the last turn was stopped by the server's filter"),
    ],
)
def test_a_turn_that_was_cut_off_is_told(finish: str, detail: str) -> None:
    assert story(Completion("It is", finish=finish)).ended().detail == detail


def test_an_unknown_price_leaves_the_money_unknown() -> None:
    priced, free = Completion("", Usage(1, 2, 0.5)), Completion("", Usage(3, 4, None))
    assert story(priced, priced).ended().usage == Usage(2, 4, 1.0)
    assert story(priced, free).ended().usage == Usage(4, 6, None)


@pytest.mark.parametrize("usage", [Usage(), Usage(money=None)])
def test_what_nobody_counted_is_no_usage(usage: Usage) -> None:
    assert story(Completion("x", usage)).ended().usage is None


def test_an_agent_may_begin_anew_in_another_world() -> None:
    moved = story()
    moved.session = InRooms(PROBLEM, 3, 99, places={"cat": "cellar"})
    assert asyncio.run(moved.call(LOOK)).content == '{"thing": "cat", "place": "cellar"}'
    made = moved.ended()
    assert (made.state, made.trial, made.seconds) == ({"cat": "cellar"}, 3, None)


def test_an_agents_own_system_message_goes_first_and_there_is_but_one() -> None:
    user, system = Message("user", "Hi."), Message("system", "It is May.")
    assert opening("", [system, user]) == [system, user]
    assert opening("Be brief.", [user]) == [Message("system", "Be brief."), user]
    assert opening("Be brief.", [system, user]) == [
        Message("system", "Be brief.\n\nIt is May."),
        user,
    ]
