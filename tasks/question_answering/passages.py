"""The gold passages of a benchmark of questions as a retrieval task.

Pools are those of the questions' own task; `all` is the corpus that comes with the questions, else
the passages of all rows, and `candidates` ranks a row's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.contracts import Collection, Material
from harness.errors import NotAsked
from harness.records import Query, Setting, TaskCard
from tasks.question_answering.corpora import ANY, SHARED, Offered
from tasks.question_answering.task import QuestionTask
from tasks.reading.drift import differences

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

RANKED = ("R@2", "R@5", "Completeness@2", "Completeness@5", "nDCG@10", "RR@10")
"""Of the search for gold passages. Completeness is the all-recall (AR) of HippoRAG."""


@dataclass(eq=False)
class PassageTask:
    """The gold passages of questions, searched for with the questions as they are.

    Attributes:
        task: whose questions.
        card: its own card.
    """

    task: QuestionTask
    card: TaskCard
    measures: Sequence[str] = RANKED
    pools: Sequence[str] = field(init=False)
    views: Sequence[str] = ("documentation",)
    compats: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        rows = ("candidates",) if self.task.passages else ()
        self.pools = Offered(("all", *rows, *SHARED, ANY))
        self.compats = self.task.compats

    def load(self, source: Source, setting: Setting) -> Material:
        """One collection; questions whose gold passages are not known are left unasked.

        Raises:
            MissingData: the questions or the corpus are not to be had.
            NotAsked: the corpus does not tell which passages are right.
            UserError: a file is broken, or the corpus lacks a title that a question needs.
        """
        questions = self.task.questions(source)
        default = "pooled" if self.task.own == "none" and self.task.passages else "all"
        pool = default if setting.pool in ("all", "candidates") else setting.pool
        chosen = self.task.choose(source, replace(setting, pool=pool), questions)
        asked = [question for question in questions if chosen.passages.get(question.id)]
        if chosen.corpus is None or not asked:
            raise NotAsked(f"{self.card.name}: its corpus does not tell which passages are right")
        own = {q.id: chosen.own[q.id] for q in asked} if setting.pool == "candidates" else None
        collection = Collection(
            self.task.split,
            chosen.corpus,
            [Query(question.id, question.text) for question in asked],
            {q.id: dict.fromkeys(chosen.passages[q.id], 1) for q in asked},
            own,
            unasked=frozenset(q.id for q in questions) - {q.id for q in asked},
        )
        return (collection,)

    def check(self, material: Material) -> tuple[str, ...]:
        """Where the counts differ from upstream's, a sentence each."""
        (split,) = material
        found = {
            "queries": len(split.queries),
            "documents": len(split.corpus),
            "judgements": sum(map(len, split.qrels.values())),
        }
        return differences(self.card, found)

    def requires(self) -> list[Requirement]:
        """Where the questions are read."""
        return self.task.requires()
