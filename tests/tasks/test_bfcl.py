from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingData, UserError
from harness.formats.tool_schemas import parameters
from harness.measures.matching import match
from harness.records import Expected, Message, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from harness.suites import Suite
from tasks.bfcl import BENCHMARK, VERSION_1

WEATHER = {
    "name": "weather.today",
    "description": "Tells the weather.",
    "parameters": {
        "type": "dict",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"],
    },
}
TRADES = {"name": "buy", "description": "Buys.", "parameters": {}, "response": {"type": "dict"}}


def asked(text: str) -> list[list[dict[str, str]]]:
    return [[{"role": "user", "content": text}]]


def write(path: Path, *rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def load(root: Path, name: str) -> list[Problem]:
    benchmark = VERSION_1 if name.startswith("bfcl-v1") else BENCHMARK
    (part,) = benchmark.tasks[name].load(Source(root), Setting())
    return list(part.problems)  # type: ignore[union-attr]


def version_4(root: Path, category: str, question: object, answer: object | None = None) -> None:
    folder = root / "tooluse" / "bfcl_v4"
    write(folder / f"BFCL_v4_{category}.json", question)
    if answer is not None:
        write(folder / "possible_answer" / f"BFCL_v4_{category}.json", answer)


def version_1(root: Path, category: str, question: object, answer: object | None = None) -> None:
    folder, name = root / "tooluse" / "bfcl_v1", f"gorilla_openfunctions_v1_test_{category}.json"
    write(folder / "questions" / name, question)
    if answer is not None:
        write(folder / "possible_answer" / name, answer)


def test_a_call_is_right_by_the_values_that_are_accepted(tmp_path: Path) -> None:
    version_4(
        tmp_path,
        "simple_python",
        {"id": "simple_python_0", "question": asked("Oslo?"), "function": [WEATHER]},
        {
            "id": "simple_python_0",
            "ground_truth": [{"weather.today": {"city": ["Oslo"], "days": ["", 1]}}],
        },
    )
    (problem,) = load(tmp_path, "bfcl/simple_python")
    assert problem.text == "Oslo?"
    assert problem.tools[0].parameters == WEATHER["parameters"]
    assert problem.gold.calls == (Expected("weather.today", {"city": ["Oslo"], "days": ["", 1]}),)
    assert (problem.gold.success, problem.gold.rules) == ("ast", "python")


OF_LITERALS = {
    "name": "find",
    "description": "Finds.",
    "parameters": {
        "type": "dict",
        "properties": {
            "n": {"type": "integer", "description": "How many."},
            "x": {"type": "any", "description": "What."},
            "list": {"type": "LIST", "description": "All.", "items": {"type": "long"}},
            "map": {"type": "dict", "description": "Else.", "properties": {"a": {"type": "any"}}},
        },
        "required": ["n"],
    },
}


@pytest.mark.parametrize(
    ("language", "name", "array"),
    [("java", "Java 8", "ArrayList"), ("javascript", "JavaScript", "array")],
)
def test_java_and_javascript_want_literals_and_are_checked_by_what_was_declared(
    tmp_path: Path, language: str, name: str, array: str
) -> None:
    tool = json.loads(json.dumps(OF_LITERALS).replace("LIST", array))
    id = f"simple_{language}_0"
    row = {"id": id, "question": asked("Find 3."), "function": [tool]}
    gold = {"n": [3], "x": [""], "list": [""], "map": [""]}
    version_4(tmp_path, f"simple_{language}", row, {"id": id, "ground_truth": [{"find": gold}]})
    (problem,) = load(tmp_path, f"bfcl/simple_{language}")
    assert [message.role for message in problem.turns[0]] == ["user"]  # upstream says no more
    (offered,) = problem.tools
    assert offered.description == f"Finds. Arguments are literals of {name}, as strings."
    properties = parameters(offered)["properties"]
    assert {schema["type"] for schema in properties.values()} == {"string"}
    assert properties["n"] == {
        "type": "string",
        "description": "How many. (a literal of type integer)",
    }
    assert "of type any" in properties["x"]["description"]
    assert f"of type {array} with elements of type long" in properties["list"]["description"]
    assert "items" not in properties["list"]
    assert '{"a": {"type": "any"}}' in properties["map"]["description"]
    assert "properties" not in properties["map"]
    for value, right in (("3", True), (3, False), ("three", False)):
        said = Message("assistant", calls=(ToolCall("find", {"n": value}),))
        assert match(problem, Trajectory(id, messages=(said,))).valid is right
    view = BENCHMARK.tasks[f"bfcl/simple_{language}-tools"]
    (collection,) = view.load(Source(tmp_path), Setting())
    (document,) = collection.corpus
    assert '"integer"' in document.text  # what is searched is what was declared
    assert "literal" not in document.text


def test_what_asks_for_literals_is_of_another_version() -> None:
    for benchmark in (BENCHMARK, VERSION_1):
        asked_anew = {n for n, t in benchmark.tasks.items() if t.card.version != "1"}
        assert all("java" in name for name in asked_anew)
        assert len([name for name in asked_anew if not name.endswith("-tools")]) == 2


def test_where_no_call_is_right_there_are_no_answers(tmp_path: Path) -> None:
    version_4(tmp_path, "irrelevance", {"id": "i_0", "question": asked("?"), "function": []})
    version_4(tmp_path, "live_relevance", {"id": "r_0", "question": asked("?"), "function": []})
    (needless,) = load(tmp_path, "bfcl/irrelevance")
    (needed,) = load(tmp_path, "bfcl/live_relevance")
    assert (needless.gold.success, needless.gold.wants_call) == ("no_call", False)
    assert (needed.gold.success, needed.gold.wants_call) == ("called", True)


def test_conversations_have_the_tools_of_their_classes_and_the_calls_of_each_turn(
    tmp_path: Path,
) -> None:
    question = {
        "id": "multi_turn_miss_func_0",
        "question": [*asked("Buy."), []],
        "involved_classes": ["TradingBot"],
        "initial_config": {"TradingBot": {"orders": {}}},
        "path": ["TradingBot.buy"],
        "missed_function": {"1": ["buy"]},
    }
    answer = {"id": "multi_turn_miss_func_0", "ground_truth": [[], ["buy(n=1)", "buy (n=2)"]]}
    version_4(tmp_path, "multi_turn_miss_func", question, answer)
    write(tmp_path / "tooluse/bfcl_v4/multi_turn_func_doc/trading_bot.json", TRADES)
    (problem,) = load(tmp_path, "bfcl/multi_turn_miss_func")
    assert [tool.name for tool in problem.tools] == ["buy"]
    assert (problem.tools[0].group, problem.tools[0].returns) == ("TradingBot", {"type": "dict"})
    assert problem.gold.turns == ((), ("buy(n=1)", "buy (n=2)"))
    assert problem.gold.path == ("buy", "buy")
    assert problem.gold.success == "state"
    assert problem.gold.details == {
        name: question[name]
        for name in ("initial_config", "involved_classes", "path", "missed_function")
    }
    assert problem.turns[1][0].role == "user"
    assert problem.turns[1][0].content


def test_memory_and_search_are_asked_under_the_ids_of_the_category(tmp_path: Path) -> None:
    memory = {"id": "memory_0-customer-0", "question": asked("Who am I?"), "scenario": "customer"}
    version_4(tmp_path, "memory", memory, {"id": memory["id"], "ground_truth": ["Ann"]})
    write(tmp_path / "tooluse/bfcl_v4/multi_turn_func_doc/memory_rec_sum.json", TRADES)
    (problem,) = load(tmp_path, "bfcl/memory_rec_sum")
    assert problem.id == "memory_rec_sum_0-customer-0"
    assert (problem.gold.success, problem.gold.answers) == ("answer_contained", ("Ann",))
    assert problem.labels == {"scenario": "customer"}
    version_4(
        tmp_path,
        "web_search",
        {"id": "web_search_0", "question": asked("Who?")},
        {"id": "web_search_0", "ground_truth": ["Ann"]},
    )
    write(tmp_path / "tooluse/bfcl_v4/multi_turn_func_doc/web_search.json", TRADES)
    (problem,) = load(tmp_path, "bfcl/web_search_no_snippet")
    assert problem.id == "web_search_no_snippet_0"
    assert problem.gold.details["show_snippet"] is False


def test_numbered_tools_of_version_1_are_calls_of_one_tool(tmp_path: Path) -> None:
    other = {**WEATHER, "name": "news"}
    version_1(
        tmp_path,
        "parallel_multiple_function",
        {"id": "pm_0", "question": "Oslo, Rome?", "function": [other, WEATHER]},
        {
            "id": "pm_0",
            "ground_truth": {
                "weather.today_1": {"city": ["Oslo"]},
                "weather.today 2": {"city": ["Rome"]},
                "deck": [[], ""],
            },
        },
    )
    (problem,) = load(tmp_path, "bfcl-v1/parallel_multiple")
    assert problem.text == "Oslo, Rome?"
    assert problem.gold.calls == (
        Expected("weather.today", {"city": ["Oslo"]}),
        Expected("weather.today", {"city": ["Rome"]}),
        Expected("deck", {"": ()}),
    )


@pytest.mark.parametrize("given", [{}, {"": ""}, {"": []}, {"deck": []}])
def test_an_answer_without_arguments_passes_for_no_call(
    tmp_path: Path, given: dict[str, object]
) -> None:
    version_1(
        tmp_path,
        "parallel_multiple_function",
        {"id": "pm_0", "question": "Oslo?", "function": [{**WEATHER, "name": "news"}, WEATHER]},
        {
            "id": "pm_0",
            "ground_truth": {"weather.today": {"city": ["Oslo"]}, "deck": [[], ""]},
        },
    )
    (problem,) = load(tmp_path, "bfcl-v1/parallel_multiple")
    calls = (ToolCall("weather.today", {"city": "Oslo"}), ToolCall("deck", given))
    said = Message("assistant", calls=calls)
    assert not match(problem, Trajectory("pm_0", messages=(said,))).valid


def test_the_only_tool_of_version_1_is_meant_under_any_name(tmp_path: Path) -> None:
    version_1(
        tmp_path,
        "simple",
        {"id": "simple_0", "question": "Oslo?", "function": WEATHER},
        {"id": "simple_0", "ground_truth": {"today": {"city": ["Oslo"]}}},
    )
    (problem,) = load(tmp_path, "bfcl-v1/simple")
    assert problem.gold.calls == (Expected("weather.today", {"city": ["Oslo"]}),)


def test_what_is_executed_keeps_the_calls_whose_results_are_right(tmp_path: Path) -> None:
    row = {"id": "executable_simple_0", "question": "Oslo?", "function": WEATHER}
    more = {
        "ground_truth": ["weather.today(city='Oslo')"],
        "execution_result_type": ["exact_match"],
    }
    version_1(tmp_path, "executable_simple", row | more)
    (problem,) = load(tmp_path, "bfcl-v1/executable_simple")
    assert problem.gold.turns == (("weather.today(city='Oslo')",),)
    assert problem.gold.success == "state"
    assert problem.gold.wants_call


def test_a_file_of_another_form_is_named(tmp_path: Path) -> None:
    version_4(tmp_path, "irrelevance", {"id": "i_0", "function": []})
    with pytest.raises(UserError, match=r"bfcl_v4: irrelevance is not in upstream's form: .*quest"):
        load(tmp_path, "bfcl/irrelevance")


def test_what_is_not_there_says_where_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"tooluse/bfcl_v4.*ShishirPatil/gorilla at 6ea57973"):
        load(tmp_path, "bfcl/live_simple")


