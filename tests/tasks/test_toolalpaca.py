from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingData
from harness.measures.attempt import Attempt
from harness.measures.tools.judgements import both_correct, process_correct, response_correct
from harness.measures.tools.paths import path_recall
from harness.records import Message, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from tasks.imports.toolalpaca import convert
from tasks.reading.toolalpaca import calls, operation, path
from tasks.toolalpaca import BENCHMARK

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/users/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "post": {
                "summary": "Changes a user.",
                "parameters": [
                    {"name": "dry", "in": "query", "description": "No change.", "schema": {}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/User"}}
                    }
                },
                "responses": {
                    "400": {},
                    "201": {"content": {"application/json": {"schema": {"type": "string"}}}},
                },
            },
        }
    },
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        },
        "schemas": {
            "User": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "friend": {"$ref": "#/components/schemas/User"},
                },
                "required": ["name"],
            }
        },
    },
}


def step(action: str, written: str) -> dict[str, str]:
    return {"Action": action, "Action_Input": written}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    folder = tmp_path / "tooluse/toolalpaca"
    folder.mkdir(parents=True)
    api = {
        "Name": "Users",
        "Category": "People",
        "Documentation": json.dumps(DOCUMENT),
        "NLDocumentation": "change: changes a user.",
        "Function_Projection": {"change": ["/users/{id}", "post"]},
        "Instructions": ["Call user 1 Ann.", "Call me Bob."],
        "Golden_Answers": [
            [step("change", '{"id": 1, "name": "Ann"}')],
            [step("getDetails", '{"Question": "id?"}'), step("change", '{"id": ${id}}')],
        ],
    }
    (folder / "eval_real.json").write_text(json.dumps([api]))
    return Source(tmp_path)


def load(source: Source, part: str) -> dict[str, Problem]:
    (split,) = BENCHMARK.task(f"toolalpaca/{part}").load(source, Setting())
    return {problem.id: problem for problem in split.problems}


def test_an_instruction_comes_with_the_functions_of_its_api_and_a_question(source: Source) -> None:
    problem = load(source, "real")["Users#0"]
    assert problem.text == "Call user 1 Ann."
    assert [tool.name for tool in problem.tools] == ["change", "getDetails"]
    assert problem.labels == {"api": "Users", "category": "People", "calls": "1"}


def test_the_standard_answer_is_the_path_and_the_calls(source: Source) -> None:
    first, second = load(source, "real").values()
    assert first.gold.calls is not None
    assert first.gold.calls[0].arguments == {"id": [1], "name": ["Ann"]}
    assert second.gold.calls is None  # a placeholder is no value
    assert second.gold.path == ("getDetails", "change")


def test_a_call_that_may_be_left_out_belongs_to_neither() -> None:
    answer = [step("a", "{}"), step("[Optional]b", "{}")]
    found = calls(answer)
    assert found is not None
    assert [call.name for call in found] == ["a"]
    assert path(answer) == ("a",)


def test_parameters_of_path_query_and_body_are_one_schema() -> None:
    tool = operation(DOCUMENT, "/users/{id}", "post", "change", "Users")
    assert set(tool.parameters["properties"]) == {"id", "dry", "name", "friend"}
    assert tool.parameters["required"] == ["id", "name"]
    assert tool.parameters["properties"]["id"] == {"type": "integer"}
    assert tool.parameters["properties"]["dry"] == {"description": "No change."}
    assert (tool.description, tool.group) == ("Changes a user.", "Users")
    assert tool.returns == {"type": "string"}


def test_a_schema_within_itself_comes_to_an_end() -> None:
    tool = operation(DOCUMENT, "/users/{id}", "post", "change")
    json.dumps(tool.parameters)


def test_missing_data_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="ToolAlpaca"):
        load(Source(tmp_path), "simulated")


@pytest.mark.realdata
@pytest.mark.parametrize(("part", "unread"), [("simulated", 31), ("real", 4)])
def test_the_counts_are_upstreams_and_the_oracle_takes_every_path(
    data: Path, part: str, unread: int
) -> None:
    task: Any = BENCHMARK.task(f"toolalpaca/{part}")
    assert task.check(task.load(Source(data), Setting())) == ()
    problems = load(Source(data), part).values()
    assert sum(problem.gold.calls is None for problem in problems) == unread
    for problem in problems:
        made = tuple(ToolCall(name) for name in problem.gold.path)
        trajectory = Trajectory(problem.id, messages=(Message("assistant", calls=made),))
        assert path_recall(Attempt(problem, trajectory)) == 1


@pytest.mark.realdata
def test_the_answers_that_no_agent_can_follow_are_those_that_the_card_names(data: Path) -> None:
    impossible = [
        problem.id
        for part in ("simulated", "real")
        for problem in load(Source(data), part).values()
        if not set(problem.gold.path) <= {tool.name for tool in problem.tools}
    ]
    assert impossible == [f"AviationAPI#{number}" for number in range(5, 11)]


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("file", "correct", "without"),
    # The "statistics" that the files themselves hold.
    [("ToolAlpaca7b", (63, 68, 60), 1), ("ToolAlpaca13b", (68, 73, 68), 3)],
)
def test_published_outputs_come_to_the_published_numbers(
    data: Path, file: str, correct: tuple[int, int, int], without: int
) -> None:
    problems = load(Source(data), "simulated")
    path = data / f"tooluse/toolalpaca/evalution_outputs/{file}.json"
    found = list(convert(path, problems))
    attempts = [Attempt(problems[t.problem], t) for t in found if isinstance(t, Trajectory)]
    assert len(attempts) == 100
    measures = (process_correct, response_correct, both_correct)
    assert tuple(sum(map(measure, attempts)) for measure in measures) == correct
    assert sum(attempt.trajectory.end == "malformed" for attempt in attempts) == without
