"""The one rule of order, on arrays: score descending as float32, then document id descending.

Lists lie end to end: `offsets` of shape (n + 1,) says that list i owns the entries
`offsets[i]:offsets[i + 1]` of arrays of shape (total,). Documents are codes into ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError

TABLE_CELLS = 1 << 20
"""Size of a (queries x vocabulary) work table of int32, so that it fits a core's cache."""


def ranked(
    queries: Sequence[str],
    ids: Sequence[str],
    codes: NDArray[np.integer],
    scores: NDArray[np.generic],
    offsets: NDArray[np.int64],
    where: Callable[[int], str],
) -> tuple[tuple[str, ...], NDArray[np.int32], NDArray[np.float32]]:
    """Checks lists and puts them in order.

    Args:
        queries: query ids, shape (n,).
        ids: document ids, in any order; more than occur may be given.
        codes: indexes into `ids`, shape (total,).
        scores: numbers, shape (total,).
        offsets: shape (n + 1,).
        where: entry -> its origin, for error messages.

    Returns:
        The ids that occur, ascending; codes into them, best first; and their scores.

    Raises:
        UserError: shapes that do not fit, a repeated query, a document repeated within a query, or
            a score that is not finite as float32.
    """
    _check_shapes(queries, ids, codes, scores, offsets)

    def named(entry: int) -> str:
        query = queries[int(np.searchsorted(offsets, entry, side="right")) - 1]
        return f"{where(entry)}: document '{ids[codes[entry]]}' of query '{query}'"

    with np.errstate(over="ignore"):
        single = scores.astype(np.float32)
    single += 0  # -0 becomes 0, with which it ties
    finite = np.isfinite(single)
    if not finite.all():
        entry = int(np.argmin(finite))
        raise UserError(
            f"{named(entry)} has the score {scores[entry]}: "
            "scores must be finite numbers within the range of float32"
        )
    vocabulary, docs = compact(ids, codes)
    if (twice := _repeated(offsets, docs, len(vocabulary))) is not None:
        raise UserError(f"{named(twice)} occurs twice: keep one of them")
    return (vocabulary, *_sorted(offsets, docs, single))


def offsets_of(sizes: NDArray[np.integer]) -> NDArray[np.int64]:
    """Where lists of these sizes begin and end when they lie end to end, shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def spans(starts: NDArray[np.integer], sizes: NDArray[np.integer]) -> NDArray[np.int64]:
    """The numbers start, start + 1, ... of every span, end to end, shape (sum of sizes,)."""
    return np.repeat(starts - offsets_of(sizes)[:-1], sizes) + np.arange(sizes.sum())


def compact(
    ids: Sequence[str], codes: NDArray[np.integer]
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The ids that occur, ascending, and the codes that index them."""
    occurs = np.zeros(len(ids), dtype=bool)
    occurs[codes] = True
    used = np.flatnonzero(occurs).tolist()
    for i in used:
        if not isinstance(ids[i], str):
            raise UserError(f"run: the document id {ids[i]!r} is not a string")
    order = sorted(used, key=ids.__getitem__)
    vocabulary = tuple([ids[i] for i in order])
    refuse_repeats(vocabulary, "document id")
    recode = np.empty(len(ids), dtype=np.int32)
    recode[order] = np.arange(len(order), dtype=np.int32)
    return vocabulary, recode[codes]


def refuse_repeats(ids: Sequence[str], kind: str) -> None:
    """Raises `UserError` when an id occurs twice."""
    if len(set(ids)) < len(ids):
        ordered = sorted(ids)
        twice = next(id for id, following in pairwise(ordered) if id == following)
        raise UserError(f"run: {kind} '{twice}' occurs twice: ids must be unique")


def _check_shapes(
    queries: Sequence[str],
    ids: Sequence[str],
    codes: NDArray[np.integer],
    scores: NDArray[np.generic],
    offsets: NDArray[np.int64],
) -> None:
    total = codes.size
    fits = codes.shape == scores.shape == (total,) and offsets.shape == (len(queries) + 1,)
    if not fits or offsets[0] != 0 or offsets[-1] != total or (np.diff(offsets) < 0).any():
        raise UserError(
            f"run: {len(queries)} queries, codes {codes.shape}, scores {scores.shape} and offsets "
            f"{offsets.shape} do not fit together: offsets run from 0 to the number of codes"
        )
    if total and (codes.min() < 0 or codes.max() >= len(ids)):
        raise UserError(f"run: a document code lies outside the {len(ids)} ids it indexes")
    refuse_repeats(queries, "query")


def _repeated(offsets: NDArray[np.int64], docs: NDArray[np.int32], width: int) -> int | None:
    """The entry that repeats an earlier document of its list, or None.

    Every entry writes its number into its cell of a (queries x vocabulary) table; a cell that then
    holds another number was written twice. Only cells just written are read, so the table is never
    cleared.
    """
    sizes = np.diff(offsets)
    step = max(1, TABLE_CELLS // max(1, width))
    table = np.empty(step * width, dtype=np.int32)
    for first in range(0, len(sizes), step):
        block = sizes[first : first + step]
        start, stop = offsets[first], offsets[first + len(block)]
        cell = np.repeat(np.arange(len(block)) * width, block) + docs[start:stop]
        entry = np.arange(stop - start, dtype=np.int32)
        table[cell] = entry
        again = table[cell] != entry
        if again.any():
            return int(start + table[cell[np.argmax(again)]])
    return None


def _sorted(
    offsets: NDArray[np.int64], docs: NDArray[np.int32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Documents and scores in order.

    Score and code are packed into one uint64 whose order is the wanted one upside down: floats
    order as their bits do once those of negatives are flipped and the sign of the others is set.
    """
    sign = np.uint32(1 << 31)
    bits = scores.view(np.uint32)
    bits = np.where(bits & sign, ~bits, bits | sign)
    keys = ~((bits.astype(np.uint64) << np.uint64(32)) | docs.astype(np.uint64))
    for start, stop in pairwise(offsets.tolist()):
        keys[start:stop].sort()
    keys = ~keys
    bits = (keys >> np.uint64(32)).astype(np.uint32)
    bits = np.where(bits & sign, bits & ~sign, ~bits)
    return keys.astype(np.uint32).astype(np.int32), bits.view(np.float32)
