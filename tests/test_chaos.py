"""A run in which everything goes wrong now and then ends as if nothing ever had.

A model behind an endpoint runs errands in the starter world. One request in ten meets a fault of
the server, one call in ten a fault of the world; the server is killed and restarted, and so is the
run itself. What is compared with it is a run whose world has the same faults and nothing else goes
wrong.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harness import load_task
from harness.contracts import ProblemSet
from harness.formats.trajectories import read_trajectories
from harness.loop import run
from harness.play.programs import resolve, run_program_of
from harness.records import Problem, Setting, Trajectory
from harness.sources import Source
from harness.store import find_results, read_result
from harness.store.results import TRAJECTORIES

pytest.importorskip("openai")

TASKS = ("starter-agent/shopping", "starter-agent/work")
LIMIT = 14
"""Problems of each task, of 1 to 12 calls."""
SHARE = 0.1
"""Of requests that meet a fault of the server, and of calls that meet one of the world."""
TIMEOUT = 1.0
"""Seconds for which the client waits for the server."""
MIDDLE = 0.3
"""Seconds for which the server is gone when it is restarted."""
SCRIPT = """
import sys
from dataclasses import replace

from harness import evaluate, load_task
from harness.play.faulty import Faulty


class Spoilt:
    def __init__(self, task, share):
        self.card, self.measures, self._task, self._share = task.card, task.measures, task, share

    def load(self, source, setting):
        parts = self._task.load(source, setting)
        return tuple(replace(p, environment=Faulty(p.environment, self._share)) for p in parts)


agent, out, share, limit, *names = sys.argv[1:]
tasks = [Spoilt(load_task(name), float(share)) for name in names]
evaluate(agent, tasks, out=out, limit=int(limit))
"""
"""A run of an agent in worlds with faults."""
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Errand:
    """A problem, and what the calls of its gold program give in a world without faults."""

    problem: Problem
    gives: tuple[str, ...]


def errands() -> dict[str, Errand]:
    """The problems of all tasks by what the user says."""
    known: dict[str, Errand] = {}
    for name in TASKS:
        (part,) = load_task(name).load(Source(), Setting())
        assert isinstance(part, ProblemSet)
        assert part.environment is not None
        for problem in part.problems[:LIMIT]:
            session = run(part.environment.open(problem))
            done = run(run_program_of(problem, session))
            gives = tuple(m.content for m in done.messages if m.role == "tool")
            known[problem.text] = Errand(problem, gives)
    return known


class Model:
    """Plays gold programs, and repeats every call that did not give what it gives."""

    def __init__(self) -> None:
        self._known = errands()

    def __call__(self, body: Body) -> dict[str, Any]:
        said = next(m["content"] for m in body["messages"] if m["role"] == "user")
        given = [m["content"] for m in body["messages"] if m["role"] == "tool"]
        errand = self._known[said]
        done = 0
        for content in given:
            done += content == errand.gives[done]
        program = errand.problem.gold.program
        if done == len(program):
            return {"content": f"It is done. {' '.join(errand.problem.gold.answers[:1])}"}
        before = [json.loads(content) for content in errand.gives[:done]]
        arguments = json.dumps(resolve(dict(program[done].arguments), before))
        function = {"name": program[done].name.replace(".", "_"), "arguments": arguments}
        return {"tool_calls": [{"id": f"c{len(given)}", "type": "function", "function": function}]}


def completion(message: dict[str, Any]) -> bytes:
    finish = "tool_calls" if "tool_calls" in message else "stop"
    choice = {"message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return json.dumps({"choices": [choice], "usage": usage}).encode()


class Server:
    """An OpenAI-compatible endpoint that can be killed and restarted at its address.

    Args:
        model: answers.
        share: of requests that meet a fault.
        watch: called with the number of every request, from 1.
    """

    KINDS = ("429", "500", "slow", "cut", "truncated")

    def __init__(self, model: Model, share: float, watch: Callable[[int], None]) -> None:
        self._model, self._share, self._watch = model, share, watch
        self._draw = random.Random(11)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._port = 0
        self.requests = 0
        self.faults: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def start(self) -> None:
        self._http = _Quiet(("127.0.0.1", self._port), self._handler())
        self._port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def kill(self) -> None:
        """Cuts every connection and takes no more."""
        self._http.shutdown()
        self._http.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _next(self) -> tuple[int, str]:
        """The number of a request, and the fault that it meets, "" for none."""
        with self._lock:
            self.requests += 1
            fault = self._draw.choice(self.KINDS) if self._draw.random() < self._share else ""
            self.faults[fault] += 1
            return self.requests, fault

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                with server._lock:
                    server._open.add(self.connection)

            def finish(self) -> None:
                with server._lock:
                    server._open.discard(self.connection)
                with suppress(OSError):
                    super().finish()

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                number, fault = server._next()
                server._watch(number)
                if fault == "cut":
                    self.close_connection = True
                    return
                if fault == "slow":
                    time.sleep(1.5 * TIMEOUT)
                status = int(fault) if fault.isdigit() else 200
                answer = b'{"error": {"message": "not now"}}'
                if status == 200:
                    answer = completion(server._model(body))
                if fault == "truncated":
                    answer = answer[: len(answer) // 2]
                with suppress(OSError):  # the client may have given up, or be dead
                    self.send_response(status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer)))
                    if status == 429:
                        self.send_header("retry-after-ms", "20")
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is no news here."""


