from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate
from harness.errors import MissingData, UserError
from harness.offers import accept
from harness.records import Document, Query, Setting
from harness.sources import Source
from harness.sources.hub import Hub
from tasks.mair import BENCHMARK, MairTask, documents_of, split_mean

DOMAINS = {"academic": 16, "code": 18, "finance": 8, "legal": 11, "medical": 19, "web": 54}


class NoHub(Hub):
    """A hub that has nothing, whatever the cache of this machine holds."""

    def load(self, dataset: str, config: str, split: str, revision: str | None = None) -> Any:
        raise MissingData("no network")


def task(config: str) -> MairTask:
    found = BENCHMARK.tasks[f"mair/{config}"]
    assert isinstance(found, MairTask)
    return found


def query(qid: object, *labels: tuple[str, int], **fields: Any) -> dict[str, Any]:
    found = [{"id": id, "score": score} for id, score in labels]
    return {"qid": qid, "instruction": "Find.", "query": "who?", "labels": found} | fields


def mirror(root: Path, config: str, **splits: Sequence[object]) -> Source:
    """A mirror of one task; query splits end in `queries`, document splits in `docs`."""
    for split, rows in splits.items():
        name = "MAIR-Queries" if split.endswith("queries") else "MAIR-Docs"
        file = root / "hub" / "MAIR-Bench" / name / config / f"{split}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Source(root, hub=NoHub())


DOCS = [{"id": "d1", "doc": "one"}, {"id": "d2", "doc": "two"}]


def test_there_are_126_tasks_with_445_splits_in_6_domains() -> None:
    tasks = [found for found in BENCHMARK.tasks.values() if isinstance(found, MairTask)]
    assert len(tasks) == 126
    assert sum(len(found.splits) for found in tasks) == 445
    assert all(len(set(found.splits)) == len(found.splits) for found in tasks)
    suites = {suite.name: len(suite.tasks) for suite in BENCHMARK.suites}
    assert suites == {"mair": 126} | {f"mair-{name}": size for name, size in DOMAINS.items()}


def test_a_split_of_queries_names_its_documents() -> None:
    assert documents_of("queries") == "docs"
    assert documents_of("Bmr006_queries") == "Bmr006_docs"


def test_rows_become_queries_documents_and_grades(tmp_path: Path) -> None:
    rows = [query("a", ("d1", 2)), query(7, ("d2", 1), instruction="", query="what?")]
    (split,) = task("SciFact").load(mirror(tmp_path, "SciFact", queries=rows, docs=DOCS), Setting())
    assert split.queries == [Query("a", "who?", "Find."), Query("7", "what?", None)]
    assert list(split.corpus) == [Document("d1", "one"), Document("d2", "two")]
    assert split.qrels == {"a": {"d1": 2}, "7": {"d2": 1}}
    assert (split.split, split.weight, split.candidates) == ("queries", None, None)


def test_every_split_has_its_own_documents(tmp_path: Path) -> None:
    names = ("chinook_1", "college_2", "store_1")
    splits: dict[str, Sequence[object]] = {
        f"{name}_queries": [query("q", ("d", 1))] for name in names
    }
    splits |= {f"{name}_docs": [{"id": "d", "doc": name}] for name in names}
    material = task("Spider").load(mirror(tmp_path, "Spider", **splits), Setting())
    assert [(s.split, s.corpus["d"].text) for s in material] == [
        ("chinook_1_queries", "chinook_1"),
        ("college_2_queries", "college_2"),
        ("store_1_queries", "store_1"),
    ]


def test_splits_that_are_missing_are_named(tmp_path: Path) -> None:
    rows = {"store_1_queries": [query("q", ("d", 1))], "store_1_docs": [{"id": "d", "doc": "x"}]}
    source = mirror(tmp_path, "Spider", **rows)
    with pytest.raises(MissingData) as caught:
        task("Spider").load(source, Setting())
    assert str(caught.value).startswith(
        "mair/Spider lacks 2 of 3 splits (chinook_1_queries, college_2_queries): "
        "MAIR-Bench/MAIR-Queries Spider/chinook_1_queries is neither under "
    )


