"""Batches of like length, several at once on a CPU, halved when memory runs out."""

from __future__ import annotations

import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from harness.errors import UserError  # noqa: E402
from models.neural.batching import Batching, Chosen  # noqa: E402

LENGTHS = np.array([3, 9, 1, 4, 9, 2, 7, 5], dtype=np.int64)
ONE = np.zeros(8, dtype=np.int64)


def test_the_longest_run_first_and_every_text_once() -> None:
    found = Batching[int](18, None).run(LENGTHS, ONE, lambda chosen: int(LENGTHS[chosen].sum()))
    # 9 + 9 fill 18 tokens; then 7, 5 (14 with padding); 4, 3, 2, 1 (16 with padding).
    assert [sorted(chosen.tolist()) for chosen, _ in found] == [[1, 4], [6, 7], [0, 2, 3, 5]]
    assert [total for _, total in found] == [18, 12, 10]


def test_several_batches_run_at_once_each_on_one_core() -> None:
    meeting = threading.Barrier(2, timeout=20)
    cores: set[int] = set()

    def forward(chosen: Chosen) -> int:
        meeting.wait()  # nobody comes through alone
        cores.add(torch.get_num_threads())
        return int(chosen.sum())

    before = torch.get_num_threads()
    found = Batching[int](9, 2, threads=2).run(LENGTHS, ONE, forward)
    assert len(found) % 2 == 0
    assert sum(total for _, total in found) == sum(range(8))
    assert cores == {1}
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("threads", [1, 2])
def test_memory_that_runs_out_halves_the_batches_and_keeps_what_was_done(threads: int) -> None:
    ran: list[list[int]] = []

    def forward(chosen: Chosen) -> int:
        if LENGTHS[chosen].max() * len(chosen) > 10:
            raise torch.OutOfMemoryError("out of memory")
        ran.append(chosen.tolist())
        return len(chosen)

    batching = Batching[int](36, None, threads=threads)
    found = batching.run(LENGTHS, ONE, forward)
    assert sorted(i for chosen, _ in found for i in chosen.tolist()) == list(range(8))
    assert batching.notes == {"batches halved for lack of memory": 2}
    # What ran beside a batch that failed is run again, after each of the two failures.
    again = sum(map(len, ran)) - 8
    assert 0 <= again <= 2 * 8 * (threads - 1)
    batching.run(LENGTHS, ONE, forward)
    assert batching.notes == {}


def test_what_fails_is_not_hidden_by_what_runs_beside_it() -> None:
    def forward(chosen: Chosen) -> int:
        if 2 in chosen:
            raise ValueError("no such text")
        return 0

    before = torch.get_num_threads()
    with pytest.raises(ValueError, match="no such text"):
        Batching[int](9, 1, threads=2).run(LENGTHS, ONE, forward)
    assert torch.get_num_threads() == before


def test_one_text_that_does_not_fit_is_an_error() -> None:
    def forward(chosen: Chosen) -> int:
        raise torch.OutOfMemoryError("out of memory")

    with pytest.raises(UserError, match="memory does not suffice"):
        Batching[int](9, None).run(LENGTHS, ONE, forward)


def test_groups_do_not_mix() -> None:
    groups = np.array([0, 1, 0, 1, 0, 1, 0, 1], dtype=np.int64)
    found = Batching[None](100, None).run(LENGTHS, groups, lambda chosen: None)
    assert all(len(set(groups[chosen].tolist())) == 1 for chosen, _ in found)
    assert len(found) == 2
