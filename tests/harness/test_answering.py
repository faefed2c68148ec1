"""What a run leaves on disk, and what the next one makes of it, after failures and kills."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from test_evaluation import folder, snapshot
from toy import Overlap, ToyTask
from toy_tools import attempt

from harness import answering, asking
from harness.contracts import ProblemSet
from harness.evaluation import evaluate
from harness.flows.retrieval import RetrievalFlow
from harness.flows.tool_use import ToolUseFlow
from harness.ranking import Ranking
from harness.records import Query, Setting, Usage
from harness.run import Run
from harness.shards import merge
from harness.sources import Source
from harness.store import RUN_INFO, checkpoint
from harness.trials import Trials

NOTE = "my note"
TASK = ToyTask("toy", splits=2)


@pytest.fixture(autouse=True)
def _task_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge finds the task by its name."""
    monkeypatch.setattr(asking, "load_task", lambda task: TASK if task == "toy" else task)


class Shaky(Overlap):
    """Notes every answer; fails at some queries, is interrupted at others, counting from 1."""

    def __init__(self) -> None:
        super().__init__()
        self._fails: frozenset[int] = frozenset()
        self._stops: frozenset[int] = frozenset()
        self._sign = 1

    def search(self, queries: Sequence[Query], k: int) -> Ranking:  # type: ignore[override]
        [query] = queries
        found = super().search(queries, k)
        if len(self._asked) in self._stops:
            raise KeyboardInterrupt
        if len(self._asked) in self._fails:
            return Ranking(Run.from_scores({}), errors={query.id: "HTTP 429"})
        scores = {query.id: {id: self._sign * s for id, s in found[query.id].items()}}
        return Ranking(Run.from_scores(scores), notes={NOTE: 1})


def shaky(*, fails: Sequence[int] = (), stops: Sequence[int] = (), sign: int = 1) -> Shaky:
    """The same model in a certain mood: which questions it fails or is stopped at, of this run."""
    model = Shaky()
    model._fails, model._stops, model._sign = frozenset(fails), frozenset(stops), sign
    return model


def whole(out: Path, sign: int = 1) -> dict[str, bytes]:
    """What an undisturbed run writes."""
    evaluate(shaky(sign=sign), TASK, out=out)
    return snapshot(out)


def test_notes_count_once_where_a_second_attempt_is_interrupted(tmp_path: Path) -> None:
    evaluate(shaky(fails=[2, 4]), TASK, out=tmp_path / "it")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            evaluate(shaky(stops=[1]), TASK, out=tmp_path / "it")
    with pytest.raises(KeyboardInterrupt):
        evaluate(shaky(stops=[2]), TASK, out=tmp_path / "it")
    last = shaky()
    [result] = evaluate(last, TASK, out=tmp_path / "it").results
    assert (last._asked, result.notes) == (["q1"], {NOTE: 6})
    assert snapshot(tmp_path / "it") == whole(tmp_path / "whole")


@pytest.mark.parametrize("written", range(7))
def test_a_kill_while_kept_answers_are_put_into_the_checkpoint_counts_no_note_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    class Killed(BaseException):
        pass

    lines = 0
    write = checkpoint._write

    def dying(file: Any, line: bytes) -> None:
        nonlocal lines
        if lines == written:
            raise Killed
        lines += 1
        write(file, line)

    evaluate(shaky(fails=[2]), TASK, out=tmp_path / "it")
    monkeypatch.setattr(checkpoint, "_write", dying)
    with pytest.raises(Killed):
        evaluate(shaky(), TASK, out=tmp_path / "it")
    monkeypatch.undo()
    evaluate(shaky(), TASK, out=tmp_path / "it")
    assert snapshot(tmp_path / "it") == whole(tmp_path / "whole")


def test_a_selection_has_notes_only_where_it_has_answers() -> None:
    flow = RetrievalFlow(TASK.load(Source(None), Setting()), Setting(), 0)
    answers = Ranking(
        Run.from_scores({"s0/q1": {"d1": 1.0}}),
        errors={"s0/q2": "429"},
        malformed={"s0/q3": "no list"},
        left_out=frozenset({"s1/q1"}),
        usage={"s0/q1": Usage(1, 2), "s0/q2": Usage(3, 4)},
        notes={NOTE: 1},
    )
    none = flow.select(answers, [])
    assert none.run.queries == ()
    assert none == Ranking(none.run)
    chosen = flow.select(answers, ["s0/q2", "s1/q1", "s1/q3"])
    assert (chosen.run.queries, chosen.errors) == ((), {"s0/q2": "429"})
    assert (chosen.malformed, chosen.left_out) == ({}, {"s1/q1"})
    assert chosen.usage == {"s0/q2": Usage(3, 4)}
    assert chosen.notes == {NOTE: 1}
    tools = ToolUseFlow((ProblemSet("test", ()),), Setting(), 0)
    trials = Trials({"p1": [attempt("p1")]}, notes={NOTE: 1}, parts={"p2": [attempt("p2")]})
    assert tools.select(trials, ["p2"]).notes == {}
    assert dict(tools.select(trials, []).parts) == {"p2": [attempt("p2")]}
    assert tools.select(trials, ["p1"]).notes == {NOTE: 1}


