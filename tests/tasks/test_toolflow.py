from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from harness.contracts import Problems, ProblemSet
from harness.errors import MissingData, UserError
from harness.measures.attempt import Attempt
from harness.measures.endpoints import called
from harness.measures.tools import paths
from harness.records import Message, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from tasks.toolflow import BENCHMARK, ToolFlowTask

TASKS = {
    name: cast("ToolFlowTask", task)
    for name, task in BENCHMARK.tasks.items()
    if task.card.kind == "tool_use"
}
V0, MUSIC = TASKS["toolflow/v0-weather"], TASKS["toolflow/eval-music"]
OWN = Setting(pool="candidates")
PLACE = {"name": "place", "in": "query", "schema": {"type": "string"}, "description": "Where."}
DAYS = {"name": "days", "in": "optional", "schema": {"type": "integer", "default": 7}}


def documented(name: str, url: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    """A tool as the first release documents it."""
    return {
        "api_name": name,
        "url": f"https://w.example/{url}",
        "method": "GET",
        "description": f"{name}. ",
        "required_parameters": list(parameters),
    }


FIND = documented("find", "find/{place_id}/", PLACE)
DAILY = documented("daily", "daily", PLACE, DAYS)


def v0_row(qid: object = "1", **fields: Any) -> dict[str, Any]:
    row = {
        "query": "rain in Moro today? ",
        "solution": [["find", 2], ["daily", 1]],
        "api_list": [FIND, DAILY],
        "dataset": "weather",
        "qid": qid,
    }
    return row | fields


def eval_row(dataset: str = "music", **fields: Any) -> dict[str, Any]:
    row = {"query": "who sings?", "solution": ["find", "daily"], "api_list": ["find", "daily"]}
    return row | {"dataset": dataset, "qid": "q0"} | fields


def v0(root: Path, *rows: Any) -> Source:
    folder = root / "tooluse" / "toolflow_v0"
    folder.mkdir(parents=True)
    (folder / "weather.example.data.json").write_text(json.dumps(rows))
    return Source(root)


def later(root: Path, *rows: Any, tools: object = None) -> Source:
    folder = root / "tooluse" / "autotools"
    folder.mkdir(parents=True)
    (folder / "autotool.eval.json").write_text(json.dumps(rows))
    if tools is None:
        renamed = (
            {
                "name": tool["api_name"],
                "parameters": tool["required_parameters"],
                **{key: tool[key] for key in ("url", "method", "description")},
            }
            for tool in (FIND, DAILY)
        )
        tools = {"endpoints": list(renamed)}
    (folder / "music.tools.json").write_text(json.dumps(tools))
    return Source(root)


def only(loaded: Problems) -> ProblemSet:
    (part,) = loaded
    return part


def test_a_step_is_repeated_as_often_as_it_says(tmp_path: Path) -> None:
    (problem,) = only(V0.load(v0(tmp_path, v0_row()), Setting())).problems
    assert [problem.id, problem.text] == ["weather-1", "rain in Moro today?"]
    assert problem.gold.path == ("find", "find", "daily")
    assert problem.gold.success == "path_set_all"
    assert dict(problem.labels) == {"plan length": "3", "time-dependent": "yes"}


@pytest.mark.parametrize(
    "listed", [["find", "daily"], [FIND, DAILY], {"find": "https://...", "daily": "https://..."}]
)
def test_rows_of_every_form_come_to_the_same(tmp_path: Path, listed: object) -> None:
    for number, solution in enumerate((["find", "daily"], [["find", 1], ["daily", 1]])):
        source = later(tmp_path / str(number), eval_row(api_list=listed, solution=solution))
        (problem,) = only(MUSIC.load(source, OWN)).problems
        assert problem.gold.path == ("find", "daily")
        assert [tool.name for tool in problem.tools] == ["find", "daily"]


def test_a_tool_is_described_with_what_it_must_be_given(tmp_path: Path) -> None:
    (problem,) = only(V0.load(v0(tmp_path, v0_row()), Setting())).problems
    find, daily = problem.tools
    assert find.description == "find."
    # Some parameters of the domain are marked optional: the others are required.
    assert find.parameters == {
        "type": "object",
        "properties": {
            "place": {"description": "Where.", "type": "string"},
            "place_id": {"type": "string"},  # named by the address alone
        },
        "required": ["place_id", "place"],
    }
    assert daily.parameters["required"] == ["place"]
    assert daily.parameters["properties"]["days"] == {"type": "integer", "default": 7}


def test_where_nothing_is_marked_only_what_says_so_is_required(tmp_path: Path) -> None:
    marked = documented("find", "find", PLACE, {**PLACE, "name": "near", "required": True})
    row = v0_row(api_list=[marked], solution=[["find", 1]])
    (problem,) = only(V0.load(v0(tmp_path, row), Setting())).problems
    assert problem.tools[0].parameters["required"] == ["near"]


def test_a_request_to_a_tools_address_reaches_it(tmp_path: Path) -> None:
    (problem,) = only(V0.load(v0(tmp_path, v0_row()), Setting())).problems
    request = ToolCall("GET", {"url": "https://w.example/find/moro?place=Moro"})
    assert called(problem, request) == "find"


def test_the_pool_is_the_domain_or_the_rows_own_tools(tmp_path: Path) -> None:
    source = v0(
        tmp_path,
        v0_row("1", api_list=[FIND], solution=[["find", 1]]),
        v0_row("2", api_list=[DAILY], solution=[["daily", 1]]),
    )
    for setting, expected in ((Setting(), [["find", "daily"]] * 2), (OWN, [["find"], ["daily"]])):
        problems = only(V0.load(source, setting)).problems
        assert [[tool.name for tool in problem.tools] for problem in problems] == expected


def test_rows_of_other_domains_are_passed_over(tmp_path: Path) -> None:
    source = later(tmp_path, eval_row("food", solution=None), eval_row())
    assert [p.id for p in only(MUSIC.load(source, Setting())).problems] == ["music-q0"]


@pytest.mark.parametrize(
    "row",
    [
        [],
        {"dataset": "weather"},
        v0_row(solution=[["find", 10**9]]),
        v0_row(solution=[["find", -1]]),
        v0_row(solution=[["find", "2"]]),
        v0_row(solution=[["find", 1, 1]]),
        v0_row(solution=[[["find"], 1]]),
        v0_row(solution=[["fly", 1]]),
        v0_row(query=None),
        v0_row(api_list=None),
        v0_row(api_list=[{"name": "find"}]),
        v0_row(api_list=[{"api_name": "find"}], solution=[["find", 1]]),
        v0_row(api_list=["find", "daily"]),  # names alone, and no file that documents them
    ],
)
def test_a_row_that_is_broken_is_refused(tmp_path: Path, row: object) -> None:
    with pytest.raises(UserError, match=r"weather\.example\.data\.json"):
        V0.load(v0(tmp_path, row), Setting())


def test_two_rows_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"row 1: a second row has the id 'weather-1'"):
        V0.load(v0(tmp_path, v0_row("1"), v0_row(1)), Setting())


