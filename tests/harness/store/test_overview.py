"""A folder of results is a report again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy import Overlap, ToyTask

from harness.errors import UserError
from harness.evaluation import evaluate
from harness.report import Report
from harness.store.overview import read_report, read_single


@pytest.fixture
def ran(tmp_path: Path) -> Report:
    tasks = [ToyTask("one"), ToyTask("two")]
    return evaluate(Overlap(), tasks, out=tmp_path / "out")


def test_a_report_comes_back_from_its_folder(ran: Report, tmp_path: Path) -> None:
    found = read_report(tmp_path / "out")
    assert found.results == ran.results
    assert found.complete


def test_one_result_is_found_by_folder_and_by_file(ran: Report, tmp_path: Path) -> None:
    marker = next(path for path in tmp_path.rglob("result.json") if "one" in path.parts)
    for path in (marker, marker.parent):
        single = read_single(path)
        assert single is not None
        assert single[0].task == "one"
        assert single[1]["wall_seconds"] >= 0
        assert [result.task for result in read_report(path).results] == ["one"]
    (marker.parent / "run_info.json").unlink()
    assert read_single(marker) == (single[0], {})
    assert read_single(tmp_path / "out") is None


def test_answers_without_a_result_are_unfinished(ran: Report, tmp_path: Path) -> None:
    folder = next(path.parent for path in tmp_path.rglob("result.json") if "two" in path.parts)
    (folder / "result.json").unlink()
    (folder / "answers.jsonl").write_text(
        json.dumps({"plan": {"task": "two"}, "measures": []}) + "\n"
    )
    found = read_report(tmp_path / "out")
    assert [result.task for result in found.results] == ["one"]
    assert found.unfinished == ("two",)


def test_an_empty_folder_and_a_damaged_result_are_errors(ran: Report, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(UserError, match="no result under"):
            read_report(path)
    marker = next(tmp_path.rglob("result.json"))
    marker.write_text("{}")
    with pytest.raises(UserError, match="is not a result"):
        read_report(tmp_path / "out")
