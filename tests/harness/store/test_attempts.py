"""Single attempts are found in results and in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_tools import Scripted, ToolToy, attempt

from harness import evaluate
from harness.errors import UserError
from harness.formats.trajectories import write_trajectories
from harness.store import find_results
from harness.store.attempts import find_attempts


def test_attempts_of_a_result_come_with_the_values_of_their_problem(tmp_path: Path) -> None:
    evaluate(Scripted({"one": ["search"]}), ToolToy(), out=tmp_path, trials=2, cache=False)
    [folder] = find_results(tmp_path)
    found = find_attempts(folder.path, "one")
    assert [made.trial for made, _ in found] == [0, 1]
    assert found[0][1]["path_recall"] == 1.0
    assert find_attempts(folder.path / "result.json", "two")[0][1]["path_recall"] == 0.0


def test_attempts_of_a_file_have_no_values(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_trajectories(path, [attempt("one", "search"), attempt("two")])
    [(made, values)] = find_attempts(path, "two")
    assert (made.problem, values) == ("two", {})
    with pytest.raises(UserError, match=r"unknown problem 'tow'. Did you mean two\?"):
        find_attempts(path, "tow")


def test_a_folder_without_attempts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"holds no trajectories\.jsonl\.gz: attempts are what tool"
    ):
        find_attempts(tmp_path, "one")
