"""Sequences of tokens in flat arrays, and batches of about as many tokens each.

A batch holds sequences of similar length, so that next to nothing of it is padding, and no sequence
sees another one. On processors that is cheaper than long blocks in which sequences are joined:
attention is paid for a sequence's own length, and by the kernel that needs no mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

TOGETHER = 1024
"""Sequences that are sorted by length at a time: fewer mix better, more waste less."""


@dataclass(frozen=True, eq=False)
class Sequences:
    """Many sequences, one behind the other.

    Attributes:
        ids: of all tokens, shape (tokens,).
        learned: whether a token is the assistant's, shape (tokens,).
        edges: where each sequence begins, and where the last one ends, shape (sequences + 1,).
    """

    ids: NDArray[np.int32]
    learned: NDArray[np.bool_]
    edges: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[tuple[Sequence[int], Sequence[Sequence[int]]]]) -> Sequences:
        """From token ids and the spans of them that are learned, a pair a sequence."""
        ids, learned, edges = list[NDArray[np.int32]](), list[NDArray[np.bool_]](), [0]
        for row, spans in rows:
            own = np.zeros(len(row), dtype=np.bool_)
            for start, end in spans:
                own[start:end] = True
            ids.append(np.array(row, dtype=np.int32))
            learned.append(own)
            edges.append(edges[-1] + len(row))
        return cls(
            np.concatenate([*ids, np.zeros(0, np.int32)]),
            np.concatenate([*learned, np.zeros(0, np.bool_)]),
            np.array(edges, dtype=np.int64),
        )

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each sequence, shape (sequences,)."""
        return np.diff(self.edges)

    def padded(
        self, chosen: Sequence[int], padding: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Some sequences as a block, filled up on the right.

        Returns:
            Ids, which of them are learned, and which are there at all, each of shape
            (sequences, longest).
        """
        width = int(max(self.lengths[i] for i in chosen))
        ids = np.full((len(chosen), width), padding, dtype=np.int64)
        learned = np.zeros(ids.shape, dtype=np.bool_)
        there = np.zeros(ids.shape, dtype=np.bool_)
        for line, i in enumerate(chosen):
            own = slice(self.edges[i], self.edges[i + 1])
            n = int(self.lengths[i])
            ids[line, :n], learned[line, :n], there[line, :n] = self.ids[own], self.learned[own], 1
        return ids, learned, there


def batches(lengths: NDArray[np.int64], tokens: int, *key: int) -> Iterator[list[int]]:
    """Batches without end: all sequences in a new order, again and again.

    Args:
        lengths: of the sequences.
        tokens: that a batch has at most, padding included; a longer sequence is one by itself.
        key: seeds of the order; the same ones always give the same batches.
    """
    epoch = 0
    while len(lengths):
        draw = np.random.default_rng([*key, epoch])
        order = draw.permutation(len(lengths))
        made = [
            batch
            for start in range(0, len(order), TOGETHER)
            for batch in _filled(order[start : start + TOGETHER], lengths, tokens)
        ]
        for number in draw.permutation(len(made)):
            yield made[number]
        epoch += 1


def curriculum(
    parts: Sequence[NDArray[np.int64]], steps: Sequence[int], tokens: int, seed: int
) -> Iterator[tuple[int, list[int]]]:
    """The batches of every part in turn, so many of each: the part's number, and the sequences.

    Args:
        parts: the lengths of each part's sequences.
        steps: batches of each part.
        tokens: that a batch has at most.
        seed: of the order.
    """
    for number, (lengths, count) in enumerate(zip(parts, steps, strict=True)):
        for batch in islice(batches(lengths, tokens, seed, number), count):
            yield number, batch


def _filled(
    pool: NDArray[np.int64], lengths: NDArray[np.int64], tokens: int
) -> Iterator[list[int]]:
    """The sequences of a pool, shortest first, in batches."""
    batch: list[int] = []
    for i in pool[np.argsort(lengths[pool], kind="stable")].tolist():
        if batch and lengths[i] * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(i)
    yield batch
