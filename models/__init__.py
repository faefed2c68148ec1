"""The models. One line a model: its name in expressions, and where it is defined.

A value that is an expression (it has a bracket) is a preset of another model.
"""

MODELS: dict[str, str] = {
    "bm25": "models.bm25:BM25",
    "bm25-mteb": "bm25(stemmer='english')",
    "bm25-lucene": (
        "bm25(k1=0.9, b=0.4, tokenizer='lucene', stemmer='porter', lengths='lucene', zeros=false)"
    ),
    "bm25-rank": "models.bm25_rank:RankBM25",
    "bm25-pyserini": "models.bm25_pyserini:PyseriniBM25",
    "random": "models.reference:RandomRanking",
    "oracle": "models.reference:Oracle",
    "%": "models.pipeline:Cut",
    ">>": "models.pipeline:Pipeline",
}
