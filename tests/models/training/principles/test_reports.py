"""How diverse examples are, how evenly principles are used, and what of the seeds they show."""

from __future__ import annotations

import math

import pytest

from models.training.principles.reports import coverage, distinct, diversity, leaks


def test_distinct_counts_different_runs_among_all() -> None:
    # Words a b a, a b: five, of which two differ; pairs a-b, b-a, a-b: three, two differ.
    assert distinct(["A b a.", "a b"], 1) == pytest.approx(2 / 5)
    assert distinct(["A b a.", "a b"], 2) == pytest.approx(2 / 3)
    assert distinct(["a"], 2) is None
    found = diversity(["a b c d", "x y"], ["a c d e", "b"])
    assert found["mean ROUGE-L to the nearest seed"] == pytest.approx(0.75 / 2, abs=1e-6)
    assert diversity([], ["a"])["mean ROUGE-L to the nearest seed"] is None


def test_the_entropy_of_principles_is_that_of_their_use() -> None:
    found = coverage(["a", "b", "c", "d"], [["a", "b"], ["a"], ["a"]])
    # Used 3 and 1 times of 4: -(3/4 log2 3/4 + 1/4 log2 1/4) = 0.811278 bits of log2 4 = 2.
    assert found["coverage"] == 0.5
    assert found["entropy in bits"] == pytest.approx(0.75 * math.log2(4 / 3) + 0.5)
    assert found["entropy, of the most"] == pytest.approx(0.4056, abs=1e-4)
    assert coverage(["a"], [["a"]]) == {
        "coverage": 1.0,
        "entropy in bits": 0.0,
        "entropy, of the most": None,
    }
    assert coverage([], [[]])["coverage"] is None


def test_leaks_of_seeds_are_told_by_runs_of_thirteen_words() -> None:
    seed = " ".join(f"w{i}" for i in range(20))
    copied = " ".join(f"w{i}" for i in range(14))  # two runs of 13
    fresh = " ".join(f"x{i}" for i in range(14))
    found = leaks({"instances": [copied, fresh], "principles": ["w1 w2"]}, [(seed,)])
    assert found["instances"] == {
        "longest common run, in words": 14,
        "runs of 13 words": 4,
        "of these in one seed alone": 2,
        "share": 0.5,
    }
    assert found["principles"]["longest common run, in words"] == 2
    assert found["principles"]["share"] is None


def test_wording_that_several_seeds_have_is_no_leak() -> None:
    common = " ".join(f"w{i}" for i in range(13))
    found = leaks({"instances": [f"{common} new"]}, [(common, "one"), (f"{common} two",)])
    # Two runs of 13: the common one, and w1 ... w12 new.
    assert found["instances"]["of these in one seed alone"] == 0
    assert found["instances"]["longest common run, in words"] == 13