def test_other_counts_are_told(tmp_path: Path) -> None:
    version_4(tmp_path, "irrelevance", {"id": "i_0", "question": asked("?"), "function": []})
    task = BENCHMARK.tasks["bfcl/irrelevance"]
    found = task.check(task.load(Source(tmp_path), Setting()))  # type: ignore[attr-defined]
    assert found == ("bfcl/irrelevance has 1 problems, 240 published",)


def test_every_share_of_the_overall_values_is_that_of_the_boards() -> None:
    four, former, _ = BENCHMARK.suites
    overall = dict(four.aggregates[0].shares)
    # .1 of non-live, of which a quarter is simple, of which a third is Java
    assert overall["bfcl/simple_java"] == pytest.approx(0.1 / 4 / 3)
    # .1 of live, by 1,053 of 1,351 problems
    assert overall["bfcl/live_multiple"] == pytest.approx(0.1 * 1053 / 1351)
    # .4 of agentic, half of it memory, a third of that each
    assert overall["bfcl/memory_kv"] == pytest.approx(0.4 / 2 / 3)
    assert "bfcl/live_relevance" not in overall
    # a third of live, by 18 of 2,251 problems
    share = dict(former.aggregates[0].shares)["bfcl/live_relevance"]
    assert share == pytest.approx(18 / 2251 / 3)


