"""Live runs against a server on loopback that takes 200 ms: python benchmarks/agents.py

Every problem is two requests: the model calls a tool, is told what it gave, and answers. A bare
loop over the `openai` client, 64 conversations at a time, is what a person would write; the engine
runs the same conversations through `function-calling(openai(..., requests=64))`, in memory and
with results on disk. Throughputs are ratios to the bare loop in the same run, best of `ROUNDS`.
Processor time is this process's alone, and what the harness adds is told beyond that of the
client's own `post`, which parses no answers into objects. Memory is what the process holds while
`LONG` attempts of a scripted model are made, written and scored.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from harness import evaluate
from harness.answering import Progress
from harness.contracts import Problems, ProblemSet
from harness.records import (
    Gold,
    Message,
    Observation,
    Problem,
    Setting,
    TaskCard,
    ToolCall,
    ToolSpec,
)
from harness.sources import Source

AT_ONCE = 64
DELAY = 0.2
PROBLEMS = 640
ROUNDS = 2
LONG = 10_000
EARLY = 2_000
PRICE = ToolSpec(
    "price",
    "The price of a share.",
    {"type": "object", "properties": {"share": {"type": "string"}}, "required": ["share"]},
)
CARD = TaskCard("shares", "Shares", "Prices of shares.", kind="tool_use", main_measure="finished")


@dataclass
class Market:
    """A world of prices that are all the same."""

    async def open(self, problem: Problem, trial: int = 0) -> AtMarket:
        return AtMarket(problem, trial)


@dataclass
class AtMarket:
    problem: Problem
    trial: int
    executes: bool = True
    state: Any = None
    _turns: Iterator[Sequence[Message]] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = iter(self.problem.turns)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        return self.problem.tools

    async def listen(self) -> Sequence[Message] | None:
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        return Observation('{"price": 12.5, "currency": "EUR"}')

    async def again(self) -> AtMarket:
        return AtMarket(self.problem, self.trial)

    async def close(self) -> None:
        pass


@dataclass
class Shares:
    """So many questions for the price of a share."""

    problems: int
    card: TaskCard = CARD
    measures: Sequence[str] = ("finished", "steps", "path_recall")

    def load(self, source: Source, setting: Setting) -> Problems:
        tools, gold = (PRICE,), Gold(success="finished")
        asked = [
            Problem(f"p{n}", ((Message("user", question(n)),),), tools, gold)
            for n in range(self.problems)
        ]
        return (ProblemSet("test", asked, environment=Market()),)


def question(number: int) -> str:
    return f"What is the price of share {number}?"


def main() -> None:
    print(f"{PROBLEMS} problems of 2 requests, {AT_ONCE} at a time, {DELAY * 1000:.0f} ms each")
    with serving(DELAY) as url, tempfile.TemporaryDirectory() as folder:
        os.environ["OPENAI_API_KEY"] = "none"
        numbers = iter(range(1000))
        ways: dict[str, Callable[[], object]] = {
            "bare loop, chat.completions.create": lambda: asyncio.run(bare(url, created)),
            "bare loop, post": lambda: asyncio.run(bare(url, posted)),
            "engine in memory": lambda: engine(url, None),
            "engine, results on disk": lambda: engine(url, Path(folder) / str(next(numbers))),
            "engine, results and cache on disk": lambda: engine(
                url, Path(folder) / str(next(numbers)), Path(folder) / str(next(numbers))
            ),
        }
        best = {name: (float("inf"), float("inf")) for name in ways}
        for _ in range(ROUNDS):
            for name, work in ways.items():
                best[name] = tuple(map(min, best[name], timed(work)))  # type: ignore[assignment]
    calls = 2 * PROBLEMS
    wall = best["bare loop, chat.completions.create"][0]
    least = best["bare loop, post"][1]
    print(f"{'':<36} {'calls/s':>8} {'of bare':>8} {'ms of processor a call':>24} {'added':>7}")
    for name, (seconds, spent) in best.items():
        added = (spent - least) / calls * 1000
        rate, each = calls / seconds, spent / calls * 1000
        print(f"{name:<36} {rate:8.0f} {wall / seconds:8.1%} {each:24.2f} {added:7.2f}")
    memory()


def engine(url: str, out: Path | None, cache: Path | bool = False) -> None:
    """The engine's way."""
    model = f'function-calling(openai("m", base_url="{url}", requests={AT_ONCE}))'
    report = evaluate(model, Shares(PROBLEMS), out=out, cache=cache)
    assert report.results[0].measures["finished"].value == 1.0
    assert report.complete


