from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingData, UserError
from harness.offers import accept
from harness.records import Query, Setting
from harness.sources import Source
from harness.sources.hub import Hub
from tasks.toolret import BENCHMARK, ToolRetTask

TASK = BENCHMARK.tasks["toolret/apibank"]
TOOLS = {
    "web": ["apibank_tool_0", "apibank_tool_1", "rapid_api_tool_0"],
    "code": ["craft_Vqa_tool_0"],
    "customized": ["gta_tool_0"],
}
CATEGORY, EVERYTHING = Setting(pool="category"), Setting()


class NoHub(Hub):
    """A hub that has nothing, whatever the cache of this machine holds."""

    def load(self, dataset: str, config: str, split: str, revision: str | None = None) -> Any:
        raise MissingData("no network")


def tool(id: str) -> dict[str, Any]:
    document = {"name": id.upper(), "description": "caf\u00e9", "strict": True}
    return {"id": id, "documentation": json.dumps(document)}


def query(id: str, *labels: str, **fields: Any) -> dict[str, Any]:
    found = [{"id": label, "doc": {"other": "text"}, "relevance": 1} for label in labels]
    row = {"id": id, "query": "who?", "instruction": "Find.", "labels": json.dumps(found)}
    return row | {"category": "web"} | fields


QUERIES = [
    query("q0", "apibank_tool_1", "elsewhere_tool_9"),
    query("q1", "apibank_tool_0", instruction=None),
    query("q2", "apibank_tool_0", query=""),
]


def mirror(root: Path, queries: Sequence[object] = QUERIES, **tools: list[Any]) -> Source:
    """A mirror of apibank's queries and of the tools of some categories."""
    hub = root / "hub" / "mangopy"
    files: dict[Path, Sequence[object]] = {
        hub / "ToolRet-Queries" / "apibank" / "queries.jsonl": queries
    }
    for part, ids in (tools or TOOLS).items():
        files[hub / "ToolRet-Tools" / part / "tools.jsonl"] = [
            tool(id) if isinstance(id, str) else id for id in ids
        ]
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in content))
    return Source(root, hub=NoHub())


def test_there_are_35_tasks_and_their_published_counts_add_up() -> None:
    # Totals of the benchmark: 7,961 queries of 5,230 / 1,749 / 982, and 14,106 judgements.
    suites = {suite.name: suite for suite in BENCHMARK.suites}
    queries = {name: task.card.statistics["queries"] for name, task in BENCHMARK.tasks.items()}
    assert len(BENCHMARK.tasks) == 35
    assert [
        sum(queries[name] for name in suites[suite].tasks)
        for suite in ("toolret", "toolret-web", "toolret-code", "toolret-customized")
    ] == [7961, 5230, 1749, 982]
    cards = [task.card for task in BENCHMARK.tasks.values()]
    assert sum(card.statistics["judgements"] for card in cards) == 14106
    assert {card.statistics["documents"] for card in cards} == {44453}


def test_queries_keep_their_order_text_and_instruction(tmp_path: Path) -> None:
    (split,) = TASK.load(mirror(tmp_path), EVERYTHING)
    assert split.queries == [
        Query("q0", "who?", "Find."),
        Query("q1", "who?", None),
        Query("q2", "", "Find."),
    ]


def test_judgements_go_by_id_and_a_tool_that_the_corpus_lacks_stays_right(tmp_path: Path) -> None:
    (split,) = TASK.load(mirror(tmp_path), EVERYTHING)
    assert split.qrels == {
        "q0": {"apibank_tool_1": 1, "elsewhere_tool_9": 1},
        "q1": {"apibank_tool_0": 1},
        "q2": {"apibank_tool_0": 1},
    }


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("all", TOOLS["web"] + TOOLS["code"] + TOOLS["customized"]),
        ("category", TOOLS["web"]),
        ("task", ["apibank_tool_0", "apibank_tool_1"]),
    ],
)
def test_the_pool_decides_which_tools_are_searched(
    tmp_path: Path, pool: str, expected: list[str]
) -> None:
    (split,) = TASK.load(mirror(tmp_path), Setting(pool=pool))
    assert list(split.corpus.ids) == expected


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (
            "documentation",
            '{"name": "APIBANK_TOOL_0", "description": "caf\\u00e9", "strict": true}',
        ),
        ("python", "{'name': 'APIBANK_TOOL_0', 'description': 'café', 'strict': True}"),
        ("name-description", "APIBANK_TOOL_0: café"),
    ],
)
def test_the_view_decides_how_a_tool_becomes_text(tmp_path: Path, view: str, expected: str) -> None:
    (split,) = TASK.load(mirror(tmp_path), Setting(view=view))
    assert split.corpus["apibank_tool_0"].text == expected


