"""An agent, a world and a chat provider of one's own: a file each, and they work together."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate, load_model, load_task
from harness.check import check_model
from harness.contracts import ChatModel, ToolEnvironment
from harness.errors import InfrastructureError, UserError
from harness.formats.trajectories import read_trajectories
from harness.loading.plugins import load_plugin
from harness.loop import run
from harness.records import (
    Completion,
    Image,
    Message,
    Problem,
    Setting,
    ToolCall,
    ToolSpec,
    Trajectory,
    Usage,
)
from harness.sources import Source

EXAMPLES = Path(__file__).parents[1] / "examples"
AGENT, WORLD, PROVIDER = (EXAMPLES / f"my_{name}.py" for name in ("agent", "world", "provider"))

Reply = tuple[int, Any]


class Ollama(ThreadingHTTPServer):
    """A server that says what a test tells it to, and remembers what it was asked.

    Attributes:
        replies: what is said to each request in order, a status and a body; the last one again.
        answer: what is said where there are no replies, by the request.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Any] = []
        self.replies: list[Reply] = []
        self.answer: Callable[[Any], Reply] = lambda asked: (404, "no such model")

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Ollama

    def do_POST(self) -> None:
        assert self.path == "/api/chat"
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(asked)
        number = min(len(self.server.asked), len(self.server.replies)) - 1
        replies = self.server.replies
        status, body = replies[number] if replies else self.server.answer(asked)
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Ollama]:
    found = Ollama()
    threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def reply(content: str = "", *calls: tuple[str, Any], tokens: tuple[int, int] = (11, 3)) -> Reply:
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [{"function": {"name": n, "arguments": a}} for n, a in calls]
    counts = {"prompt_eval_count": tokens[0], "eval_count": tokens[1]}
    return 200, {"message": message, "done_reason": "stop", **counts}


def provider(server: Ollama, **values: Any) -> Any:
    model: Any = load_model(f'{PROVIDER}:Ollama("tiny", wait=0.001)').model
    model.host = server.host
    for name, value in values.items():
        setattr(model, name, value)
    return model


def completed(model: ChatModel, *messages: Message, tools: Sequence[ToolSpec] = ()) -> Completion:
    return run(model.complete(messages, tools=tools))


@pytest.mark.parametrize("path", [AGENT, WORLD, PROVIDER], ids=lambda path: path.name)
def test_each_is_one_file_of_fewer_than_80_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 80


# -- the provider ------------------------------------------------------------------------------


def test_a_conversation_is_asked_in_the_servers_own_form(server: Ollama) -> None:
    server.replies = [reply("Hello.")]
    tool = ToolSpec("look", "Looks.", {"type": "object", "properties": {}})
    said = (
        Message("user", "Look!", images=(Image("data:image/png;base64,aGk="),)),
        Message("assistant", "", (ToolCall("look", {"at": 1}, "c1"),)),
        Message("tool", "fur", call_id="c1"),
    )
    completed(provider(server), *said, tools=[tool])
    [asked] = server.asked
    assert asked["model"] == "tiny"
    assert asked["stream"] is False
    assert asked["options"] == {"temperature": 0.0, "num_predict": -1}
    assert asked["messages"] == [
        {"role": "user", "content": "Look!", "images": ["aGk="]},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "look", "arguments": {"at": 1}}}],
        },
        {"role": "tool", "content": "fur"},
    ]
    [offered] = asked["tools"]
    assert offered["type"] == "function"
    assert offered["function"]["name"] == "look"
    assert offered["function"]["parameters"] == {"type": "object", "properties": {}}


def test_calls_and_usage_are_told(server: Ollama) -> None:
    server.replies = [reply("So:", ("look", {"at": 1}), ("look", {"at": 2}), tokens=(70, 9))]
    found = completed(provider(server), Message("user", "Look!"))
    assert found.text == "So:"
    assert [(call.name, call.arguments) for call in found.calls] == [
        ("look", {"at": 1}),
        ("look", {"at": 2}),
    ]
    assert len({call.id for call in found.calls}) == 2
    assert found.usage == Usage(70, 9)


@pytest.mark.parametrize("broken", [(503, "busy"), (429, "slow down"), (200, "<html>"), (200, {})])
def test_what_is_no_fault_of_the_model_is_tried_again(broken: Reply, server: Ollama) -> None:
    server.replies = [broken, broken, reply("Hello.")]
    assert completed(provider(server), Message("user", "Hi")).text == "Hello."
    assert len(server.asked) == 3


