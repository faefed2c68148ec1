"""A result of tool use becomes a log that inspect_ai's reader and viewer open."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from toy_tools import PROBLEMS, ToolToy, attempt

from harness import evaluate
from harness.contracts import Session
from harness.errors import MissingExtra, UserError
from harness.formats.trajectories import read_trajectories
from harness.records import Problem, Trajectory
from harness.store import ResultFolder
from harness.viewing import export, serve

pytest.importorskip("inspect_ai")
from inspect_ai.log import read_eval_log

STARTER = "starter-agent/flights"


@dataclass
class Lucky:
    """Makes the right calls in its first trial and none in the others."""

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        path = {p.id: p.gold.path for p in PROBLEMS}[problem.id]
        return attempt(problem.id, *(path if session.trial == 0 else ()), trial=session.trial)


def folder_of(out: Path) -> Path:
    [marker] = out.rglob("result.json")
    return marker.parent


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    evaluate("oracle", STARTER, out=tmp_path / "results", limit=4)
    return folder_of(tmp_path / "results")


@pytest.fixture
def lucky(tmp_path: Path) -> Path:
    evaluate(Lucky(), ToolToy(), out=tmp_path / "results", trials=2)
    return folder_of(tmp_path / "results")


def test_a_result_in_a_world_comes_back_whole(starter: Path, tmp_path: Path) -> None:
    log = read_eval_log(export(starter, tmp_path / "logs"))
    stored = ResultFolder(starter).result()
    assert stored is not None
    assert (log.status, log.eval.task, log.eval.model) == ("success", STARTER, "oracle")
    assert (log.eval.task_version, log.eval.task_args) == (stored.task_version, {"limit": 4})
    attempts = list(read_trajectories(starter / "trajectories.jsonl.gz"))
    samples = {sample.id: sample for sample in log.samples or []}
    assert len(samples) == len(attempts) == 4
    for made in attempts:
        assert isinstance(made, Trajectory)
        sample = samples[made.problem]
        assert [m.role for m in sample.messages] == [m.role for m in made.messages]
        assert [m.text for m in sample.messages] == [m.content for m in made.messages]
        calls = [
            (call.function, call.arguments)
            for m in sample.messages
            if m.role == "assistant"
            for call in m.tool_calls or []
        ]
        assert calls == [(call.name, call.arguments) for call in made.calls]
        assert sample.target
        assert sample.scores is not None
        assert sample.scores["solved_in_world"].value == 1.0
    assert log.results is not None
    means = {score.name: score.metrics["mean"].value for score in log.results.scores}
    assert means == {name: value.value for name, value in stored.measures.items()}


def test_every_trial_has_its_own_scores(lucky: Path, tmp_path: Path, toy: ToolToy) -> None:
    log = read_eval_log(export(lucky, tmp_path / "logs"))
    found = {(s.id, s.epoch): s.scores or {} for s in log.samples or []}
    assert len(found) == 2 * len(PROBLEMS)
    for id in ("one", "two", "three"):
        assert found[id, 1]["path_set_all"].value == 1.0
        assert found[id, 2]["path_set_all"].value == 0.0
    first = (log.samples or [])[0]
    assert isinstance(first.input, list)
    assert first.input[0].text == f"Solve {first.id}."
    assert first.metadata["labels"]["plan length"] in "12"


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> ToolToy:
    """The toy task under its name."""
    from harness import registry

    found = ToolToy()
    table = {**registry.benchmarks._resolved, "toy-tools": found}
    monkeypatch.setattr(registry.benchmarks, "_resolved", table)
    monkeypatch.setitem(registry.benchmarks.table, "toy-tools", "toy_tools:ToolToy")
    return found


def test_without_its_task_a_log_has_the_means_of_its_problems(lucky: Path, tmp_path: Path) -> None:
    said: list[str] = []
    log = read_eval_log(export(lucky, tmp_path / "logs", warn=said.append))
    assert len(said) == 1
    assert "toy-tools" in said[0]
    scores = [sample.scores or {} for sample in log.samples or []]
    assert len(scores) == 6
    assert {s["path_set_all"].value for s in scores} == {0.5}  # right in one trial of two
    assert all(sample.target == "" for sample in log.samples or [])


def test_a_task_that_a_person_names_must_be_there(lucky: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no-such-task"):
        export(lucky, tmp_path / "logs", task="no-such-task")


def test_a_result_of_retrieval_has_nothing_to_show(tmp_path: Path) -> None:
    evaluate("random", "starter-tools/towns", out=tmp_path / "results", limit=1)
    with pytest.raises(UserError, match="attempts are what tool use has"):
        export(folder_of(tmp_path / "results"), tmp_path / "logs")


def test_another_result_has_a_log_of_its_own(starter: Path, tmp_path: Path) -> None:
    evaluate("abstain", STARTER, out=tmp_path / "others", limit=4)
    paths = {export(f, tmp_path / "logs") for f in (starter, folder_of(tmp_path / "others"))}
    assert len(paths) == 2
    assert len({read_eval_log(path, header_only=True).eval.task_id for path in paths}) == 2
    assert export(starter / "result.json", tmp_path / "logs") in paths


def test_the_missing_extra_is_named(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'assay-harness\[view\]'"):
        export(starter)
    with pytest.raises(MissingExtra, match=r"assay-harness\[view\]"):
        serve("logs")


def test_the_viewer_is_opened_over_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(words: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        ran.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert serve("my logs", 7000) == 0
    [words] = ran
    assert words[:3] == [sys.executable, "-m", "inspect_ai"]
    assert words[words.index("--log-dir") + 1] == "my logs"
    assert words[words.index("--port") + 1] == "7000"