def test_tasks_that_share_a_pool_share_one_corpus_and_each_records_its_reads(
    tmp_path: Path,
) -> None:
    source = mirror(tmp_path)
    with source.recording() as first:
        (one,) = TASK.load(source, EVERYTHING)
    with source.recording() as second:
        (two,) = TASK.load(source, EVERYTHING)
    assert one.corpus is two.corpus
    assert first == second
    assert [(r.dataset, r.config, r.split, r.rows) for r in first] == [
        ("mangopy/ToolRet-Queries", "apibank", "queries", 3),
        ("mangopy/ToolRet-Tools", "web", "tools", 3),
        ("mangopy/ToolRet-Tools", "code", "tools", 1),
        ("mangopy/ToolRet-Tools", "customized", "tools", 1),
    ]
    (three,) = TASK.load(source, Setting(view="python"))
    assert three.corpus.fingerprint != one.corpus.fingerprint


def test_counts_that_differ_from_the_published_ones_are_reported(tmp_path: Path) -> None:
    assert isinstance(TASK, ToolRetTask)
    material = TASK.load(mirror(tmp_path), EVERYTHING)
    assert TASK.check(material) == (
        "web has 3 tools, 37,292 published",
        "code has 1 tools, 3,794 published",
        "customized has 1 tools, 3,367 published",
        "apibank has 3 queries, 101 published",
        "apibank has 4 judgements, 172 published",
    )


def test_a_pool_of_which_a_part_is_missing_is_missing_and_names_the_part(tmp_path: Path) -> None:
    source = mirror(tmp_path, web=TOOLS["web"], code=TOOLS["code"])
    with pytest.raises(MissingData, match="mangopy/ToolRet-Tools customized/tools is neither") as e:
        TASK.load(source, EVERYTHING)
    assert str(e.value).endswith("; or --pool category needs the web tools alone")
    (split,) = TASK.load(source, CATEGORY)
    assert len(split.corpus) == 3


def test_it_says_what_it_needs(tmp_path: Path) -> None:
    assert isinstance(TASK, ToolRetTask)
    source = mirror(tmp_path)
    assert len(TASK.requires()) == 4
    assert all(source.has(*needed) for needed in TASK.requires())


@pytest.mark.parametrize(
    ("queries", "problem"),
    [
        ([query("q0"), query("q0")], "line 2: a second query has the id 'q0'"),
        ([query("q0", labels="{")], "line 1: broken labels: "),
        ([query("q0", labels='["a"]')], "line 1: broken labels: 'labels' is no list of objects"),
        ([query("q0", labels=[])], "line 1: broken labels: "),
        ([{"id": "q0", "query": "a"}], "line 1: has no 'labels' (it has: id, query)"),
        ([query("q0", query=None)], "no row has a 'query'"),
    ],
)
def test_rows_that_are_not_toolrets_are_refused(
    tmp_path: Path, queries: list[object], problem: str
) -> None:
    with pytest.raises(UserError) as caught:
        TASK.load(mirror(tmp_path, queries), EVERYTHING)
    assert problem in str(caught.value)
    assert "queries.jsonl" in str(caught.value)


def test_a_view_that_decodes_names_the_tool_that_it_cannot(tmp_path: Path) -> None:
    broken = {"id": "apibank_tool_2", "documentation": "{"}
    source = mirror(tmp_path, web=[*TOOLS["web"], broken])
    TASK.load(source, CATEGORY)
    with pytest.raises(UserError, match="line 4: the documentation of apibank_tool_2 is no JSON"):
        TASK.load(source, Setting(pool="category", view="python"))