Ask = Callable[[Any, dict[str, Any]], Awaitable[dict[str, Any]]]


async def created(client: Any, body: dict[str, Any]) -> dict[str, Any]:
    found = await client.chat.completions.create(**body)
    return found.choices[0].message.model_dump(exclude_none=True)  # type: ignore[no-any-return]


async def posted(client: Any, body: dict[str, Any]) -> dict[str, Any]:
    found = await client.post("/chat/completions", body=body, cast_to=object)
    return found["choices"][0]["message"]  # type: ignore[no-any-return]


async def bare(url: str, ask: Ask) -> None:
    """What a person would write: workers that take one conversation after the other."""
    import openai

    spec = {"name": PRICE.name, "description": PRICE.description, "parameters": PRICE.parameters}
    tools = [{"type": "function", "function": spec}]
    numbers = iter(range(PROBLEMS))

    async def worker() -> None:
        for number in numbers:
            messages: list[dict[str, Any]] = [{"role": "user", "content": question(number)}]
            body = {"model": "m", "messages": messages, "tools": tools, "temperature": 0.0}
            said = await ask(client, body)
            messages.append(said)
            content = '{"price": 12.5, "currency": "EUR"}'
            id = said["tool_calls"][0]["id"]
            messages.append({"role": "tool", "tool_call_id": id, "content": content})
            assert (await ask(client, body))["content"]

    async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def memory() -> None:
    """What the process holds early and late in a long run whose results go to disk."""
    from models.agents.function_calling import FunctionCalling
    from models.scripted import Scripted

    def policy(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str | ToolCall:
        told = messages[-1].role == "tool"
        return f"It is 12.5 EUR. {'So it is. ' * 40}" if told else ToolCall("price", {"share": "x"})

    seen: list[tuple[int, int]] = []

    def watch(progress: Progress) -> None:
        if progress.state == "answering":
            seen.append((progress.done, resident()))

    with tempfile.TemporaryDirectory() as folder:
        start = process_time()
        agent = FunctionCalling(Scripted(policy))
        report = evaluate(agent, Shares(LONG), out=folder, cache=False, watch=watch)
        each, end = (process_time() - start) / (2 * LONG), resident()
        assert report.complete
    early = next(found for found in seen if found[0] >= EARLY)
    late = seen[-1]
    grown = (late[1] - early[1]) / (late[0] - early[0])
    print(
        f"\n{LONG:,} attempts of a scripted model, results on disk: {each * 1000:.2f} ms of "
        f"processor a call, all of it the harness's; resident after {early[0]:,} of them "
        f"{early[1] / 2**20:.1f} MiB, after {late[0]:,} {late[1] / 2**20:.1f} MiB: "
        f"{grown:,.0f} bytes an attempt; when they are scored {end / 2**20:.1f} MiB"
    )


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of the processor."""
    wall, cpu = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - cpu


@contextlib.contextmanager
def serving(delay: float) -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, __file__, "serve", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.terminate()


def completion(message: dict[str, Any], finish: str) -> bytes:
    """A whole HTTP response."""
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 90, "completion_tokens": 12, "total_tokens": 102},
    }
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}"
    return head.encode() + b"\r\n\r\n" + text


async def serve(delay: float) -> None:
    """Answers with a call, and with a text once a tool has said something."""
    function = {"name": "price", "arguments": '{"share": "x"}'}
    called = {"tool_calls": [{"id": "c1", "type": "function", "function": function}]}
    call, text = completion(called, "tool_calls"), completion({"content": "12.5 EUR."}, "stop")

    async def requests(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                yield await reader.readexactly(length)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for body in requests(reader):
            await asyncio.sleep(delay)
            writer.write(text if b"tool_call_id" in body else call)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(float(sys.argv[2])))
    else:
        main()
