"""Hybrid retrieval: the rankings of several models as one, by rank or by score."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus, Informed
from harness.errors import UserError, unknown
from harness.order import offsets_of
from harness.ranking import Ranking, sum_notes, sum_usage
from harness.records import Qrels, Query
from harness.run import Run
from harness.stages import Stage, StageIndex

Floats = NDArray[np.float64]
Pools = Mapping[str, Sequence[str]]
DEPTH = 100
"""Documents asked of a stage without a cut, at least; so the first 10 are the same whether 10 or
100 are wanted."""
NORMALIZATIONS = ("minmax", "zscore", "none")


class Fusion(ABC):
    """Several retrievers whose rankings are fused.

    Every stage joins instruction and query in its own way. A stage that is cut (`bm25 % 1000`) is
    asked for the documents that its cut allows, any other for as many as are wanted in the end and
    at least `DEPTH`. What failed or could not be read in one stage is so in the whole.

    Raises:
        UserError: fewer than two models, or one that retrieves nothing.
    """

    version = "1"
    informed: Callable[[Qrels], Fusion]

    def __init__(self, *models: object) -> None:
        if len(models) < 2:
            raise UserError(
                f"a fusion of {len(models)} ranking(s): name two retrievers or more, "
                "as in rrf(bm25, minilm)"
            )
        self.models = models
        self._stages = tuple(Stage(model) for model in models)
        if any(isinstance(model, Informed) for model in models):
            self.informed = lambda qrels: self.of(
                *(m.informed(qrels) if isinstance(m, Informed) else m for m in models)
            )
        batches = [int(model.query_batch) for model in models if hasattr(model, "query_batch")]
        if batches:
            self.query_batch = min(batches)

    @abstractmethod
    def of(self, *models: object) -> Fusion:
        """The same fusion of other models."""

    @abstractmethod
    def parts(self, run: Run, stage: int) -> tuple[Floats, Floats]:
        """What one stage's ranking is worth.

        Returns:
            What it adds to the score of every document that it ranks, in the order of `run.docs`;
            and for each of its queries, what it adds to documents that it does not rank.
        """

    def index(self, corpus: Corpus) -> FusedIndex:
        """An index of every stage."""
        return FusedIndex(self, [(stage, stage.index(corpus)) for stage in self._stages])


class ReciprocalRankFusion(Fusion):
    """`rrf(first, second, ...)`: a document scores the sum of 1 / (k + rank), ranks from 1.

    A ranking that lacks the document adds nothing. The order of the models does not matter. What a
    stage fills its ranking up with has a rank too: bm25(zeros=false) leaves out what matches
    nothing.

    Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
    Rank Learning Methods", SIGIR 2009, whose k is 60.

    Raises:
        UserError: fewer than two models, one that retrieves nothing, or a negative `k`.
    """

    def __init__(self, *models: object, k: int = 60) -> None:
        if k < 0:
            raise UserError(f"rrf with k={k}: it is added to a rank, and 0 or more")
        super().__init__(*models)
        self.k = k

    def of(self, *models: object) -> ReciprocalRankFusion:
        """The same fusion of other models."""
        return ReciprocalRankFusion(*models, k=self.k)

    def parts(self, run: Run, stage: int) -> tuple[Floats, Floats]:
        """Reciprocal ranks, and nothing for what is not ranked."""
        ranks = np.arange(run.docs.size) - np.repeat(run.offsets[:-1], run.depths) + 1
        return 1 / (self.k + ranks), np.zeros(len(run.queries))


class ScoreFusion(Fusion):
    """`fuse(first, second, ...)`: a document scores the weighted sum of its normalised scores.

    Scores are normalised for each query within each ranking. "minmax" maps its worst to 0 and its
    best to 1, and equal scores to 1. "zscore" subtracts their mean and divides by their standard
    deviation (of the population); equal scores become 0. "none" leaves them. Where a ranking lacks
    a document, it adds what the worst that it has gets, 0 for "minmax"; a ranking without any
    document adds nothing.

    Attributes:
        weights: one for each model, none negative; empty weighs all by 1.
        normalize: "minmax", "zscore" or "none".

    Raises:
        UserError: fewer than two models, one that retrieves nothing, an unknown normalisation, or
            weights that are not one for each model, are negative or all 0.
    """

    resolved: ClassVar = ("weights",)

    def __init__(
        self, *models: object, weights: tuple[float, ...] = (), normalize: str = "minmax"
    ) -> None:
        if normalize not in NORMALIZATIONS:
            known = f"There is: {', '.join(NORMALIZATIONS)}"
            raise unknown("normalisation", normalize, NORMALIZATIONS, known)
        super().__init__(*models)
        self.weights, self.normalize = _checked(weights, len(models)), normalize

    def of(self, *models: object) -> ScoreFusion:
        """The same fusion of other models."""
        return ScoreFusion(*models, weights=self.weights, normalize=self.normalize)

    def parts(self, run: Run, stage: int) -> tuple[Floats, Floats]:
        """Normalised scores times the stage's weight."""
        normalised, missing = _normalised(run, self.normalize)
        weight = self.weights[stage] if self.weights else 1.0
        return normalised * weight, missing * weight


