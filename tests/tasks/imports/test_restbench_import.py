from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.trajectories import read_trajectories, write_trajectories
from harness.measures.attempt import Attempt
from harness.measures.tools.paths import path_recall, path_subsequence
from harness.records import Gold, Message, Problem, Setting, ToolCall, ToolSpec, Trajectory
from harness.sources import Source
from tasks.imports.restbench import IMPORTER
from tasks.restbench import BENCHMARK

TOOLS = tuple(map(ToolSpec, ("GET /search/movie", "GET /movie/{movie_id}/credits", "GET /me")))


def problem(id: str, text: str, *path: str) -> Problem:
    gold = Gold("path_subsequence", path=path)
    return Problem(id, ((Message("user", text),),), TOOLS, gold)


PROBLEMS = {
    "f-0": problem("f-0", "Who is in Heat?", "GET /search/movie", "GET /movie/{movie_id}/credits"),
    "f-1": problem("f-1", "What is my name, and what was it when I began to ask?", "GET /me"),
}
HEAT = "Who is in Heat?"


def imported(file: Path, content: object) -> list[Trajectory | Unreadable]:
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return list(IMPORTER.convert(file, PROBLEMS))


def one(file: Path, content: object) -> Trajectory:
    (found,) = imported(file, content)
    assert isinstance(found, Trajectory), found
    return found


def names(found: Trajectory) -> list[str]:
    return [call.name for call in found.calls]


LOG = """\
Query: who is in  heat?
Planner: find the film
API Selector: GET /search/movie to search for Heat
Caller: Operation: GET
Input: {
  "url": "https://api.example.org/3/search/movie",
  "params": {"query": "Heat"},
  "description": "a search",
  "output_instructions": "what is its id?"
}
Code:
print(data["results"])
Parser: The id is 949.
Caller: Execution Result: 949
Planner: Continue. find the cast
Caller: Thought: the cast is wanted.
Operation: GET
Input: `{"url": "https://api.example.org/3/movie/949/credits"}`
Parser: Al Pacino
and others.
Planner: I am finished.
Final Answer: Al Pacino
Execution Time: 21 seconds
"""


def test_a_log_of_restgpt_is_an_attempt(tmp_path: Path) -> None:
    found = one(tmp_path / "tmdb_1.log", LOG)
    assert (found.problem, found.trial, found.end) == ("f-0", 0, "finished")
    assert (found.answer, found.seconds) == ("Al Pacino", 21)
    assert [(call.name, dict(call.arguments)) for call in found.calls] == [
        (
            "GET",
            {"url": "https://api.example.org/3/search/movie", "params": {"query": "Heat"}},
        ),
        ("GET", {"url": "https://api.example.org/3/movie/949/credits"}),
    ]
    answers = [(m.call_id, m.content) for m in found.messages if m.role == "tool"]
    assert answers == [("0", "The id is 949."), ("1", "Al Pacino\nand others.")]
    # The service's address is not the one that these tools know, so only names would count.
    assert path_recall(Attempt(PROBLEMS["f-0"], found)) == 0


def test_a_log_that_breaks_off_is_stopped(tmp_path: Path) -> None:
    found = one(tmp_path / "a.log", LOG.partition("Planner: I am")[0])
    assert (found.end, found.answer) == ("stopped", None)
    assert len(found.calls) == 2


@pytest.mark.parametrize(
    ("said", "problem_"),
    [
        ("Operation: GET\nInput: no JSON", "JSON"),
        ('Operation: GET\nInput: {"url": NaN}', "NaN"),
        ("Operation: GET", "JSON"),
        ('Operation: GET\nInput: {"data": ' + "[" * 100 + "]" * 100 + "}", "deep"),
        ('Operation: GET\nInput: {"data": ' + "[" * 20_000 + "]" * 20_000 + "}", "deep"),
    ],
)
def test_a_request_that_cannot_be_read_is_a_call_all_the_same(
    tmp_path: Path, said: str, problem_: str
) -> None:
    (call,) = one(tmp_path / "a.log", f"Query: {HEAT}\nCaller: {said}\n").calls
    assert call.name == "GET"
    assert not call.arguments
    assert problem_ in call.problem


