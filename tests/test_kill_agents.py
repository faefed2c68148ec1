"""Killed at random moments, a live run of an agent still ends with what an undisturbed one has."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLS = 12
RUN = """
import asyncio
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[2])
from toy_tools import ToolToy, attempt, problem

from harness import evaluate
from harness.contracts import ProblemSet


class Slow:
    version = "1"
    query_batch = 8

    async def solve(self, problem, session):
        await asyncio.sleep(0.02)
        return attempt(problem.id, *["search"] * (int(problem.id[1:]) % 3))


problems = tuple(problem(f"p{n}", "search") for n in range(300))
evaluate(Slow(), ToolToy((ProblemSet("test", problems),)), out=sys.argv[1], cache=False, trials=2)
"""


def outcome(out: Path) -> tuple[dict[str, Any], list[dict[str, Any]], bytes]:
    """The result, the attempts but the time that they took, and the values."""
    [marker] = out.rglob("result.json")
    lines = gzip.decompress((marker.parent / "trajectories.jsonl.gz").read_bytes()).splitlines()
    attempts = [json.loads(line) for line in lines]
    assert all(attempt.pop("seconds") >= 0 for attempt in attempts)
    values = (marker.parent / "per_query.tsv.gz").read_bytes()
    return json.loads(marker.read_text("utf-8")), attempts, values


@pytest.mark.slow
def test_kills_change_nothing_about_a_live_run(tmp_path: Path) -> None:
    script = tmp_path / "live.py"
    script.write_text(RUN)
    toys = str(Path(__file__).parent / "harness")

    def command(out: str) -> list[str]:
        return [sys.executable, str(script), str(tmp_path / out), toys]

    subprocess.run(command("whole"), check=True)
    expected = outcome(tmp_path / "whole")
    assert len(expected[1]) == 600
    draw = random.Random(0)
    killed, finished, grown = 0, 0, set()
    while killed < KILLS or not finished:
        out = f"killed{finished}"
        with subprocess.Popen(command(out)) as process:
            try:
                process.wait(timeout=draw.uniform(0.8, 2.0))
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
                for path in (tmp_path / out).rglob("answers.jsonl"):
                    grown.add(path.read_bytes().count(b"\n"))
                continue
        assert process.returncode == 0
        assert outcome(tmp_path / out) == expected
        finished += 1
    assert len(grown) > 2, "no kill hit a run that was under way"
