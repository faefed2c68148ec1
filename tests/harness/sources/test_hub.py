"""The real `datasets` library against a small hub on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.registry import HOME

COMMIT, OTHER = "a" * 40, "b" * 40
ROWS: dict[str, list[dict[str, Any]]] = {
    "A/queries.jsonl": [{"qid": "1", "instruction": None, "labels": [{"id": "d", "score": 2}]}],
    "B/x_queries.jsonl": [{"qid": "2"}, {"qid": "3"}],
    "B/y_queries.jsonl": [{"qid": "4"}],
}
CARD = """---
configs:
- config_name: A
  data_files: [{split: queries, path: A/queries.jsonl}]
- config_name: B
  data_files:
  - {split: x_queries, path: B/x_queries.jsonl}
  - {split: y_queries, path: B/y_queries.jsonl}
---
"""
FILES = {"README.md": CARD.encode()} | {
    name: "".join(json.dumps(row) + "\n" for row in rows).encode() for name, rows in ROWS.items()
}
NONE: Mapping[str, str] = {}
CLIENT = """
import json, sys
from harness.errors import MissingData
from harness.sources.hub import Hub
hub = Hub()
def answer(call, arguments):
    try:
        return getattr(hub, call)(*arguments)
    except MissingData as error:
        return str(error)
print(json.dumps([answer(*step) for step in json.loads(sys.argv[1])]))
"""


class Handler(BaseHTTPRequestHandler):
    """Serves one dataset, own/Some-Data, at one commit."""

    asked: list[str]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        kind, _, rest = path.removeprefix("/").partition("own/Some-Data")
        if kind == "datasets/" and rest.startswith(f"/resolve/{COMMIT}/"):
            self._file(rest.removeprefix(f"/resolve/{COMMIT}/"))
        elif kind == "api/datasets/" and rest.startswith(f"/tree/{COMMIT}/"):
            folder = rest.removeprefix(f"/tree/{COMMIT}/")
            self._reply([self._entry(n) for n in FILES if n.startswith(f"{folder}/")])
        elif kind == "api/datasets/" and rest in ("", f"/revision/{COMMIT}"):
            self._reply({"id": "own/Some-Data", "sha": COMMIT, "siblings": []})
        else:
            missing = "RevisionNotFound" if rest else "RepoNotFound"
            self._reply({"error": missing}, 404, {"X-Error-Code": missing})

    do_HEAD = do_GET

    def _file(self, name: str) -> None:
        headers = {"X-Repo-Commit": COMMIT}
        if name in FILES:
            self._send(200, FILES[name], headers | {"ETag": sha1(FILES[name]).hexdigest()})
        else:
            self._reply({}, 404, {**headers, "X-Error-Code": "EntryNotFound"})

    def _entry(self, name: str) -> dict[str, object]:
        oid = sha1(FILES[name]).hexdigest()
        return {"type": "file", "oid": oid, "size": len(FILES[name]), "path": name}

    def _reply(self, body: object, code: int = 200, headers: Mapping[str, str] = NONE) -> None:
        self._send(code, json.dumps(body).encode(), headers)

    def _send(self, code: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class LocalHub:
    """The hub's address, what it was asked, and a client in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.asked: list[str] = []
        handler = type("Handler", (Handler,), {"asked": self.asked})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.home = home
        Thread(target=self.server.serve_forever, daemon=True).start()

    def call(self, *steps: tuple[str, list[Any]], **environment: str) -> list[Any]:
        self.asked.clear()
        settings = {
            "HF_HOME": str(self.home),
            "HF_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}",
            "PYTHONPATH": str(HOME),
            "NO_PROXY": "127.0.0.1",
        }
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, json.dumps(steps)],
            env=inherited | settings | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers: list[Any] = json.loads(done.stdout)
        return answers


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    hub = LocalHub(tmp_path)
    yield hub
    hub.server.shutdown()
    hub.server.server_close()


def load(config: str, split: str, revision: str | None = None) -> tuple[str, list[Any]]:
    return "load", ["own/Some-Data", config, split, revision]


def test_rows_come_with_the_commit_they_belong_to_and_stay_in_the_cache(hub: LocalHub) -> None:
    first, second, third, has, has_not = hub.call(
        load("A", "queries"),
        load("B", "x_queries"),
        load("B", "y_queries"),
        ("has", ["own/Some-Data", "B", "y_queries"]),
        ("has", ["own/Some-Data", "B", "y_queries", OTHER]),
    )
    assert first == [ROWS["A/queries.jsonl"], COMMIT]
    assert second == [ROWS["B/x_queries.jsonl"], COMMIT]
    assert third == [ROWS["B/y_queries.jsonl"], COMMIT]
    assert (has, has_not) == (True, False)
    # One question settles the commit for every config of the dataset.
    assert hub.asked.count("/api/datasets/own/Some-Data") == 1

    # With the commit pinned, what is in the cache needs no request at all.
    assert hub.call(load("A", "queries", COMMIT)) == [first]
    assert [path for path in hub.asked if "Some-Data" in path] == []

    # Offline the cached commit stands in for the newest, but never for another one.
    cached, missing, pinned = hub.call(
        load("A", "queries"),
        load("C", "queries"),
        load("A", "queries", OTHER),
        HF_HUB_OFFLINE="1",
    )
    assert cached == first
    assert missing == pinned == "offline mode is on"
    assert hub.asked == []


def test_what_the_hub_does_not_have_is_said_in_one_line(hub: LocalHub) -> None:
    config, split, dataset, revision = hub.call(
        load("C", "queries"),
        load("B", "z_queries"),
        ("load", ["own/Other", "A", "queries"]),
        load("A", "queries", OTHER),
    )
    assert config.startswith("the hub gave no C: ")
    assert split == "on the hub B has only the splits x_queries, y_queries"
    assert dataset == "the hub answered RepositoryNotFoundError"
    assert revision == "the hub answered RevisionNotFoundError"


def test_a_hub_that_cannot_be_reached_is_asked_once_and_not_waited_for(hub: LocalHub) -> None:
    hub.server.server_close()
    hub.server.shutdown()
    first, second = hub.call(load("A", "queries"), load("A", "queries", COMMIT))
    assert first == second
    assert first.startswith("not reachable: ")
