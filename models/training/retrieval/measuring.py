"""How well a model finds what is right for queries that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness import measures
from harness.run import Run
from models.neural.opening import quiet
from models.training.retrieval.bases import Base
from models.training.retrieval.examples import Example

_BATCH = 32


def measured(
    model: Any,
    base: Base,
    rows: Sequence[Example],
    documents: Mapping[str, str],
    measure: str,
) -> float:
    """The mean of a measure over queries.

    An embedder ranks the documents of all these rows, right ones and negatives; a cross-encoder
    those of each row.

    Args:
        model: as the library has it.
        base: words queries and documents.
        rows: that hold the queries.
        documents: text by id.
        measure: a name of `harness.measures`, at a depth of 10 at most.
    """
    queries = [base.query(row.query, row.prompt) for row in rows]
    ids = list(dict.fromkeys(id for row in rows for id in (*row.positives, *row.negatives)))
    with quiet():
        if base.kind == "embedder":
            vectors = _vectors(model, base, [base.document(documents[id]) for id in ids])
            scores = _vectors(model, base, queries) @ vectors.T
            best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
            found = {
                str(i): {ids[d]: float(scores[i, d]) for d in row} for i, row in enumerate(best)
            }
        else:
            found = {}
            for i, row in enumerate(rows):
                own = [*row.positives, *row.negatives]
                pairs = [(queries[i], base.document(documents[id])) for id in own]
                values = model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)
                found[str(i)] = dict(zip(own, map(float, values), strict=True))
    qrels = {str(i): dict.fromkeys(row.positives, 1) for i, row in enumerate(rows)}
    return float(np.mean(measures.score(Run.from_scores(found), qrels, [measure])[measure]))


def _vectors(model: Any, base: Base, texts: Sequence[str]) -> Any:
    return model.encode(
        list(texts),
        prompt="",
        batch_size=_BATCH,
        show_progress_bar=False,
        convert_to_numpy=True,
        normalize_embeddings=base.similarity == "cosine",
    )
