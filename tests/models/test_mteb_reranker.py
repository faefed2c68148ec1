"""Rerankers of mteb: each query's candidates, in order, as mteb's protocol has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Document, Query
from harness.run import Run
from harness.workspace import working
from models.mteb_reranker import MTEBReranker

pytest.importorskip("mteb")

NAME = "assay/fake"
CORPUS = ListCorpus([Document("a", "text", "long"), Document("b", "x"), Document("c", "xyz")])
QUERIES = [Query("1", "which", "Find it."), Query("2", "rain"), Query("3", "none")]
CANDIDATES = Run.from_rankings({"1": ["a", "b"], "2": ["c", "b", "a"], "3": []})
Pairs = list[tuple[str, str]]
Register = Callable[..., list[Pairs]]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Makes mteb list a model that prefers short documents; gives back the pairs it will see."""
    from mteb.models import ModelMeta
    from mteb.models.model_implementations import MODEL_REGISTRY

    def registered(most: int = 99, **told: Any) -> list[Pairs]:
        seen: list[Pairs] = []

        class Fake:
            def predict(self, inputs1: Any, inputs2: Any, **said: Any) -> list[float]:
                if said["batch_size"] > most:
                    raise RuntimeError("CUDA out of memory")
                batches = zip(inputs1, inputs2, strict=True)
                texts = [(queries["text"], documents["text"]) for queries, documents in batches]
                seen.append([pair for batch in texts for pair in zip(*batch, strict=True)])
                return [-float(len(document)) for _, document in seen[-1]]

        said = {"loader": lambda *args, **options: Fake(), "name": NAME, "revision": "r7"}
        said |= {"model_type": ["cross-encoder"]} | told
        monkeypatch.setitem(MODEL_REGISTRY, NAME, ModelMeta.create_empty(overwrites=said))
        return seen

    return registered


def test_each_querys_candidates_are_scored_together_and_in_order(register: Register) -> None:
    seen = register()
    told: list[tuple[str, int, int]] = []
    with working(tell=lambda *progress: told.append(progress)):
        found = MTEBReranker(NAME, batch_size=1).rerank(QUERIES, CANDIDATES, CORPUS)
    assert seen == [
        [("which Find it.", "long text"), ("which Find it.", "x")],
        [("rain", "xyz"), ("rain", "x"), ("rain", "long text")],
    ]
    assert found.run.to_scores() == {
        "1": {"b": -1.0, "a": -9.0},
        "2": {"b": -1.0, "c": -3.0, "a": -9.0},
        "3": {},
    }
    assert told == [("reranking", 2, 5), ("reranking", 5, 5), ("reranking", 5, 5)]


def test_memory_that_runs_out_halves_the_batches_and_is_counted(register: Register) -> None:
    register(most=2)
    found = MTEBReranker(NAME, batch_size=8).rerank(QUERIES, CANDIDATES, CORPUS)
    assert found.notes == {"batches halved for lack of memory": 2}
    assert found.run.to_scores()["1"] == {"b": -1.0, "a": -9.0}


def test_an_embedder_is_no_reranker(register: Register) -> None:
    register(model_type=["dense"])
    with pytest.raises(UserError, match="scores no pairs"):
        _ = MTEBReranker(NAME).contents
