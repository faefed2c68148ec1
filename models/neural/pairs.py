"""Pairs of a query and a candidate: gathered, scored once each, in batches of like length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus
from harness.errors import UserError
from harness.ranking import Ranking
from harness.records import Document, Query
from harness.run import Run
from harness.workspace import workspace
from models.neural.batching import Batching, Chosen, cores
from models.neural.devices import choose_device, out_of_memory
from models.neural.sentence import token_budget
from models.neural.tokens import readable

if TYPE_CHECKING:
    import torch

QUERY_BATCH = 16
"""Queries that a pointwise reranker takes at a time; with 100 candidates each, 1,600 pairs."""

Pair = tuple[str, ...]
"""The texts that a score depends on: query and document, as the model's templates render them."""


@dataclass(frozen=True)
class Scored:
    """What a model made of some pairs.

    Attributes:
        values: the scores, shape (n,), higher is better.
        truncated: whether something was cut off a pair, shape (n,).
        notes: counts worth showing.
    """

    values: NDArray[np.float32]
    truncated: NDArray[np.bool_]
    notes: Mapping[str, int] = field(default_factory=dict)


NOTHING = Scored(np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.bool_))


class PairScorer(Protocol):
    """A model that scores pairs, each by itself."""

    def pair(self, query: Query, document: Document) -> Pair:
        """The texts that the score of this candidate depends on."""
        ...

    def score(self, pairs: Sequence[Pair]) -> Scored:
        """The scores of distinct pairs."""
        ...


def rerank(model: PairScorer, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Ranking:
    """Scores every candidate of every query; pairs of equal texts are scored once.

    Raises:
        UserError: a score is not a finite number.
    """
    asked = [query for query in queries if query.id in candidates.index]
    listed = [(query, id) for query in asked for id, _ in candidates.ranked(query.id)]
    number: dict[Pair, int] = {}
    pairs = (tuple(map(readable, model.pair(query, corpus[id]))) for query, id in listed)
    which = [number.setdefault(pair, len(number)) for pair in pairs]
    scored = model.score(list(number)) if number else NOTHING
    scores: dict[str, dict[str, float]] = {query.id: {} for query in asked}
    for (query, id), at in zip(listed, which, strict=True):
        value = float(scored.values[at])
        if not np.isfinite(value):
            raise UserError(
                f"document '{id}' got the score {value} for query '{query.id}': the numbers of the "
                'model ran out of range; try dtype="float32"'
            )
        scores[query.id][id] = value
    truncated = int(scored.truncated[which].sum())
    notes = {**scored.notes, **({"truncated candidates": truncated} if truncated else {})}
    return Ranking(Run.from_scores(scores), notes=notes)


class Batches:
    """Runs a model over pairs in batches of like length.

    Args:
        model: what runs; its device and size choose the number of tokens.
        batch_size: pairs in a batch at most; None sets no limit.
    """

    def __init__(self, model: Any, batch_size: int | None) -> None:
        self._batching: Batching[torch.Tensor] = Batching(
            token_budget(model), batch_size, threads=cores(model.device.type)
        )

    def run(
        self, lengths: NDArray[np.int64], forward: Callable[[list[int]], torch.Tensor]
    ) -> tuple[NDArray[np.float32], dict[str, int]]:
        """One score for each pair.

        Args:
            lengths: tokens of each pair as the model reads it, shape (n,), n at least 1.
            forward: gives the scores of the pairs with these numbers, padded to the longest; on a
                CPU it is called from several threads.

        Returns:
            The scores as float32, shape (n,), and what is worth noting.

        Raises:
            UserError: memory does not suffice for one pair.
        """
        import torch

        def scores(chosen: Chosen) -> torch.Tensor:
            with torch.inference_mode():
                return self._scores(forward, chosen, lengths)

        done = self._batching.run(
            lengths,
            np.zeros(lengths.size, np.int64),
            scores,
            lambda n: workspace().tell("reranking", n, lengths.size),
        )
        # Copied once: on a GPU every copy waits for all that was started before it.
        found = torch.cat([scores.float() for _, scores in done]).cpu().numpy()
        values = np.empty(lengths.size, dtype=np.float32)
        values[np.concatenate([chosen for chosen, _ in done])] = found
        return values, self._batching.notes

    def _scores(
        self,
        forward: Callable[[list[int]], torch.Tensor],
        chosen: Chosen,
        lengths: NDArray[np.int64],
    ) -> torch.Tensor:
        try:
            return forward(chosen.tolist())
        except (RuntimeError, MemoryError) as error:
            if chosen.size > 1 or not out_of_memory(error):
                raise
            raise UserError(
                f"one pair of {lengths[chosen[0]]} tokens needs more memory than there is: lower "
                "max_length, or choose another device or dtype"
            ) from error


def one_device(device: str | None) -> str:
    """The one device that a reranker runs on. Raises `UserError` for several."""
    chosen = choose_device(device)
    if "," in chosen:
        raise UserError(f"a reranker runs on one device, not on '{chosen}': give one of them")
    return chosen