def test_a_log_of_several_queries_gives_an_attempt_for_each(tmp_path: Path) -> None:
    log = f"Loading\n{LOG}Query: what is the weather?\nPlanner: no idea\n{LOG}"
    first, unknown, second = imported(tmp_path / "all.txt", log)
    assert isinstance(first, Trajectory)
    assert isinstance(second, Trajectory)
    assert (first.trial, second.trial) == (0, 1)
    # One line before the log of 23 lines, then the next query.
    assert unknown == Unreadable(
        "all.txt, line 25", "the task asks nothing like 'what is the weather?'"
    )


def test_a_folder_is_its_files_by_number(tmp_path: Path) -> None:
    for number, answer in ((10, "ten"), (9, "nine")):
        log = f"Query: {HEAT}\nPlanner: Final Answer: {answer}\n"
        (tmp_path / f"tmdb_{number}.log").write_text(log)
    (tmp_path / "tmdb.log").write_text("")
    found = list(IMPORTER.convert(tmp_path, PROBLEMS))
    assert [t.answer for t in found if isinstance(t, Trajectory)] == ["nine", "ten"]


def plain(**fields: Any) -> dict[str, Any]:
    return {"query": HEAT, "calls": ["GET /search/movie"]} | fields


def test_plain_rows_list_calls_in_three_ways(tmp_path: Path) -> None:
    calls = [
        "GET_search_movie",
        {"method": "GET", "url": "/movie/949/credits", "params": {"page": 1}, "failed": True},
        {"name": "GET /me", "arguments": {"a": [1]}, "response": "me"},
        {"name": "GET /me", "arguments": "a"},
    ]
    found = one(tmp_path / "rows.jsonl", plain(calls=calls, answer="Al Pacino"))
    assert found.answer == "Al Pacino"
    assert found.calls == (
        ToolCall("GET_search_movie", id="0"),
        ToolCall("GET", {"url": "/movie/949/credits", "params": {"page": 1}}, "1"),
        ToolCall("GET /me", {"a": [1]}, "2"),
        ToolCall("GET /me", {}, "3", "the arguments are no object"),
    )
    told = [(m.call_id, m.failed, m.content) for m in found.messages if m.role == "tool"]
    assert told == [("1", True, ""), ("2", None, "me")]
    assert path_subsequence(Attempt(PROBLEMS["f-0"], found)) == 1
    assert path_subsequence(Attempt(PROBLEMS["f-0"], found), failed="skip") == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"query": "who is  in HEAT?"},
        {"query": None, "problem": "f-0"},
        {"question": HEAT, "query": HEAT},
    ],
)
def test_a_row_finds_its_problem(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert one(tmp_path / "r.json", plain(**fields)).problem == "f-0"


def test_a_letter_may_be_misspelled(tmp_path: Path) -> None:
    misspelled = "What is my name, and what was it wen I began to ask?"
    assert one(tmp_path / "r.json", plain(query=misspelled)).problem == "f-1"
    (far,) = imported(tmp_path / "r.json", plain(query="Who is in Heath's?"))
    assert isinstance(far, Unreadable)


def test_rows_of_one_problem_are_its_trials(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps(row) for row in (plain(), plain(), plain(trial=7)))
    found = imported(tmp_path / "r.jsonl", rows)
    assert [t.trial for t in found if isinstance(t, Trajectory)] == [0, 1, 7]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (3, "a row must be an object"),
        ({"calls": []}, "no query"),
        (plain(query="?"), "asks nothing like"),
        (plain(query="w" * 100_000), "asks nothing like"),
        ({"problem": "f-9", "calls": []}, "no problem of the task"),
        ({"problem": ["f-0"], "calls": []}, "no problem of the task"),
        (plain(calls=None), "calls is no list"),
        (plain(calls="GET /me"), "calls is no list"),
        (plain(calls=[3]), "a text or an object"),
        (plain(calls=[{}]), "neither a name nor"),
        (plain(calls=[{"method": "GET", "url": []}]), "neither a name nor"),
        (plain(calls=[{"name": "a", "failed": "no"}]), "failed is neither"),
        (plain(trial="1"), "trial is no whole number"),
        (plain(trial=True), "trial is no whole number"),
        (plain(trial=-1), "trial is no whole number"),
        (plain(execute_log=None), "api_result_ls"),
        (plain(execute_log={"api_result_ls": [{}]}), "api_result_ls"),
        (plain(execute_log={"api_result_ls": [[3]]}), "neither api_name nor"),
        (plain(execute_log={"api_result_ls": [[{"api_name": 3}]]}), "neither api_name nor"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_and_the_rest_is_read(
    tmp_path: Path, row: object, reason: str
) -> None:
    lines = f"{json.dumps(row)}\n{json.dumps(plain())}\n"
    broken, sound = imported(tmp_path / "r.jsonl", lines)
    assert isinstance(broken, Unreadable)
    assert reason in broken.reason
    assert broken.place == "r.jsonl, line 1"
    assert isinstance(sound, Trajectory)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "no JSON",
        '{"query": NaN}',
        '{"query": "a", "query": "b"}',
        '{"calls": ' + "[" * 30_000 + "]" * 30_000 + "}",
        '{"calls": [' + "9" * 10_000 + "]}",
        '{"query": "\\ud800", "calls": []}',
        '{"query": "' + HEAT + '", "calls": [{"name": "a", "arguments": {"x": 1e999}}]}',
    ],
)
def test_hostile_lines_are_refused(tmp_path: Path, line: str) -> None:
    sound = json.dumps(plain())
    found = imported(tmp_path / "r.jsonl", f"{sound}\n{line}\n")
    assert [type(f) for f in found] == [Trajectory, Unreadable]


