from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.trajectories import to_line
from harness.measures.attempt import Attempt
from harness.measures.tools.outcome import success
from harness.records import Expected, Gold, Message, Problem, Setting, ToolSpec, Trajectory, Usage
from harness.sources import Source
from tasks.bfcl import VERSION_1
from tasks.imports.bfcl import IMPORTER

CITY = {
    "type": "dict",
    "properties": {"city": {"type": "string"}, "at": {"type": "tuple"}, "days": {"type": "array"}},
    "required": ["city"],
}
TOOLS = (ToolSpec("weather.today", parameters=CITY), ToolSpec("news", parameters=CITY))
AST = Gold("ast", (Expected("weather.today", {"city": ["Oslo"]}),), "python")
NO_CALL = Gold("no_call", rules="python", wants_call=False)
USER = (Message("user", "Oslo?"),)


def problem(id: str, gold: Gold = AST, turns: int = 1, **more: Any) -> dict[str, Problem]:
    return {id: Problem(id, (USER,) * turns, TOOLS, gold, **more)}


def converted(
    folder: Path, problems: Mapping[str, Problem], *rows: object, name: str = ""
) -> list[Trajectory | Unreadable]:
    """What becomes of the lines of a result file, named for the problems unless it has a name."""
    category = next(iter(problems)).partition(":")[0].rpartition("_")[0]
    file = folder / (name or f"BFCL_v4_{category}_result.json")
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
    return list(IMPORTER.convert(file, problems))


def one(
    folder: Path, problems: Mapping[str, Problem], result: object, name: str = ""
) -> Trajectory:
    (id,) = problems
    (found,) = converted(folder, problems, {"id": id, "result": result}, name=name)
    assert isinstance(found, Trajectory)
    to_line(found)  # it can be written
    return found


def calls(trajectory: Trajectory) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, dict(call.arguments)) for call in trajectory.calls]


def first(category: str, model: str = "some-model") -> str:
    """The name of a file of version 1."""
    return f"{model}/gorilla_openfunctions_v1_test_{category}_result.json"


@pytest.mark.parametrize("arguments", [{"city": "Oslo"}, '{"city": "Oslo"}'])
def test_calls_in_lists_get_the_names_of_the_tools(tmp_path: Path, arguments: object) -> None:
    found = one(tmp_path, problem("multiple_0"), [{"weather_today": arguments}])
    assert calls(found) == [("weather.today", {"city": "Oslo"})]
    assert (found.problem, found.end) == ("multiple_0", "finished")
    strange = one(tmp_path, problem("multiple_0"), [{"weather-today": {}}])
    assert calls(strange) == [("weather-today", {})]


def test_texts_keep_the_names_that_they_have(tmp_path: Path) -> None:
    found = one(tmp_path, problem("multiple_0"), "```\nweather_today(city='Oslo')\n```")
    assert calls(found) == [("weather_today", {"city": "Oslo"})]


def test_tokens_and_seconds_are_kept_and_those_of_steps_added_up(tmp_path: Path) -> None:
    problems = problem("multiple_0") | problem("multiple_1") | problem("multiple_2")
    whole = {"input_token_count": 5, "output_token_count": 2, "latency": 0.5}
    steps = {"input_token_count": [[1, 2], [3]], "output_token_count": [[1], []], "latency": [[1]]}
    rows = [{"id": id, "result": "[]"} for id in problems]
    found = converted(
        tmp_path, problems, rows[0] | whole, rows[1] | steps, rows[2] | {"latency": "N/A"}
    )
    assert [(t.usage, t.seconds) for t in found if isinstance(t, Trajectory)] == [
        (Usage(5, 2), 0.5),
        (Usage(6, 1), 1.0),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        ("I cannot.", "ast_decoder:decoder_failed"),
        ([{"news": "no JSON"}], "ast_decoder:decoder_failed"),
        (["text"], "ast_decoder:decoder_failed"),
        ([{"news": "[1]"}], "ast_decoder:decoder_wrong_output_format"),
        ({"news": {}}, "ast_decoder:decoder_failed"),
        (None, "ast_decoder:decoder_failed"),
        (f"[news(city={'[' * 10_000})]", "ast_decoder:decoder_failed"),
        ([{"news": '{"city": NaN}'}], "ast_decoder:decoder_failed"),
        ([{"news": '{"city": ' + "[" * 70 + "]" * 70 + "}"}], "ast_decoder:decoder_failed"),
        ("half \ud800 a pair", "ast_decoder:decoder_failed"),
    ],
)
def test_what_cannot_be_decoded_is_malformed_under_upstreams_name(
    tmp_path: Path, result: object, detail: str
) -> None:
    found = one(tmp_path, problem("multiple_0"), result)
    assert (found.end, found.detail, found.calls) == ("malformed", detail, ())
    assert found.messages[0].role == "assistant"