def board(data: Path, version: str, name: str) -> dict[str, dict[str, float]]:
    """Percentages by model and column."""
    with (data / "published" / "bfcl" / version / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["Model"]: {
            column: float(cell[:-1])
            for column, cell in row.items()
            if isinstance(cell, str) and cell.endswith("%")
        }
        for row in rows
    }


def worst(suite: Suite, name: str, rows: list[tuple[Mapping[str, float], float]]) -> float:
    """The largest difference between an aggregate of tasks' values and what is printed."""
    aggregate = next(a for a in suite.aggregates if a.name == name)
    found = []
    for values, printed in rows:
        value = aggregate.value(values, dict.fromkeys(values, 1))
        assert value is not None
        assert set(aggregate.tasks) <= set(values)
        found.append(abs(value - printed))
    return max(found)


NON_LIVE = {
    "Python Simple AST": "bfcl/simple_python",
    "Java Simple AST": "bfcl/simple_java",
    "JavaScript Simple AST": "bfcl/simple_javascript",
    "Multiple AST": "bfcl/multiple",
    "Parallel AST": "bfcl/parallel",
    "Parallel Multiple AST": "bfcl/parallel_multiple",
    "Irrelevance Detection": "bfcl/irrelevance",
}
LIVE = {
    "Python Simple AST": "bfcl/live_simple",
    "Python Multiple AST": "bfcl/live_multiple",
    "Python Parallel AST": "bfcl/live_parallel",
    "Python Parallel Multiple AST": "bfcl/live_parallel_multiple",
    "Irrelevance Detection": "bfcl/live_irrelevance",
    "Relevance Detection": "bfcl/live_relevance",
}
MULTI_TURN = {
    "Base": "bfcl/multi_turn_base",
    "Miss Func": "bfcl/multi_turn_miss_func",
    "Miss Param": "bfcl/multi_turn_miss_param",
    "Long Context": "bfcl/multi_turn_long_context",
}
AGENTIC = {
    "Web Search Base": "bfcl/web_search_base",
    "Web Search No Snippet": "bfcl/web_search_no_snippet",
    "Memory KV": "bfcl/memory_kv",
    "Memory Vector": "bfcl/memory_vector",
    "Memory Recursive Summarization": "bfcl/memory_rec_sum",
}
FIRST = {
    "Python Simple Function AST": "bfcl-v1/simple",
    "Java Simple Function AST": "bfcl-v1/java",
    "JavaScript Simple Function AST": "bfcl-v1/javascript",
    "Multiple Functions AST": "bfcl-v1/multiple",
    "Parallel Functions AST": "bfcl-v1/parallel",
    "Parallel Multiple AST": "bfcl-v1/parallel_multiple",
    "Python Simple Function Exec": "bfcl-v1/executable_simple",
    "REST Simple Function Exec": "bfcl-v1/rest",
    "Multiple Functions Exec": "bfcl-v1/executable_multiple",
    "Parallel Functions Exec": "bfcl-v1/executable_parallel",
    "Parallel Multiple Exec": "bfcl-v1/executable_parallel_multiple",
    "Relevance Detection": "bfcl-v1/relevance",
}


