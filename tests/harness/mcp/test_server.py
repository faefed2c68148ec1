from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

pytest.importorskip("mcp.client")

from mcp import Client
from toy_world import LOOK, PROBLEM, Rooms

from harness import ProblemSet, TaskCard, score
from harness.errors import MissingExtra, UserError
from harness.formats.trajectories import read_trajectories
from harness.loop import run, together
from harness.mcp import MCPWorld, serve
from harness.mcp.attempt import TAKEN, ServedAttempt
from harness.mcp.server import append, build
from harness.play.programs import run_program_of
from harness.play.sessions import Told
from harness.records import Gold, Problem, Setting, ToolCall, ToolSpec, Trajectory
from harness.sources import Source
from tasks.starter_agent import BENCHMARK

TASK = "starter-agent/flights"
SERVE = "import sys; from harness.mcp import serve; serve(sys.argv[1], sys.argv[2], sys.argv[3])"


def written(path: Path) -> list[Trajectory]:
    found = list(read_trajectories(path))
    assert all(isinstance(one, Trajectory) for one in found)
    return [one for one in found if isinstance(one, Trajectory)]


def starter() -> ProblemSet:
    [part] = BENCHMARK.tasks[TASK].load(Source(None), Setting())
    return part


def test_a_gold_program_gives_the_same_through_mcp_as_directly(tmp_path: Path) -> None:
    """Three problems at a time: one call that writes, one that asks, and the longest program."""
    out, part = tmp_path / "out.jsonl", starter()
    longest = max(part.problems, key=lambda p: len(p.gold.program))
    writing = next(p for p in part.problems if p.gold.state not in (None, {}) and p != longest)
    asking = next(p for p in part.problems if p.gold.answers and p not in (longest, writing))
    problems = [writing, asking, longest]
    assert len(longest.gold.program) > 5
    world = MCPWorld(command=[sys.executable, "-c", SERVE, TASK, "{problem}", str(out)])

    async def through_mcp(problem: Problem) -> Trajectory:
        session = await world.open(replace(problem, tools=()))
        made = await run_program_of(problem, session)
        answer = made.answer or "It is done."
        told = await session.call(ToolCall("assay_answer", {"answer": answer}))
        assert told.content == TAKEN
        await session.close()
        return replace(made, answer=answer)

    async def directly(problem: Problem) -> Trajectory:
        assert part.environment is not None
        session = await part.environment.open(problem)
        return await run_program_of(problem, session)

    made = run(together(map(through_mcp, problems)))
    stored = {one.problem: one for one in written(out)}
    for problem, one in zip(problems, made, strict=True):
        expected, found = run(directly(problem)), stored[problem.id]
        assert one.messages == expected.messages
        assert found.state == expected.state == problem.gold.state
        assert found.answer == (expected.answer or "It is done.")
        assert [(c.name, c.arguments) for c in found.calls] == [
            (c.name, c.arguments) for c in expected.calls
        ]
        assert [m.content for m in found.messages if m.role == "tool"] == [
            m.content for m in expected.messages if m.role == "tool"
        ]
    result = score(TASK, out)
    solved = result.measures["solved_in_world"].value
    assert solved == pytest.approx(len(problems) / len(part.problems))


def test_the_request_is_told_in_three_places_and_what_is_right_in_none() -> None:
    secret = "GOLD-7"
    gold = Gold(
        "solved_in_world",
        answers=(secret,),
        reference=secret,
        state={"hat": secret},
        program=(ToolCall("move", {"to": secret}),),
        details={"answer": secret},
    )
    problem = replace(PROBLEM, gold=gold, labels={"place": secret})

    async def go() -> None:
        session: Any = await Rooms().open(problem)
        attempt = ServedAttempt("p", problem, session)
        await attempt.begin()
        async with Client(build(attempt, lambda: None)) as client:
            said = [client.instructions or ""]
            prompt = await client.get_prompt("request")
            said.append(getattr(prompt.messages[0].content, "text", ""))
            resource = await client.read_resource("assay://request")
            said.append(getattr(resource.contents[0], "text", ""))
            assert len(set(said)) == 1
            assert "Put the hat where the cat is." in said[0]
            assert "assay_answer" in said[0]
            tools = await client.list_tools()
            assert [tool.name for tool in tools.tools] == ["look", "move", "assay_answer"]
            assert tools.tools[0].description == LOOK.description
            assert tools.tools[0].input_schema == LOOK.parameters
            seen: list[Any] = [prompt, resource, tools]
            seen += [await client.list_prompts(), await client.list_resources()]
            seen.append(await client.call_tool("look", {"thing": "cat"}))
            seen.append(await client.call_tool("assay_answer", {"answer": "attic"}))
            everything = "".join([*said, *(one.model_dump_json() for one in seen)])
            assert "attic" in everything
            assert secret not in everything

    run(go())


