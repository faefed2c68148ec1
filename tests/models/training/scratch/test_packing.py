"""Batches of sequences of similar length."""

from __future__ import annotations

from itertools import islice

import numpy as np

from models.training.scratch.packing import Sequences, batches, curriculum

ROWS = [([5, 6, 7], [(1, 3)]), ([8], []), ([9, 10], [(0, 1)])]


def test_sequences_are_padded_on_the_right() -> None:
    found = Sequences.of(ROWS)
    assert found.lengths.tolist() == [3, 1, 2]
    ids, learned, there = found.padded([2, 0], 99)
    assert ids.tolist() == [[9, 10, 99], [5, 6, 7]]
    assert learned.tolist() == [[True, False, False], [False, True, True]]
    assert there.tolist() == [[True, True, False], [True, True, True]]


def test_no_sequences_make_no_batches() -> None:
    assert Sequences.of([]).lengths.tolist() == []
    assert list(batches(np.zeros(0, np.int64), 10, 0)) == []


def test_every_sequence_comes_once_before_any_comes_again() -> None:
    lengths = np.random.default_rng(3).integers(1, 50, 3000)
    seen: list[int] = []
    for batch in batches(lengths, 200, 7):
        seen += batch
        if len(seen) >= 3000:
            break
    assert sorted(seen) == list(range(3000))


def test_a_batch_holds_as_many_tokens_as_it_may_padding_included() -> None:
    lengths = np.random.default_rng(3).integers(1, 50, 3000)
    made = list(islice(batches(lengths, 200, 7), 300))
    assert all(max(lengths[b]) * len(b) <= 200 for b in made)
    filled = sum(int(lengths[b].sum()) for b in made)
    room = sum(int(max(lengths[b])) * len(b) for b in made)
    assert filled / room > 0.97  # of similar length
    assert filled / (200 * len(made)) > 0.85


def test_a_sequence_that_is_longer_than_a_batch_is_one_by_itself() -> None:
    assert sorted(islice(batches(np.array([500, 3, 4]), 10, 0), 2)) == [[0], [1, 2]]


def test_the_order_follows_from_the_seed_and_differs_between_epochs() -> None:
    lengths = np.full(40, 5)
    one, same, other = (list(islice(batches(lengths, 20, s), 20)) for s in (1, 1, 2))
    assert one == same != other
    assert one[:10] != one[10:]


def test_a_curriculum_takes_so_many_steps_of_each_part() -> None:
    parts = [np.full(8, 5), np.full(3, 9)]
    found = list(curriculum(parts, [4, 2], 20, 0))
    assert [part for part, _ in found] == [0, 0, 0, 0, 1, 1]
    assert all(max(batch) < len(parts[part]) for part, batch in found)
