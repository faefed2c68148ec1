from __future__ import annotations

import json
from difflib import SequenceMatcher
from itertools import combinations
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
from tasks.restbench import BENCHMARK, RestBenchTask

TMDB = cast("RestBenchTask", BENCHMARK.tasks["restbench/tmdb"])
SPOTIFY = cast("RestBenchTask", BENCHMARK.tasks["restbench/spotify"])
RAW = Setting(compat=("raw-labels",))
OPERATIONS = ("/search/movie", "/movie/{movie_id}", "/movie/popular", "/search/company")


def document(*paths_: str) -> dict[str, Any]:
    """An OpenAPI document of GET operations."""
    answers = {"responses": {"200": {"description": ""}}}
    operations = {path: {"get": {"description": f"Gives {path}.", **answers}} for path in paths_}
    return {"servers": [{"url": "https://api.example.org/3/"}], "paths": operations}


def mirror(root: Path, rows: object, candidates: object = None) -> Source:
    folder = root / "tooluse" / "restbench"
    folder.mkdir(parents=True)
    (folder / "tmdb.json").write_text(json.dumps(rows))
    (folder / "tmdb_oas.json").write_text(json.dumps(document(*OPERATIONS)))
    if candidates is not None:
        other = root / "tooluse" / "autotools"
        other.mkdir()
        (other / "tmdb.eval.json").write_text(json.dumps(candidates))
    return Source(root)


def only(loaded: Problems) -> ProblemSet:
    (part,) = loaded
    return part


ROWS = [
    {"query": " what is Heat about?", "solution": ["GET /search/movie", "GET /movie/{movie_id}"]},
    {"query": "today's most popular film", "solution": ["GET /movie/popular"]},
]


def test_a_row_is_a_problem_with_the_operations_of_the_service_as_tools(tmp_path: Path) -> None:
    part = only(TMDB.load(mirror(tmp_path, ROWS), Setting()))
    first, second = part.problems
    assert [first.id, first.text] == ["tmdb-0", "what is Heat about?"]
    assert [tool.name for tool in first.tools] == [f"GET {path}" for path in OPERATIONS]
    assert first.tools[2].description == "Gives /movie/popular."
    assert first.gold.path == ("GET /search/movie", "GET /movie/{movie_id}")
    assert first.gold.success == "path_subsequence"
    assert [dict(first.labels), dict(second.labels)] == [
        {"plan length": "2", "time-dependent": "no"},
        {"plan length": "1", "time-dependent": "yes"},
    ]
    assert not part.notes


def test_a_whole_address_reaches_the_operation(tmp_path: Path) -> None:
    first = only(TMDB.load(mirror(tmp_path, ROWS), Setting())).problems[0]
    assert called(first, "GET https://api.example.org/3/movie/949?x=1") == "GET /movie/{movie_id}"
    assert called(first, "GET /3/movie/popular") == "GET /movie/popular"


def test_labels_are_mended_by_their_position_and_kept_as_released(tmp_path: Path) -> None:
    rows = [{"query": f"query {i}", "solution": ["GET /search/movie"]} for i in range(31)]
    rows[26]["solution"] = [" GET /movie/popular", "GET /movie/{movie_id}"]
    source = mirror(tmp_path, rows)
    part = only(TMDB.load(source, Setting()))
    # 26 has a blank to take away, 28 and 29 have none here, 30 gets a path of its own.
    assert dict(part.notes) == {"labels mended": 2}
    assert part.problems[26].gold.path == ("GET /movie/popular", "GET /movie/{movie_id}")
    assert part.problems[26].gold.details["released"] == rows[26]["solution"]
    assert part.problems[30].gold.path[0] == "GET /search/company"
    raw = only(TMDB.load(source, RAW))
    assert [list(problem.gold.path) for problem in raw.problems] == [r["solution"] for r in rows]
    assert not raw.notes


def test_candidates_are_the_rows_own_tools_in_their_order(tmp_path: Path) -> None:
    listed = [
        {"api_list": ["GET_movie_popular", "GET_search_movie", "GET_movie_popular"]},
        {"api_list": ["GET_movie_popular", "GET_movie_movie_id"]},
    ]
    source = mirror(tmp_path, ROWS, listed)
    part = only(TMDB.load(source, Setting(pool="candidates")))
    # A tool named twice is there once; the film itself was not among the first problem's.
    assert [[tool.name for tool in problem.tools] for problem in part.problems] == [
        ["GET /movie/popular", "GET /search/movie", "GET /movie/{movie_id}"],
        ["GET /movie/popular", "GET /movie/{movie_id}"],
    ]


@pytest.mark.parametrize("listed", [[], [{}, {}], [1, 2], {"rows": []}])
def test_candidates_of_another_form_are_refused(tmp_path: Path, listed: object) -> None:
    with pytest.raises(UserError, match=r"tmdb\.eval\.json"):
        TMDB.load(mirror(tmp_path, ROWS, listed), Setting(pool="candidates"))


@pytest.mark.parametrize(
    "rows",
    [{"a": 1}, [1], [{"solution": []}], [{"query": "?"}], [{"query": "?", "solution": "GET /a"}]],
)
def test_rows_of_another_form_are_refused(tmp_path: Path, rows: object) -> None:
    with pytest.raises(UserError, match=r"tmdb\.json"):
        TMDB.load(mirror(tmp_path, rows), Setting())


@pytest.mark.parametrize("broken", [[], {}, {"paths": {}}])
def test_a_document_of_another_form_is_refused(tmp_path: Path, broken: object) -> None:
    source = mirror(tmp_path, ROWS)
    (tmp_path / "tooluse" / "restbench" / "tmdb_oas.json").write_text(json.dumps(broken))
    with pytest.raises(UserError, match=r"tooluse/restbench/tmdb_oas\.json"):
        TMDB.load(source, Setting())


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="tooluse/restbench"):
        TMDB.load(Source(tmp_path), Setting())
    assert [needed.path for needed in TMDB.requires()] == ["tooluse/restbench"]