def test_values_may_be_written_over_several_lines_one_after_the_other(tmp_path: Path) -> None:
    written = "\n".join(json.dumps(plain(answer=str(n)), indent=4) for n in range(3))
    found = imported(tmp_path / "r.jsonl", written)
    assert [t.answer for t in found if isinstance(t, Trajectory)] == ["0", "1", "2"]


def test_a_list_of_rows_is_its_rows(tmp_path: Path) -> None:
    first, second = imported(tmp_path / "r.json", [plain(), 3])
    assert isinstance(first, Trajectory)
    assert second == Unreadable("r.json, row 2", "a row must be an object, or a list of steps")
    assert imported(tmp_path / "r.json", []) == []


def test_rows_of_draft_are_attempts(tmp_path: Path) -> None:
    row = {
        "ID": 1,
        "question": HEAT,
        "final_answer": "Al Pacino",
        "check_index": -1,
        "execute_log": {
            "api_result_ls": [
                [{"tool_name": "GET_search_movie", "parameters": {"query": "Heat"}}],
                [
                    {"tool_name": "films", "api_name": "GET_movie_movie_id_credits"},
                    {"tool_name": "GET_me", "parameters": [{"a": 1}]},
                ],
            ],
            "call_result_ls": ["949", "Al Pacino\n\nme"],
        },
    }
    found = one(tmp_path / "draft.jsonl", json.dumps(row, indent=4))
    assert names(found) == ["GET_search_movie", "GET_movie_movie_id_credits", "GET_me"]
    assert found.answer == "Al Pacino"
    assert [m.content for m in found.messages if m.role == "tool"] == ["949", "Al Pacino\n\nme"]
    assert not found.judgements
    assert path_subsequence(Attempt(PROBLEMS["f-0"], found)) == 1


STEPS = [
    ["First, search.", "[1] GET https://api.example.org/3/search/movie", "id 949"],
    ["Then, the cast.", "/movie/{movie_id}/credits", "Al Pacino"],
    ["Last.", "I do not know which", "nothing"],
]


@pytest.mark.parametrize("jsonl", [True, False])
def test_rows_of_conagents_are_attempts_by_their_position(tmp_path: Path, jsonl: bool) -> None:
    rows = [STEPS, STEPS[1:2] * 5]
    file = tmp_path / ("r.jsonl" if jsonl else "r.json")
    written = "\n".join(map(json.dumps, rows)) if jsonl else json.dumps(rows)
    first, second = imported(file, written)
    assert isinstance(first, Trajectory)
    assert isinstance(second, Trajectory)
    assert (first.problem, second.problem) == ("f-0", "f-1")
    assert [(call.name, dict(call.arguments)) for call in first.calls] == [
        ("GET", {"url": "https://api.example.org/3/search/movie"}),
        ("GET", {"url": "/movie/{movie_id}/credits"}),
        ("I do not know which", {}),
    ]
    assert [m.content for m in first.messages if m.role == "tool"] == [s[2] for s in STEPS]
    assert (first.end, second.end) == ("finished", "stopped")


