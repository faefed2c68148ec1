"""MAIR: 126 instructed retrieval tasks of 6 domains, 445 splits, each split with its own documents.

Sun et al., "MAIR: A Massive Benchmark for Evaluating Instructed Retrieval", EMNLP 2024. Protocol as
in the released code (sunnweiwei/MAIR at cfe8801, mair.py): every query row carries its instruction;
the split `X_queries` is searched in `X_docs`, and `queries` in `docs`; a task's value is the mean
of its splits weighted by their queries. What upstream does by accident can be switched on: see
`compats` in the card file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from harness.contracts import Collection, Material
from harness.corpus import ListCorpus
from harness.errors import MissingData, UserError
from harness.records import Document, Query, Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import Cards, read_cards
from tasks.reading.labels import read_labels

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.rows import Rows

QUERIES = "MAIR-Bench/MAIR-Queries"
DOCS = "MAIR-Bench/MAIR-Docs"
"""Hub ids. No revision of either was ever published: the one in MAIR's request to MTEB (#2363)
stands beside an id that does not exist. The newest is read, and recorded in the result."""

MEASURES = ("nDCG@10", "nDCG@1", "nDCG@5", "AP@100", "R@10", "R@100")
_CARDS = read_cards("mair")


@dataclass(eq=False)
class MairTask:
    """One of the 126 tasks.

    Attributes:
        config: its name on the hub.
        splits: its query splits.
        card: its card.
        compats: what upstream does by accident and can be switched on: name -> what it is.
    """

    config: str
    splits: tuple[str, ...]
    card: TaskCard
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = ("all",)
    views: Sequence[str] = ("documentation",)
    compats: Mapping[str, str] = field(default_factory=lambda: _CARDS.shared["compats"])

    def load(self, source: Source, setting: Setting) -> Material:
        """Every split with its own documents.

        Raises:
            MissingData: a split is not to be had; the message names all that are missing.
            UserError: a row is not as MAIR's are, or the setting is none of this task's.
        """
        collections: list[Collection] = []
        missing: dict[str, MissingData] = {}
        for split in self.splits:
            try:
                collections.append(_collection(source, self.config, split, setting.compat))
            except MissingData as error:
                missing[split] = error
        if missing:
            raise self._incomplete(missing)
        return tuple(collections)

    def requires(self) -> list[tuple[str, str, str]]:
        """Everything that the task needs, as (dataset, config, split)."""
        return [
            needed
            for split in self.splits
            for needed in ((QUERIES, self.config, split), (DOCS, self.config, documents_of(split)))
        ]

    def _incomplete(self, missing: Mapping[str, MissingData]) -> MissingData:
        reason = str(next(iter(missing.values())))
        if len(missing) == len(self.splits):
            return MissingData(reason)
        names = list(missing)
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        return MissingData(
            f"{self.card.name} lacks {len(names)} of {len(self.splits)} splits ({shown}): {reason}"
        )


def documents_of(split: str) -> str:
    """The split of MAIR-Docs that a split of MAIR-Queries is searched in."""
    return split.removesuffix("queries") + "docs"


def split_mean(
    values: Mapping[str, float], sizes: Mapping[str, int], decimals: int | None = None
) -> float:
    """A task's value: the mean of its splits weighted by their queries (mair.py, print_results).

    Args:
        values: the mean of every split.
        sizes: the number of queries of every split, or anything in proportion to it.
        decimals: to which the splits' means are rounded first (`rounded-splits`: 5).
    """
    total = sum(sizes[split] for split in values)
    means = {s: v if decimals is None else round(v, decimals) for s, v in values.items()}
    return sum(means[split] * sizes[split] for split in values) / total


def _collection(source: Source, config: str, split: str, compat: Sequence[str]) -> Collection:
    notes: Counter[str] = Counter()
    asked = source.rows(QUERIES, config, split)
    queries, qrels = _questions(asked, compat, notes)
    documents = _documents(source.rows(DOCS, config, documents_of(split)), notes)
    corpus = ListCorpus(documents, f"{DOCS} {config}/{documents_of(split)}")
    weight = None if len(queries) == len(asked) else float(len(asked))
    return Collection(split, corpus, queries, qrels, weight=weight, notes=notes)


def _questions(
    rows: Rows, compat: Sequence[str], notes: Counter[str]
) -> tuple[list[Query], dict[str, dict[str, int]]]:
    queries: dict[str, Query] = {}
    qrels: dict[str, dict[str, int]] = {}
    last = "last-query" in compat
    fate = "replaced the earlier one" if last else "got a number"
    texts = ("query", "instruction")
    fields = rows.pick("qid", "labels", optional=texts, texts=texts)
    for position, (qid, labels, text, instruction) in enumerate(fields):
        id = str(qid)
        if id in queries:
            notes[f"queries with an id seen before, which {fate}"] += 1
            id = id if last else _free(id, queries)
        try:
            qrels[id] = read_labels(labels, "score", last="last-label" in compat)
        except ValueError as error:
            raise rows.error(position, str(error)) from error
        queries[id] = Query(id, text or "", instruction or None)
    if not any(query.text for query in queries.values()):
        raise UserError(f"{rows.name}: no row has a 'query'")
    asked = [query for id, query in queries.items() if qrels[id]]
    if not asked:
        raise UserError(f"{rows.name}: no row has labels")
    if left_out := len(queries) - len(asked):
        notes["queries without labels, which were left out"] += left_out
    return asked, {query.id: qrels[query.id] for query in asked}


def _free(id: str, taken: Container[str]) -> str:
    return next(name for n in count(2) if (name := f"{id}#{n}") not in taken)


def _documents(rows: Rows, notes: Counter[str]) -> list[Document]:
    found: dict[str, Document] = {}
    for id, text in rows.pick("id", optional=("doc",), texts=("doc",)):
        found.setdefault(str(id), Document(str(id), text or ""))
    if not any(document.text for document in found.values()):
        raise UserError(f"{rows.name}: no row has a 'doc'")
    if repeated := len(rows) - len(found):
        notes["documents with an id seen before, which were left out"] += repeated
    return list(found.values())


def _tasks(cards: Cards) -> dict[str, MairTask]:
    tasks = {}
    for config, own in cards.tasks.items():
        splits = tuple(f"{name}_queries" for name in own.get("splits", ())) or ("queries",)
        description = f"Instructed retrieval, {own['domain']} domain ({own['area']})."
        card = cards.card(config, {"splits": len(splits)}, description)
        tasks[card.name] = MairTask(config, splits, card)
    return tasks


def _suites(tasks: Mapping[str, MairTask]) -> Iterator[Suite]:
    everything = tuple(tasks)
    domains: dict[str, list[str]] = {}
    for name, task in tasks.items():
        domains.setdefault(task.card.domain, []).append(name)
    ordered = {domain: tuple(domains[domain]) for domain in sorted(domains)}
    overall = (
        Aggregate("macro", (everything,), description="mean over the 126 tasks"),
        Aggregate("micro", (everything,), "micro", "mean over all queries, as upstream prints"),
    )
    per_domain = tuple(
        Aggregate(domain.lower(), (names,), description=f"mean over the {len(names)} tasks")
        for domain, names in ordered.items()
    )
    description = "instructed retrieval, 126 tasks of 6 domains, 10,038 queries"
    yield Suite("mair", "MAIR", everything, (*overall, *per_domain), description)
    for domain, names in ordered.items():
        own = (
            Aggregate("macro", (names,), description=f"mean over the {len(names)} tasks"),
            Aggregate("micro", (names,), "micro", "mean over all queries"),
        )
        yield Suite(
            f"mair-{domain.lower()}", f"MAIR-{domain}", names, own, f"MAIR's {domain} tasks"
        )


_TASKS = _tasks(_CARDS)
BENCHMARK = Benchmark("mair", _TASKS, tuple(_suites(_TASKS)))
