from __future__ import annotations

import pytest

from harness.measures.qa.agreement import FULL, NONE, Agreement, joint
from harness.measures.qa.supports import facts, sufficiency, supports, triples, wordings, written

GOLD = [("Ed Wood (film)", 0), ("Scott Derrickson", 0)]


def test_supporting_facts_are_compared_as_sets() -> None:
    found = supports([("Ed Wood (film)", 0), ("Ed Wood (film)", 1), ("Ed Wood (film)", 0)], GOLD)
    assert (found.exact, found.precision, found.recall, found.f1) == (0, 1 / 2, 1 / 2, 1 / 2)
    assert supports(GOLD[::-1], GOLD) == FULL
    assert supports([], GOLD) == NONE


def test_titles_differ_by_case_but_for_2wiki() -> None:
    given = [("ed wood (film)", 0), ("Scott Derrickson", 0)]
    assert supports(given, GOLD).f1 == 1 / 2
    assert supports(given, GOLD, "lower") == FULL


def test_2wiki_counts_a_title_in_two_cases_twice() -> None:
    # Two distinct facts given, alike in lower case: both right, of two gold ones one is missed.
    found = supports([("ED WOOD (FILM)", 0), ("Ed Wood (film)", 0)], GOLD, "lower")
    assert (found.exact, found.precision, found.recall) == (0, 1, 2 / 3)


def test_triples_may_be_worded_in_several_ways() -> None:
    gold = [
        wordings(["Silver Star (1910 Song)", "composer", ["Charles L. Johnson", "C. L. Johnson"]]),
        wordings(["Charles L. Johnson", "place of birth", "Kansas City"]),
    ]
    given = written([["silver star 1910 song", "composer", "C L Johnson"], ["x", "y", "z"]])
    found = triples(given, gold)
    assert (found.exact, found.precision, found.recall, found.f1) == (0, 1 / 2, 1 / 2, 1 / 2)
    both = written([["Charles L Johnson", "Place of birth", "kansas city!"], *given[:1]])
    assert triples(both, gold) == FULL
    # Articles stay.
    assert triples(written([["a", "b", "the c"]]), [wordings(["a", "b", "c"])]) == NONE


def test_two_wordings_of_a_triple_both_count_as_upstream() -> None:
    gold = [wordings([["a", "A1"], "r", "o"])]
    assert triples([("a", "r", "o"), ("A1", "r", "o")], gold).recall == 2


def test_the_joint_f1_is_that_of_the_products() -> None:
    # P = 1/2 * 1, R = 1 * 1/2: F1 = 1/2.
    answer, rest = Agreement(0, 2 / 3, 1 / 2, 1), Agreement(0, 2 / 3, 1, 1 / 2)
    assert joint(answer, rest) == Agreement(0, 1 / 2, 1 / 2, 1 / 2)
    assert joint(FULL, FULL) == FULL
    assert joint(FULL, NONE) == NONE


def test_a_question_counts_if_both_of_its_versions_were_told_apart() -> None:
    # The first: both right, its answer scores 0.5. The second: said of both that they can be.
    questions = {
        "2hop__1": [(True, True, 0.5), (False, False, 0.0)],
        "2hop__2": [(False, True, 0.0), (True, True, 1.0)],
    }
    assert sufficiency(questions) == 0.25


@pytest.mark.parametrize(
    ("value", "facts_of_it"),
    [
        ([["T", 1], 3], [("T", 1), (3,)]),
        ("abc", []),
        (None, []),
        ({"T": 1}, []),
        ([["T", [1]]], [("no fact", None, 0)]),
        ([{}, None], [("no fact", None, 0), ("no fact", None, 1)]),
    ],
)
def test_what_is_no_fact_is_none_that_is_right(value: object, facts_of_it: list[object]) -> None:
    assert facts(value) == facts_of_it


@pytest.mark.parametrize("value", [None, "abc", [["a", "b"]], [["a", "b", 3]], [[[], [], []]]])
def test_what_is_no_triple_is_none_that_is_right(value: object) -> None:
    assert triples(written(value), [wordings(["a", "b", "c"])]).f1 == 0