def test_a_text_of_a_model_that_calls_in_lists_is_no_call(tmp_path: Path) -> None:
    problems = problem("multiple_0") | problem("multiple_1")
    listed, said = converted(
        tmp_path,
        problems,
        {"id": "multiple_0", "result": [{"news": {"city": "Oslo"}}]},
        {"id": "multiple_1", "result": "[news(city='Oslo')]"},
    )
    assert isinstance(listed, Trajectory)
    assert isinstance(said, Trajectory)
    assert (len(listed.calls), said.end) == (1, "malformed")


def test_an_answer_where_no_call_is_wanted_is_told_from_a_broken_call(tmp_path: Path) -> None:
    problems = problem("irrelevance_0", NO_CALL)
    said = one(tmp_path, problems, "None of the functions (there are 2) helps.")
    assert (said.end, said.answer) == ("finished", "None of the functions (there are 2) helps.")
    for broken in ("news(city='Oslo'", '<tool_call>{"name": "news"}', "[news(city=)]"):
        assert one(tmp_path, problems, broken).end == "malformed"
    assert one(tmp_path, problems, "[]").calls == ()


def test_tuples_are_lists_where_they_are_declared_and_text_elsewhere(tmp_path: Path) -> None:
    found = one(tmp_path, problem("multiple_0"), "[news(city='Oslo', at=(1, 2), days=(1, 2))]")
    assert calls(found) == [("news", {"city": "Oslo", "at": [1, 2], "days": "(1, 2)"})]


def test_java_arguments_stay_literals(tmp_path: Path) -> None:
    gold = Gold("ast", (Expected("news", {"city": ["Oslo"]}),), "java")
    found = one(tmp_path, problem("simple_java_0", gold), '[news(city="Oslo", n=10L)]')
    assert calls(found) == [("news", {"city": "Oslo", "n": "10L"})]


def test_version_1_reads_in_its_own_way(tmp_path: Path) -> None:
    problems = problem("simple_0")
    name = first("simple")
    escaped = one(tmp_path, problems, "weather\\_today(city='Oslo')", name)
    assert calls(escaped) == [("weather_today", {"city": "Oslo"})]
    assert one(tmp_path, problems, "```\nnews(city='Oslo')\n```", name).end == "malformed"
    bare = one(tmp_path, problems, "[news('Oslo')]", name)
    assert bare.detail == "ast_decoder:decoder_wrong_output_format"
    assert calls(one(tmp_path, problem("multiple_0"), "[news('Oslo')]")) == [("news", {})]


def test_version_1_read_what_gpt_models_wrote_as_it_is(tmp_path: Path) -> None:
    problems = problem("simple_0")
    text = "news(city='Oslo')"
    assert one(tmp_path, problems, text, first("simple", "gpt-4-0613")).end == "malformed"
    assert one(tmp_path, problems, f"[{text}]", first("simple", "gpt-4-0613")).end == "finished"
    assert one(tmp_path, problems, text, first("simple", "claude-2.1")).end == "finished"


