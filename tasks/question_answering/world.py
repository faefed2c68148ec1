"""The worlds in which questions are answered: a search over the corpus that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from harness.contracts import Corpus, Session, ToolEnvironment
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Problem, Setting, ToolSpec

if TYPE_CHECKING:
    from tasks.worlds.search import SearchWorld


def brings_corpus(setting: Setting) -> bool:
    """Whether who searches has a corpus of its own: a server, or an index that was made before.

    Raises:
        UserError: what the setting says does not parse, or names no retriever.
    """
    from tasks.worlds.search.expression import parse_search
    from tasks.worlds.search.prebuilt import brings_passages

    choice = parse_search(setting.search)
    return bool(choice.url) or brings_passages(choice.retriever)


def tools() -> tuple[ToolSpec, ...]:
    """What may be called in these worlds."""
    from tasks.worlds.search import SEARCH

    return (SEARCH,)


def world(
    corpus: Corpus | None, setting: Setting, own: Mapping[str, Sequence[str]] | None = None
) -> ToolEnvironment | None:
    """The search over a corpus; None where there is no corpus at all.

    Args:
        corpus: what is searched.
        setting: says who searches.
        own: ids of the passages that each question may search, where it is not all.

    Raises:
        UserError: the setting's retriever does not parse.
    """
    from tasks.worlds.search import SearchWorld

    if corpus is None:
        return SearchWorld(None, setting.search) if brings_corpus(setting) else None
    if own is None:
        return SearchWorld(corpus, setting.search)
    if brings_corpus(setting):
        raise UserError(
            f"pool=distractor: {setting.search} searches passages of its own, not those of a "
            "question alone; name a retriever such as bm25"
        )
    return OwnPassages(corpus, setting.search, own)


class OwnPassages:
    """Worlds in which each question searches its own few passages.

    Args:
        corpus: the passages of all questions.
        retriever: who searches, as `SearchWorld` takes it.
        own: ids by question.
    """

    def __init__(self, corpus: Corpus, retriever: str, own: Mapping[str, Sequence[str]]) -> None:
        self._corpus, self._retriever, self._own = corpus, retriever, own

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        """A session over the problem's own passages. Raises as `SearchWorld.open`."""
        return await self._over(problem).open(problem, trial)

    def _over(self, problem: Problem) -> SearchWorld:
        from tasks.worlds.search import SearchWorld

        documents = [self._corpus[id] for id in self._own[problem.id]]
        corpus = ListCorpus(documents, f"the passages of question '{problem.id}'")
        return SearchWorld(corpus, self._retriever, small=True)
