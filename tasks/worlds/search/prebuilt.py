"""A retriever that was made with its passages as a searcher."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

from harness.errors import InfrastructureError, UserError
from harness.loading import load_model
from harness.stages import name_of
from harness.workspace import workspace
from tasks.worlds.search.batches import Batches
from tasks.worlds.search.found import Found, Prebuilt
from tasks.worlds.search.indexed import failed, in_thread, rounded


class PrebuiltSearcher:
    """Asks a retriever that has passages of its own, one request at a time.

    Args:
        model: the retriever.
    """

    def __init__(self, model: Prebuilt) -> None:
        self._model, self._lock = model, threading.Lock()

    async def search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        """See `Searcher.search`."""
        return await in_thread(partial(self._search, list(queries), k))

    def _search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        with self._lock:
            try:
                answers = self._model.find(queries, k)
            except (UserError, InfrastructureError, MemoryError):
                raise
            except Exception as error:
                raise failed(f"{name_of(self._model)} could not search", error) from error
        return [
            tuple(Found(d.id, d.title, d.text, rounded(score)) for d, score in ranked)
            for ranked in answers
        ]


def brings_passages(expression: str) -> bool:
    """Whether the retriever of that expression has passages of its own.

    Raises:
        UserError: there is no such retriever.
    """
    return isinstance(load_model(expression).model, Prebuilt)


async def prebuilt(expression: str) -> Batches:
    """Searches by the retriever of that expression, over the passages that it has.

    It is opened once for all who name it within one run.

    Raises:
        UserError: there is no such retriever, or it has no passages of its own.
    """
    return await in_thread(partial(_prebuilt, expression))


def _prebuilt(expression: str) -> Batches:
    def begin() -> Batches:
        model = load_model(expression).model
        if not isinstance(model, Prebuilt):
            raise UserError(f"search={expression}: it has no passages of its own")
        return Batches(PrebuiltSearcher(model))

    shared = workspace().shared
    if shared is None:
        return begin()
    with _opening:
        return shared.held(("search", "prebuilt", expression), begin)


_opening = threading.Lock()
