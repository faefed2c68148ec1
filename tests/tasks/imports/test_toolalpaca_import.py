from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.trajectories import from_line, to_line
from harness.records import Message, Problem, Trajectory
from tasks.imports.toolalpaca import IMPORTER, convert

PROBLEMS = {"Users#0": Problem("Users#0", ((Message("user", "Call user 1 Ann."),),))}
STEPS = (
    '1. Function: change\nParameters: {"id": 1}\nRetruns: Status Code: 404. Response: no\n'
    "2. Try again\n"  # a numbered line of the answer itself
    '2. Function: change\nParameters: {"id": 2\nRetruns: try one of\n1. SSH: a\n'
    "3. Final Response: Done:\n1. Ann"
)
VERDICT = "It fits.\n\n## Results \nProcess Correctness: Yes \nFinal Response Correctness: No"


def entry(instruction: str = "Call user 1 Ann.", solution: str = STEPS, **more: Any) -> Any:
    prompt = (
        f"## Task Instruction\n{instruction}\n\n## Standard Answer\n1. ...\n\n"
        f"## AI Assistant's Solution\n{solution}\n\n## Analysis"
    )
    return {"input": [{"role": "user", "content": prompt}], "output": VERDICT, **more}


def converted(tmp_path: Path, *entries: Any) -> list[Trajectory | Unreadable]:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"Users": entries, "statistics": {"num": 1}}))
    return list(convert(path, PROBLEMS))


def one(tmp_path: Path, made: Any) -> Trajectory:
    (found,) = converted(tmp_path, made)
    assert isinstance(found, Trajectory), found
    assert from_line(to_line(found)) == found
    return found


def test_steps_and_the_final_response_are_read_from_the_prompt_of_the_judge(tmp_path: Path) -> None:
    found = one(tmp_path, entry())
    first, second = found.calls
    assert (first.name, first.arguments) == ("change", {"id": 1})
    assert second.problem
    assert [m.failed for m in found.messages if m.role == "tool"] == [True, None]
    assert found.messages[1].content.endswith("2. Try again")
    assert found.messages[3].content == "try one of\n1. SSH: a"
    assert found.answer == "Done:\n1. Ann"


def test_what_the_judge_said_is_stored_or_read_from_its_text(tmp_path: Path) -> None:
    stored = {"process_correctness": "Uncertain", "final_response_correctness": "Yes"}
    said = [(j.question, j.label) for j in one(tmp_path, entry(**stored)).judgements]
    assert said == [("process", "Uncertain"), ("response", "Yes")]
    read = one(tmp_path, entry()).judgements
    assert [(j.question, j.label) for j in read] == [("process", "Yes"), ("response", "No")]
    assert read[0].reason == "It fits."


def test_only_the_results_are_searched_for_what_the_judge_said(tmp_path: Path) -> None:
    made = entry(output=f"Process Correctness: No\n{VERDICT}")
    assert one(tmp_path, made).judgements[0].label == "Yes"


@pytest.mark.parametrize("word", ["Partially", "yes", "", None, ["Yes"]])
def test_a_word_that_is_no_verdict_is_named_and_not_counted(tmp_path: Path, word: Any) -> None:
    (found,) = converted(tmp_path, entry(process_correctness=word))
    assert isinstance(found, Unreadable)
    assert found.place == "entry 0 of 'Users'"
    assert "the judge's word on the process" in found.reason


def test_an_attempt_without_calls_is_malformed(tmp_path: Path) -> None:
    found = one(tmp_path, {"input": "", "output": ""})
    assert (found.end, found.judgements) == ("malformed", ())


def test_a_judge_that_was_shown_another_instruction_is_noted(tmp_path: Path) -> None:
    assert one(tmp_path, entry()).detail == ""
    assert "another instruction" in one(tmp_path, entry("Call me Bob.")).detail


@pytest.mark.parametrize("made", [7, {"input": 5}, entry(solution="nothing like steps")])
def test_an_entry_of_another_form_is_named(tmp_path: Path, made: Any) -> None:
    (found,) = converted(tmp_path, made)
    assert isinstance(found, Unreadable)


def test_an_entry_beyond_the_instructions_is_named(tmp_path: Path) -> None:
    found = converted(tmp_path, entry(), entry())
    assert isinstance(found[0], Trajectory)
    assert isinstance(found[1], Unreadable)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[]")
    with pytest.raises(UserError, match="an object of APIs"):
        list(convert(path, PROBLEMS))
    assert IMPORTER.loses