def test_fresh_shards_in_one_folder_replace_a_finished_result(tmp_path: Path) -> None:
    new = whole(tmp_path / "new", sign=-1)
    assert whole(tmp_path / "it") != new
    for i in (1, 2):
        evaluate(shaky(sign=-1), TASK, out=tmp_path / "it", shard=(i, 2), fresh=True)
    [result] = merge([tmp_path / "it"]).results
    assert (result.status, result.notes) == ("complete", {NOTE: 6})
    assert snapshot(tmp_path / "it") == new


def test_a_fresh_shard_leaves_the_other_shards_of_its_division_alone(tmp_path: Path) -> None:
    evaluate(shaky(), TASK, out=tmp_path / "it", shard=(3, 3))
    for i in (1, 2):
        evaluate(shaky(), TASK, out=tmp_path / "it", shard=(i, 2))
    again = shaky()
    evaluate(again, TASK, out=tmp_path / "it", shard=(1, 2), fresh=True)
    assert len(again._asked) == 3
    files = sorted(path.name for path in tmp_path.rglob("answers*"))
    assert files == ["answers.1-of-2.jsonl", "answers.2-of-2.jsonl"]


class TenSeconds:
    """A run of exactly that length."""

    def read(self) -> dict[str, float]:
        return {"wall_seconds": 10.0, "cpu_seconds": 1.1, "peak_memory_mib": 5.0}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Where runs take ten seconds each; its processor can be set."""
    here = {"processor": "A"}
    monkeypatch.setattr(answering, "Meter", TenSeconds)
    monkeypatch.setattr(answering, "environment", lambda: dict(here))
    return here


def costs(out: Path) -> tuple[float, float, float, str]:
    """Seconds of wall and processor, peak memory and processor that the result tells of."""
    told = json.loads((folder(out) / RUN_INFO).read_bytes())
    assert sorted(told) == ["cpu_seconds", "peak_memory_mib", "processor", "wall_seconds"]
    return told["wall_seconds"], told["cpu_seconds"], told["peak_memory_mib"], told["processor"]


def test_other_measures_leave_what_the_answers_cost(
    tmp_path: Path, machine: dict[str, str]
) -> None:
    evaluate(shaky(), TASK, out=tmp_path)
    before = costs(tmp_path)
    machine["processor"] = "B"
    evaluate(shaky(), TASK, out=tmp_path, measures="RR")
    assert costs(tmp_path) == before == (10.0, 1.1, 5.0, "A")
    (folder(tmp_path) / RUN_INFO).write_text("[")
    evaluate(shaky(), TASK, out=tmp_path, measures="P@1")
    assert costs(tmp_path) == (10.0, 1.1, 5.0, "B")


def test_the_costs_of_interrupted_runs_add_up(tmp_path: Path, machine: dict[str, str]) -> None:
    for asked in (2, 3):
        with pytest.raises(KeyboardInterrupt):
            evaluate(shaky(stops=[asked]), TASK, out=tmp_path)
    machine["processor"] = "B"
    evaluate(shaky(), TASK, out=tmp_path)
    assert costs(tmp_path) == (30.0, 3.3, 5.0, "B")


def test_the_costs_of_an_incomplete_result_and_a_second_attempt_add_up(
    tmp_path: Path, machine: dict[str, str]
) -> None:
    evaluate(shaky(fails=[2, 4]), TASK, out=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        evaluate(shaky(stops=[2]), TASK, out=tmp_path)
    evaluate(shaky(), TASK, out=tmp_path)
    assert costs(tmp_path) == (30.0, 3.3, 5.0, "A")


def test_a_merge_tells_of_the_machines_that_answered(
    tmp_path: Path, machine: dict[str, str]
) -> None:
    for i in (1, 2):
        evaluate(shaky(), TASK, out=tmp_path / str(i), shard=(i, 2))
    machine["processor"] = "B"
    merge([tmp_path / "1", tmp_path / "2"], into=tmp_path / "all")
    assert costs(tmp_path / "all") == (30.0, 3.3, 5.0, "A")
