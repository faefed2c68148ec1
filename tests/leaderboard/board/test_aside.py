"""What a second process finds is the same as what this one would."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from leaderboard.board import aside as module
from leaderboard.board.aside import aside, shared_zeros

needs_two = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods() or module.processors() < 2,
    reason="processes are not forked here",
)


@needs_two
def test_what_another_process_leaves_in_shared_zeros_is_seen_here() -> None:
    found = shared_zeros(2, 3)
    assert found.tolist() == [[0, 0, 0], [0, 0, 0]]

    def work() -> None:
        found[:] = os.getpid()

    with aside(work, pays=True):
        pass
    assert found[0, 0] != 0
    assert found[0, 0] != os.getpid()


def test_work_that_does_not_pay_is_done_here_and_first() -> None:
    found = shared_zeros(1)

    def work() -> None:
        found[:] = 7

    with aside(work, pays=False):
        assert found[0] == 7


def test_one_processor_does_everything_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "processors", lambda: 1)
    done = []
    with aside(lambda: done.append(os.getpid()), pays=True):
        pass
    assert done == [os.getpid()]


@needs_two
def test_a_process_that_fails_is_an_error_and_not_a_board_of_zeros() -> None:
    with (
        pytest.raises(RuntimeError, match="ended with 3"),
        aside(lambda: os._exit(3), pays=True),
    ):
        pass


def test_nothing_can_be_shared_as_well() -> None:
    assert shared_zeros(5, 0).shape == (5, 0)
