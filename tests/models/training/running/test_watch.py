"""Divergence by its stated rule, and losses that only look like it."""

from __future__ import annotations

import pytest

from models.training.running.watch import WINDOW, Watch


def steps_until_wrong(watch: Watch, losses: list[float]) -> int | None:
    return next((n for n, loss in enumerate(losses, 1) if watch.wrong(loss)), None)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_at_once(loss: float) -> None:
    assert steps_until_wrong(Watch(), [1.0, loss]) == 2


def test_a_loss_that_stays_far_above_the_start_stops() -> None:
    # The first 20 have mean 1: the limit is 2 * 1 + 1 = 3. Of losses of 5 behind them, n of the
    # last 20 make a mean of (20 - n + 5 n) / 20 > 3 from n = 11 on.
    assert steps_until_wrong(Watch(), [1.0] * WINDOW + [5.0] * WINDOW) == WINDOW + 11


def test_a_spike_stops_nothing_but_leaves_no_calm_to_save_in() -> None:
    watch = Watch()
    assert steps_until_wrong(watch, [1.0] * WINDOW + [9.0]) is None
    assert not watch.calm
    assert not watch.wrong(1.0)
    assert watch.calm


def test_what_was_seen_in_an_earlier_sitting_counts() -> None:
    whole, resumed = Watch(), Watch([1.0] * WINDOW + [5.0] * 5)
    assert steps_until_wrong(whole, [1.0] * WINDOW + [5.0] * 5) is None
    assert steps_until_wrong(resumed, [5.0] * 9) == 6


def test_training_that_starts_high_and_falls_is_fine() -> None:
    assert steps_until_wrong(Watch(), [100.0 / n for n in range(1, 100)]) is None
