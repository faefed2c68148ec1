from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingData, UserError
from harness.offers import accept
from harness.records import Problem, Setting
from harness.sources import Source
from tasks.stabletoolbench import BENCHMARK, StableToolBenchTask

SUBSETS = [task for task in BENCHMARK.tasks.values() if isinstance(task, StableToolBenchTask)]
TASK = SUBSETS[-1]
RENAMED = Setting(compat=("renamed-descriptions",))


def parameter(name: str, type: str = "STRING", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "description": "", "default": ""} | fields


def api(name: str, tool: str = "Keyword Analysis", **fields: Any) -> dict[str, Any]:
    return {
        "category_name": "Data",
        "tool_name": tool,
        "api_name": name,
        "api_description": f"Gives {name}.",
        "required_parameters": [],
        "optional_parameters": [],
        "method": "GET",
    } | fields


def query(id: int, *apis: dict[str, Any], relevant: Any = None, **fields: Any) -> dict[str, Any]:
    pairs = [[a["tool_name"], a["api_name"]] for a in apis] if relevant is None else relevant
    row = {"api_list": list(apis), "query": "who?", "relevant APIs": pairs, "query_id": id}
    return row | fields


def mirror(root: Path, *rows: Any, ids: list[str] | None = None) -> Source:
    """A mirror of the smallest subset."""
    folder = root / "tooluse" / "stabletoolbench" / "solvable_queries"
    wanted = [str(row["query_id"]) for row in rows] if ids is None else ids
    for part, content in (
        ("test_query_ids", dict.fromkeys(wanted, 0)),
        ("test_instruction", list(rows)),
    ):
        (folder / part).mkdir(parents=True)
        (folder / part / "G3_instruction.json").write_text(json.dumps(content))
    return Source(root)


def only(source: Source, setting: Setting | None = None) -> Problem:
    (part,) = TASK.load(source, setting or Setting())
    (problem,) = part.problems
    assert isinstance(problem, Problem)
    return problem


def test_the_six_subsets_add_up_and_stand_in_the_order_of_the_published_table() -> None:
    suites = {suite.name: suite for suite in BENCHMARK.suites}
    assert [task.subset for task in SUBSETS] == [
        "G1_instruction",
        "G1_category",
        "G1_tool",
        "G2_category",
        "G2_instruction",
        "G3_instruction",
    ]
    assert suites["stabletoolbench"].tasks == tuple(task.card.name for task in SUBSETS)
    assert sum(task.card.statistics["problems"] for task in SUBSETS) == 765
    assert {task.card.main_measure for task in SUBSETS} == {"SoPR"}
    assert {task.card.kind for task in SUBSETS} == {"tool_use"}


def test_the_average_is_the_mean_of_the_subsets_whatever_their_sizes() -> None:
    # GPT-3.5-Turbo-0613 (CoT) in upstream's README: these six make 46.6. By size they make
    # (8508.6 + 7236.9 + 8468.8 + 5270.0 + 3794.8 + 2934.1) / 765 = 36213.2 / 765.
    suite = BENCHMARK.suites[0]
    values = dict(zip(suite.tasks, (52.2, 47.3, 53.6, 42.5, 35.8, 48.1), strict=True))
    sizes = dict(zip(suite.tasks, (163, 153, 158, 124, 106, 61), strict=True))
    found = suite.aggregate(values, sizes)
    assert found["average"] == pytest.approx(46.6, abs=0.05)
    assert found["micro"] == pytest.approx(36213.2 / 765)


def test_only_test_ids_are_asked(tmp_path: Path) -> None:
    source = mirror(tmp_path, query(7, api("A")), query(8, api("A")), ids=["8"])
    assert only(source).id == "8"


def test_functions_are_named_as_upstream_names_them(tmp_path: Path) -> None:
    apis = [
        api("PopularSitesForQuery"),
        api("Get Chat User (like user from chat)", "Kick.com API | Kick API"),
        api("24 hours", "100% Success Instagram"),
        api("id"),
        api("/v1//things__all/"),
    ]
    assert [tool.name for tool in only(mirror(tmp_path, query(1, *apis))).tools] == [
        "popularsitesforquery_for_keyword_analysis",
        "get_chat_user_like_user_from_chat_for_kick_com_api_kick_api",
        "get_24_hours_for_get_100_success_instagram",
        "is_id_for_keyword_analysis",
        "v1_things_all_for_keyword_analysis",
    ]


def test_long_names_keep_their_end_and_equal_ones_are_told_apart(tmp_path: Path) -> None:
    tool = "t" * 60  # with "_for_" 65 characters: nothing of the API's name is left
    problem = only(mirror(tmp_path, query(1, api("first", tool), api("second", tool))))
    names = [tool.name for tool in problem.tools]
    assert names == ["for_" + "t" * 60, "for_" + "t" * 58 + "_2"]
    assert [len(name) for name in names] == [64, 64]
    assert problem.gold.path == tuple(names)


def test_parameters_are_a_schema_with_upstreams_types(tmp_path: Path) -> None:
    found = api(
        "A",
        required_parameters=[
            parameter("page", "NUMBER", default=1),
            parameter("from", "DATE (YYYY-MM-DD)", description="a day"),
        ],
        optional_parameters=[
            parameter("Is Open", "BOOLEAN", default=False),
            parameter("q", "string", description="x" * 300, default="taylor swift"),
        ],
    )
    assert only(mirror(tmp_path, query(1, found))).tools[0].parameters == {
        "type": "object",
        "properties": {
            "page": {"type": "integer", "description": "", "example_value": 1},
            "is_from": {"type": "string", "description": "a day"},
            "is_open": {"type": "boolean", "description": "", "example_value": False},
            "q": {"type": "string", "description": "x" * 256, "example_value": "taylor swift"},
        },
        "required": ["page", "is_from"],
    }


