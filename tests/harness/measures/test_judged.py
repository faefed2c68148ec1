"""The join finds every judged document's rank, however few or many there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measures import Judged, join
from harness.measures import judged as judged_module
from harness.run import Run

DOCUMENTS = [f"d{i}" for i in range(30)]
QUERIES = ["q1", "q2", "q3", "q4"]
RUNS = st.dictionaries(
    st.sampled_from(QUERIES), st.dictionaries(st.sampled_from(DOCUMENTS[:20]), st.floats(-1, 1))
)
QRELS = st.dictionaries(
    st.sampled_from(QUERIES),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(-2, 4), max_size=20),
)


def by_hand(run, qrels, queries):
    """Ranks and grades, one query and one document at a time."""
    for query in queries:
        ranking = [id for id, _ in run.ranked(query)] if query in run.index else []
        judged = qrels.get(query, {})
        yield [ranking.index(d) if d in ranking else -1 for d in judged], list(judged.values())


@given(
    RUNS, QRELS, st.permutations(QUERIES), st.sampled_from([0, 2, 100]), st.sampled_from([1, 99])
)
def test_every_judged_document_gets_its_rank(scores, qrels, queries, few, cells):
    run = Run.from_scores(scores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judged_module, "FEW", few)  # both ways to look up, and both at once
        patch.setattr(judged_module, "TABLE_CELLS", cells)
        judged = join(run, qrels, queries)
    expected = list(by_hand(run, qrels, queries))
    assert judged.ranks.tolist() == [rank for ranks, _ in expected for rank in ranks]
    assert judged.grades.tolist() == [grade for _, grades in expected for grade in grades]
    assert np.diff(judged.offsets).tolist() == [len(ranks) for ranks, _ in expected]
    assert judged.depths.tolist() == [len(scores.get(query, {})) for query in queries]


@given(RUNS, QRELS)
def test_ideal_grades_descend_within_each_query(scores, qrels):
    judged = join(Run.from_scores(scores), qrels)
    expected = [grade for judged in qrels.values() for grade in sorted(judged.values())[::-1]]
    assert judged.ideal_grades.tolist() == expected


def test_the_judged_queries_are_the_default_in_the_order_of_the_qrels():
    run = Run.from_scores({"q1": {"a": 1}, "unjudged": {"a": 1}, "q2": {"b": 1, "a": 2}})
    judged = join(run, {"q2": {"b": 1}, "missing": {"a": 1}, "q1": {"a": 1}})
    assert judged.queries == ("q2", "missing", "q1")
    assert judged.ranks.tolist() == [1, -1, 0]
    assert judged.depths.tolist() == [2, 0, 1]


def test_queries_that_have_judgements_but_nothing_relevant_are_counted():
    qrels = {"q1": {"a": 0, "b": -1}, "q2": {"a": 1}, "q3": {}}
    assert join(Run.from_scores({}), qrels).without_relevant == 1


def judged_of(ranks, grades, sizes):
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    names = tuple(f"q{i}" for i in range(len(sizes)))
    return Judged(names, offsets, np.array(ranks), np.array(grades), np.full(len(sizes), 9))


def test_top_goes_by_query_and_rank_and_leaves_out_what_was_not_retrieved():
    judged = judged_of([5, -1, 0, 2, 1], [1, 2, 0, 1, 0], [3, 2])
    assert judged.top().tolist() == [2, 0, 4, 3]
    assert judged.top(2).tolist() == [2, 4]
    assert judged.running(judged.top(), judged.grades[judged.top()] >= 0).tolist() == [1, 2, 1, 2]


def test_totals_are_per_query_and_zero_where_there_is_nothing():
    judged = judged_of([0, -1, 3], [1, 2, 1], [2, 0, 1])
    assert judged.relevant(1).tolist() == [2, 0, 1]
    assert judged.relevant(2).tolist() == [1, 0, 0]
    assert judged.total(judged.top(), np.array([0.5, 0.25])).tolist() == [0.5, 0, 0.25]
