"""Suites of ours and of printed tables, and what is known of their measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.loading.catalogue import all_suites, all_tasks
from leaderboard.board import plans
from leaderboard.board.assembly import assemble
from leaderboard.printed.records import PrintedMeasure, PrintedSuite

if TYPE_CHECKING:
    from tests.leaderboard.board.conftest import Folder

KNOWN = {task.card.name: task for task in all_tasks()}
SUITES = {suite.name: suite for suite in all_suites()}


def test_no_suite_averages_over_both_kinds() -> None:
    for suite in SUITES.values():
        assert len({KNOWN[task].card.kind for task in suite.tasks}) == 1, suite.name


def test_amounts_have_units_and_less_effort_is_better() -> None:
    found = ["calls", "latency", "money", "parallelism", "hallucinated_tools", "pass^2"]
    plan = plans.registered(SUITES["starter-agent"], KNOWN, found)

    assert plan.main == "solved_in_world"
    assert plan.units == {
        "calls": "count",
        "latency": "seconds",
        "money": "dollars",
        "parallelism": "count",
    }
    assert plan.lower == {"calls", "latency", "money", "hallucinated_tools"}


def test_measures_of_rankings_are_shares_of_which_more_is_better() -> None:
    plan = plans.registered(SUITES["starter-tools"], KNOWN)
    assert not plan.units
    assert not plan.lower


def test_what_a_paper_says_of_its_own_measure_stands() -> None:
    steps = PrintedMeasure("steps", "thousands of them", "dollars")
    plan = plans.printed(PrintedSuite("a", "A", "", (steps,), ()), {"steps", "calls"})
    assert plan.units == {"steps": "dollars", "calls": "count"}
    assert plan.lower == {"calls"}


def test_a_suite_that_papers_print_has_ours_beside_it_once_something_is_submitted(
    folder: Folder,
) -> None:
    """Both have a task restbench/tmdb, and other measures of it."""
    names = [suite.name for suite in assemble(folder.path).suites]
    assert "restbench" in names
    assert "restbench-submitted" not in names

    def other_task(record: Any) -> None:
        [*_, cell] = record["cells"]
        value = cell["measures"][cell["main_measure"]]
        cell |= {"task": "restbench/tmdb", "main_measure": "path_subsequence"}
        cell["measures"] = {"path_subsequence": value, "delta_solution_length": value}

    name = sorted(path.stem for path in folder.record("x").parent.glob("*.json"))[0]
    folder.edit(name, other_task)
    board = assemble(folder.path)
    suites = {suite.name: suite for suite in board.suites}
    ours = suites["restbench-submitted"]
    assert ours.title == f"{suites['restbench'].title}, submitted"
    assert ours.measures[0] == "path_subsequence"
    for suite in (ours, suites["restbench"]):
        assert suite.units["delta_solution_length"] == "count"
        assert "delta_solution_length" in suite.lower_is_better
