"""A valid submission of an agent that solves every second problem, made by the real engine."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from submitted import edit_json, make, rehash

from harness.attempts import Roll
from harness.formats.trajectories import read_trajectories
from harness.records import Trajectory

ERRANDS, QUESTIONS = "starter-agent/flights", "starter-qa/hops-2"
PLACES = {task: f"results/default/{task.replace('/', '_')}" for task in (ERRANDS, QUESTIONS)}
FILE = "trajectories.jsonl.gz"
AGENT = """
from harness.play.programs import run_program_of
from harness.records import Trajectory

class EverySecond:
    version = "1"
    needs_world = True
    sees_gold = True  # so that it solves what it is meant to

    def __init__(self, first=0):
        self.first = first

    async def solve(self, problem, session):
        if int(problem.id[-2:]) % 2 != self.first:
            return Trajectory(problem.id, session.trial, answer="<script>alert(1)</script>")
        return await run_program_of(problem, session)
"""


def make_attempts(
    folder: Path, tasks: tuple[str, ...] = (ERRANDS, QUESTIONS), *, first: int = 0
) -> Path:
    """Runs the agent and packs its results, as `assay run` and `assay submit` do."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    agent = folder.parent / "every_second.py"
    agent.write_text(AGENT)
    return make(folder, f"{agent}:EverySecond(first={first})", tasks, kind="agent")


def edit_attempts(
    folder: Path,
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]] | None],
    task: str = ERRANDS,
) -> None:
    """Changes the attempts at a task, and every hash of them."""
    rows = [json.loads(line) for line in lines(folder, task)]
    changed = change(rows)
    write(folder, [json.dumps(row) for row in (rows if changed is None else changed)], task)


def lines(folder: Path, task: str = ERRANDS) -> list[str]:
    """The attempts at a task, as they lie in a submission."""
    return gzip.decompress((folder / PLACES[task] / FILE).read_bytes()).decode().splitlines()


def write(folder: Path, texts: list[str], task: str = ERRANDS) -> None:
    """Writes lines in place of the attempts, with every hash that a forger would mend."""
    path = folder / PLACES[task] / FILE
    path.write_bytes(gzip.compress(("\n".join(texts) + "\n").encode("utf-8", "surrogateescape")))
    roll = Roll()
    for found in read_trajectories(path):
        if isinstance(found, Trajectory):
            roll.add(found)
    claim(folder, lambda told: told.update(predictions_hash=roll.fingerprint), task)


def claim(folder: Path, change: Callable[[Any], None], task: str = ERRANDS) -> None:
    """Changes what is claimed of a task, and the manifest where it says the same."""
    edit_json(folder / PLACES[task] / "result.json", change)
    result = json.loads((folder / PLACES[task] / "result.json").read_text())

    def follow(manifest: Any) -> None:
        for entry in manifest["results"]:
            if entry["path"] == PLACES[task]:
                entry.update({name: result[name] for name in entry if name in result})

    edit_json(folder / "manifest.json", follow)
    rehash(folder)
