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
from models.neural.devices import choose_device, fitting, out_of_memory
from models.neural.sentence import token_budget
from models.neural.tokens import batches

if TYPE_CHECKING:
    import torch

QUERY_BATCH = 16
"""Queries that a pointwise reranker takes at a time; with 100 candidates each, 1,600 pairs."""
HALVED = "batches halved for lack of memory"

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
    which = [number.setdefault(model.pair(query, corpus[id]), len(number)) for query, id in listed]
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
    """Runs a model over texts in batches of like length, the longest first.

    Padding costs as much as text, so a batch holds texts of like length, and as many as make up a
    number of tokens; and the batch that needs the most memory comes first, so what does not fit
    shows at once. When memory runs out, batches are halved from there on.

    Args:
        model: what runs; its device and size choose the number of tokens.
        batch_size: texts in a batch at most; None sets no limit.
    """

    def __init__(self, model: Any, batch_size: int | None) -> None:
        self._tokens, self._most = token_budget(model), batch_size

    def run(
        self, lengths: NDArray[np.int64], forward: Callable[[list[int]], torch.Tensor]
    ) -> tuple[NDArray[np.float32], dict[str, int]]:
        """One score for each text.

        Args:
            lengths: tokens of each text as the model reads it, shape (n,), n at least 1.
            forward: gives the scores of the texts with these numbers, padded to the longest.

        Returns:
            The scores as float32, shape (n,), and what is worth noting.

        Raises:
            UserError: memory does not suffice for one text.
        """
        import torch

        left = np.ones(lengths.size, dtype=np.bool_)
        done: list[tuple[NDArray[np.intp], torch.Tensor]] = []
        budgets: list[int] = []

        def go_on(budget: int) -> None:
            budgets.append(budget)
            rest = np.flatnonzero(left)
            for batch in batches(lengths[rest], np.zeros(rest.size, np.int64), budget, self._most):
                chosen = rest[batch]
                done.append((chosen, self._scores(forward, chosen, lengths)))
                left[chosen] = False
                workspace().tell("reranking", int((~left).sum()), lengths.size)

        with torch.inference_mode():
            fitting(go_on, self._tokens)
            # Copied once: on a GPU every copy waits for all that was started before it.
            scores = torch.cat([scores.float() for _, scores in done]).cpu().numpy()
        self._tokens = budgets[-1]
        values = np.empty(lengths.size, dtype=np.float32)
        values[np.concatenate([chosen for chosen, _ in done])] = scores
        return values, {HALVED: len(budgets) - 1} if len(budgets) > 1 else {}

    def _scores(
        self,
        forward: Callable[[list[int]], torch.Tensor],
        chosen: NDArray[np.intp],
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
