"""Questions about the starter world's passages as lessons."""

from __future__ import annotations

import json
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
        details = self.problem.gold.details
        hops = details["decomposition"]
        if not observed:
            return Turn(_search(hops[0]["question"]))
        number = len(observed)
        found = {result["id"] for result in json.loads(observed[-1]).get("results", ())}
        passages = [*details["passages"], ""]
        if passages[number - 1] not in found:
            return Turn(UNANSWERABLE, "no passage tells this")
        known = hops[number - 1]
        why = f"{known['question']} {known['answer']}"
        if number < len(hops):
            return Turn(_search(hops[number]["question"]), why)
        return Turn(details["answer"], why)

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


def _search(query: str) -> ToolCall:
    return ToolCall(SEARCH.name, {"query": query})
