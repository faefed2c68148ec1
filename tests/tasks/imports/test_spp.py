from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.measures.attempt import Attempt
from harness.measures.tools.mentions import number_named, questions_answered
from harness.records import Problem, Setting, Trajectory, Usage
from harness.sources import Source
from tasks.imports.spp import FAILED, convert
from tasks.multi_agent import BENCHMARK

PROBLEMS = {"0": Problem("0", ()), "1": Problem("1", ())}
RESPONSE = [
    {
        "choices": [{"message": {"content": "Let me see. Final answer: A story."}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5},
    }
]


def converted(tmp_path: Path, *rows: Any) -> list[Trajectory | Unreadable]:
    path = tmp_path / "log.jsonl"
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(lines))
    return list(convert(path, PROBLEMS))


def test_the_unwrapped_output_is_the_answer_and_the_response_what_was_said(tmp_path: Path) -> None:
    row = {"idx": 1, "unwrapped_output": ["A story."], "raw_response": RESPONSE}
    (found,) = converted(tmp_path, row)
    assert isinstance(found, Trajectory)
    assert (found.problem, found.answer, found.end) == ("1", "A story.", "finished")
    assert [m.content for m in found.messages] == ["Let me see. Final answer: A story."]
    assert found.usage == Usage(7, 5, None)


def test_a_request_that_failed_is_no_attempt_and_goes_by_its_place(tmp_path: Path) -> None:
    row: dict[str, Any] = {"unwrapped_output": [], "raw_response": []}
    first, second = converted(tmp_path, row, {"raw_response": {}})
    assert first == Trajectory("0", end="error", detail=FAILED)
    assert second == Trajectory("1", end="error", detail=FAILED)


def test_of_self_refinement_the_last_answer_counts(tmp_path: Path) -> None:
    said = [{"idx": 0, "unwrapped_output": [text]} for text in ("Draft.", "Final.")]
    refined = {"answer_0": said[0], "feedback_0": {}, "num_refine": 1}
    (found,) = converted(tmp_path, {**refined, "answer_1": said[1]})
    assert isinstance(found, Trajectory)
    assert (found.answer, found.usage) == ("Final.", None)
    assert converted(tmp_path, refined) == [Trajectory("0", end="error", detail=FAILED)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "no JSON object"),
        ([], "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ({"idx": -1, "unwrapped_output": ["a"]}, "no whole number"),
        ({"idx": 2, "unwrapped_output": ["a"]}, "no problem '2'"),
        ({"idx": 0, "unwrapped_output": "a story"}, "no list of texts"),
        ({"idx": 0, "unwrapped_output": [7]}, "no list of texts"),
        ({"num_refine": 0, "answer_0": 7}, "no object"),
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, row: Any, reason: str) -> None:
    (found,) = converted(tmp_path, row)
    assert isinstance(found, Unreadable)
    assert found.place == "line 1"
    assert reason in found.reason


def test_a_broken_response_costs_only_itself(tmp_path: Path) -> None:
    row = {"idx": 0, "unwrapped_output": ["A."], "raw_response": [{"choices": {}, "usage": 3}]}
    (found,) = converted(tmp_path, row)
    assert isinstance(found, Trajectory)
    assert (found.answer, found.usage) == ("A.", None)


PUBLISHED = {
    # model / with or without system message -> percentages of standard, cot and spp, as counted by
    # the "test_output_infos" of the logs themselves, failed requests left out.
    ("trivia_creative_writing", "n_5", "gpt4_w_sys_mes"): (74.9, 68.7, 80.0),
    ("trivia_creative_writing", "n_10", "gpt4_w_sys_mes"): (76.7, 71.0, 84.4),
    ("trivia_creative_writing", "n_5", "gpt4_wo_sys_mes"): (72.9, 65.2, 79.8),
    ("trivia_creative_writing", "n_10", "gpt4_wo_sys_mes"): (76.6, 64.6, 84.2),
    ("trivia_creative_writing", "n_5", "gpt35"): (59.4, 44.5, 38.6),
    ("trivia_creative_writing", "n_10", "gpt35"): (66.9, 50.1, 34.8),
    ("trivia_creative_writing", "n_5", "llama2-13b"): (42.2, 31.2, 2.4),
    ("logic_grid_puzzle", "200", "gpt4_w_sys_mes"): (57.0, 69.5, 66.3),
    ("logic_grid_puzzle", "200", "gpt4_wo_sys_mes"): (58.6, 62.1, 70.0),
    ("logic_grid_puzzle", "200", "gpt35"): (46.5, 49.5, 52.3),
    ("logic_grid_puzzle", "200", "llama2-13b"): (7.5, 33.5, 0.0),
}


@pytest.fixture
def logs(data: Path) -> Path:
    folder = data / "multi_agent/logs"
    if not folder.is_dir():
        pytest.skip(
            "needs logs/ of github.com/MikeWangWZHL/Solo-Performance-Prompting at 619c8a0 in "
            "multi_agent/logs"
        )
    return folder


def problems(data: Path, *names: str) -> dict[str, Problem]:
    loaded = (BENCHMARK.task(f"multi-agent/{name}").load(Source(data), Setting()) for name in names)
    return {p.id: p for (split,) in loaded for p in split.problems}  # type: ignore[union-attr]


@pytest.mark.realdata
def test_published_outputs_come_to_the_published_numbers(data: Path, logs: Path) -> None:
    known = {
        "n_5": problems(data, "trivia-5", "trivia-5-seen"),
        "n_10": problems(data, "trivia-10", "trivia-10-seen"),
        "200": problems(data, "logic-grid"),
    }
    for (task, part, model), numbers in PUBLISHED.items():
        for method, number in zip(("standard", "cot", "spp"), numbers, strict=True):
            (path,) = (logs / task / model).glob(f"{task}*{part}.jsonl__method-{method}_engine*")
            made = [t for t in convert(path, known[part]) if isinstance(t, Trajectory)]
            attempts = [Attempt(known[part][t.problem], t) for t in made if t.end == "finished"]
            values = [
                number_named(a, by="anywhere") if part == "200" else questions_answered(a)
                for a in attempts
            ]
            assert round(100 * sum(values) / len(values), 1) == number, path.name


@pytest.mark.realdata
def test_every_flag_of_the_logs_is_found_again(data: Path, logs: Path) -> None:
    stories = {n: problems(data, f"trivia-{n}", f"trivia-{n}-seen") for n in ("5", "10")}
    puzzles = problems(data, "logic-grid")
    seen: Counter[str] = Counter()
    for path in sorted(logs.glob("[tl]*/*/*.jsonl")):
        puzzle, rows = "logic" in path.name, path.read_text().splitlines()
        known = puzzles if puzzle else stories["10" if "n_10" in path.name else "5"]
        refined = "self_refine" in path.name  # those logs are younger than the stricter rule
        for line, made in zip(rows, convert(path, known), strict=True):
            row = json.loads(line)
            scored = row.get("answer_1", {}) if refined else row
            told = scored.get("test_output_infos")
            assert isinstance(made, Trajectory)
            assert (made.end == "error") == (not told)
            if not told:
                seen["failed"] += 1
                continue
            attempt = Attempt(known[made.problem], made)
            if puzzle:
                found = number_named(attempt, by="substring" if refined else "anywhere")
                assert found == told[0]["correct"]
            else:
                found = questions_answered(attempt) * told[0]["question_count"]
                assert round(found, 6) == told[0]["correct_count"]
            seen["compared"] += 1
    assert seen["compared"] > 6000
