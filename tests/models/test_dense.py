"""An approximate index is labelled, and what it misses is measured against the exact search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from toy import Letters

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.loading import load_model
from harness.ranking import MISSED, SOUGHT
from harness.records import Document, Query, Text
from harness.stages import Stage
from models.dense import Dense

pytest.importorskip("faiss")


class Circle:
    """The text is an angle, its vector the point there on the circle."""

    version = "1"

    def encode(self, inputs: Sequence[Text], *, kind: str) -> NDArray[np.float32]:
        angles = np.array([float(text.text) for text in inputs])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


CORPUS = ListCorpus([Document(f"d{i:04}", str(i / 1000)) for i in range(3000)])


def test_the_nearest_are_found_and_the_recall_is_measured() -> None:
    queries = [Query(f"q{i}", str(i / 100 + 0.0001)) for i in range(150)]
    answer = Stage(Dense(Circle())).index(CORPUS).search(queries, 5)
    # 1.0001 lies nearest to 1.000, then 1.001, 0.999, 1.002 and 0.998.
    assert [d for d, _ in answer.run.ranked("q100")] == [
        "d1000",
        "d1001",
        "d0999",
        "d1002",
        "d0998",
    ]
    assert answer.notes[SOUGHT] == 100 * 5
    assert 0 <= answer.notes[MISSED] < 25


def test_pools_are_searched_exactly() -> None:
    pools = {"q": ["d0007", "d2000", "d1000"]}
    answer = Stage(Dense(Circle())).index(CORPUS).search([Query("q", "1.4")], 5, within=pools)
    assert [d for d, _ in answer.run.ranked("q")] == ["d1000", "d2000", "d0007"]
    assert SOUGHT not in answer.notes


def test_it_joins_as_its_embedder_does() -> None:
    class Joining(Letters):
        join = "space"
        query_batch = 7

    model = Dense(Joining())
    assert model.query_batch == 7  # type: ignore[attr-defined]
    corpus = ListCorpus([Document("d1", "text")])
    Stage(model).index(corpus).search([Query("q", "first", "Find.")], 1)
    assert ("Find. first", None, "query") in model.embedder._encoded  # type: ignore[attr-defined]


def test_too_few_texts_to_train_on_are_refused() -> None:
    with pytest.raises(UserError, match=r"ivfpq.*use the exact search"):
        Stage(Dense(Circle(), by="ivfpq")).index(CORPUS).search([Query("q", "1.5")], 5)


def test_the_index_is_part_of_the_identity() -> None:
    names = [load_model(Dense(Circle(), by=by)) for by in ("hnsw", "ivfpq")]
    assert names[0].fingerprint != names[1].fingerprint


def test_what_cannot_be_indexed_is_refused() -> None:
    class Multi(Circle):
        form = "multi"

    with pytest.raises(UserError, match="does not give one vector a text"):
        Dense(Multi())
    with pytest.raises(UserError, match="does not give one vector a text"):
        Dense(load_model("bm25").model)
    with pytest.raises(UserError, match=r"unknown approximate index 'hnws'\. Did you mean hnsw"):
        Dense(Circle(), by="hnws")
