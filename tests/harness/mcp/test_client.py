from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp.client")

import mcp

from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.loop import run
from harness.mcp import MCPSession, MCPWorld, connection, process, web
from harness.mcp.content import LONGEST_TEXT, state
from harness.records import Message, Problem, ToolCall

SERVER = Path(__file__).with_name("strange_server.py")
PROBLEM = Problem("p", ((Message("user", "Count."),),))


def world(*words: str, **options: Any) -> MCPWorld:
    return MCPWorld(command=[sys.executable, str(SERVER), *words], **options)


@asynccontextmanager
async def opened(*words: str, **options: Any) -> Any:
    session = await world(*words, **options).open(PROBLEM)
    try:
        yield session
    finally:
        await session.close()


async def called(session: MCPSession, name: str, **arguments: Any) -> Any:
    found = await session.call(ToolCall(name, arguments))
    assert not found.failed, found.content
    return json.loads(found.content)


def gone(pid: int) -> bool:
    """Whether a process is dead; where nobody reaps orphans it may remain as a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


def eventually(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not gone(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return gone(pid)


def test_a_server_is_a_world_with_its_tools_and_a_state() -> None:
    async def go() -> None:
        async with opened(state_tool="state") as session:
            names = [tool.name for tool in session.tools]
            assert names[:3] == ["echo", "count", "pid"]
            assert len(names) == len(set(names))
            assert "state" not in names
            assert await session.listen() == PROBLEM.turns[0]
            assert await session.listen() is None
            assert session.state == {"counted": 0}
            assert await called(session, "echo", a=[1, "ü"]) == {"a": [1, "ü"]}
            await called(session, "count")
            assert session.state == {"counted": 1}

    run(go())


def test_only_what_is_offered_can_be_called() -> None:
    async def go() -> None:
        async with opened(only=["count", "echo"], state_tool="state") as session:
            assert [tool.name for tool in session.tools] == ["echo", "count"]
            for name in ("pid", "state", "no such tool"):
                found = await session.call(ToolCall(name))
                assert found.failed
                assert "There is no tool" in found.content
            assert session.state == {"counted": 0}
        for options in ({"only": ["ehco"]}, {"state_tool": "ehco"}):
            with pytest.raises(UserError, match="Did you mean echo"):
                async with opened(**options):
                    pass
        with pytest.raises(InfrastructureError, match="'failing' failed: It is shut"):
            await world(state_tool="failing").open(PROBLEM)

    run(go())


def test_what_cannot_be_sent_is_the_agents_mistake_and_the_server_goes_on() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    values = ["\ud800", float("nan"), 10**5000, deep, object(), b"x", {1: 2}, "x" * 2**20]

    async def go() -> None:
        async with opened(timeout=5) as session:
            calls = [ToolCall("count", {"value": value}) for value in values]
            for call in [*calls, ToolCall("count", problem="it is no JSON")]:
                found = await session.call(call)
                assert found.failed
                assert found.content.startswith("The call cannot be read: ")
            assert await called(session, "count") == {"counted": 1}

    run(go())


def test_sessions_share_no_state_and_one_begins_anew() -> None:
    async def go() -> None:
        async with opened() as one, opened() as other:
            assert await called(one, "pid") != await called(other, "pid")
            for expected in (1, 2):
                assert await called(one, "count") == {"counted": expected}
            assert await called(other, "count") == {"counted": 1}
            again = await one.again()
            assert await called(again, "count") == {"counted": 1}
            await again.close()
            assert await called(one, "count") == {"counted": 3}

    run(go())


def test_what_a_call_gave_is_told_as_text() -> None:
    async def go() -> None:
        async with opened("noisy") as session:
            picture = await session.call(ToolCall("picture"))
            assert picture.content == "Look:\n[image, image/png, 3 bytes]"
            for texts, structure, told in (
                ([], {"a": 1}, '{"a": 1}'),
                (['{"a":1}'], {"a": 1}, '{"a":1}'),  # as the protocol asks of servers
                (["b", "c"], {"result": ["b", "c"]}, "b\nc"),  # as the SDK wraps lists
                (["7"], {"result": 7}, "7"),
                (["b"], {"a": 1}, 'b\n{"a": 1}'),
            ):
                wanted = {"texts": texts, "structure": structure}
                found = await session.call(ToolCall("structure", wanted))
                assert found.content == told
            failing = await session.call(ToolCall("failing"))
            assert (failing.content, failing.failed) == ("It is shut.", True)
            refusing = await session.call(ToolCall("refusing"))
            assert (refusing.content, refusing.failed) == ("no, with hunter2", True)
            giant = await session.call(ToolCall("giant"))
            cut = "x" * LONGEST_TEXT + "\n[5 more characters are left out]"
            assert giant.content == cut

    run(go())


def test_structure_is_the_state_where_there_is_one() -> None:
    text = mcp.types.TextContent(text='{"a": 1}')
    both = mcp.types.CallToolResult(content=[text], structured_content={"b": 2})
    assert state(both) == {"b": 2}
    assert state(mcp.types.CallToolResult(content=[text])) == {"a": 1}
    broken = mcp.types.TextContent(text="[NaN]")
    assert state(mcp.types.CallToolResult(content=[broken])) == "[NaN]"


def test_tools_that_change_are_listed_anew() -> None:
    async def go() -> None:
        async with opened() as session:
            assert "grown" not in [tool.name for tool in session.tools]
            await called(session, "growing")
            assert "grown" in [tool.name for tool in session.tools]

    run(go())


def test_a_server_that_never_confirms_that_it_tells_of_other_tools_is_a_world_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.2)

    async def go() -> None:
        async with opened("deaf", start_timeout=10) as session:
            assert await called(session, "count") == {"counted": 1}

    run(go())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("dying", r"it ended \(3\); the disk is full, and so is \*\*\*"),
        ("long", "a message of more than 16,777,216 bytes"),
        ("internal", r"no, with \*\*\*"),
        ("nan", "answer: a number is not finite"),
        ("silent", "no answer within 0.5 s"),
        ("broken", "lines that were no messages: 1"),
    ],
)
def test_a_failing_server_is_no_answer_and_the_next_one_works(
    name: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    patience = 0.5 if name in ("silent", "broken") else 20.0

    async def go() -> None:
        async with opened(timeout=patience, secrets=["SECRET"]) as session:
            with pytest.raises(InfrastructureError, match=told):
                await session.call(ToolCall(name))
        again = await session.again()
        assert await called(again, "count") == {"counted": 1}
        await again.close()

    run(go())


def test_what_a_failed_call_says_has_no_secret_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2")

    async def go() -> None:
        async with opened(secrets=["SECRET"]) as session:
            for name, padding, told in (
                ("leaking", 0, "*** is wrong"),
                ("refusing", 0, "no, with ***"),
                ("leaking", LONGEST_TEXT - 3, "***\n[9 more characters are left out]"),
                ("refusing", 9_991 - 3, "no, with ***"),
                ("refusing", 9_991 - 1, "no, with *"),  # cut after it was cleared
            ):
                found = await session.call(ToolCall(name, {"padding": padding}))
                assert found.failed
                assert found.content == "x" * padding + told
            given = await session.call(ToolCall("echo", {"a": "hunter2"}))
            assert given.content == '{"a": "hunter2"}'  # what a tool gives is content

    run(go())


def test_no_half_of_a_secret_stands_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2")

    async def go(padding: int) -> str:
        async with opened(secrets=["SECRET"]) as session:
            with pytest.raises(InfrastructureError) as caught:
                await session.call(ToolCall("internal", {"padding": padding}))
        return str(caught.value)

    for padding in (291 - 3, 291 - 6):
        told = run(go(padding))
        assert "no, with *" in told
        assert "hun" not in told
    with pytest.raises(InfrastructureError, match="'leaking' failed: x") as caught:
        run(world(secrets=["SECRET"], state_tool="leaking").open(PROBLEM))
    assert "hun" not in str(caught.value)


def test_a_secret_is_left_out_however_it_is_written() -> None:
    told = process.Outcome(secrets=("abc", 'abc"d\ne', "")).cleared
    assert told('abc"d\ne, abc') == "***, ***"
    assert told(json.dumps(['abc"d\ne'])) == '["***"]'
    assert told(repr('abc"d\ne')) == "'***'"


@pytest.mark.parametrize("secret", ["hunter2", "hünter2", "hunter2" * 500])
def test_last_words_do_not_begin_with_the_end_of_a_secret(secret: str) -> None:
    """Wherever it is cut, within a character too."""
    written = secret.encode()
    for lost in range(1, len(written), 1 + len(written) // 10):
        outcome = process.Outcome(secrets=(secret,))
        room = process._LAST_WORDS + outcome._longest
        rest = room - (len(written) - lost) - len(" is wrong")
        outcome.heard(written + b"-" * rest + b" is wrong")
        assert outcome.cut
        assert str(outcome).startswith("--")


def test_what_headers_and_addresses_hold_is_left_out_of_errors() -> None:
    headers = {"authorization": "Bearer hunter2", "accept-language": "en"}
    made = MCPWorld(url="https://me:hunter3@localhost/mcp", headers=headers).connection(PROBLEM, 0)
    told = str(made.failure(ValueError("when asked: Bearer hunter2, hunter2, hunter3")))
    assert told == "the MCP server at localhost: when asked: ***, ***, ***"


def test_a_killed_server_is_no_answer() -> None:
    async def go() -> None:
        async with opened() as session:
            pid, _ = await called(session, "pid")
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(InfrastructureError, match="MCP server"):
                await session.call(ToolCall("count"))

    run(go())


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("endless", "has no end"),
        ("circle", "has no end"),
        ("many", "has no end"),
        ("repeats", "two tools of the MCP server are called 'echo'"),
        ("deep", "nested more than 64 deep"),
    ],
)
def test_a_hostile_list_of_tools_is_refused(mode: str, told: str, tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    async def go() -> None:
        await world(mode, str(pid)).open(PROBLEM)

    with pytest.raises(InfrastructureError, match=told):
        run(go())
    assert gone(int(pid.read_text()))


def test_a_stubborn_server_dies_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", 0.3)

    async def go() -> list[int]:
        async with opened("stubborn") as session:
            pids: list[int] = await called(session, "pid")
            assert not any(map(gone, pids))
            return pids

    pids = run(go())
    assert len(pids) == 2
    assert all(map(eventually, pids))


def test_a_cancelled_call_leaves_no_process_behind() -> None:
    async def go() -> int:
        async with opened() as session:
            pid = int((await called(session, "pid"))[0])
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.call(ToolCall("silent")), 0.2)
            assert await called(session, "echo") == {}  # the session goes on
            return pid

    assert gone(run(go()))


@pytest.mark.parametrize("by", ["cancelling", "waiting"])
def test_a_server_that_does_not_answer_is_given_up(by: str, tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    async def go() -> None:
        if by == "waiting":
            with pytest.raises(InfrastructureError, match=r"does not answer within 0\.5 s"):
                await world("mute", str(pid), start_timeout=0.5).open(PROBLEM)
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(world("mute", str(pid)).open(PROBLEM), 0.5)

    run(go())
    assert eventually(int(pid.read_text()))


PROGRAM = """
import asyncio, sys
from harness.loop import run
from harness.mcp import MCPWorld
from harness.records import Problem, ToolCall