GROWING = """
from harness import Message, Observation, Problem, ProblemSet, TaskCard, ToolSpec
from harness.play.sessions import Told

TURNS = (Message("user", "One."),), (Message("user", "Two."),)

class Lasting(Told):
    executes, heard = True, 0

    @property
    def tools(self):
        return tuple(ToolSpec(f"t{n}") for n in range(self.heard))

    async def listen(self):
        self.heard += 1
        return await super().listen()

    async def call(self, call):
        return Observation(f"{call.name} is done")

class Task:
    card = TaskCard("growing", "G", "G.", kind="tool_use", main_measure="success")
    measures = ("success",)

    def load(self, source, setting):
        return (ProblemSet("test", [Problem("p", TURNS)], environment=self),)

    async def open(self, problem, trial=0):
        return Lasting(problem, trial)
"""


def test_tools_are_listed_in_json_schema_whatever_they_were_in() -> None:
    # Types of BFCL, and what MCP's clients take for them.
    how = {"speed": {"type": "float"}, "list": {"type": "tuple", "items": {"type": "dict"}}}
    tool = replace(LOOK, parameters={"type": "dict", "properties": how, "required": ["speed"]})

    async def go() -> None:
        session: Any = await Rooms().open(replace(PROBLEM, tools=(tool,)))
        async with Client(build(ServedAttempt("p", PROBLEM, session), lambda: None)) as client:
            schema = (await client.list_tools()).tools[0].input_schema
            assert schema["type"] == "object"
            assert schema["required"] == ["speed"]
            assert schema["properties"]["speed"]["type"] == "number"
            assert schema["properties"]["list"]["type"] == "array"
            assert schema["properties"]["list"]["items"]["type"] == "object"

    run(go())


def test_a_client_is_told_when_there_are_other_tools_from_a_turn_on(tmp_path: Path) -> None:
    (tmp_path / "growing.py").write_text(GROWING)
    task, out = f"{tmp_path / 'growing.py'}:Task", tmp_path / "out.jsonl"
    world = MCPWorld(command=[sys.executable, "-c", SERVE, task, "p", str(out)])

    async def go() -> None:
        session = await world.open(Problem("p", ()))
        assert [tool.name for tool in session.tools] == ["t0", "assay_answer"]
        await session.call(ToolCall("assay_answer", {"answer": "One."}))
        assert [tool.name for tool in session.tools] == ["t0", "t1", "assay_answer"]
        assert (await session.call(ToolCall("t1"))).content == "t1 is done"
        await session.close()

    run(go())


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_so_is_one_of_either_version_of_the_protocol(mode: str) -> None:
    class Growing(Told):
        executes, heard = True, 0

        @property
        def tools(self) -> list[ToolSpec]:
            return [LOOK] * self.heard

        async def listen(self) -> Any:
            self.heard += 1
            return await super().listen()

    problem = Problem("p", (*PROBLEM.turns, *PROBLEM.turns))
    told: list[str] = []

    async def heard(message: object) -> None:
        told.append(type(message).__name__)

    async def go() -> None:
        attempt = ServedAttempt("p", problem, Growing(problem))
        await attempt.begin()
        server = build(attempt, lambda: None)
        async with Client(server, mode=mode, message_handler=heard) as client:
            async with AsyncExitStack() as stack:
                if mode != "legacy":
                    await stack.enter_async_context(client.listen(tools_list_changed=True))
                await client.call_tool("assay_answer", {"answer": "One."})
            assert told == ["ToolListChangedNotification"]
            await client.call_tool("assay_answer", {"answer": "Two."})

    run(go())