def test_a_task_of_which_nothing_is_there_says_so_once(tmp_path: Path) -> None:
    with pytest.raises(MissingData) as caught:
        task("IFEval").load(mirror(tmp_path, "IFEval"), Setting())
    assert str(caught.value).startswith("MAIR-Bench/MAIR-Queries IFEval/detectable_format__")


def test_it_says_what_it_needs() -> None:
    assert task("SciFact").requires() == [
        ("MAIR-Bench/MAIR-Queries", "SciFact", "queries"),
        ("MAIR-Bench/MAIR-Docs", "SciFact", "docs"),
    ]
    assert len(task("IFEval").requires()) == 352


def test_of_two_labels_for_a_document_the_highest_counts_unless_upstreams_last_is_wanted(
    tmp_path: Path,
) -> None:
    rows = [query("a", ("d1", 2), ("d1", 1))]
    source = mirror(tmp_path, "SciFact", queries=rows, docs=DOCS)
    (split,) = task("SciFact").load(source, Setting())
    assert split.qrels == {"a": {"d1": 2}}
    (split,) = task("SciFact").load(source, Setting(compat=("last-label",)))
    assert split.qrels == {"a": {"d1": 1}}


def test_a_query_id_seen_before_gets_a_number_unless_upstreams_last_is_wanted(
    tmp_path: Path,
) -> None:
    rows = [
        query("a", ("d1", 1)),
        query("b", ("d1", 0)),
        query("a", ("d2", 1)),
        query("a#2", ("d2", 3)),
    ]
    source = mirror(tmp_path, "SciFact", queries=rows, docs=DOCS)
    material = task("SciFact").load(source, Setting())
    (split,) = material
    assert [q.id for q in split.queries] == ["a", "b", "a#2", "a#2#2"]
    assert split.qrels == {"a": {"d1": 1}, "b": {"d1": 0}, "a#2": {"d2": 1}, "a#2#2": {"d2": 3}}
    assert split.weight is None
    assert split.notes == {"queries with an id seen before, which got a number": 2}

    (split,) = task("SciFact").load(source, Setting(compat=("last-query",)))
    assert [q.id for q in split.queries] == ["a", "b", "a#2"]
    assert split.qrels == {"a": {"d2": 1}, "b": {"d1": 0}, "a#2": {"d2": 3}}
    # Upstream weighs a split by its rows, also by those that it loses.
    assert split.weight == 4
    assert split.notes == {"queries with an id seen before, which replaced the earlier one": 1}


def test_a_query_without_labels_is_left_out_and_weighs_in_its_split_as_upstream(
    tmp_path: Path,
) -> None:
    """As pytrec_eval drops it; mair.py counts a split's rows all the same."""
    rows = [query("a", ("d1", 1)), query("b"), query("c", ("d2", 0))]
    (split,) = task("SciFact").load(mirror(tmp_path, "SciFact", queries=rows, docs=DOCS), Setting())
    assert [asked.id for asked in split.queries] == ["a", "c"]
    assert split.qrels == {"a": {"d1": 1}, "c": {"d2": 0}}
    assert split.weight == 3.0
    assert split.notes == {"queries without labels, which were left out": 1}


def test_of_two_documents_with_one_id_the_first_stays_and_the_other_is_reported(
    tmp_path: Path,
) -> None:
    docs = [*DOCS, {"id": "d1", "doc": "again"}, {"id": "d3", "doc": None}]
    source = mirror(tmp_path, "SciFact", queries=[query("a", ("d1", 1))], docs=docs)
    material = task("SciFact").load(source, Setting())
    assert [(d.id, d.text) for d in material[0].corpus] == [
        ("d1", "one"),
        ("d2", "two"),
        ("d3", ""),
    ]
    assert material[0].notes == {"documents with an id seen before, which were left out": 1}


