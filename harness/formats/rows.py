"""The content of a run before it is ranked, whatever it came from.

Every row knows its origin, so that an error found later can name the line.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError


class Rows(NamedTuple):
    """One row for every (query, document).

    Attributes:
        queries: query ids in order of first appearance.
        documents: document ids, unique.
        query: integers, shape (rows,), index `queries`.
        document: integers, shape (rows,), index `documents`.
        score: float64, shape (rows,).
        where: row -> its origin, such as "run.trec line 17".
        repeated: documents that a ranking without scores named again.
    """

    queries: list[str]
    documents: list[str]
    query: NDArray[np.integer]
    document: NDArray[np.integer]
    score: NDArray[np.float64]
    where: Callable[[int], str]
    repeated: int = 0


class Listing(NamedTuple):
    """Some documents of one query. `line` is 0 where there are no lines."""

    query: str
    documents: Sequence[str]
    scores: Sequence[float]
    line: int = 0
    repeated: int = 0


def gather(listings: Iterable[Listing], name: str = "run") -> Rows:
    """Rows from listings; a query may have several. `name` is the origin shown in errors.

    Raises:
        UserError: a score is not a number.
    """
    queries: dict[str, int] = {}
    documents: dict[str, int] = {}
    query: list[int] = []
    document: list[int] = []
    score: list[float] = []
    lines: list[int] = []
    repeated = 0
    for listing in listings:
        n = len(listing.documents)
        query += [queries.setdefault(listing.query, len(queries))] * n
        document += [documents.setdefault(id, len(documents)) for id in listing.documents]
        score += listing.scores
        lines += [listing.line] * n
        repeated += listing.repeated
    try:
        numbers = np.array(score)
        if numbers.dtype.kind in "US":  # NumPy would read "1" as a number
            text = next(value for value in score if isinstance(value, str | bytes))
            raise TypeError(f"{text!r} is a text")
        numbers = numbers.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: a score is not a number: {error}") from None
    return Rows(
        list(queries),
        list(documents),
        np.array(query, dtype=np.int64),
        np.array(document, dtype=np.int64),
        numbers,
        lambda row: f"{name} line {lines[row]}" if lines[row] else name,
        repeated,
    )


def first_places(query: str, ids: Sequence[str], line: int = 0) -> Listing:
    """A ranking without scores: they count down to 1, and only a document's first place counts."""
    kept = list(dict.fromkeys(ids))
    return Listing(query, kept, range(len(kept), 0, -1), line, len(ids) - len(kept))


def opened(path: Path) -> BinaryIO:
    """The file, decompressed when its name ends in .gz."""
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1, without a byte order mark."""
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.strip():
                yield number, text