@contextmanager
def serving(
    model: Model, share: float = 0.0, watch: Callable[[int], None] = lambda number: None
) -> Iterator[Server]:
    server = Server(model, share, watch)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def started(server: Server, out: Path) -> subprocess.Popen[bytes]:
    """The run, as a person starts it."""
    chat = f'openai("tiny", base_url="{server.url}", timeout={TIMEOUT}, requests=6)'
    agent = f"function-calling({chat}, steps=40)"
    command = [sys.executable, "-c", SCRIPT, agent, str(out), str(SHARE), str(LIMIT), *TASKS]
    own = {"ASSAY_CACHE": str(out) + ".cache", "OPENAI_API_KEY": "sk-test"}
    proxies = {name for name in os.environ if name.lower().endswith("_proxy")}
    env = {name: value for name, value in os.environ.items() if name not in proxies} | own
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit status; a run that does not end in time fails the test."""
    try:
        _, said = process.communicate(timeout=120)
    finally:
        process.kill()
    if process.returncode not in (0, -signal.SIGKILL):
        raise AssertionError(said.decode()[-2000:])
    return process.returncode


def attempts(out: Path) -> dict[str, dict[str, Trajectory]]:
    """What was done, by task and problem. Every result must be complete and without errors."""
    found: dict[str, dict[str, Trajectory]] = {}
    for stored in find_results(out):
        result = read_result(stored.path)
        assert result.status == "complete"
        assert (result.counts.errors, result.counts.malformed, result.counts.missing) == (0, 0, 0)
        assert result.measures["solved_in_world"].value == 1.0
        made = list(read_trajectories(stored.path / TRAJECTORIES))
        assert all(isinstance(t, Trajectory) for t in made)
        found[result.task] = {t.problem: t for t in made if isinstance(t, Trajectory)}
    assert sorted(found) == sorted(TASKS)
    return found


@pytest.mark.slow
def test_a_run_in_chaos_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    model = Model()
    with serving(model) as sound:
        assert ended(started(sound, tmp_path / "sound")) == 0
    total = sound.requests
    expected = attempts(tmp_path / "sound")

    process: list[subprocess.Popen[bytes]] = []
    restarted = threading.Event()

    def restart() -> None:
        server.kill()
        time.sleep(MIDDLE)
        server.start()
        restarted.set()

    def watch(number: int) -> None:
        if number == total // 3:
            threading.Thread(target=restart, daemon=True).start()
        if number == 2 * total // 3:
            process[0].send_signal(signal.SIGKILL)

    with serving(model, SHARE, watch) as server:
        process.append(started(server, tmp_path / "chaos"))
        assert ended(process[0]) == -signal.SIGKILL
        assert restarted.wait(10)
        assert ended(started(server, tmp_path / "chaos")) == 0
    assert set(server.faults) == {"", *Server.KINDS}
    assert server.requests < 1.5 * total, "the second run began anew"

    found = attempts(tmp_path / "chaos")
    known = {errand.problem.id: errand.problem for errand in model._known.values()}
    refused = writes = 0
    for task, made in expected.items():
        assert found[task].keys() == made.keys()
        for id, attempt in made.items():
            disturbed = found[task][id]
            assert disturbed.end == attempt.end == "finished"
            assert disturbed.messages == attempt.messages  # all calls, and all that they gave
            assert disturbed.answer == attempt.answer
            # a writing tool that had been called twice would have left two of what it writes
            assert disturbed.state == attempt.state == (known[id].gold.state or {})
            refused += sum(m.failed is True for m in attempt.messages)
            writes += bool(known[id].gold.state)
    assert refused > 3, "the world had no faults"
    assert writes > 15