def test_oddities_that_were_published_so_are_counted_but_make_no_number_partial(
    tmp_path: Path,
) -> None:
    docs = [*DOCS, {"id": "d1", "doc": "again"}, {"id": "d3", "doc": ""}]
    mirror(tmp_path, "SciFact", queries=[query("a", ("d1", 1)), query("a", ("d1", 1))], docs=docs)
    [result] = evaluate("bm25", "mair/SciFact", data=tmp_path).results
    assert not result.partial
    assert result.drift == []
    assert result.counts.empty_documents == 1
    assert result.notes["queries with an id seen before, which got a number"] == 1
    assert result.notes["documents with an id seen before, which were left out"] == 1


@pytest.mark.parametrize(
    ("rows", "docs", "problem"),
    [
        ([query("a", labels={"id": ["d1"]})], DOCS, "queries.jsonl line 1: 'labels' is no list"),
        ([{"qid": "a", "query": "x"}], DOCS, "queries.jsonl line 1: has no 'labels'"),
        ([{"id": "a", "labels": []}], DOCS, "queries.jsonl line 1: has no 'qid'"),
        ([query("a"), query("b")], DOCS, "queries.jsonl: no row has labels"),
        ([query("a", query=None)], DOCS, "queries.jsonl: no row has a 'query'"),
        ([query("a", ("d", 1))], [{"id": "d", "text": "x"}], "docs.jsonl: no row has a 'doc'"),
    ],
)
def test_rows_that_are_not_mairs_are_refused(
    tmp_path: Path, rows: list[object], docs: list[object], problem: str
) -> None:
    with pytest.raises(UserError) as caught:
        task("SciFact").load(mirror(tmp_path, "SciFact", queries=rows, docs=docs), Setting())
    assert problem in str(caught.value)


def test_a_tasks_value_weighs_its_splits_by_their_queries() -> None:
    # (0.123456 * 1 + 0.5 * 3) / 4, and the same after rounding the first to 0.12346.
    values, sizes = {"x": 0.123456, "y": 0.5}, {"x": 1, "y": 3}
    assert split_mean(values, sizes) == pytest.approx(0.405864, abs=1e-12)
    assert split_mean(values, sizes, decimals=5) == pytest.approx(0.405865, abs=1e-12)


def test_every_task_offers_upstreams_accidents_and_says_what_they_are() -> None:
    names = ("faiss-padding", "last-label", "last-query", "rounded-splits")
    for config in ("SciFact", "IFEval"):
        accept(task(config), Setting(compat=names))
        assert sorted(task(config).compats) == list(names)
        assert all(text.endswith(".") for text in task(config).compats.values())
    assert "-3.4e38" in task("SciFact").compats["faiss-padding"]
    with pytest.raises(UserError, match="unknown compat switch 'empty-instruction'"):
        accept(task("SciFact"), Setting(compat=("empty-instruction",)))


def published(data: Path, name: str) -> Any:
    return json.loads((data / "published" / "mair" / name).read_text())


@pytest.fixture
def systems(data: Path) -> dict[tuple[str, str], dict[str, float]]:
    """Task values of 12 embedders without and with instructions, from their values per split.

    Published in pull request 54 of embeddings-benchmark/results. Splits of one task weigh as
    many queries as were solved for from these values, or all the same.
    """
    per_split = published(data, "mair_per_split_ndcg10.json")
    solved = published(data, "inferred_split_sizes.json")
    rows = per_task(data)
    found = {}
    for model, mode in rows:
        # A model's own "-instruct" and the one that marks a run with instructions are one here.
        key = model.replace("/", "__").removesuffix("-instruct")
        splits = per_split[key + ("-instruct" if mode == "w/" else "")]
        values = {name: float(text) for name, text in rows[model, mode].items()}
        for config, parts in splits.items():
            sizes = solved[config][1] if config in solved else dict.fromkeys(parts, 1)
            assert set(parts) == set(sizes) == set(task(config).splits)
            values[f"mair/{config}"] = split_mean(parts, sizes)
        found[model, mode] = values
    return found


