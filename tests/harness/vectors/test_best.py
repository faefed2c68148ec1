"""The lists of the best: order, ties, and what does not enter."""

from __future__ import annotations

import numpy as np
from brute import agree, best_of
from hypothesis import given
from hypothesis import strategies as st

from harness.vectors.best import Best

NOTHING = -np.inf


def offered(scores, k, ranks, parts):
    """The best of a table of scores that is offered in parts of its columns."""
    scores = np.array(scores, dtype=np.float32)
    best = Best(len(scores), k, np.array(ranks, dtype=np.int64))
    for rows in np.array_split(np.arange(scores.shape[1]), parts):
        best.offer(np.arange(len(scores)), rows, np.ascontiguousarray(scores[:, rows]))
    return best


def test_the_best_come_first_and_the_rest_is_filled_up():
    rows, scores = offered([[1, 3, 2], [9, 8, 7]], 4, [0, 1, 2], parts=1).result()
    assert rows.tolist() == [[1, 2, 0, -1], [0, 1, 2, -1]]
    assert scores.tolist() == [[3, 2, 1, NOTHING], [9, 8, 7, NOTHING]]


def test_of_equal_scores_the_higher_rank_wins_also_at_the_cut():
    rows, _ = offered([[5, 5, 5, 5]], 2, [30, -10, 40, 20], parts=2).result()
    assert rows.tolist() == [[2, 0]]


def test_zero_ties_with_minus_zero():
    rows, scores = offered([[0.0, -0.0, 0.0]], 3, [0, 2, 1], parts=1).result()
    assert rows.tolist() == [[1, 2, 0]]
    assert not np.signbit(scores).any()


def test_minus_infinity_is_never_returned():
    rows, _ = offered([[NOTHING, -1, NOTHING, -2, NOTHING]], 3, range(5), parts=1).result()
    assert rows.tolist() == [[1, 3, -1]]


def test_the_lowest_number_there_is_can_be_returned():
    lowest = np.finfo(np.float32).min
    rows, scores = offered([[lowest]], 1, [0], parts=1).result()
    assert rows.tolist() == [[0]]
    assert scores.tolist() == [[lowest]]


def test_the_floor_is_the_last_score_of_a_full_list():
    best = offered([[1, 3, 2], [4, NOTHING, NOTHING]], 2, [0, 1, 2], parts=1)
    assert best.floor.tolist() == [2, np.finfo(np.float32).min]


def test_queries_are_offered_to_by_their_place():
    best = Best(3, 1, np.arange(2))
    best.offer(np.array([2, 0]), np.array([1]), np.array([[7], [6]], dtype=np.float32))
    rows, scores = best.result()
    assert rows.tolist() == [[1], [-1], [1]]
    assert scores.tolist() == [[6], [NOTHING], [7]]


def test_single_scores_merge_with_what_is_there():
    best = offered([[1, 2], [3, 4]], 2, [0, 1, 2, 3], parts=1)
    found = np.array([9, 0, 3.5], dtype=np.float32)
    best.take(np.arange(2), np.array([2, 1]), np.array([2, 3, 2]), found)
    rows, scores = best.result()
    assert rows.tolist() == [[2, 1], [1, 2]]
    assert scores.tolist() == [[9, 2], [4, 3.5]]


def test_nothing_offered_is_nothing_found():
    rows, scores = Best(1, 2, np.zeros(0, dtype=np.int64)).result()
    assert rows.tolist() == [[-1, -1]]
    assert scores.tolist() == [[NOTHING, NOTHING]]


@given(st.data())
def test_any_parts_give_the_plain_ranking(data):
    queries, rows = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 60))
    values = st.sampled_from([NOTHING, -2, -0.5, 0, 0.5, 3, 1e30])
    table = data.draw(
        st.lists(st.lists(values, min_size=rows, max_size=rows), min_size=queries, max_size=queries)
    )
    table = np.array(table, dtype=np.float32)
    ranks = data.draw(st.permutations(range(rows)))
    k, parts = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 6))
    agree(offered(table, k, ranks, parts).result(), best_of(table, k, ranks))