def test_a_server_that_stays_away_is_an_infrastructure_error(server: Ollama) -> None:
    server.replies = [(503, "busy")]
    with pytest.raises(InfrastructureError, match="503 busy"):
        completed(provider(server, tries=3), Message("user", "Hi"))
    assert len(server.asked) == 3


def test_a_refused_request_is_not_repeated(server: Ollama) -> None:
    with pytest.raises(UserError, match="404 no such model"):
        completed(provider(server), Message("user", "Hi"))
    assert len(server.asked) == 1


def test_where_the_server_is_changes_no_identity() -> None:
    one = load_model(f'{PROVIDER}:Ollama("tiny")')
    other = load_model(f'{PROVIDER}:Ollama("tiny", host="http://elsewhere", tries=2)')
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != load_model(f'{PROVIDER}:Ollama("large")').fingerprint


# -- the world ---------------------------------------------------------------------------------


def test_the_gold_programs_solve_the_problems_of_the_world_and_doing_nothing_does_not() -> None:
    report = evaluate(["oracle", "abstain"], f"{WORLD}:House")
    values = {result.model: result.main.value for result in report.results}
    assert values == {"oracle": 1.0, "abstain": 0.0}


def house() -> tuple[ToolEnvironment, Sequence[Problem]]:
    [part] = load_task(f"{WORLD}:House").load(Source(None), Setting())
    environment = getattr(part, "environment", None)
    assert isinstance(environment, ToolEnvironment)
    return environment, part.problems  # type: ignore[union-attr]


def test_sessions_of_the_world_share_no_state_and_begin_anew() -> None:
    environment, problems = house()

    async def play() -> tuple[Any, Any, Any]:
        one, other = [await environment.open(problems[0], n) for n in range(2)]
        await one.call(ToolCall("switch", {"room": "cellar", "to": "on"}))
        return one.state, other.state, (await one.again()).state

    changed, untouched, anew = run(play())
    assert changed["cellar"] == "on"
    assert untouched["cellar"] == anew["cellar"] == "off"


@pytest.mark.parametrize(
    "call",
    [
        ToolCall("burn", {"room": "attic"}),
        ToolCall("look", {"room": "moon"}),
        ToolCall("look", {"room": ["attic"]}),
        ToolCall("switch", {"room": "attic", "to": "red"}),
        ToolCall("switch", {"room": "attic"}),
        ToolCall("look"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(call: ToolCall) -> None:
    environment, problems = house()

    async def play() -> tuple[bool, Any, Any]:
        session = await environment.open(problems[0])
        before = dict(session.state)
        return (await session.call(call)).failed, before, session.state

    failed, before, after = run(play())
    assert failed
    assert before == after


# -- the agent, and all three ------------------------------------------------------------------


class Silent:
    """A chat model without a call to make."""

    async def complete(self, messages: Sequence[Message], **settings: Any) -> Completion:
        return Completion("There is none.")


def test_the_agents_are_sound() -> None:
    plugin = load_plugin(str(AGENT))
    made: Any = plugin.get("Careful")
    for agent in (f"{AGENT}:WordMatch", made(Silent())):
        assert [check.name for check in check_model(agent) if not check.passed] == []


def test_all_three_run_together_by_one_expression(
    server: Ollama, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(asked: Any) -> Reply:
        """Looks, or switches the kitchen off, and says "on": right in two problems of three."""
        last = asked["messages"][-1]
        if last["role"] == "tool":
            return reply("It is on.")
        if "attic" in last["content"]:
            return reply("", ("look", {"room": "attic"}))
        return reply("", ("switch", {"room": "kitchen", "to": "off"}))

    server.answer = answer
    for path in (AGENT, WORLD, PROVIDER):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OLLAMA_HOST", server.host)
    model = 'my_agent.py:Careful(my_provider.py:Ollama("tiny"))'
    [result] = evaluate(model, "my_world.py", out="results").results
    assert result.model == model
    assert result.main.value == pytest.approx(2 / 3)
    [file] = Path("results").rglob("trajectories.jsonl.gz")
    found = {t.problem: t for t in read_trajectories(file) if isinstance(t, Trajectory)}
    assert found["see"].answer == "It is on."
    assert found["see"].usage == Usage(22, 6)  # two turns of 11 and 3 tokens
    assert [m.role for m in found["dark"].messages] == ["user", "assistant", "tool", "assistant"]
