"""tau-bench, scored from trajectories that were made elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import mean

import pytest

from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.outcome import success
from harness.measures.tools.repeated import pass_hat
from harness.records import Problem, Setting, Trajectory
from harness.sources import Source
from tasks.imports.tau_bench import IMPORTER
from tasks.tau_bench import BENCHMARK, TauBenchTask

UPSTREAM = """from tau_bench.types import Action, Task

TASKS_TEST = [
    Task(
        annotator="0",
        user_id="mia_li_3668",
        instruction="You want to " "fly.",
        actions=[
            Action(name="get_user_details", kwargs={"user_id": "mia_li_3668"}),
            Action(name="book_reservation", kwargs={"passengers": [{"dob": "1990-04-05"}]}),
        ],
        outputs=["1,200"],
    ),
    Task(annotator="1", user_id="x", instruction="You want nothing.", actions=[], outputs=[]),
]
"""


def task(name: str = "airline") -> TauBenchTask:
    return BENCHMARK.tasks[f"tau-bench/{name}"]  # type: ignore[return-value]


def problems(root: Path, name: str = "airline") -> Mapping[str, Problem]:
    (part,) = task(name).load(Source(root), Setting())
    return {problem.id: problem for problem in part.problems}


def mirrored(root: Path, text: str) -> Path:
    folder = root / "tooluse/taubench/airline"
    folder.mkdir(parents=True)
    (folder / "tasks_test.py").write_text(text)
    return root


@pytest.mark.parametrize(
    ("name", "count"),
    [("airline", 50), ("retail", 115), ("tau2-airline", 50), ("tau2-retail", 114)],
)
def test_without_any_data_the_problems_are_numbers(tmp_path: Path, name: str, count: int) -> None:
    found = problems(tmp_path, name)
    assert list(found) == [str(i) for i in range(count)]
    assert {(p.text, p.gold.success, p.gold.path) for p in found.values()} == {("", "reward", ())}
    assert task(name).check(task(name).load(Source(tmp_path), Setting())) == ()


def test_the_tools_are_known_by_name(tmp_path: Path) -> None:
    names = [tool.name for tool in problems(tmp_path)["7"].tools]
    assert len(names) == len(set(names)) == 14
    assert "transfer_to_human_agents" in names
    assert len(problems(tmp_path, "retail")["0"].tools) == 16
    assert problems(tmp_path, "tau2-retail")["0"].tools == ()


def test_the_mirror_tells_what_the_problems_are_about(tmp_path: Path) -> None:
    source = Source(mirrored(tmp_path, UPSTREAM))
    with source.recording() as reads:
        loaded = task().load(source, Setting())
    first, second = loaded[0].problems
    assert first.text == "You want to fly."
    assert first.gold.path == ("get_user_details", "book_reservation")
    assert first.gold.details == {"outputs": ["1,200"]}
    assert (second.id, second.gold.path, second.gold.details) == ("1", (), {})
    assert [(read.dataset, read.split, read.rows) for read in reads] == [
        ("tooluse/taubench", "airline/tasks_test.py", 2)
    ]
    assert task().check(loaded) == ("tau-bench/airline has 2 problems, 50 published",)


@pytest.mark.parametrize(
    "text",
    [
        "TASKS = [Task(instruction=__import__('os').remove('kept'))]",
        "TASKS = [open('kept', 'w')]\nTASKS = [print]",
        "TASKS = [Task(instruction='a'",
        f"TASKS = [Task(outputs={'[' * 5000}{']' * 5000})]",
        "TASKS = [Task(outputs=['\x00'])]",
    ],
    ids=["call", "no task", "cut off", "deep", "null"],
)
def test_a_file_that_is_not_upstreams_is_refused_and_never_run(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kept").write_text("kept")
    with pytest.raises(UserError, match=r"tasks_test\.py is no list of tau-bench's tasks"):
        problems(mirrored(tmp_path, text))
    assert Path("kept").read_text() == "kept"


@pytest.mark.realdata
def test_the_published_pass_hat_k_of_gpt_4o_follow_from_its_trajectories(data: Path) -> None:
    """Published: README of sierra-research/tau-bench at 59a200c, airline, tool calling, gpt-4o."""
    path = data / "tooluse/taubench/gpt-4o-airline.json"
    if not path.exists():
        pytest.skip("needs historical_trajectories/gpt-4o-airline.json of tau-bench")
    asked = problems(data)
    successes: dict[str, list[float]] = defaultdict(list)
    for found in IMPORTER.convert(path, asked):
        assert isinstance(found, Trajectory)
        successes[found.problem].append(success(Attempt(asked[found.problem], found)))
    assert {len(trials) for trials in successes.values()} == {4}
    values = [mean(pass_hat(trials, k) for trials in successes.values()) for k in (1, 2, 3, 4)]
    assert values == pytest.approx([0.420, 0.273, 0.220, 0.200], abs=0.0005)