class FusedIndex:
    """The indexes of all stages, searched one after the other."""

    def __init__(self, fusion: Fusion, stages: Sequence[tuple[Stage, StageIndex]]) -> None:
        self._fusion, self._stages = fusion, stages

    @property
    def notes(self) -> Mapping[str, int]:
        """What is worth showing of the stages' indexes."""
        return sum_notes(*(index.notes for _, index in self._stages))

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        """The best `k` documents of each query by their fused scores."""
        depth = max(k, DEPTH)
        found = [
            index.search(queries, stage.depth or depth, within=within, without=without)
            for stage, index in self._stages
        ]
        errors = {q: why for ranking in found for q, why in ranking.errors.items()}
        malformed = {
            q: why for ranking in found for q, why in ranking.malformed.items() if q not in errors
        }
        answered = {q for ranking in found for q in ranking.run.queries}
        fate = answered.difference(errors, malformed)
        asked = [query.id for query in queries if query.id in fate]
        return Ranking(
            run=_fused(self._fusion, [ranking.run.select(asked) for ranking in found], asked).cut(
                k
            ),
            errors=errors,
            malformed=malformed,
            usage=sum_usage(*(ranking.usage for ranking in found)),
            notes=sum_notes(*(ranking.notes for ranking in found)),
        )


def _fused(fusion: Fusion, runs: Sequence[Run], queries: Sequence[str]) -> Run:
    """Every document that a ranking holds, by the sum of its parts.

    The parts are added from the smallest on, so the order of the models changes no bit.
    """
    place = {query: i for i, query in enumerate(queries)}
    ids = sorted({id for run in runs for id in run.vocabulary})
    code = {id: i for i, id in enumerate(ids)}
    places = [np.array([place[q] for q in run.queries], np.int64) for run in runs]
    cells = [
        np.repeat(mine, run.depths) * len(ids)
        + np.array([code[id] for id in run.vocabulary], np.int64)[run.docs]
        for run, mine in zip(runs, places, strict=True)
    ]
    found, where = np.unique(np.concatenate(cells), return_inverse=True)
    owner = found // max(1, len(ids))
    bounds = offsets_of(np.array([mine.size for mine in cells]))
    table = np.empty((len(runs), found.size))
    for stage, (run, mine) in enumerate(zip(runs, places, strict=True)):
        values, missing = fusion.parts(run, stage)
        otherwise = np.zeros(len(queries))
        otherwise[mine] = missing
        table[stage] = otherwise[owner]
        table[stage, where[bounds[stage] : bounds[stage + 1]]] = values
    table.sort(axis=0)
    offsets = offsets_of(np.bincount(owner, minlength=len(queries)))
    return Run.from_arrays(queries, ids, found % max(1, len(ids)), table.sum(axis=0), offsets)


def _normalised(run: Run, how: str) -> tuple[Floats, Floats]:
    """Scores normalised within each query, and what a document that is not there gets."""
    scores = run.scores.astype(np.float64)
    filled = run.depths > 0
    best, worst = np.zeros(filled.size), np.zeros(filled.size)
    best[filled] = scores[run.offsets[:-1][filled]]
    worst[filled] = scores[run.offsets[1:][filled] - 1]
    owner = np.repeat(np.arange(filled.size), run.depths)
    equal = best == worst
    if how == "minmax":
        span = np.where(equal, 1, best - worst)
        scaled = (scores - worst[owner]) / span[owner]
        return np.where(equal[owner], 1.0, scaled), np.zeros(filled.size)
    if how == "zscore":
        sizes = np.maximum(1, run.depths)
        mean = np.bincount(owner, scores, filled.size) / sizes
        variance = np.bincount(owner, (scores - mean[owner]) ** 2, filled.size) / sizes
        mean, deviation = np.where(equal, best, mean), np.where(equal, 1, np.sqrt(variance))
        return (scores - mean[owner]) / deviation[owner], (worst - mean) / deviation
    return scores, worst


def _checked(weights: Sequence[float], models: int) -> tuple[float, ...]:
    given = tuple(float(weight) for weight in weights)
    if given and len(given) != models:
        raise UserError(f"fuse: {len(given)} weights for {models} models: give one for each")
    if any(not isfinite(weight) or weight < 0 for weight in given):
        raise UserError(f"fuse: the weights {list(given)} must be finite, and none negative")
    if given and not any(given):
        raise UserError("fuse: with all weights 0 every document is tied: make one positive")
    return given