def test_conversations_have_turns_and_what_was_said_between_calls(tmp_path: Path) -> None:
    problems = problem("multi_turn_base_0", Gold("state", turns=((), ())), turns=2)
    result = [[[{"news": '{"city": "Oslo"}'}], "Done."], []]
    found = one(tmp_path, problems, result)
    assert [(m.role, m.content, len(m.calls)) for m in found.messages] == [
        ("user", "Oslo?", 0),
        ("assistant", "", 1),
        ("assistant", "Done.", 0),
        ("user", "Oslo?", 0),
        ("assistant", "", 0),
    ]
    assert [len(turn) for turn in Attempt(problems["multi_turn_base_0"], found).turns] == [1, 0]
    written = one(tmp_path, problems, [["[news(city='Oslo'), news(at=(1, 2))]"], ["Done."]])
    assert calls(written) == [("news", {"city": "Oslo"}), ("news", {"at": [1, 2]})]


@pytest.mark.parametrize(
    ("result", "end", "detail"),
    [
        ("Error during inference: timeout", "malformed", "multi_turn:inference_error"),
        (["text"], "malformed", "multi_turn:inference_error"),
        ([["Done."]], "stopped", "multi_turn:force_terminated"),
    ],
)
def test_conversations_that_broke_off_say_so(
    tmp_path: Path, result: object, end: str, detail: str
) -> None:
    found = one(tmp_path, problem("multi_turn_base_0", Gold("state"), turns=2), result)
    assert (found.end, found.detail) == (end, detail)


def test_the_last_text_of_an_agent_is_its_answer(tmp_path: Path) -> None:
    problems = problem("memory_kv_0-x-0", Gold("answer_contained", answers=("Ann",)))
    call = [{"news": "{}"}]
    answered = one(tmp_path, problems, [[call, "I look.", call, "It is Ann.", call]])
    assert answered.answer == "It is Ann."
    assert success(Attempt(problems["memory_kv_0-x-0"], answered)) == 1.0
    assert one(tmp_path, problems, [[call, ["It is Ann."]]]).answer == "It is Ann."
    silent = one(tmp_path, problems, [[call]])
    assert (silent.answer, silent.detail) == (None, "agentic:no_last_message")
    assert one(tmp_path, problems, [["a"], ["b"]]).detail == "agentic:inference_error"


@pytest.mark.parametrize(
    ("configuration", "result"),
    [
        ("ret_fmt=python&tool_call_tag=False", "news(city='Oslo')"),
        ("ret_fmt=python&tool_call_tag=True", "So <TOOLCALL>[news(city='Oslo')]</TOOLCALL>"),
        (
            "ret_fmt=json&tool_call_tag=False",
            '[{"function": "news", "parameters": {"city": "Oslo"}}]',
        ),
        (
            "ret_fmt=verbose_xml&tool_call_tag=False",
            '<functions><function name="news"><params><param name="city" value="Oslo"/></params>'
            "</function></functions>",
        ),
        (
            "ret_fmt=concise_xml&tool_call_tag=True",
            '<TOOLCALL><functions><function name="news"><param name="city">Oslo</param>'
            "</function></functions></TOOLCALL>",
        ),
    ],
)
def test_the_formats_of_format_sensitivity_are_read(
    tmp_path: Path, configuration: str, result: str
) -> None:
    id = f"format_sensitivity_0:{configuration}:multiple_0"
    problems = problem(id, labels={"configuration": configuration})
    assert calls(one(tmp_path, problems, result)) == [("news", {"city": "Oslo"})]
    assert one(tmp_path, problems, "news city Oslo").end == "malformed"


