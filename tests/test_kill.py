"""Killed fifty times at random moments, a run still ends with the files of an undisturbed one."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = 50
SLOW_MODEL = '''
import time


class Slow:
    """Word overlap, a few queries at a time, each taking its time."""

    query_batch = 4

    def index(self, corpus):
        self._documents = [(d.id, set(d.full_text.lower().split())) for d in corpus]
        return self

    def search(self, queries, k):
        time.sleep(0.02)
        return {
            query.id: {
                id: len(words & set(query.text.lower().split())) / 7
                for id, words in self._documents
            }
            for query in queries
        }
'''


def write_task(folder: Path, seed: int) -> Path:
    """A collection in BEIR layout with random words."""
    draw = random.Random(seed)
    words = [f"word{i}" for i in range(60)]
    folder.mkdir()
    corpus = [{"_id": f"d{i}", "text": " ".join(draw.choices(words, k=12))} for i in range(80)]
    queries = [{"_id": f"q{i}", "text": " ".join(draw.choices(words, k=3))} for i in range(60)]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    judgements = "".join(f"q{i}\td{draw.randrange(80)}\t1\n" for i in range(60))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + judgements)
    return folder


def outputs(out: Path) -> dict[str, bytes]:
    """Everything that must not depend on how often the run was killed."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "run_info.json"
    }


def assert_same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    """Says line by line where two outputs differ."""
    assert sorted(found) == sorted(expected)
    for name in expected:
        if name.endswith(".json"):
            assert found[name].decode().splitlines() == expected[name].decode().splitlines()
        assert found[name] == expected[name], name


@pytest.mark.slow
def test_fifty_kills_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW_MODEL)
    tasks = [write_task(tmp_path / f"task{i}", i) for i in range(4)]
    base = [sys.executable, "-m", "cli", "run", "-m", f"{tmp_path}/slow.py:Slow", "-m", "bm25"]
    base += [word for task in tasks for word in ("-t", str(task))]

    def command(out: str) -> list[str]:
        return [*base, "--out", str(tmp_path / out), "--json"]

    started = time.monotonic()
    subprocess.run(command("whole"), check=True, capture_output=True)
    undisturbed = (
        time.monotonic() - started
    )  # a slow machine is given more time before it is killed
    expected = outputs(tmp_path / "whole")
    assert sum(name.endswith("result.json") for name in expected) == 8

    draw = random.Random(0)
    killed = finished = attempt = 0
    while killed < KILLS:
        out = f"killed{attempt}"
        with subprocess.Popen(
            command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(timeout=draw.uniform(0.1, 1.2) * undisturbed)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
        if process.returncode == -signal.SIGKILL:
            killed += 1
        else:
            assert process.returncode == 0
            assert_same(outputs(tmp_path / out), expected)
            finished += 1
            attempt += 1
    subprocess.run(command(out), check=True, capture_output=True)
    assert_same(outputs(tmp_path / out), expected)
    assert finished >= 3, "the kills never let a run finish: nothing was compared"
