"""A corpus that remembers what was noticed while it was read, so that drift can be reported."""

from __future__ import annotations

from collections.abc import Iterable

from harness.contracts import Material
from harness.corpus import ListCorpus
from harness.records import Document


class NotedCorpus(ListCorpus):
    """Documents in memory, with sentences about where they differ from what was published."""

    def __init__(self, documents: Iterable[Document], name: str, notes: Iterable[str]) -> None:
        super().__init__(documents, name)
        self.notes = tuple(notes)


def noted(material: Material) -> tuple[str, ...]:
    """What was noticed in all corpora of a material, each sentence once, in order."""
    found = (note for split in material for note in getattr(split.corpus, "notes", ()))
    return tuple(dict.fromkeys(found))