def test_other_counts_than_the_published_ones_are_told(tmp_path: Path) -> None:
    assert TMDB.check(TMDB.load(mirror(tmp_path, ROWS), Setting())) == (
        "restbench/tmdb has 2 problems, 100 published",
        "restbench/tmdb has 4 tools, 54 published",
        "restbench/tmdb has 3 calls, 226 published",
        "restbench/tmdb has 3 distinct gold tools, 47 published",
    )


def test_the_cards_name_every_label_that_is_mended() -> None:
    for task, mended in ((TMDB, (26, 28, 29, 30, 32, 87, 93, 98)), (SPOTIFY, (22, 36, 39))):
        assert all(f"#{position}: " in task.card.defects[0] for position in mended)
        assert task.card.kind == "tool_use"


def test_the_suites_are_the_tasks_and_their_retrieval_views() -> None:
    assert {suite.name: suite.tasks for suite in BENCHMARK.suites} == {
        "restbench": ("restbench/tmdb", "restbench/spotify"),
        "restbench-tools": ("restbench/tmdb-tools", "restbench/spotify-tools"),
    }


def oracle(problem: Problem) -> Attempt:
    """What calls the gold path."""
    calls = tuple(ToolCall(tool) for tool in problem.gold.path)
    return Attempt(problem, Trajectory(problem.id, messages=(Message("assistant", calls=calls),)))


BOTH = pytest.mark.parametrize("task", [TMDB, SPOTIFY])


@pytest.mark.realdata
@BOTH
@pytest.mark.parametrize("setting", [Setting(), Setting(pool="candidates"), RAW])
def test_real_counts_are_the_published_ones(
    data: Path, task: RestBenchTask, setting: Setting
) -> None:
    assert task.check(task.load(Source(data), setting)) == ()


@pytest.mark.realdata
@BOTH
@pytest.mark.parametrize("pool", ["all", "candidates"])
def test_the_oracle_reaches_the_maximum_with_tools_that_are_there(
    data: Path, task: RestBenchTask, pool: str
) -> None:
    for problem in only(task.load(Source(data), Setting(pool=pool))).problems:
        tried = oracle(problem)
        assert set(problem.gold.path) <= {tool.name for tool in problem.tools}
        assert paths.path_subsequence(tried) == 1
        assert paths.path_set_all(tried) == 1
        assert paths.path_recall(tried, over="calls") == 1
        assert paths.call_precision(tried) == 1
        assert paths.delta_solution_length(tried) == 0


@pytest.mark.realdata
@BOTH
def test_only_one_label_as_released_names_an_operation_that_does_not_exist(
    data: Path, task: RestBenchTask
) -> None:
    lacking = {
        problem.id: tool
        for problem in only(task.load(Source(data), RAW)).problems
        for tool in problem.gold.path
        if called(problem, tool) not in {tool.name for tool in problem.tools}
    }
    assert lacking == ({} if task is TMDB else {"spotify-39": "GET /track/{id}"})


@pytest.mark.realdata
@BOTH
def test_what_was_mended_in_the_real_labels(data: Path, task: RestBenchTask) -> None:
    part = only(task.load(Source(data), Setting()))
    mended = {
        int(problem.id.rpartition("-")[2])
        for problem in part.problems
        if "released" in problem.gold.details
    }
    assert mended == ({26, 28, 29, 30, 32, 87, 93, 98} if task is TMDB else {22, 36, 39})


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("task", "published"),
    [
        # Lengths of the gold paths as released (counted in the files, stated with the data).
        (TMDB, {"1": 5, "2": 66, "3": 27, "4": 2}),
        (SPOTIFY, {"1": 8, "2": 18, "3": 22, "4": 9}),
    ],
)
def test_plan_lengths_are_the_published_ones(
    data: Path, task: RestBenchTask, published: dict[str, int]
) -> None:
    lengths = [p.labels["plan length"] for p in only(task.load(Source(data), RAW)).problems]
    assert {length: lengths.count(length) for length in sorted(set(lengths))} == published


@pytest.mark.realdata
def test_texts_of_truth_values_and_numbers_in_the_document_are_what_they_mean(data: Path) -> None:
    problem = only(SPOTIFY.load(Source(data), Setting())).problems[0]
    tools = {tool.name: tool for tool in problem.tools}
    albums = tools["GET /artists/{id}/albums"].parameters
    assert albums["required"] == ["id"]
    assert albums["properties"]["limit"]["default"] == 20
    assert albums["properties"]["offset"]["default"] == 0
    # The body's fields are parameters too.
    assert {"name", "public", "playlist_id"} <= set(
        tools["PUT /playlists/{playlist_id}"].parameters["properties"]
    )


@pytest.mark.realdata
def test_48_of_the_57_spotify_paths_write(data: Path) -> None:
    problems = only(SPOTIFY.load(Source(data), RAW)).problems
    writing = [p for p in problems if any(not t.startswith("GET ") for t in p.gold.path)]
    assert len(writing) == 48


@pytest.mark.realdata
@BOTH
def test_queries_differ_by_more_than_a_letter_or_two(data: Path, task: RestBenchTask) -> None:
    """So that rows with a misspelled query cannot be taken for another's."""
    texts = [p.text.casefold() for p in only(task.load(Source(data), Setting())).problems]
    pairs = (SequenceMatcher(None, a, b) for a, b in combinations(texts, 2))
    assert not [m for m in pairs if m.quick_ratio() >= 0.95 and m.ratio() >= 0.95]