def accuracies(
    data: Path, version: str, tables: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, float]]:
    """Percentages by model and task."""
    found: dict[str, dict[str, float]] = {}
    for name, columns in tables.items():
        for model, row in board(data, version, name).items():
            own = found.setdefault(model, {})
            own.update({task: row[column] for column, task in columns.items()})
    return found


@pytest.mark.realdata
def test_version_4s_columns_are_the_printed_ones_on_every_row(data: Path) -> None:
    version = "v4_2025-12-16"
    tables = {"data_non_live": NON_LIVE, "data_live": LIVE, "data_multi_turn": MULTI_TURN}
    tables |= {"data_agentic": AGENTIC}
    values = accuracies(data, version, tables)
    printed = board(data, version, "data_overall")
    agentic = board(data, version, "data_agentic")
    columns = {
        "overall": "Overall Acc",
        "non-live": "Non-Live AST Acc",
        "simple": "Non-Live Simple AST",
        "live": "Live Acc",
        "irrelevance": "Irrelevance Detection",
        "multi-turn": "Multi Turn Acc",
        "web search": "Web Search Acc",
        "memory": "Memory Acc",
    }
    assert len(printed) == 109
    for name, column in columns.items():
        rows: list[Any] = [(values[model], row[column]) for model, row in printed.items()]
        assert worst(BENCHMARK.suites[0], name, rows) <= 0.03, name
    rows = [(values[model], row["Agentic Overall Acc"]) for model, row in agentic.items()]
    assert worst(BENCHMARK.suites[0], "agentic", rows) <= 0.03


