"""Texts that are alike, by hand and by what was computed before without shortcuts."""

from __future__ import annotations

from random import Random

import pytest

from harness.measures.rouge import rouge_l
from models.training.principles.levels import clustered, units
from models.training.principles.likeness import Runs, Texts, likeness, longest_common_run


def test_likeness_is_rouge_l_of_words_without_case_and_punctuation() -> None:
    # "a b c d" and "a c d e": a c d in common, 3 of 4 words of either, F = 3/4.
    assert likeness("A, b c. D!", "a c d e") == pytest.approx(0.75, abs=1e-6)
    assert likeness("a b", "c d") == 0
    assert likeness("", "a") == 0
    assert likeness("same words here", "Same words, here.") == pytest.approx(1, abs=1e-6)


def test_the_nearest_text_is_that_of_a_search_through_all() -> None:
    chance = Random(3)
    texts = [" ".join(chance.choices("abcdefgh", k=chance.randint(1, 9))) for _ in range(60)]
    known = Texts(texts)
    assert len(known) == 60
    for _ in range(60):
        text = " ".join(chance.choices("abcdefghij", k=chance.randint(1, 9)))
        scores = [rouge_l(text, other) for other in texts]
        best = max(scores)
        wanted = (best, scores.index(best)) if best else (0.0, -1)
        assert known.nearest(text) == wanted
        assert known.nearest(text, 0.6) == (wanted if best > 0.6 else (0.0, -1))


def test_a_likeness_must_be_exceeded_not_reached() -> None:
    exact = likeness("a b c d", "a c d e")
    assert Texts(["a c d e"]).nearest("a b c d", exact) == (0.0, -1)
    assert Texts(["a c d e"]).nearest("a b c d", exact - 1e-9) == (exact, 0)


def test_runs_of_words_are_found_wherever_they_stand() -> None:
    runs = Runs(3)
    runs.add("One two, three four.")
    assert runs.common("zero ONE two three") == "one two three"
    assert runs.common("two three four five") == "two three four"
    assert runs.common("one two four three") == ""
    # "one two three", "two three four" of the first, and of the second one of "three four x".
    assert runs.share(["one two three four", "three four x", "x y"]) == (2, 3)


def test_a_text_shorter_than_a_run_has_none() -> None:
    runs = Runs(3)
    runs.add("Not so")
    runs.add("")
    assert runs.common("not so") == runs.common("") == ""


def test_a_run_of_several_groups_belongs_to_none() -> None:
    groups = [("answer in one word", "is it Ulm"), ("Answer in one word, please", "is it Bonn")]
    runs = Runs.of_one_alone(groups, 3)
    assert runs.common("answer in one word") == ""
    assert runs.common("in one word please") == "one word please"
    assert runs.common("is it ulm") == "is it ulm"
    twice = Runs.of_one_alone([("a b c", "a b c")], 3)  # one group says it twice
    assert twice.common("a b c") == "a b c"
    same = Runs.of_one_alone([("a b c", "d"), ["a b c", "d"]], 3)  # an example that is there twice
    assert same.common("a b c") == "a b c"


def test_the_longest_common_run_is_counted_in_words() -> None:
    seeds = ["the quick brown fox jumps", "over the lazy dog"]
    assert longest_common_run(["a Quick brown Fox runs", "the lazy dog sleeps"], seeds) == 3
    assert longest_common_run(["jumps over"], seeds) == 1  # two seeds are not one text
    assert longest_common_run(["cat"], seeds) == longest_common_run([], seeds) == 0
    assert longest_common_run(seeds, seeds) == 5


def test_the_next_kind_is_begun_by_the_text_least_like_those_before() -> None:
    # The first text begins; to it, "a b c x" has likeness 3/4, "p q r s" 0 and "p q r t" 0. The
    # first of the two that have 0 begins the second kind, to which "p q r t" has 3/4. Most alike
    # of those left, by their likeness to the nearest centre (both 3/4), is the first: "a b c x".
    texts = ["a b c d", "a b c x", "p q r s", "p q r t"]
    assert clustered(texts, 2) == [[0, 1], [2, 3]]
    assert clustered(texts, 3) == [[0], [2, 3], [1]]
    assert clustered(texts, 9) == [[0], [2], [1], [3]]
    assert clustered(["a", "a", "a"], 2) == [[0, 2], [1]]
    assert clustered([], 2) == []


def test_units_of_the_levels() -> None:
    texts = ["a b c d", "p q r s", "a b c x", "p q r t", "a b c y"]
    assert units("task", texts, 2, 9) == [[0, 1], [2, 3], [4]]
    assert units("cluster", texts, 2, 2) == [[0, 2], [4], [1, 3]]
    assert units("instance", texts, 2, 2) == [[0], [1], [2], [3], [4]]
