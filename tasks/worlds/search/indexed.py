"""A retriever's index as a searcher: built once, in a thread, shared by all who ask it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, cached_property, partial
from typing import TypeVar

from harness.contracts import Corpus, Index
from harness.errors import AssayError, InfrastructureError, UserError
from harness.loading import load_model
from harness.records import Query
from harness.shared import Shared
from harness.stages import Stage, joined, search
from harness.workspace import working, workspace
from tasks.worlds.search.batches import Batches
from tasks.worlds.search.found import Found

_DECIMALS = 4
"""Of the scores that agents read: 32-bit numbers hold about seven digits."""
_THREADS = 4
_SMALL = 256
"""Corpora of a few passages each of which indexes are kept."""
_sharing = threading.Lock()
"""Held while something is taken from, or built for, what a run shares."""


T = TypeVar("T")


class IndexSearcher:
    """Asks the index of a retriever over a corpus.

    Loading, indexing and searching are done in threads, so that requests go on meanwhile; one at a
    time within a run, for different expressions may stand on the same index. An index that could
    not be built is not tried again.

    Args:
        stage: the retriever.
        corpus: what is searched.
        lock: held while the retriever works; those of one run share it.
        places: where its indexes are kept; None keeps them here alone.
    """

    def __init__(
        self, stage: Stage, corpus: Corpus, lock: threading.Lock, places: Shared | None
    ) -> None:
        self._stage, self._corpus, self._lock, self._places = stage, corpus, lock, places
        self._failure: InfrastructureError | None = None

    async def search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        """See `Searcher.search`."""
        return await in_thread(partial(self._search, list(queries), k))

    def _search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        with self._lock, working(shared=self._places):
            index = self._built()
            try:
                return self._found(index, queries, k)
            except (UserError, InfrastructureError, MemoryError):
                raise
            except Exception as error:
                raise failed(f"{self._stage.name} could not search", error) from error

    def _built(self) -> Index:
        if self._failure is not None:
            raise self._failure
        try:
            return self._index
        except UserError:
            raise
        except Exception as error:
            self._failure = failed(f"{self._stage.name} could not index the corpus", error)
            raise self._failure from error

    @cached_property
    def _index(self) -> Index:
        with _sharing:
            return self._stage.index(self._corpus).index

    def _found(self, index: Index, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        asked = [Query(str(number), text) for number, text in enumerate(queries)]
        ranking = search(index, joined(asked, self._stage.model), k, self._corpus)
        if ranking.errors:
            raise InfrastructureError(f"the search failed: {next(iter(ranking.errors.values()))}")
        found = []
        for query in asked:
            ranked = ranking.run.ranked(query.id) if query.id in ranking.run.index else ()
            documents = ((self._corpus[id], score) for id, score in ranked)
            found.append(tuple(Found(d.id, d.title, d.text, rounded(s)) for d, s in documents))
        return found


async def indexed(corpus: Corpus, expression: str, *, small: bool = False) -> Batches:
    """Searches over the index of the retriever of that expression.

    Within one run all who name the same corpus and the same retriever get the same: its index is
    built once, and what one was answered, another need not ask.

    Args:
        corpus: what is searched.
        expression: who searches.
        small: whether it is one of many small corpora, a question's own passages: their indexes
            are kept in a room of their own, where they do not crowd out a large one.

    Raises:
        UserError: there is no such retriever.
    """
    return await in_thread(partial(_indexed, corpus, expression, small))


async def in_thread(work: Callable[[], T]) -> T:
    """What a work returns that would hold up the loop, done in a thread of our own.

    Those of the loop itself look up the names of hosts: if all of them waited here for an index, an
    index whose retriever asks a server would never be finished.
    """
    run = partial(copy_context().run, work)
    return await asyncio.get_running_loop().run_in_executor(_threads(os.getpid()), run)


@cache
def _threads(process: int) -> ThreadPoolExecutor:
    """The threads of a process; one that was forked has none of its parent's."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="search")


def _indexed(corpus: Corpus, expression: str, small: bool) -> Batches:
    shared = workspace().shared
    with _sharing:
        if shared is None:
            searcher = IndexSearcher(_stage(expression), corpus, threading.Lock(), None)
            return Batches(searcher)
        stage = shared.held(("search", expression), lambda: _stage(expression))
        lock = shared.held(("search", "lock"), threading.Lock)
        places = shared.held(("search", "small"), lambda: Shared(_SMALL)) if small else shared

        def begin() -> Batches:
            return Batches(IndexSearcher(stage, corpus, lock, places))

        return places.index(f"search by {stage.fingerprint}", corpus.fingerprint, begin)


def _stage(expression: str) -> Stage:
    return Stage(load_model(expression))


def rounded(score: float) -> float:
    """A score as agents read it."""
    return round(float(score), _DECIMALS)


def failed(what: str, error: Exception) -> InfrastructureError:
    """What is said when a retriever fails."""
    said = str(error) if isinstance(error, AssayError) else f"{type(error).__name__}: {error}"
    return InfrastructureError(f"the search tool failed: {what}: {said[:300]}")
