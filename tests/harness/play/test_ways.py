"""Cards say how a task is attempted, and what is said is true."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from toy import ToyTask

from harness.contracts import ProblemSet, Task
from harness.errors import MissingData
from harness.loading.lookup import find_tasks, task_row
from harness.play.ways import SCORED_ONLY, WAYS, way
from harness.records import Runs, Setting, TaskCard
from harness.render.catalogue import task_card, task_list
from harness.sources import Source

TASKS = [task for task in find_tasks() if task.card.kind == "tool_use"]


def sets(task: Task, source: Source) -> list[ProblemSet]:
    return [part for part in task.load(source, Setting()) if isinstance(part, ProblemSet)]


def assert_true(task: Task, source: Source) -> None:
    """What the card says of running holds for every split."""
    runs, name = task.card.runs, task.card.name
    for part in sets(task, source):
        assert part.single == (runs == "one turn"), name
        if runs == "world":
            # A question whose corpus is for the user to choose says how.
            assert part.environment is not None or "--pool" in getattr(task, "unplayed", ""), name
        if runs == "":
            assert part.environment is None, name
        if runs == "one turn" and part.environment is not None:  # in text: there is nothing to call
            assert not any(problem.tools for problem in part.problems), name


def test_every_way_is_said_in_words() -> None:
    assert set(WAYS) == set(get_args(Runs))
    assert len(set(WAYS.values())) == len(WAYS)
    assert {words.partition(":")[0] for words in WAYS.values()} == {"can be run", "scored only"}


def test_cards_of_embedded_tasks_tell_the_truth() -> None:
    embedded = [task for task in TASKS if task.card.name.startswith("starter-agent/")]
    assert len(embedded) == 8
    for task in embedded:
        assert task.card.runs == "world"
        assert_true(task, Source(None))


@pytest.mark.realdata
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.card.name)
def test_cards_tell_the_truth(task: Task, data: Path) -> None:
    try:
        assert_true(task, Source(data))
    except MissingData as error:
        pytest.skip(str(error))


def test_what_is_known_of_the_benchmarks() -> None:
    runs = {task.card.name: task.card.runs for task in TASKS}
    assert runs["bfcl/simple_python"] == runs["bfcl-v1/java"] == "one turn"
    assert runs["bfcl/multi_turn_base"] == "extra"
    assert runs["bfcl/memory_kv"] == runs["bfcl-v1/rest"] == ""
    assert runs["restbench/tmdb"] == runs["toolflow/v0-food"] == "world"
    assert runs["stabletoolbench/G1_tool"] == runs["toolalpaca/real"] == "simulator"
    assert runs["apibank/level-3-api"] == "one turn"
    assert runs["apibank/level-3-scenarios"] == runs["tau-bench/retail"] == ""


class Errands(ToyTask):
    def __init__(self, runs: Runs, kind: str = "tool_use") -> None:
        super().__init__()
        self.card = TaskCard("toy/task", "Toy", "A toy.", kind=kind, runs=runs, language=("en",))


def shown(parts: object) -> str:
    from rich.console import Console

    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        for part in parts:  # type: ignore[attr-defined]
            console.print(part)
    return " ".join(capture.get().split())


@pytest.mark.parametrize("runs", WAYS)
def test_a_task_of_tool_use_says_how_agents_attempt_it(runs: Runs) -> None:
    task = Errands(runs)
    assert way(task.card) in shown(task_card(task))
    assert (runs or "scored only") in shown(task_list([task]))
    row = task_row(task)
    assert (row["runs"], row["attempts"]) == (runs, way(task.card))


def test_why_a_task_is_only_scored_is_said() -> None:
    assert SCORED_ONLY in shown(task_card(Errands("")))


def test_a_task_of_retrieval_says_nothing_of_agents() -> None:
    task = Errands("", kind="retrieval")
    assert way(task.card) == ""
    assert "agents" not in shown(task_card(task)) + shown(task_list([task]))
    assert "attempts" not in task_row(task)
    assert "en" in shown(task_list([task])).split()


def test_the_list_of_everything_has_both_kinds() -> None:
    said = shown(task_list([Errands("world"), Errands("", kind="retrieval")]))
    assert "agents" in said
    assert "world" in said
