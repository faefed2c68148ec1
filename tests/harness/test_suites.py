"""Aggregates are linear combinations of task values with stated weights."""

from __future__ import annotations

import pytest

from harness.suites import Aggregate, Suite

GROUPS = (("a", "b"), ("c",))
VALUES = {"a": 0.1, "b": 0.5, "c": 0.9}
SIZES = {"a": 10, "b": 30, "c": 60}


def test_macro_is_the_mean_of_group_means() -> None:
    # ((0.1 + 0.5) / 2 + 0.9) / 2 = 0.6
    assert Aggregate("average", GROUPS).value(VALUES, SIZES) == pytest.approx(0.6)


def test_one_group_is_the_plain_mean() -> None:
    # (0.1 + 0.5 + 0.9) / 3 = 0.5
    assert Aggregate("mean", (("a", "b", "c"),)).value(VALUES, SIZES) == pytest.approx(0.5)


def test_micro_weights_by_queries() -> None:
    # 0.1 * 0.1 + 0.3 * 0.5 + 0.6 * 0.9 = 0.70
    assert Aggregate("micro", GROUPS, "micro").value(VALUES, SIZES) == pytest.approx(0.70)


def test_an_absent_task_leaves_the_mean_of_what_is_there() -> None:
    assert Aggregate("average", GROUPS).value({"a": 0.1, "c": 0.9}, SIZES) == pytest.approx(0.5)


def test_an_absent_group_is_left_out() -> None:
    assert Aggregate("average", GROUPS).value({"a": 0.1, "b": 0.5}, SIZES) == pytest.approx(0.3)


def test_nothing_present_has_no_value() -> None:
    suite = Suite("s", "S", ("a",), (Aggregate("average", GROUPS),))
    assert suite.aggregate({}, {}) == {"average": None}


@pytest.mark.parametrize("weighting", ["macro", "micro"])
def test_weights_sum_to_one(weighting: str) -> None:
    aggregate = Aggregate("x", GROUPS, weighting)  # type: ignore[arg-type]
    assert sum(aggregate.weights(SIZES).values()) == pytest.approx(1)
