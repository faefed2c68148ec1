"""Any folder in BEIR layout is a task by its path.

    corpus.jsonl      {"_id": ..., "title": ..., "text": ...}      (title optional; `id` will do)
    queries.jsonl     {"_id": ..., "text": ...}, and where there is one "instruction",
                      "candidates": [ids to rank], "excluded": [ids that must not be returned]
    qrels.tsv         or qrels/<split>.tsv: query, document, grade; or TREC's four columns
    candidates.json   {query: [ids]}, instead of the field; likewise excluded.json

The .jsonl files may be gzipped (.jsonl.gz). Only judged queries are run. A query without
candidates of its own ranks the whole corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.contracts import Collection, Material
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Qrels, Setting, TaskCard
from harness.rows import SUFFIXES, Rows, read_rows
from tasks.beir import Asked, read_asked, read_documents, read_pools, read_qrels
from tasks.settings import accept

if TYPE_CHECKING:
    from harness.sources import Source


class FolderTask:
    """A collection in a folder.

    Args:
        path: the folder, or `PATH@split`.
        split: which judgements count; default `test`, else the only split that there is.
        drop_identical: never return the document that has the query's own id.

    Raises:
        UserError: there is no such folder.
    """

    def __init__(
        self, path: str | Path, split: str | None = None, drop_identical: bool = False
    ) -> None:
        self.folder = Path(path).expanduser()
        if split is None and "@" in self.folder.name and not self.folder.exists():
            name, _, split = self.folder.name.rpartition("@")
            self.folder = self.folder.with_name(name)
        if not self.folder.is_dir():
            raise UserError(f"there is no folder {self.folder}: docs/your-own.md says what it holds")
        self.split, self.drop_identical = split, drop_identical
        self.measures: Sequence[str] = ("nDCG@10", "R@100", "AP@100", "RR@10", "P@10", "Judged@10")
        self.pools: Sequence[str] = ("all", "candidates")
        self.views: Sequence[str] = ("documentation",)
        self.compats: Sequence[str] = ()
        self.card = self._card()

    def load(self, source: Source, setting: Setting) -> Material:
        """The folder's documents, its judged queries, and their pools where it has some.

        Judgements are kept as they stand, also those of documents that the corpus lacks.

        Raises:
            UserError: a file is missing or broken; the message names the file and the line.
        """
        accept(self, setting)
        split, file = self._judgements()
        qrels = read_qrels(file)
        asked = read_asked(self._rows(source, "queries"), qrels)
        if not asked.queries:
            raise UserError(f"{file} judges no query of {self.folder / 'queries.jsonl'}")
        corpus = ListCorpus(read_documents(self._rows(source, "corpus")), f"{self.folder}/corpus")
        self._note(source, f"qrels/{split}", _as_rows(file, qrels))
        return (
            Collection(
                split,
                corpus,
                asked.queries,
                qrels,
                candidates=self._candidates(source, asked, corpus),
                excluded=self._excluded(source, asked, corpus),
            ),
        )

    def check(self, material: Material) -> tuple[str, ...]:
        """Says how many judged queries cannot be asked, because queries.jsonl lacks them."""
        (split,) = material
        lost = len(split.qrels) - len(split.queries)
        if not lost:
            return ()
        return (f"{lost:,} judged queries are not in queries.jsonl: they are left out of the mean",)