def test_descriptions_are_the_apis_own_unless_upstreams_renaming_is_asked(tmp_path: Path) -> None:
    source = mirror(tmp_path, query(1, api("quizzes", "MoodRing", api_description=" All quizzes ")))
    assert only(source).tools[0].description == "All quizzes"
    accept(TASK, RENAMED)
    assert only(source, RENAMED).tools[0].description == "All quizzes_for_moodring"


def test_relevant_apis_are_the_gold_path_and_repeats_are_noted(tmp_path: Path) -> None:
    pairs = [["Keyword Analysis", "B"], ["Keyword Analysis", "A"], ["Keyword Analysis", "B"]]
    source = mirror(tmp_path, query(1, api("A"), api("B"), relevant=pairs))
    problem = only(source)
    b, a = "b_for_keyword_analysis", "a_for_keyword_analysis"
    assert problem.gold.path == (b, a, b)
    assert problem.gold.success == "solved"
    assert problem.labels == {"relevant APIs": "2"}
    assert TASK.load(source, Setting())[0].notes == {"queries that name a relevant API twice": 1}


def test_an_api_that_is_listed_twice_is_one_tool(tmp_path: Path) -> None:
    assert len(only(mirror(tmp_path, query(1, api("A"), api("A"), relevant=[]))).tools) == 1


def test_counts_that_differ_from_the_published_ones_are_told(tmp_path: Path) -> None:
    problems = TASK.load(mirror(tmp_path, query(1, api("A"))), Setting())
    assert TASK.check(problems) == (
        "stabletoolbench/G3_instruction has 1 problems, 61 published",
        "stabletoolbench/G3_instruction has 1 relevant APIs, 180 published",
    )


@pytest.mark.parametrize(
    ("rows", "ids", "reason"),
    [
        ([query(1, api("A"))], ["1", "2"], "has no query 2"),
        ([query(1, api("A"), relevant=[["Keyword Analysis", "B"]])], None, "upstream's form"),
        ([query(1, {"tool_name": "t"}, relevant=[])], None, "KeyError 'api_name'"),
        ([query(1, api("A"), relevant=[["t"]])], None, "upstream's form"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(
    tmp_path: Path, rows: list[Any], ids: list[str] | None, reason: str
) -> None:
    with pytest.raises(UserError, match=rf"tooluse/stabletoolbench.*{reason}"):
        TASK.load(mirror(tmp_path, *rows, ids=ids), Setting())


def test_what_is_not_there_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="THUNLP-MT/StableToolBench"):
        TASK.load(Source(tmp_path), Setting())


def test_its_apis_can_be_searched(tmp_path: Path) -> None:
    source = mirror(tmp_path, query(1, api("A"), api("B"), relevant=[["Keyword Analysis", "B"]]))
    (split,) = BENCHMARK.tasks["stabletoolbench/G3_instruction-tools"].load(source, Setting())
    assert list(split.corpus.ids) == ["a_for_keyword_analysis", "b_for_keyword_analysis"]
    assert split.qrels == {"1": {"b_for_keyword_analysis": 1}}


@pytest.mark.realdata
@pytest.mark.parametrize("task", SUBSETS, ids=[task.subset for task in SUBSETS])
def test_the_real_subsets_have_the_published_counts(data: Path, task: StableToolBenchTask) -> None:
    problems = task.load(Source(data), Setting())
    assert task.check(problems) == ()
    for problem in problems[0].problems:
        names = [tool.name for tool in problem.tools]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"\w{1,64}", name) for name in names)
        assert set(problem.gold.path) <= set(names)


@pytest.mark.realdata
def test_functions_are_those_that_upstreams_own_runs_were_offered(data: Path) -> None:
    folder = data / "tooluse" / "stabletoolbench" / "data_example" / "answer"
    task = BENCHMARK.tasks["stabletoolbench/G1_instruction"]
    problems = {p.id: p for p in task.load(Source(data), RENAMED)[0].problems}
    files = sorted(folder.glob("*/*/*.json"))
    assert len(files) == 6
    different = []
    for file in files:
        offered = json.loads(file.read_text())["answer_generation"]["function"]
        tools = problems[file.name.partition("_")[0]].tools
        assert [f["name"] for f in offered] == [*(tool.name for tool in tools), "Finish"]
        for function, tool in zip(offered, tools, strict=False):
            # The sentence that upstream puts before a description is not ours.
            assert function["description"].endswith(f'"{tool.description}"') or not tool.description
            assert function["parameters"]["required"] == tool.parameters["required"]
            if function["parameters"]["properties"] != tool.parameters["properties"]:
                different.append(tool.name)
    # Upstream's tool file lacks this function's only parameter, in both of its runs.
    assert different == ["get_channel_links_for_kick_com_api_kick_api"] * 2


@pytest.mark.realdata
def test_published_runs_were_offered_functions_of_these_names(data: Path) -> None:
    # These runs were offered names that are not cut.
    folder = data / "tooluse" / "stabletoolbench_judged" / "judged"
    known = {
        problem.id: {tool.name for tool in problem.tools}
        for task in SUBSETS
        for problem in task.load(Source(data), Setting())[0].problems
    }
    strange = [
        name
        for file in sorted(folder.glob("*/*.json.gz"))
        for id, answer in json.loads(gzip.decompress(file.read_bytes())).items()
        for name in answer["tool_names"][:-1]
        if name[-64:] not in known[id]
    ]
    assert strange == []