@pytest.mark.realdata
def test_version_3s_columns_are_the_printed_ones_on_every_row(data: Path) -> None:
    version = "v3_2025-06-14"
    tables = {"data_non_live": NON_LIVE, "data_live": LIVE, "data_multi_turn": MULTI_TURN}
    values = accuracies(data, version, tables)
    columns = {
        "overall": ("data_overall", "Overall Acc"),
        "non-live": ("data_non_live", "Non_Live Overall Acc"),
        "live": ("data_live", "Live Overall Acc"),
        "multi-turn": ("data_multi_turn", "Multi Turn Overall Acc"),
    }
    for name, (table, column) in columns.items():
        printed = board(data, version, table)
        assert len(printed) == 109
        rows: list[Any] = [(values[model], row[column]) for model, row in printed.items()]
        assert worst(BENCHMARK.suites[1], name, rows) <= 0.03, name


@pytest.mark.realdata
@pytest.mark.parametrize(("version", "models"), [("v1_2024-08-14", 71), ("v1_2024-07-06", 49)])
def test_version_1s_columns_are_the_printed_ones_on_every_row(
    data: Path, version: str, models: int
) -> None:
    values = accuracies(data, version, {"data": FIRST})
    printed = board(data, version, "data")
    assert len(printed) == models
    columns = {"overall": "Overall Acc", "ast": "AST Summary", "executable": "Exec Summary"}
    for name, column in columns.items():
        rows: list[Any] = [(values[model], row[column]) for model, row in printed.items()]
        assert worst(VERSION_1.suites[0], name, rows) <= 0.03, name


@pytest.mark.realdata
@pytest.mark.parametrize("name", [*BENCHMARK.tasks, *VERSION_1.tasks])
def test_the_real_files_have_the_counts_that_the_cards_say(data: Path, name: str) -> None:
    task = (VERSION_1 if name in VERSION_1.tasks else BENCHMARK).tasks[name]
    material = task.load(Source(data), Setting())
    assert task.check(material) == ()  # type: ignore[attr-defined]
    if task.card.kind == "tool_use":
        ids = [problem.id for problem in material[0].problems]  # type: ignore[union-attr]
        assert len(set(ids)) == len(ids)


@pytest.mark.realdata
def test_format_sensitivity_asks_26_ways_under_upstreams_ids(data: Path) -> None:
    problems = load(data, "bfcl/format_sensitivity")
    assert problems[0].id == (
        "format_sensitivity_0:ret_fmt=python&tool_call_tag=True&func_doc_fmt=python&"
        "prompt_fmt=plaintext&style=classic:simple_python_19"
    )
    table = data / "published" / "bfcl" / "v4_2025-12-16" / "data_format_sensitivity.csv"
    header = table.read_text(encoding="utf-8").partition("\n")[0].split(",")
    printed = [column.removeprefix("Config ") for column in header if column.startswith("Config")]
    assert list(dict.fromkeys(p.labels["configuration"] for p in problems)) == printed
    assert len(printed) == 26
