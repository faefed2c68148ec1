"""Vectors: an embedder becomes a retriever by exact search, and a reranker."""

from harness.vectors.index import VectorIndex, VectorReranker, VectorRetriever

__all__ = ["VectorIndex", "VectorReranker", "VectorRetriever"]
