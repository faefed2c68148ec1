"""A run through a server that is not ours: `transformers serve`, with a model that knows one run.

The model learned by heart how the gold program of a problem is carried out: three calls and the
answer. The server renders conversations, generates and reads calls by itself; an agent gets through
the problem only if every request and every answer means the same on both sides.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

for package in ("torch", "transformers", "openai", "fastapi", "uvicorn"):
    pytest.importorskip(package)

import memorised  # noqa: E402

from harness.contracts import ChatModel  # noqa: E402
from harness.loop import run  # noqa: E402
from harness.measures.attempt import Attempt  # noqa: E402
from harness.measures.tools.world import solved_in_world  # noqa: E402
from harness.play.programs import run_program_of  # noqa: E402
from harness.records import Problem, Trajectory  # noqa: E402
from models.agents.function_calling import FunctionCalling  # noqa: E402
from models.openai_chat import OpenAIChat  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402
from tasks.worlds.starter.assignments import assign  # noqa: E402
from tasks.worlds.starter.executable import StarterWorld  # noqa: E402

pytestmark = pytest.mark.slow

SEED, SIZE = 1, 24
WORLD = StarterWorld(SEED, SIZE)
OTHERS = 3
STARTS = 90.0
"""Seconds that the server may take until it answers."""


@pytest.fixture(scope="module")
def problem() -> Problem:
    """One with three calls, each of which needs what the one before gave; a few other tools."""
    errands = assign(SEED, SIZE, "weather", 25)
    found = next(p for p in errands if len(p.gold.program) == 3 and p.gold.answers)
    needed = {call.name for call in found.gold.program}
    others = [tool for tool in found.tools if tool.name not in needed][:OTHERS]
    offered = [t for t in found.tools if t.name in needed or t in others]
    return replace(found, tools=tuple(offered))


@pytest.fixture(scope="module")
def folder(problem: Problem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that knows the problem's gold run by heart, and nothing else."""

    async def gold() -> Trajectory:
        session = await WORLD.open(problem)
        try:
            return await run_program_of(problem, session)
        finally:
            await session.close()

    path = tmp_path_factory.mktemp("memorised")
    memorised.memorise(path, run(gold()).messages, problem.tools)
    return path


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """The address of `transformers serve`, in a process of its own that asks no hub."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    log = folder.with_suffix(".log")
    with log.open("wb") as said:
        server = subprocess.Popen(
            command + options,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(f"http://127.0.0.1:{port}/health", server, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def _await(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def attempt(model: ChatModel, problem: Problem) -> Trajectory:
    async def solve() -> Trajectory:
        session = await WORLD.open(problem)
        try:
            return await FunctionCalling(model, steps=6).solve(problem, session)
        finally:
            await session.close()

    return run(solve())


def assert_is_the_gold_run(trajectory: Trajectory, problem: Problem) -> None:
    assert (trajectory.end, trajectory.answer) == ("finished", problem.gold.answers[0])
    assert [call.name for call in trajectory.calls] == [c.name for c in problem.gold.program]
    assert not any(call.problem for call in trajectory.calls)
    assert [m.failed for m in trajectory.messages if m.role == "tool"] == [False] * 3
    assert solved_in_world(Attempt(problem, trajectory)) == 1.0
    assert trajectory.usage is not None
    assert trajectory.usage.output_tokens > 0


def test_an_agent_gets_through_a_run_with_a_server_that_is_not_ours(
    served: str, folder: Path, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    model = OpenAIChat(str(folder), base_url=served, patience=10.0)
    assert_is_the_gold_run(attempt(model, problem), problem)


def test_the_same_model_gets_through_it_without_a_server(folder: Path, problem: Problem) -> None:
    assert_is_the_gold_run(attempt(TransformersChat(str(folder)), problem), problem)


def test_server_and_library_are_asked_and_answer_in_the_same_number_of_tokens(
    served: str, folder: Path, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    there = attempt(OpenAIChat(str(folder), base_url=served, patience=10.0), problem).usage
    here = attempt(TransformersChat(str(folder)), problem).usage
    assert there is not None
    assert here is not None
    assert (there.input_tokens, there.output_tokens) == (here.input_tokens, here.output_tokens)