def test_lines_that_cannot_be_used_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    problems = problem("multiple_0")
    row = {"id": "multiple_0", "result": "[]"}
    found = converted(
        tmp_path,
        problems,
        "{",
        [1],
        {"id": "multiple_0"},
        {"id": "multiple_7", "result": ""},
        row,
        row,
        '{"id": "multiple_0", "result": ' + "[" * 100_000 + "}",
    )
    reasons = {u.place: u.reason for u in found if isinstance(u, Unreadable)}
    assert reasons["line 1"].startswith("it is no JSON")
    assert reasons["line 2"] == reasons["line 3"] == "it has no id or no result"
    assert reasons["line 4"] == "the task has no problem 'multiple_7'"
    assert reasons["line 6"] == "it is a second result of 'multiple_0'"
    assert reasons["line 7"] == "it is nested too deep"
    assert sum(isinstance(item, Trajectory) for item in found) == 1


def test_a_models_folder_has_the_file_of_the_task(tmp_path: Path) -> None:
    problems = problem("multiple_0")
    for category in ("multiple", "parallel_multiple", "live_multiple"):
        own = problem(f"{category}_0")
        converted(tmp_path / "model" / "a_group", own, {"id": f"{category}_0", "result": "[]"})
    (found,) = IMPORTER.convert(tmp_path / "model", problems)
    assert isinstance(found, Trajectory)
    converted(tmp_path / "other", problems, {"id": "multiple_0", "result": "[]"})
    with pytest.raises(UserError, match="2 result files of multiple: name one"):
        list(IMPORTER.convert(tmp_path, problems))
    with pytest.raises(UserError, match="no result file of simple_java"):
        list(IMPORTER.convert(tmp_path, problem("simple_java_0")))


def test_a_file_of_another_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="another task: the problems here are those of multiple"):
        converted(tmp_path, problem("multiple_0"), name="BFCL_v4_live_multiple_result.json")
    with pytest.raises(UserError, match="simple in version 1"):
        converted(tmp_path, problem("simple_0"), name="BFCL_v4_simple_result.json")
    with pytest.raises(UserError, match="no BFCL results at"):
        list(IMPORTER.convert(tmp_path / "none.json", problem("multiple_0")))


DUMP = "tooluse/bfcl_v1"
MODELS = (
    "claude-3-5-sonnet-20240620",
    "claude-instant-1.2",
    "command-r-plus-FC",
    "gemini-1.0-pro",
    "gorilla-openfunctions-v2",
    "gpt-4-0125-preview",
    "gpt-4o-2024-05-13-FC",
    "gpt-4o-mini-2024-07-18-FC",
    "mistral-large-2407",
    "mistral-tiny-2312",
    "yi-large-fc",
)
SCORED = ("simple", "multiple", "parallel", "parallel_multiple", "relevance", "java", "javascript")


@pytest.mark.realdata
@pytest.mark.parametrize("model", MODELS)
def test_the_published_outputs_get_the_published_verdicts_item_by_item(
    data: Path, model: str
) -> None:
    table = json.loads((data / DUMP / "reproduction_table.json").read_text())
    assert model in table["exact_models_52"]
    for name in SCORED:
        task = VERSION_1.tasks[f"bfcl-v1/{name}"]
        (part,) = task.load(Source(data), Setting())
        problems = {p.id: p for p in part.problems}  # type: ignore[union-attr]
        failed = set()
        for found in IMPORTER.convert(data / DUMP / "result" / model, problems):
            assert isinstance(found, Trajectory)
            to_line(found)
            if success(Attempt(problems[found.problem], found)) != 1:
                failed.add(found.problem)
        category = task.category  # type: ignore[attr-defined]
        lines = (data / DUMP / "score" / model / f"{category}_score.json").read_text().splitlines()
        header, *items = map(json.loads, lines)
        assert header["total_count"] == len(problems)
        # Ids of score files are positions from 1, those of result files have positions from 0.
        assert failed == {f"{category}_{item['id'] - 1}" for item in items}, name


@pytest.mark.realdata
def test_every_model_of_the_dump_that_rules_reproduce_is_replayed(data: Path) -> None:
    table = json.loads((data / DUMP / "reproduction_table.json").read_text())
    there = {folder.name for folder in (data / DUMP / "result").iterdir()}
    assert there & set(table["exact_models_52"]) == set(MODELS)
