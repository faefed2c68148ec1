"""Means, intervals and aggregates from per-query values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.scoring import Scores, aggregate, cluster_numbers, estimates, means, split_means
from harness.suites import Aggregate


def scores(values: list[float], **fields: object) -> Scores:
    n = len(values)
    defaults = {
        "keys": tuple(map(str, range(n))),
        "splits": ("s",) * n,
        "clusters": np.arange(n),
        "weights": np.ones(n),
        "values": {"m": np.array(values)},
    }
    return Scores(**defaults | fields)  # type: ignore[arg-type]


def test_the_mean_is_over_queries() -> None:
    assert means(scores([0.0, 0.5, 1.0, 1.0])) == {"m": 0.625}


def test_a_query_that_a_measure_says_nothing_of_is_left_out() -> None:
    some = replace(
        scores([0.0, 1.0, 1.0], splits=("a", "a", "b"), weights=np.array([1.0, 2.0, 1.0])),
        values={"m": np.array([0.0, 1.0, np.nan]), "nothing": np.full(3, np.nan)},
    )
    assert means(some) == {"m": pytest.approx(2 / 3)}  # weights 1 and 2; "nothing" has no mean
    assert split_means(some) == {"a": {"m": 0.5}, "b": {}}
    assert estimates(some, task="t", seed=0)["m"].n == 2


def test_a_micro_average_weighs_by_what_a_measure_says_something_of() -> None:
    tasks = {
        "x": scores([1.0, np.nan, np.nan]),
        "y": scores([0.0, 0.0, 1.0]),
    }
    micro = Aggregate("micro", (("x", "y"),), "micro")
    values = {task: means(found)["m"] for task, found in tasks.items()}
    found = aggregate(micro, "m", values, tasks, seed=0)
    assert found is not None
    assert (found.value, found.n) == (0.5, 4)  # (1 x 1 + 3 x 1/3) / 4


def test_fixed_shares_are_those_of_the_benchmark() -> None:
    fixed = Aggregate("f", (("x", "y"),), "fixed", shares=(("x", 0.9), ("y", 0.1)))
    assert fixed.value({"x": 1.0, "y": 0.0}, {"x": 3, "y": 300}) == pytest.approx(0.9)
    assert fixed.value({"y": 0.5}, {"y": 1}) == 0.5  # what is absent is left out, and told


def test_split_weights_count() -> None:
    # Split a (2 queries, mean .5) weighs 3, split b (1 query, mean 1) weighs 1: (1.5 + 1) / 4.
    weighted = scores([0.0, 1.0, 1.0], splits=("a", "a", "b"), weights=np.array([1.5, 1.5, 1.0]))
    assert means(weighted)["m"] == pytest.approx(0.625)
    assert split_means(weighted) == {"a": {"m": 0.5}, "b": {"m": 1.0}}


def test_rounded_splits_are_rounded_before_they_are_averaged() -> None:
    # 1/3 -> .33333 at five digits, weight 3; 1 -> 1., weight 1: (3 * .33333 + 1) / 4 = .4999975
    value = scores([0, 0, 1, 1], splits=("a", "a", "a", "b"))
    assert means(value, rounding=5)["m"] == pytest.approx(0.4999975, abs=1e-12)
    assert means(value)["m"] == pytest.approx(0.5)


def test_the_interval_holds_the_mean_and_has_the_width_of_the_standard_error() -> None:
    values = np.random.default_rng(1).random(2000)
    estimate = estimates(scores(values.tolist()), task="t", seed=0)["m"]
    half = 1.96 * values.std() / np.sqrt(2000)
    assert estimate.n == 2000
    assert estimate.value == pytest.approx(values.mean(), abs=1e-9)
    assert estimate.value - estimate.ci_low == pytest.approx(half, rel=0.15)
    assert estimate.ci_high - estimate.value == pytest.approx(half, rel=0.15)


def test_repeated_queries_do_not_narrow_the_interval() -> None:
    values = np.random.default_rng(2).random(100)
    once = estimates(scores(values.tolist()), task="t", seed=0)["m"]
    repeated = scores(np.repeat(values, 10).tolist(), clusters=np.repeat(np.arange(100), 10))
    ten = estimates(repeated, task="t", seed=0)["m"]
    naive = estimates(scores(np.repeat(values, 10).tolist()), task="t", seed=0)["m"]
    width = once.ci_high - once.ci_low
    assert ten.ci_high - ten.ci_low == pytest.approx(width, rel=0.15)
    assert naive.ci_high - naive.ci_low < 0.5 * width


def test_intervals_depend_on_seed_and_task_alone() -> None:
    values = np.random.default_rng(3).random(50).tolist()
    first = estimates(scores(values), task="t", seed=0)
    assert first == estimates(scores(values), task="t", seed=0)
    assert first != estimates(scores(values), task="t", seed=1)
    assert first != estimates(scores(values), task="u", seed=0)


def test_an_aggregate_of_one_task_has_the_interval_of_the_task() -> None:
    value = scores(np.random.default_rng(4).random(50).tolist())
    single = estimates(value, task="t", seed=0)["m"]
    total = aggregate(Aggregate("a", (("t",),)), "m", {"t": single.value}, {"t": value}, seed=0)
    assert total == single


def test_independent_tasks_average_to_a_narrower_interval() -> None:
    rng = np.random.default_rng(5)
    tasks = {f"t{i}": scores(rng.random(400).tolist()) for i in range(4)}
    values = {task: means(s)["m"] for task, s in tasks.items()}
    single = estimates(tasks["t0"], task="t0", seed=0)["m"]
    total = aggregate(Aggregate("a", (tuple(tasks),)), "m", values, tasks, seed=0)
    assert total is not None
    assert total.value == pytest.approx(sum(values.values()) / 4)
    assert total.n == 1600
    # The standard error of a mean of four independent means is half of each.
    ratio = (total.ci_high - total.ci_low) / (single.ci_high - single.ci_low)
    assert ratio == pytest.approx(0.5, rel=0.2)


def test_a_measure_that_no_task_has_gives_nothing() -> None:
    value = scores([1.0])
    assert aggregate(Aggregate("a", (("t",),)), "x", {"t": 1.0}, {"t": value}, seed=0) is None


def test_equal_texts_get_equal_numbers() -> None:
    assert cluster_numbers(["a", "b", "a", "c", "b"]).tolist() == [0, 1, 0, 2, 1]
