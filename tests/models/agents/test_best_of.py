"""Several tries at once, of which one is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from toy_world import PROBLEM, InRooms, Rooms

from harness.check import check_model
from harness.contracts import Agent, Session
from harness.errors import InfrastructureError, UserError
from harness.loop import run
from harness.play.sessions import Told
from harness.records import (
    Completion,
    Gold,
    Message,
    Observation,
    Problem,
    ToolCall,
    Trajectory,
    Usage,
)
from harness.workspace import working, workspace
from models.agents.best_of import BestOf, answered, read_pick
from models.agents.function_calling import FunctionCalling
from models.openai_chat import OpenAIChat
from models.scripted import Scripted

MOVE = ToolCall("move", {"thing": "hat", "to": "attic"})


class Tries:
    """Says one thing in each trial, after moving the hat where it is told to.

    The answer of a trial is that of its number; "stopped" and "failed" are ends.
    """

    version = "1"

    def __init__(self, *answers: str | None, move: Sequence[int] = ()) -> None:
        self.answers, self.move = answers, move
        self.trials: list[int] = []

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        trial = workspace().trial
        self.trials.append(trial)
        messages: tuple[Message, ...] = ()
        if trial in self.move:
            found = await session.call(MOVE)
            messages = (Message("assistant", calls=(MOVE,)), Message("tool", found.content))
        answer = self.answers[trial]
        if answer == "failed":
            raise InfrastructureError("the network is down")
        return Trajectory(
            problem.id,
            session.trial,
            messages,
            None if answer == "stopped" else answer,
            "stopped" if answer == "stopped" else "finished",
            "too long" if answer == "stopped" else "",
            usage=Usage(10, 1, 0.5),
            seconds=float(trial + 1),
            state=session.state,
        )


def attempt(agent: Agent, trial: int = 0) -> Trajectory:
    async def solve() -> Trajectory:
        return await agent.solve(PROBLEM, await Rooms().open(PROBLEM, trial))

    with working(trial=trial):
        return run(solve())


def test_the_answer_that_most_tries_agree_on_is_kept() -> None:
    made = attempt(BestOf(Tries("Hall.", "the Attic", "cellar", " the  attic. ", "hall"), n=5))
    assert made.answer == "Hall."  # two each, and this one came first
    assert made.detail == "2 of 5 tries agree"
    made = attempt(BestOf(Tries("hall", "the Attic", "cellar", " the  attic. ", "x"), n=5))
    assert (made.answer, made.end, made.problem, made.trial) == ("the Attic", "finished", "p", 0)


def test_usage_is_that_of_all_tries_and_the_longest_says_how_long_it_took() -> None:
    made = attempt(BestOf(Tries("a", "b", "c"), n=3))
    assert made.usage == Usage(30, 3, 1.5)
    assert made.seconds == pytest.approx(3.0, abs=0.5)


def test_every_try_is_a_trial_of_its_own() -> None:
    inner = Tries(*"abcdefghijkl")
    assert attempt(BestOf(inner, n=3), trial=2).trial == 2
    assert sorted(inner.trials) == [6, 7, 8]
    nested = Tries(*"abcdefghijkl")
    attempt(BestOf(BestOf(nested, n=3), n=2), trial=1)
    assert sorted(nested.trials) == [6, 7, 8, 9, 10, 11]


def test_the_state_is_that_of_the_try_that_is_kept() -> None:
    kept = attempt(BestOf(Tries("moved", "moved", "not", move=(0, 1)), n=3))
    assert kept.state == {"cat": "attic", "hat": "attic"}
    kept = attempt(BestOf(Tries("moved", "not", "not", move=(0,)), n=3))
    assert kept.state == {"cat": "attic", "hat": "hall"}


def test_tries_that_end_badly_lose() -> None:
    made = attempt(BestOf(Tries("stopped", "stopped", "", "hall"), n=4))
    assert (made.answer, made.end, made.detail) == ("hall", "finished", "1 of 4 tries agree")
    made = attempt(BestOf(Tries("stopped", None), n=2))
    assert (made.end, made.answer, made.detail) == ("finished", None, "without an answer")
    made = attempt(BestOf(Tries("stopped", "stopped"), n=2))
    assert (made.end, made.detail) == ("stopped", "too long; without an answer")


def test_what_fails_outside_is_no_attempt() -> None:
    with pytest.raises(InfrastructureError, match="the network is down"):
        attempt(BestOf(Tries("hall", "failed"), n=2))

    class Broken:
        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            return Trajectory(problem.id, end="error", detail="no world left")

    with pytest.raises(InfrastructureError, match="no world left"):
        attempt(BestOf(Broken(), n=2))


def test_only_sessions_that_were_opened_here_are_closed() -> None:
    opened: list[InRooms] = []

    class Counted(InRooms):
        async def again(self) -> InRooms:
            if len(opened) == 3:
                raise InfrastructureError("no more")
            opened.append(InRooms(self.problem, self.trial, self.broken))
            return opened[-1]

    given = Counted(PROBLEM, 0, 9)
    run(BestOf(Tries("a", "b", "c"), n=3).solve(PROBLEM, given))
    assert [session.closed for session in [given, *opened]] == [False, True, True]
    with pytest.raises(InfrastructureError, match="no more"):
        run(BestOf(Tries("a", "b", "c"), n=3).solve(PROBLEM, given))
    assert all(session.closed for session in opened)


def test_where_nothing_is_carried_out_the_calls_are_the_answer() -> None:
    number = count()
    turns = ({"thing": "hat"}, {"thing": "cat"}, {"thing": "cat"})
    model = Scripted(lambda messages, tools: ToolCall("look", turns[next(number)]))
    made = run(BestOf(FunctionCalling(model), n=3).solve(PROBLEM, Told(PROBLEM)))
    assert [dict(call.arguments) for call in made.calls] == [{"thing": "cat"}]
    assert made.detail == "2 of 3 tries agree"


@pytest.mark.parametrize(
    ("reply", "answer", "detail"),
    [
        ("The third.\n**Best: 3**", "cellar", "1 of 4 tries agree; picked by the model"),
        ("<think>\nBest: 1\n</think>Best: 2", "attic", "2 of 4 tries agree; picked by the model"),
        ("I like both.", "attic", "2 of 4 tries agree; the pick could not be read"),
        ("Best: 5", "attic", "2 of 4 tries agree; the pick could not be read"),
        ("Best: 1\nBest: 3", "attic", "2 of 4 tries agree; the pick could not be read"),
    ],
)
def test_a_model_may_pick(reply: str, answer: str, detail: str) -> None:
    asked: list[Sequence[Message]] = []

    def pick(messages: Sequence[Message], tools: Any) -> Completion:
        asked.append(messages)
        return Completion(reply, Usage(100, 5, 0.25), seconds=2.0)

    # the stopped try is no candidate, so that "3" is the cellar
    tries = Tries("hall", "attic", "cellar", "attic", move=(1,))
    made = attempt(BestOf(tries, n=4, by=Scripted(pick)))
    assert (made.answer, made.detail) == (answer, detail)
    assert made.usage == Usage(140, 9, 2.25)
    assert made.seconds == pytest.approx(4.0, abs=0.5)
    told = asked[0][-1].content
    assert PROBLEM.text in told
    assert 'called move {"thing": "hat", "to": "attic"}' in told
    assert "Attempt 4" in told


def test_who_picks_is_not_asked_about_a_single_candidate_and_sees_no_gold() -> None:
    def never(messages: Sequence[Message], tools: Any) -> str:
        raise AssertionError("nothing is to be picked")

    made = attempt(BestOf(Tries("stopped", "hall"), n=2, by=Scripted(never)))
    assert made.answer == "hall"
    asked: list[str] = []

    def pick(messages: Sequence[Message], tools: Any) -> str:
        asked.append(messages[-1].content)
        return "Best: 1"

    gold = Problem(PROBLEM.id, PROBLEM.turns, PROBLEM.tools, Gold(answers=("secret",)))
    session = InRooms(gold, 0, 9)
    run(BestOf(Tries("a", "b"), n=2, by=Scripted(pick)).solve(gold, session))
    assert "secret" not in asked[0]


@pytest.mark.parametrize(
    ("reply", "place"),
    [("Best: 2", 1), ("best: 2", None), ("Best: 0", None), ("Best: 99999", None), ("", None)],
)
def test_picks_are_read_strictly(reply: str, place: int | None) -> None:
    assert read_pick(reply, 3) == place


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Attic.", " ATTIC", True),
        ("the \n attic", "the attic", True),
        ("ﬁne", "fine", True),
        ("-5", "5", False),
        ("5 euros", "6 euros", False),
        (None, "", True),
    ],
)
def test_answers_agree_whatever_their_writing(one: str | None, other: str, same: bool) -> None:
    found = [answered(Trajectory("p", answer=text)) for text in (one, other)]
    assert (found[0] == found[1]) is same


def test_drawn_answers_differ_between_tries_and_likeliest_ones_are_asked_for_once(
    server: Any, tmp_path: Path
) -> None:
    number = count()

    def answer(request: Any) -> Any:
        message = {"content": f"answer {next(number)}"}
        return server.Reply({"choices": [{"message": message, "finish_reason": "stop"}]})

    server.answer = answer
    with working(cache=tmp_path):
        for temperature, requests in ((0.7, 3), (0.0, 1)):
            model = OpenAIChat("m", base_url=server.url, temperature=temperature)
            agent = BestOf(FunctionCalling(model), n=3)
            before = len(server.received)
            first, again = attempt(agent), attempt(agent)
            assert len(server.received) - before == requests
            assert replace(first, seconds=None) == replace(again, seconds=None)
            assert first.detail == ("1 of 3 tries agree" if temperature else "3 of 3 tries agree")
        before = len(server.received)
        likeliest = FunctionCalling(OpenAIChat("m", base_url=server.url))
        assert attempt(likeliest, 0).messages == attempt(likeliest, 1).messages
        assert len(server.received) == before  # all trials have the likeliest answer in common


def test_answers_from_a_cache_count_as_long_as_the_longest_try_once_took() -> None:
    class Cached(Tries):
        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            made = await super().solve(problem, session)
            clock = workspace().clock
            assert clock is not None
            clock.credit(10.0 * (workspace().trial + 1))
            return replace(made, seconds=None)

    assert attempt(BestOf(Cached("a", "b", "c"), n=3)).seconds == pytest.approx(30.0, abs=0.5)


def test_it_wants_what_its_agent_wants() -> None:
    assert BestOf(FunctionCalling(Scripted(["x"]))).needs_world
    assert not BestOf(Tries("a")).needs_world
    assert not BestOf(Tries("a")).sees_gold


def test_it_is_a_sound_agent() -> None:
    def policy(messages: Sequence[Message], tools: Sequence[Any]) -> Any:
        if tools and messages[-1].role == "user":
            return ToolCall("weather.today", {"town": "Talen"})
        return "9:40"

    checks = check_model(BestOf(FunctionCalling(Scripted(policy)), n=2))
    assert [check.name for check in checks if not check.passed] == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BestOf("react"), "wants an agent, and str is none"),  # type: ignore[arg-type]
        (lambda: BestOf(Tries("a"), n=0), "from 1 to 100"),
        (lambda: BestOf(Tries("a"), by="votes"), "by a chat model"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make: Callable[[], BestOf], message: str) -> None:
    with pytest.raises(UserError, match=message):
        make()


def test_a_session_that_there_is_but_once_allows_one_try() -> None:
    class Once(Told):
        async def again(self) -> Told:
            raise UserError("there is but one")

        async def call(self, call: ToolCall) -> Observation:
            return Observation("")

    made = run(BestOf(Tries("a"), n=1).solve(PROBLEM, Once(PROBLEM)))
    assert made.answer == "a"
    with pytest.raises(UserError, match="there is but one"):
        run(BestOf(Tries("a", "b"), n=2).solve(PROBLEM, Once(PROBLEM)))