def per_task(data: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Task values as they are printed, by model and mode."""
    with (data / "published" / "mair" / "mair_per_task_ndcg10.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = [name for name in rows[0] if "|" in name]
    return {
        (name.split("|")[0], name.split("|")[1]): {f"mair/{r['task']}": r[name] for r in rows}
        for name in columns
    }


@pytest.mark.realdata
def test_the_published_split_values_give_the_published_task_values_of_all_24_systems(
    data: Path, systems: dict[tuple[str, str], dict[str, float]]
) -> None:
    printed = per_task(data)
    assert len(systems) == 24
    for system, values in systems.items():
        assert {name: f"{value:.5f}" for name, value in values.items()} == printed[system]


@pytest.mark.realdata
def test_the_task_values_give_the_published_domain_and_macro_values_of_all_24_systems(
    data: Path, systems: dict[tuple[str, str], dict[str, float]]
) -> None:
    suite = BENCHMARK.suites[0]
    averages = published(data, "mair_domain_avgs.json")
    assert len(averages) == 24
    for model, mode, *expected in averages:
        values = systems[model, mode.removesuffix(" inst")]
        found = suite.aggregate(values, dict.fromkeys(values, 1))
        numbers = [100 * (found[name] or 0) for name in (*DOMAINS, "macro")]
        assert numbers == pytest.approx(expected, abs=1e-9), (model, mode)


@pytest.mark.realdata
def test_as_many_tasks_improve_with_instructions_as_in_the_papers_figure(
    systems: dict[tuple[str, str], dict[str, float]],
) -> None:
    # Bars of the 12 embedders in sunnweiwei/MAIR, assets/Results_Bar.png: improved / worse.
    bars = {
        "GritLM/GritLM-7B": (106, 20),
        "nvidia/NV-Embed-v1": (86, 40),
        "Alibaba-NLP/gte-Qwen2-1.5B-instruct": (86, 40),
        "intfloat/e5-mistral-7b-instruct": (84, 42),
        "intfloat/e5-base-v2": (28, 98),
        "intfloat/e5-large-v2": (23, 103),
        "intfloat/e5-small-v2": (17, 109),
        "BAAI/bge-base-en-v1.5": (11, 115),
        "Alibaba-NLP/gte-large-en-v1.5": (11, 115),
        "Alibaba-NLP/gte-base-en-v1.5": (11, 115),
        "sentence-transformers/all-MiniLM-L6-v2": (10, 116),
        "BAAI/bge-large-en-v1.5": (8, 118),
    }
    assert {model for model, _ in systems} == set(bars)
    counts = {}
    for model in bars:
        plain, instructed = systems[model, "w/o"], systems[model, "w/"]
        improved = sum(instructed[name] > plain[name] for name in plain)
        counts[model] = (improved, sum(instructed[name] < plain[name] for name in plain))
    assert counts == bars


@pytest.mark.realdata
def test_the_splits_are_the_published_ones(data: Path) -> None:
    expected = published(data, "mair_splits.json")
    assert {config: list(task(config).splits) for config in expected} == expected
    assert [f"mair/{config}" for config in expected] == list(BENCHMARK.tasks)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("config", "documents", "queries"),
    [("SciFact", 5183, 300), ("MBPP", 974, 974), ("NFCorpus", 3395, 323)],
)
def test_real_tasks_load(data: Path, config: str, documents: int, queries: int) -> None:
    material = task(config).load(Source(data), Setting())
    (split,) = material
    assert (len(split.corpus), len(split.queries)) == (documents, queries)
    assert len({query.instruction for query in split.queries}) == 1
    assert all(query.instruction for query in split.queries)
    assert split.notes == {}
