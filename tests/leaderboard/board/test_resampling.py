"""Two levels of resampling, against a slow and plain implementation, and against the harness."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.scoring import RESAMPLES, Scores, aggregate, estimates
from harness.suites import Aggregate
from leaderboard.board.draws import draws
from leaderboard.board.resampling import Resampled, TaskValues, block

TASKS = {"t/a": 5, "t/b": 3, "t/c": 4, "t/d": 2}
ROWS = 3
MACRO = Aggregate("macro", (("t/a", "t/b"), ("t/c", "t/d")))
MICRO = Aggregate("micro", (("t/a", "t/b"), ("t/c", "t/d")), "micro")

Table = NDArray[np.float32]


@pytest.fixture(name="tables")
def _tables() -> dict[str, Table]:
    rng = np.random.default_rng(3)
    return {task: rng.random((n, ROWS)).astype(np.float32) for task, n in TASKS.items()}


def _task_values(task: str, table: Table, known: NDArray[np.int64]) -> TaskValues:
    n = len(table)
    found = block(task, known, table[:, known], clusters=[*range(n)], weights=[1.0] * n)
    return TaskValues(task, table.mean(axis=0, dtype=np.float64), (found,))


def _replicates(
    definition: Aggregate, tables: Mapping[str, Table], *, tasks: bool, known: list[int]
) -> NDArray[np.float32]:
    resampled = Resampled(definition, TASKS, range(ROWS), tasks=tasks)
    for task, table in tables.items():
        resampled.add(_task_values(task, table, np.array(known)))
    return resampled.replicates()


@pytest.mark.parametrize("definition", [MACRO, MICRO], ids=["macro", "micro"])
def test_with_tasks_fixed_intervals_are_those_of_a_report(
    definition: Aggregate, tables: dict[str, Table]
) -> None:
    drawn = _replicates(definition, tables, tasks=False, known=[0, 1, 2])
    for row in range(ROWS):
        scores = {
            task: Scores(
                keys=tuple(map(str, range(len(table)))),
                splits=("s",) * len(table),
                clusters=np.arange(len(table)),
                weights=np.ones(len(table)),
                values={"m": table[:, row].astype(np.float64)},
            )
            for task, table in tables.items()
        }
        means = {task: estimates(s, task=task, seed=0)["m"].value for task, s in scores.items()}
        wanted = aggregate(definition, "m", means, scores, seed=0)
        assert wanted is not None
        low, high = np.quantile(drawn[:, row], [0.025, 0.975])
        assert (low, high) == pytest.approx((wanted.ci_low, wanted.ci_high), abs=1e-6)


@pytest.mark.parametrize("definition", [MACRO, MICRO], ids=["macro", "micro"])
def test_both_levels_are_what_a_plain_loop_over_the_same_draws_gives(
    definition: Aggregate, tables: dict[str, Table]
) -> None:
    """Every copy of a drawn task takes another query draw of it: 61 resamples further on."""
    drawn = _replicates(definition, tables, tasks=True, known=[0, 1, 2])
    queries = {
        task: draws(f"0/{task}", n=n, resamples=RESAMPLES).astype(float)
        for task, n in TASKS.items()
    }
    groups = (definition.tasks,) if definition is MICRO else definition.groups
    copies = [
        draws(f"0/tasks/{' '.join(g)}", n=len(g), resamples=RESAMPLES, size=len(g) - 1)
        for g in groups
    ]
    for resample in range(0, RESAMPLES, 97):
        mean_of_groups = np.zeros(ROWS)
        for group, counts in zip(groups, copies, strict=True):
            total, weight = np.zeros(ROWS), 0.0
            for position, task in enumerate(group):
                for copy in range(counts[resample, position]):
                    picked = queries[task][(resample + 61 * copy) % RESAMPLES]
                    mean = picked @ tables[task] / picked.sum()
                    w = TASKS[task] if definition is MICRO else 1
                    total, weight = total + w * mean, weight + w
            mean_of_groups += total / weight / len(groups)
        np.testing.assert_allclose(drawn[resample], mean_of_groups, atol=1e-6)


def test_tasks_alone_vary_as_the_standard_error_of_a_stratified_mean_says() -> None:
    """Variance of the mean of two group means: (s1^2 / 2 + s2^2 / 3) / 4, s^2 over n - 1.

    Values 0.2, 0.4 have s^2 = 0.02; 0.1, 0.5, 0.6 have mean 0.4 and s^2 = 0.14 / 2 = 0.07. So it
    is (0.01 + 0.07 / 3) / 4 = 1 / 120. Draws of as many tasks as there are would give 0.0051.
    """
    means = {"g/a": 0.2, "g/b": 0.4, "g/c": 0.1, "g/d": 0.5, "g/e": 0.6}
    groups = Aggregate("groups", (("g/a", "g/b"), ("g/c", "g/d", "g/e")))
    drawn = Resampled(groups, dict.fromkeys(means, 1), [0], tasks=True)
    for task, mean in means.items():
        drawn.add(TaskValues(task, np.array([mean])))
    assert drawn.replicates().var() == pytest.approx(1 / 120, rel=0.1)


def test_a_row_without_queries_varies_with_the_tasks_alone(tables: dict[str, Table]) -> None:
    one = Aggregate("one", (("t/a",),))
    drawn = Resampled(one, TASKS, range(ROWS), tasks=True)
    drawn.add(_task_values("t/a", tables["t/a"], np.array([0, 2])))
    spread = drawn.replicates().std(axis=0)
    assert spread[1] < 1e-5  # the only task is drawn every time; what is left is rounding
    assert min(spread[0], spread[2]) > 0.01


def test_rows_are_found_by_position_whatever_their_order(tables: dict[str, Table]) -> None:
    straight = Resampled(MACRO, TASKS, [0, 1, 2], tasks=True)
    turned = Resampled(MACRO, TASKS, [2, 0], tasks=True)
    for task, table in tables.items():
        values = _task_values(task, table, np.array([1, 2, 0]))
        straight.add(values)
        turned.add(values)
    np.testing.assert_allclose(turned.replicates(), straight.replicates()[:, [2, 0]], atol=1e-6)


def test_variance_is_that_of_tasks_and_queries_together() -> None:
    """Equal tasks leave the queries' variance only; with independent copies it is counted once.

    Three tasks of two queries valued 0 and 1: a drawn task mean has variance 1/8 (two fair draws),
    and the mean of the two copies that are drawn 1/16, be they of one task or of two.
    """
    table = np.array([[0.0], [1.0]], dtype=np.float32)
    alike = Aggregate("alike", (("p/a", "p/b", "p/c"),))
    drawn = Resampled(alike, dict.fromkeys(alike.tasks, 2), [0], tasks=True)
    for task in alike.tasks:
        drawn.add(_task_values(task, table, np.array([0])))
    assert drawn.replicates().var() == pytest.approx(1 / 16, rel=0.15)
