from __future__ import annotations

import pytest

from harness.measures.qa.passages import (
    all_found,
    any_found,
    evidence_any,
    evidence_precision,
    evidence_recall,
    has_answer,
    r_precision,
    recall,
)

SETS = [["1", "2"], ["5"], ["7", "9", "11"]]
"""The evidence sets of KILT's own test of its retrieval measures (tests/test_data/gold2.out)."""
GUESS = ["2", "5", "7", "33", "1", "9", "44", "88"]
"""Its prediction (guess2_1.out), for which tests/test_eval_retrieval.py prints 1/2 and 2/3."""


def test_recall_is_a_share_and_all_and_any_are_yes_or_no() -> None:
    needed, found = ["a", "b"], ["c", "b", "d", "a"]
    assert [recall(needed, found[:k]) for k in (1, 2, 4)] == [0, 1 / 2, 1]
    assert [all_found(needed, found[:k]) for k in (1, 2, 4)] == [0, 0, 1]
    assert [any_found(needed, found[:k]) for k in (1, 2, 4)] == [0, 1, 1]


def test_a_passage_that_is_found_or_needed_twice_counts_once() -> None:
    assert recall(["a", "a", "b"], ["a", "a"]) == 1 / 2


def test_r_precision_is_that_of_kilts_own_test() -> None:
    # 1 of {1, 2} among 2, 5; 0 of {5} among 2; 1 of {7, 9, 11} among 2, 5, 7: the best is 1/2.
    assert r_precision(SETS, GUESS) == 1 / 2


def test_r_precision_looks_at_distinct_pages() -> None:
    assert r_precision([["a", "b"]], ["a", "a", " b"]) == 1
    assert r_precision([["a"]], []) == 0


def test_evidence_recall_is_that_of_kilts_own_test() -> None:
    # Points: 5 completes its set at 1; 33 at 3; 1 completes {1, 2} at 4; {7, 9} lacks 11 and stands
    # at 5; 44; 88. Among the first five points two of three sets are complete.
    assert evidence_recall(SETS, GUESS, 5) == 2 / 3
    assert evidence_recall(SETS, GUESS, 1) == 1 / 3


def test_a_set_of_pages_is_one_point_where_its_last_page_is() -> None:
    # a, x, b: the set {a, b} is complete at b, so that x comes before it.
    assert evidence_recall([["a", "b"]], ["a", "x", "b"], 1) == 0
    assert evidence_recall([["a", "b"]], ["a", "x", "b"], 2) == 1


def test_equal_sets_are_one_and_a_page_found_again_is_passed_over() -> None:
    # KILT's `_get_ids_list` drops a page's repetitions: a, b are the two points.
    assert evidence_recall([["a"], ["a"], ["b"]], ["a", "a", "b"], 1) == 1 / 2
    assert evidence_recall([["a"], ["a"], ["b"]], ["a", " a", "b"], 2) == 1
    # x, then {c, d} complete at the third distinct page: the second point.
    assert evidence_recall([["c", "d"]], ["c", "x", "x", "d"], 1) == 0
    assert evidence_recall([["c", "d"]], ["c", "x", "x", "d"], 2) == 1


def test_precision_and_success_are_those_of_kilts_own_test() -> None:
    # Its tests/test_eval_retrieval.py: precision@1 1, precision@5 2/5, success_rate@5 1.
    assert evidence_precision(SETS, GUESS, 1) == 1
    assert evidence_precision(SETS, GUESS, 5) == 2 / 5
    assert evidence_any(SETS, GUESS, 5) == 1
    assert evidence_precision([["a"]], [], 5) == evidence_any([["a"]], ["b"], 5) == 0


@pytest.mark.parametrize(
    ("text", "answer", "squad", "dpr"),
    [
        ("Paris is the capital.", "paris", 1, 1),
        ("A party.", "art", 1, 0),  # within a word
        ("the city of Paris", "city of the Paris", 1, 0),  # DPR keeps articles
        ("in the U.S. today", "U.S.", 1, 1),
        ("in the US today", "U.S.", 1, 0),  # DPR keeps full stops: u . s .
        ("St John", "St. John", 1, 0),
        ("Jo\u0301se", "j\u00f3se", 0, 1),  # decomposed by DPR alone
        ("1990\u20131995", "1995", 1, 1),
        ("New\nYork", "New York", 1, 1),
        ("anything", "", 0, 0),
        ("anything", "the", 0, 0),
        ("x_y", "y", 1, 1),  # an underscore is no letter
    ],
)
def test_a_text_holds_an_answer(text: str, answer: str, squad: int, dpr: int) -> None:
    assert has_answer(["nothing", text], [answer], "squad") == squad
    assert has_answer(["nothing", text], ["not there", answer], "dpr") == dpr
