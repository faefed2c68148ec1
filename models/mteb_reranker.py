"""Any cross-encoder or other reranker that mteb implements, through mteb's own protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from harness.contracts import Corpus
from harness.errors import UserError
from harness.ranking import Ranking
from harness.records import Query
from harness.run import Run
from harness.workspace import workspace
from models.neural import mteb_bridge as bridge
from models.neural.devices import choose_device

if TYPE_CHECKING:
    from mteb.models import ModelMeta


class MTEBReranker:
    """A reranker of mteb's registry.

    Each query's candidates go to the model together and in order, as some compare them with one
    another; its instruction stands behind it, after a space, as in mteb's instructed tasks.

    Args:
        name: as mteb registers it, such as "BAAI/bge-reranker-v2-m3".
        revision: the one that mteb knows; empty means that one.
        task: an MTEB task whose prompts the model shall use; empty means those for retrieval.
        device: "cpu", "cuda", ...; None chooses.
        batch_size: pairs at a time; None chooses.

    Raises:
        MissingExtra: on first use, mteb is not installed.
        UserError: on first use, mteb has no such model, revision or task, or the model is no
            reranker.
    """

    version = "1"
    query_batch = 16
    runtime: ClassVar[tuple[str, ...]] = ("device", "batch_size")

    def __init__(
        self,
        name: str,
        *,
        revision: str = "",
        task: str = "",
        device: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        self.name, self.revision, self.task = name, revision, task
        self.device, self.batch_size = device, batch_size

    @property
    def contents(self) -> Mapping[str, object]:
        """Which model answers to the name: mteb's revision of it, and mteb's version."""
        return {"name": bridge.identity_of(self._meta)}

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Ranking:
        """The candidates of each query by the scores that mteb's `predict` gives.

        Raises:
            InfrastructureError: a model behind an API did not answer.
        """
        scores: dict[str, dict[str, float]] = {}
        notes: Counter[str] = Counter()
        total = int(sum(candidates.depths))
        for query in queries:
            ids = [id for id, _ in candidates.ranked(query.id)]
            texts = [corpus[id].full_text for id in ids]
            found, halved = self._scores(query, texts) if texts else ([], {})
            scores[query.id] = dict(zip(ids, found, strict=True))
            notes.update(halved)
            workspace().tell("reranking", sum(map(len, scores.values())), total)
        return Ranking(Run.from_scores(scores), notes=notes)

    def _scores(self, query: Query, texts: Sequence[str]) -> tuple[list[float], dict[str, int]]:
        """How well each text answers the query, and what is worth noting."""

        def run(size: int) -> list[float]:
            scores = self._model.predict(
                inputs1=bridge.query_loader([query] * len(texts), size),
                inputs2=bridge.document_loader(texts, size),
                task_metadata=bridge.task_of(self.task),
                **bridge.said(size),
            )
            return [float(score) for score in bridge.floats(scores)]

        with bridge.answering(self._meta):
            return self._batching.run(run)

    @cached_property
    def _batching(self) -> bridge.Batching:
        return bridge.Batching(self._meta, choose_device(self.device), self.batch_size)

    @cached_property
    def _meta(self) -> ModelMeta:
        meta = bridge.meta_of(self.name, self.revision)
        if not meta.is_cross_encoder:
            raise UserError(f"mteb's '{self.name}' scores no pairs; mteb(...) runs embedders")
        return meta

    @cached_property
    def _model(self) -> Any:
        return bridge.load(self._meta, choose_device(self.device))
