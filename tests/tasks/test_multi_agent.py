from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingData, UserError
from harness.flows.tool_use import ToolUseFlow
from harness.loading import LoadedModel
from harness.measures.attempt import Attempt
from harness.measures.tools.mentions import number_named, questions_answered
from harness.records import Problem, Setting
from harness.sources import Source
from models.agents.function_calling import FunctionCalling
from models.agents.react import ReAct
from models.reference_agents import oracle_attempt
from models.scripted import Scripted
from tasks.multi_agent import BENCHMARK, SEEN, TextTask

PARTS = ("trivia-5", "trivia-10", "logic-grid", "travel-plan")


def task(name: str) -> TextTask:
    found: Any = BENCHMARK.task(f"multi-agent/{name}")
    assert isinstance(found, TextTask)
    return found


def load(root: Path, name: str) -> dict[str, Problem]:
    (split,) = task(name).load(Source(root), Setting())
    assert split.split == "test"
    return {problem.id: problem for problem in split.problems}


def trivia(number: int) -> dict[str, Any]:
    return {
        "topic": f"Topic {number}",
        "questions": [f"Who {number}?", f"What {number}?"],
        "answers": [["Ann", "ann"], ["a {thing}", "it"]],
        "question_ids": ["a", "b"],
    }


PUZZLE = {
    "idx": 0,
    "inputs": "Q: There are 2 houses {in} a row.\n\nWhere is the cat?\n  choice: 1\nA:",
    "targets": ["2"],
    "multiple_choice_targets": ["1", "2"],
    "multiple_choice_scores": [0, 1],
}
TRIP = {
    "destination": "Rome, Italy",
    "days": "3",
    "description": "Three days in Rome.",
    "season": "Spring",
    "month": "May",
    "interests": ["Art", "Food"],
    "members": {"adults": 2, "children": 1},
    "preferences": "Foodies",
    "Budget Range": "Mid-range",
}
FILES = {
    "trivia_creative_writing_100_n_5.jsonl": [trivia(n) for n in range(42)],
    "logic_grid_puzzle_200.jsonl": [PUZZLE],
    "travel_data.jsonl": [TRIP] * 31,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "multi_agent"
    folder.mkdir()
    for name, rows in FILES.items():
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_what_the_pools_saw_is_a_task_of_its_own(root: Path) -> None:
    assert list(load(root, "trivia-5")) == ["40", "41"]
    assert list(load(root, "trivia-5-seen")) == [str(n) for n in range(40)]
    assert list(load(root, "travel-plan")) == ["30"]
    assert list(load(root, "travel-plan-seen")) == [str(n) for n in range(30)]


def test_a_story_is_asked_for_with_its_questions_and_never_with_their_answers(root: Path) -> None:
    problem = load(root, "trivia-5")["41"]
    assert "Topic 41" in problem.text
    assert "1. Who 41?\n2. What 41?" in problem.text
    assert "Ann" not in problem.text
    assert problem.gold.details["accepted"] == [["Ann", "ann"], ["a {thing}", "it"]]
    assert questions_answered(Attempt(problem, oracle_attempt(problem)), by="words") == 1


def test_a_puzzle_comes_with_the_form_of_its_answer(root: Path) -> None:
    problem = load(root, "logic-grid")["0"]
    assert problem.text.startswith("There are 2 houses {in} a row.")
    assert "\nA:" not in problem.text
    assert '"Answer:"' in problem.text
    assert (problem.gold.answers, problem.labels) == (("2",), {"houses": "2"})
    assert number_named(Attempt(problem, oracle_attempt(problem))) == 1


def test_a_journey_is_told_with_all_its_facts(root: Path) -> None:
    text = load(root, "travel-plan")["30"].text
    for fact in ("Rome, Italy", "Days: 3", "Three days in Rome.", "May, Spring", "Art, Food"):
        assert fact in text
    for fact in ("adults 2, children 1", "Foodies", "Mid-range"):
        assert fact in text


@pytest.mark.parametrize("row", [7, [], {}, {**PUZZLE, "targets": ["1", "2"]}, None])
def test_a_broken_line_is_named(root: Path, row: Any) -> None:
    path = root / "multi_agent/logic_grid_puzzle_200.jsonl"
    path.write_text(json.dumps(PUZZLE) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(UserError, match=r"logic_grid_puzzle_200\.jsonl, line 2 is broken"):
        load(root, "logic-grid")


def test_questions_without_answers_are_a_broken_line(root: Path) -> None:
    path = root / "multi_agent/trivia_creative_writing_100_n_5.jsonl"
    path.write_text(json.dumps({**trivia(0), "answers": [["Ann"]]}))
    with pytest.raises(UserError, match="line 1 is broken"):
        load(root, "trivia-5-seen")


def test_missing_data_says_where_to_get_it(tmp_path: Path) -> None:
    for name in PARTS:
        with pytest.raises(MissingData, match="360REA"):
            load(tmp_path, name)


def test_counts_that_differ_are_told(root: Path) -> None:
    split = task("trivia-5").load(Source(root), Setting())
    told = task("trivia-5").check(split)
    assert len(told) == 2  # 2 of 60 problems, 4 of 300 questions
    assert "2 problems, 60 published" in told[0]


def test_headlines_are_over_what_the_pools_did_not_see() -> None:
    for suite in BENCHMARK.suites:
        first = suite.aggregates[0]
        assert first.name == "mean"
        assert not [name for name in first.tasks if name.endswith("-seen")]
        later = {name for a in suite.aggregates[1:] for name in a.tasks}
        seen = {f"multi-agent/{part}-seen" for part in SEEN} & set(suite.tasks)
        assert seen <= later


def test_the_whole_file_is_the_mean_over_its_problems() -> None:
    suite = next(suite for suite in BENCHMARK.suites if suite.name == "trivia-stories")
    values = {"multi-agent/trivia-5": 0.5, "multi-agent/trivia-5-seen": 1.0}
    sizes = {"multi-agent/trivia-5": 60, "multi-agent/trivia-5-seen": 40}
    found = suite.aggregate(values, sizes)
    assert found["mean"] == 0.5
    assert found["all of trivia-5"] == pytest.approx(0.7)  # (60 * 0.5 + 40) / 100


@pytest.mark.parametrize("agent", [FunctionCalling, ReAct])
def test_an_agent_that_needs_a_world_can_be_asked(root: Path, agent: Any) -> None:
    made = agent(Scripted(["Thought: the cat is not in 1\nAnswer: 2"]))
    flow = ToolUseFlow(task("logic-grid").load(Source(root), Setting()), Setting(), 0)
    (answers,) = flow.answer(LoadedModel(made, "agent", {}, "f"), flow.keys)
    scored = flow.score(answers, ["number_named", "success"])
    assert scored.scores.values["number_named"].tolist() == [1.0]
    assert scored.scores.values["success"].tolist() == [1.0]


@pytest.mark.realdata
def test_the_counts_are_those_of_the_files_and_the_oracle_answers_everything(data: Path) -> None:
    for name in BENCHMARK.tasks:
        part: Any = BENCHMARK.task(name)
        assert part.check(part.load(Source(data), Setting())) == ()
    for name in ("trivia-5", "trivia-10"):
        for problem in load(data, name).values():
            assert questions_answered(Attempt(problem, oracle_attempt(problem)), by="words") == 1
    for problem in load(data, "logic-grid").values():
        assert number_named(Attempt(problem, oracle_attempt(problem))) == 1


def pool(data: Path, name: str) -> str:
    """Everything that a published pool was asked to do."""
    content = json.loads((data / f"multi_agent/experience_{name}.json").read_text())
    return "\n".join(entry["task"] for entry in content["experience"])


def rows(data: Path, name: str) -> list[Any]:
    path = data / "multi_agent" / name
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.realdata
@pytest.mark.parametrize("n", [5, 10])
def test_no_headline_story_shares_a_topic_or_a_question_with_the_pool(data: Path, n: int) -> None:
    told = pool(data, "creative_writing")
    leaked = []
    for number, row in enumerate(rows(data, f"trivia_creative_writing_100_n_{n}.jsonl")):
        about = f"story about {row['topic']} that" in told
        if about or any(question in told for question in row["questions"]):
            leaked.append(str(number))
    assert leaked == list(load(data, f"trivia-{n}-seen"))
    assert not set(leaked) & set(load(data, f"trivia-{n}"))
    assert len(leaked) == SEEN[f"trivia-{n}"]


@pytest.mark.realdata
def test_no_headline_journey_is_one_of_the_pools(data: Path) -> None:
    told = pool(data, "travel")
    leaked = [
        str(number)
        for number, row in enumerate(rows(data, "travel_data.jsonl"))
        if row["description"] in told or row["destination"] in told
    ]
    assert leaked == list(load(data, "travel-plan-seen"))
    assert not set(leaked) & set(load(data, "travel-plan"))


@pytest.mark.realdata
def test_the_defects_are_as_the_cards_tell_them(data: Path) -> None:
    five, ten = (rows(data, f"trivia_creative_writing_100_n_{n}.jsonl") for n in (5, 10))
    told = Counter(
        len(row["questions"])
        for row in (*five, *ten)
        for accepted in row["answers"]
        if any(
            answer.lower() in f"{row['topic']} {' '.join(row['questions'])}".lower()
            for answer in accepted
        )
    )
    assert told == {5: 12, 10: 39}
    for row, problem, short in (
        *((five, *found) for found in ((32, "x"), (38, "q"), (40, "of"))),
        *((ten, *found) for found in ((64, "k"), (92, "y"))),
    ):
        assert any(short in accepted for accepted in row[problem]["answers"])
    for number in range(50):
        both = five[2 * number]["questions"] + five[2 * number + 1]["questions"]
        assert sorted(ten[number]["questions"]) == sorted(both)
    assert [row["topic"] for row in five] == [row["topic"] for row in ten]
    targets = Counter(row["targets"][0] for row in rows(data, "logic_grid_puzzle_200.jsonl"))
    assert targets == {"2": 74, "1": 49, "3": 38, "4": 27, "5": 12}
