"""Ranks, their intervals, and groups that cannot be told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leaderboard.board.ranking import competition_ranks, rank_intervals, standings


def _noise(rows: int, seed: int = 0, size: float = 0.01) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, size, (1000, rows))
    return (drawn - drawn.mean(axis=0)).astype(np.float32)


def test_ties_share_the_better_rank() -> None:
    assert competition_ranks(np.array([0.5, 0.9, 0.5, 0.1])).tolist() == [2, 1, 2, 4]


def test_a_rank_interval_leaves_out_two_and_a_half_percent_at_either_end() -> None:
    """Of 1,000 resamples b beats a in 30, more than 2.5 %, and c beats a in 20, less."""
    replicates = np.tile(np.array([0.9, 0.5, 0.1], dtype=np.float32), (1000, 1))
    replicates[:30] = [0.5, 0.9, 0.1]
    replicates[30:50] = [0.5, 0.1, 0.9]
    low, high = rank_intervals(replicates)
    assert low.tolist() == [1, 1, 3]  # c is first in 2 % only
    assert high.tolist() == [2, 2, 3]


def test_the_interval_holds_the_rank_even_where_resamples_disagree() -> None:
    values = np.array([0.6, 0.5])
    replicates = np.tile(np.array([0.4, 0.5], dtype=np.float32), (100, 1))
    first, second = standings(values, replicates, ["a", "b"])
    assert first is not None
    assert second is not None
    assert (first.rank, first.low, first.high) == (1, 1, 2)
    assert (second.rank, second.low, second.high) == (2, 1, 2)


def test_equal_systems_share_a_group_and_a_dominated_one_never_does() -> None:
    values = np.array([0.500, 0.501, 0.300])
    for seed in range(20):
        found = standings(values, values.astype(np.float32) + _noise(3, seed), ["a", "b", "c"])
        groups = [standing.group for standing in found if standing]
        assert groups == [1, 1, 2]


def test_chance_alone_separates_equal_systems_in_about_five_percent_of_boards() -> None:
    """Systems of one true value, estimated with the error that the resamples show.

    The best of the others is compared with the leader under Holm's correction; the leader is
    chosen as the best, so up to twice the nominal rate is expected, and not more than that.
    """
    rng = np.random.default_rng(7)
    split = 0
    for seed in range(300):
        noise = _noise(2, seed, 0.02)
        values = rng.normal(0.5, 0.02, 2)
        found = standings(values, values.astype(np.float32) + noise, ["a", "b"])
        split += len({standing.group for standing in found if standing}) > 1
    assert 0.02 <= split / 300 <= 0.09  # 5 % +- three standard errors of 1.3 %


def test_noise_that_rows_share_tells_nothing_of_their_difference() -> None:
    """Both move together by far more than they differ: paired, the difference is certain."""
    shared = np.random.default_rng(1).normal(0, 0.1, (1000, 1)).astype(np.float32)
    values = np.array([0.52, 0.50])
    replicates = values.astype(np.float32) + shared + _noise(2, size=0.001)
    assert [s.group for s in standings(values, replicates, ["a", "b"]) if s] == [1, 2]


def test_a_group_is_read_against_its_leader() -> None:
    """b is 1 error of a difference from a, and c is 2.8 from a and 1.8 from b.

    Two-sided p by the normal distribution: 0.32 and 0.005, with Holm 0.32 and 0.01. So b joins a,
    and c leads the next group, though b and c (p = 0.07) could not be told apart either.
    """
    values = np.array([0.500, 0.490, 0.472])
    replicates = values.astype(np.float32) + _noise(3, size=0.01 / math.sqrt(2))
    found = standings(values, replicates, ["a", "b", "c"])
    assert [standing.group for standing in found if standing] == [1, 1, 2]


def test_comparisons_with_a_leader_are_corrected_for_their_number() -> None:
    """p = 0.02 of a single comparison tells apart; of ten alike it is 0.2 and does not."""
    gap = 2.33 * 0.01
    for rows, groups in ((2, 2), (11, 1)):
        values = np.array([0.5, *[0.5 - gap] * (rows - 1)])
        replicates = values.astype(np.float32) + _noise(rows, size=0.01 / math.sqrt(2))
        found = standings(values, replicates, [f"row-{i:02}" for i in range(rows)])
        assert len({standing.group for standing in found if standing}) == groups


def test_the_order_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0.5, 0.02, 12).round(3)
    values[5] = values[3]  # a tie for which the names decide who leads
    replicates = values.astype(np.float32) + _noise(12, 4)
    names = [f"row-{i}" for i in range(12)]
    straight = standings(values, replicates, names)
    order = rng.permutation(12)
    turned = standings(values[order], replicates[:, order], [names[i] for i in order])
    assert [straight[i] for i in order] == turned


def test_identical_rows_tie_in_every_resample() -> None:
    values = np.array([0.4, 0.4, 0.2])
    noise = _noise(2)[:, [0, 0, 1]]
    first, second, _ = standings(values, values.astype(np.float32) + noise, ["a", "b", "c"])
    assert first == second
    assert first is not None
    assert (first.rank, first.low, first.high, first.group) == (1, 1, 1, 1)


def test_a_row_that_cannot_be_resampled_counts_and_has_no_standing() -> None:
    values = np.array([0.9, 0.5, 0.49])
    known = np.array([False, True, True])
    found = standings(values, values.astype(np.float32) + _noise(3), ["a", "b", "c"], known=known)
    assert found[0] is None
    assert found[1] is not None
    assert (found[1].rank, found[1].low, found[1].group) == (2, 2, 2)  # group 1 is a's


def test_nobody_is_ranked_on_an_empty_board() -> None:
    assert standings(np.zeros(0), np.zeros((10, 0), dtype=np.float32), []) == []


@pytest.mark.parametrize(("freedom", "group"), [(math.inf, 2), (2, 1)])
def test_few_tasks_ask_for_a_larger_difference(freedom: float, group: int) -> None:
    """A difference of 3 errors: p = 0.0027 by the normal distribution, 0.095 by t of 2."""
    values = np.array([0.53, 0.50])
    replicates = values.astype(np.float32) + _noise(2, size=0.01 / math.sqrt(2))
    second = standings(values, replicates, ["a", "b"], freedom=freedom)[1]
    assert second is not None
    assert second.group == group
