"""ToolFlow end to end: programs that follow the gold paths, written and run by `atc`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness import evaluate, load_task
from harness.contracts import ProblemSet
from harness.formats.trajectories import read_trajectories
from harness.play.programs import ANSWER
from harness.play.python_programs import as_python
from harness.records import Message, Problem, Setting, ToolSpec, Trajectory
from harness.sources import Source
from models.agents.atc import ATC
from models.scripted import Scripted

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")
pytestmark = [pytest.mark.realdata, pytest.mark.slow]

UNBOUND = {
    "tmdb-43": "GET_movie_movie_id wants the id of a movie",  # follows a list of genres
    "music-q36": "GET_album_details wants the id of a album",
}
"""Rows whose gold path lacks the call that would give an id, and what the binder says of them."""


def loaded(task: str, data: Path) -> Sequence[Problem]:
    (part,) = load_task(task).load(Source(data), Setting())
    assert isinstance(part, ProblemSet)
    assert part.environment is not None
    return part.problems


def writer(problems: Sequence[Problem]) -> Scripted:
    """Knows a program for each request, and sees nothing but what it is asked."""
    known = {
        problem.text: as_python(
            problem.gold.program, problem.tools, problem.gold.details.get(ANSWER)
        )
        for problem in problems
        if problem.gold.program
    }

    def policy(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
        program = known.get(messages[-1].content)
        return f"```python\n{program}```" if program else "I cannot."

    return Scripted(policy)


LENGTHS = {
    "toolflow/v0-food": {"2": 1, "3": 1, "4": 10, "5": 5, "6": 12, "7+": 12},
    "toolflow/v0-weather": {"3": 20, "4": 13, "5": 5, "7+": 12},
    "toolflow/v0-movie": {"2": 7, "3": 9, "4": 5, "5": 4, "6": 2, "7+": 13},
    "toolflow/eval-music": {"3": 1, "4": 11, "5": 7, "6": 1},
}
"""Rows by the number of their calls, counted in the released files with a few lines of Python."""


@pytest.mark.parametrize("task", LENGTHS)
def test_gold_programs_run_end_to_end_and_are_told_by_plan_length(
    task: str, data: Path, tmp_path: Path
) -> None:
    problems = {problem.id: problem for problem in loaded(task, data)}
    lengths = Counter(problem.labels["plan length"] for problem in problems.values())
    assert lengths == LENGTHS[task]
    agent = ATC(writer([*problems.values()]), alpha=1)
    (result,) = evaluate(agent, task, data=data, out=tmp_path, cache=False).results
    without = {id for id, problem in problems.items() if not problem.gold.program}
    assert all(problems[id].gold.details["unbound"].startswith(UNBOUND[id]) for id in without)
    assert without == UNBOUND.keys() & problems.keys()
    (kept,) = tmp_path.rglob("trajectories.jsonl.gz")
    attempts = [made for made in read_trajectories(kept) if isinstance(made, Trajectory)]
    assert len(attempts) == len(problems)
    for made in attempts:
        assert made.end == ("malformed" if made.problem in without else "finished"), made.detail
        assert tuple(call.name for call in made.calls) == (
            () if made.problem in without else problems[made.problem].gold.path
        )
        assert not [m.content for m in made.messages if m.role == "tool" and m.failed]
    lost = Counter(problems[id].labels["plan length"] for id in without)
    by_length = result.breakdown["plan length"]
    assert by_length.keys() == lengths.keys()
    for measure in ("path_recall", "path_set_all", "path_subsequence", "call_precision"):
        assert result.measures[measure].value == pytest.approx(1 - len(without) / len(problems))
        for length, count in lengths.items():
            assert by_length[length][measure] == pytest.approx(1 - lost[length] / count)
