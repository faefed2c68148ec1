"""`Run`: what a model answered, as ranked lists that are ranked once.

The one rule of order, trec_eval's: score descending, compared as float32; among equal scores the
document id descending, compared by code point (the byte order of UTF-8). Every measure, cut and
file reads that order, so none can break a tie in its own way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness import formats
from harness.errors import UserError
from harness.order import compact, offsets_of, ranked, refuse_repeats, spans

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """Ranked lists in compressed sparse rows. Made by the constructors below, which rank.

    Attributes:
        queries: query ids, shape (n,). A query may have an empty ranking.
        vocabulary: ids of the documents that occur, ascending, so that code order is id order.
        offsets: int64, shape (n + 1,); query i owns `docs[offsets[i]:offsets[i + 1]]`.
        docs: int32 codes into `vocabulary`, best first, shape (total,).
        scores: float32, shape (total,), finite, descending within a query.
        repeated: documents that a ranking without scores named again; the first place counted.
        unasked: queries left out because the task has them but does not ask them.
        file: what the run was read from; None for a run that was not.
    """

    queries: tuple[str, ...]
    vocabulary: tuple[str, ...]
    offsets: NDArray[np.int64]
    docs: NDArray[np.int32]
    scores: NDArray[np.float32]
    repeated: int = 0
    unasked: int = 0
    file: Path | None = None

    @classmethod
    def from_scores(cls, scores: Mapping[str, Mapping[str, float]]) -> Run:
        """Ranks query id -> document id -> score.

        Raises:
            UserError: a score is not finite as float32.
        """
        return cls._from_rows(
            formats.gather(
                formats.Listing(query, list(found), list(found.values()))
                for query, found in scores.items()
            )
        )

    @classmethod
    def from_rankings(cls, rankings: Mapping[str, Sequence[str]]) -> Run:
        """Query id -> document ids, best first; scores count down to 1.

        A document named twice keeps its first place; `repeated` counts the others.
        """
        listings = (formats.first_places(query, ids) for query, ids in rankings.items())
        return cls._from_rows(formats.gather(listings))

    @classmethod
    def from_arrays(
        cls,
        queries: Sequence[str],
        ids: Sequence[str],
        codes: ArrayLike,
        scores: ArrayLike,
        offsets: ArrayLike,
    ) -> Run:
        """Ranks what a search engine hands over, in any order.

        Args:
            queries: query ids, shape (n,), unique.
            ids: document ids, which `codes` index; more than occur may be given.
            codes: integers, shape (total,).
            scores: numbers, shape (total,).
            offsets: integers, shape (n + 1,); query i owns the entries offsets[i]:offsets[i + 1].

        Raises:
            UserError: a query, or a document within a query, occurs twice; a score is not finite as
                float32; the shapes do not fit together.
        """
        try:
            numbers = np.asarray(scores)
            numbers = numbers if numbers.dtype.kind == "f" else numbers.astype(np.float64)
            integers, bounds = _integers(codes), _integers(offsets)
        except (TypeError, ValueError) as error:
            raise UserError(
                f"run: scores are numbers, codes and offsets are integers: {error}"
            ) from None
        return cls._rank(tuple(queries), ids, integers, numbers, bounds)

    @classmethod
    def read(cls, path: str | Path) -> Run:
        """Reads a TREC run, JSONL or JSON; see `harness.formats.read` for what they may hold.

        Raises:
            UserError: the file is missing or malformed, repeats a document within a query, or
                holds a score that is not finite as float32. The message names the line.
        """
        return replace(cls._from_rows(formats.read(Path(path))), file=Path(path))

    @classmethod
    def concat(cls, runs: Iterable[Run]) -> Run:
        """The queries of all runs, one run after the other.

        Raises:
            UserError: two runs hold the same query.
        """
        parts = list(runs)
        if not parts:
            return cls.from_scores({})
        ids = sorted(set(chain.from_iterable(run.vocabulary for run in parts)))
        code = {id: i for i, id in enumerate(ids)}
        recoded = [np.array([code[i] for i in run.vocabulary], np.int32)[run.docs] for run in parts]
        queries = tuple(chain.from_iterable(run.queries for run in parts))
        refuse_repeats(queries, "query")
        return cls(
            queries,
            tuple(ids),
            offsets_of(np.concatenate([run.depths for run in parts])),
            np.concatenate(recoded),
            np.concatenate([run.scores for run in parts]),
            sum(run.repeated for run in parts),
        )

    @classmethod
    def _from_rows(cls, rows: formats.Rows) -> Run:
        """Groups rows by query, then ranks."""
        document, score, order = rows.document, rows.score, None
        if (np.diff(rows.query) < 0).any():
            order = np.argsort(rows.query, kind="stable")
            document, score = document[order], score[order]

        def where(entry: int) -> str:
            return rows.where(entry if order is None else int(order[entry]))

        offsets = offsets_of(np.bincount(rows.query, minlength=len(rows.queries)))
        queries = tuple(rows.queries)
        return cls._rank(queries, rows.documents, document, score, offsets, where, rows.repeated)

    @classmethod
    def _rank(
        cls,
        queries: tuple[str, ...],
        ids: Sequence[str],
        codes: NDArray[np.integer],
        scores: NDArray[np.generic],
        offsets: NDArray[np.int64],
        where: Callable[[int], str] = lambda _: "run",
        repeated: int = 0,
    ) -> Run:
        vocabulary, docs, single = ranked(queries, ids, codes, scores, offsets, where)
        return cls(queries, vocabulary, offsets, docs, single, repeated)

    @property
    def depths(self) -> NDArray[np.int64]:
        """Number of documents of every query, shape (n,)."""
        return np.diff(self.offsets)

    @property
    def _places(self) -> NDArray[np.int64]:
        """The place of every document in its list, from 0."""
        return np.arange(self.docs.size) - np.repeat(self.offsets[:-1], self.depths)

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Document id -> code."""
        return dict(zip(self.vocabulary, range(len(self.vocabulary)), strict=True))

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Query id -> its place in `queries`."""
        return dict(zip(self.queries, range(len(self.queries)), strict=True))

    @property
    def tied(self) -> int:
        """How many documents share their score with another document of the same query."""
        equal = self.scores[1:] == self.scores[:-1]
        starts = self.offsets[1:-1]
        equal[starts[(starts > 0) & (starts < self.scores.size)] - 1] = False
        padded = np.concatenate([[False], equal, [False]])
        return int(np.count_nonzero(padded[1:] | padded[:-1])) if self.scores.size else 0

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of queries, documents in rank order, and scores.

        A query without a document counts for nothing, as in a TREC file.
        """
        digest = sha256()
        for i in np.flatnonzero(self.depths):
            span = slice(self.offsets[i], self.offsets[i + 1])
            ids = [self.vocabulary[code] for code in self.docs[span].tolist()]
            digest.update(json.dumps([self.queries[i], ids]).encode())
            digest.update(self.scores[span].astype("<f4").tobytes())
        return digest.hexdigest()

    def ranked(self, query: str) -> list[tuple[str, float]]:
        """Documents and scores of one query, best first. Raises KeyError for a query not here."""
        at = self.index[query]
        mine = slice(self.offsets[at], self.offsets[at + 1])
        documents = [self.vocabulary[code] for code in self.docs[mine].tolist()]
        return list(zip(documents, self.scores[mine].tolist(), strict=True))

    def codes_of(self, query: str) -> NDArray[np.int32]:
        """Codes of one query's documents, best first. Raises KeyError for a query not here."""
        at = self.index[query]
        return self.docs[self.offsets[at] : self.offsets[at + 1]]

    def cut(self, k: int) -> Run:
        """The best `k` documents of every query."""
        return self._keep(self._places < k)

    def select(self, queries: Iterable[str]) -> Run:
        """The given queries in the given order; those that the run lacks are left out."""
        chosen = [self.index[q] for q in dict.fromkeys(queries) if q in self.index]
        sizes = self.depths[chosen]
        entries = spans(self.offsets[chosen], sizes)
        vocabulary, docs = compact(self.vocabulary, self.docs[entries])
        return replace(
            self,
            queries=tuple(self.queries[i] for i in chosen),
            vocabulary=vocabulary,
            offsets=offsets_of(sizes),
            docs=docs,
            scores=self.scores[entries],
        )

    def within(self, pools: Mapping[str, Collection[str]]) -> Run:
        """The run with only the documents of its pool for every query that has one."""
        return self._keep(self._named(pools, otherwise=True))

    def without(self, excluded: Mapping[str, Collection[str]]) -> Run:
        """The run without the documents that are excluded for a query."""
        return self._keep(~self._named(excluded, otherwise=False))

    def _named(self, lists: Mapping[str, Collection[str]], *, otherwise: bool) -> NDArray[np.bool_]:
        """Whether every entry is in its query's list; `otherwise` for a query without a list."""
        named = np.full(self.docs.size, otherwise)
        for query, ids in lists.items():
            if query in self.index:
                at = self.index[query]
                mine = slice(self.offsets[at], self.offsets[at + 1])
                codes = [self.codes[id] for id in ids if id in self.codes]
                named[mine] = np.isin(self.docs[mine], codes)
        return named

    def _keep(self, keep: NDArray[np.bool_]) -> Run:
        kept_before = np.concatenate([[0], np.cumsum(keep)])
        vocabulary, docs = compact(self.vocabulary, self.docs[keep])
        offsets = kept_before[self.offsets].astype(np.int64)
        return replace(
            self, vocabulary=vocabulary, offsets=offsets, docs=docs, scores=self.scores[keep]
        )

    def renamed(
        self,
        *,
        queries: Mapping[str, str] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> Run:
        """The run with some ids replaced, ranked again where document ids change.

        Raises:
            UserError: two queries, or two documents, would share an id.
        """
        names = tuple([(queries or {}).get(query, query) for query in self.queries])
        if not documents:
            refuse_repeats(names, "query")
            return replace(self, queries=names)
        ids = [documents.get(id, id) for id in self.vocabulary]
        run = Run.from_arrays(names, ids, self.docs, self.scores, self.offsets)
        return replace(run, repeated=self.repeated, unasked=self.unasked, file=self.file)

    def check(self, queries: Collection[str], documents: Container[str] | None = None) -> None:
        """Refuses queries, and documents unless None is given, that the task does not have.

        Raises:
            UserError: the first unknown id, its line in the file of the run, and how many there
                are.
        """
        for kind, plural, mine, known in (
            ("query", "queries", self.queries, queries),
            ("document", "documents", self.vocabulary, documents),
        ):
            if known is None:
                continue
            known = frozenset(known) if isinstance(known, Sequence) else known
            strangers = [id for id in mine if id not in known]
            if strangers:
                place = formats.place_of(self.file, kind, strangers[0]) if self.file else ""
                noun = kind if len(strangers) == 1 else plural
                raise UserError(
                    f"{place}the run has {len(strangers)} {noun} that the task lacks, "
                    f"the first is '{strangers[0]}': was it made for another task?"
                )

    def write_trec(self, path: str | Path, tag: str = "assay") -> None:
        """Writes a TREC run, gzipped when the name ends in .gz; the same run gives the same bytes.

        Reading it back gives bit-identical scores. A query with an empty ranking has no line.

        Raises:
            UserError: an id or the tag is empty or holds whitespace, which TREC cannot express;
                or the file cannot be written.
        """
        formats.write_trec(self, Path(path), tag)

    def to_scores(self) -> dict[str, dict[str, float]]:
        """Query id -> document id -> score, best first."""
        return {query: dict(self.ranked(query)) for query in self.queries}

    def to_frame(self) -> pandas.DataFrame:
        """One row a document: query_id, doc_id, rank (from 1), score."""
        import pandas

        return pandas.DataFrame(
            {
                "query_id": np.repeat(np.array(self.queries, dtype=object), self.depths),
                "doc_id": np.array(self.vocabulary, dtype=object)[self.docs],
                "rank": self._places + 1,
                "score": self.scores,
            }
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return (
            self.queries == other.queries
            and self.vocabulary == other.vocabulary
            and np.array_equal(self.offsets, other.offsets)
            and np.array_equal(self.docs, other.docs)
            and np.array_equal(self.scores, other.scores)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Run({len(self.queries)} queries, {self.docs.size} documents)"


def _integers(values: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(values)
    return array.astype(np.int64, casting="same_kind" if array.size else "unsafe", copy=False)