async def go():
    session = await MCPWorld(command=sys.argv[1:]).open(Problem("p", ()))
    print((await session.call(ToolCall("pid"))).content, flush=True)
    await session.call(ToolCall("silent"))

run(go())
"""


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGKILL])
def test_no_server_outlives_us(signal_: signal.Signals) -> None:
    """Ctrl-C kills a server that ignores everything else; a fair one goes with its input."""
    mode = "stubborn" if signal_ == signal.SIGINT else ""
    program = [sys.executable, "-c", PROGRAM, sys.executable, str(SERVER), mode]
    with subprocess.Popen(program, stdout=-1, stderr=-1, text=True) as ours:
        assert ours.stdout
        pids = [pid for pid in json.loads(ours.stdout.readline()) if pid]
        ours.send_signal(signal_)
        ours.communicate(timeout=20)
    assert all(map(eventually, pids))


def test_a_server_gets_what_is_named_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "hunter2")
    monkeypatch.setenv("WANTED", "hunter3")

    async def go() -> dict[str, str]:
        async with opened(secrets=["WANTED"], env={"LEVEL": "7"}) as session:
            found: dict[str, str] = await called(session, "environment")
            return found

    found = run(go())
    assert (found["LEVEL"], found["WANTED"]) == ("7", "hunter3")
    assert "PATH" in found
    assert "API_KEY" not in found
    assert "hunter3" not in repr(world(secrets=["WANTED"], env={"LEVEL": "hunter3"}))
    monkeypatch.delenv("WANTED")
    with pytest.raises(UserError, match="WANTED: set it"):
        run(go())


def test_the_command_is_told_the_problem_and_the_trial() -> None:
    async def go() -> str:
        code = "import sys; print(*sys.argv[1:], file=sys.stderr); sys.exit(1)"
        command = [sys.executable, "-c", code, "{problem}/{trial}"]
        with pytest.raises(InfrastructureError) as caught:
            await MCPWorld(command=command).open(PROBLEM, 4)
        return str(caught.value)

    assert "p/4" in run(go())


def test_wrong_worlds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for options in ({}, {"command": ["a"], "url": "http://b"}, {"command": "python server.py"}):
        with pytest.raises(UserError, match="command="):
            MCPWorld(**options)  # type: ignore[arg-type]
    with pytest.raises(InfrastructureError, match="'no-such-program'"):
        run(MCPWorld(command=["no-such-program"]).open(PROBLEM))
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[mcp\]"):
        run(world().open(PROBLEM))


@pytest.fixture
def at() -> Iterator[str]:
    """The address of a server of the SDK's own over HTTP."""
    import uvicorn
    from mcp.server import MCPServer

    server = MCPServer("counter")
    counted: list[str] = []

    @server.tool()
    def add(word: str) -> dict[str, int]:
        """Adds a word."""
        counted.append(word)
        return {"words": len(counted)}

    app = server.streamable_http_app()
    config = uvicorn.Config(app, port=0, log_level="critical", ws="none", lifespan="on")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/mcp"
    running.should_exit = True
    thread.join(timeout=10)


def test_a_server_over_http_is_a_world_too(at: str) -> None:
    async def go() -> None:
        session = await MCPWorld(url=at, headers={"authorization": "Bearer x"}).open(PROBLEM)
        [tool] = session.tools
        assert (tool.name, tool.description) == ("add", "Adds a word.")
        assert tool.parameters["required"] == ["word"]
        assert tool.returns is not None
        assert await called(session, "add", word="a") == {"words": 1}
        assert (await session.call(ToolCall("add", {"word": 1}))).failed
        again = await session.again()
        assert await called(again, "add", word="b") == {"words": 2}
        await again.close()
        await session.close()
        await session.close()

    run(go())


class Endless(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 2**16)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_an_endless_answer_over_http_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LONGEST", 2**20)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(InfrastructureError, match="more than 1,048,576 bytes"):
            run(MCPWorld(url=f"http://127.0.0.1:{server.server_port}/mcp").open(PROBLEM))
    finally:
        server.shutdown()
        server.server_close()


def test_nobody_at_an_address_is_an_error_of_the_infrastructure() -> None:
    with pytest.raises(InfrastructureError, match=r"at 127\.0\.0\.1"):
        run(MCPWorld(url="http://127.0.0.1:9/mcp").open(PROBLEM))