@pytest.mark.parametrize("tools", [[], {"endpoints": {}}, {"endpoints": [{"name": "find"}]}])
def test_a_broken_file_of_tools_is_refused(tmp_path: Path, tools: object) -> None:
    with pytest.raises(UserError, match="music"):
        MUSIC.load(later(tmp_path, eval_row(), tools=tools), Setting())


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    for task, folder in ((V0, "tooluse/toolflow_v0"), (MUSIC, "tooluse/autotools")):
        assert [needed.path for needed in task.requires()] == [folder]
        with pytest.raises(MissingData, match=folder):
            task.load(Source(tmp_path), Setting())


def test_other_counts_than_the_published_ones_are_told(tmp_path: Path) -> None:
    assert V0.check(V0.load(v0(tmp_path, v0_row()), Setting())) == (
        "toolflow/v0-weather has 1 problems, 50 published",
        "toolflow/v0-weather has 2 tools, 11 published",
        "toolflow/v0-weather has 3 calls, 250 published",
        "toolflow/v0-weather has 0 problems of 7 calls or more, 12 published",
    )


def test_the_cards_add_up_to_the_released_problems() -> None:
    # 131 problems in the first release, 37 of them of at least 7 calls; 80 in the later one.
    published = {name: task.card.statistics for name, task in TASKS.items()}
    first = [card for name, card in published.items() if "/v0-" in name]
    assert sum(card["problems"] for card in first) == 131
    assert sum(card["problems of 7 calls or more"] for card in first) == 37
    assert sum(card["problems"] for name, card in published.items() if "/eval-" in name) == 80


