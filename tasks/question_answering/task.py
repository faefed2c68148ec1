"""A benchmark of questions as a task.

Pools say what is searched:

- `all`: the benchmark's own. The passages that come with the questions, where a card says so, else
  nothing of ours: an agent answers from what it knows, or searches by a server (`search`).
- `pooled`: the passages of all rows together; `distractor`: of each row alone.
- `wiki-2018`, `abstracts`: corpora that benchmarks share, each a folder of the mirror.
- `./folder`: any corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.records import Setting, TaskCard
from tasks.question_answering.corpora import (
    ANY,
    OWN_PASSAGES,
    SHARED,
    Chosen,
    Offered,
    entered,
    pooled,
    read_shared,
    titled,
)
from tasks.question_answering.formats import require_answers
from tasks.question_answering.questions import Question
from tasks.question_answering.sources import FOLDER, OneFile, Places
from tasks.question_answering.world import brings_corpus, tools, world
from tasks.reading.drift import differences

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

MEASURES = ("exact_match", "answer_f1", "cover_exact_match")
FOUND = ("passage_recall", "passage_all", "searches")
"""Reported as well where gold passages are known by default."""
COMPATS = {
    "absent-gold": "questions are asked although the corpus lacks titles that they need; what is "
    "known of their gold passages are those that it has"
}
_UNPLAYED = (
    "there is no corpus to search: name one by --pool (pooled, distractor, wiki-2018, abstracts, "
    "./folder), or a server"
)


@dataclass(eq=False)
class QuestionTask:
    """Questions with accepted answers.

    Attributes:
        card: its card.
        places: where the questions are read.
        split: what they are of: "dev".
        success: the measure that decides.
        passages: whether rows have passages of their own.
        own: what the pool `all` is: "none", "pooled" or "file".
        corpus: the file of passages that goes with the questions, below the mirror's folder.
        measures: reported by default.
        pools: what can be searched; a path is a pool as well.
        views: but one.
        compats: what can be let pass: name -> what it is.
        unplayed: how it can be run where nothing answers its calls.
    """

    card: TaskCard
    places: Places | OneFile
    split: str = "test"
    success: str = "exact_match"
    passages: bool = False
    own: str = "none"
    corpus: str = ""
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = field(init=False)
    views: Sequence[str] = ("documentation",)
    compats: Mapping[str, str] = field(default_factory=lambda: COMPATS)
    unplayed: str = _UNPLAYED

    def __post_init__(self) -> None:
        rows = OWN_PASSAGES if self.passages else ()
        self.pools = Offered(("all", *rows, *SHARED, ANY))

    def load(self, source: Source, setting: Setting) -> Problems:
        """The questions, with gold passages of the pool and a world that searches it.

        Raises:
            MissingData: the questions or the corpus are not to be had.
            UserError: a file is broken, a question has no answer, or the corpus lacks a title that
                a question needs.
        """
        questions = self.questions(source)
        require_answers(questions, self.card.name)
        chosen = self.choose(source, setting, questions)
        own = chosen.own if setting.pool == "distractor" else None
        environment = world(chosen.corpus, setting, own)
        callable = tools() if environment is not None else ()
        problems = tuple(
            question.problem(self.success, chosen.passages.get(question.id, ()), callable)
            for question in questions
        )
        notes = {"gold titles that the corpus lacks": len(chosen.absent)} if chosen.absent else {}
        return (ProblemSet(self.split, problems, environment=environment, notes=notes),)

    def questions(self, source: Source) -> list[Question]:
        """The questions alone. Raises as `load`."""
        key = (self.places, "questions")
        return source.memo(key, lambda: self.places.questions(source, self.card.name))

    def choose(self, source: Source, setting: Setting, questions: Sequence[Question]) -> Chosen:
        """The corpus of the setting's pool. Raises as `load`."""
        pool, name = setting.pool, self.card.name
        if pool == "all":
            pool = self.own
        if pool == "none" or (pool in (*SHARED, "pooled") and brings_corpus(setting)):
            return Chosen()
        if pool in OWN_PASSAGES:
            chosen = source.memo((self.places, "pooled"), lambda: pooled(questions, name))
        else:
            key = (self.places, pool, self.corpus)
            chosen = source.memo(key, lambda: self._titled(source, pool, questions))
        if "absent-gold" not in setting.compat:
            chosen.require_titles(self.corpus if pool == "file" else f"the corpus '{pool}'")
        return chosen

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the count differs from upstream's, a sentence."""
        (split,) = material
        return differences(self.card, {"problems": len(split.problems)})

    def requires(self) -> list[Requirement]:
        """Where the questions are read."""
        return self.places.needs()

    def _titled(self, source: Source, pool: str, questions: Sequence[Question]) -> Chosen:
        if pool != "file":
            return titled(questions, read_shared(source, pool))
        from tasks.worlds.search import read_corpus

        path = source.path(f"{FOLDER}/{self.corpus}")
        if path is None:
            raise UserError(f"{self.card.name}: there is no {FOLDER}/{self.corpus} beside it")
        return titled(questions, entered(source, read_corpus(path), f"{FOLDER}/{self.corpus}"))
