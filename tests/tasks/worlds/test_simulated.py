"""Tools that nobody can call any more, played by a chat model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InfrastructureError, TooLong, UserError
from harness.formats import strict_json
from harness.loop import run, together
from harness.records import Completion, Message, Observation, Problem, ToolCall, ToolSpec
from models.chat.recording import Record
from models.replay import Replay
from tasks.worlds.response_cache import ErrorAndResponse
from tasks.worlds.simulated import Arguments, Simulated, SimulatedSession
from tasks.worlds.simulator import MEMORY, Simulator, read_answer

WEATHER = ToolSpec(
    "weather",
    "Tells the weather.",
    {"type": "object", "properties": {"town": {}, "day": {}}, "required": ["town"]},
)
BOOK = ToolSpec("book", "Books a table.", {"type": "object", "properties": {}})
PROBLEM = Problem("p", ((Message("user", "Will it rain?"),),), (WEATHER, BOOK))
MANNER = ErrorAndResponse()
SUNNY = '{"status": 200, "response": {"sky": "clear"}}'


@dataclass
class Server:
    """Plays an API by a function of what it is asked, and keeps the conversations."""

    says: Callable[[str], str | BaseException] = lambda asked: SUNNY
    asked: list[tuple[Message, ...]] = field(default_factory=list)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        self.asked.append(tuple(messages))
        await asyncio.sleep(0)
        said = self.says(messages[-1].content)
        if isinstance(said, BaseException):
            raise said
        return Completion(said)


def world(server: object) -> Simulated:
    return Simulated(lambda: (Arguments(MANNER), Simulator(server, MANNER)), MANNER)


def session(server: object) -> SimulatedSession:
    return run(world(server).open(PROBLEM))


def called(opened: SimulatedSession, name: str, **arguments: Any) -> Observation:
    return run(opened.call(ToolCall(name, arguments)))


def body(found: Observation) -> Any:
    return json.loads(found.content)


def test_a_call_is_answered_by_the_model_which_is_told_tool_and_arguments() -> None:
    server = Server()
    found = called(session(server), "weather", town="Ulm")
    assert (body(found), found.failed) == ({"error": "", "response": {"sky": "clear"}}, False)
    (system, question), *others = server.asked
    assert not others
    assert system.role == "system"
    assert "Tells the weather." in question.content
    assert question.content.endswith('{"function": "weather", "arguments": {"town": "Ulm"}}')


def test_a_status_that_is_no_success_is_a_failed_answer() -> None:
    server = Server(lambda _: '{"status": 404, "response": "no such town"}')
    found = called(session(server), "weather", town="Ulm")
    assert (body(found), found.failed) == ({"error": "no such town", "response": ""}, True)


def test_what_was_answered_before_is_told_and_only_within_a_session() -> None:
    server = Server()
    opened = session(server)
    called(opened, "weather", town="Ulm")
    called(opened, "book")
    assert '"town": "Ulm"' in server.asked[1][-1].content
    assert "clear" in server.asked[1][-1].content
    called(session(server), "book")
    called(run(opened.again()), "book")
    for conversation in server.asked[2:]:
        assert "clear" not in conversation[-1].content


def test_memory_is_bounded_and_the_latest_is_kept() -> None:
    server = Server(lambda _: json.dumps({"status": 200, "response": "x" * 900}))
    opened = session(server)
    for day in range(60):  # 60 answers of over 900 characters
        called(opened, "weather", town="Ulm", day=f"d{day}!")
    last = server.asked[-1][-1].content
    assert len(last) < MEMORY + 2000
    assert "d58!" in last
    assert "d0!" not in last


def test_the_same_call_gives_the_same_answer_and_is_asked_once() -> None:
    numbers = iter(range(9))
    server = Server(lambda _: json.dumps({"status": 200, "response": next(numbers)}))
    opened = session(server)

    async def at_once() -> list[Observation]:
        calls = [ToolCall("weather", {"town": "Ulm", "day": "today"})] * 2
        swapped = ToolCall("weather", {"day": "today", "town": "Ulm"})
        return await together(opened.call(call) for call in (*calls, swapped))

    found = run(at_once())
    assert [body(f)["response"] for f in found] == [0, 0, 0]
    assert len(server.asked) == 1
    assert body(called(opened, "weather", town="Rom"))["response"] == 1


def test_calls_at_once_know_of_each_other() -> None:
    server = Server()
    opened = session(server)
    calls = [ToolCall("weather", {"town": town}) for town in ("Ulm", "Rom")]

    async def at_once() -> None:
        await together(opened.call(call) for call in calls)

    run(at_once())
    assert "Ulm" in server.asked[1][-1].content


def test_what_is_no_answer_is_asked_for_once_more_in_another_way() -> None:
    answers = iter(["Sunny, I guess.", f"```json\n{SUNNY}\n```"])
    server = Server(lambda _: next(answers))
    assert body(called(session(server), "weather", town="Ulm"))["response"] == {"sky": "clear"}
    first, second = server.asked
    assert [m.role for m in second] == ["system", "user", "assistant", "user"]
    assert second[:2] == first  # and yet another question, which a cache cannot answer as the first
    assert "not JSON" in second[-1].content


def test_a_simulator_that_answers_nothing_twice_is_never_the_agents_fault() -> None:
    server = Server(lambda _: "Sunny.")
    opened = session(server)
    with pytest.raises(InfrastructureError, match="asked twice"):
        called(opened, "weather", town="Ulm")
    assert len(server.asked) == 2
    assert opened.state == {"answers": {}}  # nothing was answered, and a later call is asked anew


@pytest.mark.parametrize(
    "failure", [ConnectionError("gone"), TimeoutError(), TooLong("9 tokens"), OSError("disk")]
)
def test_a_simulator_that_fails_is_named(failure: Exception) -> None:
    outside = isinstance(failure, ConnectionError | TimeoutError | TooLong)
    expected: type[Exception] = InfrastructureError if outside else UserError
    with pytest.raises(expected):
        called(session(Server(lambda _: failure)), "weather", town="Ulm")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ('{"status": 200}', "no object"),
        ('[200, "x"]', "no object"),
        ('{"status": true, "response": 1}', "no HTTP status"),
        ('{"status": "200", "response": 1}', "no HTTP status"),
        ('{"status": 20, "response": 1}', "no HTTP status"),
        ('{"status": 200, "response": NaN}', "NaN"),
        ('{"status": 200, "response": ' + "[" * 99 + "]" * 99 + "}", "deep"),
        ('{"status": 200, "response": "\\ud800"}', "surrogate"),
    ],
)
def test_answers_are_read_strictly(text: str, reason: str) -> None:
    with pytest.raises(strict_json.Refused, match=reason):
        read_answer(text)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (ToolCall("fly"), "no function 'fly'"),
        (ToolCall("fl\ud800y"), "no function"),
        (ToolCall("weather", problem="no JSON \ud800"), "cannot be read"),
        (ToolCall("weather", {"town": float("nan")}), "not finite"),
        (ToolCall("weather", {"town": "\ud800"}), "surrogate"),
        (ToolCall("weather", {"town": "x" * 30_000}), "more than 20,000"),
        (ToolCall("weather", {"town": "Ulm", "planet": 3}), "no parameter 'planet'"),
        (ToolCall("weather", {"day": "today"}), "weather wants: town"),
    ],
)
def test_mistakes_of_the_agent_are_answers_that_failed_and_nobody_is_asked(
    call: ToolCall, reason: str
) -> None:
    server = Server()
    opened = session(server)
    found = run(opened.call(call))
    assert found.failed
    assert reason in found.content
    found.content.encode()
    assert not server.asked
    assert opened.state == {"answers": {"refused": 1}}


def test_a_session_says_how_its_calls_were_answered() -> None:
    opened = session(Server())
    called(opened, "weather", town="Ulm")
    called(opened, "weather", town="Ulm")  # known already
    called(opened, "book")
    called(opened, "fly")
    assert opened.state == {"answers": {"refused": 1, "simulated": 2}}


def test_with_recorded_completions_a_session_goes_the_same_way_again(tmp_path: Path) -> None:
    numbers = iter(range(9))

    def says(asked: str) -> str:
        number = next(numbers)
        return "Well." if number == 1 else json.dumps({"status": 200, "response": number})

    path = str(tmp_path / "said.jsonl")
    calls = ({"town": "Ulm"}, {"town": "Rom"}, {"town": "Ulm", "day": "today"})
    first = session(Record(Server(says), path))
    found = [called(first, "weather", **arguments) for arguments in calls]
    assert [body(f)["response"] for f in found] == [0, 2, 3]
    again = session(Replay(path))
    assert [called(again, "weather", **arguments) for arguments in calls] == found


def test_nothing_is_loaded_before_a_session_is_opened() -> None:
    there = world("no-such-model")
    with pytest.raises(UserError, match="no-such-model"):
        run(there.open(PROBLEM))


def test_a_simulator_must_be_a_chat_model() -> None:
    with pytest.raises(UserError, match="--simulator wants one"):
        run(world("random").open(PROBLEM))


def test_the_turns_of_the_problem_are_said() -> None:
    opened = session(Server())
    assert run(opened.listen()) == PROBLEM.turns[0]
    assert run(opened.listen()) is None
    assert opened.tools == PROBLEM.tools
