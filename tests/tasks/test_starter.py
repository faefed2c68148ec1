from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast

import pytest

from harness.contracts import Collection, Task
from harness.errors import UserError
from harness.offers import accept
from harness.records import Setting
from harness.registry import HOME
from harness.sources import Source
from tasks.starter import BENCHMARK, SEED, SIZE, PassageTask, ToolTask
from tasks.worlds.draw import Draw

PASSAGES = {n: t for n, t in BENCHMARK.tasks.items() if n.startswith("starter-passages/")}
TOOLS = {n: t for n, t in BENCHMARK.tasks.items() if n.startswith("starter-tools/")}
NOWHERE = cast("Source", None)
"""The starter tasks read nothing through their source."""
Instructed = Literal["with instructions", "without"]


@cache
def load(name: str, view: str = "documentation") -> Collection:
    (split,) = BENCHMARK.task(name).load(NOWHERE, Setting(view=view))
    return split


def digest(task: Task) -> str:
    """SHA-256 over everything that a task hands out, orders included."""
    hashed = sha256()
    for split in task.load(NOWHERE, Setting()):
        hashed.update(split.corpus.fingerprint.encode())
        hashed.update(repr((split.queries, split.qrels)).encode())
    return hashed.hexdigest()


def test_there_are_three_suites_over_sixteen_tasks() -> None:
    suites = {suite.name: suite for suite in BENCHMARK.suites}
    assert list(suites) == ["starter-passages", "starter-tools", "starter"]
    assert suites["starter-passages"].tasks == tuple(PASSAGES)
    assert suites["starter-tools"].tasks == tuple(TOOLS)
    assert suites["starter"].tasks == (*PASSAGES, *TOOLS) == tuple(BENCHMARK.tasks)
    assert len(PASSAGES) == len(TOOLS) == 8
    assert all(task.card.name == name for name, task in BENCHMARK.tasks.items())


def test_the_averages_are_means_of_group_means() -> None:
    passages, tools, both = BENCHMARK.suites
    assert [aggregate.name for aggregate in tools.aggregates] == ["average", "mean", "micro"]
    sizes = dict.fromkeys(BENCHMARK.tasks, 10)
    # One point on flights alone. Passages: a third of places, which is one of four groups. Tools:
    # a third of travel, which is one of three. Both: a mean of two means over eight.
    for suite, flights, expected in [
        (passages, "starter-passages/flights", 1 / 12),
        (tools, "starter-tools/flights", 1 / 9),
        (both, "starter-tools/flights", 1 / 16),
    ]:
        values = {name: float(name == flights) for name in suite.tasks}
        assert suite.aggregate(values, sizes)["average"] == pytest.approx(expected)
        assert suite.aggregate(values, sizes)["mean"] == pytest.approx(1 / len(suite.tasks))


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_the_counts_on_the_card_are_those_of_the_data(name: str) -> None:
    card, split = BENCHMARK.task(name).card, load(name)
    assert card.statistics == {
        "queries": len(split.queries),
        "documents": len(split.corpus),
        "judgements": sum(map(len, split.qrels.values())),
    }


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_the_card_says_whose_data_it_is_and_which_world(name: str) -> None:
    card = BENCHMARK.task(name).card
    assert card.licence == "CC0-1.0"
    assert card.language == ("en",)
    assert card.citation.startswith("@misc{")
    assert card.description.endswith(".")
    assert card.defects
    assert re.search(rf"seed{SEED}\.size{SIZE}$", card.version)


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_every_query_is_judged_instructed_and_answerable(name: str) -> None:
    split = load(name)
    ids = set(split.corpus.ids)
    assert [query.id for query in split.queries] == list(split.qrels)
    for query in split.queries:
        assert query.text
        assert query.instruction
        assert split.qrels[query.id].keys() <= ids
        assert max(split.qrels[query.id].values()) >= 1


@pytest.mark.parametrize("names", [PASSAGES, TOOLS], ids=["passages", "tools"])
def test_the_tasks_of_a_suite_share_one_corpus_object(names: Mapping[str, Task]) -> None:
    assert len({id(load(name).corpus) for name in names}) == 1


@pytest.mark.parametrize("name", PASSAGES)
def test_a_passage_query_is_asked_under_two_instructions_that_change_the_answer(name: str) -> None:
    split = load(name)
    rows = list(zip(split.queries[::2], split.queries[1::2], strict=True))
    assert len(rows) == 30
    for one, other in rows:
        assert (one.id[-1], other.id[-1], one.id[:-1]) == ("a", "b", other.id[:-1])
        assert one.text == other.text
        assert one.instruction != other.instruction
        full = [{d for d, g in split.qrels[q.id].items() if g == 2} for q in (one, other)]
        assert full[0]
        assert full[1]
        assert not full[0] & full[1]


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_query_needs_one_to_five_tools(name: str) -> None:
    split = load(name)
    assert Counter(map(len, split.qrels.values())) == dict.fromkeys(range(1, 6), 8)
    assert {grade for grades in split.qrels.values() for grade in grades.values()} == {1}


def test_a_view_of_the_tools_changes_their_text_and_nothing_else() -> None:
    name = "starter-tools/flights"
    full, short = load(name), load(name, "name-description")
    assert full.qrels == short.qrels
    assert list(full.corpus.ids) == list(short.corpus.ids)
    search = next(
        document for document in short.corpus if document.text.startswith("flights.search:")
    )
    assert search.text == (
        "flights.search: Finds flights between two towns on one day, with hours, fares and free "
        "seats."
    )
    assert full.corpus[search.id].text.startswith('{"name": "flights.search", "description": "Find')