def test_a_row_without_steps_or_with_broken_ones_keeps_its_place(tmp_path: Path) -> None:
    empty, sound = imported(tmp_path / "r.json", [[], STEPS])
    assert isinstance(empty, Trajectory)
    assert not empty.messages
    assert isinstance(sound, Trajectory)
    assert sound.problem == "f-1"
    for broken in ('[["a", "b"]]', "[oops", '[["a", "b", 3]]'):
        _, last = imported(tmp_path / "r.jsonl", f"{broken}\n{json.dumps(STEPS)}\n")
        assert isinstance(last, Trajectory), broken
        assert last.problem == "f-1"
    surplus = imported(tmp_path / "r.json", [STEPS] * 3)[2]
    assert surplus == Unreadable("r.json, row 3", "the task has 2 problems and no more")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no"):
        list(IMPORTER.convert(tmp_path / "none.json", PROBLEMS))


def test_what_is_imported_can_be_written_and_read_again(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.log").write_text(LOG)
    (tmp_path / "in" / "b.json").write_text(json.dumps([STEPS, plain()]))
    found = list(IMPORTER.convert(tmp_path / "in", PROBLEMS))
    assert len(found) == 3
    out = tmp_path / "out.jsonl"
    write_trajectories(out, (t for t in found if isinstance(t, Trajectory)))
    assert list(read_trajectories(out)) == found


@pytest.mark.realdata
@pytest.mark.parametrize("service", ["tmdb", "spotify"])
def test_gold_paths_written_in_every_form_come_back_as_right(
    data: Path, tmp_path: Path, service: str
) -> None:
    (part,) = BENCHMARK.tasks[f"restbench/{service}"].load(Source(data), Setting())
    problems: dict[str, Problem] = {p.id: p for p in part.problems}  # type: ignore[union-attr]

    def addresses(problem: Problem) -> Iterator[tuple[str, str]]:
        for tool in problem.gold.path:
            method, _, url = problem.gold.details["endpoints"][tool].partition(" ")
            yield method, url.replace("{", "x").replace("}", "")

    forms: dict[str, list[Any]] = {"rows.jsonl": [], "draft.json": []}
    log = ""
    for problem in problems.values():
        requests = list(addresses(problem))
        log += f"Query: {problem.text}\n" + "".join(
            f'Caller: Operation: {method}\nInput: {{"url": "{url}?page=1"}}\nParser: ok\n'
            for method, url in requests
        )
        calls = [{"method": method, "url": url} for method, url in requests]
        forms["rows.jsonl"].append({"query": problem.text, "calls": calls})
        used = [[{"tool_name": tool}] for tool in problem.gold.path]
        forms["draft.json"].append(
            {"question": problem.text, "execute_log": {"api_result_ls": used}}
        )
    (tmp_path / "all.log").write_text(log)
    for name, rows in forms.items():
        (tmp_path / name).write_text(json.dumps(rows))
    for name in ("all.log", *forms):
        found = list(IMPORTER.convert(tmp_path / name, problems))
        assert len(found) == len(problems)
        for trajectory in found:
            assert isinstance(trajectory, Trajectory)
            assert path_subsequence(Attempt(problems[trajectory.problem], trajectory)) == 1


@pytest.mark.realdata
def test_the_queries_of_other_releases_find_their_problem(data: Path, tmp_path: Path) -> None:
    """DRAFT's file has two queries of TMDB with their spelling mended."""
    (part,) = BENCHMARK.tasks["restbench/tmdb"].load(Source(data), Setting())
    problems: dict[str, Problem] = {p.id: p for p in part.problems}  # type: ignore[union-attr]
    asked = json.loads((data / "tooluse/draft_restbench/test_data_TMDB.json").read_text())
    rows = [{"query": row["query"], "calls": []} for row in asked]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    found = list(IMPORTER.convert(tmp_path / "rows.json", problems))
    assert [t.problem for t in found if isinstance(t, Trajectory)] == list(problems)