def test_a_client_in_raw_json_is_interrupted_and_its_attempt_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    call = starter().problems[0].gold.program[0]
    info = {"name": "raw", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info}
    asked = {"name": call.name, "arguments": dict(call.arguments)}
    command = [sys.executable, "-c", SERVE, TASK, starter().problems[0].id, str(out)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True) as process:

        def ask(method: str, params: Any) -> Any:
            assert process.stdin
            assert process.stdout
            said = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            process.stdin.write(json.dumps(said) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["result"]

        assert starter().problems[0].text in ask("initialize", hello)["instructions"]
        assert ask("tools/call", asked)["isError"] is False
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    [found] = written(out)
    assert (found.end, found.answer, len(found.calls)) == ("stopped", None, 1)


def test_a_client_that_calls_nothing_has_made_no_attempt(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-c", SERVE, TASK, starter().problems[0].id, str(out)]
    subprocess.run(command, stdin=subprocess.DEVNULL, timeout=30, check=True)
    assert written(out) == []


class Toy:
    """A task of two splits with one problem each, in one of which nothing carries calls out."""

    card = TaskCard("toy", "Toy", "A toy.", kind="tool_use", main_measure="success")
    measures = ("success",)

    def load(self, source: Source, setting: Setting) -> tuple[ProblemSet, ...]:
        told = ProblemSet("told", [PROBLEM])
        return (ProblemSet("lived", [PROBLEM], environment=Rooms()), told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task", "problem", "told"),
    [
        (TASK, "flights-99", "unknown problem of starter-agent/flights 'flights-99'. Did you mean"),
        (Toy(), "p", r"There are lived/p, told/p, \.\.\."),
        (Toy(), "told/p", "toy has no world"),
        ("starter-tools/work", "q1", "asks for rankings"),
    ],
)
def test_what_cannot_be_served_is_refused(
    task: object, problem: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=told):
        serve(task, problem, tmp_path / "out.jsonl")


@pytest.mark.parametrize(
    ("field", "value"),
    [("tools", "all"), ("tool_order", "shuffled"), ("faults", "0.5"), ("judge", "gpt")],
)
def test_what_is_for_agents_of_ours_is_refused(field: str, value: str, tmp_path: Path) -> None:
    setting: dict[str, Any] = {field: value}
    with pytest.raises(UserError, match=f"{field}={value}: a problem is served as it is"):
        serve(TASK, "flights-01", tmp_path / "out.jsonl", **setting)


def test_a_file_that_cannot_be_appended_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="plain file"):
        serve(Toy(), "lived/p", tmp_path / "out.jsonl.gz")
    with pytest.raises(UserError, match="cannot be written"):
        serve(Toy(), "lived/p", tmp_path)
    with pytest.raises(UserError, match="trial=-1"):
        serve(Toy(), "lived/p", tmp_path / "out.jsonl", trial=-1)
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[mcp\]"):
        serve(Toy(), "lived/p", tmp_path / "out.jsonl")


def test_attempts_are_appended_as_lines_of_their_own(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    append(out, Trajectory("p"))
    with out.open("a", encoding="utf-8") as file:
        file.write('{"problem": "cut off')
    append(out, Trajectory("p", 1, state=float("nan")))
    found = list(read_trajectories(out))
    assert found[0] == Trajectory("p")
    last = found[2]
    assert isinstance(last, Trajectory)
    assert (last.problem, last.trial, last.end) == ("p", 1, "malformed")
    assert len(found) == 3


def test_attempts_written_at_the_same_time_get_numbers_of_their_own(tmp_path: Path) -> None:
    out, together = tmp_path / "out.jsonl", Barrier(8)
    out.touch()

    def one(n: int) -> int:
        together.wait()
        return append(out, Trajectory("p", 0, answer=str(n)), given=False).trial

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == [*range(8)]


def test_attempts_that_began_together_get_numbers_of_their_own(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    begun_together = [Trajectory("p", 0, answer=answer) for answer in "abc"]
    made = [append(out, attempt, given=False) for attempt in begun_together]
    assert written(out) == made
    assert [(one.trial, one.answer) for one in made] == [(0, "a"), (1, "b"), (2, "c")]
    assert append(out, Trajectory("q", 0), given=False).trial == 0
    assert append(out, Trajectory("p", 1)).trial == 1  # named, so it stays


def test_an_attempt_follows_those_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.mcp import server

    out, trials = tmp_path / "out.jsonl", []

    async def talk(served: Any) -> None:
        trials.append(served._trial)

    monkeypatch.setattr(server._Served, "talk", talk)
    for made in (Trajectory("lived/p", 4), Trajectory("told/p", 9)):
        append(out, made)
    serve(Toy(), "lived/p", out)
    serve(Toy(), "lived/p", tmp_path / "new" / "out.jsonl")
    serve(Toy(), "lived/p", out, trial=2)
    assert trials == [5, 0, 2]
