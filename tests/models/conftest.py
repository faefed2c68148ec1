"""A server on this machine that answers as a test says, and a clock that does not wait."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from models.remote.pacing import Clock

KEY = "sk-test-1a2b3c4d5e6f7g8h"


@dataclass(frozen=True)
class Reply:
    """An answer: a status, something to send as JSON (or bytes as they are), and headers."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A request that came in."""

    path: str
    headers: Mapping[str, str]
    body: Any


class FakeServer:
    """Answers every POST by `answer`, and remembers what it received."""

    Reply = Reply

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], Reply] = lambda request: Reply()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Received(self.path, headers, json.loads(content))
                server.received.append(request)
                reply = server.answer(request)
                raw = isinstance(reply.body, bytes)
                body = reply.body if raw else json.dumps(reply.body).encode()
                headers = {"content-type": "application/json", **reply.headers}
                with suppress(ConnectionError):  # the client may have given up
                    self.send_response(reply.status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class FakeClock:
    """Time that passes only when somebody waits, and chance that always draws its highest.

    Attributes:
        slept: how long each wait was.
        crowd: how many must wait at once before time first passes.
    """

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self.crowd = 1
        self._waiting = 0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.time + seconds
        self._waiting += 1
        await asyncio.sleep(0)
        while self._waiting < self.crowd:
            await asyncio.sleep(0.001)
        self.crowd = 1
        self._waiting -= 1
        self.time = max(self.time, until)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep, lambda: 1.0)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """A fake server; the environment holds a key and nothing else of ours."""
    pytest.importorskip("openai")
    for name in ("OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    fake = FakeServer()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock of all clients made in the test."""
    fake = FakeClock()
    monkeypatch.setattr("models.remote.client.CLOCK", fake.clock)
    return fake