def oracle(problem: Problem) -> Attempt:
    """What calls the gold path."""
    calls = tuple(ToolCall(tool) for tool in problem.gold.path)
    return Attempt(problem, Trajectory(problem.id, messages=(Message("assistant", calls=calls),)))


EVERY = pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))


@pytest.mark.realdata
@EVERY
@pytest.mark.parametrize("setting", [Setting(), OWN], ids=["all", "candidates"])
def test_real_counts_are_the_published_ones_and_the_oracle_reaches_the_maximum(
    data: Path, task: ToolFlowTask, setting: Setting
) -> None:
    loaded = task.load(Source(data), setting)
    assert task.check(loaded) == ()
    for problem in only(loaded).problems:
        tried = oracle(problem)
        assert paths.path_subsequence(tried) == 1
        assert paths.path_set_all(tried) == 1
        assert paths.path_recall(tried, over="calls") == 1
        assert paths.call_precision(tried) == 1
        assert paths.delta_solution_length(tried) == 0


@pytest.mark.realdata
@EVERY
def test_gold_tools_are_among_the_candidates_but_where_the_card_says_so(
    data: Path, task: ToolFlowTask
) -> None:
    lacking = {
        problem.id.rpartition("-")[2]
        for problem in only(task.load(Source(data), OWN)).problems
        if not set(problem.gold.path) <= {tool.name for tool in problem.tools}
    }
    cut = {"4", "6", "7", "16", "21", "26", "31", "41"}
    named = cut if task.card.name.endswith("eval-tmdb") else set()
    assert lacking == named


@pytest.mark.realdata
@EVERY
def test_every_tool_is_reached_by_its_own_address(data: Path, task: ToolFlowTask) -> None:
    problem = only(task.load(Source(data), Setting())).problems[0]
    addresses = problem.gold.details["endpoints"]
    for tool in problem.tools:
        request = addresses[tool.name].replace("{", "1").replace("}", "") + "?page=1"
        assert called(problem, request) == tool.name


@pytest.mark.realdata
def test_the_suite_asks_each_of_the_151_queries_once(data: Path) -> None:
    source = Source(data)
    suites = {suite.name: suite.tasks for suite in BENCHMARK.suites}
    asked = [
        p for name in suites["toolflow"] for p in only(TASKS[name].load(source, Setting())).problems
    ]
    everything = {
        p.text: p for t in TASKS.values() for p in only(t.load(source, Setting())).problems
    }
    assert len(asked) == len({problem.text for problem in asked}) == len(everything) == 151
    # 78 of the 151 speak of times (stated with the data).
    assert sum(problem.labels["time-dependent"] == "yes" for problem in asked) == 78


@pytest.mark.realdata
def test_where_both_releases_have_a_query_they_agree(data: Path) -> None:
    source = Source(data)
    first, second = (
        {p.id: p for t in names for p in only(TASKS[f"toolflow/{t}"].load(source, OWN)).problems}
        for names in (
            ("v0-food", "v0-movie", "v0-weather"),
            ("eval-food", "eval-tmdb", "eval-weather"),
        )
    )
    assert len(second) == 60
    for id, problem in second.items():
        assert (problem.text, problem.gold.path) == (first[id].text, first[id].gold.path)
