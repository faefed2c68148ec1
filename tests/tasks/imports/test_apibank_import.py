from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.trajectories import from_line, to_line
from harness.measures.attempt import Attempt
from harness.measures.tools.dialogue import api_accuracy, step_accuracy
from harness.records import Expected, Gold, Problem, Trajectory
from tasks.imports.apibank import IMPORTER, convert

CALL = Gold(calls=(Expected("GetToday"),), rules="fields")
SCENARIO = Gold(calls=(Expected("A", {"x": ["1"]}), Expected("B")), rules="fields", ordered=True)
PROBLEMS = {
    problem.id: problem
    for problem in (
        Problem("D-level-1-1#0", (), gold=CALL),
        Problem("D-level-1-1#1", (), gold=Gold(reference="AI: Done.")),
        Problem("0-1", (), gold=CALL),
        Problem("7", (), gold=SCENARIO),
        Problem("8", (), gold=Gold(reference="Done.")),
    )
}


def converted(tmp_path: Path, *lines: Any) -> list[Trajectory | Unreadable]:
    path = tmp_path / "predictions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts))
    return list(convert(path, PROBLEMS))


def one(tmp_path: Path, line: Any) -> Trajectory:
    (found,) = converted(tmp_path, line)
    assert isinstance(found, Trajectory)
    assert from_line(to_line(found)) == found
    return found


def talk(id: int, pred: Any) -> dict[str, Any]:
    return {"file": "D-level-1-1.jsonl", "id": id, "pred": pred, "input": "dropped"}


def test_a_call_is_read_from_its_brackets_and_the_text_kept(tmp_path: Path) -> None:
    found = one(tmp_path, talk(0, "Sure. API-Request: [GetToday()]"))
    assert (found.problem, found.end) == ("D-level-1-1#0", "finished")
    assert [call.name for call in found.calls] == ["GetToday"]
    assert found.messages[0].content == "Sure. API-Request: [GetToday()]"


def test_a_prediction_without_a_call_is_malformed(tmp_path: Path) -> None:
    found = one(tmp_path, talk(0, "It is Friday."))
    assert (found.end, found.calls) == ("malformed", ())


def test_a_reply_of_levels_1_and_2_is_taken_as_it_is_and_of_level_3_as_upstream(
    tmp_path: Path,
) -> None:
    assert one(tmp_path, talk(1, "AI: Done.")).answer == "AI: Done."
    assert one(tmp_path, {"sample_id": 8, "api_id": 4, "pred": " AI: Done. "}).answer == "Done."
    assert one(tmp_path, talk(1, "")).end == "malformed"


def test_a_step_finds_its_problem_and_the_steps_of_a_scenario_their_places(tmp_path: Path) -> None:
    assert one(tmp_path, {"sample_id": 0, "api_id": 1, "pred": "[GetToday()]"}).problem == "0-1"
    (found,) = converted(
        tmp_path,
        {"sample_id": 7, "api_id": 1, "pred": "[B()]"},
        {"sample_id": 7, "api_id": 0, "pred": "[A(x='1')]"},
    )
    assert isinstance(found, Trajectory)
    assert api_accuracy(Attempt(PROBLEMS["7"], found)) == 1


@pytest.mark.parametrize(
    "lines",
    [
        [{"sample_id": 7, "api_id": 1, "pred": "[B()]"}],
        [
            {"sample_id": 7, "api_id": 0, "pred": "I do not know."},
            {"sample_id": 7, "api_id": 1, "pred": "[B()]"},
        ],
    ],
    ids=["missing", "unread"],
)
def test_a_step_without_a_call_moves_no_other(tmp_path: Path, lines: list[Any]) -> None:
    (found,) = converted(tmp_path, *lines)
    assert isinstance(found, Trajectory)
    assert from_line(to_line(found)) == found
    attempt = Attempt(PROBLEMS["7"], found)
    assert (api_accuracy(attempt), step_accuracy(attempt)) == (0, 1 / 2)


def test_what_cannot_be_used_is_named_by_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = converted(
        tmp_path,
        "{broken",
        "[" * 100_000,
        "[1]",
        talk(9, "[GetToday()]"),
        talk(0, ["[GetToday()]"]),
        talk(0, "[GetToday()]"),
        talk(0, "[GetToday()]"),
    )
    places = [item.place for item in found if isinstance(item, Unreadable)]
    assert places == ["line 1", "line 2", "line 3", "line 4", "line 5", "line 7"]
    assert isinstance(found[5], Trajectory)
    last = found[6]
    assert isinstance(last, Unreadable)
    assert "second prediction" in last.reason


def test_no_file_is_an_error_and_losses_are_stated(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        list(convert(tmp_path / "none.jsonl", PROBLEMS))
    assert IMPORTER.name == "apibank"
    assert IMPORTER.loses
