"""Collections in BEIR layout that go by a name, so that a result says what it was measured on.

A mirror holds them as `beir/<name>/`, in the layout of `tasks.folder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.contracts import Material
from harness.errors import MissingData
from harness.records import Setting, TaskCard
from harness.sources.folder import Folder, Requirement
from harness.suites import Benchmark, Suite
from tasks.folder import MEASURES, POOLS, FolderTask
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means

if TYPE_CHECKING:
    from harness.sources import Source

_CARDS = read_cards("beir")
_COUNTED = ("queries", "documents", "judgements")
_FILES = "corpus.jsonl, queries.jsonl and qrels.tsv"


@dataclass(eq=False)
class BeirTask:
    """One of the collections.

    Attributes:
        folder: where a mirror holds it.
        card: its card.
    """

    folder: str
    card: TaskCard
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = POOLS
    views: Sequence[str] = ("documentation",)
    compats: Sequence[str] = ()

    def load(self, source: Source, setting: Setting) -> Material:
        """The mirror's folder.

        Raises:
            MissingData: the mirror has none.
            UserError: a file is broken; the message names it.
        """
        path = source.path(self.folder)
        if path is None:
            raise MissingData(
                f"there is no {self.folder}: name by --data or ASSAY_DATA a folder that holds it, "
                f"with {_FILES}"
            )
        return FolderTask(path).load(source, setting)

    def check(self, material: Material) -> tuple[str, ...]:
        """Where the counts differ from the collection's own, a sentence each."""
        (split,) = material
        judgements = sum(map(len, split.qrels.values()))
        found = (len(split.queries), len(split.corpus), judgements)
        return differences(self.card, dict(zip(_COUNTED, found, strict=True)))

    def requires(self) -> list[Requirement]:
        """The mirror's folder."""
        return [Folder(self.folder, _FILES)]


def _tasks() -> dict[str, BeirTask]:
    tasks = {}
    for name, own in _CARDS.tasks.items():
        counts = {what: own[what] for what in _COUNTED}
        card = _CARDS.card(name, counts)
        tasks[card.name] = BeirTask(card.name, card)
    return tasks


def _suite(names: Sequence[str]) -> Suite:
    averages = means(names, f"the {len(names)} collections", "queries")
    what = f"conventional retrieval: {len(names)} collections in BEIR layout"
    return Suite("beir", "Conventional retrieval", tuple(names), averages, what)


_TASKS = _tasks()
BENCHMARK = Benchmark("beir", _TASKS, (_suite(tuple(_TASKS)),))