@pytest.mark.parametrize(
    ("name", "setting", "message"),
    [
        ("starter-tools/flights", Setting(view="names"), "unknown view 'names'"),
        ("starter-passages/films", Setting(view="python"), "unknown view 'python'"),
        ("starter-passages/films", Setting(pool="task"), "unknown pool 'task'"),
        ("starter-tools/flights", Setting(compat=("x",)), "unknown compat switch 'x'"),
    ],
)
def test_what_a_task_does_not_offer_is_refused(name: str, setting: Setting, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        accept(BENCHMARK.task(name), setting)


def test_other_processes_generate_the_same_bytes_whatever_their_hash_seed() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_starter import BENCHMARK, digest\n"
        "for task in BENCHMARK.tasks.values(): print(digest(task))"
    )
    run = [sys.executable, "-c", code, str(Path(__file__).parent)]
    here = [digest(task) for task in BENCHMARK.tasks.values()]
    assert len(set(here)) == 16
    for seed in ("0", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(HOME)}
        printed = subprocess.check_output(run, text=True, env=environment, cwd=HOME)
        assert printed.split() == here


def test_another_seed_is_another_world_with_the_same_tasks() -> None:
    film_card = BENCHMARK.task("starter-passages/films").card
    flight_card = BENCHMARK.task("starter-tools/flights").card
    texts = set()
    for seed in (SEED, 7):
        for task in (PassageTask("films", film_card, seed), ToolTask("flights", flight_card, seed)):
            (split,) = task.load(NOWHERE, Setting())
            assert len(split.queries) in (40, 60)
            texts |= {query.text for query in split.queries}
    assert len(texts) == 2 * (30 + 40)


def test_importing_the_tasks_generates_nothing() -> None:
    code = (
        "import sys, tasks.starter\n"
        "assert not [name for name in sys.modules if name.startswith('tasks.worlds')]\n"
        "assert not {'pandas', 'pyarrow', 'bm25s', 'scipy', 'datasets'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=HOME)


def test_generating_both_suites_takes_under_a_second_and_a_half() -> None:
    # The best of two, each in a process of its own. It takes about 0.3 s; the rest is for others.
    code = (
        "import time; start = time.process_time()\n"
        "from harness.records import Setting\n"
        "from tasks.starter import BENCHMARK\n"
        "for task in BENCHMARK.tasks.values(): task.load(None, Setting())\n"
        "print(time.process_time() - start)"
    )
    run = [sys.executable, "-c", code]
    assert min(float(subprocess.check_output(run, cwd=HOME)) for _ in range(2)) < 1.5


# How hard the suites are, measured with a BM25 and an nDCG that are not ours.


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


@cache
def bm25_over(suite: str) -> tuple[object, list[str]]:
    rank_bm25 = pytest.importorskip("rank_bm25")
    corpus = load(f"{suite}/flights").corpus
    return rank_bm25.BM25Okapi([words(d.full_text) for d in corpus]), list(corpus.ids)


def ndcg(
    qrels: Mapping[str, Mapping[str, int]], scores: Mapping[str, Mapping[str, float]]
) -> float:
    """Mean nDCG@10 by pytrec_eval."""
    pytrec_eval = pytest.importorskip("pytrec_eval")
    judged = {query: dict(qrels[query]) for query in scores}
    found = pytrec_eval.RelevanceEvaluator(judged, {"ndcg_cut.10"}).evaluate(scores)
    return math.fsum(row["ndcg_cut_10"] for row in found.values()) / len(found)


def suite_bm25(suite: str, names: Sequence[str], how: Instructed) -> float:
    """nDCG@10 of BM25 over every third pair of queries of all tasks."""
    index, ids = bm25_over(suite)
    scores: dict[str, dict[str, float]] = {}
    qrels: dict[str, Mapping[str, int]] = {}
    for name in names:
        split = load(name)
        for query in (q for i, q in enumerate(split.queries) if i % 6 < 2):
            text = f"{query.instruction} {query.text}" if how != "without" else query.text
            got = index.get_scores(words(text))  # type: ignore[attr-defined]
            scores[query.id] = dict(zip(ids, map(float, got), strict=True))
            qrels[query.id] = split.qrels[query.id]
    return ndcg(qrels, scores)


@pytest.mark.parametrize("how", ["with instructions", "without"])
@pytest.mark.parametrize("names", [PASSAGES, TOOLS], ids=["passages", "tools"])
def test_bm25_is_well_above_random_and_well_below_the_oracle(
    names: Mapping[str, Task], how: Instructed
) -> None:
    suite = next(iter(names)).partition("/")[0]
    assert 0.2 < suite_bm25(suite, list(names), how) < 0.7


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_a_random_order_finds_next_to_nothing_and_the_judgements_everything(name: str) -> None:
    split, draw = load(name), Draw("random order", name)
    ids = list(split.corpus.ids)
    shuffled = {
        query.id: {id: float(-rank) for rank, id in enumerate(draw.shuffled(ids))}
        for query in split.queries
    }
    assert ndcg(split.qrels, shuffled) < 0.05
    oracle = {q: {d: float(grade) for d, grade in split.qrels[q].items()} for q in split.qrels}
    assert ndcg(split.qrels, oracle) == pytest.approx(1)
