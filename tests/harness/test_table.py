"""One table of a folder of results: means by hand, what is computed later, and what is refused."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from toy import Overlap, ToyTask
from toy_tools import Scripted, ToolToy

from harness import evaluate
from harness.errors import UserError
from harness.store import PER_QUERY, find_results, read_result
from harness.store.results import write_scores
from harness.table import TOOL_USE, Part, table

TASKS = ("starter-agent/flights", "starter-agent/work")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    evaluate(["oracle", "abstain", "random"], TASKS, out=out, limit=4, trials=2, cache=False)
    return out


def rows(part: Part) -> dict[str, dict[str, float]]:
    return {
        row.first.model: {name: value.value for name, value in row.values.items()}
        for row in part.rows
    }


def test_agents_are_shown_with_the_columns_of_tool_use_though_few_were_measured(
    results: Path,
) -> None:
    found = table(results)
    assert found.measures == (*TOOL_USE, "pass^2")
    [part] = found.parts
    assert part.name == "starter-agent"
    known = rows(part)
    assert set(known) == {"oracle", "abstain", "random"}
    assert known["oracle"]["success"] == known["oracle"]["pass^2"] == 1.0
    assert known["abstain"]["success"] == known["abstain"]["calls"] == 0.0
    assert known["oracle"]["path_subsequence"] == known["oracle"]["call_precision"] == 1.0


def test_the_mean_over_tasks_is_that_of_the_tasks_and_of_nothing_else(results: Path) -> None:
    measures = "path_recall,call_precision"
    by_task = {part.name: rows(part) for part in table(results, measures, by="task").parts}
    assert set(by_task) == set(TASKS)
    [suite] = table(results, measures).parts
    for measure in measures.split(","):
        each = [by_task[task]["random"][measure] for task in TASKS]
        assert rows(suite)["random"][measure] == pytest.approx(sum(each) / 2)
        assert each[0] != each[1]  # else any weights would do


def test_calls_are_those_of_the_gold_programs(results: Path) -> None:
    from harness import load_task
    from harness.contracts import ProblemSet
    from harness.records import Setting
    from harness.sources import Source

    for part in table(results, "calls", by="task").parts:
        [split] = load_task(part.name).load(Source(), Setting())
        assert isinstance(split, ProblemSet)
        programs = [len(problem.gold.program) for problem in split.problems[:4]]
        assert rows(part)["oracle"]["calls"] == pytest.approx(sum(programs) / 4)


def test_what_is_stored_is_not_computed_again(tmp_path: Path) -> None:
    evaluate("oracle", TASKS[0], out=tmp_path, limit=2, cache=False)
    [folder] = find_results(tmp_path)
    marker = folder.path / "result.json"
    told = json.loads(marker.read_text())
    assert told["measures"]["solved_in_world"]["value"] == 1.0
    told["measures"]["solved_in_world"]["value"] = 0.125
    marker.write_text(json.dumps(told))
    [part] = table(tmp_path, "solved_in_world", by="task").parts
    assert part.rows[0].values["solved_in_world"].value == 0.125


def test_the_tasks_that_a_row_lacks_are_named(results: Path) -> None:
    [part] = table(results, "success").parts
    [row] = [row for row in part.rows if row.first.model == "oracle"]
    assert row.partial
    assert set(row.missing) == set(part.tasks) - set(TASKS)


def test_a_mean_over_fewer_tasks_than_were_finished_is_told(tmp_path: Path) -> None:
    """On the second task the measure says nothing, as that of the excess of unsolved problems."""
    measures = "success,calls"
    evaluate("oracle", TASKS, out=tmp_path, measures=measures, limit=2, cache=False)
    for folder in find_results(tmp_path):
        result, scores = read_result(folder.path), folder.scores()
        if result.task == TASKS[0]:
            whole = result.measures["calls"].value
            continue
        silent = {**scores.values, "calls": np.full(len(scores.keys), np.nan)}
        write_scores(folder.path / PER_QUERY, replace(scores, values=silent))
        told = json.loads((folder.path / "result.json").read_text())
        del told["measures"]["calls"]
        (folder.path / "result.json").write_text(json.dumps(told))
    found = table(tmp_path, measures)
    [row] = found.parts[0].rows
    assert row.values["calls"].value == whole
    assert row.short == {"calls": (TASKS[0],)}
    [line] = csv.DictReader(StringIO(found.to_csv()))
    assert (line["partial"], line["short"]) == ("yes", "calls")
    [told] = found.to_json()["parts"][0]["rows"]
    assert (told["partial"], told["short"]) == (True, {"calls": [TASKS[0]]})


def test_a_row_is_partial_where_a_single_value_is(results: Path) -> None:
    found = table(results, "success", by="task")
    part = found.parts[0]
    whole = replace(part.rows[0], partial=False, missing=())
    for row, partial in ((whole, False), (replace(whole, short={"success": ()}), True)):
        one = replace(found, parts=(replace(part, rows=(row,)),))
        [told] = one.to_json()["parts"][0]["rows"]
        [line] = csv.DictReader(StringIO(one.to_csv()))
        assert (told["partial"], line["partial"] == "yes") == (partial, partial)


def test_rows_on_different_data_are_told(tmp_path: Path) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path / "a", cache=False)
    [part] = table(tmp_path).parts
    assert part.differing == ()
    other = ToyTask(qrels={"q1": {"d2": 1}, "q2": {"d2": 1}})
    evaluate(Overlap(), other, out=tmp_path / "b", cache=False)
    found = table(tmp_path)
    assert found.parts[0].differing == ("toy",)
    assert found.to_json()["parts"][0]["differing_data"] == ["toy"]


def test_settings_of_one_model_are_rows_of_their_own(tmp_path: Path) -> None:
    for trials in (1, 3):
        evaluate("oracle", TASKS[0], out=tmp_path, limit=2, trials=trials, cache=False)
    found = table(tmp_path)
    assert [row.first.setting.trials for row in found.parts[0].rows] == [1, 3]
    assert found.measures == TOOL_USE  # pass^k needs as many trials everywhere


def test_a_measure_that_says_nothing_has_no_value(results: Path) -> None:
    [part] = table(results, "success,gave_up,input_tokens").parts
    assert "input_tokens" not in rows(part)["oracle"]


def test_json_and_csv_say_the_same(results: Path) -> None:
    found = table(results, ["success", "input_tokens"], by="task")
    parts = found.to_json()["parts"]
    lines = list(csv.DictReader(StringIO(found.to_csv())))
    wanted = [
        (part["name"], row["model"], row["values"]["success"]["ci_low"])
        for part in parts
        for row in part["rows"]
    ]
    assert [(x["part"], x["model"], float(x["success low"])) for x in lines] == wanted
    assert {line["input_tokens"] for line in lines} == {""}
    assert len(lines) == 6


def test_a_task_of_ones_own_stands_by_itself(tmp_path: Path) -> None:
    """Paths "search"; "search", "cast"; "cast". Found are all of one, half of two, none."""
    agent = Scripted({"one": ["search"], "two": ["search"]})
    evaluate(agent, ToolToy(), out=tmp_path, cache=False)
    [part] = table(tmp_path, "path_recall").parts
    assert (part.name, part.tasks) == ("toy-tools", ("toy-tools",))
    [row] = part.rows
    assert row.values["path_recall"].value == pytest.approx((1 + 0.5 + 0) / 3)


def test_what_cannot_be_computed_any_more_is_said(tmp_path: Path) -> None:
    evaluate(Scripted({}), ToolToy(), out=tmp_path, cache=False)
    with pytest.raises(UserError, match="toy-tools has no calls, and it cannot be computed: "):
        table(tmp_path, "calls")


def test_where_nothing_is_asked_for_what_was_measured_is_shown(tmp_path: Path) -> None:
    """The task is an object, which no later command can load."""
    for one, measure in (("one", "path_recall"), ("two", "calls")):
        evaluate(Scripted({one: ["search"]}, one), ToolToy(), measures=measure, out=tmp_path)
    found = table(tmp_path)
    assert set(found.measures) == {"path_recall", "calls"}
    told = {frozenset(row.values) for part in found.parts for row in part.rows}
    assert told == {frozenset({"path_recall"}), frozenset({"calls"})}


def test_beside_what_cannot_be_computed_others_keep_their_columns(tmp_path: Path) -> None:
    evaluate(Scripted({}), ToolToy(), measures="path_recall", out=tmp_path)
    evaluate("oracle", TASKS[0], out=tmp_path, limit=2, cache=False)
    found = table(tmp_path)
    assert found.measures == TOOL_USE  # path_recall is one of them
    by_part = {part.name: part.rows for part in found.parts}
    assert [set(row.values) for row in by_part["toy-tools"]] == [{"path_recall"}]
    [agent] = set(by_part) - {"toy-tools"}
    assert [row.values["success"].value for row in by_part[agent]] == [1.0]


def test_other_data_than_then_is_no_ground_for_new_numbers(tmp_path: Path) -> None:
    evaluate("oracle", TASKS[0], out=tmp_path, limit=2, cache=False)
    [folder] = find_results(tmp_path)
    marker = folder.path / "result.json"
    told = json.loads(marker.read_text())
    marker.write_text(json.dumps(told | {"data_hash": "0" * 64}))
    with pytest.raises(UserError, match="cannot be computed: its data is not the same as then"):
        table(tmp_path, "calls")


@pytest.mark.parametrize(
    ("measures", "by", "told"),
    [
        ("sucess", "suite", "sucess"),
        ("nDCG@10", "suite", "nDCG@10 measures rankings"),
        ("pass^3", "suite", "3"),
        (None, "model", "--by model: it is suite or task"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    measures: str | None, by: str, told: str, results: Path
) -> None:
    with pytest.raises(UserError) as raised:
        table(results, measures, by=by)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no result under"):
        table(tmp_path / "nowhere")


def test_retrieval_has_its_own_columns(tmp_path: Path) -> None:
    evaluate(["bm25", "random"], "starter-tools/weather", out=tmp_path, limit=5, cache=False)
    found = table(tmp_path)
    assert "nDCG@10" in found.measures
    more = table(tmp_path, "nDCG@10,R@3").parts[0]
    assert all({"nDCG@10", "R@3"} == set(row.values) for row in more.rows)