def test_the_aggregates_are_three_different_means() -> None:
    # Two web tasks, one code task: values 10, 20 | 60 with 101, 1000 | 200 queries.
    values = {"toolret/apibank": 10.0, "toolret/apigen": 20.0, "toolret/craft-vqa": 60.0}
    sizes = {name: BENCHMARK.tasks[name].card.statistics["queries"] for name in values}
    found = BENCHMARK.suites[0].aggregate(values, sizes)
    assert found["web"] == 15
    assert found["code"] == 60
    assert found["customized"] is None
    assert found["average"] == pytest.approx((15 + 60) / 2)
    assert found["mean"] == pytest.approx(30)
    assert found["micro"] == pytest.approx((10 * 101 + 20 * 1000 + 60 * 200) / 1301)


def test_every_task_offers_upstreams_empty_instruction_and_says_what_it_is() -> None:
    for task in BENCHMARK.tasks.values():
        assert isinstance(task, ToolRetTask)
        accept(task, Setting(instruction="no", compat=("empty-instruction",)))
        assert list(task.compats) == ["empty-instruction"]
        assert "Instruct: \\nQuery: {query}" in task.compats["empty-instruction"]
    with pytest.raises(UserError, match="toolret/apibank has: empty-instruction"):
        accept(TASK, Setting(compat=("faiss-padding",)))


def test_the_empty_instruction_does_not_change_what_is_read(tmp_path: Path) -> None:
    source = mirror(tmp_path)
    (plain,) = TASK.load(source, EVERYTHING)
    (shell,) = TASK.load(source, Setting(compat=("empty-instruction",)))
    assert plain.queries == shell.queries
    assert plain.corpus is shell.corpus


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("column", "expected"),
    [
        # BM25 over the documentation strings, per task as released by yasinyaman/toolrank
        # (docs/results), aggregated in its docs/reports/faz0-week1.md; the mean of the 35 tasks
        # is that of the file's column, taken with awk.
        (
            "N10_noinst",
            {"average": 22.24, "web": 18.88, "code": 21.19, "customized": 26.66, "micro": 29.01}
            | {"mean": 21.34},
        ),
        (
            "N10_inst",
            {"average": 36.41, "web": 26.17, "code": 41.90, "customized": 41.16, "micro": 39.27}
            | {"mean": 33.17},
        ),
    ],
)
def test_the_published_values_of_35_tasks_give_the_published_aggregates(
    data: Path, column: str, expected: dict[str, float]
) -> None:
    file = data / "published" / "toolret" / "bm25_per_task_toolrank.tsv"
    rows = list(csv.DictReader(file.read_text().splitlines(), delimiter="\t"))
    values = {f"toolret/{row['task']}": float(row[column]) for row in rows}
    sizes = {f"toolret/{row['task']}": int(row["n"]) for row in rows}
    assert sizes == {n: task.card.statistics["queries"] for n, task in BENCHMARK.tasks.items()}
    found = BENCHMARK.suites[0].aggregate(values, sizes)
    assert {name: round(value or 0, 2) for name, value in found.items()} == expected


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("config", "tools", "own", "drift"),
    [
        ("apibank", 3706, 101, ("web has 3,706 tools, 37,292 published",)),
        ("apigen", 3706, 3605, ("web has 3,706 tools, 37,292 published",)),
        ("gorilla-huggingface", 3794, 907, ()),
        ("craft-math-algebra", 3794, 280, ()),
    ],
)
def test_real_tasks_have_the_published_counts(
    data: Path, config: str, tools: int, own: int, drift: tuple[str, ...]
) -> None:
    task, source = BENCHMARK.tasks[f"toolret/{config}"], Source(data)
    assert isinstance(task, ToolRetTask)
    material = task.load(source, CATEGORY)
    (split,) = material
    # No drift in queries and judgements means that they are as published.
    assert task.check(material) == drift
    assert len(split.corpus) == tools
    judged = {tool for grades in split.qrels.values() for tool in grades}
    assert len(judged) == task.card.statistics["relevant documents"]
    assert max(map(len, split.qrels.values())) == task.card.statistics["most judgements of a query"]
    (narrow,) = task.load(source, Setting(pool="task"))
    assert judged <= set(narrow.corpus.ids) <= set(split.corpus.ids)
    assert len(narrow.corpus) == own


@pytest.mark.realdata
def test_a_real_task_without_instructions_has_none(data: Path) -> None:
    (split,) = BENCHMARK.tasks["toolret/craft-math-algebra"].load(Source(data), CATEGORY)
    assert {query.instruction for query in split.queries} == {None}
