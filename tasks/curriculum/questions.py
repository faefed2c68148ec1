"""Questions about the starter world's passages as lessons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.corpus import ListCorpus
from harness.records import Document, Problem, ToolCall
from tasks.curriculum.lesson import Lesson, Turn
from tasks.worlds.search import SEARCH, SearchWorld
from tasks.worlds.starter.generate import generate
from tasks.worlds.starter.passages import Passage, write_passages
from tasks.worlds.starter.questions import make_questions
from tasks.worlds.starter.questions.compose import UNANSWERABLE

_SENTENCE = re.compile(r"(?<=[.!?”])\s+(?=\W?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Step:
    """A hop of a question.

    Attributes:
        question: of the hop.
        answer: to it; "" where no passage tells it.
        passage: id of the one that tells it; "" where none does.
    """

    question: str
    answer: str
    passage: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer is told.

    Attributes:
        place: of the passage among those shown, from 0.
        sentence: of the passage, as `QuestionGuide.telling` has it.
        answer: as it is written there.
    """

    place: int
    sentence: str
    answer: str


@dataclass(frozen=True, slots=True)
class QuestionGuide:
    """Searches hop by hop, and gives up where a hop's passage is not among what was found.

    Attributes:
        problem: with its gold passages and their questions.
        passages: of the world, by id.
    """

    problem: Problem
    passages: Mapping[str, Passage]

    def next(self, observed: Sequence[str]) -> Turn:
        """The search for the next hop, or the answer.

        Args:
            observed: what the searches gave, the JSON of the tool.
        """
        found = {
            result["id"] for text in observed[-1:] for result in json.loads(text).get("results", ())
        }
        wanted = self._wanted(len(observed))
        return self._after(len(observed), wanted in found)

    def told(self, shown: Sequence[Sequence[str]]) -> Turn:
        """The search for the next hop, or the answer, as `next` has it.

        Args:
            shown: the passages that each search has shown, title and text of each somewhere in it.
        """
        wanted = self._wanted(len(shown))
        found = bool(wanted) and self._place(wanted, shown[-1]) is not None
        return self._after(len(shown), found)

    def read(self, shown: Sequence[str]) -> tuple[str, tuple[int, ...]]:
        """The answer that passages give, and which of them it rests on.

        Args:
            shown: the passages, title and text of each somewhere in it.

        Returns:
            The answer and places among `shown`, from 0; none where it cannot be answered.
        """
        details = self.problem.gold.details
        places = [self._place(id, shown) for id in details["passages"]]
        if not details["answerable"] or None in places:
            return UNANSWERABLE, ()
        return details["answer"], tuple(place for place in places if place is not None)

    def order(self, shown: Sequence[str], question: str) -> tuple[int, ...]:
        """Places of passages: those that are needed, hop by hop, then the others as they stand.

        Args:
            shown: the passages, title and text of each somewhere in it.
            question: that of a hop, or the whole one.
        """
        places = (
            self._place(hop.passage, shown)
            for hop in self.hops
            if hop.passage and question in (hop.question, self.problem.text)
        )
        needed = [place for place in places if place is not None]
        return tuple(dict.fromkeys([*needed, *range(len(shown))]))

    def evidence(self, question: str, shown: Sequence[str]) -> Evidence | None:
        """Where passages tell the answer to the question of a hop; None where they do not.

        Args:
            question: of a hop.
            shown: the passages, title and text of each somewhere in it.
        """
        for hop in self.hops:
            if hop.question == question and hop.passage:
                place = self._place(hop.passage, shown)
                if place is not None:
                    return Evidence(place, self.telling(hop), hop.answer)
        return None

    def telling(self, hop: Step) -> str:
        """The sentence that tells the answer to a hop, word for word; the title, where it does."""
        return _telling(self.passages[hop.passage], hop.answer)

    @property
    def hops(self) -> tuple[Step, ...]:
        """The hops of the question, in order."""
        details = self.problem.gold.details
        passages = [*details["passages"], ""]
        return tuple(
            Step(hop["question"], hop["answer"], passage)
            for hop, passage in zip(details["decomposition"], passages, strict=False)
        )

    def _wanted(self, searched: int) -> str:
        """The passage that the last of so many searches should have found; "" for none."""
        return self.hops[searched - 1].passage if searched else ""

    def _after(self, searched: int, found: bool) -> Turn:
        """What to do after so many searches, the last of which has found what it should or not."""
        if not searched:
            return Turn(_search(self.hops[0].question))
        if not found:
            return Turn(UNANSWERABLE, "no passage tells this")
        known = self.hops[searched - 1]
        why = f"{known.question} {known.answer}"
        if searched < len(self.hops):
            return Turn(_search(self.hops[searched].question), why)
        return Turn(self.problem.gold.details["answer"], why)

    def _place(self, id: str, shown: Sequence[str]) -> int | None:
        passage = self.passages[id]
        for place, text in enumerate(shown):
            if passage.title in text and " ".join(passage.text.split()) in text:
                return place
        return None


def questions(seed: int, size: int, hops: int, n: int, search: str = "bm25") -> Iterator[Lesson]:
    """Questions of so many hops.

    Args:
        seed: of the world.
        size: of the world, in towns.
        hops: 1 to 4.
        n: questions.
        search: the retriever's expression.

    Raises:
        UserError: the world is too small for so many.
    """
    world = generate(seed, size)
    passages = write_passages(world)
    documents = (Document(passage.id, passage.text, passage.title) for passage in passages)
    searched = SearchWorld(ListCorpus(documents, f"starter passages, seed {seed}"), search)
    by_id = {passage.id: passage for passage in passages}
    for problem in make_questions(world, passages, hops, n, SEARCH):
        yield Lesson(problem, searched, QuestionGuide(problem, by_id))


def _telling(passage: Passage, answer: str) -> str:
    """The first sentence that holds an answer, else the title."""
    text = " ".join(passage.text.split())
    holding = (one for one in _SENTENCE.split(text) if answer.casefold() in one.casefold())
    return next(holding, passage.title)


def _search(query: str) -> ToolCall:
    return ToolCall(SEARCH.name, {"query": query})
