"""What a run made elsewhere may hold, and what a material says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy import Flaky, Letters, Overlap

from harness.contracts import Collection
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.flows.retrieval import RetrievalFlow
from harness.loading import load_model
from harness.ranking import Ranking, merge
from harness.records import Document, Query, Setting
from harness.run import Run
from harness.stages import search

CORPUS = ListCorpus([Document("d1", "mint tea"), Document("d2", "sage")])
QRELS: Mapping[str, Mapping[str, int]] = {"q1": {"d1": 1}, "q2": {"d2": 1}, "lost": {"d1": 1}}
SPLIT = Collection(
    "test", CORPUS, [Query("q1", "mint"), Query("q2", "sage")], QRELS, unasked=frozenset({"q9"})
)
ANSWER = {"d1": 2.0, "d2": 1.0}


def flow(*splits: Collection, limit: int | None = None) -> RetrievalFlow:
    return RetrievalFlow(splits or (SPLIT,), Setting(limit=limit), seed=0)


def run_of(*queries: str) -> Run:
    return Run.from_scores(dict.fromkeys(queries, ANSWER))


@pytest.mark.parametrize("stranger", ["q9", "lost"], ids=["without judgements", "without a text"])
def test_answers_to_queries_that_exist_but_are_not_asked_are_left_out_and_counted(
    stranger: str,
) -> None:
    run = flow().check(run_of("q2", stranger, "q1"))
    assert run == run_of("q2", "q1")
    assert Ranking(run).noting_repeats().notes == {"queries not asked here, which were left out": 1}


def test_answers_beyond_a_limit_are_left_out() -> None:
    run = flow(limit=1).check(run_of("q1", "q2"))
    assert run == run_of("q1")
    assert run.unasked == 1


def test_a_query_that_the_task_does_not_know_is_refused() -> None:
    with pytest.raises(UserError, match="1 query that the task lacks, the first is 'q7'"):
        flow().check(run_of("q1", "q7"))


def test_bare_ids_name_the_queries_of_a_task_of_several_splits_where_they_are_unique() -> None:
    other = replace(SPLIT, split="dev", queries=[Query("q3", "tea")], qrels={"q3": {}})
    both = flow(SPLIT, replace(other, unasked=frozenset()), limit=1)
    run = both.check(run_of("q1", "q2", "q3"))
    assert run.queries == ("test/q1", "dev/q3")
    assert run.unasked == 1


def test_unknown_ids_are_refused_by_the_line_that_names_them_first(tmp_path: Path) -> None:
    path = tmp_path / "run.trec"
    path.write_text("q1 Q0 d1 1 3 me\nq1 Q0 d2 2 2 me\nq2 Q0 dX 1 9 me\nq2 Q0 dY 2 8 me\n")
    with pytest.raises(UserError) as caught:
        flow().check(Run.read(path))
    assert str(caught.value).startswith(
        f"{path} line 3: the run has 2 documents that the task lacks, the first is 'dX'"
    )
    path.write_text('{"query_id": "q1", "ranking": ["d1"]}\n{"query_id": "q7", "ranking": ["d1"]}')
    with pytest.raises(UserError) as caught:
        flow().check(Run.read(path))
    assert str(caught.value).startswith(f"{path} line 2: the run has 1 query that the task lacks")


def test_what_was_mended_in_reading_is_counted_over_all_splits() -> None:
    first = replace(SPLIT, notes={"repeated documents": 2})
    second = replace(SPLIT, split="dev", notes={"repeated documents": 1, "odd queries": 1})
    assert flow(first, second).notes == {"repeated documents": 3, "odd queries": 1}


def test_the_hash_of_the_data_follows_what_matters_and_nothing_else() -> None:
    known = flow().data_hash
    turned = {query: dict(reversed(QRELS[query].items())) for query in reversed(QRELS)}
    same = [
        replace(SPLIT, qrels=turned),
        replace(SPLIT, unasked=frozenset(), notes={"odd": 1}),
        replace(SPLIT, qrels={q: QRELS[q] for q in ("q1", "q2")}),  # "lost" is never asked
    ]
    assert {flow(split).data_hash for split in same} == {known}
    texts = ListCorpus([Document("d1", "mint tea "), Document("d2", "sage")])
    order = ListCorpus([Document("d2", "sage"), Document("d1", "mint tea")])
    other = [
        replace(SPLIT, corpus=texts),
        replace(SPLIT, corpus=order),
        replace(SPLIT, queries=SPLIT.queries[::-1]),
        replace(SPLIT, queries=[replace(SPLIT.queries[0], instruction="?"), SPLIT.queries[1]]),
        replace(SPLIT, qrels={**QRELS, "q1": {"d1": 2}}),
        replace(SPLIT, candidates={"q1": ["d1"]}),
        replace(SPLIT, excluded={"q1": ["d1"]}),
        replace(SPLIT, weight=3.0),
        replace(SPLIT, split="dev"),
    ]
    assert len({known, *(flow(split).data_hash for split in other)}) == len(other) + 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "search gave NoneType: {query id: {document id: score}}, a Run or a Ranking"),
        ([("q1", "d1", 1.0)], "search gave list: {query id"),
        ({"q1": ["d1"]}, "search gave list for query 'q1': {query id"),
        ({"q1": {"d1": "1"}}, "run: a score is not a number: '1' is a text"),
    ],
)
def test_an_answer_that_is_none_is_called_by_its_name(answer: object, message: str) -> None:
    class Odd:
        def search(self, queries: Sequence[Query], k: int) -> Any:
            return answer

    with pytest.raises(UserError) as caught:
        search(Odd(), SPLIT.queries, 10, SPLIT.corpus)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_a_split_without_queries_weighs_nothing() -> None:
    empty = replace(SPLIT, split="dev", queries=[], qrels={}, weight=5.0)
    scores = flow(SPLIT, empty).values(run_of("test/q1"), ["P@1"])
    assert scores.weights.tolist() == [1.0, 1.0]


INSTRUCTED = replace(
    SPLIT,
    queries=[Query("q1", "mint", "Find herbs."), Query("q2", "sage", "")],
    unasked=frozenset(),
)


@pytest.mark.parametrize(
    ("setting", "instructions"),
    [
        (Setting(), ["Find herbs.", None]),
        (Setting(instruction="no"), [None, None]),
        (Setting(instruction="no", compat=("empty-instruction",)), ["", ""]),
        (Setting(compat=("empty-instruction",)), ["Find herbs.", ""]),
    ],
)
def test_a_query_without_instruction_has_an_empty_one_only_where_that_is_asked_for(
    setting: Setting, instructions: list[str | None]
) -> None:
    embedder = Letters(instructed=True)
    asked = RetrievalFlow((INSTRUCTED,), setting, seed=0)
    list(asked.answer(load_model(embedder), frozenset(asked.keys)))
    seen = {text: instruction for text, instruction, kind in embedder._encoded if kind == "query"}
    assert [seen["mint"], seen["sage"]] == instructions


def test_with_faiss_padding_the_last_of_few_documents_comes_last_for_a_dense_model() -> None:
    # "mint" . "mint tea" = 2 + 1 + 1 + 1 + ... > "mint" . "sage" = 0; turned round, d1 is last.
    few = ListCorpus([Document("d2", "sage"), Document("d1", "mint tea")])
    many = ListCorpus([*(Document(f"e{i:02}", "x") for i in range(99)), *few])
    setting = Setting(k=2, compat=("faiss-padding",))

    def best(corpus: ListCorpus, setting: Setting, model: object) -> tuple[str, float]:
        split = replace(SPLIT, corpus=corpus, unasked=frozenset())
        asked = RetrievalFlow((split,), setting, seed=0)
        answers = asked.answer(load_model(model), frozenset(asked.keys))
        return merge(list(answers), asked.keys).run.ranked("q1")[-1]

    assert best(few, setting, Letters()) == ("d1", float(np.finfo(np.float32).min))
    # Upstream pads what it has searched 100 deep, whatever is then looked at.
    assert best(few, replace(setting, k=1), Letters())[0] == "d2"
    assert best(few, Setting(k=2), Letters())[0] == "d2"
    assert best(many, setting, Letters())[0] != "d1"
    assert best(few, setting, Overlap())[0] == "d2"


def test_notes_on_an_index_come_once_for_a_corpus_whatever_the_batches() -> None:
    class Noted(Overlap):
        notes: Mapping[str, int] = {"truncated documents": 2}

    other = ListCorpus([Document("d1", "thyme"), Document("d2", "sage")])
    splits = [
        replace(SPLIT, unasked=frozenset()),
        replace(SPLIT, split="dev", unasked=frozenset()),
        replace(SPLIT, split="far", corpus=other, unasked=frozenset()),
    ]
    asked = RetrievalFlow(tuple(splits), Setting(), seed=0)
    answers = list(asked.answer(load_model(Noted()), frozenset(asked.keys)))
    assert len(answers) == 6
    assert merge(answers, asked.keys).notes == {"truncated documents": 4}
    later = asked.answer(load_model(Noted()), frozenset(asked.keys[1:4]))
    assert merge(list(later), asked.keys).notes == {}


def test_notes_on_an_index_wait_for_a_query_that_failed() -> None:
    class Noted(Flaky):
        notes: Mapping[str, int] = {"truncated documents": 2}

    asked = RetrievalFlow((replace(SPLIT, unasked=frozenset()),), Setting(), seed=0)
    first, *_ = asked.keys
    down, up = Noted(first), Noted("none")
    tried = list(asked.answer(load_model(down), frozenset(asked.keys)))
    again = list(asked.answer(load_model(up), frozenset([first])))
    assert merge(tried, asked.keys).notes == {}
    assert merge([*tried, *again], asked.keys).notes == {"truncated documents": 2}
