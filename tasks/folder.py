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

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.contracts import Collection, Material
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Qrels, Setting, TaskCard
from harness.sources import Read
from harness.sources.rows import SUFFIXES, Row, Rows, read_rows
from tasks.reading.beir import Pools, Questions, read_documents, read_pools, read_queries
from tasks.reading.qrels import read_qrels

if TYPE_CHECKING:
    from harness.sources import Source

MEASURES = ("nDCG@10", "R@100", "AP@100", "RR@10", "P@10", "Judged@10")
POOLS = ("all", "candidates")


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
            raise UserError(
                f"there is no folder {self.folder}: a collection is a folder with corpus.jsonl, "
                "queries.jsonl and qrels.tsv"
            )
        self.split, self.drop_identical = split, drop_identical
        self.measures: Sequence[str] = MEASURES
        self.pools: Sequence[str] = POOLS
        self.views: Sequence[str] = ("documentation",)
        self.compats: Sequence[str] = ()
        self.card = self._card()

    def load(self, source: Source, setting: Setting) -> Material:
        """The folder's documents, its judged queries, and their pools where it has some.

        Judgements are kept as they stand, also those of documents that the corpus lacks.

        Raises:
            UserError: a file is missing or broken; the message names the file and the line.
        """
        split, file = self._judgements()
        qrels = read_qrels(file)
        self._note(source, f"qrels/{split}", Rows(str(file), list(_judgements(qrels))))
        asked = read_queries(self._rows(source, "queries"), qrels)
        if not asked.queries:
            raise UserError(f"{file} judges no query of {self.folder / 'queries.jsonl'}")
        rows = self._rows(source, "corpus")
        corpus = ListCorpus(read_documents(rows), rows.name)
        candidates = self._candidates(source, asked, corpus)
        excluded = self._excluded(source, asked, corpus)
        unasked = frozenset(asked.unjudged)
        return (
            Collection(split, corpus, asked.queries, qrels, candidates, excluded, unasked=unasked),
        )

    def check(self, material: Material) -> tuple[str, ...]:
        """Says how many judged queries cannot be asked, because queries.jsonl lacks them."""
        (split,) = material
        lost = len(split.qrels) - len(split.queries)
        if not lost:
            return ()
        return (f"{lost:,} judged queries are not in queries.jsonl: they are left out of the mean",)

    def _card(self) -> TaskCard:
        name = self.folder.resolve().name + (f"@{self.split}" if self.split else "")
        # The option changes scores, so it is part of the name that results are kept under.
        name += "(drop_identical)" if self.drop_identical else ""
        return TaskCard(name=name, title=name, description="A collection in a folder.")

    def _judgements(self) -> tuple[str, Path]:
        """The split that counts, and the file that judges it."""
        files = sorted((self.folder / "qrels").glob("[!.]*.tsv"))
        splits = {file.stem: file for file in files}
        if (single := self.folder / "qrels.tsv").is_file():
            splits.setdefault("test", single)
        if not splits:
            raise UserError(f"{self.folder} has no judgements: no qrels.tsv, no qrels/<split>.tsv")
        only = next(iter(splits)) if len(splits) == 1 else "test"
        split = self.split or only
        if split not in splits:
            known = ", ".join(splits)
            raise UserError(
                f"{self.folder} has no split '{split}' but {known}: "
                f"name one, as in {self.folder}@{next(iter(splits))}"
            )
        return split, splits[split]

    def _rows(self, source: Source, name: str) -> Rows:
        files = [self.folder / f"{name}{suffix}" for suffix in SUFFIXES]
        file = next((file for file in files if file.is_file()), None)
        if file is None:
            raise UserError(f"{self.folder} has no {name}.jsonl (nor {name}.jsonl.gz)")
        rows = read_rows(file)
        self._note(source, name, rows)
        return rows

    def _pools(self, source: Source, name: str) -> Pools:
        file = self.folder / f"{name}.json"
        if not file.is_file():
            return {}
        pools = read_pools(file)
        rows = [{"query": query, "documents": ids} for query, ids in pools.items()]
        self._note(source, name, Rows(str(file), rows))
        return pools

    def _candidates(self, source: Source, asked: Questions, corpus: ListCorpus) -> Pools | None:
        pools = self._pools(source, "candidates") | asked.candidates
        pools = {query.id: pools[query.id] for query in asked.queries if query.id in pools}
        for query, ids in pools.items():
            if (stray := next((id for id in ids if id not in corpus), None)) is not None:
                raise UserError(
                    f"{self.folder}: candidate '{stray}' of query '{query}' is not in the corpus"
                )
        return pools or None

    def _excluded(self, source: Source, asked: Questions, corpus: ListCorpus) -> Pools | None:
        pools = self._pools(source, "excluded") | asked.excluded
        found = {}
        for query in asked.queries:
            ids = [*pools.get(query.id, ()), *([query.id] if self.drop_identical else ())]
            # What the corpus lacks cannot be returned; BRIGHT for one writes "N/A" for "none".
            if ids := [id for id in dict.fromkeys(ids) if id in corpus]:
                found[query.id] = ids
        return found or None

    def _note(self, source: Source, part: str, rows: Rows) -> None:
        name = self.folder.resolve().name
        source.note(Read(name, "", part, "folder", None, rows.sha256, len(rows)))


def _judgements(qrels: Qrels) -> Iterator[Row]:
    """Judgements as rows, so that they are counted and hashed as other data is."""
    for query, grades in qrels.items():
        for document, grade in grades.items():
            yield {"query": query, "document": document, "grade": grade}
