"""The search tool: one function over any corpus, by any retriever, or by a server."""

from tasks.worlds.search.corpora import (
    read_corpus,
    require_passages,
    require_titles,
    task_corpus,
)
from tasks.worlds.search.world import SEARCH, K, SearchWorld

__all__ = [
    "SEARCH",
    "K",
    "SearchWorld",
    "read_corpus",
    "require_passages",
    "require_titles",
    "task_corpus",
]
